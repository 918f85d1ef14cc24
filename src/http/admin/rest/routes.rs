//! The paths of the REST API, below `/admin/api/v1`; each stands in [`Document`], too.

use actix_web::{Resource, Scope, web};

use super::{
    api_keys, audit, clients, groups, keys,
    openapi::{self, Bearer},
    organisations,
    problem::Problem,
    providers, refused, resources, scopes, status, user_access, users,
};
use crate::services::admin::admit::API;

/// Every route of the API.
pub fn routes(base: &str) -> Scope {
    let scope = web::scope(&format!("{base}{API}"));
    overview(belonging(people(clients(keys(registries(scope))))))
        .service(at("/openapi.json", "GET").route(web::get().to(openapi::get)))
        .default_service(web::to(|| async { Err::<actix_web::HttpResponse, _>(Problem::no_such_path()) }))
}

fn overview(scope: Scope) -> Scope {
    scope
        .service(at("/status", "GET").route(web::get().to(status::show)))
        .service(at("/providers", "GET").route(web::get().to(providers::list)))
        .service(at("/providers/{name}/test", "POST").route(web::post().to(providers::test)))
        .service(at("/audit-events", "GET").route(web::get().to(audit::list)))
        .service(at("/audit-events/export", "GET").route(web::get().to(audit::export)))
        .service(at("/audit-events/verification", "GET").route(web::get().to(audit::verification)))
        .service(at("/refused-requests", "GET").route(web::get().to(refused::list)))
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

fn clients(scope: Scope) -> Scope {
    scope
        .service(at("/clients", "GET, POST").route(web::get().to(clients::list)).route(web::post().to(clients::create)))
        .service(
            at("/clients/{client_id}", "GET, PATCH, DELETE")
                .route(web::get().to(clients::show))
                .route(web::patch().to(clients::update))
                .route(web::delete().to(clients::delete)),
        )
        .service(
            at("/clients/{client_id}/secrets", "GET, POST")
                .route(web::get().to(clients::secrets))
                .route(web::post().to(clients::rotate)),
        )
        .service(at("/clients/{client_id}/secrets/{id}", "DELETE").route(web::delete().to(clients::revoke)))
        .service(at("/clients/{client_id}/usage", "GET").route(web::get().to(clients::used)))
}

fn people(scope: Scope) -> Scope {
    let step = |path: &str, to: actix_web::Route| at(&format!("/users/{{id}}/{path}"), "POST").route(to);
    scope
        .service(at("/users", "GET, POST").route(web::get().to(users::list)).route(web::post().to(users::create)))
        .service(
            at("/users/{id}", "GET, PATCH, DELETE")
                .route(web::get().to(users::show))
                .route(web::patch().to(users::update))
                .route(web::delete().to(users::delete)),
        )
        .service(step("suspend", web::post().to(users::suspend)))
        .service(step("activate", web::post().to(users::activate)))
        .service(step("disable", web::post().to(users::disable)))
        .service(step("password-reset", web::post().to(users::send_reset)))
        .service(step("invitation", web::post().to(users::invite_again)))
        .service(at("/users/{id}/password", "PUT").route(web::put().to(users::set_password)))
        .service(at("/users/{id}/second-factor", "DELETE").route(web::delete().to(users::reset_second_factor)))
        .service(
            at("/users/{id}/sessions", "GET, DELETE")
                .route(web::get().to(user_access::sessions))
                .route(web::delete().to(user_access::end_sessions)),
        )
        .service(at("/users/{id}/sessions/{sid}", "DELETE").route(web::delete().to(user_access::end_session)))
        .service(
            at("/users/{id}/consents", "GET, DELETE")
                .route(web::get().to(user_access::consents))
                .route(web::delete().to(user_access::withdraw_all)),
        )
        .service(at("/users/{id}/consents/{client_id}", "DELETE").route(web::delete().to(user_access::withdraw)))
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
        clients::list,
        clients::create,
        clients::show,
        clients::update,
        clients::delete,
        clients::secrets,
        clients::rotate,
        clients::revoke,
        clients::used,
        users::list,
        users::create,
        users::show,
        users::update,
        users::delete,
        users::suspend,
        users::activate,
        users::disable,
        users::set_password,
        users::send_reset,
        users::invite_again,
        users::reset_second_factor,
        user_access::sessions,
        user_access::end_sessions,
        user_access::end_session,
        user_access::consents,
        user_access::withdraw_all,
        user_access::withdraw,
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
        status::show,
        providers::list,
        providers::test,
        audit::list,
        audit::export,
        audit::verification,
        refused::list,
        keys::list,
        keys::rotate,
        keys::revoke,
    )
)]
pub(super) struct Document;
