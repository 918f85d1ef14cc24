//! Where the account is signed in, and ending that.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;

use super::{Answered, Frame, Told, Visit, answered, device, notice::Notice, when::When};
use crate::{
    domain::{ids::SessionId, session::Door},
    http::{
        app::App,
        extract::form::{BadBody, Form},
        pages::layout::Layout,
    },
    services::{
        accounts::{self, Device, Refusal},
        oauth::destination::Place,
    },
};

/// Posts to `{base}/account/sessions/end`: `form`, `session`; and to `{base}/account/sessions/end-others`: `form`.
#[derive(Debug, Template)]
#[template(path = "account/sessions.html")]
pub struct SessionsView<'a> {
    pub layout: &'a Layout,
    pub frame: Frame<'a>,
    /// This one first.
    pub sessions: Vec<SessionLine>,
}

/// One session in plain words.
#[derive(Clone, Debug)]
pub struct SessionLine {
    pub id: String,
    pub device: String,
    /// The contract of the account API that it came through; none on a browser.
    pub through: Option<String>,
    pub address: String,
    pub began: When,
    pub seen: When,
    pub current: bool,
}

impl SessionsView<'_> {
    fn others(&self) -> usize {
        self.sessions.iter().filter(|line| !line.current).count()
    }
}

pub async fn get(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::new(&app, &request, Place::Sessions);
    answered(show(&visit, visit.told()).await)
}

pub async fn end(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    answered(end_one(&app, &request, form).await)
}

pub async fn end_others(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    answered(end_all_others(&app, &request, form).await)
}

async fn end_one(app: &App, request: &HttpRequest, form: Result<Form, BadBody>) -> Answered {
    let (visit, form) = Visit::with_form(app, request, Place::Sessions, form)?;
    let ended = match form.get("session").and_then(SessionId::parse) {
        Some(session) => accounts::end_device(&app.core, visit.caller(), session).await,
        None => Err(Refusal::Malformed("session")),
    };
    match ended {
        Ok(()) => Ok(visit.done(Notice::SessionEnded)),
        Err(refusal) => show(&visit, visit.problem(refusal)?.into()).await,
    }
}

async fn end_all_others(app: &App, request: &HttpRequest, form: Result<Form, BadBody>) -> Answered {
    let (visit, _) = Visit::with_form(app, request, Place::Sessions, form)?;
    match accounts::end_other_devices(&app.core, visit.caller()).await {
        Ok(_) => Ok(visit.done(Notice::SessionsEnded)),
        Err(refusal) => show(&visit, visit.problem(refusal)?.into()).await,
    }
}

async fn show(visit: &Visit<'_>, told: Told) -> Answered {
    let person = visit.person().await?;
    let devices = visit.take(accounts::devices(&visit.app.core, visit.caller()).await)?;
    let mut sessions: Vec<_> = devices.iter().map(|device| line(visit.app, device)).collect();
    sessions.sort_by_key(|line| !line.current);
    let view = SessionsView { layout: &visit.app.layout, frame: visit.frame(&person, told), sessions };
    Ok(visit.send(&view, &view.frame))
}

fn line(app: &App, device: &Device) -> SessionLine {
    let Device { session, current } = device;
    SessionLine {
        id: session.id.as_str().to_owned(),
        device: device::words(session.device.as_deref()),
        through: match &session.door {
            Door::Browser => None,
            Door::Api(contract) => Some(contract.clone()),
        },
        address: session.address.map_or_else(|| "unknown".to_owned(), |address| address.to_string()),
        began: When::moment(session.created_at),
        seen: When::ago(session.last_seen_at, app.core.clock.now()),
        current: *current,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::examples::frame, *};
    use crate::{domain::time::Timestamp, http::pages::layout::examples::layout};

    fn line(id: &str, current: bool) -> SessionLine {
        let at = Timestamp::from_unix(1_800_000_000);
        SessionLine {
            id: id.to_owned(),
            device: "Firefox on <Linux>".to_owned(),
            through: (!current).then(|| "comind".to_owned()),
            address: "203.0.113.9".to_owned(),
            began: When::moment(at),
            seen: When::ago(at, at),
            current,
        }
    }

    fn page(sessions: Vec<SessionLine>) -> String {
        let layout = layout();
        SessionsView { layout: &layout, frame: frame(&layout, Place::Sessions), sessions }.render().unwrap()
    }

    #[test]
    fn this_session_is_marked_and_ends_by_signing_out() {
        let page = page(vec![line("ses_1", true)]);
        assert!(page.contains("this one"));
        assert!(!page.contains("/account/sessions/end"));
        assert!(page.contains("You are signed in nowhere else."));
    }

    #[test]
    fn each_other_session_can_be_ended_and_all_at_once() {
        let page = page(vec![line("ses_1", true), line("ses_2", false)]);
        assert_eq!(page.matches("action=\"/base/account/sessions/end\"").count(), 1);
        assert!(page.contains("name=\"session\" value=\"ses_2\""));
        assert!(page.contains("action=\"/base/account/sessions/end-others\""));
        assert!(page.contains("through the comind API"));
        assert!(page.contains("Firefox on &#60;Linux&#62;"));
    }
}
