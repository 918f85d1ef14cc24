//! API keys: everybody's, a new one for a user, one to look at and revoke.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use askama::Template;

use super::{
    Frame, Layout, Place,
    listing::{Sought, Ways},
    parts::Choice,
    visit::{Problem, Visit},
};
use crate::{
    domain::{
        administrator::{Area, acts_on_others},
        api_key::{Environment, Maker},
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
    protocol::{params::Params, scope::Scope},
    services::{
        admin::{
            api_keys::{self, OwnedKey},
            scopes,
        },
        api_keys::NewKey,
    },
};

const LIST: &str = "/admin/api-keys";
const TRAIL: [(&str, &str); 1] = [("API keys", LIST)];

#[derive(Template)]
#[template(path = "admin/api_keys.html")]
struct KeysView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    keys: Vec<Line>,
    q: &'a str,
    /// Whose keys are sought.
    user: &'a str,
    filtered: bool,
    ways: Ways,
}

#[derive(Template)]
#[template(path = "admin/api_key_new.html")]
struct NewKeyView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    user: &'a str,
    name: &'a str,
    description: &'a str,
    scopes: Vec<Choice>,
    environments: Vec<Choice>,
    days: &'a str,
    prefix: &'a str,
}

#[derive(Template)]
#[template(path = "admin/api_key_made.html")]
struct MadeView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    secret: &'a str,
    line: Line,
}

#[derive(Template)]
#[template(path = "admin/api_key.html")]
struct KeyView<'a> {
    layout: &'a Layout,
    frame: Frame<'a>,
    line: Line,
}

/// A key as pages show it.
struct Line {
    id: String,
    name: String,
    description: Option<String>,
    begins: String,
    path: String,
    owner: String,
    owner_path: String,
    scope: String,
    environment: &'static str,
    by_administrator: bool,
    made: When,
    used: Option<When>,
    expires: Option<When>,
    has_expired: bool,
}

pub(super) async fn list(app: Data<App>, request: HttpRequest) -> HttpResponse {
    answered(show_list(&app, &request).await)
}

async fn show_list(app: &App, request: &HttpRequest) -> Answered {
    let visit = Visit::begin(app, request).await?;
    let query = visit.query();
    let sought = Sought::new(&query, &["q", "user"]);
    let user = sought.text("user").trim();
    let named = Some(user).filter(|user| !user.is_empty());
    let (page, problem) = match api_keys::list(&app.core, visit.admin(), named, sought.page()).await {
        Ok(page) => (Some(page), None),
        Err(error) => (None, Some(visit.problem(error)?)),
    };
    let now = app.core.clock.now();
    let view = KeysView {
        layout: &app.layout,
        frame: Frame { problem, ..visit.frame(Place::ApiKeys, "API keys", &[]) },
        keys: page.iter().flat_map(|page| &page.items).map(|owned| Line::of(owned, now)).collect(),
        q: sought.text("q"),
        user,
        filtered: sought.narrows(),
        ways: page.as_ref().map(|page| sought.ways(LIST, page)).unwrap_or_default(),
    };
    Ok(visit.send(&view, &view.frame))
}

pub(super) async fn new(app: Data<App>, request: HttpRequest) -> HttpResponse {
    answered(
        async {
            let visit = Visit::to_change(&app, &request, Area::Users).await?;
            show_new(&visit, None, &visit.query()).await
        }
        .await,
    )
}

/// With what was typed; a link can say for whom.
async fn show_new(visit: &Visit<'_>, problem: Option<Problem>, typed: &Params) -> Answered {
    let mut registered = visit.take(scopes::list(&visit.app.core, visit.admin()).await)?;
    registered.sort_by_key(|scope| acts_on_others(&scope.name));
    let own = [("openid", "Who the user is"), ("profile", "Name and picture"), ("email", "The address")];
    let own = own.map(|(name, about)| Choice::new(name, name, about));
    let known = registered.iter().map(|scope| Choice::new(&scope.name, &scope.name, &scope.description));
    let is_chosen = |value: &str| typed.all("scopes").any(|name| name == value);
    let environment = typed.get("environment").unwrap_or_default();
    let environments = [
        Choice::new("live", "Live", "What really counts"),
        Choice::new("test", "Test", "What may be thrown away; applications decide what it means"),
    ];
    let text = |name: &str| typed.get(name).unwrap_or_default();
    let view = NewKeyView {
        layout: &visit.app.layout,
        frame: Frame { problem, ..visit.frame(Place::ApiKeys, "New API key", &TRAIL) },
        user: text("user"),
        name: text("name"),
        description: text("description"),
        scopes: own.into_iter().chain(known).map(|choice| choice.chosen_if(is_chosen)).collect(),
        environments: environments
            .map(|choice| choice.chosen_if(|value| value == environment || (value == "live" && environment.is_empty())))
            .into(),
        days: text("expires_in_days"),
        prefix: typed.get("prefix").unwrap_or(&visit.app.core.settings.api_keys.prefix),
    };
    Ok(visit.send(&view, &view.frame))
}

pub(super) async fn create(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    answered(submit_new(&app, &request, form).await)
}

async fn submit_new(app: &App, request: &HttpRequest, form: Result<Form, BadBody>) -> Answered {
    let (visit, params) = Visit::with_form(app, request, form).await?;
    let new = match wish(&params) {
        Ok(new) => new,
        Err(problem) => return show_new(&visit, Some(problem), &params).await,
    };
    let user = params.get("user").unwrap_or_default().trim();
    let made = match api_keys::create(&app.core, visit.admin(), user, new).await {
        Ok(made) => made,
        Err(error) => return show_new(&visit, Some(visit.problem(error)?), &params).await,
    };
    let owned = visit.take(api_keys::show(&app.core, visit.admin(), made.key.id.as_str()).await)?;
    let (secret, line) = (made.secret.reveal(), Line::of(&owned, app.core.clock.now()));
    let frame = visit.frame(Place::ApiKeys, line.name.clone(), &TRAIL);
    let view = MadeView { layout: &app.layout, frame, secret, line };
    Ok(visit.send(&view, &view.frame))
}

fn wish(params: &Params) -> Result<NewKey, Problem> {
    let text = |name: &str| params.get(name).unwrap_or_default().trim().to_owned();
    let given = |name: &str| Some(text(name)).filter(|text| !text.is_empty());
    let days = given("expires_in_days").map(|days| days.parse().ok());
    if days == Some(None) {
        return Err(Problem::new("expires in days", "The number of days must be a number, or nothing."));
    }
    let chosen: Vec<&str> = params.all("scopes").collect();
    let scope = Some(chosen).filter(|names| !names.is_empty()).map(|names| Scope::parse(&names.join(" ")));
    Ok(NewKey {
        name: text("name"),
        description: given("description"),
        scope: match scope {
            Some(None) => return Err(Problem::new("scopes", "The scopes must be registered ones.")),
            Some(parsed) => parsed,
            None => None,
        },
        environment: params.get("environment").and_then(Environment::parse).unwrap_or_default(),
        expires_in_days: days.flatten(),
        prefix: text("prefix"),
    })
}

pub(super) async fn show(app: Data<App>, request: HttpRequest, id: Path<String>) -> HttpResponse {
    answered(
        async {
            let visit = Visit::begin(&app, &request).await?;
            let owned = visit.take(api_keys::show(&app.core, visit.admin(), &id).await)?;
            let line = Line::of(&owned, app.core.clock.now());
            let frame = visit.frame(Place::ApiKeys, line.name.clone(), &TRAIL);
            let view = KeyView { layout: &app.layout, frame, line };
            Ok(visit.send(&view, &view.frame))
        }
        .await,
    )
}

pub(super) async fn revoke(
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
    form: Result<Form, BadBody>,
) -> HttpResponse {
    answered(
        async {
            let (visit, _) = Visit::with_form(&app, &request, form).await?;
            let OwnedKey { key, .. } = visit.take(api_keys::revoke(&app.core, visit.admin(), &id).await)?;
            Ok(visit.done(LIST, &format!("The key {} is revoked: it is refused everywhere.", key.name)))
        }
        .await,
    )
}

impl Line {
    fn of(OwnedKey { key, owner }: &OwnedKey, now: Timestamp) -> Self {
        Self {
            id: key.id.to_string(),
            name: key.name.clone(),
            description: key.description.clone(),
            begins: format!("{}…", key.prefix),
            path: format!("{LIST}/{}", escape(key.id.as_str())),
            owner: owner.display_name().to_owned(),
            owner_path: format!("/admin/users/{}", owner.id.as_str()),
            scope: key.scope.to_string(),
            environment: key.environment.as_str(),
            by_administrator: key.maker == Maker::Operator,
            made: When::moment(key.created_at),
            used: key.last_used_at.map(|at| When::ago(at, now)),
            expires: key.expires_at.map(When::day),
            has_expired: key.has_expired(now),
        }
    }
}
