//! Setting up the second factor that the deployment demands, between the password and the session.

use std::fmt;

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;

use super::{
    account::words::{self, Ending, Problem},
    error,
    layout::{ClientFace, Layout},
    second_factor::{answer, begin_again},
    send, step,
    way::Way,
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
    protocol::params::Params,
    services::{
        factors::{self, Enrolment},
        fault::Failure,
        forms::{self, Kind, Shown},
        oauth::{browser::Browser, destination::Onward},
        sessions::Begun,
    },
};

/// Posts to `{base}/login/enrolment`: `interaction`, `challenge`, `code`.
#[derive(Debug, Template)]
#[template(path = "pages/enrolment.html")]
pub struct EnrolmentView<'a> {
    pub layout: &'a Layout,
    pub interaction: &'a str,
    /// What proves that the password was right, sealed.
    pub challenge: &'a str,
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

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl Setup {
    pub(super) fn of(enrolment: &Enrolment) -> Self {
        Self { picture: enrolment.qr_code().svg(), secret: in_groups(enrolment.secret.reveal()) }
    }
}

/// The codes as a page shows them, once.
pub(super) fn shown(codes: &[Secret<String>]) -> Vec<String> {
    codes.iter().map(|code| code.reveal().clone()).collect()
}

/// A sign-in that waits for its second factor to be set up.
struct Waiting<'a> {
    app: &'a App,
    request: &'a HttpRequest,
    browser: &'a Browser,
    onward: &'a Onward,
    token: Secret<String>,
}

/// The password was right, and a second factor has to be set up before anything else.
pub(super) async fn begin(
    app: &App,
    request: &HttpRequest,
    browser: &Browser,
    onward: &Onward,
    token: Secret<String>,
) -> HttpResponse {
    let waiting = Waiting { app, request, browser, onward, token };
    match waiting.enrolment().await {
        Ok(enrolment) => waiting.show(&enrolment, None),
        Err(answer) => answer,
    }
}

pub async fn submit(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    let Way { browser, onward, carried: form } = match Way::signing_in(&app, &request, form).await {
        Ok(way) => way,
        Err(answer) => return answer,
    };
    let sealed = form.get("challenge").unwrap_or_default();
    let Some(token) = forms::open::<String>(&app.core, Kind::Enrolment, Shown::ToBrowser(&browser), sealed) else {
        return begin_again(&app, &browser, &onward);
    };
    let token = Secret::new(token);
    let waiting = Waiting { app: &app, request: &request, browser: &browser, onward: &onward, token };
    waiting.finish(&form).await
}

impl Waiting<'_> {
    /// The same secret and codes as long as the challenge lives.
    async fn enrolment(&self) -> Result<Enrolment, HttpResponse> {
        let visitor = visitor::of(self.request, self.app.settings());
        let begun = factors::begin_enrolment(&self.app.core, self.token.clone(), Door::Browser, visitor).await;
        begun.map_err(|refusal| match words::of(refusal) {
            Ending::Problem(_) | Ending::SignIn => begin_again(self.app, self.browser, self.onward),
            Ending::Fault(fault) => error::failed(self.app, self.request, &Failure::Fault(fault)),
        })
    }

    async fn finish(self, form: &Params) -> HttpResponse {
        let enrolment = match self.enrolment().await {
            Ok(enrolment) => enrolment,
            Err(answer) => return answer,
        };
        let answer = answer(self.app, self.request, self.browser, self.token.clone(), form);
        match factors::finish_enrolment(&self.app.core, answer).await.map_err(words::of) {
            Ok(begun) => self.done(&enrolment, &begun),
            Err(Ending::Problem(problem)) => self.show(&enrolment, Some(problem)),
            Err(Ending::SignIn) => begin_again(self.app, self.browser, self.onward),
            Err(Ending::Fault(fault)) => error::failed(self.app, self.request, &Failure::Fault(fault)),
        }
    }

    fn done(&self, enrolment: &Enrolment, begun: &Begun) -> HttpResponse {
        let view = BackupCodesView {
            layout: &self.app.layout,
            codes: &shown(&enrolment.backup_codes),
            onward: &step::onward_address(self.app, self.onward),
        };
        send::page(&view).cookie(cookies::session(self.app.settings(), begun.cookie.reveal())).ok()
    }

    fn show(&self, enrolment: &Enrolment, problem: Option<Problem>) -> HttpResponse {
        let shown = Shown::ToBrowser(self.browser);
        let view = EnrolmentView {
            layout: &self.app.layout,
            interaction: &self.onward.sealed,
            challenge: &forms::seal(&self.app.core, Kind::Enrolment, shown, self.token.reveal()),
            client: ClientFace::of(self.onward),
            setup: Setup::of(enrolment),
            problem,
        };
        words::send(send::page(&view).binds(self.app, self.browser), view.problem.as_ref())
    }
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
            challenge: "proof",
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
