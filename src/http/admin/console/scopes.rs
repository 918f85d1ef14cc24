//! Scopes: the registry, a new one, one to look at, change and delete.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use askama::Template;

use super::{
    Frame, Layout, Place,
    parts::Choice,
    visit::{Visit, expected},
};
use crate::{
    domain::{administrator::is_built_in, scope::RegisteredScope},
    http::{
        app::App,
        extract::{
            form::{BadBody, Form},
            path::escape,
        },
        pages::send::{Answered, Early, answered},
    },
    protocol::params::Params,
    services::admin::{
        edition::Current,
        resources,
        scopes::{self, NewScope},
    },
};

const LIST: &str = "/admin/scopes";
const TRAIL: [(&str, &str); 1] = [("Scopes", LIST)];

#[derive(Template)]
#[template(path = "admin/scopes.html")]
struct ScopesView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    scopes: &'a [RegisteredScope],
}

impl ScopesView<'_> {
    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn path(&self, name: &str) -> String {
        path(name)
    }
}

#[derive(Template)]
#[template(path = "admin/scope_new.html")]
struct NewScopeView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    name: &'a str,
    description: &'a str,
    resources: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "admin/scope.html")]
struct ScopeView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    scope: &'a RegisteredScope,
    edition: &'a str,
    /// As it stands in the field: what was typed, or what is so.
    description: &'a str,
    /// This server's own: it stays.
    is_built_in: bool,
    at: String,
}

pub(super) async fn list(app: Data<App>, request: HttpRequest) -> HttpResponse {
    answered(show_list(&app, &request).await)
}

async fn show_list(app: &App, request: &HttpRequest) -> Answered {
    let visit = Visit::begin(app, request).await?;
    let scopes = visit.take(scopes::list(&app.core, visit.admin()).await)?;
    let view = ScopesView { layout: &app.layout, frame: visit.frame(Place::Scopes, "Scopes", &[]), scopes: &scopes };
    Ok(visit.send(&view, &view.frame))
}

pub(super) async fn new(app: Data<App>, request: HttpRequest) -> HttpResponse {
    answered(
        async {
            let visit = Visit::to_register(&app, &request).await?;
            let frame = visit.frame(Place::Scopes, "New scope", &TRAIL);
            show_new(&visit, frame, &Params::default()).await
        }
        .await,
    )
}

pub(super) async fn create(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    answered(submit_new(&app, &request, form).await)
}

async fn submit_new(app: &App, request: &HttpRequest, form: Result<Form, BadBody>) -> Answered {
    let (visit, params) = Visit::with_form(app, request, form).await?;
    let text = |name: &str| params.get(name).unwrap_or_default().to_owned();
    let resource = Some(text("resource")).filter(|resource| !resource.is_empty());
    let new = NewScope { name: text("scope"), description: text("description"), resource };
    match scopes::create(&app.core, visit.admin(), new).await {
        Ok(made) => Ok(visit.done(LIST, &format!("The scope {} is registered.", made.shown.name))),
        Err(error) => {
            let problem = Some(visit.problem(error)?);
            let frame = Frame { problem, ..visit.frame(Place::Scopes, "New scope", &TRAIL) };
            show_new(&visit, frame, &params).await
        }
    }
}

async fn show_new(visit: &Visit<'_>, frame: Frame<'_>, typed: &Params) -> Answered {
    let registered = visit.take(resources::list(&visit.app.core, visit.admin()).await)?;
    let known = registered.iter().map(|resource| Choice::new(&resource.identifier, &resource.name, ""));
    let resources = std::iter::once(Choice::new("", "Every resource", "")).chain(known);
    let chosen = typed.get("resource").unwrap_or_default();
    let view = NewScopeView {
        layout: &visit.app.layout,
        frame,
        name: typed.get("scope").unwrap_or_default(),
        description: typed.get("description").unwrap_or_default(),
        resources: resources.map(|choice| choice.chosen_if(|value| value == chosen)).collect(),
    };
    Ok(visit.send(&view, &view.frame))
}

pub(super) async fn show(app: Data<App>, request: HttpRequest, name: Path<String>) -> HttpResponse {
    answered(
        async {
            let visit = Visit::begin(&app, &request).await?;
            let found = find(&visit, &name).await?;
            let frame = visit.frame(Place::Scopes, found.shown.name.clone(), &TRAIL);
            Ok(show_one(&visit, frame, &found, &found.shown.description))
        }
        .await,
    )
}

pub(super) async fn update(
    app: Data<App>,
    request: HttpRequest,
    name: Path<String>,
    form: Result<Form, BadBody>,
) -> HttpResponse {
    answered(submit_change(&app, &request, &name, form).await)
}

async fn submit_change(app: &App, request: &HttpRequest, name: &str, form: Result<Form, BadBody>) -> Answered {
    let (visit, params) = Visit::with_form(app, request, form).await?;
    let description = params.get("description").unwrap_or_default();
    match scopes::update(&app.core, visit.admin(), name, expected(&params), description).await {
        Ok(_) => Ok(visit.done(&path(name), "The scope is saved.")),
        Err(error) => {
            let problem = Some(visit.problem(error)?);
            let found = find(&visit, name).await?;
            let frame = Frame { problem, ..visit.frame(Place::Scopes, name, &TRAIL) };
            Ok(show_one(&visit, frame, &found, description))
        }
    }
}

pub(super) async fn delete(
    app: Data<App>,
    request: HttpRequest,
    name: Path<String>,
    form: Result<Form, BadBody>,
) -> HttpResponse {
    answered(
        async {
            let (visit, params) = Visit::with_form(&app, &request, form).await?;
            visit.take(scopes::delete(&app.core, visit.admin(), &name, expected(&params)).await)?;
            Ok(visit.done(LIST, &format!("The scope {name} is deleted.")))
        }
        .await,
    )
}

async fn find(visit: &Visit<'_>, name: &str) -> Result<Current<RegisteredScope>, Early> {
    visit.take(scopes::show(&visit.app.core, visit.admin(), name).await)
}

fn show_one(visit: &Visit<'_>, frame: Frame<'_>, found: &Current<RegisteredScope>, description: &str) -> HttpResponse {
    let (scope, edition) = (&found.shown, found.edition.as_str());
    let (is_built_in, at) = (is_built_in(&scope.name), path(&scope.name));
    let view = ScopeView { layout: &visit.app.layout, frame, scope, edition, description, is_built_in, at };
    visit.send(&view, &view.frame)
}

fn path(name: &str) -> String {
    format!("{LIST}/{}", escape(name))
}
