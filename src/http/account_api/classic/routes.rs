//! The paths of the `classic` contract.

use actix_web::Scope;
use utoipa::openapi::OpenApi;

pub(super) fn routes(scope: Scope) -> Scope {
    scope
}

pub(super) fn document() -> OpenApi {
    OpenApi::default()
}
