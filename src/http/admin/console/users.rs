//! People: the list, and a new account.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;
use url::form_urlencoded;

use super::{
    Frame, Layout, Place,
    parts::Choice,
    visit::{Problem, Visit},
};
use crate::{
    domain::{
        administrator::Area,
        secret::Secret,
        user::{Profile, Role, User, UserStatus},
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
        AdminError, PageRequest,
        users::{self, EmailStanding, NewGuest, NewUser, Sought},
    },
};

pub(super) const LIST: &str = "/admin/users";
pub(super) const TRAIL: [(&str, &str); 1] = [("Users", LIST)];

/// Where one of them stands.
pub(super) fn path(id: &str) -> String {
    format!("{LIST}/{}", escape(id))
}

/// How many people a page of the list has.
const PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "admin/users.html")]
struct UsersView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    q: String,
    filtered: bool,
    statuses: Vec<Choice>,
    roles: Vec<Choice>,
    users: Vec<Line>,
    /// There is more than a search looks at.
    cut_short: bool,
    first_page: Option<String>,
    next_page: Option<String>,
}

/// A user as the list shows it.
struct Line {
    path: String,
    name: String,
    about: String,
    status: UserStatus,
    role: Role,
    since: When,
}

#[derive(Template)]
#[template(path = "admin/user_new.html")]
struct NewUserView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    name: &'a str,
    email: &'a str,
    username: &'a str,
    ways: Vec<Choice>,
    roles: Vec<Choice>,
    minimum_length: usize,
}

pub(super) async fn list(app: Data<App>, request: HttpRequest) -> HttpResponse {
    answered(show_list(&app, &request).await)
}

async fn show_list(app: &App, request: &HttpRequest) -> Answered {
    let visit = Visit::begin(app, request).await?;
    let query = visit.query();
    let text = |name: &str| query.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let page = PageRequest { after: text("after"), limit: PAGE, search: text("q") };
    let status = text("status").and_then(|word| UserStatus::parse(&word));
    let role = text("role").and_then(|word| Role::parse(&word));
    let found = visit.take(users::list(&app.core, visit.admin(), Sought { page, status, role }).await)?;
    let view = UsersView {
        layout: &app.layout,
        frame: visit.frame(Place::Users, "Users", &[]),
        q: text("q").unwrap_or_default(),
        filtered: ["q", "status", "role"].into_iter().any(|name| text(name).is_some()),
        statuses: statuses(status),
        roles: std::iter::once(Choice::new("", "Every role", "").chosen_if(|_| role.is_none()))
            .chain(roles(role))
            .collect(),
        users: found.items.iter().map(line).collect(),
        cut_short: found.cut_short,
        first_page: text("after").map(|_| at(&query, None)),
        next_page: found.next.as_deref().map(|next| at(&query, Some(next))),
    };
    Ok(visit.send(&view, &view.frame))
}

fn statuses(chosen: Option<UserStatus>) -> Vec<Choice> {
    let of = |status: UserStatus, words: &str| Choice::new(status.as_str(), words, "");
    let known = [
        Choice::new("", "Every status", ""),
        of(UserStatus::Active, "Active"),
        of(UserStatus::Suspended, "Suspended"),
        of(UserStatus::Disabled, "Disabled"),
    ];
    let chosen = chosen.map_or("", UserStatus::as_str);
    known.into_iter().map(|choice| choice.chosen_if(|value| value == chosen)).collect()
}

pub(super) fn roles(chosen: Option<Role>) -> impl Iterator<Item = Choice> {
    let about = |role: Role| match role {
        Role::Member => ("Member", "Signs in, and administers nothing."),
        Role::Admin => ("Administrator", "May everything here."),
        Role::Auditor => ("Auditor", "Sees everything, and changes nothing."),
        Role::ClientManager => ("Client manager", "Looks after the applications that are theirs."),
    };
    let choice = move |role: Role| {
        let (words, what) = about(role);
        Choice::new(role.as_str(), words, what).chosen_if(|_| chosen == Some(role))
    };
    Role::ALL.into_iter().map(choice)
}

/// The same list, further on.
fn at(query: &Params, after: Option<&str>) -> String {
    let kept = ["q", "status", "role"].into_iter().filter_map(|name| query.get(name).map(|text| (name, text)));
    let pairs = kept.filter(|(_, text)| !text.is_empty()).chain(after.map(|id| ("after", id)));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{LIST}?{query}")
}

fn line(user: &User) -> Line {
    let login = user.email.as_deref().unwrap_or(&user.username);
    Line {
        path: path(user.id.as_str()),
        name: user.display_name().to_owned(),
        about: if login == user.display_name() { user.username.clone() } else { login.to_owned() },
        status: user.status,
        role: user.role,
        since: When::day(user.created_at),
    }
}

pub(super) async fn new(app: Data<App>, request: HttpRequest) -> HttpResponse {
    answered(
        async {
            let visit = Visit::to_change(&app, &request, Area::Users).await?;
            let frame = visit.frame(Place::Users, "New user", &TRAIL);
            Ok(show_new(&visit, frame, &Params::default()))
        }
        .await,
    )
}

fn show_new(visit: &Visit<'_>, frame: Frame<'_>, typed: &Params) -> HttpResponse {
    let text = |name: &str| typed.get(name).unwrap_or_default();
    let way = if text("way") == "password" { "password" } else { "invitation" };
    let ways = [
        Choice::new("invitation", "Invite by mail", "A letter brings a link by which they choose their password."),
        Choice::new("password", "Set a password", "You tell it to them yourself; the address counts as theirs."),
    ];
    let view = NewUserView {
        layout: &visit.app.layout,
        frame,
        name: text("name"),
        email: text("email"),
        username: text("username"),
        ways: ways.into_iter().map(|choice| choice.chosen_if(|value| value == way)).collect(),
        roles: roles(Some(Role::parse(text("role")).unwrap_or(Role::Member))).collect(),
        minimum_length: visit.app.settings().passwords.minimum_length,
    };
    visit.send(&view, &view.frame)
}

pub(super) async fn create(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    answered(submit_new(&app, &request, form).await)
}

async fn submit_new(app: &App, request: &HttpRequest, form: Result<Form, BadBody>) -> Answered {
    let (visit, params) = Visit::with_form(app, request, form).await?;
    let problem = match make(&visit, &params).await {
        Ok((user, words)) => return Ok(visit.done(&path(user.id.as_str()), words)),
        Err(Ok(error)) => visit.problem(error)?,
        Err(Err(problem)) => problem,
    };
    let frame = Frame { problem: Some(problem), ..visit.frame(Place::Users, "New user", &TRAIL) };
    Ok(show_new(&visit, frame, &params))
}

type NotMade = Result<AdminError, Problem>;

async fn make(visit: &Visit<'_>, params: &Params) -> Result<(User, &'static str), NotMade> {
    let text = |name: &str| params.get(name).unwrap_or_default().trim().to_owned();
    let given = |name: &str| Some(text(name)).filter(|text| !text.is_empty());
    let role = Role::parse(&text("role")).ok_or_else(|| Err(Problem::new("role", "Choose a role.")))?;
    let (email, username) = (text("email"), given("username"));
    let profile = Profile { name: given("name"), ..Profile::default() };
    let (core, admin) = (&visit.app.core, visit.admin());
    if text("way") == "password" {
        let password = Secret::new(params.get("password").unwrap_or_default().to_owned());
        let new = NewUser { email, email_standing: EmailStanding::Verified, username, password, role, profile };
        let user = users::create(core, admin, new).await.map_err(Ok)?;
        return Ok((user, "The account is made."));
    }
    let user = users::invite(core, admin, NewGuest { email, username, role, profile }).await.map_err(Ok)?;
    Ok((user, "The account is made, and the invitation is on its way."))
}
