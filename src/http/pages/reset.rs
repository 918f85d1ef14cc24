//! A new password by a letter's link.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;

use super::{
    account::{
        notice::Notice,
        words::{self, Ending, Problem},
    },
    error, forgot,
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
        accounts::{self, Refusal},
        fault::Failure,
        forms::{self, Kind, Shown},
        oauth::browser::Browser,
    },
};

/// Posts to `{base}/account/reset`: `form`, `token`, `new_password`.
#[derive(Debug, Template)]
#[template(path = "pages/reset.html")]
pub struct ResetView<'a> {
    pub layout: &'a Layout,
    pub form: &'a str,
    /// The link's. It leaves the address with the form: the next page's address has none.
    pub token: &'a str,
    pub minimum_length: usize,
    pub problem: Option<Problem>,
}

/// Whether the link is good is told when the form is sent: looking at the page spends nothing.
pub async fn get(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let query = match query::params(&request) {
        Ok(query) => query,
        Err(error) => return error::refused(&app, &request, &error),
    };
    let browser = cookies::browser(&request, app.settings());
    match query.get("token") {
        Some(token) => show(&app, &browser, token, None),
        None => step::see_other(&format!("{}/account/forgot", app.layout.base)).finish(),
    }
}

pub async fn submit(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    let (browser, form) = match step::open_form(&app, &request, form) {
        Ok(taken) => taken,
        Err(why) => return step::refuse_taking(&app, &request, &why),
    };
    let token = form.get("token").unwrap_or_default();
    let new = Secret::new(form.get("new_password").unwrap_or_default().to_owned());
    let visitor = visitor::of(&request, app.settings());
    match accounts::reset_password(&app.core, Secret::new(token.to_owned()), new, visitor).await {
        Ok(user) => done(&app, &browser, &user),
        Err(refusal) => {
            let is_dead = matches!(refusal, Refusal::InvalidReset);
            match words::of(refusal) {
                Ending::Problem(problem) if is_dead => forgot::ask_again(&app, &browser, problem),
                Ending::Problem(problem) => show(&app, &browser, token, Some(problem)),
                Ending::SignIn => step::see_other(&format!("{}/login", app.layout.base)).finish(),
                Ending::Fault(fault) => error::failed(&app, &request, &Failure::Fault(fault)),
            }
        }
    }
}

/// Every session has ended, this browser's too.
fn done(app: &App, browser: &Browser, user: &User) -> HttpResponse {
    let email = user.email.clone().unwrap_or_default();
    let address = forms::seal(&app.core, Kind::Address, Shown::ToBrowser(browser), &email);
    let notice = Notice::PasswordReset.seal(app, browser);
    let pairs = [("address", address.as_str()), ("notice", &notice)];
    step::see_other(&step::with_query(app, "/login", &pairs)).cookie(cookies::no_session(app.settings())).finish()
}

fn show(app: &App, browser: &Browser, token: &str, problem: Option<Problem>) -> HttpResponse {
    let view = ResetView {
        layout: &app.layout,
        form: &forms::token(&app.core, Shown::ToBrowser(browser)),
        token,
        minimum_length: app.settings().passwords.minimum_length,
        problem,
    };
    words::send(send::page(&view).binds(app, browser), view.problem.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::layout::examples::layout;

    #[test]
    fn the_token_moves_into_the_form() {
        let layout = layout();
        let view = ResetView { layout: &layout, form: "ours", token: "t0ken\"", minimum_length: 12, problem: None };
        let page = view.render().unwrap();
        assert!(page.contains("action=\"/base/account/reset\""));
        assert!(page.contains("name=\"token\" value=\"t0ken&#34;\""));
        assert!(page.contains("autocomplete=\"new-password\"") && page.contains("At least 12 characters."));
        assert_eq!(page.matches("t0ken").count(), 1);
    }
}
