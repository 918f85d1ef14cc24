//! The paths of the `classic` contract, below its mount.

use actix_web::{Scope, web};
use utoipa::openapi::OpenApi;

use super::{errors::ErrorBody, keys, session};
use crate::http::account_api::{error::refuse, openapi::Bearer, resource};

pub(super) fn routes(scope: Scope) -> Scope {
    let at = |path, allow| resource(path, allow, refuse::<ErrorBody>);
    scope
        .service(at("/auth/login", "POST").route(web::post().to(session::login)))
        .service(at("/auth/refresh", "POST").route(web::post().to(session::refresh)))
        .service(at("/auth/logout", "POST").route(web::post().to(session::logout)))
        .service(at("/auth/keys", "GET, POST").route(web::get().to(keys::list)).route(web::post().to(keys::create)))
        .service(at("/auth/keys/{id}", "DELETE").route(web::delete().to(keys::delete)))
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "Authentication API Reference", description = "Sessions and API keys: the classic contract."),
    modifiers(&Bearer),
    paths(session::login, session::refresh, session::logout, keys::list, keys::create, keys::delete)
)]
struct Document;

pub(super) fn document() -> OpenApi {
    <Document as utoipa::OpenApi>::openapi()
}
