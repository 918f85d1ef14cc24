//! The sign-in page: on the way to an application, or to the account itself.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;

use super::{
    account::{
        notice::Notice,
        words::{self, Ending, Problem},
    },
    error,
    layout::{ClientFace, Layout},
    second_factor, send, step,
    way::Way,
};
use crate::{
    config::accounts::Registration,
    domain::{mount::Unconfirmed, secret::Secret, session::Door},
    http::{
        app::App,
        extract::{
            cookies,
            form::{BadBody, Form},
            query, visitor,
        },
    },
    protocol::params::Params,
    services::{
        accounts::{self, Login, LoginOutcome, Refusal, Second},
        admin::admit,
        fault::Failure,
        federation::provider::{self, Offered},
        forms::{self, Kind, Shown},
        oauth::{
            authorize::{self, LoginStep, Why},
            browser::Browser,
            destination::{self, Destination, Onward, Place},
        },
        sessions,
    },
};

/// Posts to `{base}/login`: `interaction`, `email`, `password`; Cancel is a form of its own.
#[derive(Debug, Template)]
#[template(path = "pages/login.html")]
pub struct LoginView<'a> {
    pub layout: &'a Layout,
    /// Where it leads, sealed.
    pub interaction: &'a str,
    /// The application that asks; none where somebody goes to the own account.
    pub client: Option<ClientFace<'a>>,
    /// Prefills the first field: the `login_hint`, or what was typed before.
    pub email: &'a str,
    pub reason: Option<Reason>,
    /// What has just been done elsewhere.
    pub notice: Option<&'static str>,
    pub problem: Option<Problem>,
    pub registration: Registration,
    /// “Sign in with …”.
    pub providers: Vec<Offered>,
}

/// Why somebody who has a session is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// `prompt=login` or `max_age`.
    FreshSignIn,
    /// The application expects another user than the one who is signed in.
    OtherUser,
}

/// What the page says beside its form.
#[derive(Default)]
struct Said<'a> {
    email: &'a str,
    reason: Option<Reason>,
    notice: Option<Notice>,
    problem: Option<Problem>,
}

/// The login page on the way to a code.
pub(super) fn show(app: &App, browser: &Browser, step: &LoginStep) -> HttpResponse {
    let reason = match step.why {
        Why::NotSignedIn => None,
        Why::Again => Some(Reason::FreshSignIn),
        Why::OtherUser => Some(Reason::OtherUser),
    };
    let email = step.hint.as_deref().unwrap_or_default();
    render(app, browser, &step.onward, Said { email, reason, ..Said::default() })
}

/// The login page for somebody who went to a provider in vain.
pub(super) fn show_again(app: &App, browser: &Browser, onward: &Onward, problem: Problem) -> HttpResponse {
    render(app, browser, onward, Said { problem: Some(problem), ..Said::default() })
}

/// The login page by itself: on the way to the account, or back from a page beside it.
pub async fn get(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let query = match query::params(&request) {
        Ok(query) => query,
        Err(error) => return error::refused(&app, &request, &error),
    };
    let browser = cookies::browser(&request, app.settings());
    let onward = match onward(&app, &browser, &query).await {
        Ok(onward) => onward,
        Err(refusal) => return step::refuse_form(&app, &request, refusal),
    };
    let standing = match standing(&app, &browser, &onward).await {
        Ok(standing) => standing,
        Err(failure) => return error::failed(&app, &request, &failure),
    };
    let reason = match standing {
        Standing::SignedIn => return step::go_on(&app, &onward).finish(),
        Standing::NotFresh => Some(Reason::FreshSignIn),
        Standing::Nobody => None,
    };
    let address = query.get("address").and_then(|sealed| address(&app, &browser, sealed)).unwrap_or_default();
    let notice = Notice::read(&app, &browser, &query);
    render(&app, &browser, &onward, Said { email: &address, reason, notice, ..Said::default() })
}

/// Whether somebody is signed in already, as well as the destination wants it.
enum Standing {
    Nobody,
    NotFresh,
    SignedIn,
}

async fn standing(app: &App, browser: &Browser, onward: &Onward) -> Result<Standing, Failure> {
    let cookie = browser.session.clone();
    let is_console = matches!(onward.to, Destination::Console(_));
    app.core
        .run(move |core| {
            let Some(signed_in) = sessions::find(core, cookie.as_deref())? else {
                return Ok(Standing::Nobody);
            };
            let fresh = !is_console || admit::is_fresh(core, &signed_in.session)?;
            Ok(if fresh { Standing::SignedIn } else { Standing::NotFresh })
        })
        .await
}

/// Signs in and goes on: 303, so that a reload sends no password again.
pub async fn submit(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    let Way { browser, onward, carried: form } = match Way::signing_in(&app, &request, form).await {
        Ok(way) => way,
        Err(answer) => return answer,
    };
    match attempt(&app, &request, &browser, &form).await {
        Ok(outcome) => second_factor::or_signed_in(&app, &request, &browser, &onward, outcome).await,
        Err(refusal) => again(&app, &request, &browser, &onward, (&form, refusal)),
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

/// Where a page beside the sign-in leads: what it carries, else the account.
pub(super) async fn onward(app: &App, browser: &Browser, carried: &Params) -> Result<Onward, authorize::FormRefusal> {
    if let Some(sealed) = carried.get("interaction") {
        return destination::open(&app.core, browser.clone(), sealed.to_owned()).await;
    }
    Ok(match carried.get("page").and_then(Destination::parse) {
        Some(Destination::Console(path)) => destination::to_console(&app.core, browser, path),
        Some(Destination::Account(place)) => destination::to_account(&app.core, browser, place),
        Some(Destination::Application { .. }) | None => destination::to_account(&app.core, browser, Place::Profile),
    })
}

/// The same for pages that may take longer than a sign-in: who comes too late for the application goes to the account.
pub(super) async fn onward_or_account(
    app: &App,
    browser: &Browser,
    carried: &Params,
) -> Result<Onward, authorize::FormRefusal> {
    match onward(app, browser, carried).await {
        Err(authorize::FormRefusal::Stale) => Ok(destination::to_account(&app.core, browser, Place::Profile)),
        other => other,
    }
}

/// The sealed address that one of these pages hands to the next.
pub(super) fn address(app: &App, browser: &Browser, sealed: &str) -> Option<String> {
    forms::open(&app.core, Kind::Address, Shown::ToBrowser(browser), sealed)
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

fn again(
    app: &App,
    request: &HttpRequest,
    browser: &Browser,
    onward: &Onward,
    (typed, refusal): (&Params, Refusal),
) -> HttpResponse {
    let problem = match words::of(refusal) {
        Ending::Problem(problem) => Some(problem),
        Ending::SignIn => None,
        Ending::Fault(fault) => return error::failed(app, request, &Failure::Fault(fault)),
    };
    let email = typed.get("email").unwrap_or_default();
    render(app, browser, onward, Said { email, problem, ..Said::default() })
}

fn render(app: &App, browser: &Browser, onward: &Onward, said: Said<'_>) -> HttpResponse {
    let view = LoginView {
        layout: &app.layout,
        interaction: &onward.sealed,
        client: ClientFace::of(onward),
        email: said.email,
        reason: said.reason,
        notice: said.notice.map(Notice::words),
        problem: said.problem,
        registration: app.settings().accounts.registration,
        providers: provider::offered(&app.core),
    };
    words::send(send::page(&view).leads_on(onward).binds(app, browser), view.problem.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::layout::examples::{CLIENT, layout};

    fn view<'a>(layout: &'a Layout, email: &'a str) -> LoginView<'a> {
        LoginView {
            layout,
            interaction: "sealed",
            client: Some(CLIENT),
            email,
            reason: None,
            notice: None,
            problem: None,
            registration: Registration::Open,
            providers: vec![Offered { name: "corp".into(), label: "Corp & Co".into(), key: "https://corp".into() }],
        }
    }

    fn page(email: &str, reason: Option<Reason>, problem: Option<Problem>) -> String {
        let layout = layout();
        LoginView { reason, problem, ..view(&layout, email) }.render().unwrap()
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
    fn without_an_application_it_leads_to_the_account_and_has_nothing_to_cancel() {
        let layout = layout();
        let page = LoginView { client: None, ..view(&layout, "") }.render().unwrap();
        assert!(page.contains("to your account at <strong>id.example</strong>"), "{page}");
        assert!(!page.contains("Cancel"));
    }

    #[test]
    fn a_failure_is_announced_and_linked_to_both_fields() {
        let problem = Problem::new("The e-mail or password is not right.", &["email", "password"]);
        let page = page("alice", None, Some(problem));
        assert!(page.contains("id=\"problem\" role=\"alert\">The e-mail or password is not right.</p>"));
        assert_eq!(page.matches("aria-describedby=\"problem\"").count(), 2);
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
    fn each_provider_has_its_button_and_carries_the_interaction() {
        let page = page("", None, None);
        assert!(page.contains("action=\"/base/login/with/corp\""), "{page}");
        assert!(page.contains("Sign in with Corp &#38; Co</button>"), "{page}");
        assert_eq!(page.matches("name=\"interaction\" value=\"sealed\"").count(), 3);
    }

    #[test]
    fn those_without_a_password_find_their_way_and_take_the_destination_along() {
        let layout = layout();
        let open = page("", None, None);
        assert!(open.contains("href=\"/base/account/forgot?interaction=sealed\">Forgot your password?</a>"), "{open}");
        assert!(open.contains("href=\"/base/account/register?interaction=sealed\">Create an account</a>"));
        let closed = LoginView { registration: Registration::Closed, ..view(&layout, "") }.render().unwrap();
        assert!(!closed.contains("Create an account"));
    }
}
