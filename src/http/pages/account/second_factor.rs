//! The second factor: on, off, and the codes for bad days.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;

use super::{Answered, Frame, Told, Visit, answered, notice::Notice, password::secret};
use crate::{
    domain::secret::Secret,
    http::{
        app::App,
        extract::form::{BadBody, Form},
        pages::{
            enrolment::{Setup, shown},
            layout::Layout,
            second_factor::typed_code,
        },
    },
    protocol::params::Params,
    services::{
        accounts::{Person, SecondFactorState},
        factors,
        oauth::destination::Place,
    },
};

/// Posts to `{base}/account/second-factor/…`: `enable`; `confirm` with `code`; `disable` with `current_password` and
/// `code`; `backup-codes` with `code`.
#[derive(Debug, Template)]
#[template(path = "account/second_factor.html")]
pub struct SecondFactorView<'a> {
    pub layout: &'a Layout,
    pub frame: Frame<'a>,
    pub at: At<'a>,
}

/// How far it is.
#[derive(Debug)]
pub enum At<'a> {
    Off,
    /// Shown until the first code is right.
    SettingUp(Setup),
    /// Once.
    Codes(&'a [String]),
    On(Asked),
}

/// Which of the two forms was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Nothing,
    Off,
    NewCodes,
}

type Sent = Result<Form, BadBody>;

pub async fn get(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::new(&app, &request, Place::SecondFactor);
    answered(show(&visit, visit.told(), Asked::Nothing).await)
}

pub async fn enable(app: Data<App>, request: HttpRequest, form: Sent) -> HttpResponse {
    answered(set_up(&app, &request, form).await)
}

pub async fn confirm(app: Data<App>, request: HttpRequest, form: Sent) -> HttpResponse {
    answered(turn_on(&app, &request, form).await)
}

pub async fn disable(app: Data<App>, request: HttpRequest, form: Sent) -> HttpResponse {
    answered(turn_off(&app, &request, form).await)
}

pub async fn renew(app: Data<App>, request: HttpRequest, form: Sent) -> HttpResponse {
    answered(new_codes(&app, &request, form).await)
}

async fn set_up(app: &App, request: &HttpRequest, form: Sent) -> Answered {
    let (visit, _) = Visit::with_form(app, request, Place::SecondFactor, form)?;
    match factors::enable(&app.core, visit.caller()).await {
        Ok(enrolment) => {
            let setup = At::SettingUp(Setup::of(&enrolment));
            Ok(send(&visit, &visit.person().await?, Told::default(), setup))
        }
        Err(refusal) => show(&visit, visit.problem(refusal)?.into(), Asked::Nothing).await,
    }
}

async fn turn_on(app: &App, request: &HttpRequest, form: Sent) -> Answered {
    let (visit, form) = Visit::with_form(app, request, Place::SecondFactor, form)?;
    let Some(enrolment) = visit.take(factors::pending(&app.core, visit.caller()).await)? else {
        return show(&visit, Told::default(), Asked::Nothing).await;
    };
    let person = visit.person().await?;
    match factors::confirm(&app.core, visit.caller(), code(&form)).await {
        Ok(()) => Ok(send(&visit, &person, Told::default(), At::Codes(&shown(&enrolment.backup_codes)))),
        Err(refusal) => {
            let told = visit.problem(refusal)?.into();
            Ok(send(&visit, &person, told, At::SettingUp(Setup::of(&enrolment))))
        }
    }
}

async fn turn_off(app: &App, request: &HttpRequest, form: Sent) -> Answered {
    let (visit, form) = Visit::with_form(app, request, Place::SecondFactor, form)?;
    match factors::disable(&app.core, visit.caller(), secret(&form, "current_password"), code(&form)).await {
        Ok(()) => Ok(visit.done(Notice::SecondFactorOff)),
        Err(refusal) => show(&visit, visit.problem(refusal)?.into(), Asked::Off).await,
    }
}

async fn new_codes(app: &App, request: &HttpRequest, form: Sent) -> Answered {
    let (visit, form) = Visit::with_form(app, request, Place::SecondFactor, form)?;
    match factors::renew_backup_codes(&app.core, visit.caller(), code(&form)).await {
        Ok(codes) => Ok(send(&visit, &visit.person().await?, Told::default(), At::Codes(&shown(&codes)))),
        Err(refusal) => show(&visit, visit.problem(refusal)?.into(), Asked::NewCodes).await,
    }
}

fn code(form: &Params) -> Secret<String> {
    Secret::new(typed_code(form.get("code")))
}

async fn show(visit: &Visit<'_>, told: Told, asked: Asked) -> Answered {
    let person = visit.person().await?;
    let at = match person.second_factor {
        SecondFactorState::On => At::On(asked),
        SecondFactorState::Off => At::Off,
    };
    Ok(send(visit, &person, told, at))
}

fn send(visit: &Visit<'_>, person: &Person, told: Told, at: At<'_>) -> HttpResponse {
    let view = SecondFactorView { layout: &visit.app.layout, frame: visit.frame(person, told), at };
    visit.send(&view, &view.frame)
}

#[cfg(test)]
mod tests {
    use super::{super::examples::frame, *};
    use crate::http::pages::{account::words::Problem, layout::examples::layout};

    fn page(at: At<'_>, problem: Option<Problem>) -> String {
        let layout = layout();
        let frame = Frame { problem, ..frame(&layout, Place::SecondFactor) };
        SecondFactorView { layout: &layout, frame, at }.render().unwrap()
    }

    #[test]
    fn off_says_what_it_is_for_and_has_one_button() {
        let page = page(At::Off, None);
        assert!(page.contains("action=\"/base/account/second-factor/enable\""));
        assert_eq!(page.matches("<form").count(), 1);
    }

    #[test]
    fn setting_up_shows_picture_and_secret_and_asks_for_a_code() {
        let setup = Setup { picture: "<svg></svg>".to_owned(), secret: "JBSW Y3DP".to_owned() };
        let page = page(At::SettingUp(setup), Some(Problem::new("Not right.", &["code"])));
        assert!(page.contains("<svg></svg>") && page.contains("JBSW Y3DP"));
        assert!(page.contains("action=\"/base/account/second-factor/confirm\""));
        assert!(page.contains("aria-invalid=\"true\" aria-describedby=\"problem\""));
    }

    #[test]
    fn turning_it_off_takes_the_password_and_a_code() {
        let page = page(At::On(Asked::Nothing), None);
        assert!(page.contains("action=\"/base/account/second-factor/disable\""));
        assert!(page.contains("autocomplete=\"current-password\""));
        assert!(page.contains("action=\"/base/account/second-factor/backup-codes\""));
        assert!(!page.contains("<details class=\"sure\" open>"));
    }

    #[test]
    fn the_form_that_was_tried_stays_open() {
        let page = page(At::On(Asked::Off), Some(Problem::new("Not right.", &["current_password"])));
        assert_eq!(page.matches("<details class=\"sure\" open>").count(), 1);
        assert_eq!(page.matches("aria-invalid").count(), 1);
    }

    #[test]
    fn the_codes_are_a_list() {
        let codes = ["12345678".to_owned(), "87654321".to_owned()];
        let page = page(At::Codes(&codes), None);
        assert!(page.contains("<li><code>87654321</code></li>"));
    }
}
