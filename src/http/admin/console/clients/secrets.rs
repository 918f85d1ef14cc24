//! The secrets of a client: their times, a new one this once, and the end of one.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use askama::Template;

use super::{
    super::{
        Frame, Layout, Link, Place,
        parts::Choice,
        visit::{Problem, Visit},
    },
    TRAIL, Tab, find, path,
    snippets::{self, Snippet, Subject},
};
use crate::{
    domain::{
        administrator::Area,
        client::{Client, ClientSecret},
        time::{Seconds, Timestamp},
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
    services::admin::clients::{self, RotatedSecret, ShownClient},
};

/// How long the secret before works on.
const OVERLAPS: [(&str, &str); 4] = [
    ("86400", "works on for a day"),
    ("604800", "works on for a week"),
    ("3600", "works on for an hour"),
    ("0", "ends at once"),
];

#[derive(Template)]
#[template(path = "admin/client_secrets.html")]
struct SecretsView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    tabs: Vec<Link>,
    secrets: Vec<Line>,
    overlaps: Vec<Choice>,
    at: String,
}

#[derive(Template)]
#[template(path = "admin/client_rotated.html")]
struct RotatedView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    secret: &'a str,
    until: Option<When>,
    snippets: Vec<Snippet>,
    at: String,
}

/// A secret as the page shows it.
struct Line {
    id: String,
    created: When,
    expires: Option<When>,
    state: &'static str,
    revoke: String,
    title: String,
}

pub(in super::super) async fn show(app: Data<App>, request: HttpRequest, id: Path<String>) -> HttpResponse {
    answered(
        async {
            let visit = Visit::begin(&app, &request).await?;
            Ok(page(&visit, &find(&visit, &id).await?.shown, None))
        }
        .await,
    )
}

fn page(visit: &Visit<'_>, found: &ShownClient, problem: Option<Problem>) -> HttpResponse {
    let frame = Frame { problem, ..visit.frame(Place::Clients, found.client.name.clone(), &TRAIL) };
    let at = path(found.client.id.as_str());
    let now = visit.app.core.clock.now();
    let view = SecretsView {
        layout: &visit.app.layout,
        tabs: Tab::Secrets.links(&frame, found),
        frame,
        secrets: found.secrets.iter().map(|secret| line(secret, &at, now)).collect(),
        overlaps: OVERLAPS.map(|(value, words)| Choice::new(value, words, "")).to_vec(),
        at,
    };
    visit.send(&view, &view.frame)
}

fn line(secret: &ClientSecret, at: &str, now: Timestamp) -> Line {
    let id = secret.id.as_str();
    let state = match secret.expires_at {
        None => "active",
        Some(end) if end > now => "retired",
        Some(_) => "gone",
    };
    Line {
        id: id.to_owned(),
        created: When::moment(secret.created_at),
        expires: secret.expires_at.map(When::moment),
        state,
        revoke: format!("{at}/secrets/{}/revoke", escape(id)),
        title: format!("Revoke {id}"),
    }
}

pub(in super::super) async fn rotate(
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
    form: Result<Form, BadBody>,
) -> HttpResponse {
    answered(submit(&app, &request, &id, form).await)
}

async fn submit(app: &App, request: &HttpRequest, id: &str, form: Result<Form, BadBody>) -> Answered {
    let (visit, params) = Visit::with_form(app, request, form).await?;
    let chosen = params.get("overlap").filter(|text| OVERLAPS.iter().any(|(value, _)| value == text));
    let overlap = Seconds(chosen.and_then(|text| text.parse().ok()).unwrap_or(86_400));
    match clients::rotate_secret(&app.core, visit.admin(), id, None, overlap).await {
        Ok(rotated) => {
            let found = find(&visit, id).await?;
            Ok(show_made(&visit, &found.shown.client, &rotated))
        }
        Err(error) => {
            let problem = visit.problem(error)?;
            Ok(page(&visit, &find(&visit, id).await?.shown, Some(problem)))
        }
    }
}

fn show_made(visit: &Visit<'_>, client: &Client, rotated: &RotatedSecret) -> HttpResponse {
    let at = path(client.id.as_str());
    let trail = [TRAIL.as_slice(), &[(client.name.as_str(), at.as_str())]].concat();
    let secret = rotated.secret.reveal();
    let subject = Subject { issuer: visit.app.settings().issuer.as_str(), client, secret: Some(secret) };
    let view = RotatedView {
        layout: &visit.app.layout,
        frame: visit.frame(Place::Clients, "New secret", &trail),
        secret,
        until: rotated.previous_until.map(When::moment),
        snippets: snippets::of(subject),
        at: format!("{at}/secrets"),
    };
    visit.send(&view, &view.frame)
}

pub(in super::super) async fn revoke(
    app: Data<App>,
    request: HttpRequest,
    ids: Path<(String, String)>,
    form: Result<Form, BadBody>,
) -> HttpResponse {
    answered(
        async {
            let (id, secret) = ids.into_inner();
            let (visit, _) = Visit::with_form(&app, &request, form).await?;
            visit.take(clients::revoke_secret(&app.core, visit.admin(), &id, &secret).await)?;
            Ok(visit.done(&format!("{}/secrets", path(&id)), "The secret is revoked."))
        }
        .await,
    )
}
