//! The paths of the `datix` contract, below its mount.

use actix_web::{Scope, web};
use utoipa::openapi::OpenApi;

use super::{api_keys, errors::ErrorBody, profile, second_factor, session};
use crate::http::account_api::{error::refuse, openapi::Bearer, resource};

pub(super) fn routes(scope: Scope) -> Scope {
    let at = |path, allow| resource(path, allow, refuse::<ErrorBody>);
    scope
        .service(at("/auth/register", "POST").route(web::post().to(session::register)))
        .service(at("/auth/login", "POST").route(web::post().to(session::login)))
        .service(at("/auth/verify-2fa", "POST").route(web::post().to(session::verify)))
        .service(at("/auth/refresh", "POST").route(web::post().to(session::refresh)))
        .service(at("/auth/logout", "POST").route(web::post().to(session::logout)))
        .service(at("/auth/enable-2fa", "POST").route(web::post().to(second_factor::enable)))
        .service(at("/auth/confirm-2fa", "POST").route(web::post().to(second_factor::confirm)))
        .service(at("/auth/disable-2fa", "POST").route(web::post().to(second_factor::disable)))
        .service(
            at("/auth/api-keys", "GET, POST")
                .route(web::get().to(api_keys::list))
                .route(web::post().to(api_keys::create)),
        )
        .service(at("/auth/api-keys/{id}", "DELETE").route(web::delete().to(api_keys::revoke)))
        .service(at("/auth/me", "GET, PATCH").route(web::get().to(profile::me)).route(web::patch().to(profile::update)))
        .service(at("/auth/change-password", "POST").route(web::post().to(profile::change_password)))
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "Authentication API", description = "Accounts, second factor and API keys: the datix contract."),
    modifiers(&Bearer),
    paths(
        session::register,
        session::login,
        session::verify,
        session::refresh,
        session::logout,
        second_factor::enable,
        second_factor::confirm,
        second_factor::disable,
        api_keys::list,
        api_keys::create,
        api_keys::revoke,
        profile::me,
        profile::update,
        profile::change_password
    )
)]
struct Document;

pub(super) fn document() -> OpenApi {
    <Document as utoipa::OpenApi>::openapi()
}
