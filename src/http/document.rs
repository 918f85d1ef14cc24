//! JSON documents that everybody may read: made once, kept, and sent without a copy.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, PoisonError, RwLock},
};

use actix_web::{HttpRequest, HttpResponse, http::header, web::Bytes};

use crate::domain::time::Seconds;

/// A document, with the tag that tells whether it has changed.
#[derive(Debug)]
pub struct Document {
    body: Bytes,
    etag: String,
}

/// The document that was made last, and what it was made from.
pub struct Kept<K>(RwLock<Option<(K, Arc<Document>)>>);

impl Document {
    fn new(body: String) -> Self {
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        Self { etag: format!("\"{:016x}\"", hasher.finish()), body: body.into() }
    }

    /// Any origin may read it, and caches keep it for `max_age`.
    pub fn answer(&self, request: &HttpRequest, max_age: Seconds) -> HttpResponse {
        let known = is_known(request, &self.etag);
        let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        answer
            .insert_header((header::ETAG, self.etag.as_str()))
            .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
            .insert_header((header::CACHE_CONTROL, format!("public, max-age={}", max_age.0)));
        if known { answer.finish() } else { answer.content_type("application/json").body(self.body.clone()) }
    }
}

impl<K> Default for Kept<K> {
    fn default() -> Self {
        Self(RwLock::new(None))
    }
}

impl<K> Kept<K> {
    /// The kept document, if what it was made from still fits.
    pub fn find(&self, fits: impl FnOnce(&K) -> bool) -> Option<Arc<Document>> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|(made_from, _)| fits(made_from)).map(|(_, document)| Arc::clone(document))
    }

    pub fn keep(&self, made_from: K, body: String) -> Arc<Document> {
        let document = Arc::new(Document::new(body));
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some((made_from, Arc::clone(&document)));
        document
    }
}

/// A list of tags, compared weakly: a proxy that compresses marks ours as weak. RFC 9110 §13.1.2.
fn is_known(request: &HttpRequest, etag: &str) -> bool {
    let lines = request.headers().get_all(header::IF_NONE_MATCH).filter_map(|line| line.to_str().ok());
    let mut tags = lines.flat_map(|line| line.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}
