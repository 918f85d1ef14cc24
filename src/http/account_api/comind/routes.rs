//! The paths of the `comind` contract, below its mount.

use actix_web::{Scope, web};
use utoipa::openapi::OpenApi;

use super::{api_tokens, errors::ErrorBody, password, registration, service, session};
use crate::http::account_api::{error::refuse, openapi::Bearer, resource};

pub(super) fn routes(scope: Scope) -> Scope {
    let at = |path, allow| resource(path, allow, refuse::<ErrorBody>);
    scope
        .service(at("/auth/login", "POST").route(web::post().to(session::login)))
        .service(at("/auth/sso", "POST").route(web::post().to(session::sso)))
        .service(at("/auth/refresh", "POST").route(web::post().to(session::refresh)))
        .service(at("/auth/logout", "POST").route(web::post().to(session::logout)))
        .service(at("/auth/me", "GET").route(web::get().to(session::me)))
        .service(at("/auth/check-registration", "GET").route(web::get().to(registration::check)))
        .service(at("/auth/register", "POST").route(web::post().to(registration::register)))
        .service(at("/auth/confirm", "POST").route(web::post().to(registration::confirm)))
        .service(at("/auth/change-password", "POST").route(web::post().to(password::change)))
        .service(at("/auth/password-reset-request", "POST").route(web::post().to(password::request_reset)))
        .service(at("/auth/password-reset", "POST").route(web::post().to(password::reset)))
        .service(at("/auth/admin/set-password", "POST").route(web::post().to(service::set_password)))
        .service(at("/auth/users/{id}", "DELETE").route(web::delete().to(service::delete_user)))
        .service(
            at("/api-tokens", "GET, POST")
                .route(web::get().to(api_tokens::list))
                .route(web::post().to(api_tokens::create)),
        )
        .service(
            at("/api-tokens/{id}", "GET, DELETE")
                .route(web::get().to(api_tokens::find))
                .route(web::delete().to(api_tokens::delete)),
        )
        .service(at("/api-tokens/{id}/rotate", "POST").route(web::post().to(api_tokens::rotate)))
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "Authentication", description = "Accounts, service endpoints and API tokens: the comind contract."),
    modifiers(&Bearer),
    paths(
        session::login,
        session::sso,
        session::refresh,
        session::logout,
        session::me,
        registration::check,
        registration::register,
        registration::confirm,
        password::change,
        password::request_reset,
        password::reset,
        service::set_password,
        service::delete_user,
        api_tokens::list,
        api_tokens::create,
        api_tokens::find,
        api_tokens::delete,
        api_tokens::rotate
    )
)]
struct Document;

pub(super) fn document() -> OpenApi {
    <Document as utoipa::OpenApi>::openapi()
}
