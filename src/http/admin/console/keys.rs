//! Signing keys: their states and ages, a rotation, and the emergency.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use askama::Template;

use super::{Frame, Layout, Place, visit::Visit};
use crate::{
    domain::{
        administrator::Area,
        key::{KeyState, SigningKey},
        time::Timestamp,
    },
    http::{
        app::App,
        extract::{
            form::{BadBody, Form},
            path::escape,
        },
        pages::{
            send::{Answered, answered},
            when::When,
        },
    },
    services::{admin::keys, keys::rotation},
};

const HERE: &str = "/admin/keys";

#[derive(Template)]
#[template(path = "admin/keys.html")]
struct KeysView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    keys: Vec<Line>,
    /// In whole days.
    every: i64,
    /// In minutes: how long a new key is published before it signs.
    ahead: i64,
    /// Whether a rotation is under way.
    rotating: bool,
}

/// A key as the page shows it.
struct Line {
    kid: String,
    algorithm: String,
    state: KeyState,
    signs_from: When,
    signs_until: Option<When>,
    gone: Option<When>,
    revoke: String,
    /// What its revocation breaks.
    breaks: &'static str,
}

pub(super) async fn list(app: Data<App>, request: HttpRequest) -> HttpResponse {
    answered(show(&app, &request).await)
}

async fn show(app: &App, request: &HttpRequest) -> Answered {
    let visit = Visit::begin(app, request).await?;
    let (now, times) = (app.core.clock.now(), rotation(&app.core));
    let keys = visit.take(keys::list(&app.core, visit.admin()).await)?;
    let view = KeysView {
        layout: &app.layout,
        frame: visit.frame(Place::Keys, "Signing keys", &[]),
        every: times.every.0 / 86_400,
        ahead: (times.publish_ahead.0 + 59) / 60,
        rotating: keys.iter().any(|key| key.state(now) == KeyState::Next),
        keys: keys.iter().map(|key| Line::of(key, now)).collect(),
    };
    Ok(visit.send(&view, &view.frame))
}

pub(super) async fn rotate(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    answered(submit_rotation(&app, &request, form).await)
}

async fn submit_rotation(app: &App, request: &HttpRequest, form: Result<Form, BadBody>) -> Answered {
    let (visit, _) = Visit::with_form(app, request, form).await?;
    let key = visit.take(keys::rotate(&app.core, visit.admin()).await)?;
    let from = When::moment(key.activates_at).words;
    Ok(visit.done(HERE, &format!("The new key is published, and signs from {from}.")))
}

pub(super) async fn revoke(
    app: Data<App>,
    request: HttpRequest,
    kid: Path<String>,
    form: Result<Form, BadBody>,
) -> HttpResponse {
    answered(submit_revocation(&app, &request, &kid, form).await)
}

async fn submit_revocation(app: &App, request: &HttpRequest, kid: &str, form: Result<Form, BadBody>) -> Answered {
    let (visit, _) = Visit::with_form(app, request, form).await?;
    visit.take(keys::revoke(&app.core, visit.admin(), kid).await)?;
    let others = app.core.settings.keys.refresh_seconds.0;
    let done = format!(
        "The key is revoked: nothing that it signed validates here any more. Other nodes follow within {others} s."
    );
    Ok(visit.done(HERE, &done))
}

impl Line {
    fn of(key: &SigningKey, now: Timestamp) -> Self {
        let state = key.state(now);
        Self {
            kid: key.kid.clone(),
            algorithm: key.algorithm.clone(),
            state,
            signs_from: When::moment(key.activates_at),
            signs_until: key.retires_at.map(When::moment),
            gone: key.gone_at.map(When::moment),
            revoke: format!("{HERE}/{}/revoke", escape(&key.kid)),
            breaks: breaks(state),
        }
    }
}

const fn breaks(state: KeyState) -> &'static str {
    match state {
        KeyState::Next => "It has signed nothing yet: nothing breaks, and the next rotation makes another one.",
        KeyState::Active => {
            "Every token that it signed stops validating: applications have to refresh, and some people to sign in \
             again. The next key signs at once; resource servers that keep a copy of /jwks accept the old one, and \
             may refuse the next one's tokens, until their copy ends. For a key that is stolen, not for spring \
             cleaning: that is what a rotation is for."
        }
        KeyState::Retired => "Tokens that it signed and that have not expired stop validating.",
        KeyState::Gone => "",
    }
}
