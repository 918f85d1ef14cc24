//! The sign-in page.

use std::fmt;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Data,
};
use askama::Template;

use super::{
    error,
    layout::{ClientFace, Layout},
    send::{self, Page},
    step,
};
use crate::{
    domain::{mount::Unconfirmed, secret::Secret, session::Door},
    http::{
        app::App,
        extract::{
            cookies,
            form::{BadBody, Form},
            visitor,
        },
    },
    protocol::params::Params,
    services::{
        accounts::{self, Login, LoginOutcome, Refusal, Second},
        fault::Failure as Failed,
        oauth::{
            authorize::{self, LoginStep, Why},
            browser::Browser,
        },
    },
};

/// Posts to `{base}/login`: `interaction`, `email`, `password`; Cancel is a form of its own.
#[derive(Debug, Template)]
#[template(path = "pages/login.html")]
pub struct LoginView<'a> {
    pub layout: &'a Layout,
    /// The sealed interaction.
    pub interaction: &'a str,
    pub client: ClientFace<'a>,
    /// Prefills the first field: the `login_hint`, or what was typed before.
    pub email: &'a str,
    pub reason: Option<Reason>,
    pub failure: Option<Failure>,
}

/// Why somebody who has a session is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// `prompt=login` or `max_age`.
    FreshSignIn,
    /// The application expects another user than the one who is signed in.
    OtherUser,
}

/// Why the last attempt did not go on. Never says which of the two was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    NotRight,
    /// Told only after the right password.
    Suspended,
    TooMany {
        seconds: u64,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRight => f.write_str("The e-mail or password is not right."),
            Self::Suspended => f.write_str("This account is suspended. Ask your administrator."),
            Self::TooMany { seconds: 1 } => f.write_str("Too many attempts. Try again in 1 second."),
            Self::TooMany { seconds } => write!(f, "Too many attempts. Try again in {seconds} seconds."),
        }
    }
}

/// The login page on the way to a code.
pub(super) fn show(app: &App, browser: &Browser, step: &LoginStep) -> HttpResponse {
    let email = step.hint.as_deref().unwrap_or_default();
    render(app, browser, step, email, None).ok()
}

/// Signs in and goes on: 303, so that a reload sends no password again.
pub async fn submit(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    let (browser, form) = match step::form(&app, &request, form) {
        Ok(taken) => taken,
        Err(why) => return step::refuse_taking(&app, &request, &why),
    };
    let sealed = form.get("interaction").unwrap_or_default().to_owned();
    // Before any password is looked at: the form must be ours, for this browser, and in time.
    let page = match authorize::login_page(&app.core, browser.clone(), sealed).await {
        Ok(page) => page,
        Err(refusal) => return step::refuse_form(&app, &request, refusal),
    };
    match attempt(&app, &request, &browser, &form).await {
        Ok(LoginOutcome::SignedIn(begun)) => {
            let cookie = cookies::session(app.settings(), begun.cookie.reveal());
            step::go_on(&app, &page.interaction).cookie(cookie).finish()
        }
        Ok(LoginOutcome::SecondFactor(_)) => again(&app, &browser, &page, &form, Failure::NotRight),
        Err(Refusal::Suspended | Refusal::Disabled) => again(&app, &browser, &page, &form, Failure::Suspended),
        Err(Refusal::TooMany { retry_after }) => {
            let seconds = u64::try_from(retry_after.0).unwrap_or(1).max(1);
            again(&app, &browser, &page, &form, Failure::TooMany { seconds })
        }
        Err(Refusal::Fault(fault)) => error::failed(&app, &request, &Failed::Fault(fault)),
        Err(_) => again(&app, &browser, &page, &form, Failure::NotRight),
    }
}

/// The user would rather not: the client is told `access_denied`.
pub async fn cancel(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    let (browser, form) = match step::form(&app, &request, form) {
        Ok(taken) => taken,
        Err(why) => return step::refuse_taking(&app, &request, &why),
    };
    let sealed = form.get("interaction").unwrap_or_default().to_owned();
    match authorize::cancel(&app.core, browser, sealed).await {
        Ok(answer) => step::answer(&app, &answer),
        Err(refusal) => step::refuse_form(&app, &request, refusal),
    }
}

async fn attempt(app: &App, request: &HttpRequest, browser: &Browser, form: &Params) -> Result<LoginOutcome, Refusal> {
    let login = Login {
        name: form.get("email").unwrap_or_default().to_owned(),
        password: Secret::new(form.get("password").unwrap_or_default().to_owned()),
        second: Second::Challenge,
        unconfirmed: Unconfirmed::MaySignIn,
        door: Door::Browser,
        visitor: visitor::of(request, app.settings()),
        cookie: browser.session.clone(),
    };
    accounts::login(&app.core, login).await
}

fn again(app: &App, browser: &Browser, page: &LoginStep, form: &Params, failure: Failure) -> HttpResponse {
    let page = render(app, browser, page, form.get("email").unwrap_or_default(), Some(failure));
    match failure {
        Failure::TooMany { seconds } => {
            let mut answer = page.status(StatusCode::TOO_MANY_REQUESTS);
            answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            answer
        }
        Failure::NotRight | Failure::Suspended => page.status(StatusCode::BAD_REQUEST),
    }
}

fn render(app: &App, browser: &Browser, step: &LoginStep, email: &str, failure: Option<Failure>) -> Page {
    let view = LoginView {
        layout: &app.layout,
        interaction: &step.interaction,
        client: ClientFace::from(&step.known.client),
        email,
        reason: match step.why {
            Why::NotSignedIn => None,
            Why::Again => Some(Reason::FreshSignIn),
            Why::OtherUser => Some(Reason::OtherUser),
        },
        failure,
    };
    send::page(&view).leads_to(&step.redirect_uri).binds(app, browser)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::layout::examples::{CLIENT, layout};

    fn page(email: &str, reason: Option<Reason>, failure: Option<Failure>) -> String {
        let layout = layout();
        let view = LoginView { layout: &layout, interaction: "sealed", client: CLIENT, email, reason, failure };
        view.render().unwrap()
    }

    #[test]
    fn a_fresh_page_says_where_it_leads_and_holds_no_error() {
        let page = page("", None, None);
        assert!(page.contains("<form class=\"stack\" method=\"post\" action=\"/base/login\">"));
        assert!(page.contains("to continue to <strong>Fieldnotes &#60;b&#62;</strong>"));
        assert!(!page.contains("role=\"alert\""));
        assert!(!page.contains("aria-describedby"));
    }

    #[test]
    fn a_failure_is_announced_and_linked_to_both_fields() {
        let page = page("alice", None, Some(Failure::NotRight));
        assert!(page.contains("id=\"failure\" role=\"alert\">The e-mail or password is not right.</p>"));
        assert_eq!(page.matches("aria-describedby=\"failure\"").count(), 2);
        assert!(page.contains("<title>Error: Sign in"));
    }

    #[test]
    fn what_was_typed_cannot_leave_its_field() {
        let page = page("\"><script>alert(1)</script>", None, None);
        assert!(!page.contains("<script"));
    }

    /// A return key presses the first submit button: it must not be Cancel.
    #[test]
    fn signing_in_is_the_first_button() {
        let page = page("", None, None);
        assert!(page.find(">Sign in</button>") < page.find(">Cancel</button>"));
    }

    #[test]
    fn a_person_asked_again_is_told_why() {
        assert!(page("", Some(Reason::FreshSignIn), None).contains("asks you to sign in again"));
        assert!(page("", Some(Reason::OtherUser), None).contains("expects another account"));
    }

    #[test]
    fn one_second_is_singular() {
        assert_eq!(Failure::TooMany { seconds: 1 }.to_string(), "Too many attempts. Try again in 1 second.");
        assert_eq!(Failure::TooMany { seconds: 30 }.to_string(), "Too many attempts. Try again in 30 seconds.");
    }
}
