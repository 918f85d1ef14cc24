//! API keys: what programs of the person carry instead of the password.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;

use super::{Answered, Frame, Told, Visit, answered, key_lines, notice::Notice};
use crate::{
    domain::{api_key::Environment, ids::ApiKeyId, time::Seconds},
    http::{
        app::App,
        extract::form::{BadBody, Form},
        pages::layout::Layout,
    },
    protocol::{params::Params, scope::Scope},
    services::{
        accounts::Refusal,
        api_keys::{self, Made, NewKey},
        oauth::destination::Place,
        registry,
    },
};

pub use super::key_lines::{KeyLine, ScopeChoice};

/// Posts to `{base}/account/api-keys`: `form`, `name`, `scope` (several), `environment`, `expires`; to `…/rotate`: `form`,
/// `key`, `grace`; to `…/revoke`: `form`, `key`.
#[derive(Debug, Template)]
#[template(path = "account/api_keys.html")]
pub struct ApiKeysView<'a> {
    pub layout: &'a Layout,
    pub frame: Frame<'a>,
    pub keys: Vec<KeyLine>,
    pub choices: Vec<ScopeChoice>,
    pub typed: Typed,
}

/// What stands in the form for a new key.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    pub name: String,
    pub environment: Environment,
    /// The value of the chosen life; empty means the usual one.
    pub expires: String,
}

/// The key, for the only time.
#[derive(Template)]
#[template(path = "account/api_key_made.html")]
pub struct ApiKeyMadeView<'a> {
    pub layout: &'a Layout,
    pub frame: Frame<'a>,
    pub name: &'a str,
    pub key: &'a str,
}

type Sent = Result<Form, BadBody>;

/// How long a key lives: the value in the form, and its words.
const LIVES: [(&str, &str); 4] = [("30", "30 days"), ("90", "90 days"), ("365", "1 year"), ("never", "No end")];

/// How long the key before a rotation stays good.
const GRACES: [(&str, &str); 3] =
    [("0", "ends at once"), ("3600", "stays good for an hour"), ("86400", "stays good for a day")];

impl ApiKeysView<'_> {
    fn lives(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        let chosen = if self.typed.expires.is_empty() { "90" } else { &self.typed.expires };
        LIVES.into_iter().map(move |(value, words)| (value, words, value == chosen))
    }
}

pub async fn get(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::new(&app, &request, Place::ApiKeys);
    answered(show(&visit, visit.told(), &Params::default()).await)
}

pub async fn create(app: Data<App>, request: HttpRequest, form: Sent) -> HttpResponse {
    answered(make(&app, &request, form).await)
}

pub async fn rotate(app: Data<App>, request: HttpRequest, form: Sent) -> HttpResponse {
    answered(replace(&app, &request, form).await)
}

pub async fn revoke(app: Data<App>, request: HttpRequest, form: Sent) -> HttpResponse {
    answered(end(&app, &request, form).await)
}

async fn make(app: &App, request: &HttpRequest, form: Sent) -> Answered {
    let (visit, form) = Visit::with_form(app, request, Place::ApiKeys, form)?;
    let made = match wished(app, &form) {
        Ok(new) => api_keys::create(&app.core, visit.caller(), new).await,
        Err(refusal) => Err(refusal),
    };
    match made {
        Ok(made) => show_key(&visit, &made).await,
        Err(refusal) => show(&visit, visit.problem(refusal)?.into(), &form).await,
    }
}

async fn replace(app: &App, request: &HttpRequest, form: Sent) -> Answered {
    let (visit, form) = Visit::with_form(app, request, Place::ApiKeys, form)?;
    let grace = Seconds(form.get("grace").and_then(|text| text.parse().ok()).unwrap_or(0));
    let made = match form.get("key").and_then(ApiKeyId::parse) {
        Some(id) => api_keys::rotate(&app.core, visit.caller(), id, grace).await,
        None => Err(Refusal::Malformed("key")),
    };
    match made {
        Ok(made) => show_key(&visit, &made).await,
        Err(refusal) => show(&visit, visit.problem(refusal)?.into(), &Params::default()).await,
    }
}

async fn end(app: &App, request: &HttpRequest, form: Sent) -> Answered {
    let (visit, form) = Visit::with_form(app, request, Place::ApiKeys, form)?;
    let ended = match form.get("key").and_then(ApiKeyId::parse) {
        Some(id) => api_keys::revoke(&app.core, visit.caller(), id).await,
        None => Err(Refusal::Malformed("key")),
    };
    match ended {
        Ok(()) => Ok(visit.done(Notice::KeyRevoked)),
        Err(refusal) => show(&visit, visit.problem(refusal)?.into(), &Params::default()).await,
    }
}

/// A key without a scope would open nothing: nobody wants that.
fn wished(app: &App, form: &Params) -> Result<NewKey, Refusal> {
    let scope: Scope = form.all("scope").collect();
    if scope.is_empty() {
        return Err(Refusal::Malformed("scopes"));
    }
    Ok(NewKey {
        name: form.get("name").unwrap_or_default().trim().to_owned(),
        description: None,
        scope: Some(scope),
        environment: form.get("environment").and_then(Environment::parse).unwrap_or_default(),
        expires_in_days: match form.get("expires") {
            Some("never") => None,
            days => Some(days.and_then(|days| days.parse().ok()).ok_or(Refusal::Malformed("expires_in_days"))?),
        },
        prefix: app.settings().api_keys.prefix.clone(),
    })
}

async fn show(visit: &Visit<'_>, told: Told, form: &Params) -> Answered {
    let person = visit.person().await?;
    let app = visit.app;
    let keys = visit.take(api_keys::list(&app.core, visit.caller()).await)?;
    let registered = visit.take(app.core.run(|core| registry::registered(core).map_err(Refusal::from)).await)?;
    let now = app.core.clock.now();
    let view = ApiKeysView {
        layout: &app.layout,
        frame: visit.frame(&person, told),
        keys: keys.iter().map(|key| key_lines::line(key, &registered, now)).collect(),
        choices: key_lines::choices(&registered, &person.user, form),
        typed: Typed {
            name: form.get("name").unwrap_or_default().to_owned(),
            environment: form.get("environment").and_then(Environment::parse).unwrap_or_default(),
            expires: form.get("expires").unwrap_or_default().to_owned(),
        },
    };
    Ok(visit.send(&view, &view.frame))
}

async fn show_key(visit: &Visit<'_>, made: &Made) -> Answered {
    let person = visit.person().await?;
    let view = ApiKeyMadeView {
        layout: &visit.app.layout,
        frame: visit.frame(&person, Told::default()),
        name: &made.key.name,
        key: made.secret.reveal(),
    };
    Ok(visit.send(&view, &view.frame))
}

#[cfg(test)]
mod tests {
    use super::{super::examples::frame, *};
    use crate::{
        domain::time::Timestamp,
        http::pages::{
            account::{when::When, words::Problem},
            layout::examples::layout,
        },
    };

    fn line() -> KeyLine {
        KeyLine {
            id: "key_1".to_owned(),
            name: "Backup <script>".to_owned(),
            prefix: "cdt_live_3fR".to_owned(),
            environment: Environment::Test,
            permissions: vec!["Read your profile".to_owned()],
            created: When::day(Timestamp::from_unix(1_800_000_000)),
            expires: None,
            used: None,
            previous: None,
        }
    }

    fn page(keys: Vec<KeyLine>, typed: Typed, problem: Option<Problem>) -> String {
        let layout = layout();
        let (name, words) = ("read:profile".to_owned(), "Read your profile".to_owned());
        let choices = vec![ScopeChoice { name, words, chosen: true }];
        let frame = Frame { problem, ..frame(&layout, Place::ApiKeys) };
        ApiKeysView { layout: &layout, frame, keys, choices, typed }.render().unwrap()
    }

    #[test]
    fn without_a_key_the_page_says_what_they_are_for() {
        let page = page(Vec::new(), Typed::default(), None);
        assert!(page.contains("You have no API key."));
        assert!(page.contains("type=\"checkbox\" name=\"scope\" value=\"read:profile\" checked"));
        assert!(page.contains("<option value=\"90\" selected>"));
        assert!(page.contains("<legend"));
    }

    #[test]
    fn a_key_is_rotated_and_revoked_by_a_second_press() {
        let page = page(vec![line()], Typed::default(), None);
        assert!(page.contains("Backup &#60;script&#62;") && page.contains("cdt_live_3fR…"));
        assert!(page.contains("action=\"/base/account/api-keys/rotate\""));
        assert!(page.contains("action=\"/base/account/api-keys/revoke\""));
        assert_eq!(page.matches("<details class=\"sure\">").count(), 2);
        assert_eq!(page.matches("name=\"key\" value=\"key_1\"").count(), 2);
    }

    #[test]
    fn what_was_typed_stays() {
        let typed = Typed { name: "Sync".to_owned(), environment: Environment::Test, expires: "365".to_owned() };
        let page = page(Vec::new(), typed, Some(Problem::new("Choose what the key is for.", &["scope"])));
        assert!(page.contains("value=\"Sync\"") && page.contains("<option value=\"365\" selected>"));
        assert!(page.contains("value=\"test\" checked"));
        assert!(page.contains("<fieldset class=\"field\" aria-describedby=\"problem\">"));
    }

    #[test]
    fn a_new_key_is_shown_in_a_field_that_can_be_copied() {
        let layout = layout();
        let (frame, name, key) = (frame(&layout, Place::ApiKeys), "Sync", "cdt_live_secret");
        let page = ApiKeyMadeView { layout: &layout, frame, name, key }.render().unwrap();
        assert!(page.contains("value=\"cdt_live_secret\" readonly"));
        assert!(page.contains("only now"));
    }
}
