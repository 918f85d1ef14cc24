//! The paths of the REST API, below `/admin/api/v1`; each stands in [`Document`], too.

use actix_web::{Resource, Scope, web};

use super::{
    api_keys, groups, keys,
    openapi::{self, Bearer},
    organisations,
    problem::Problem,
    resources, scopes,
};
use crate::services::admin::admit::API;

/// Every route of the API.
pub fn routes(base: &str) -> Scope {
    let scope = web::scope(&format!("{base}{API}"));
    belonging(keys(registries(scope)))
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

fn belonging(scope: Scope) -> Scope {
    scope
        .service(
            at("/organisations", "GET, POST")
                .route(web::get().to(organisations::list))
                .route(web::post().to(organisations::create)),
        )
        .service(
            at("/organisations/{id}", "GET, PATCH, DELETE")
                .route(web::get().to(organisations::show))
                .route(web::patch().to(organisations::update))
                .route(web::delete().to(organisations::delete)),
        )
        .service(
            at("/organisations/{id}/members", "GET, POST")
                .route(web::get().to(organisations::list_members))
                .route(web::post().to(organisations::add)),
        )
        .service(
            at("/organisations/{id}/members/{user}", "PUT, DELETE")
                .route(web::put().to(organisations::change_role))
                .route(web::delete().to(organisations::remove)),
        )
        .service(at("/groups", "GET, POST").route(web::get().to(groups::list)).route(web::post().to(groups::create)))
        .service(
            at("/groups/{id}", "GET, PATCH, DELETE")
                .route(web::get().to(groups::show))
                .route(web::patch().to(groups::update))
                .route(web::delete().to(groups::delete)),
        )
        .service(
            at("/groups/{id}/members", "GET, POST")
                .route(web::get().to(groups::list_members))
                .route(web::post().to(groups::add)),
        )
        .service(at("/groups/{id}/members/{user}", "DELETE").route(web::delete().to(groups::remove)))
        .service(
            at("/api-keys", "GET, POST").route(web::get().to(api_keys::list)).route(web::post().to(api_keys::create)),
        )
        .service(
            at("/api-keys/{id}", "GET, DELETE")
                .route(web::get().to(api_keys::show))
                .route(web::delete().to(api_keys::revoke)),
        )
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
        organisations::list,
        organisations::create,
        organisations::show,
        organisations::update,
        organisations::delete,
        organisations::list_members,
        organisations::add,
        organisations::change_role,
        organisations::remove,
        groups::list,
        groups::create,
        groups::show,
        groups::update,
        groups::delete,
        groups::list_members,
        groups::add,
        groups::remove,
        api_keys::list,
        api_keys::create,
        api_keys::show,
        api_keys::revoke,
        keys::list,
        keys::rotate,
        keys::revoke,
    )
)]
pub(super) struct Document;
