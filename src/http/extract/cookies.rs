//! Our cookies: the session's secret, what binds an interaction to this browser, what waits for a provider's answer, and
//! the playground's.

use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
};

use crate::{config::Settings, services::oauth::browser::Browser};

/// `__Host-` keeps other hosts and plain http from setting it; only a plain-http loopback issuer goes without.
struct Names {
    session: &'static str,
    binding: &'static str,
    upstream: &'static str,
}

const SECURE: Names =
    Names { session: "__Host-signet", binding: "__Host-signet-browser", upstream: "__Host-signet-upstream" };
const LOOPBACK: Names = Names { session: "signet", binding: "signet-browser", upstream: "signet-upstream" };

fn names(settings: &Settings) -> &'static Names {
    if settings.issuer.is_plain_loopback() { &LOOPBACK } else { &SECURE }
}

/// The browser behind a request.
pub fn browser(request: &HttpRequest, settings: &Settings) -> Browser {
    Browser::new(value(request, names(settings).session), kept_binding(request, settings))
}

/// The binding that the browser was given before.
pub fn kept_binding(request: &HttpRequest, settings: &Settings) -> Option<String> {
    value(request, names(settings).binding)
}

fn value(request: &HttpRequest, name: &str) -> Option<String> {
    request.cookie(name).map(|cookie| cookie.value().to_owned()).filter(|value| !value.is_empty())
}

/// Set at login and at each rise in privilege.
pub fn session<'a>(settings: &Settings, secret: &str) -> Cookie<'a> {
    let mut cookie = base(settings, names(settings).session, secret);
    cookie.set_max_age(Duration::seconds(settings.sessions.absolute_seconds.0));
    cookie
}

pub fn no_session<'a>(settings: &Settings) -> Cookie<'a> {
    let mut cookie = base(settings, names(settings).session, "");
    cookie.make_removal();
    cookie
}

/// Lives as long as the browser does.
pub fn binding<'a>(settings: &Settings, value: &str) -> Cookie<'a> {
    base(settings, names(settings).binding, value)
}

/// What was sealed when this browser left for a provider.
pub fn kept_for_upstream(request: &HttpRequest, settings: &Settings) -> Option<String> {
    request.cookie(names(settings).upstream).map(|cookie| cookie.value().to_owned())
}

/// As long as a sign-in may take. Lax: the way back is a navigation from another site.
pub fn upstream<'a>(settings: &Settings, sealed: &str) -> Cookie<'a> {
    let mut cookie = base(settings, names(settings).upstream, sealed);
    cookie.set_max_age(Duration::seconds(settings.tokens.interaction_seconds.0));
    cookie
}

/// One departure, one answer.
pub fn no_upstream<'a>(settings: &Settings) -> Cookie<'a> {
    let mut cookie = base(settings, names(settings).upstream, "");
    cookie.make_removal();
    cookie
}

/// Keeps what the playground needs while the browser is away. Development only, so plain loopback.
const PLAYGROUND: &str = "signet-playground";

pub fn kept_by_playground(request: &HttpRequest) -> Option<String> {
    request.cookie(PLAYGROUND).map(|cookie| cookie.value().to_owned())
}

/// As long as an interaction may take.
pub fn playground<'a>(settings: &Settings, sealed: &str) -> Cookie<'a> {
    let mut cookie = base(settings, PLAYGROUND, sealed);
    cookie.set_max_age(Duration::seconds(settings.tokens.interaction_seconds.0));
    cookie
}

fn base<'a>(settings: &Settings, name: &'static str, value: &str) -> Cookie<'a> {
    Cookie::build(name, value.to_owned())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(!settings.issuer.is_plain_loopback())
        .finish()
}
