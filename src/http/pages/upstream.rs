//! “Sign in with …”: out to an upstream provider, and back from it.

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Data, Path},
};
use askama::Template;

use super::{
    account::{
        self,
        words::{self, Ending, Problem},
    },
    error::{self, ErrorView},
    layout::Layout,
    login, second_factor, send, step,
};
use crate::{
    http::{
        app::App,
        extract::{
            cookies,
            form::{BadBody, Form},
            query, visitor,
        },
        middleware::request_id::RequestId,
    },
    services::{
        accounts::LoginOutcome,
        fault::Failure as Failed,
        federation::provider::{self, Arrival, Brought, Departure, Onward, Stranded, Stuck, Why},
        oauth::{browser::Browser, destination},
    },
};

/// Sends the browser on by itself. No redirect: Chromium asks the policy of the page with the form at each one that
/// follows, and where a provider redirects to nobody knows.
#[derive(Debug, Template)]
#[template(path = "pages/away.html")]
pub struct AwayView<'a> {
    pub layout: &'a Layout,
    pub label: &'a str,
    pub location: &'a str,
}

/// One of the buttons on the login page.
pub async fn depart(
    app: Data<App>,
    request: HttpRequest,
    provider: Path<String>,
    form: Result<Form, BadBody>,
) -> HttpResponse {
    let (browser, form) = match step::form(&app, &request, form) {
        Ok(taken) => taken,
        Err(why) => return step::refuse_taking(&app, &request, &why),
    };
    let sealed = form.get("interaction").unwrap_or_default().to_owned();
    if let Err(refusal) = destination::open(&app.core, browser.clone(), sealed.clone()).await {
        return step::refuse_form(&app, &request, refusal);
    }
    match provider::sign_in(&app.core, &browser, &provider, sealed.clone()).await {
        Ok(departure) => away(&app, &departure),
        Err(Stuck::Refusal(refusal)) => back(&app, &request, &browser, sealed, Why::Refusal(refusal)).await,
        Err(stuck) => cannot_leave(&app, &request, stuck).await,
    }
}

/// The same for somebody who is signed in and wants to be known by the provider, too.
pub async fn link(
    app: Data<App>,
    request: HttpRequest,
    provider: Path<String>,
    form: Result<Form, BadBody>,
) -> HttpResponse {
    let browser = match account::providers::browser(&app, &request, form) {
        Ok(browser) => browser,
        Err(early) => return early.into(),
    };
    match provider::link(&app.core, &browser, &provider).await {
        Ok(departure) => away(&app, &departure),
        Err(stuck) => cannot_leave(&app, &request, stuck).await,
    }
}

/// The redirect URI of each provider.
pub async fn callback(app: Data<App>, request: HttpRequest, provider: Path<String>) -> HttpResponse {
    let params = match query::bounded(&request) {
        Ok(params) => params,
        Err(refusal) => return error::refused(&app, &request, &refusal),
    };
    let browser = cookies::browser(&request, app.settings());
    let brought = Brought {
        provider: provider.into_inner(),
        cookie: cookies::kept_for_upstream(&request, app.settings()),
        params,
        visitor: visitor::of(&request, app.settings()),
    };
    let mut answer = match provider::arrive(&app.core, &browser, brought).await {
        Ok(Arrival::Entered(outcome, sealed)) => entered(&app, &request, &browser, outcome, sealed).await,
        Ok(Arrival::Linked) => account::providers::linked(&app, &browser),
        Err(Stranded::Strange) => stop(&app, &request, &STRANGE),
        Err(Stranded::Back(Onward::SignIn(sealed), why)) => back(&app, &request, &browser, sealed, why).await,
        Err(Stranded::Back(Onward::Link(_), why)) => not_linked(&app, &request, why),
    };
    if answer.add_cookie(&cookies::no_upstream(app.settings())).is_err() {
        tracing::error!("a cookie could not be removed");
    }
    answer
}

/// What the first factor came to: signed in, or one more step.
async fn entered(
    app: &App,
    request: &HttpRequest,
    browser: &Browser,
    outcome: LoginOutcome,
    sealed: String,
) -> HttpResponse {
    match destination::open(&app.core, browser.clone(), sealed).await {
        Ok(onward) => second_factor::or_signed_in(app, request, browser, &onward, outcome).await,
        Err(refusal) => step::refuse_form(app, request, refusal),
    }
}

/// Back to the login page, with the reason.
async fn back(app: &App, request: &HttpRequest, browser: &Browser, sealed: String, why: Why) -> HttpResponse {
    let text = match told(why) {
        Ok(text) => text,
        Err(failed) => return error::failed(app, request, &failed),
    };
    match destination::open(&app.core, browser.clone(), sealed).await {
        Ok(onward) => login::show_again(app, browser, &onward, Problem::new(text, &[])),
        Err(refusal) => step::refuse_form(app, request, refusal),
    }
}

fn not_linked(app: &App, request: &HttpRequest, why: Why) -> HttpResponse {
    match told(why) {
        Ok(text) => {
            let (title, code) = ("Nothing was linked", "not_linked");
            stop(app, request, &Said { status: StatusCode::BAD_REQUEST, title, message: &text, code })
        }
        Err(failed) => error::failed(app, request, &failed),
    }
}

/// Told on a page that leads on or nowhere, whatever the refusal would be at another door.
fn told(why: Why) -> Result<String, Failed> {
    let Why::Refusal(refusal) = why else {
        return Ok("The provider did not sign you in.".to_owned());
    };
    match words::of_provider(refusal) {
        Ending::Problem(problem) => Ok(problem.text),
        Ending::SignIn => Ok("You are signed out by now. Sign in and try again.".to_owned()),
        Ending::Fault(fault) => Err(Failed::Fault(fault)),
    }
}

fn away(app: &App, departure: &Departure) -> HttpResponse {
    let view = AwayView { layout: &app.layout, label: &departure.label, location: &departure.location };
    send::page(&view).cookie(cookies::upstream(app.settings(), &departure.cookie)).ok()
}

async fn cannot_leave(app: &Data<App>, request: &HttpRequest, stuck: Stuck) -> HttpResponse {
    match stuck {
        Stuck::Unknown => error::not_found(app.clone(), request.clone()).await,
        Stuck::TooLong => stop(app, request, &TOO_LONG),
        Stuck::Refusal(refusal) => not_linked(app, request, Why::Refusal(refusal)),
    }
}

/// What a page says that leads nowhere.
struct Said<'a> {
    status: StatusCode,
    title: &'a str,
    message: &'a str,
    code: &'a str,
}

const STRANGE: Said<'static> = Said {
    status: StatusCode::BAD_REQUEST,
    title: "This sign-in was not begun here",
    message: "It was begun in another browser, or too long ago. Go back to the application and start again.",
    code: "invalid_request",
};

const TOO_LONG: Said<'static> = Said {
    status: StatusCode::BAD_REQUEST,
    title: "This request is too long for a provider",
    message: "The application sent more than can be kept while you are away. Go back and sign in with your password.",
    code: "invalid_request",
};

fn stop(app: &App, request: &HttpRequest, said: &Said<'_>) -> HttpResponse {
    let extensions = request.extensions();
    let view = ErrorView {
        layout: &app.layout,
        title: said.title,
        message: said.message,
        code: said.code,
        request_id: extensions.get::<RequestId>().map(RequestId::as_str).unwrap_or_default(),
        description: None,
        ways: &[],
    };
    send::page(&view).status(said.status)
}
