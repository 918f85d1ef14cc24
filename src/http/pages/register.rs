//! A new account.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;

use super::{
    account::words::{self, Ending, Problem},
    confirm, error,
    layout::{ClientFace, Layout},
    send, step,
    way::Way,
};
use crate::{
    config::accounts::Registration as Open,
    domain::{secret::Secret, session::Door},
    http::{
        app::App,
        extract::{
            form::{BadBody, Form},
            visitor,
        },
    },
    protocol::params::Params,
    services::{
        accounts::{self, Existing, Refusal, Registration},
        fault::Failure,
        forms::{self, Shown},
        oauth::{browser::Browser, destination::Onward},
    },
};

/// Posts to `{base}/account/register`: `form`, `interaction`, `name`, `email`, `password`.
#[derive(Debug, Template)]
#[template(path = "pages/register.html")]
pub struct RegisterView<'a> {
    pub layout: &'a Layout,
    /// That the form is ours, sealed.
    pub form: &'a str,
    pub interaction: &'a str,
    pub client: Option<ClientFace<'a>>,
    pub name: &'a str,
    pub email: &'a str,
    pub minimum_length: usize,
    pub problem: Option<Problem>,
}

pub async fn get(app: Data<App>, request: HttpRequest) -> HttpResponse {
    match Way::opened(&app, &request).await {
        Ok(_) if app.settings().accounts.registration == Open::Closed => error::registration_closed(&app, &request),
        Ok(way) => show(&app, &way.browser, &way.onward, &Params::default(), None),
        Err(answer) => answer,
    }
}

/// Whether the address had an account already, the answer does not tell.
pub async fn submit(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    let Way { browser, onward, carried: form } = match Way::posted(&app, &request, form).await {
        Ok(way) => way,
        Err(answer) => return answer,
    };
    match register(&app, &request, &form).await.map_err(words::of) {
        Ok(email) => step::see_other(&confirm::address(&app, &browser, &onward, &email)).finish(),
        Err(Ending::Problem(problem)) => show(&app, &browser, &onward, &form, Some(problem)),
        Err(Ending::SignIn) => step::go_on(&app, &onward).finish(),
        Err(Ending::Fault(fault)) => error::failed(&app, &request, &Failure::Fault(fault)),
    }
}

async fn register(app: &App, request: &HttpRequest, form: &Params) -> Result<String, Refusal> {
    let email = form.get("email").unwrap_or_default().trim().to_owned();
    let registration = Registration {
        email: email.clone(),
        password: Secret::new(form.get("password").unwrap_or_default().to_owned()),
        name: form.get("name").map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()),
        username: None,
        organisation: None,
        door: Door::Browser,
        existing: Existing::Hide,
        visitor: visitor::of(request, app.settings()),
    };
    accounts::register(&app.core, registration).await?;
    Ok(email)
}

fn show(app: &App, browser: &Browser, onward: &Onward, typed: &Params, problem: Option<Problem>) -> HttpResponse {
    let view = RegisterView {
        layout: &app.layout,
        form: &forms::token(&app.core, Shown::ToBrowser(browser)),
        interaction: &onward.sealed,
        client: ClientFace::of(onward),
        name: typed.get("name").unwrap_or_default(),
        email: typed.get("email").unwrap_or_default(),
        minimum_length: app.settings().passwords.minimum_length,
        problem,
    };
    words::send(send::page(&view).binds(app, browser), view.problem.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::layout::examples::{CLIENT, layout};

    fn page(problem: Option<Problem>) -> String {
        let layout = layout();
        let view = RegisterView {
            layout: &layout,
            form: "ours",
            interaction: "sealed",
            client: Some(CLIENT),
            name: "Alice",
            email: "\"><script>",
            minimum_length: 10,
            problem,
        };
        view.render().unwrap()
    }

    #[test]
    fn the_rule_for_passwords_is_told_before() {
        let page = page(None);
        assert!(page.contains("id=\"password-hint\">At least 10 characters."));
        assert!(page.contains("autocomplete=\"new-password\""));
        assert!(page.contains("aria-describedby=\"password-hint\""));
    }

    #[test]
    fn the_form_carries_its_token_and_the_destination() {
        let page = page(None);
        assert!(page.contains("action=\"/base/account/register\""));
        assert!(page.contains("name=\"form\" value=\"ours\""));
        assert!(page.contains("name=\"interaction\" value=\"sealed\""));
        assert!(!page.contains("<script"));
    }

    #[test]
    fn a_weak_password_is_told_at_its_field() {
        let page = page(Some(Problem::new("Too short.", &["password"])));
        assert!(page.contains("aria-invalid=\"true\" aria-describedby=\"problem password-hint\""));
    }
}
