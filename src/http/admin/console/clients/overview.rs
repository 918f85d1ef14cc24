//! What there is to know of a client, how much it is used, and its end.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use askama::Template;

use super::{
    super::{
        Frame, Layout, Link, Place,
        parts::Bar,
        visit::{Visit, expected},
    },
    LIST, TRAIL, Tab, find, in_words, path,
    snippets::{self, Snippet, Subject},
};
use crate::{
    domain::{
        administrator::Area,
        client::{Client, ClientStatus, Party},
        time::Timestamp,
        usage::ClientUsage,
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
    services::admin::clients::{self, usage},
};

const DAY: i64 = 86_400;

#[derive(Template)]
#[template(path = "admin/client.html")]
struct ClientView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    tabs: Vec<Link>,
    client: &'a Client,
    edition: &'a str,
    created: When,
    updated: When,
    last_used: Option<When>,
    /// In seconds.
    life: i64,
    bars: Vec<Bar>,
    peak: i64,
    /// What its end ends.
    ends: String,
    issuer: &'a str,
    snippets: Vec<Snippet>,
    refused: String,
    owner: Option<String>,
    at: String,
}

pub(in super::super) async fn show(app: Data<App>, request: HttpRequest, id: Path<String>) -> HttpResponse {
    answered(page(&app, &request, &id).await)
}

async fn page(app: &App, request: &HttpRequest, id: &str) -> Answered {
    let visit = Visit::begin(app, request).await?;
    let found = find(&visit, id).await?;
    let used = visit.take(usage::show(&app.core, visit.admin(), id).await)?;
    let ends = visit.take(clients::ends(&app.core, visit.admin(), id).await)?;
    let client = &found.shown.client;
    let frame = visit.frame(Place::Clients, client.name.clone(), &TRAIL);
    let longest = app.settings().tokens.access_seconds.0;
    let issuer = app.settings().issuer.as_str();
    let view = ClientView {
        layout: &app.layout,
        tabs: Tab::Overview.links(&frame, &found.shown),
        frame,
        client,
        edition: found.edition.as_str(),
        created: When::moment(client.created_at),
        updated: When::ago(client.updated_at, app.core.clock.now()),
        last_used: used.last_used.map(|at| When::ago(at, app.core.clock.now())),
        life: client.access_seconds.map_or(longest, |own| own.min(longest)),
        bars: bars(&used),
        peak: peak(&used),
        ends: in_words(&ends),
        issuer,
        snippets: snippets::of(Subject { issuer, client, secret: None }),
        refused: format!("/admin/refused?q={}", escape(client.id.as_str())),
        owner: client.owner.as_ref().map(|owner| owner.as_str().to_owned()),
        at: path(client.id.as_str()),
    };
    Ok(visit.send(&view, &view.frame))
}

fn peak(usage: &ClientUsage) -> i64 {
    usage.days.iter().map(|(_, tokens)| *tokens).max().unwrap_or_default()
}

/// As parts of the busiest day.
fn bars(usage: &ClientUsage) -> Vec<Bar> {
    let most = peak(usage).max(1);
    let bar = |(day, tokens): &(i64, i64)| Bar {
        label: When::day(Timestamp::from_unix(day.saturating_mul(DAY))).words,
        words: if *tokens == 1 { "1 token".to_owned() } else { format!("{tokens} tokens") },
        height: tokens.saturating_mul(100) / most,
        bad: 0,
    };
    usage.days.iter().map(bar).collect()
}

pub(in super::super) async fn set_status(
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
    form: Result<Form, BadBody>,
) -> HttpResponse {
    answered(
        async {
            let (visit, params) = Visit::with_form(&app, &request, form).await?;
            let (status, words) = match params.get("status") {
                Some("enabled") => (ClientStatus::Enabled, "The client works again."),
                _ => (ClientStatus::Disabled, "The client is disabled: every request of it is refused."),
            };
            visit.take(clients::set_status(&app.core, visit.admin(), &id, expected(&params), status).await)?;
            Ok(visit.done(&path(&id), words))
        }
        .await,
    )
}

pub(in super::super) async fn delete(
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
    form: Result<Form, BadBody>,
) -> HttpResponse {
    answered(
        async {
            let (visit, params) = Visit::with_form(&app, &request, form).await?;
            visit.take(clients::delete(&app.core, visit.admin(), &id, expected(&params)).await)?;
            Ok(visit.done(LIST, &format!("The client {id} is deleted.")))
        }
        .await,
    )
}
