//! The settings of a client.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use askama::Template;

use super::{
    super::{
        Frame, Layout, Link, Place,
        visit::{Visit, expected},
    },
    TRAIL, Tab,
    fields::{Choices, Fields},
    find, kinds, making, path,
};
use crate::{
    domain::administrator::Area,
    http::{
        app::App,
        extract::form::{BadBody, Form},
        pages::send::{Answered, answered},
    },
    services::admin::{
        clients::{self, ShownClient},
        edition::Current,
    },
};

#[derive(Template)]
#[template(path = "admin/client_edit.html")]
struct EditView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    tabs: Vec<Link>,
    edition: &'a str,
    fields: &'a Fields,
    choices: Choices,
    longest: i64,
    at: String,
}

pub(in super::super) async fn edit(app: Data<App>, request: HttpRequest, id: Path<String>) -> HttpResponse {
    answered(
        async {
            let visit = Visit::to_change(&app, &request, Area::Clients).await?;
            let found = find(&visit, &id).await?;
            let client = &found.shown.client;
            let fields = Fields::of(client, &kinds::editable(client, visit.admin()));
            let frame = visit.frame(Place::Clients, client.name.clone(), &TRAIL);
            show(&visit, frame, &found, &fields).await
        }
        .await,
    )
}

pub(in super::super) async fn update(
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
    form: Result<Form, BadBody>,
) -> HttpResponse {
    answered(submit(&app, &request, &id, form).await)
}

async fn submit(app: &App, request: &HttpRequest, id: &str, form: Result<Form, BadBody>) -> Answered {
    let (visit, params) = Visit::with_form(app, request, form).await?;
    let fields = Fields::typed(&params);
    let problem = match fields.members() {
        Ok(members) => match clients::update(&app.core, visit.admin(), id, expected(&params), members).await {
            Ok(_) => return Ok(visit.done(&path(id), "The client is saved.")),
            Err(error) => visit.problem(error)?,
        },
        Err(problem) => problem,
    };
    let found = find(&visit, id).await?;
    let frame = visit.frame(Place::Clients, found.shown.client.name.clone(), &TRAIL);
    show(&visit, Frame { problem: Some(problem), ..frame }, &found, &fields).await
}

async fn show(visit: &Visit<'_>, frame: Frame<'_>, found: &Current<ShownClient>, fields: &Fields) -> Answered {
    let client = &found.shown.client;
    let view = EditView {
        layout: &visit.app.layout,
        tabs: Tab::Edit.links(&frame, &found.shown),
        choices: making::choices(visit, fields, client.kind).await?,
        longest: visit.app.settings().tokens.access_seconds.0,
        at: path(client.id.as_str()),
        edition: found.edition.as_str(),
        frame,
        fields,
    };
    Ok(visit.send(&view, &view.frame))
}
