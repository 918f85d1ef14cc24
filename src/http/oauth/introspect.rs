//! `POST /introspect`. RFC 7662 §2.

use actix_web::{HttpRequest, HttpResponse, web::Data};

use super::error::{NO_STORE, refusal};
use crate::{
    http::{
        app::App,
        extract::{authorization, form::Form, query},
    },
    protocol::introspect::IntrospectResponse,
    services::{fault::Failure, oauth::introspect},
};

pub async fn post(app: Data<App>, request: HttpRequest, form: Form) -> HttpResponse {
    match answer(&app, &request, form).await {
        Ok(told) => HttpResponse::Ok().insert_header(NO_STORE).json(told),
        Err(failure) => refusal(&failure),
    }
}

async fn answer(app: &App, request: &HttpRequest, form: Form) -> Result<IntrospectResponse, Failure> {
    query::refuse_secrets(request)?;
    introspect::answer(&app.core, authorization::header(request)?, form.0).await
}
