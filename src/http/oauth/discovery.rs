//! Both discovery documents: one content, two well-known addresses. OpenID Connect Discovery §4, RFC 8414 §3.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web::Data};

use super::error::refusal;
use crate::{
    http::{app::App, document::Document},
    services::{
        fault::{Failure, Fault},
        oauth::discovery,
    },
};

pub async fn get(app: Data<App>, request: HttpRequest) -> HttpResponse {
    match current(&app).await {
        Ok(document) => document.answer(&request, app.settings().keys.jwks_max_age_seconds),
        Err(fault) => refusal(&Failure::Fault(fault)),
    }
}

/// As old as the registry of scopes may be.
async fn current(app: &App) -> Result<Arc<Document>, Fault> {
    let (now, life) = (app.core.clock.now(), app.settings().clients.cache_seconds);
    match app.discovery.find(|made_at| now.since(*made_at) < life) {
        Some(document) => Ok(document),
        None => Ok(app.discovery.keep(now, discovery::document(&app.core).await?)),
    }
}
