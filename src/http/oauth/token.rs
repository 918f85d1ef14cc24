//! `POST /token`. RFC 6749 §3.2.

use actix_web::{HttpRequest, HttpResponse, web::Data};

use super::{
    cors,
    error::{NO_STORE, bad_body, refusal},
};
use crate::{
    domain::refused::Endpoint,
    http::{
        app::App,
        extract::{
            authorization,
            form::{BadBody, Form},
            query,
        },
    },
    protocol::token::TokenResponse,
    services::{fault::Failure, oauth::token, refused},
};

pub async fn post(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    let form = match form {
        Ok(form) => form,
        Err(bad) => return unread(&app, &bad),
    };
    match answer(&app, &request, form).await {
        Ok(tokens) => HttpResponse::Ok().insert_header(NO_STORE).json(tokens),
        Err(failure) => refusal(&failure),
    }
}

fn unread(app: &App, bad: &BadBody) -> HttpResponse {
    if let BadBody::Malformed(error) = bad {
        refused::unread(&app.core, Endpoint::Token, error);
    }
    bad_body(bad)
}

async fn answer(app: &App, request: &HttpRequest, form: Form) -> Result<TokenResponse, Failure> {
    let read = query::refuse_secrets(request).and_then(|()| authorization::header(request));
    let authorization = read.inspect_err(|error| refused::unread(&app.core, Endpoint::Token, error))?;
    cors::of_presented(request, authorization.as_deref(), &form.0);
    token::exchange(&app.core, authorization, form.0).await
}
