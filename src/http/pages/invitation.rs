//! Accepting an invitation by a letter's link: a name and a password.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;

use super::{
    account::{
        notice::Notice,
        words::{self, Ending, Problem},
    },
    error,
    layout::Layout,
    send, step,
};
use crate::{
    domain::{secret::Secret, user::User},
    http::{
        app::App,
        extract::{
            cookies,
            form::{BadBody, Form},
            query, visitor,
        },
    },
    services::{
        accounts::{self, Acceptance, Refusal},
        fault::Failure,
        forms::{self, Kind, Shown},
        oauth::browser::Browser,
    },
};

/// Posts to `{base}/account/invitation`: `form`, `token`, `name`, `password`.
#[derive(Debug, Template)]
#[template(path = "pages/invitation.html")]
struct InvitationView<'a> {
    layout: &'a Layout,
    form: &'a str,
    /// The link's. It leaves the address with the form: the next page's address has none.
    token: &'a str,
    name: &'a str,
    /// Whose the account is; none where the link is dead.
    login: Option<&'a str>,
    minimum_length: usize,
    problem: Option<Problem>,
}

/// Looking at the page spends nothing.
pub async fn get(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let query = match query::params(&request) {
        Ok(query) => query,
        Err(error) => return error::refused(&app, &request, &error),
    };
    let browser = cookies::browser(&request, app.settings());
    show(&app, &request, &browser, (query.get("token").unwrap_or_default(), None, None)).await
}

pub async fn submit(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    let (browser, form) = match step::open_form(&app, &request, form) {
        Ok(taken) => taken,
        Err(why) => return step::refuse_taking(&app, &request, &why),
    };
    let text = |name: &str| form.get(name).unwrap_or_default();
    let token = text("token");
    let wish = Acceptance {
        token: Secret::new(token.to_owned()),
        name: text("name").to_owned(),
        password: Secret::new(text("password").to_owned()),
    };
    let visitor = visitor::of(&request, app.settings());
    match accounts::accept_invitation(&app.core, wish, visitor).await {
        Ok(user) => done(&app, &browser, &user),
        Err(refusal) => match words::of(refusal) {
            Ending::Problem(problem) => {
                show(&app, &request, &browser, (token, Some(text("name")), Some(problem))).await
            }
            Ending::SignIn => step::see_other(&format!("{}/login", app.layout.base)).finish(),
            Ending::Fault(fault) => error::failed(&app, &request, &Failure::Fault(fault)),
        },
    }
}

/// On to the sign-in, with the address filled in.
fn done(app: &App, browser: &Browser, user: &User) -> HttpResponse {
    let email = user.email.clone().unwrap_or_default();
    let address = forms::seal(&app.core, Kind::Address, Shown::ToBrowser(browser), &email);
    let notice = Notice::InvitationAccepted.seal(app, browser);
    let pairs = [("address", address.as_str()), ("notice", &notice)];
    step::see_other(&step::with_query(app, "/login", &pairs)).finish()
}

type Said<'a> = (&'a str, Option<&'a str>, Option<Problem>);

async fn show(app: &App, request: &HttpRequest, browser: &Browser, (token, typed, problem): Said<'_>) -> HttpResponse {
    let user = match accounts::invited(&app.core, Secret::new(token.to_owned())).await {
        Ok(user) => user,
        Err(Refusal::Fault(fault)) => return error::failed(app, request, &Failure::Fault(fault)),
        Err(_) => None,
    };
    let known = user.as_ref().and_then(|user| user.profile.name.as_deref());
    let dead = user.is_none().then_some(Refusal::InvalidInvitation).map(words::of);
    let problem = match dead {
        Some(Ending::Problem(problem)) => Some(problem),
        _ => problem,
    };
    let view = InvitationView {
        layout: &app.layout,
        form: &forms::token(&app.core, Shown::ToBrowser(browser)),
        token,
        name: typed.or(known).unwrap_or_default(),
        login: user.as_ref().and_then(|user| user.email.as_deref()),
        minimum_length: app.settings().passwords.minimum_length,
        problem,
    };
    words::send(send::page(&view).binds(app, browser), view.problem.as_ref())
}
