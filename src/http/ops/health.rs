//! `/healthz` and `/readyz`.

use actix_web::{HttpResponse, http::header, web::Data};
use serde_json::json;

use crate::{http::app::App, services::readiness};

/// The process answers: restarting it would not help.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(json!({ "status": "ok" }))
}

/// Database, migrations and keys are there: a proxy may send requests here.
pub async fn readyz(app: Data<App>) -> HttpResponse {
    let ready = readiness::check(&app.core).await;
    let mut answer = if ready.is_ready() { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    answer.insert_header((header::CACHE_CONTROL, "no-store")).json(ready)
}
