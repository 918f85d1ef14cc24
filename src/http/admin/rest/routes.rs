//! The paths of the REST API, below `/admin/api/v1`; each stands in [`Document`], too.

use actix_web::{Resource, Scope, web};

use super::{
    keys,
    openapi::{self, Bearer},
    problem::Problem,
    resources, scopes,
};
use crate::services::admin::admit::API;

/// Every route of the API.
pub fn routes(base: &str) -> Scope {
    let scope = web::scope(&format!("{base}{API}"));
    keys(registries(scope))
        .service(at("/openapi.json", "GET").route(web::get().to(openapi::get)))
        .default_service(web::to(|| async { Err::<actix_web::HttpResponse, _>(Problem::no_such_path()) }))
}

fn registries(scope: Scope) -> Scope {
    scope
        .service(at("/scopes", "GET, POST").route(web::get().to(scopes::list)).route(web::post().to(scopes::create)))
        .service(
            at("/scopes/{name}", "GET, PATCH, DELETE")
                .route(web::get().to(scopes::show))
                .route(web::patch().to(scopes::update))
                .route(web::delete().to(scopes::delete)),
        )
        .service(
            at("/resources", "GET, POST")
                .route(web::get().to(resources::list))
                .route(web::post().to(resources::create)),
        )
        .service(
            at("/resources/{identifier}", "GET, PATCH, DELETE")
                .route(web::get().to(resources::show))
                .route(web::patch().to(resources::update))
                .route(web::delete().to(resources::delete)),
        )
}

fn keys(scope: Scope) -> Scope {
    scope
        .service(at("/keys", "GET").route(web::get().to(keys::list)))
        .service(at("/keys/rotate", "POST").route(web::post().to(keys::rotate)))
        .service(at("/keys/{kid}/revoke", "POST").route(web::post().to(keys::revoke)))
}

fn at(path: &str, allow: &'static str) -> Resource {
    web::resource(path).default_service(web::to(move || async move {
        Err::<actix_web::HttpResponse, _>(Problem::no_such_method(allow))
    }))
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "Signet administration", description = "Clients, people, keys and what happened."),
    modifiers(&Bearer),
    paths(
        scopes::list,
        scopes::create,
        scopes::show,
        scopes::update,
        scopes::delete,
        resources::list,
        resources::create,
        resources::show,
        resources::update,
        resources::delete,
        keys::list,
        keys::rotate,
        keys::revoke,
    )
)]
pub(super) struct Document;
