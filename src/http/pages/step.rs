//! What each step of `/authorize` looks like: a page, or the way back to the client.

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, http::header};
use url::form_urlencoded;

use super::{account, choose_account, consent, error, form_post, login};
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
        forms::{self, Shown},
        oauth::{
            authorize::{FormRefusal, Refusal, Step},
            browser::Browser,
            destination::{Destination, Onward},
        },
        sessions::Begun,
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
pub fn go_on(app: &App, onward: &Onward) -> HttpResponseBuilder {
    see_other(&onward_address(app, onward))
}

/// Where a sign-in leads when it is done; before that, it leads to the login page.
pub fn onward_address(app: &App, onward: &Onward) -> String {
    let base = &app.layout.base;
    match &onward.to {
        Destination::Application { .. } => with_query(app, "/authorize/resume", &[("interaction", &onward.sealed)]),
        Destination::Account(place) => format!("{base}{}", account::path(*place)),
        Destination::Console(path) => format!("{base}{}", path.as_str()),
    }
}

/// A page of ours and what it is told.
pub fn with_query(app: &App, path: &str, pairs: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{}{path}?{query}", app.layout.base)
}

pub fn see_other(address: &str) -> HttpResponseBuilder {
    let mut answer = HttpResponse::SeeOther();
    answer.insert_header((header::LOCATION, address)).insert_header((header::CACHE_CONTROL, "no-store"));
    answer
}

/// Somebody is signed in: with the new cookie to where they wanted to go.
pub fn signed_in(app: &App, onward: &Onward, begun: &Begun) -> HttpResponse {
    go_on(app, onward).cookie(cookies::session(app.settings(), begun.cookie.reveal())).finish()
}

/// Why a form of ours was not taken.
pub enum NotTaken {
    /// It was posted from somewhere else.
    Foreign,
    /// It was shown to another browser, or to nobody.
    Stale,
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

/// The same of a form without an interaction: it carries a token for this browser.
pub fn open_form(app: &App, request: &HttpRequest, sent: Result<Form, BadBody>) -> Result<(Browser, Params), NotTaken> {
    let (browser, params) = form(app, request, sent)?;
    let token = params.get("form").unwrap_or_default();
    if forms::is_ours(&app.core, Shown::ToBrowser(&browser), token) {
        Ok((browser, params))
    } else {
        Err(NotTaken::Stale)
    }
}

pub fn refuse_taking(app: &App, request: &HttpRequest, why: &NotTaken) -> HttpResponse {
    match why {
        NotTaken::Foreign => error::foreign_form(app, request),
        NotTaken::Stale => error::stale(app, request),
        NotTaken::Body(bad) => error::bad_body(app, request, bad),
    }
}
