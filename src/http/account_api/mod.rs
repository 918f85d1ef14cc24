//! The JSON account API: four documented contracts over one set of services. A folder per contract, a line in [`CONTRACTS`].

pub mod call;
pub mod classic;
pub mod coditect;
pub mod comind;
pub mod cors;
pub mod datix;
pub mod error;
pub mod json;
pub mod keys;
pub mod mounts;
pub mod openapi;
pub mod said;

use actix_web::{
    HttpResponse, Resource, Scope,
    guard::{self, GuardContext},
    http::header,
    middleware::from_fn,
    web::{self, Data, ServiceConfig},
};
use serde::Serialize;
use utoipa::openapi::OpenApi;

use self::mounts::Mounted;
use super::{app::App, extract::json::BadJson};
use crate::{
    domain::mount::{RefreshStyle, Unconfirmed},
    services::accounts::Refusal,
};

/// Every contract that this server speaks.
pub const CONTRACTS: &[&Contract] = &[&coditect::CONTRACT, &comind::CONTRACT, &datix::CONTRACT, &classic::CONTRACT];

/// What a contract's folder tells about itself.
pub struct Contract {
    pub name: &'static str,
    /// Where it stands unless `[[mounts]]` says otherwise.
    pub path: &'static str,
    /// What its API keys begin with.
    pub key_prefix: &'static str,
    pub refresh: RefreshStyle,
    pub unconfirmed: Unconfirmed,
    /// Adds its routes to the scope of a mount.
    pub routes: fn(Scope) -> Scope,
    /// Its OpenAPI document; paths are below the mount.
    pub document: fn() -> OpenApi,
    /// How it says no.
    pub refuse: fn(&Refused) -> HttpResponse,
}

/// Everything that a contract must find words for.
#[derive(Debug)]
pub enum Refused {
    Refusal(Refusal),
    Body(BadJson),
    /// There is nothing at this path.
    NoSuchPath,
    /// RFC 9110 §15.5.6: these methods there are.
    NoSuchMethod(&'static str),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

/// The routes of every mount. Those with a host go first: they are asked before one that answers under every name.
pub fn routes(config: &mut ServiceConfig, app: &App) {
    let (named, anywhere): (Vec<_>, Vec<_>) = app.mounts.iter().partition(|mounted| mounted.host.is_some());
    for mounted in named.into_iter().chain(anywhere) {
        config.service(scope(mounted));
    }
}

fn scope(mounted: &Data<Mounted>) -> impl actix_web::dev::HttpServiceFactory + use<> {
    let scope = match &mounted.host {
        Some(host) => web::scope(&mounted.path).guard(guard::fn_guard(called(host.clone()))),
        None => web::scope(&mounted.path),
    };
    let refuse = mounted.contract.refuse;
    (mounted.contract.routes)(scope.app_data(mounted.clone()))
        .service(resource("/openapi.json", "GET", refuse).route(web::get().to(openapi::get)))
        .default_service(web::to(move || async move { refuse(&Refused::NoSuchPath) }))
        .wrap(from_fn(cors::any_origin))
}

/// Whether a request is for this name: in any case (RFC 9110 §4.2.3), and a port does not make another.
fn called(host: String) -> impl Fn(&GuardContext<'_>) -> bool {
    fn name(host: &str) -> &str {
        host.split_once(':').map_or(host, |(name, _)| name)
    }
    move |request| {
        let head = request.head();
        let header = head.headers().get(header::HOST).and_then(|value| value.to_str().ok());
        // HTTP/2 has it in the address instead.
        header.or_else(|| head.uri.host()).is_some_and(|asked| name(asked).eq_ignore_ascii_case(name(&host)))
    }
}

/// A path of a contract, which refuses methods that are not there in the contract's own words.
pub fn resource(path: &str, allow: &'static str, refuse: fn(&Refused) -> HttpResponse) -> Resource {
    web::resource(path).default_service(web::to(move || async move {
        let mut answer = refuse(&Refused::NoSuchMethod(allow));
        answer.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static(allow));
        answer
    }))
}

/// 200, kept by no cache.
pub fn ok(body: impl Serialize) -> HttpResponse {
    HttpResponse::Ok().insert_header(NO_STORE).json(body)
}

/// 201, kept by no cache.
pub fn created(body: impl Serialize) -> HttpResponse {
    HttpResponse::Created().insert_header(NO_STORE).json(body)
}

const NO_STORE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");
