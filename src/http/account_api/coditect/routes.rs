//! The paths of the `coditect` contract, below its mount.

use actix_web::{Scope, web};
use utoipa::openapi::OpenApi;

use super::{errors::ErrorBody, session};
use crate::http::account_api::{error::refuse, openapi::Bearer, resource};

pub(super) fn routes(scope: Scope) -> Scope {
    let at = |path, allow| resource(path, allow, refuse::<ErrorBody>);
    scope
        .service(at("/auth/register", "POST").route(web::post().to(session::register)))
        .service(at("/auth/login", "POST").route(web::post().to(session::login)))
        .service(at("/auth/2fa/verify", "POST").route(web::post().to(session::verify)))
        .service(at("/auth/refresh", "POST").route(web::post().to(session::refresh)))
        .service(at("/auth/logout", "POST").route(web::post().to(session::logout)))
        .service(at("/auth/me", "GET").route(web::get().to(session::me)))
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "Authentication", description = "Sessions of people: the coditect contract."),
    modifiers(&Bearer),
    paths(session::register, session::login, session::verify, session::refresh, session::logout, session::me)
)]
struct Document;

pub(super) fn document() -> OpenApi {
    <Document as utoipa::OpenApi>::openapi()
}
