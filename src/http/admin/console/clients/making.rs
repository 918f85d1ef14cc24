//! A new client: what kind it is, what it needs, and its secret, this once.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;

use super::{
    super::{Frame, Layout, Place, parts::Choice, visit::Visit},
    TRAIL,
    fields::{Choices, Fields},
    kinds::{self, Kind},
    path,
    snippets::{self, Snippet, Subject},
};
use crate::{
    domain::administrator::Area,
    http::{
        app::App,
        extract::form::{BadBody, Form},
        pages::send::{Answered, Early, answered},
    },
    protocol::token::GrantType,
    services::admin::{
        clients::{self, ClientMembers, CreatedClient, NewClient},
        resources, scopes,
    },
};

#[derive(Template)]
#[template(path = "admin/client_kind.html")]
struct KindView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    kinds: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "admin/client_new.html")]
struct NewClientView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    kind: Kind,
    fields: &'a Fields,
    choices: Choices,
    longest: i64,
}

#[derive(Template)]
#[template(path = "admin/client_made.html")]
struct ClientMadeView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    id: &'a str,
    secret: Option<&'a str>,
    snippets: Vec<Snippet>,
    at: String,
}

pub(in super::super) async fn new(app: Data<App>, request: HttpRequest) -> HttpResponse {
    answered(begin(&app, &request).await)
}

async fn begin(app: &App, request: &HttpRequest) -> Answered {
    let visit = Visit::to_change(app, request, Area::Clients).await?;
    let Some(kind) = visit.query().get("kind").and_then(Kind::parse) else {
        let frame = visit.frame(Place::Clients, "New client", &TRAIL);
        let view = KindView { layout: &app.layout, frame, kinds: kinds::cards(visit.admin()) };
        return Ok(visit.send(&view, &view.frame));
    };
    let frame = visit.frame(Place::Clients, kind.title(), &TRAIL);
    let id = visit.take(clients::proposed_id())?;
    let fields = Fields::blank(kind, &kind.fields(visit.admin()), id);
    show(&visit, frame, kind, &fields).await
}

async fn show(visit: &Visit<'_>, frame: Frame<'_>, kind: Kind, fields: &Fields) -> Answered {
    let choices = choices(visit, fields, kind.client_kind()).await?;
    let longest = visit.app.settings().tokens.access_seconds.0;
    let view = NewClientView { layout: &visit.app.layout, frame, kind, fields, choices, longest };
    Ok(visit.send(&view, &view.frame))
}

/// What is registered and this administrator's to give, for the boxes of a form.
pub(super) async fn choices(
    visit: &Visit<'_>,
    fields: &Fields,
    kind: crate::domain::client::ClientKind,
) -> Result<Choices, Early> {
    let mut scopes = visit.take(scopes::list(&visit.app.core, visit.admin()).await)?;
    scopes.retain(|scope| visit.admin().may_give(&scope.name));
    let resources = visit.take(resources::list(&visit.app.core, visit.admin()).await)?;
    Ok(fields.choices(kind, &scopes, &resources))
}

pub(in super::super) async fn create(
    app: Data<App>,
    request: HttpRequest,
    form: Result<Form, BadBody>,
) -> HttpResponse {
    answered(submit(&app, &request, form).await)
}

async fn submit(app: &App, request: &HttpRequest, form: Result<Form, BadBody>) -> Answered {
    let (visit, params) = Visit::with_form(app, request, form).await?;
    let kind = params.get("kind").and_then(Kind::parse).unwrap_or(Kind::Web);
    let fields = Fields::typed(&params);
    let problem = match wish(kind, &fields) {
        Ok(new) => match clients::create(&app.core, visit.admin(), new).await {
            Ok(made) => return Ok(show_made(&visit, &made)),
            Err(error) => visit.problem(error)?,
        },
        Err(problem) => problem,
    };
    let frame = Frame { problem: Some(problem), ..visit.frame(Place::Clients, kind.title(), &TRAIL) };
    show(&visit, frame, kind, &fields).await
}

fn wish(kind: Kind, fields: &Fields) -> Result<NewClient, super::super::visit::Problem> {
    let members = fields.members()?;
    let grants = match kind {
        Kind::Web => members.grants.clone(),
        Kind::App => None,
        Kind::Service | Kind::Api => Some(vec![GrantType::ClientCredentials]),
    };
    Ok(NewClient {
        id: Some(fields.client_id.clone()).filter(|id| !id.is_empty()),
        secret: None,
        kind: kind.client_kind(),
        members: ClientMembers { grants, ..members },
    })
}

fn show_made(visit: &Visit<'_>, made: &CreatedClient) -> HttpResponse {
    let secret = made.secret.as_ref().map(|secret| secret.reveal().as_str());
    let subject = Subject { issuer: visit.app.settings().issuer.as_str(), client: &made.client, secret };
    let view = ClientMadeView {
        layout: &visit.app.layout,
        frame: visit.frame(Place::Clients, made.client.name.clone(), &TRAIL),
        id: made.client.id.as_str(),
        secret,
        snippets: snippets::of(subject),
        at: path(made.client.id.as_str()),
    };
    visit.send(&view, &view.frame)
}
