//! Setting up the second factor that the deployment demands, between the password and the session.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;
use serde::{Deserialize, Serialize};

use super::{
    account::words::{self, Ending, Problem},
    error,
    layout::{ClientFace, Layout},
    second_factor::{begin_again, typed_code},
    send, step,
};
use crate::{
    domain::{secret::Secret, session::Door},
    http::{
        app::App,
        extract::{
            cookies,
            form::{BadBody, Form},
            visitor,
        },
    },
    services::{
        factors::{self, Answer, Enrolment},
        fault::Failure,
        forms::{self, Kind, Shown},
        oauth::{
            browser::Browser,
            destination::{self, Onward},
        },
    },
};

/// Posts to `{base}/login/enrolment`: `interaction`, `enrolment`, `code`.
#[derive(Template)]
#[template(path = "pages/enrolment.html")]
pub struct EnrolmentView<'a> {
    pub layout: &'a Layout,
    pub interaction: &'a str,
    /// What is being set up, sealed.
    pub enrolment: &'a str,
    pub client: Option<ClientFace<'a>>,
    pub setup: Setup,
    pub problem: Option<Problem>,
}

/// The codes, once the factor is on.
#[derive(Template)]
#[template(path = "pages/backup_codes.html")]
pub struct BackupCodesView<'a> {
    pub layout: &'a Layout,
    pub codes: &'a [String],
    pub onward: &'a str,
}

/// What an authenticator app needs: a picture to scan, or a text to type.
pub struct Setup {
    /// An `<svg>` of ours.
    pub picture: String,
    pub secret: String,
}

/// What the pages of a set-up carry on, sealed.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Carried {
    /// What proves that the password was right; none on the settings page.
    pub(super) token: Option<String>,
    pub(super) secret: String,
    pub(super) uri: String,
    pub(super) codes: Vec<String>,
}

impl Carried {
    pub(super) fn new(token: Option<&Secret<String>>, enrolment: &Enrolment) -> Self {
        Self {
            token: token.map(|token| token.reveal().clone()),
            secret: enrolment.secret.reveal().clone(),
            uri: enrolment.uri.reveal().clone(),
            codes: enrolment.backup_codes.iter().map(|code| code.reveal().clone()).collect(),
        }
    }

    pub(super) fn setup(&self) -> Setup {
        let enrolment = Enrolment {
            secret: Secret::new(self.secret.clone()),
            uri: Secret::new(self.uri.clone()),
            backup_codes: Vec::new(),
        };
        Setup { picture: enrolment.qr_code().svg(), secret: in_groups(&self.secret) }
    }
}

/// The password was right, and a second factor has to be set up before anything else.
pub(super) async fn begin(
    app: &App,
    request: &HttpRequest,
    browser: &Browser,
    onward: &Onward,
    token: Secret<String>,
) -> HttpResponse {
    match factors::begin_enrolment(&app.core, token.clone(), Door::Browser).await.map_err(words::of) {
        Ok(enrolment) => show(app, browser, onward, &Carried::new(Some(&token), &enrolment), None),
        Err(Ending::Problem(_) | Ending::SignIn) => begin_again(app, browser, onward),
        Err(Ending::Fault(fault)) => error::failed(app, request, &Failure::Fault(fault)),
    }
}

pub async fn submit(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    let (browser, form) = match step::form(&app, &request, form) {
        Ok(taken) => taken,
        Err(why) => return step::refuse_taking(&app, &request, &why),
    };
    let sealed = form.get("interaction").unwrap_or_default().to_owned();
    let onward = match destination::open(&app.core, browser.clone(), sealed).await {
        Ok(onward) => onward,
        Err(refusal) => return step::refuse_form(&app, &request, refusal),
    };
    let sealed = form.get("enrolment").unwrap_or_default();
    let carried: Option<Carried> = forms::open(&app.core, Kind::Enrolment, Shown::ToBrowser(&browser), sealed);
    let Some((carried, token)) = carried.and_then(|carried| carried.token.clone().map(|token| (carried, token))) else {
        return begin_again(&app, &browser, &onward);
    };
    let answer = Answer {
        token: Secret::new(token),
        code: Secret::new(typed_code(form.get("code"))),
        door: Door::Browser,
        cookie: browser.session.clone(),
        visitor: visitor::of(&request, app.settings()),
    };
    match factors::finish_enrolment(&app.core, answer).await.map_err(words::of) {
        Ok(begun) => {
            let onward = step::onward_address(&app, &onward);
            let view = BackupCodesView { layout: &app.layout, codes: &carried.codes, onward: &onward };
            send::page(&view).cookie(cookies::session(app.settings(), begun.cookie.reveal())).ok()
        }
        Err(Ending::Problem(problem)) => show(&app, &browser, &onward, &carried, Some(problem)),
        Err(Ending::SignIn) => begin_again(&app, &browser, &onward),
        Err(Ending::Fault(fault)) => error::failed(&app, &request, &Failure::Fault(fault)),
    }
}

fn show(app: &App, browser: &Browser, onward: &Onward, carried: &Carried, problem: Option<Problem>) -> HttpResponse {
    let sealed = forms::seal(&app.core, Kind::Enrolment, Shown::ToBrowser(browser), carried);
    let view = EnrolmentView {
        layout: &app.layout,
        interaction: &onward.sealed,
        enrolment: &sealed,
        client: ClientFace::of(onward),
        setup: carried.setup(),
        problem,
    };
    words::send(send::page(&view).binds(app, browser), view.problem.as_ref())
}

/// Four characters at a time can be typed without losing the place.
fn in_groups(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::layout::examples::{CLIENT, layout};

    #[test]
    fn the_secret_can_be_scanned_or_typed() {
        let layout = layout();
        let setup = Setup { picture: "<svg></svg>".to_owned(), secret: in_groups("JBSWY3DPEHPK") };
        let view = EnrolmentView {
            layout: &layout,
            interaction: "sealed",
            enrolment: "set-up",
            client: Some(CLIENT),
            setup,
            problem: None,
        };
        let page = view.render().unwrap();
        assert!(page.contains("action=\"/base/login/enrolment\""));
        assert!(page.contains("<svg></svg>"));
        assert!(page.contains("JBSW Y3DP EHPK"));
        assert!(page.contains("autocomplete=\"one-time-code\""));
    }

    #[test]
    fn the_codes_are_a_list_and_the_way_on_is_a_link() {
        let layout = layout();
        let codes = ["12345678".to_owned(), "87654321".to_owned()];
        let page = BackupCodesView { layout: &layout, codes: &codes, onward: "/base/account" }.render().unwrap();
        assert!(page.contains("<li><code>12345678</code></li>"), "{page}");
        assert!(page.contains("href=\"/base/account\">Continue</a>"));
    }
}
