//! `GET /jwks`: the public keys, from memory. RFC 7517 §5.

use actix_web::{HttpRequest, HttpResponse, web::Data};

use super::discovery::public_document;
use crate::{http::app::App, services::keys};

pub async fn get(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let loaded = app.core.keys.loaded();
    public_document(&request, &loaded.jwks, keys::fresh_for(&app.core, &loaded))
}
