//! The page for whatever cannot go on.

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Data,
};
use askama::Template;

use super::{account::words::Problem, layout::Layout, send};
use crate::{
    http::{app::App, extract::form::BadBody, middleware::request_id::RequestId},
    protocol::error::OAuthError,
    services::fault::{Failure, Fault},
};

#[derive(Debug, Template)]
#[template(path = "pages/error.html")]
pub struct ErrorView<'a> {
    pub layout: &'a Layout,
    /// The heading, such as “This request cannot go on”.
    pub title: &'a str,
    /// One calm sentence for the person: what happened, or what to do.
    pub message: &'a str,
    /// The RFC's word, such as `invalid_request`, or the status' own, such as `not_found`.
    pub code: &'a str,
    /// What it is called in the log.
    pub request_id: &'a str,
    /// What the client's developer should know.
    pub description: Option<&'a str>,
    /// Where to go from here: below the issuer, and what it is called.
    pub ways: &'a [(&'a str, &'a str)],
}

/// What an error page says.
struct Said<'a> {
    status: StatusCode,
    title: &'a str,
    message: &'a str,
    code: &'a str,
    description: Option<&'a str>,
    ways: &'a [(&'a str, &'a str)],
}

/// A request that must not leave by redirect.
pub fn refused(app: &App, request: &HttpRequest, error: &OAuthError) -> HttpResponse {
    tracing::info!(error = error.code.as_str(), reason = %error.description, "request refused on our page");
    let said = Said {
        status: StatusCode::BAD_REQUEST,
        title: "This request cannot go on",
        message: "The application sent something that we cannot answer. Tell its developers, with the request id below.",
        code: error.code.as_str(),
        description: Some(&error.description),
        ways: &[],
    };
    show(app, request, &said)
}

pub fn failed(app: &App, request: &HttpRequest, failure: &Failure) -> HttpResponse {
    match failure {
        Failure::Refused(declined) => refused(app, request, &declined.error),
        Failure::Fault(fault) => broken(app, request, fault),
    }
}

fn broken(app: &App, request: &HttpRequest, fault: &Fault) -> HttpResponse {
    fault.tell_operator();
    match fault {
        Fault::Unavailable(_) => {
            let mut response = show(app, request, &UNAVAILABLE);
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("2"));
            response
        }
        Fault::Broken(_) => show(app, request, &BROKEN),
    }
}

pub fn bad_body(app: &App, request: &HttpRequest, bad: &BadBody) -> HttpResponse {
    match bad {
        BadBody::Malformed(error) => refused(app, request, error),
        BadBody::Lost => refused(app, request, &OAuthError::invalid_request("the request body broke off")),
        BadBody::TooLarge => show(app, request, &TOO_LARGE),
    }
}

/// A form of ours that was posted from somewhere else.
pub fn foreign_form(app: &App, request: &HttpRequest) -> HttpResponse {
    show(app, request, &FOREIGN_FORM)
}

/// A form of ours that is too old, or was opened in another browser.
pub fn stale(app: &App, request: &HttpRequest) -> HttpResponse {
    show(app, request, &STALE)
}

/// A page of the account that was shown to a session which has ended, or was opened elsewhere.
pub fn stale_account_form(app: &App, request: &HttpRequest) -> HttpResponse {
    show(app, request, &STALE_ACCOUNT_FORM)
}

/// What stands in the way of a page of the account.
pub fn not_now(app: &App, request: &HttpRequest, problem: &Problem) -> HttpResponse {
    let said = Said { status: problem.status, message: &problem.text, ..NOT_NOW };
    let mut response = show(app, request, &said);
    if let Some(seconds) = problem.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// A page of the console, for somebody who has no business there.
pub fn not_an_administrator(app: &App, request: &HttpRequest) -> HttpResponse {
    show(app, request, &NOT_AN_ADMINISTRATOR)
}

/// What an administrator cannot do, or what is not there.
pub fn not_administered(app: &App, request: &HttpRequest, status: StatusCode, message: &str) -> HttpResponse {
    let (title, code) = match status {
        StatusCode::NOT_FOUND => (NOT_FOUND.title, NOT_FOUND.code),
        _ => (NOT_NOW.title, NOT_NOW.code),
    };
    show(app, request, &Said { status, title, code, message, ways: &[("/admin", "To the administration")], ..NOT_NOW })
}

pub fn registration_closed(app: &App, request: &HttpRequest) -> HttpResponse {
    show(app, request, &REGISTRATION_CLOSED)
}

/// Somebody went by its address to where only a form of ours leads.
pub async fn only_by_form(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let mut response = show(&app, &request, &Said { status: StatusCode::METHOD_NOT_ALLOWED, ..STALE });
    response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("POST"));
    response
}

pub async fn not_found(app: Data<App>, request: HttpRequest) -> HttpResponse {
    show(&app, &request, &NOT_FOUND)
}

const UNAVAILABLE: Said<'static> = Said {
    status: StatusCode::SERVICE_UNAVAILABLE,
    title: "One moment, please",
    message: "The sign-in service cannot answer right now. Try again in a few seconds.",
    code: "temporarily_unavailable",
    description: None,
    ways: &[],
};

const BROKEN: Said<'static> = Said {
    status: StatusCode::INTERNAL_SERVER_ERROR,
    title: "Something went wrong",
    message: "It is our fault, not yours. If it happens again, tell the operator the request id below.",
    code: "server_error",
    description: None,
    ways: &[],
};

const TOO_LARGE: Said<'static> = Said {
    status: StatusCode::PAYLOAD_TOO_LARGE,
    title: "This request is too large",
    message: "The application sent more than we take. Go back to it and try again.",
    code: "invalid_request",
    description: None,
    ways: &[],
};

const FOREIGN_FORM: Said<'static> = Said {
    status: StatusCode::FORBIDDEN,
    title: "This form did not come from here",
    message: "For your safety it was not accepted. Open the application again and sign in from there.",
    code: "access_denied",
    description: Some("the Origin header is not the issuer's: open the server under its configured address"),
    ways: &[],
};

const STALE: Said<'static> = Said {
    status: StatusCode::BAD_REQUEST,
    title: "This page is no longer valid",
    message: "It was open for too long, or in another browser. Go back to the application and start again.",
    code: "invalid_request",
    description: None,
    ways: &[],
};

const STALE_ACCOUNT_FORM: Said<'static> = Said {
    message: "You have signed in anew since it was opened. Nothing was changed: go back, reload the page and try again.",
    ..STALE
};

const NOT_NOW: Said<'static> = Said {
    status: StatusCode::FORBIDDEN,
    title: "This cannot be shown now",
    message: "",
    code: "access_denied",
    description: None,
    ways: &[],
};

const NOT_AN_ADMINISTRATOR: Said<'static> = Said {
    status: StatusCode::FORBIDDEN,
    title: "This is for administrators",
    message: "Your account is none. Ask an administrator to make it one, or sign in with another account.",
    code: "access_denied",
    description: None,
    ways: &[("/account", "Your account"), ("/logout", "Sign out")],
};

const REGISTRATION_CLOSED: Said<'static> = Said {
    status: StatusCode::FORBIDDEN,
    title: "Nobody can register here",
    message: "New accounts are made by the administrators. Ask them for one.",
    code: "registration_closed",
    description: None,
    ways: &[],
};

const NOT_FOUND: Said<'static> = Said {
    status: StatusCode::NOT_FOUND,
    title: "There is nothing here",
    message: "The address is not one of ours. Check it, or go back to where you came from.",
    code: "not_found",
    description: None,
    ways: &[],
};

fn show(app: &App, request: &HttpRequest, said: &Said<'_>) -> HttpResponse {
    let extensions = request.extensions();
    let view = ErrorView {
        layout: &app.layout,
        title: said.title,
        message: said.message,
        code: said.code,
        request_id: extensions.get::<RequestId>().map(RequestId::as_str).unwrap_or_default(),
        description: said.description,
        ways: said.ways,
    };
    send::page(&view).status(said.status)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::layout::examples::layout;

    fn page(description: Option<&str>) -> String {
        let layout = layout();
        let view = ErrorView {
            layout: &layout,
            title: "This request cannot go on",
            message: "Go back to the application and try again.",
            code: "invalid_request",
            request_id: "7f3a9c2e",
            description,
            ways: &[],
        };
        view.render().unwrap()
    }

    #[test]
    fn it_says_what_to_quote_to_an_operator() {
        let page = page(None);
        assert!(page.contains("<code>invalid_request</code>"));
        assert!(page.contains("<code>7f3a9c2e</code>"));
        assert!(!page.contains("<dt>Detail</dt>"));
    }

    #[test]
    fn a_description_is_text() {
        let page = page(Some("<img src=x>"));
        assert!(page.contains("<dt>Detail</dt><dd>&#60;img src=x&#62;</dd>"));
    }
}
