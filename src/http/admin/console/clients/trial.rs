//! *Test this client*: its own flow from the console, and what came of it.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Data, Path},
};
use askama::Template;

use super::{
    super::{Frame, Layout, Link, Place, visit::Visit},
    TRAIL, Tab, find, path,
};
use crate::{
    domain::administrator::Area,
    http::{
        app::App,
        extract::{
            cookies,
            form::{BadBody, Form},
        },
        pages::send::{Answered, answered},
    },
    protocol::token::GrantType,
    services::admin::clients::trial::{self, Decoded, Outcome, Trial, Wanted},
};

#[derive(Template)]
#[template(path = "admin/client_test.html")]
struct TestView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    tabs: Vec<Link>,
    signs_in: bool,
    acts_itself: bool,
    /// The console's own, and whether the client has it.
    redirect_uri: String,
    is_added: bool,
    outcome: Option<Outcome>,
    at: String,
}

impl TestView<'_> {
    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn header(&self, token: &Decoded) -> String {
        serde_json::to_string_pretty(&token.header).unwrap_or_default()
    }

    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn claims(&self, token: &Decoded) -> String {
        serde_json::to_string_pretty(&token.claims).unwrap_or_default()
    }
}

/// The page; with an answer in its query it is the redirect URI of a test.
pub(in super::super) async fn show(app: Data<App>, request: HttpRequest, id: Path<String>) -> HttpResponse {
    answered(arrive(&app, &request, &id).await)
}

async fn arrive(app: &App, request: &HttpRequest, id: &str) -> Answered {
    let visit = Visit::to_change(app, request, Area::Clients).await?;
    let params = visit.query();
    let outcome = if params.get("state").is_some() {
        let arrived = trial::arrive(&app.core, visit.admin(), visit.browser(), of(app, id), &params).await;
        Some(visit.take(arrived)?)
    } else {
        None
    };
    page(&visit, id, None, outcome).await
}

pub(in super::super) async fn begin(
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
    form: Result<Form, BadBody>,
) -> HttpResponse {
    answered(
        async {
            let (visit, _) = Visit::with_form(&app, &request, form).await?;
            match trial::begin(&app.core, visit.admin(), visit.browser(), of(&app, &id)).await {
                Ok(location) => Ok(depart(&visit, &location)),
                Err(error) => {
                    let problem = visit.problem(error)?;
                    page(&visit, &id, Some(problem), None).await
                }
            }
        }
        .await,
    )
}

fn depart(visit: &Visit<'_>, location: &str) -> HttpResponse {
    let mut answer = HttpResponse::SeeOther();
    if let Some(binding) = visit.browser().new_binding() {
        answer.cookie(cookies::binding(visit.app.settings(), binding));
    }
    answer.insert_header((header::LOCATION, location)).insert_header((header::CACHE_CONTROL, "no-store")).finish()
}

pub(in super::super) async fn ask(
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
    form: Result<Form, BadBody>,
) -> HttpResponse {
    answered(
        async {
            let (visit, _) = Visit::with_form(&app, &request, form).await?;
            match trial::ask(&app.core, visit.admin(), &id).await {
                Ok(outcome) => page(&visit, &id, None, Some(outcome)).await,
                Err(error) => {
                    let problem = visit.problem(error)?;
                    page(&visit, &id, Some(problem), None).await
                }
            }
        }
        .await,
    )
}

pub(in super::super) async fn set_address(
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
    form: Result<Form, BadBody>,
) -> HttpResponse {
    answered(
        async {
            let (visit, params) = Visit::with_form(&app, &request, form).await?;
            let (wanted, words) = match params.get("address") {
                Some("remove") => (Wanted::No, "The console’s address is taken away again."),
                _ => (Wanted::Yes, "The console’s address is one of the client’s now: start the test."),
            };
            match trial::set_redirect_uri(&app.core, visit.admin(), of(&app, &id), wanted).await {
                Ok(_) => Ok(visit.done(&format!("{}/test", path(&id)), words)),
                Err(error) => {
                    let problem = visit.problem(error)?;
                    page(&visit, &id, Some(problem), None).await
                }
            }
        }
        .await,
    )
}

async fn page(
    visit: &Visit<'_>,
    id: &str,
    problem: Option<super::super::visit::Problem>,
    outcome: Option<Outcome>,
) -> Answered {
    let found = find(visit, id).await?.shown;
    let client = &found.client;
    let frame = Frame { problem, ..visit.frame(Place::Clients, client.name.clone(), &TRAIL) };
    let Trial { redirect_uri, .. } = of(visit.app, id);
    let view = TestView {
        layout: &visit.app.layout,
        tabs: Tab::Test.links(&frame, &found),
        frame,
        signs_in: client.may_use(GrantType::AuthorizationCode),
        acts_itself: client.may_use(GrantType::ClientCredentials),
        is_added: client.redirect_uris.contains(&redirect_uri),
        redirect_uri,
        outcome,
        at: path(id),
    };
    Ok(visit.send(&view, &view.frame))
}

fn of(app: &App, id: &str) -> Trial {
    let redirect_uri = app.settings().issuer.url(&format!("{}/test", path(id)));
    Trial { client_id: id.to_owned(), redirect_uri }
}
