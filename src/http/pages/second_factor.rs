//! The step after the password: a code of the second factor.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;

use super::{
    account::{
        notice::Notice,
        words::{self, Ending, Problem},
    },
    enrolment, error,
    layout::{ClientFace, Layout},
    send, step,
    way::Way,
};
use crate::{
    domain::{one_time::Purpose, secret::Secret, session::Door},
    http::{
        app::App,
        extract::{
            form::{BadBody, Form},
            visitor,
        },
    },
    protocol::params::Params,
    services::{
        accounts::LoginOutcome,
        factors::{self, Answer},
        fault::Failure,
        forms::{self, Kind, Shown},
        oauth::{browser::Browser, destination::Onward},
    },
};

/// Posts to `{base}/login/second-factor`: `interaction`, `challenge`, `code`.
#[derive(Debug, Template)]
#[template(path = "pages/second_factor.html")]
pub struct SecondFactorView<'a> {
    pub layout: &'a Layout,
    pub interaction: &'a str,
    /// What proves that the password was right, sealed.
    pub challenge: &'a str,
    pub client: Option<ClientFace<'a>>,
    /// Where to begin again.
    pub again: &'a str,
    pub problem: Option<Problem>,
}

/// What the first factor came to: signed in, or one more step.
pub(super) async fn or_signed_in(
    app: &App,
    request: &HttpRequest,
    browser: &Browser,
    onward: &Onward,
    outcome: LoginOutcome,
) -> HttpResponse {
    match outcome {
        LoginOutcome::SignedIn(begun) => step::signed_in(app, onward, &begun),
        LoginOutcome::SecondFactor(challenge) => match challenge.purpose {
            Purpose::Enrolment => enrolment::begin(app, request, browser, onward, challenge.token).await,
            Purpose::SecondFactor
            | Purpose::ConfirmEmail
            | Purpose::ResetPassword
            | Purpose::Invitation
            | Purpose::FirstAdministrator
            | Purpose::SpentProof => {
                let shown = Shown::ToBrowser(browser);
                let sealed = forms::seal(&app.core, Kind::Challenge, shown, challenge.token.reveal());
                show(app, browser, onward, &sealed, None)
            }
        },
    }
}

pub async fn submit(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    let Way { browser, onward, carried: form } = match Way::signing_in(&app, &request, form).await {
        Ok(way) => way,
        Err(answer) => return answer,
    };
    let challenge = form.get("challenge").unwrap_or_default();
    let Some(token) = forms::open::<String>(&app.core, Kind::Challenge, Shown::ToBrowser(&browser), challenge) else {
        return begin_again(&app, &browser, &onward);
    };
    let answer = answer(&app, &request, &browser, Secret::new(token), &form);
    match factors::answer(&app.core, answer).await.map_err(words::of) {
        Ok(begun) => step::signed_in(&app, &onward, &begun),
        Err(Ending::Problem(problem)) => show(&app, &browser, &onward, challenge, Some(problem)),
        Err(Ending::SignIn) => begin_again(&app, &browser, &onward),
        Err(Ending::Fault(fault)) => error::failed(&app, &request, &Failure::Fault(fault)),
    }
}

/// Too much time has passed since the password.
pub(super) fn begin_again(app: &App, browser: &Browser, onward: &Onward) -> HttpResponse {
    let notice = Notice::TookTooLong.seal(app, browser);
    let address = step::with_query(app, "/login", &[("interaction", &onward.sealed), ("notice", &notice)]);
    step::see_other(&address).finish()
}

/// A code that was typed into the form of such a step.
pub(super) fn answer(
    app: &App,
    request: &HttpRequest,
    browser: &Browser,
    token: Secret<String>,
    form: &Params,
) -> Answer {
    Answer {
        token,
        code: Secret::new(typed_code(form.get("code"))),
        door: Door::Browser,
        cookie: browser.session.clone(),
        visitor: visitor::of(request, app.settings()),
    }
}

/// People type codes in groups, as they read them.
pub(super) fn typed_code(typed: Option<&str>) -> String {
    typed.unwrap_or_default().chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
}

fn show(app: &App, browser: &Browser, onward: &Onward, challenge: &str, problem: Option<Problem>) -> HttpResponse {
    let again = step::with_query(app, "/login", &[("interaction", &onward.sealed)]);
    let view = SecondFactorView {
        layout: &app.layout,
        interaction: &onward.sealed,
        challenge,
        client: ClientFace::of(onward),
        again: &again,
        problem,
    };
    words::send(send::page(&view).leads_on(onward).binds(app, browser), view.problem.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::layout::examples::{CLIENT, layout};

    fn page(problem: Option<Problem>) -> String {
        let layout = layout();
        let (interaction, challenge, again) = ("sealed", "proof", "/base/login?interaction=sealed");
        SecondFactorView { layout: &layout, interaction, challenge, client: Some(CLIENT), again, problem }
            .render()
            .unwrap()
    }

    #[test]
    fn one_field_takes_either_code() {
        let page = page(None);
        assert!(page.contains("action=\"/base/login/second-factor\""));
        assert!(page.contains("name=\"challenge\" value=\"proof\""));
        assert!(page.contains("name=\"code\" type=\"text\" inputmode=\"numeric\" autocomplete=\"one-time-code\""));
        assert!(page.contains("backup code"));
        assert!(page.contains("aria-describedby=\"code-hint\""));
    }

    #[test]
    fn a_wrong_code_is_announced_and_linked_to_its_field() {
        let page = page(Some(Problem::new("Not right.", &["code"])));
        assert!(page.contains("role=\"alert\">Not right.</p>"));
        assert!(page.contains("aria-invalid=\"true\" aria-describedby=\"problem code-hint\""));
    }

    #[test]
    fn a_code_may_be_typed_in_groups() {
        assert_eq!(typed_code(Some(" 123 456 ")), "123456");
        assert_eq!(typed_code(Some("1234-5678")), "12345678");
        assert_eq!(typed_code(None), "");
    }
}
