//! What each step of `/authorize` looks like: a page, or the way back to the client.

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, http::header};
use url::form_urlencoded;

use super::{choose_account, consent, error, form_post, login};
use crate::{
    http::{
        app::App,
        extract::{
            cookies,
            form::{BadBody, Form},
            origin,
        },
    },
    protocol::{authorize::AuthorizeAnswer, params::Params, response_mode::ResponseMode},
    services::{
        fault::Failure,
        oauth::{
            authorize::{FormRefusal, Refusal, Step},
            browser::Browser,
        },
    },
};

pub fn show(app: &App, browser: &Browser, step: Step) -> HttpResponse {
    match step {
        Step::Answer(given) => answer(app, &given),
        Step::Login(page) => login::show(app, browser, &page),
        Step::ChooseAccount(page) => choose_account::show(app, browser, &page),
        Step::Consent(page) => consent::show(app, browser, &page),
    }
}

/// Back to the client.
pub fn answer(app: &App, answer: &AuthorizeAnswer) -> HttpResponse {
    match answer.response_mode {
        ResponseMode::Query => HttpResponse::SeeOther()
            .insert_header((header::LOCATION, answer.location()))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .finish(),
        ResponseMode::FormPost => form_post::show(app, answer),
    }
}

/// The two exits of RFC 6749 §4.1.2.1.
pub fn refuse(app: &App, request: &HttpRequest, refusal: Refusal) -> HttpResponse {
    match refusal {
        Refusal::Page(refused) => error::refused(app, request, &refused),
        Refusal::Redirect(given) => answer(app, &given),
        Refusal::Fault(fault) => error::failed(app, request, &Failure::Fault(fault)),
    }
}

pub fn refuse_form(app: &App, request: &HttpRequest, refusal: FormRefusal) -> HttpResponse {
    match refusal {
        FormRefusal::Stale => error::stale(app, request),
        FormRefusal::Refusal(refusal) => refuse(app, request, refusal),
    }
}

/// After a form of ours: on by GET, so that a reload sends nothing again.
pub fn go_on(app: &App, sealed: &str) -> HttpResponseBuilder {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("interaction", sealed).finish();
    let mut answer = HttpResponse::SeeOther();
    answer.insert_header((header::LOCATION, format!("{}/authorize/resume?{query}", app.layout.base)));
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    answer
}

/// Why a form of ours was not taken.
pub enum NotTaken {
    /// It was posted from somewhere else.
    Foreign,
    Body(BadBody),
}

/// A form of ours, posted from a page of ours.
pub fn form(app: &App, request: &HttpRequest, form: Result<Form, BadBody>) -> Result<(Browser, Params), NotTaken> {
    match form {
        Ok(Form(params)) if origin::is_ours(request, app.settings()) => {
            Ok((cookies::browser(request, app.settings()), params))
        }
        Ok(_) => Err(NotTaken::Foreign),
        Err(bad) => Err(NotTaken::Body(bad)),
    }
}

pub fn refuse_taking(app: &App, request: &HttpRequest, why: &NotTaken) -> HttpResponse {
    match why {
        NotTaken::Foreign => error::foreign_form(app, request),
        NotTaken::Body(bad) => error::bad_body(app, request, bad),
    }
}
