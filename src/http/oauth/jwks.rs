//! `GET /jwks`: the public keys, from memory. RFC 7517 §5.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web::Data};

use crate::{http::app::App, services::keys};

pub async fn get(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let loaded = app.core.keys.loaded();
    let kept = app.jwks.find(|made_from| Arc::ptr_eq(made_from, &loaded.jwks));
    let document = kept.unwrap_or_else(|| app.jwks.keep(Arc::clone(&loaded.jwks), loaded.jwks.as_ref().to_owned()));
    document.answer(&request, keys::fresh_for(&app.core, &loaded))
}
