//! `GET` and `POST /logout`, and our own confirmation. OpenID Connect RP-Initiated Logout §2.

use actix_web::{HttpRequest, HttpResponse, http::header, web::Data};

use super::authorize::go_on_by_get;
use crate::{
    http::{
        app::App,
        extract::{
            address, cookies,
            form::{BadBody, Form},
            query,
        },
        pages,
    },
    protocol::error::OAuthError,
    services::oauth::{
        browser::Browser,
        logout::{self, LogoutStep},
    },
};

pub async fn get(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let params = match query::bounded(&request) {
        Ok(params) => params,
        Err(error) => return pages::error::refused(&app, &request, &error),
    };
    let browser = cookies::browser(&request, app.settings());
    match logout::begin(&app.core, browser.clone(), params, address::of(&request, app.settings())).await {
        Ok(step) => show(&app, &browser, step),
        Err(failure) => pages::error::failed(&app, &request, &failure),
    }
}

/// Comes from other sites, without our Lax cookies: it goes on by GET, which has them.
pub async fn post(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    match form {
        Ok(Form(params)) => go_on_by_get(&app, &request, &params, "/logout"),
        Err(bad) => pages::error::bad_body(&app, &request, &bad),
    }
}

/// The answer to our own question.
pub async fn confirm(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    let (browser, form) = match pages::step::form(&app, &request, form) {
        Ok(taken) => taken,
        Err(why) => return pages::step::refuse_taking(&app, &request, &why),
    };
    if form.get("decision") != Some("logout") {
        return HttpResponse::SeeOther().insert_header((header::LOCATION, format!("{}/", app.layout.base))).finish();
    }
    let Some(confirmation) = form.get("confirmation") else {
        return pages::error::refused(&app, &request, &OAuthError::invalid_request("confirmation is missing"));
    };
    let address = address::of(&request, app.settings());
    match logout::confirm(&app.core, browser.clone(), confirmation.to_owned(), address).await {
        Ok(Some(step)) => show(&app, &browser, step),
        Ok(None) => pages::error::stale(&app, &request),
        Err(failure) => pages::error::failed(&app, &request, &failure),
    }
}

fn show(app: &App, browser: &Browser, step: LogoutStep) -> HttpResponse {
    match step {
        LogoutStep::Done { back: Some(back) } => HttpResponse::SeeOther()
            .cookie(cookies::no_session(app.settings()))
            .insert_header((header::LOCATION, back))
            .finish(),
        LogoutStep::Done { back: None } => pages::signed_out::show(app),
        LogoutStep::Ask(asked) => pages::logout::show(app, browser, &asked),
    }
}
