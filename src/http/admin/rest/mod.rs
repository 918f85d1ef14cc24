//! The administration's REST API, `/admin/api/v1`: JSON, RFC 9457 problems, cursors, `ETag` and `If-Match`.

mod api_keys;
mod audit;
mod call;
mod clients;
mod declared;
mod groups;
mod json;
mod keys;
mod listing;
mod members;
pub mod openapi;
mod organisations;
mod problem;
mod providers;
mod refused;
mod resources;
mod routes;
mod scopes;
mod status;
mod user_access;
mod user_change;
mod user_shapes;
mod users;

use actix_web::{HttpResponse, HttpResponseBuilder, http::header};
use serde::Serialize;

use self::problem::Problem;
use crate::services::admin::edition::Edition;

pub use self::routes::routes;

/// What a handler comes to.
type Answer = Result<HttpResponse, Problem>;

const NO_STORE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

fn ok(body: impl Serialize) -> HttpResponse {
    HttpResponse::Ok().insert_header(NO_STORE).json(body)
}

/// One thing in one of its editions, for the `If-Match` of the next change.
fn current(body: impl Serialize, edition: &Edition) -> HttpResponse {
    tagged(HttpResponse::Ok(), edition).json(body)
}

/// 201: where it is now, and in which edition.
fn created(body: impl Serialize, edition: &Edition, path: &str) -> HttpResponse {
    tagged(HttpResponse::Created(), edition).insert_header((header::LOCATION, path)).json(body)
}

/// 201 of what has no editions.
fn added(body: impl Serialize, path: &str) -> HttpResponse {
    HttpResponse::Created().insert_header(NO_STORE).insert_header((header::LOCATION, path)).json(body)
}

fn nothing() -> HttpResponse {
    HttpResponse::NoContent().insert_header(NO_STORE).finish()
}

fn tagged(mut answer: HttpResponseBuilder, edition: &Edition) -> HttpResponseBuilder {
    let tag = header::EntityTag::new_strong(edition.as_str().to_owned());
    answer.insert_header(NO_STORE).insert_header(header::ETag(tag));
    answer
}
