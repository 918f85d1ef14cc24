//! The first administrator, by the link that the server's log shows while there is none.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Data};
use askama::Template;

use super::{
    account::{notice::Notice, words::Problem},
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
    protocol::params::Params,
    services::{
        admin::{
            AdminError,
            first::{self, NewFirst, NotFirst},
        },
        fault::Failure,
        forms::{self, Kind, Shown},
        oauth::browser::Browser,
    },
};

/// Posts to `{base}/admin/first`: `form`, `token`, `email`, `name`, `password`.
#[derive(Debug, Template)]
#[template(path = "pages/first_administrator.html")]
struct FirstView<'a> {
    layout: &'a Layout,
    form: &'a str,
    token: &'a str,
    email: &'a str,
    name: &'a str,
    open: bool,
    minimum_length: usize,
    problem: Option<Problem>,
}

/// Looking at the page spends nothing.
pub async fn get(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let query = match query::params(&request) {
        Ok(query) => query,
        Err(error) => return error::refused(&app, &request, &error),
    };
    show(&app, &request, &query, None).await
}

pub async fn submit(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    let (browser, form) = match step::open_form(&app, &request, form) {
        Ok(taken) => taken,
        Err(why) => return step::refuse_taking(&app, &request, &why),
    };
    let text = |name: &str| form.get(name).unwrap_or_default().to_owned();
    let new = NewFirst {
        token: Secret::new(text("token")),
        email: text("email"),
        name: text("name"),
        password: Secret::new(text("password")),
    };
    match first::make(&app.core, new, visitor::of(&request, app.settings())).await {
        Ok(user) => done(&app, &browser, &user),
        Err(NotFirst::Admin(AdminError::Fault(fault))) => error::failed(&app, &request, &Failure::Fault(fault)),
        Err(why) => show(&app, &request, &form, Some(problem(&why))).await,
    }
}

fn problem(why: &NotFirst) -> Problem {
    match why {
        NotFirst::DeadLink => dead(),
        NotFirst::TooMany { retry_after } => Problem {
            status: StatusCode::TOO_MANY_REQUESTS,
            retry_after: u64::try_from(retry_after.0).ok(),
            ..Problem::new("Too many attempts. Try again in a while.", &[])
        },
        NotFirst::Admin(AdminError::Unfit { what, reason }) => {
            let fields: &'static [&'static str] = match *what {
                "email" => &["email"],
                "name" => &["name"],
                "password" => &["password"],
                _ => &[],
            };
            Problem::new(format!("The {what} {reason}."), fields)
        }
        NotFirst::Admin(error) => Problem::new(format!("{error}."), &["email"]),
    }
}

fn dead() -> Problem {
    Problem::new("This link has been used, or is too old.", &[])
}

/// On to the console, by way of the sign-in.
fn done(app: &App, browser: &Browser, user: &User) -> HttpResponse {
    let email = user.email.clone().unwrap_or_default();
    let address = forms::seal(&app.core, Kind::Address, Shown::ToBrowser(browser), &email);
    let notice = Notice::AdministratorMade.seal(app, browser);
    let pairs = [("address", address.as_str()), ("notice", &notice), ("page", "/admin")];
    step::see_other(&step::with_query(app, "/login", &pairs)).finish()
}

async fn show(app: &App, request: &HttpRequest, typed: &Params, problem: Option<Problem>) -> HttpResponse {
    let text = |name: &str| typed.get(name).unwrap_or_default();
    let open = match first::is_open(&app.core, Secret::new(text("token").to_owned())).await {
        Ok(open) => open,
        Err(AdminError::Fault(fault)) => return error::failed(app, request, &Failure::Fault(fault)),
        Err(_) => false,
    };
    let browser = cookies::browser(request, app.settings());
    let view = FirstView {
        layout: &app.layout,
        form: &forms::token(&app.core, Shown::ToBrowser(&browser)),
        token: text("token"),
        email: text("email"),
        name: text("name"),
        open,
        minimum_length: app.settings().passwords.minimum_length,
        problem: if open { problem } else { Some(dead()) },
    };
    super::account::words::send(send::page(&view).binds(app, &browser), view.problem.as_ref())
}
