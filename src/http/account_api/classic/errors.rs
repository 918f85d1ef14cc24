//! How the `classic` contract says no.

use actix_web::HttpResponse;

use crate::http::account_api::Refused;

pub(super) fn refuse(_: &Refused) -> HttpResponse {
    HttpResponse::NotFound().finish()
}
