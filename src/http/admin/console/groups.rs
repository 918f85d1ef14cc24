//! Groups: the list, a new one, one with its members.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use askama::Template;

use super::{
    Frame, Layout, Place,
    listing::{Sought, Ways},
    visit::{Problem, Visit, expected},
};
use crate::{
    domain::{administrator::Area, organisation::Group},
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
        groups::{self, Member, ShownGroup},
    },
};

const LIST: &str = "/admin/groups";
const TRAIL: [(&str, &str); 1] = [("Groups", LIST)];

#[derive(Template)]
#[template(path = "admin/groups.html")]
struct GroupsView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    groups: Vec<Row>,
    q: &'a str,
    filtered: bool,
    ways: Ways,
    cut_short: bool,
}

/// A group in the list.
struct Row {
    name: String,
    id: String,
    path: String,
    made: When,
}

#[derive(Template)]
#[template(path = "admin/group_new.html")]
struct NewGroupView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    name: &'a str,
}

#[derive(Template)]
#[template(path = "admin/group.html")]
struct GroupView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    shown: &'a ShownGroup,
    edition: &'a str,
    at: String,
    made: When,
    /// The directory that puts its people in.
    directory: Option<&'a str>,
    /// As they stand in the fields: what was typed, or what is so.
    name: &'a str,
    user: &'a str,
    members: Vec<Line>,
    ways: Ways,
}

/// A member in the list.
struct Line {
    name: String,
    about: String,
    path: String,
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
    let page = visit.take(groups::list(&app.core, visit.admin(), sought.page()).await)?;
    let view = GroupsView {
        layout: &app.layout,
        frame: visit.frame(Place::Groups, "Groups", &[]),
        groups: page.items.iter().map(Row::from).collect(),
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
    let frame = Frame { problem, ..visit.frame(Place::Groups, "New group", &TRAIL) };
    let view = NewGroupView { layout: &visit.app.layout, frame, name };
    visit.send(&view, &view.frame)
}

pub(super) async fn create(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    answered(submit_new(&app, &request, form).await)
}

async fn submit_new(app: &App, request: &HttpRequest, form: Result<Form, BadBody>) -> Answered {
    let (visit, params) = Visit::with_form(app, request, form).await?;
    let name = params.get("name").unwrap_or_default();
    match groups::create(&app.core, visit.admin(), name).await {
        Ok(made) => {
            let made = made.shown.group;
            Ok(visit.done(&path(made.id.as_str()), &format!("{} is made. Put people into it.", made.name)))
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
    let found = visit.take(groups::show(core, visit.admin(), id).await)?;
    let sought = Sought::new(&query, &[]);
    let members = visit.take(groups::list_members(core, visit.admin(), id, sought.page()).await)?;
    let shown = &found.shown;
    let at = path(id);
    let name = &shown.group.name;
    let view = GroupView {
        layout: &visit.app.layout,
        frame: Frame { problem, ..visit.frame(Place::Groups, name.clone(), &TRAIL) },
        shown,
        edition: found.edition.as_str(),
        made: When::moment(shown.group.created_at),
        directory: shown.directory.as_deref(),
        name: typed.get("name").unwrap_or(name),
        user: typed.get("user").unwrap_or_default(),
        members: members.items.iter().map(|member| Line::of(member, &shown.group)).collect(),
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
            let renamed = groups::rename(&app.core, visit.admin(), &id, expected(&params), name).await;
            told(&visit, &id, &params, renamed.map(|_| "The group is saved.")).await
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
            let gone = visit.take(groups::delete(&app.core, visit.admin(), &id, expected(&params)).await)?;
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
            let added = groups::add(&app.core, visit.admin(), &id, user).await;
            told(&visit, &id, &params, added.map(|_| "The new member is in the group.")).await
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
            let removed = groups::remove(&app.core, visit.admin(), id, user).await;
            told(&visit, id, &Params::default(), removed.map(|()| "The member is out of the group.")).await
        }
        .await,
    )
}

/// On to the group with a word, or the page again with the problem and what was typed.
async fn told(visit: &Visit<'_>, id: &str, typed: &Params, outcome: Result<&str, AdminError>) -> Answered {
    match outcome {
        Ok(words) => Ok(visit.done(&path(id), words)),
        Err(error) => show_one(visit, id, Some(visit.problem(error)?), typed).await,
    }
}

impl From<&Group> for Row {
    fn from(group: &Group) -> Self {
        Self {
            name: group.name.clone(),
            id: group.id.to_string(),
            path: path(group.id.as_str()),
            made: When::day(group.created_at),
        }
    }
}

impl Line {
    fn of(member: &Member, group: &Group) -> Self {
        let user = &member.user;
        Self {
            name: user.display_name().to_owned(),
            about: user.email.clone().unwrap_or_else(|| user.username.clone()),
            path: format!("/admin/users/{}", user.id.as_str()),
            since: When::day(member.since),
            at: format!("{}/members/{}", path(group.id.as_str()), user.id.as_str()),
            ends: format!("{} is in {} no longer. The account stays.", user.display_name(), group.name),
        }
    }
}

fn path(id: &str) -> String {
    format!("{LIST}/{}", escape(id))
}
