//! One user's ways in: standing, password, second factor, sessions, applications and keys, and ending them.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use askama::Template;

use super::{
    Frame, Layout, Link, Place,
    user::{Tab, belongings, find, tabs},
    users::{LIST, TRAIL, path},
    visit::{Visit, expected},
};
use crate::{
    domain::{administrator::Area, audit::Actor, client::Client, secret::Secret, session::Door, user::UserStatus},
    http::{
        app::App,
        extract::{
            form::{BadBody, Form},
            path::escape,
        },
        pages::{
            account::device,
            send::{Answered, answered},
            when::When,
        },
    },
    protocol::params::Params,
    services::{
        accounts::{Person, SecondFactorState},
        admin::{
            AdminError,
            edition::Current,
            users::{self, Belongings, PasswordState},
        },
    },
};

#[derive(Template)]
#[template(path = "admin/user_access.html")]
struct AccessView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    person: &'a Person,
    edition: &'a str,
    tabs: Vec<Link>,
    belongings: &'a Belongings,
    sessions: Vec<SessionLine>,
    applications: Vec<ApplicationLine>,
    keys: Vec<KeyLine>,
    minimum_length: usize,
    at: String,
}

struct SessionLine {
    id: String,
    device: String,
    through: Option<String>,
    address: String,
    began: When,
    seen: When,
}

struct ApplicationLine {
    id: String,
    name: String,
    scope: String,
    since: When,
    used: Option<When>,
}

struct KeyLine {
    name: String,
    prefix: String,
    scope: String,
    ends: Option<When>,
    used: Option<When>,
}

impl AccessView<'_> {
    /// Of the administrator who looks at it.
    fn is_own(&self) -> bool {
        self.frame.admin.actor == Actor::User(self.person.user.id.clone())
    }

    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn client(&self, client: &Client) -> String {
        format!("/admin/clients/{}", escape(client.id.as_str()))
    }

    fn has_password(&self) -> bool {
        self.belongings.password == PasswordState::Set
    }

    fn two_steps(&self) -> bool {
        self.person.second_factor == SecondFactorState::On
    }

    /// What goes with the account.
    fn ends(&self) -> String {
        let counted = [
            (self.sessions.len(), "session", "sessions"),
            (self.applications.len(), "consent", "consents"),
            (self.keys.len(), "API key", "API keys"),
        ];
        let parts: Vec<_> = counted
            .iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, many)| format!("{count} {}", if *count == 1 { one } else { many }))
            .collect();
        let with = if parts.is_empty() { String::new() } else { format!(" With it go {}.", parts.join(", ")) };
        format!("The account is gone for good, and its address is free again.{with} The audit log stays.")
    }
}

pub(super) async fn show(app: Data<App>, request: HttpRequest, id: Path<String>) -> HttpResponse {
    answered(
        async {
            let visit = Visit::begin(&app, &request).await?;
            let found = find(&visit, &id).await?;
            let frame = visit.frame(Place::Users, found.shown.user.display_name(), &TRAIL);
            show_one(&visit, frame, &found).await
        }
        .await,
    )
}

async fn show_one(visit: &Visit<'_>, frame: Frame<'_>, found: &Current<Person>) -> Answered {
    let user = &found.shown.user;
    let all = belongings(visit, user.id.as_str()).await?;
    let view = AccessView {
        layout: &visit.app.layout,
        frame,
        person: &found.shown,
        edition: found.edition.as_str(),
        tabs: tabs(user.id.as_str(), Tab::Access),
        sessions: sessions(visit, &all),
        applications: applications(&all),
        keys: keys(&all),
        belongings: &all,
        minimum_length: visit.app.settings().passwords.minimum_length,
        at: path(user.id.as_str()),
    };
    Ok(visit.send(&view, &view.frame))
}

fn sessions(visit: &Visit<'_>, all: &Belongings) -> Vec<SessionLine> {
    let now = visit.app.core.clock.now();
    let line = |session: &crate::domain::session::Session| SessionLine {
        id: session.id.to_string(),
        device: device::words(session.device.as_deref()),
        through: match &session.door {
            Door::Browser => None,
            Door::Api(contract) => Some(contract.clone()),
        },
        address: session.address.map_or_else(|| "unknown".to_owned(), |address| address.to_string()),
        began: When::moment(session.created_at),
        seen: When::ago(session.last_seen_at, now),
    };
    all.sessions.iter().map(line).collect()
}

fn applications(all: &Belongings) -> Vec<ApplicationLine> {
    let line = |one: &users::Allowed| ApplicationLine {
        id: one.client.id.as_str().to_owned(),
        name: one.client.name.clone(),
        scope: one.consent.scope.to_string(),
        since: When::day(one.consent.created_at),
        used: one.last_used_at.map(When::day),
    };
    all.applications.iter().map(line).collect()
}

fn keys(all: &Belongings) -> Vec<KeyLine> {
    let line = |key: &crate::domain::api_key::ApiKey| KeyLine {
        name: key.name.clone(),
        prefix: key.prefix.clone(),
        scope: key.scope.to_string(),
        ends: key.expires_at.map(When::day),
        used: key.last_used_at.map(When::day),
    };
    all.keys.iter().map(line).collect()
}

/// Each act is a form of this page, and leads back to it.
pub(super) async fn act(
    app: Data<App>,
    request: HttpRequest,
    at: Path<(String, String)>,
    form: Result<Form, BadBody>,
) -> HttpResponse {
    let (id, act) = at.into_inner();
    answered(carry_out(&app, &request, (&id, &act), form).await)
}

async fn carry_out(app: &App, request: &HttpRequest, (id, act): (&str, &str), form: Result<Form, BadBody>) -> Answered {
    let (visit, params) = Visit::with_form(app, request, form).await?;
    let told = match act {
        "delete" => {
            let gone = visit.take(users::delete(&app.core, visit.admin(), id, expected(&params)).await)?;
            return Ok(visit.done(LIST, &format!("The account of {} is deleted.", gone.display_name())));
        }
        "status" | "password" | "password-reset" | "invitation" | "second-factor" => {
            reach(&visit, id, act, &params).await
        }
        "end-session" | "end-sessions" | "withdraw" | "withdraw-all" => end(&visit, id, act, &params).await,
        _ => Err(AdminError::Absent { what: "act", name: act.to_owned() }),
    };
    match told {
        Ok(words) => Ok(visit.done(&format!("{}/access", path(id)), words)),
        Err(error) => {
            let problem = Some(visit.problem(error)?);
            let found = find(&visit, id).await?;
            let frame = Frame { problem, ..visit.frame(Place::Users, found.shown.user.display_name(), &TRAIL) };
            show_one(&visit, frame, &found).await
        }
    }
}

/// Whether and how the user comes in.
async fn reach(visit: &Visit<'_>, id: &str, act: &str, params: &Params) -> Result<&'static str, AdminError> {
    let (core, admin) = (&visit.app.core, visit.admin());
    Ok(match act {
        "password" => {
            let password = Secret::new(params.get("password").unwrap_or_default().to_owned());
            users::set_password(core, admin, id, password).await?;
            "The password is set, and every session has ended. The user is told by mail."
        }
        "password-reset" => {
            users::send_reset(core, admin, id).await?;
            "A letter with a link for a new password is on its way."
        }
        "invitation" => {
            users::invite_again(core, admin, id).await?;
            "The invitation is on its way. The link before is good no more."
        }
        "second-factor" if users::reset_second_factor(core, admin, id).await? => {
            "The second factor is off. The user is told by mail."
        }
        "second-factor" => "There was no second factor.",
        _ => {
            let unfit = || AdminError::Unfit { what: "status", reason: "is none that there is".to_owned() };
            let status = params.get("status").and_then(UserStatus::parse).ok_or_else(unfit)?;
            users::set_status(core, admin, id, status).await?;
            match status {
                UserStatus::Active => "The user may sign in again.",
                UserStatus::Suspended => "The user is suspended, and signed out everywhere.",
                UserStatus::Disabled => "The account is disabled, and the user signed out everywhere.",
            }
        }
    })
}

async fn end(visit: &Visit<'_>, id: &str, act: &str, params: &Params) -> Result<&'static str, AdminError> {
    let (core, admin) = (&visit.app.core, visit.admin());
    let text = |name: &str| params.get(name).unwrap_or_default();
    Ok(match act {
        "end-session" => {
            users::end_session(core, admin, id, text("session")).await?;
            "The session has ended."
        }
        "end-sessions" => {
            users::end_sessions(core, admin, id).await?;
            "The user is signed out everywhere."
        }
        "withdraw" => {
            users::withdraw(core, admin, id, text("client")).await?;
            "The application has no access any more."
        }
        _ => {
            users::withdraw_all(core, admin, id).await?;
            "No application has access any more."
        }
    })
}
