//! `POST /revoke`. RFC 7009 §2.

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
    services::{fault::Failure, oauth::revoke},
};

/// Success has no body and no content type: browser libraries refuse text/plain here.
pub async fn post(app: Data<App>, request: HttpRequest, form: Form) -> HttpResponse {
    match answer(&app, &request, form).await {
        Ok(()) => HttpResponse::Ok().insert_header(NO_STORE).finish(),
        Err(failure) => refusal(&failure),
    }
}

async fn answer(app: &App, request: &HttpRequest, form: Form) -> Result<(), Failure> {
    query::refuse_secrets(request)?;
    let authorization = authorization::header(request)?;
    cors::of_presented(request, authorization.as_deref(), &form.0);
    revoke::revoke(&app.core, authorization, form.0).await
}
