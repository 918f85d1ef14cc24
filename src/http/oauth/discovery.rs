//! Both discovery documents: one content, two well-known addresses. OpenID Connect Discovery §4, RFC 8414 §3.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, PoisonError, RwLock},
};

use actix_web::{HttpRequest, HttpResponse, http::header, web::Data};

use super::error::refusal;
use crate::{
    domain::time::{Seconds, Timestamp},
    http::app::App,
    services::{
        fault::{Failure, Fault},
        oauth::discovery,
    },
};

/// A document that everybody may read, with the tag that tells whether it has changed.
#[derive(Debug)]
pub struct Document {
    body: String,
    etag: String,
}

/// The document as it was made a moment ago.
#[derive(Default)]
pub struct Kept(RwLock<Option<(Timestamp, Arc<Document>)>>);

pub async fn get(app: Data<App>, request: HttpRequest) -> HttpResponse {
    match current(&app).await {
        Ok(document) => send(&request, &document.body, &document.etag, app.settings().keys.jwks_max_age_seconds),
        Err(fault) => refusal(&Failure::Fault(fault)),
    }
}

async fn current(app: &App) -> Result<Arc<Document>, Fault> {
    let now = app.core.clock.now();
    let kept = app.discovery.0.read().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((made_at, document)) = kept
        && now.since(made_at) < app.settings().clients.cache_seconds
    {
        return Ok(document);
    }
    let body = discovery::document(&app.core).await?;
    let document = Arc::new(Document { etag: etag(&body), body });
    *app.discovery.0.write().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&document)));
    Ok(document)
}

/// A JSON document for everybody: any origin may read it, and caches keep it for `max_age`.
pub fn public_document(request: &HttpRequest, body: &str, max_age: Seconds) -> HttpResponse {
    send(request, body, &etag(body), max_age)
}

fn send(request: &HttpRequest, body: &str, etag: &str, max_age: Seconds) -> HttpResponse {
    let known = is_known(request, etag);
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((header::ETAG, etag))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((header::CACHE_CONTROL, format!("public, max-age={}", max_age.0)));
    if known { answer.finish() } else { answer.content_type("application/json").body(body.to_owned()) }
}

/// A list of tags, compared weakly: a proxy that compresses marks ours as weak. RFC 9110 §13.1.2.
fn is_known(request: &HttpRequest, etag: &str) -> bool {
    let lines = request.headers().get_all(header::IF_NONE_MATCH).filter_map(|line| line.to_str().ok());
    let mut tags = lines.flat_map(|line| line.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

fn etag(body: &str) -> String {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}
