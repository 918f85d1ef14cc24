//! Confirming an address: by the code of a letter, or by its link.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;

use super::{
    account::{
        notice::Notice,
        words::{self, Ending, Problem},
    },
    error,
    layout::{ClientFace, Layout},
    login, send, step,
    way::Way,
};
use crate::{
    domain::{secret::Secret, user::User},
    http::{
        app::App,
        extract::{
            form::{BadBody, Form},
            visitor,
        },
    },
    protocol::params::Params,
    services::{
        accounts::{self, Caller, Credential, Refusal},
        fault::Failure,
        forms::{self, Kind, Shown},
        oauth::{browser::Browser, destination::Onward},
    },
};

/// Posts to `{base}/account/confirm`: `form`, `interaction` and either `token` or `email` (or `address`) and `code`; a
/// second form asks for a new letter.
#[derive(Debug, Template)]
#[template(path = "pages/confirm.html")]
pub struct ConfirmView<'a> {
    pub layout: &'a Layout,
    pub form: &'a str,
    pub interaction: &'a str,
    pub client: Option<ClientFace<'a>>,
    pub by: By<'a>,
    /// Where one goes on without confirming.
    pub onward: &'a str,
    pub notice: Option<&'static str>,
    pub problem: Option<Problem>,
}

/// What proves the address.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    /// The link's token: the page has a button only. Programs that look into letters follow links; they press nothing.
    Link { token: &'a str },
    /// The code, for the address that this browser has just named.
    Known { email: &'a str, address: &'a str },
    /// The code, for an address that has to be typed.
    Unknown { email: &'a str },
}

/// The page that follows a registration: the same for every address.
pub(super) fn address(app: &App, browser: &Browser, onward: &Onward, email: &str) -> String {
    let sealed = forms::seal(&app.core, Kind::Address, Shown::ToBrowser(browser), &email);
    step::with_query(app, "/account/confirm", &[("interaction", &onward.sealed), ("address", &sealed)])
}

pub async fn get(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let Way { browser, onward, carried: query } = match Way::opened(&app, &request).await {
        Ok(way) => way,
        Err(answer) => return answer,
    };
    let notice = Notice::read(&app, &browser, &query);
    show(&app, &browser, &onward, &query, (notice, None))
}

pub async fn submit(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    let Way { browser, onward, carried: form } = match Way::posted(&app, &request, form).await {
        Ok(way) => way,
        Err(answer) => return answer,
    };
    match confirm(&app, &request, &browser, &form).await.map_err(words::of) {
        Ok(user) => confirmed(&app, &browser, &onward, &user),
        Err(ending) => again(&app, &request, (&browser, &onward), &form, ending),
    }
}

/// A new letter; whether there is anybody to send it to, the answer does not tell.
pub async fn send_again(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    let Way { browser, onward, carried: form } = match Way::posted(&app, &request, form).await {
        Ok(way) => way,
        Err(answer) => return answer,
    };
    let email = email(&app, &browser, &form);
    let visitor = visitor::of(&request, app.settings());
    match accounts::request_confirmation(&app.core, email.clone(), visitor).await.map_err(words::of) {
        Ok(()) => {
            let notice = Notice::LetterSent.seal(&app, &browser);
            let address = address(&app, &browser, &onward, &email);
            step::see_other(&format!("{address}&notice={notice}")).finish()
        }
        Err(ending) => again(&app, &request, (&browser, &onward), &form, ending),
    }
}

async fn confirm(app: &App, request: &HttpRequest, browser: &Browser, form: &Params) -> Result<User, Refusal> {
    let cookie = browser.session.clone().map(Secret::new);
    let credential = cookie.map_or(Credential::None, Credential::Cookie);
    let caller = Caller { credential, visitor: visitor::of(request, app.settings()) };
    if let Some(token) = form.get("token") {
        return accounts::confirm_by_link(&app.core, Secret::new(token.to_owned()), caller).await;
    }
    let code = super::second_factor::typed_code(form.get("code"));
    accounts::confirm(&app.core, email(app, browser, form), Secret::new(code), caller).await
}

fn email(app: &App, browser: &Browser, form: &Params) -> String {
    let known = form.get("address").and_then(|sealed| login::address(app, browser, sealed));
    known.unwrap_or_else(|| form.get("email").unwrap_or_default().trim().to_owned())
}

/// On to the sign-in, which goes on by itself where somebody is signed in.
fn confirmed(app: &App, browser: &Browser, onward: &Onward, user: &User) -> HttpResponse {
    let email = user.email.clone().unwrap_or_default();
    let address = forms::seal(&app.core, Kind::Address, Shown::ToBrowser(browser), &email);
    let notice = Notice::AddressConfirmed.seal(app, browser);
    let pairs = [("interaction", onward.sealed.as_str()), ("address", &address), ("notice", &notice)];
    step::see_other(&step::with_query(app, "/login", &pairs)).finish()
}

fn again(
    app: &App,
    request: &HttpRequest,
    (browser, onward): (&Browser, &Onward),
    form: &Params,
    ending: Ending,
) -> HttpResponse {
    match ending {
        // A dead link says nothing new when its button is pressed again: the code, or a new letter, may.
        Ending::Problem(problem) if form.get("token").is_some() && problem.retry_after.is_none() => {
            show(app, browser, onward, &Params::default(), (None, Some(problem)))
        }
        Ending::Problem(problem) => show(app, browser, onward, form, (None, Some(problem))),
        Ending::SignIn => step::go_on(app, onward).finish(),
        Ending::Fault(fault) => error::failed(app, request, &Failure::Fault(fault)),
    }
}

fn show(
    app: &App,
    browser: &Browser,
    onward: &Onward,
    carried: &Params,
    (notice, problem): (Option<Notice>, Option<Problem>),
) -> HttpResponse {
    let known = carried.get("address").and_then(|sealed| Some((sealed, login::address(app, browser, sealed)?)));
    let by = match (carried.get("token"), &known) {
        (Some(token), _) => By::Link { token },
        (None, Some((address, email))) => By::Known { email, address },
        (None, None) => By::Unknown { email: carried.get("email").unwrap_or_default() },
    };
    let view = ConfirmView {
        layout: &app.layout,
        form: &forms::token(&app.core, Shown::ToBrowser(browser)),
        interaction: &onward.sealed,
        client: ClientFace::of(onward),
        by,
        onward: &step::with_query(app, "/login", &[("interaction", &onward.sealed)]),
        notice: notice.map(Notice::words),
        problem,
    };
    words::send(send::page(&view).binds(app, browser), view.problem.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::layout::examples::layout;

    fn page(by: By<'_>) -> String {
        let layout = layout();
        let view = ConfirmView {
            layout: &layout,
            form: "ours",
            interaction: "sealed",
            client: None,
            by,
            onward: "/base/login?interaction=sealed",
            notice: None,
            problem: None,
        };
        view.render().unwrap()
    }

    #[test]
    fn a_link_shows_a_button_and_asks_for_nothing_else() {
        let page = page(By::Link { token: "t0ken" });
        assert!(page.contains("name=\"token\" value=\"t0ken\""));
        assert!(page.contains(">Confirm my address</button>"));
        assert!(!page.contains("name=\"code\"") && !page.contains("/account/confirm/again"));
    }

    #[test]
    fn after_a_registration_only_the_code_is_asked_for() {
        let page = page(By::Known { email: "alice@example.com", address: "sealed-address" });
        assert!(page.contains("<strong>alice@example.com</strong>"));
        assert!(page.contains("autocomplete=\"one-time-code\""));
        assert!(!page.contains("name=\"email\""));
        assert_eq!(page.matches("name=\"address\" value=\"sealed-address\"").count(), 2);
    }

    #[test]
    fn without_an_address_it_is_asked_for() {
        let page = page(By::Unknown { email: "" });
        assert!(page.contains("name=\"email\" type=\"email\""));
        assert!(page.contains("autocomplete=\"email\""));
    }
}
