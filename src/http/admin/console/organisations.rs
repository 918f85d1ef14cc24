//! Organisations: the list, a new one, one with its members.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use askama::Template;

use super::{
    Frame, Layout, Place,
    listing::{Sought, Ways},
    parts::Choice,
    visit::{Problem, Visit, expected},
};
use crate::{
    domain::{
        administrator::Area,
        organisation::{Organisation, OrganisationRole},
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
    protocol::params::Params,
    services::admin::{
        AdminError,
        organisations::{self, Keeper, Member, ShownOrganisation},
    },
};

const LIST: &str = "/admin/organisations";
const TRAIL: [(&str, &str); 1] = [("Organisations", LIST)];

#[derive(Template)]
#[template(path = "admin/organisations.html")]
struct OrganisationsView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    organisations: Vec<Row>,
    q: &'a str,
    filtered: bool,
    ways: Ways,
    cut_short: bool,
}

/// An organisation in the list.
struct Row {
    name: String,
    id: String,
    path: String,
    made: When,
}

#[derive(Template)]
#[template(path = "admin/organisation_new.html")]
struct NewOrganisationView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    name: &'a str,
}

#[derive(Template)]
#[template(path = "admin/organisation.html")]
struct OrganisationView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    shown: &'a ShownOrganisation,
    edition: &'a str,
    at: String,
    made: When,
    /// The directory that decides who belongs to it.
    directory: Option<&'a str>,
    /// As they stand in the fields: what was typed, or what is so.
    name: &'a str,
    user: &'a str,
    roles: Vec<Choice>,
    members: Vec<Line>,
    ways: Ways,
}

/// A member in the list.
struct Line {
    name: String,
    about: String,
    path: String,
    role: OrganisationRole,
    /// What the button makes of them.
    other: OrganisationRole,
    since: When,
    at: String,
    ends: String,
}

pub(super) async fn list(app: Data<App>, request: HttpRequest) -> HttpResponse {
    answered(show_list(&app, &request).await)
}

async fn show_list(app: &App, request: &HttpRequest) -> Answered {
    let visit = Visit::begin(app, request).await?;
    let query = visit.query();
    let sought = Sought::new(&query, &["q"]);
    let page = visit.take(organisations::list(&app.core, visit.admin(), sought.page()).await)?;
    let view = OrganisationsView {
        layout: &app.layout,
        frame: visit.frame(Place::Organisations, "Organisations", &[]),
        organisations: page.items.iter().map(Row::from).collect(),
        q: sought.text("q"),
        filtered: sought.narrows(),
        ways: sought.ways(LIST, &page),
        cut_short: page.cut_short,
    };
    Ok(visit.send(&view, &view.frame))
}

pub(super) async fn new(app: Data<App>, request: HttpRequest) -> HttpResponse {
    answered(
        async {
            let visit = Visit::to_change(&app, &request, Area::Users).await?;
            Ok(show_new(&visit, None, ""))
        }
        .await,
    )
}

fn show_new(visit: &Visit<'_>, problem: Option<Problem>, name: &str) -> HttpResponse {
    let frame = Frame { problem, ..visit.frame(Place::Organisations, "New organisation", &TRAIL) };
    let view = NewOrganisationView { layout: &visit.app.layout, frame, name };
    visit.send(&view, &view.frame)
}

pub(super) async fn create(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    answered(submit_new(&app, &request, form).await)
}

async fn submit_new(app: &App, request: &HttpRequest, form: Result<Form, BadBody>) -> Answered {
    let (visit, params) = Visit::with_form(app, request, form).await?;
    let name = params.get("name").unwrap_or_default();
    match organisations::create(&app.core, visit.admin(), name).await {
        Ok(made) => {
            let made = made.shown.organisation;
            Ok(visit.done(&path(made.id.as_str()), &format!("{} is made. Add who belongs to it.", made.name)))
        }
        Err(error) => Ok(show_new(&visit, Some(visit.problem(error)?), name)),
    }
}

pub(super) async fn show(app: Data<App>, request: HttpRequest, id: Path<String>) -> HttpResponse {
    answered(
        async {
            let visit = Visit::begin(&app, &request).await?;
            show_one(&visit, &id, None, &Params::default()).await
        }
        .await,
    )
}

/// With what was typed, where it is shown again.
async fn show_one(visit: &Visit<'_>, id: &str, problem: Option<Problem>, typed: &Params) -> Answered {
    let (core, query) = (&visit.app.core, visit.query());
    let found = visit.take(organisations::show(core, visit.admin(), id).await)?;
    let sought = Sought::new(&query, &[]);
    let members = visit.take(organisations::list_members(core, visit.admin(), id, sought.page()).await)?;
    let shown = &found.shown;
    let at = path(id);
    let chosen = typed.get("role").unwrap_or(OrganisationRole::Member.as_str());
    let roles = [
        Choice::new(OrganisationRole::Member.as_str(), "Member", ""),
        Choice::new(OrganisationRole::Admin.as_str(), "Admin of the organisation", ""),
    ];
    let name = &shown.organisation.name;
    let view = OrganisationView {
        layout: &visit.app.layout,
        frame: Frame { problem, ..visit.frame(Place::Organisations, name.clone(), &TRAIL) },
        shown,
        edition: found.edition.as_str(),
        made: When::moment(shown.organisation.created_at),
        directory: match &shown.keeper {
            Some(Keeper::Directory(directory)) => Some(directory),
            Some(Keeper::Newcomers) | None => None,
        },
        name: typed.get("name").unwrap_or(name),
        user: typed.get("user").unwrap_or_default(),
        roles: roles.map(|choice| choice.chosen_if(|value| value == chosen)).into(),
        members: members.items.iter().map(|member| Line::of(member, &shown.organisation)).collect(),
        ways: sought.ways(&at, &members),
        at,
    };
    Ok(visit.send(&view, &view.frame))
}

pub(super) async fn rename(
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
    form: Result<Form, BadBody>,
) -> HttpResponse {
    answered(
        async {
            let (visit, params) = Visit::with_form(&app, &request, form).await?;
            let name = params.get("name").unwrap_or_default();
            let renamed = organisations::rename(&app.core, visit.admin(), &id, expected(&params), name).await;
            told(&visit, &id, &params, renamed.map(|_| "The organisation is saved.")).await
        }
        .await,
    )
}

pub(super) async fn delete(
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
    form: Result<Form, BadBody>,
) -> HttpResponse {
    answered(
        async {
            let (visit, params) = Visit::with_form(&app, &request, form).await?;
            let gone = visit.take(organisations::delete(&app.core, visit.admin(), &id, expected(&params)).await)?;
            Ok(visit.done(LIST, &format!("{} is deleted.", gone.name)))
        }
        .await,
    )
}

pub(super) async fn add(
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
    form: Result<Form, BadBody>,
) -> HttpResponse {
    answered(
        async {
            let (visit, params) = Visit::with_form(&app, &request, form).await?;
            let user = params.get("user").unwrap_or_default().trim();
            let added = organisations::add(&app.core, visit.admin(), &id, user, role(&params)).await;
            told(&visit, &id, &params, added.map(|_| "The new member belongs to it now.")).await
        }
        .await,
    )
}

pub(super) async fn change_role(
    app: Data<App>,
    request: HttpRequest,
    path: Path<(String, String)>,
    form: Result<Form, BadBody>,
) -> HttpResponse {
    answered(
        async {
            let (visit, params) = Visit::with_form(&app, &request, form).await?;
            let (id, user) = path.as_ref();
            let changed = organisations::change_role(&app.core, visit.admin(), id, user, role(&params)).await;
            told(&visit, id, &Params::default(), changed.map(|_| "The role is changed.")).await
        }
        .await,
    )
}

pub(super) async fn remove(
    app: Data<App>,
    request: HttpRequest,
    path: Path<(String, String)>,
    form: Result<Form, BadBody>,
) -> HttpResponse {
    answered(
        async {
            let (visit, _) = Visit::with_form(&app, &request, form).await?;
            let (id, user) = path.as_ref();
            let removed = organisations::remove(&app.core, visit.admin(), id, user).await;
            told(&visit, id, &Params::default(), removed.map(|()| "The membership has ended.")).await
        }
        .await,
    )
}

/// On to the organisation with a word, or the page again with the problem and what was typed.
async fn told(visit: &Visit<'_>, id: &str, typed: &Params, outcome: Result<&str, AdminError>) -> Answered {
    match outcome {
        Ok(words) => Ok(visit.done(&path(id), words)),
        Err(error) => show_one(visit, id, Some(visit.problem(error)?), typed).await,
    }
}

impl From<&Organisation> for Row {
    fn from(organisation: &Organisation) -> Self {
        Self {
            name: organisation.name.clone(),
            id: organisation.id.to_string(),
            path: path(organisation.id.as_str()),
            made: When::day(organisation.created_at),
        }
    }
}

impl Line {
    fn of(member: &Member, organisation: &Organisation) -> Self {
        let (user, role) = (&member.user, member.role);
        let other = match role {
            OrganisationRole::Member => OrganisationRole::Admin,
            OrganisationRole::Admin => OrganisationRole::Member,
        };
        Self {
            name: user.display_name().to_owned(),
            about: user.email.clone().unwrap_or_else(|| user.username.clone()),
            path: format!("/admin/users/{}", user.id.as_str()),
            role,
            other,
            since: When::day(member.since),
            at: format!("{}/members/{}", path(organisation.id.as_str()), user.id.as_str()),
            ends: format!("{} belongs to {} no longer. The account stays.", user.display_name(), organisation.name),
        }
    }
}

fn path(id: &str) -> String {
    format!("{LIST}/{}", escape(id))
}

fn role(params: &Params) -> OrganisationRole {
    params.get("role").and_then(OrganisationRole::parse).unwrap_or(OrganisationRole::Member)
}
