//! The audit log: filtered, verified, exported.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, http::header, web::Data};
use askama::Template;

use super::{
    Frame, Layout, Place,
    download::Download,
    listing::{self, Ways},
    parts::Choice,
    users,
    visit::Visit,
};
use crate::{
    domain::{
        audit::{Action, Actor, Event, Outcome},
        ids::UserId,
    },
    http::{
        app::App,
        extract::form::{BadBody, Form},
        pages::{
            send::{Answered, answered},
            when::When,
        },
    },
    protocol::params::Params,
    services::{
        admin::audit::{self, Sought},
        audit::{Finding, Verdict, key_gone},
    },
};

const HERE: &str = "/admin/audit";
const FIELDS: [&str; 7] = ["detail", "actor", "user", "action", "outcome", "from", "until"];

#[derive(Template)]
#[template(path = "admin/audit.html")]
struct AuditView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    sought: &'a Sought,
    filtered: bool,
    actions: Vec<Choice>,
    outcomes: Vec<Choice>,
    events: Vec<Line>,
    ways: Ways,
    export: String,
    /// In days.
    kept: i64,
}

type Names = BTreeMap<String, String>;

struct Line {
    at: When,
    action: String,
    outcome: Outcome,
    actor: Who,
    user: Option<Who>,
    address: String,
    detail: String,
}

/// Somebody or something that an entry names.
struct Who {
    words: String,
    /// The page of a user that there is.
    path: Option<String>,
}

pub(super) async fn list(app: Data<App>, request: HttpRequest) -> HttpResponse {
    answered(show(&app, &request).await)
}

async fn show(app: &App, request: &HttpRequest) -> Answered {
    let visit = Visit::begin(app, request).await?;
    let query = visit.query();
    let words = listing::Sought::new(&query, &FIELDS);
    let sought = sought(&query);
    let mut frame = visit.frame(Place::Audit, "Audit log", &[]);
    let page = match audit::list(&app.core, visit.admin(), &sought, words.page()).await {
        Ok(page) => page,
        Err(error) => {
            frame.problem = Some(visit.problem(error)?);
            crate::services::admin::Page { items: Vec::new(), next: None, cut_short: false }
        }
    };
    let names = visit.take(audit::names(&app.core, visit.admin(), &page.items).await)?;
    let view = AuditView {
        layout: &app.layout,
        frame,
        filtered: words.narrows(),
        actions: actions(&sought.action),
        outcomes: outcomes(&sought.outcome),
        events: page.items.iter().map(|event| Line::of(event, &names)).collect(),
        kept: app.settings().audit.keep_days,
        ways: words.ways(HERE, &page),
        export: words
            .ways("/admin/audit/export", &crate::services::admin::Page { next: Some("0".into()), ..page })
            .onward
            .unwrap_or_default(),
        sought: &sought,
    };
    Ok(visit.send(&view, &view.frame))
}

/// Lines of JSON, with the filter of the page; the whole log, part by part.
pub(super) async fn export(app: Data<App>, request: HttpRequest) -> HttpResponse {
    answered(download(&app, &request).await)
}

async fn download(app: &App, request: &HttpRequest) -> Answered {
    let visit = Visit::begin(app, request).await?;
    let sought = sought(&visit.query());
    // What is refused is told before the download begins.
    let first = visit.take(audit::export(&app.core, visit.admin(), &sought, 0).await)?;
    let body = Download::begin(app.core.clone(), visit.admin().clone(), sought, first);
    Ok(HttpResponse::Ok()
        .content_type("application/jsonl")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_FRAME_OPTIONS, "DENY"))
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"audit.jsonl\""))
        .body(body))
}

pub(super) async fn verify(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    answered(judge(&app, &request, form).await)
}

async fn judge(app: &App, request: &HttpRequest, form: Result<Form, BadBody>) -> Answered {
    let (visit, _) = Visit::with_form(app, request, form).await?;
    let verdict = visit.take(audit::verify(&app.core, visit.admin()).await)?;
    Ok(visit.done(HERE, &words(&verdict)))
}

fn words(verdict: &Verdict) -> String {
    let counts = format!("{} entries verified, {} not chained yet.", verdict.verified, verdict.waiting);
    match verdict.finding {
        Finding::Intact => format!("The log is whole: {counts}"),
        Finding::Broken { position, how } => {
            format!("The log is not whole. At place {position} {}. {counts}", how.words())
        }
        Finding::Unknown(end) => format!("The log {}.", key_gone(end)),
    }
}

fn sought(query: &Params) -> Sought {
    let text = |name: &str| query.get(name).unwrap_or_default().to_owned();
    Sought {
        actor: text("actor"),
        user: text("user"),
        action: text("action"),
        outcome: text("outcome"),
        from: text("from"),
        until: text("until"),
        detail: text("detail"),
    }
}

fn actions(chosen: &str) -> Vec<Choice> {
    let known = Action::ALL.into_iter().map(|action| Choice::new(action.as_str(), spoken(action), ""));
    let all = std::iter::once(Choice::new("", "Everything", "")).chain(known);
    all.map(|choice| choice.chosen_if(|value| value == chosen)).collect()
}

fn outcomes(chosen: &str) -> Vec<Choice> {
    let all = [Choice::new("", "Either", ""), Choice::new("done", "Done", ""), Choice::new("refused", "Refused", "")];
    all.into_iter().map(|choice| choice.chosen_if(|value| value == chosen)).collect()
}

fn spoken(action: Action) -> String {
    action.as_str().replace('_', " ")
}

impl Who {
    fn person(id: &UserId, names: &Names) -> Self {
        let path = names.contains_key(id.as_str()).then(|| users::path(id.as_str()));
        Self { words: names.get(id.as_str()).map_or(id.as_str(), String::as_str).to_owned(), path }
    }
}

impl Line {
    fn of(event: &Event, names: &Names) -> Self {
        Self {
            at: When::moment(event.at),
            action: spoken(event.action),
            outcome: event.outcome,
            actor: match &event.actor {
                Actor::User(id) => Who::person(id, names),
                other => Who { words: other.text(), path: None },
            },
            user: event.user_id.as_ref().map(|id| Who::person(id, names)),
            address: event.address.map(|address| address.to_string()).unwrap_or_default(),
            detail: event.detail.clone().unwrap_or_default(),
        }
    }
}
