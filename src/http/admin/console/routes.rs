//! The paths of the console, below `/admin`.

use actix_web::{Resource, Scope, web};

use super::{keys, scopes};
use crate::http::pages::error;

/// Every page of the console. An address that only a form leads to says so.
pub fn routes(base: &str) -> Scope {
    registries(web::scope(&format!("{base}/admin"))).default_service(web::to(error::not_found))
}

fn registries(scope: Scope) -> Scope {
    scope
        .service(at("/scopes").route(web::get().to(scopes::list)).route(web::post().to(scopes::create)))
        .service(at("/scopes/new").route(web::get().to(scopes::new)))
        .service(at("/scopes/{name}").route(web::get().to(scopes::show)).route(web::post().to(scopes::update)))
        .service(at("/scopes/{name}/delete").route(web::post().to(scopes::delete)))
        .service(at("/keys").route(web::get().to(keys::list)))
        .service(at("/keys/rotate").route(web::post().to(keys::rotate)))
        .service(at("/keys/{kid}/revoke").route(web::post().to(keys::revoke)))
}

fn at(path: &str) -> Resource {
    web::resource(path).default_service(web::to(error::only_by_form))
}
