//! One user: profile, standing and what products know of them.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use askama::Template;

use super::{
    Frame, Layout, Link, Place,
    parts::Choice,
    user_form,
    users::{TRAIL, path, roles},
    visit::{Visit, expected},
};
use crate::{
    domain::{administrator::Area, user::Role},
    http::{
        app::App,
        extract::form::{BadBody, Form},
        pages::{
            send::{Answered, Early, answered},
            when::When,
        },
    },
    services::{
        accounts::Person,
        admin::{
            edition::Current,
            users::{self, Belongings, PasswordState, change},
        },
    },
};

#[derive(Template)]
#[template(path = "admin/user.html")]
struct UserView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    person: &'a Person,
    edition: &'a str,
    tabs: Vec<Link>,
    fields: user_form::Fields,
    roles: Vec<Choice>,
    organisations: Vec<(String, &'static str)>,
    since: When,
    changed: When,
    /// Has no password yet.
    waits: bool,
    at: String,
}

pub(super) async fn show(app: Data<App>, request: HttpRequest, id: Path<String>) -> HttpResponse {
    answered(
        async {
            let visit = Visit::begin(&app, &request).await?;
            let found = find(&visit, &id).await?;
            let frame = visit.frame(Place::Users, found.shown.user.display_name(), &TRAIL);
            let fields = user_form::Fields::of(&found.shown);
            show_one(&visit, frame, &found, fields).await
        }
        .await,
    )
}

pub(super) async fn update(
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
    form: Result<Form, BadBody>,
) -> HttpResponse {
    answered(submit(&app, &request, &id, form).await)
}

async fn submit(app: &App, request: &HttpRequest, id: &str, form: Result<Form, BadBody>) -> Answered {
    let (visit, params) = Visit::with_form(app, request, form).await?;
    let found = find(&visit, id).await?;
    let fields = user_form::Fields::typed(&params);
    let result = match fields.changes(&found.shown) {
        Ok(changes) => change::update(&app.core, visit.admin(), id, expected(&params), changes).await,
        Err(error) => Err(error),
    };
    match result {
        Ok(changed) if changed.shown.pending_email.is_some() && found.shown.pending_email.is_none() => {
            Ok(visit.done(&path(id), "The account is saved. The new address counts once it is confirmed."))
        }
        Ok(_) => Ok(visit.done(&path(id), "The account is saved.")),
        Err(error) => {
            let problem = Some(visit.problem(error)?);
            let frame = Frame { problem, ..visit.frame(Place::Users, found.shown.user.display_name(), &TRAIL) };
            show_one(&visit, frame, &found, fields).await
        }
    }
}

pub(super) async fn find(visit: &Visit<'_>, id: &str) -> Result<Current<Person>, Early> {
    visit.take(users::show_whole(&visit.app.core, visit.admin(), id).await)
}

pub(super) async fn belongings(visit: &Visit<'_>, id: &str) -> Result<Belongings, Early> {
    visit.take(users::belongings(&visit.app.core, visit.admin(), id).await)
}

async fn show_one(visit: &Visit<'_>, frame: Frame<'_>, found: &Current<Person>, fields: user_form::Fields) -> Answered {
    let user = &found.shown.user;
    let belongs = belongings(visit, user.id.as_str()).await?;
    let organisations = belongs.memberships.iter();
    let view = UserView {
        layout: &visit.app.layout,
        frame,
        person: &found.shown,
        edition: found.edition.as_str(),
        tabs: tabs(user.id.as_str(), Tab::Account),
        roles: roles(Some(Role::parse(&fields.role).unwrap_or(user.role))).collect(),
        fields,
        organisations: organisations.map(|one| (one.organisation.name.clone(), one.role.as_str())).collect(),
        since: When::moment(user.created_at),
        changed: When::moment(user.updated_at),
        waits: belongs.password == PasswordState::Unset && belongs.identities.is_empty(),
        at: path(user.id.as_str()),
    };
    Ok(visit.send(&view, &view.frame))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    Account,
    Access,
}

pub(super) fn tabs(id: &str, here: Tab) -> Vec<Link> {
    let tab = |title: &str, path: String, tab: Tab| Link { title: title.to_owned(), path, here: tab == here };
    vec![tab("Account", path(id), Tab::Account), tab("Sign-in and access", format!("{}/access", path(id)), Tab::Access)]
}
