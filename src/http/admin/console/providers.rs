//! Sign-in providers and directories: how they are, and whether they answer.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use askama::Template;

use super::{
    Frame, Layout, Place,
    visit::{Problem, Visit},
};
use crate::{
    domain::{
        administrator::Area,
        met::{Last, Met},
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
    services::admin::providers::{self, Kind, Provider},
};

const HERE: &str = "/admin/providers";

#[derive(Template)]
#[template(path = "admin/providers.html")]
struct ProvidersView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    providers: Vec<Line>,
}

struct Line {
    label: String,
    kind: &'static str,
    address: String,
    domains: String,
    identities: i64,
    /// The class and the words of its status.
    status: (&'static str, &'static str),
    answered: Option<When>,
    failed: Option<(When, String)>,
    /// Where its test is sent to; nowhere where it has left the settings.
    test: Option<String>,
}

pub(super) async fn list(app: Data<App>, request: HttpRequest) -> HttpResponse {
    answered(
        async {
            let visit = Visit::begin(&app, &request).await?;
            show(&visit, None).await
        }
        .await,
    )
}

async fn show(visit: &Visit<'_>, problem: Option<Problem>) -> Answered {
    let core = &visit.app.core;
    let found = visit.take(providers::list(core, visit.admin()).await)?;
    let now = core.clock.now();
    let view = ProvidersView {
        layout: &visit.app.layout,
        frame: Frame { problem, ..visit.frame(Place::Providers, "Sign-in providers", &[]) },
        providers: found.iter().map(|provider| Line::of(provider, now)).collect(),
    };
    Ok(visit.send(&view, &view.frame))
}

pub(super) async fn test(
    app: Data<App>,
    request: HttpRequest,
    name: Path<String>,
    form: Result<Form, BadBody>,
) -> HttpResponse {
    answered(submit_test(&app, &request, &name, form).await)
}

async fn submit_test(app: &App, request: &HttpRequest, name: &str, form: Result<Form, BadBody>) -> Answered {
    let (visit, _) = Visit::with_form(app, request, form).await?;
    let tested = visit.take(providers::test(&app.core, visit.admin(), name).await)?;
    match tested.problem {
        None => Ok(visit.done(HERE, &format!("{} answers as it should.", tested.label))),
        Some(reason) => {
            let text = format!("{} does not answer as it should: {reason}.", tested.label);
            show(&visit, Some(Problem::new("", text))).await
        }
    }
}

impl Line {
    fn of(provider: &Provider, now: Timestamp) -> Self {
        let Met { answered_at, failed_at, .. } = &provider.met;
        Self {
            label: provider.label.clone(),
            kind: match provider.kind {
                Kind::Oidc => "OpenID Connect",
                Kind::Directory => "LDAP directory",
                Kind::Gone => "No longer in the settings",
            },
            address: provider.address.clone(),
            domains: provider.domains.join(", "),
            identities: provider.identities,
            status: status(provider),
            answered: answered_at.map(|at| When::ago(at, now)),
            failed: failed_at.as_ref().map(|(at, reason)| (When::ago(*at, now), reason.clone())),
            test: (provider.kind != Kind::Gone).then(|| format!("{HERE}/{}/test", escape(&provider.name))),
        }
    }
}

fn status(provider: &Provider) -> (&'static str, &'static str) {
    match (provider.kind, provider.met.last()) {
        (Kind::Gone, _) => ("gone", "gone"),
        (_, Last::Unasked) => ("unasked", "not asked yet"),
        (_, Last::Answered) => ("ok", "answers"),
        (_, Last::Failed) => ("error", "away"),
    }
}
