//! The playground: a small relying party that shows every exchange of the code flow. Development only.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Data,
};

use self::view::{Action, PlaygroundView, Step};
use super::{error, send, step};
use crate::{
    http::{
        app::{App, Demo, Mode},
        extract::{
            cookies,
            form::{BadBody, Form},
            query,
        },
    },
    protocol::error::OAuthError,
    services::{
        oauth::browser::Browser,
        playground::{
            Party, Run,
            call::{self, Call},
            exchange::What,
            trip::{self, Arrival, Departure, Strange},
        },
    },
};

mod text;
pub mod view;

/// What the page says before the next step.
enum Notice {
    None,
    Good(&'static str),
    Bad(String),
}

pub async fn get(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let host = request.headers().get(header::HOST);
    if host.is_some_and(|host| host.as_bytes() != app.layout.host.as_bytes()) {
        // `localhost` and `127.0.0.1` share neither cookies nor an origin.
        let home = app.settings().issuer.url("/playground");
        return HttpResponse::SeeOther().insert_header((header::LOCATION, home)).finish();
    }
    let params = query::params(&request).unwrap_or_default();
    let browser = cookies::browser(&request, app.settings());
    let cookie = cookies::kept_by_playground(&request);
    match trip::come_home(&app.core, &browser, cookie.as_deref(), &params) {
        Some(run) => {
            let said =
                "You are signed out. The signatures of the tokens still fit: ask the server what they are worth.";
            show(&app, &browser, run, &Notice::Good(said))
        }
        None => show(&app, &browser, Run::default(), &Notice::None),
    }
}

/// The redirect URI.
pub async fn callback(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let Mode::Dev(demo) = &app.mode else {
        return error::not_found(app, request).await;
    };
    let params = match query::params(&request) {
        Ok(params) => params,
        Err(refusal) => return error::refused(&app, &request, &refusal),
    };
    let browser = cookies::browser(&request, app.settings());
    let cookie = cookies::kept_by_playground(&request);
    match trip::arrive(&app.core, &browser, demo.into(), cookie.as_deref(), &params) {
        Arrival::Code(run) => show(&app, &browser, run, &Notice::None),
        Arrival::Refused { run, error, description } => {
            show(&app, &browser, run, &Notice::Bad(format!("The answer is {error}: {description}.")))
        }
        Arrival::Strange(strange) => refuse(&app, &browser, strange.into()),
    }
}

/// One of the buttons.
pub async fn post(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    let Mode::Dev(demo) = &app.mode else {
        return error::not_found(app, request).await;
    };
    let (browser, params) = match step::form(&app, &request, form) {
        Ok(posted) => posted,
        Err(refusal) => return refusal,
    };
    let Some(action) = params.get("action").and_then(Action::parse) else {
        return error::refused(&app, &request, &OAuthError::invalid_request("action is missing"));
    };
    let run = params.get("run").and_then(|sealed| Run::open(&app.core, &browser, sealed));
    let call = match (action, &run) {
        (Action::Start, _) => return depart(&app, &browser, &trip::begin(&app.core, &browser, demo.into())),
        (Action::LogOut, Some(run)) => match trip::leave(&app.core, &browser, run) {
            Some(departure) => return depart(&app, &browser, &departure),
            None => return refuse(&app, &browser, "There is no ID token to log out with.".to_owned()),
        },
        (Action::LogOut, None) => return refuse(&app, &browser, STALE.to_owned()),
        (Action::Exchange, _) => Call::Exchange,
        (Action::Userinfo, _) => Call::Userinfo,
        (Action::Refresh, _) => Call::Refresh,
        (Action::Introspect, _) => Call::Introspect,
        (Action::Revoke, _) => Call::Revoke,
    };
    match run {
        Some(run) => {
            let run = call::make(&app.core, demo.into(), run, call).await;
            let notice = match &run.tokens {
                Some(_) => Notice::None,
                None => Notice::Bad("The code bought no tokens: the answer below says why. Start again.".to_owned()),
            };
            show(&app, &browser, run, &notice)
        }
        None => refuse(&app, &browser, STALE.to_owned()),
    }
}

const STALE: &str = "This page was too old, or from another browser. Start again.";

/// Through the browser, to another page of this server.
fn depart(app: &App, browser: &Browser, departure: &Departure) -> HttpResponse {
    let mut answer = HttpResponse::SeeOther();
    if let Some(binding) = browser.new_binding() {
        answer.cookie(cookies::binding(app.settings(), binding));
    }
    if let Some(kept) = &departure.cookie {
        answer.cookie(cookies::playground(app.settings(), kept));
    }
    answer
        .insert_header((header::LOCATION, departure.location.as_str()))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}

fn show(app: &App, browser: &Browser, run: Run, notice: &Notice) -> HttpResponse {
    page(app, browser, run, notice, StatusCode::OK)
}

/// Nothing can be believed: the walk begins anew.
fn refuse(app: &App, browser: &Browser, reason: String) -> HttpResponse {
    page(app, browser, Run::default(), &Notice::Bad(reason), StatusCode::BAD_REQUEST)
}

fn page(app: &App, browser: &Browser, run: Run, notice: &Notice, status: StatusCode) -> HttpResponse {
    let (email, password) = match &app.mode {
        Mode::Dev(demo) => (demo.email.as_str(), demo.password.as_str()),
        Mode::Serve => return HttpResponse::NotFound().finish(),
    };
    let (step, actions) = offered(&run);
    let view = PlaygroundView {
        layout: &app.layout,
        step,
        demo_email: email,
        demo_password: password,
        next: next(&run, step),
        actions,
        notice: match notice {
            Notice::Good(said) => Some(said),
            Notice::None | Notice::Bad(_) => None,
        },
        alert: match notice {
            Notice::Bad(said) => Some(said),
            Notice::None | Notice::Good(_) => None,
        },
        latest: run.latest,
        exchanges: run.exchanges.iter().map(text::exchange).collect(),
        tokens: run.tokens.as_ref().map(text::tokens).unwrap_or_default(),
        carry: vec![("run".to_owned(), run.seal(&app.core, browser))],
    };
    send::page(&view).binds(app, browser).status(status)
}

/// The buttons, always in the order in which a newcomer presses them.
fn offered(run: &Run) -> (Step, Vec<Action>) {
    let Some(tokens) = &run.tokens else {
        return if run.has_code() {
            (Step::Code, vec![Action::Exchange, Action::Start])
        } else {
            (Step::Request, vec![Action::Start])
        };
    };
    let mut actions = vec![Action::Userinfo];
    actions.extend(tokens.refresh.iter().map(|_| Action::Refresh));
    actions.extend([Action::Introspect, Action::Revoke]);
    actions.extend(tokens.id.iter().map(|_| Action::LogOut));
    actions.push(Action::Start);
    let step = match last(run) {
        Some(What::Token | What::KeySet) => Step::Tokens,
        _ => Step::Use,
    };
    (step, actions)
}

/// The button to press next.
fn next(run: &Run, step: Step) -> Action {
    match (step, last(run)) {
        (Step::Request, _) => Action::Start,
        (Step::Code, _) => Action::Exchange,
        (Step::Tokens, _) => Action::Userinfo,
        (Step::Use, Some(What::Userinfo)) => Action::Refresh,
        (Step::Use, Some(What::Introspection)) if was_revoked(run) => Action::Start,
        (Step::Use, Some(What::Introspection)) => Action::Revoke,
        (Step::Use, _) => Action::Introspect,
    }
}

fn last(run: &Run) -> Option<What> {
    let latest = run.exchanges.len().checked_sub(run.latest)?;
    run.exchanges.get(latest).map(|exchange| exchange.what)
}

fn was_revoked(run: &Run) -> bool {
    run.exchanges.iter().any(|exchange| matches!(exchange.what, What::Revocation | What::Logout))
}

impl<'a> From<&'a Demo> for Party<'a> {
    fn from(demo: &'a Demo) -> Self {
        Self { client_id: &demo.client_id, client_secret: &demo.client_secret }
    }
}

impl From<Strange> for String {
    fn from(strange: Strange) -> Self {
        match strange {
            Strange::NoTrip => "This browser has not sent a request, or too long ago. Start again.",
            Strange::State => "The state is not that of this browser's request: the answer was refused. Start again.",
            Strange::Issuer => "The iss parameter is not this issuer: the answer was refused. Start again.",
            Strange::Empty => "The answer holds neither a code nor an error. Start again.",
        }
        .to_owned()
    }
}
