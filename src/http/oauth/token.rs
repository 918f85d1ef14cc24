//! `POST /token`. RFC 6749 §3.2.

use actix_web::{HttpRequest, HttpResponse, web::Data};

use super::{
    cors,
    error::{NO_STORE, refusal},
};
use crate::{
    http::{
        app::App,
        extract::{authorization, form::Form, query},
    },
    protocol::token::TokenResponse,
    services::{fault::Failure, oauth::token},
};

pub async fn post(app: Data<App>, request: HttpRequest, form: Form) -> HttpResponse {
    match answer(&app, &request, form).await {
        Ok(tokens) => HttpResponse::Ok().insert_header(NO_STORE).json(tokens),
        Err(failure) => refusal(&failure),
    }
}

async fn answer(app: &App, request: &HttpRequest, form: Form) -> Result<TokenResponse, Failure> {
    query::refuse_secrets(request)?;
    let authorization = authorization::header(request)?;
    cors::of_presented(request, authorization.as_deref(), &form.0);
    token::exchange(&app.core, authorization, form.0).await
}
