//! `GET` and `POST /userinfo`. OpenID Connect Core §5.3, RFC 6750.

use actix_web::{HttpRequest, HttpResponse, web::Data};

use super::error::{NO_STORE, bearer_refusal};
use crate::{
    http::{
        app::App,
        extract::{authorization, form::Form, query},
    },
    protocol::{params::Params, userinfo as bearer},
    services::{fault::Failure, oauth::userinfo},
};

pub async fn get(app: Data<App>, request: HttpRequest) -> HttpResponse {
    said(answer(&app, &request, &Params::default()).await)
}

/// The token may come in the body, too (RFC 6750 §2.2).
pub async fn post(app: Data<App>, request: HttpRequest, form: Form) -> HttpResponse {
    said(answer(&app, &request, &form.0).await)
}

async fn answer(app: &App, request: &HttpRequest, body: &Params) -> Result<Option<HttpResponse>, Failure> {
    query::refuse_secrets(request)?;
    body.unambiguous()?;
    let Some(token) = bearer::token(authorization::header(request)?.as_deref(), body)? else {
        return Ok(None);
    };
    let told = userinfo::answer(&app.core, token).await?;
    if let Some(client) = &told.client_id {
        super::cors::of_client(request, client);
    }
    Ok(Some(HttpResponse::Ok().insert_header(NO_STORE).json(told.members)))
}

fn said(answered: Result<Option<HttpResponse>, Failure>) -> HttpResponse {
    match answered {
        Ok(Some(answer)) => answer,
        Ok(None) => bearer_refusal(None),
        Err(failure) => bearer_refusal(Some(&failure)),
    }
}
