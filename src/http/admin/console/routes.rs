//! The paths of the console, below `/admin`.

use actix_web::{Resource, Scope, web};

use super::{clients, keys, scopes, user, user_access, users};
use crate::http::pages::error;

/// Every page of the console. An address that only a form leads to says so.
pub fn routes(base: &str) -> Scope {
    let scope = web::scope(&format!("{base}/admin"));
    people(clients(registries(scope))).default_service(web::to(error::not_found))
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

fn clients(scope: Scope) -> Scope {
    scope
        .service(at("/clients").route(web::get().to(clients::list)).route(web::post().to(clients::create)))
        .service(at("/clients/new").route(web::get().to(clients::new)))
        .service(at("/clients/{id}").route(web::get().to(clients::show)))
        .service(at("/clients/{id}/edit").route(web::get().to(clients::edit)).route(web::post().to(clients::update)))
        .service(at("/clients/{id}/status").route(web::post().to(clients::set_status)))
        .service(at("/clients/{id}/delete").route(web::post().to(clients::delete)))
        .service(
            at("/clients/{id}/secrets")
                .route(web::get().to(clients::show_secrets))
                .route(web::post().to(clients::rotate_secret)),
        )
        .service(at("/clients/{id}/secrets/{secret}/revoke").route(web::post().to(clients::revoke_secret)))
        .service(
            at("/clients/{id}/test")
                .route(web::get().to(clients::show_test))
                .route(web::post().to(clients::begin_test)),
        )
        .service(at("/clients/{id}/test/address").route(web::post().to(clients::set_address)))
        .service(at("/clients/{id}/test/token").route(web::post().to(clients::ask_for_token)))
}

fn people(scope: Scope) -> Scope {
    scope
        .service(at("/users").route(web::get().to(users::list)).route(web::post().to(users::create)))
        .service(at("/users/new").route(web::get().to(users::new)))
        .service(at("/users/{id}").route(web::get().to(user::show)).route(web::post().to(user::update)))
        .service(at("/users/{id}/access").route(web::get().to(user_access::show)))
        .service(at("/users/{id}/{act}").route(web::post().to(user_access::act)))
}

fn at(path: &str) -> Resource {
    web::resource(path).default_service(web::to(error::only_by_form))
}
