//! `GET` and `POST /authorize`, and the address that our own forms go on at. RFC 6749 §3.1.

use actix_web::{HttpRequest, HttpResponse, http::header, web::Data};

use crate::{
    domain::refused::Endpoint,
    http::{
        app::App,
        extract::{
            cookies,
            form::{BadBody, Form},
            query,
        },
        pages,
    },
    protocol::{error::OAuthError, params::Params},
    services::{
        oauth::authorize::{self, Refusal},
        refused,
    },
};

pub async fn get(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let params = match query::bounded(&request) {
        Ok(params) => params,
        Err(error) => return unread(&app, &request, &error),
    };
    let browser = cookies::browser(&request, app.settings());
    match authorize::begin(&app.core, browser.clone(), params).await {
        Ok(step) => pages::step::show(&app, &browser, step),
        Err(refusal) => pages::step::refuse(&app, &request, refusal),
    }
}

/// Comes from other sites, without our Lax cookies: it goes on by GET, which has them.
pub async fn post(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    match form {
        Ok(Form(params)) => go_on_by_get(&app, &request, &params, "/authorize"),
        Err(BadBody::Malformed(error)) => unread(&app, &request, &error),
        Err(bad) => pages::error::bad_body(&app, &request, &bad),
    }
}

/// Refused before anybody could read whose request it is.
fn unread(app: &App, request: &HttpRequest, error: &OAuthError) -> HttpResponse {
    refused::unread(&app.core, Endpoint::Authorize, error);
    pages::error::refused(app, request, error)
}

/// A form of ours has been answered: the sealed interaction goes on from here.
pub async fn resume(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let params = match query::params(&request) {
        Ok(params) => params,
        Err(error) => return pages::error::refused(&app, &request, &error),
    };
    let Some(sealed) = params.get("interaction") else {
        return pages::error::refused(&app, &request, &OAuthError::invalid_request("interaction is missing"));
    };
    let browser = cookies::browser(&request, app.settings());
    match authorize::resume(&app.core, browser.clone(), sealed.to_owned()).await {
        Ok(step) => pages::step::show(&app, &browser, step),
        Err(refusal) => pages::step::refuse_form(&app, &request, refusal),
    }
}

/// 303 to the same endpoint with the parameters in the query. A parameter given twice stays given twice.
pub fn go_on_by_get(app: &App, request: &HttpRequest, params: &Params, path: &str) -> HttpResponse {
    let encoded = params.encode();
    if encoded.len() > query::LONGEST {
        return pages::step::refuse(
            app,
            request,
            Refusal::Page(OAuthError::invalid_request("the request is too long")),
        );
    }
    let location = format!("{}{path}?{encoded}", app.layout.base);
    HttpResponse::SeeOther().insert_header((header::LOCATION, location)).finish()
}
