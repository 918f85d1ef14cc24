//! The paths of the console, below `/admin`.

use actix_web::{Resource, Scope, web};

use super::{
    api_keys, audit, clients, dashboard, groups, keys, organisations, providers, refused, resources, scopes, user,
    user_access, users,
};
use crate::http::pages::error;

/// Every page of the console. An address that only a form leads to says so.
pub fn routes(base: &str) -> Scope {
    let scope = web::scope(&format!("{base}/admin"));
    overview(belonging(people(clients(registries(scope))))).default_service(web::to(error::not_found))
}

fn overview(scope: Scope) -> Scope {
    scope
        .service(at("").route(web::get().to(dashboard::show)))
        .service(at("/refused").route(web::get().to(refused::list)))
        .service(at("/providers").route(web::get().to(providers::list)))
        .service(at("/providers/{name}/test").route(web::post().to(providers::test)))
        .service(at("/audit").route(web::get().to(audit::list)))
        .service(at("/audit/export").route(web::get().to(audit::export)))
        .service(at("/audit/verify").route(web::post().to(audit::verify)))
}

fn registries(scope: Scope) -> Scope {
    scope
        .service(at("/scopes").route(web::get().to(scopes::list)).route(web::post().to(scopes::create)))
        .service(at("/scopes/new").route(web::get().to(scopes::new)))
        .service(at("/scopes/{name}").route(web::get().to(scopes::show)).route(web::post().to(scopes::update)))
        .service(at("/scopes/{name}/delete").route(web::post().to(scopes::delete)))
        .service(at("/resources").route(web::get().to(resources::list)).route(web::post().to(resources::create)))
        .service(at("/resources/new").route(web::get().to(resources::new)))
        .service(
            at("/resources/{identifier}")
                .route(web::get().to(resources::show))
                .route(web::post().to(resources::update)),
        )
        .service(at("/resources/{identifier}/delete").route(web::post().to(resources::delete)))
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

fn belonging(scope: Scope) -> Scope {
    scope
        .service(
            at("/organisations").route(web::get().to(organisations::list)).route(web::post().to(organisations::create)),
        )
        .service(at("/organisations/new").route(web::get().to(organisations::new)))
        .service(
            at("/organisations/{id}")
                .route(web::get().to(organisations::show))
                .route(web::post().to(organisations::rename)),
        )
        .service(at("/organisations/{id}/delete").route(web::post().to(organisations::delete)))
        .service(at("/organisations/{id}/members").route(web::post().to(organisations::add)))
        .service(at("/organisations/{id}/members/{user}").route(web::post().to(organisations::change_role)))
        .service(at("/organisations/{id}/members/{user}/remove").route(web::post().to(organisations::remove)))
        .service(at("/groups").route(web::get().to(groups::list)).route(web::post().to(groups::create)))
        .service(at("/groups/new").route(web::get().to(groups::new)))
        .service(at("/groups/{id}").route(web::get().to(groups::show)).route(web::post().to(groups::rename)))
        .service(at("/groups/{id}/delete").route(web::post().to(groups::delete)))
        .service(at("/groups/{id}/members").route(web::post().to(groups::add)))
        .service(at("/groups/{id}/members/{user}/remove").route(web::post().to(groups::remove)))
        .service(at("/api-keys").route(web::get().to(api_keys::list)).route(web::post().to(api_keys::create)))
        .service(at("/api-keys/new").route(web::get().to(api_keys::new)))
        .service(at("/api-keys/{id}").route(web::get().to(api_keys::show)))
        .service(at("/api-keys/{id}/revoke").route(web::post().to(api_keys::revoke)))
}

fn at(path: &str) -> Resource {
    web::resource(path).default_service(web::to(error::only_by_form))
}
