//! A forgotten password: asks for the address, and answers the same for every one.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;

use super::{
    account::words::{self, Ending, Problem},
    error,
    layout::Layout,
    login, send, step,
    way::Way,
};
use crate::{
    http::{
        app::App,
        extract::{
            form::{BadBody, Form},
            visitor,
        },
    },
    services::{
        accounts,
        fault::Failure,
        forms::{self, Kind, Shown},
        oauth::{
            browser::Browser,
            destination::{self, Onward, Place},
        },
    },
};

/// Posts to `{base}/account/forgot`: `form`, `interaction`, `email`.
#[derive(Debug, Template)]
#[template(path = "pages/forgot.html")]
pub struct ForgotView<'a> {
    pub layout: &'a Layout,
    pub form: &'a str,
    pub interaction: &'a str,
    pub email: &'a str,
    pub problem: Option<Problem>,
}

#[derive(Debug, Template)]
#[template(path = "pages/check_mail.html")]
pub struct CheckMailView<'a> {
    pub layout: &'a Layout,
    pub interaction: &'a str,
    pub email: &'a str,
    pub minutes: i64,
}

pub async fn get(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let Way { browser, onward, carried: query } = match Way::opened(&app, &request).await {
        Ok(way) => way,
        Err(answer) => return answer,
    };
    match query.get("address").and_then(|sealed| login::address(&app, &browser, sealed)) {
        Some(email) => sent(&app, &onward, &email),
        None => show(&app, &browser, &onward, "", None),
    }
}

pub async fn submit(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    let Way { browser, onward, carried: form } = match Way::posted(&app, &request, form).await {
        Ok(way) => way,
        Err(answer) => return answer,
    };
    let email = form.get("email").unwrap_or_default().trim();
    let visitor = visitor::of(&request, app.settings());
    match accounts::request_reset(&app.core, email.to_owned(), visitor).await.map_err(words::of) {
        Ok(()) => {
            let address = forms::seal(&app.core, Kind::Address, Shown::ToBrowser(&browser), &email);
            let pairs = [("interaction", onward.sealed.as_str()), ("address", &address)];
            step::see_other(&step::with_query(&app, "/account/forgot", &pairs)).finish()
        }
        Err(Ending::Problem(problem)) => show(&app, &browser, &onward, email, Some(problem)),
        Err(Ending::SignIn) => step::go_on(&app, &onward).finish(),
        Err(Ending::Fault(fault)) => error::failed(&app, &request, &Failure::Fault(fault)),
    }
}

/// The link of the last letter is dead: another one helps.
pub(super) fn ask_again(app: &App, browser: &Browser, problem: Problem) -> HttpResponse {
    show(app, browser, &destination::to_account(&app.core, browser, Place::Profile), "", Some(problem))
}

fn show(app: &App, browser: &Browser, onward: &Onward, email: &str, problem: Option<Problem>) -> HttpResponse {
    let form = forms::token(&app.core, Shown::ToBrowser(browser));
    let view = ForgotView { layout: &app.layout, form: &form, interaction: &onward.sealed, email, problem };
    words::send(send::page(&view).binds(app, browser), view.problem.as_ref())
}

fn sent(app: &App, onward: &Onward, email: &str) -> HttpResponse {
    let minutes = app.settings().accounts.reset_seconds.0 / 60;
    send::page(&CheckMailView { layout: &app.layout, interaction: &onward.sealed, email, minutes }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::layout::examples::layout;

    #[test]
    fn only_the_address_is_asked_for() {
        let layout = layout();
        let (form, interaction) = ("ours", "sealed");
        let page = ForgotView { layout: &layout, form, interaction, email: "", problem: None }.render().unwrap();
        assert!(page.contains("action=\"/base/account/forgot\""));
        assert!(page.contains("name=\"email\" type=\"email\""));
        assert!(page.contains("href=\"/base/login?interaction=sealed\""));
    }

    #[test]
    fn the_answer_promises_a_letter_only_if_there_is_an_account() {
        let layout = layout();
        let (interaction, email) = ("sealed", "alice@example.com");
        let page = CheckMailView { layout: &layout, interaction, email, minutes: 30 }.render().unwrap();
        assert!(page.contains("If <strong>alice@example.com</strong> has an account here"));
        assert!(page.contains("30 minutes"));
    }
}
