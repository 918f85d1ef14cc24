//! The stylesheet, the seal and the script of our pages.

use actix_web::{HttpRequest, HttpResponse, http::header, web::Data};

use crate::http::{
    app::App,
    pages::{assets, error},
};

/// A file's name changes with its content, so browsers may keep it for ever.
pub async fn get(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let path = request.path().strip_prefix(app.layout.base.as_str()).unwrap_or_default();
    match assets::find(path) {
        Some(asset) => HttpResponse::Ok()
            .content_type(asset.media_type)
            .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
            .body(asset.body),
        None => error::not_found(app, request.clone()).await,
    }
}
