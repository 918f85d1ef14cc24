//! Accounts elsewhere that open this one.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;

use super::{Answered, Early, Frame, Told, Visit, answered, notice::Notice, when::When};
use crate::{
    domain::identity::Identity,
    http::{
        app::App,
        extract::form::{BadBody, Form},
        pages::layout::Layout,
    },
    services::{
        federation::{
            identities,
            provider::{self, Offered},
        },
        oauth::{browser::Browser, destination::Place},
    },
};

type Sent = Result<Form, BadBody>;

/// Posts to `{base}/account/providers/unlink`: `form`, `provider`, `subject`; and to
/// `{base}/account/providers/{provider}/link`: `form`.
#[derive(Debug, Template)]
#[template(path = "account/providers.html")]
pub struct ProvidersView<'a> {
    pub layout: &'a Layout,
    pub frame: Frame<'a>,
    pub links: Vec<LinkLine<'a>>,
    /// Those that are not linked yet.
    pub offered: Vec<Offered>,
}

#[derive(Clone, Debug)]
pub struct LinkLine<'a> {
    pub provider: &'a str,
    pub label: &'a str,
    pub subject: &'a str,
    /// What the provider calls the person.
    pub person: &'a str,
    pub since: When,
    pub used: When,
}

pub async fn get(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::new(&app, &request, Place::Providers);
    answered(show(&visit, visit.told()).await)
}

pub async fn unlink(app: Data<App>, request: HttpRequest, form: Sent) -> HttpResponse {
    answered(take_away(&app, &request, form).await)
}

/// The browser that asks for a link, by a form of this page: whoever is linked can sign in as this person ever after.
pub(in super::super) fn browser(app: &App, request: &HttpRequest, form: Sent) -> Result<Browser, Early> {
    Visit::with_form(app, request, Place::Providers, form).map(|(visit, _)| visit.browser)
}

/// Back from the provider.
pub(in super::super) fn linked(app: &App, browser: &Browser) -> HttpResponse {
    super::done(app, browser, Place::Providers, Notice::ProviderLinked)
}

async fn take_away(app: &App, request: &HttpRequest, form: Sent) -> Answered {
    let (visit, form) = Visit::with_form(app, request, Place::Providers, form)?;
    let named = |name: &str| form.get(name).unwrap_or_default().to_owned();
    match identities::unlink(&app.core, visit.caller(), named("provider"), named("subject")).await {
        Ok(()) => Ok(visit.done(Notice::ProviderUnlinked)),
        Err(refusal) => show(&visit, visit.problem(refusal)?.into()).await,
    }
}

async fn show(visit: &Visit<'_>, told: Told) -> Answered {
    let person = visit.person().await?;
    let linked = visit.take(identities::list(&visit.app.core, visit.caller()).await)?;
    let all = provider::offered(&visit.app.core);
    let links = linked.iter().map(|identity| line(visit.app, identity, &all)).collect();
    let is_open = |one: &&Offered| !linked.iter().any(|identity| identity.provider == one.key);
    let view = ProvidersView {
        layout: &visit.app.layout,
        frame: visit.frame(&person, told),
        links,
        offered: all.iter().filter(is_open).cloned().collect(),
    };
    Ok(visit.send(&view, &view.frame))
}

fn line<'a>(app: &App, identity: &'a Identity, all: &'a [Offered]) -> LinkLine<'a> {
    let label = all.iter().find(|one| one.key == identity.provider).map_or(&identity.provider, |one| &one.label);
    LinkLine {
        provider: &identity.provider,
        label,
        subject: &identity.subject,
        person: identity.label.as_deref().unwrap_or(&identity.subject),
        since: When::day(identity.created_at),
        used: When::ago(identity.last_used_at, app.core.clock.now()),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::examples::frame, *};
    use crate::{domain::time::Timestamp, http::pages::layout::examples::layout};

    fn page(links: Vec<LinkLine<'_>>, offered: Vec<Offered>) -> String {
        let layout = layout();
        ProvidersView { layout: &layout, frame: frame(&layout, Place::Providers), links, offered }.render().unwrap()
    }

    #[test]
    fn without_providers_there_is_nothing_to_press() {
        let page = page(Vec::new(), Vec::new());
        assert!(page.contains("This server knows no other provider"));
        assert!(!page.contains("<form"));
    }

    #[test]
    fn a_provider_is_linked_by_its_button() {
        let page = page(
            Vec::new(),
            vec![Offered { name: "entra".into(), label: "Microsoft".into(), key: "entra:tid".into() }],
        );
        assert!(page.contains("action=\"/base/account/providers/entra/link\""));
        assert!(page.contains(">Link Microsoft</button>"));
    }

    #[test]
    fn a_link_names_the_account_there() {
        let at = Timestamp::from_unix(1_800_000_000);
        let (since, used) = (When::day(at), When::ago(at, at));
        let (provider, label, subject, person) = ("entra", "Microsoft", "s-1", "alice@corp.example");
        let page = page(vec![LinkLine { provider, label, subject, person, since, used }], Vec::new());
        assert!(page.contains("alice@corp.example") && page.contains("name=\"subject\" value=\"s-1\""));
        assert!(page.contains("<details class=\"sure\">"));
    }
}
