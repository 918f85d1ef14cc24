//! Resources: the registry of APIs, a new one, one with its scopes.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use askama::Template;

use super::{
    Frame, Layout, Place,
    visit::{Problem, Visit, expected},
};
use crate::{
    domain::scope::{RegisteredScope, Resource},
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
    protocol::params::Params,
    services::admin::{resources, scopes},
};

const LIST: &str = "/admin/resources";
const TRAIL: [(&str, &str); 1] = [("Resources", LIST)];

#[derive(Template)]
#[template(path = "admin/resources.html")]
struct ResourcesView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    resources: Vec<Line>,
}

/// A resource in the list.
struct Line {
    name: String,
    identifier: String,
    path: String,
    scopes: usize,
}

#[derive(Template)]
#[template(path = "admin/resource_new.html")]
struct NewResourceView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    identifier: &'a str,
    name: &'a str,
}

#[derive(Template)]
#[template(path = "admin/resource.html")]
struct ResourceView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    resource: &'a Resource,
    registered: When,
    edition: &'a str,
    /// As it stands in the field: what was typed, or what is so.
    name: &'a str,
    at: String,
    scopes: Vec<&'a RegisteredScope>,
}

impl ResourceView<'_> {
    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn path(&self, scope: &str) -> String {
        format!("/admin/scopes/{}", escape(scope))
    }
}

pub(super) async fn list(app: Data<App>, request: HttpRequest) -> HttpResponse {
    answered(show_list(&app, &request).await)
}

async fn show_list(app: &App, request: &HttpRequest) -> Answered {
    let visit = Visit::begin(app, request).await?;
    let registered = visit.take(resources::list(&app.core, visit.admin()).await)?;
    let scopes = visit.take(scopes::list(&app.core, visit.admin()).await)?;
    let view = ResourcesView {
        layout: &app.layout,
        frame: visit.frame(Place::Resources, "Resources", &[]),
        resources: registered.iter().map(|resource| Line::of(resource, &scopes)).collect(),
    };
    Ok(visit.send(&view, &view.frame))
}

pub(super) async fn new(app: Data<App>, request: HttpRequest) -> HttpResponse {
    answered(
        async {
            let visit = Visit::to_register(&app, &request).await?;
            Ok(show_new(&visit, None, &Params::default()))
        }
        .await,
    )
}

fn show_new(visit: &Visit<'_>, problem: Option<Problem>, typed: &Params) -> HttpResponse {
    let frame = Frame { problem, ..visit.frame(Place::Resources, "New resource", &TRAIL) };
    let text = |name: &str| typed.get(name).unwrap_or_default();
    let view = NewResourceView { layout: &visit.app.layout, frame, identifier: text("resource"), name: text("name") };
    visit.send(&view, &view.frame)
}

pub(super) async fn create(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    answered(submit_new(&app, &request, form).await)
}

async fn submit_new(app: &App, request: &HttpRequest, form: Result<Form, BadBody>) -> Answered {
    let (visit, params) = Visit::with_form(app, request, form).await?;
    let text = |name: &str| params.get(name).unwrap_or_default().trim();
    match resources::create(&app.core, visit.admin(), text("resource"), text("name")).await {
        Ok(made) => Ok(visit.done(&path(&made.shown.identifier), &format!("{} is registered.", made.shown.name))),
        Err(error) => Ok(show_new(&visit, Some(visit.problem(error)?), &params)),
    }
}

pub(super) async fn show(app: Data<App>, request: HttpRequest, identifier: Path<String>) -> HttpResponse {
    answered(
        async {
            let visit = Visit::begin(&app, &request).await?;
            show_one(&visit, &identifier, None, &Params::default()).await
        }
        .await,
    )
}

/// With what was typed, where it is shown again.
async fn show_one(visit: &Visit<'_>, identifier: &str, problem: Option<Problem>, typed: &Params) -> Answered {
    let found = visit.take(resources::show(&visit.app.core, visit.admin(), identifier).await)?;
    let scopes = visit.take(scopes::list(&visit.app.core, visit.admin()).await)?;
    let resource = &found.shown;
    let view = ResourceView {
        layout: &visit.app.layout,
        frame: Frame { problem, ..visit.frame(Place::Resources, resource.name.clone(), &TRAIL) },
        resource,
        registered: When::moment(resource.created_at),
        edition: found.edition.as_str(),
        name: typed.get("name").unwrap_or(&resource.name),
        at: path(identifier),
        scopes: of(&scopes, identifier).collect(),
    };
    Ok(visit.send(&view, &view.frame))
}

pub(super) async fn update(
    app: Data<App>,
    request: HttpRequest,
    identifier: Path<String>,
    form: Result<Form, BadBody>,
) -> HttpResponse {
    answered(submit_change(&app, &request, &identifier, form).await)
}

async fn submit_change(app: &App, request: &HttpRequest, identifier: &str, form: Result<Form, BadBody>) -> Answered {
    let (visit, params) = Visit::with_form(app, request, form).await?;
    let name = params.get("name").unwrap_or_default();
    match resources::update(&app.core, visit.admin(), identifier, expected(&params), name).await {
        Ok(_) => Ok(visit.done(&path(identifier), "The resource is saved.")),
        Err(error) => show_one(&visit, identifier, Some(visit.problem(error)?), &params).await,
    }
}

pub(super) async fn delete(
    app: Data<App>,
    request: HttpRequest,
    identifier: Path<String>,
    form: Result<Form, BadBody>,
) -> HttpResponse {
    answered(
        async {
            let (visit, params) = Visit::with_form(&app, &request, form).await?;
            match resources::delete(&app.core, visit.admin(), &identifier, expected(&params)).await {
                Ok(()) => Ok(visit.done(LIST, &format!("The resource {identifier} is deleted."))),
                Err(error) => show_one(&visit, &identifier, Some(visit.problem(error)?), &Params::default()).await,
            }
        }
        .await,
    )
}

impl Line {
    fn of(resource: &Resource, scopes: &[RegisteredScope]) -> Self {
        Self {
            name: resource.name.clone(),
            identifier: resource.identifier.clone(),
            path: path(&resource.identifier),
            scopes: of(scopes, &resource.identifier).count(),
        }
    }
}

/// The scopes that belong to a resource.
fn of<'a>(scopes: &'a [RegisteredScope], identifier: &str) -> impl Iterator<Item = &'a RegisteredScope> {
    scopes.iter().filter(move |scope| scope.resource.as_deref() == Some(identifier))
}

fn path(identifier: &str) -> String {
    format!("{LIST}/{}", escape(identifier))
}
