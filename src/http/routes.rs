//! Every route of the server, on one page.

use actix_web::{
    HttpResponse, Resource, Route,
    http::header,
    middleware::from_fn,
    web::{self, Data, ServiceConfig},
};

use super::{
    account_api, admin,
    app::{App, Mode},
    oauth::{authorize, cors, discovery, introspect, jwks, logout, revoke, token, userinfo},
    ops::{assets, health},
    pages::{
        account, choose_account, confirm, consent, enrolment, error, first_administrator, forgot, home, invitation,
        login, outbox, playground, register, reset, second_factor, upstream,
    },
};

/// The routes of an issuer, below its path.
pub fn routes(app: &Data<App>) -> impl FnOnce(&mut ServiceConfig) + use<> {
    let base = app.layout.base.clone();
    let mode = app.mode.clone();
    let app = app.clone();
    move |config| {
        protocol(config, &base);
        pages(config, &base);
        accounts(config, &base);
        settings(config, &base);
        operation(config, &base);
        config.service(admin::rest::routes(&base)).service(admin::console::routes(&base));
        if let Mode::Dev(_) = mode {
            development(config, &base);
        }
        // After the issuer's own paths: a mount takes every path below its own.
        account_api::routes(config, &app);
        config.default_service(web::route().to(error::not_found));
    }
}

fn protocol(config: &mut ServiceConfig, base: &str) {
    for document in ["openid-configuration", "oauth-authorization-server"] {
        config.service(read(&format!("{base}/.well-known/{document}"), || web::to(discovery::get)));
        if !base.is_empty() {
            // RFC 8414 §3.1: the issuer's path goes behind the well-known part.
            config.service(read(&format!("/.well-known/{document}{base}"), || web::to(discovery::get)));
        }
    }
    config
        .service(read(&format!("{base}/jwks"), || web::to(jwks::get)))
        .service(
            web::resource(format!("{base}/token"))
                .wrap(from_fn(cors::guard))
                .route(web::post().to(token::post))
                .route(options().to(cors::preflight))
                .default_service(not_allowed("POST, OPTIONS")),
        )
        .service(
            web::resource(format!("{base}/userinfo"))
                .wrap(from_fn(cors::guard))
                .route(web::get().to(userinfo::get))
                .route(web::head().to(userinfo::get))
                .route(web::post().to(userinfo::post))
                .route(options().to(cors::preflight))
                .default_service(not_allowed("GET, HEAD, POST, OPTIONS")),
        )
        .service(
            web::resource(format!("{base}/revoke"))
                .wrap(from_fn(cors::guard))
                .route(web::post().to(revoke::post))
                .route(options().to(cors::preflight))
                .default_service(not_allowed("POST, OPTIONS")),
        )
        .service(
            web::resource(format!("{base}/introspect"))
                .route(web::post().to(introspect::post))
                .default_service(not_allowed("POST")),
        );
}

fn pages(config: &mut ServiceConfig, base: &str) {
    config
        .service(
            web::resource(format!("{base}/authorize"))
                .route(web::get().to(authorize::get))
                .route(web::head().to(authorize::get))
                .route(web::post().to(authorize::post))
                .default_service(not_allowed("GET, HEAD, POST")),
        )
        .service(read(&format!("{base}/authorize/resume"), || web::to(authorize::resume)))
        .service(page(&format!("{base}/login"), || web::to(login::get), web::post().to(login::submit)))
        .service(form(&format!("{base}/login/cancel"), web::post().to(login::cancel)))
        .service(form(&format!("{base}/login/with/{{provider}}"), web::post().to(upstream::depart)))
        .service(read(&format!("{base}/login/callback/{{provider}}"), || web::to(upstream::callback)))
        .service(form(&format!("{base}/account/providers/{{provider}}/link"), web::post().to(upstream::link)))
        .service(form(&format!("{base}/choose-account"), web::post().to(choose_account::submit)))
        .service(form(&format!("{base}/consent"), web::post().to(consent::submit)))
        .service(
            web::resource(format!("{base}/logout"))
                .route(web::get().to(logout::get))
                .route(web::head().to(logout::get))
                .route(web::post().to(logout::post))
                .default_service(not_allowed("GET, HEAD, POST")),
        )
        .service(form(&format!("{base}/logout/confirm"), web::post().to(logout::confirm)))
        .service(read(&format!("{base}/"), || web::to(home::get)));
}

/// What people do about accounts before they are signed in.
fn accounts(config: &mut ServiceConfig, base: &str) {
    let at = |path: &str| format!("{base}{path}");
    config
        .service(form(&at("/login/second-factor"), web::post().to(second_factor::submit)))
        .service(form(&at("/login/enrolment"), web::post().to(enrolment::submit)))
        .service(page(&at("/account/register"), || web::to(register::get), web::post().to(register::submit)))
        .service(page(&at("/account/confirm"), || web::to(confirm::get), web::post().to(confirm::submit)))
        .service(form(&at("/account/confirm/again"), web::post().to(confirm::send_again)))
        .service(page(&at("/account/forgot"), || web::to(forgot::get), web::post().to(forgot::submit)))
        .service(page(&at("/account/reset"), || web::to(reset::get), web::post().to(reset::submit)))
        .service(page(&at("/account/invitation"), || web::to(invitation::get), web::post().to(invitation::submit)))
        // Before the console's own paths: nobody is signed in yet.
        .service(page(
            &at("/admin/first"),
            || web::to(first_administrator::get),
            web::post().to(first_administrator::submit),
        ));
}

/// What people do about their own account.
fn settings(config: &mut ServiceConfig, base: &str) {
    use account::{api_keys, applications, password, profile, providers, second_factor, sessions};
    let at = |path: &str| format!("{base}/account{path}");
    config
        .service(read(&at(""), || web::to(profile::get)))
        .service(form(&at("/profile"), web::post().to(profile::submit)))
        .service(form(&at("/profile/email"), web::post().to(profile::change_email)))
        .service(form(&at("/profile/resend"), web::post().to(profile::resend)))
        .service(page(&at("/password"), || web::to(password::get), web::post().to(password::submit)))
        .service(read(&at("/second-factor"), || web::to(second_factor::get)))
        .service(form(&at("/second-factor/enable"), web::post().to(second_factor::enable)))
        .service(form(&at("/second-factor/confirm"), web::post().to(second_factor::confirm)))
        .service(form(&at("/second-factor/disable"), web::post().to(second_factor::disable)))
        .service(form(&at("/second-factor/backup-codes"), web::post().to(second_factor::renew)))
        .service(read(&at("/sessions"), || web::to(sessions::get)))
        .service(form(&at("/sessions/end"), web::post().to(sessions::end)))
        .service(form(&at("/sessions/end-others"), web::post().to(sessions::end_others)))
        .service(read(&at("/applications"), || web::to(applications::get)))
        .service(form(&at("/applications/withdraw"), web::post().to(applications::withdraw)))
        .service(page(&at("/api-keys"), || web::to(api_keys::get), web::post().to(api_keys::create)))
        .service(form(&at("/api-keys/rotate"), web::post().to(api_keys::rotate)))
        .service(form(&at("/api-keys/revoke"), web::post().to(api_keys::revoke)))
        .service(read(&at("/providers"), || web::to(providers::get)))
        .service(form(&at("/providers/unlink"), web::post().to(providers::unlink)));
}

fn operation(config: &mut ServiceConfig, base: &str) {
    config
        .service(read(&format!("{base}/assets/{{file}}"), || web::to(assets::get)))
        .service(read(&format!("{base}/healthz"), || web::to(health::healthz)))
        .service(read(&format!("{base}/readyz"), || web::to(health::readyz)));
}

fn development(config: &mut ServiceConfig, base: &str) {
    config
        .service(
            web::resource(format!("{base}/playground"))
                .route(web::get().to(playground::get))
                .route(web::head().to(playground::get))
                .route(web::post().to(playground::post))
                .default_service(not_allowed("GET, HEAD, POST")),
        )
        .service(read(&format!("{base}/playground/callback"), || web::to(playground::callback)))
        .service(read(&format!("{base}/outbox"), || web::to(outbox::get)));
}

/// A resource that is only read.
fn read(path: &str, to: fn() -> Route) -> Resource {
    web::resource(path)
        .route(to().method(actix_web::http::Method::GET))
        .route(to().method(actix_web::http::Method::HEAD))
        .default_service(not_allowed("GET, HEAD"))
}

/// A page with a form that is posted to where the page is.
fn page(path: &str, to: fn() -> Route, post: Route) -> Resource {
    web::resource(path)
        .route(to().method(actix_web::http::Method::GET))
        .route(to().method(actix_web::http::Method::HEAD))
        .route(post)
        .default_service(not_allowed("GET, HEAD, POST"))
}

/// Where a form of ours is posted to.
fn form(path: &str, post: Route) -> Resource {
    web::resource(path).route(post).default_service(web::to(error::only_by_form))
}

fn options() -> Route {
    web::method(actix_web::http::Method::OPTIONS)
}

/// RFC 9110 §15.5.6: a 405 says which methods there are.
fn not_allowed(allow: &'static str) -> Route {
    web::to(move || async move { HttpResponse::MethodNotAllowed().insert_header((header::ALLOW, allow)).finish() })
}
