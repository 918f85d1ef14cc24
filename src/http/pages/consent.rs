//! The consent page.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use askama::Template;
use url::Url;

use super::{
    layout::{ClientFace, Layout, Person},
    send, step,
};
use crate::{
    http::{
        app::App,
        extract::{
            address,
            form::{BadBody, Form},
        },
    },
    protocol::error::OAuthError,
    services::oauth::{
        authorize::{self, ConsentStep, Decision},
        browser::Browser,
    },
};

/// Posts to `{base}/consent`: `interaction`, and `decision` = `allow`, `deny` or `switch`.
#[derive(Debug, Template)]
#[template(path = "pages/consent.html")]
pub struct ConsentView<'a> {
    pub layout: &'a Layout,
    /// The sealed interaction.
    pub interaction: &'a str,
    pub client: ClientFace<'a>,
    /// Where the answer goes: the redirect URI's host, or its scheme where it has none.
    pub redirect_host: &'a str,
    pub person: Person<'a>,
    /// In the order of the request; scopes first, then single claims.
    pub permissions: Vec<Permission<'a>>,
    /// The client runs on the person's own device, where other programs could pass for it (RFC 8252 §8.6).
    pub impersonable: bool,
}

/// One thing the client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission<'a> {
    /// The scope's or claim's name on the wire.
    pub name: &'a str,
    /// What it means, in words for the person.
    pub description: &'a str,
    /// The consent that stands already covers it.
    pub allowed: bool,
}

impl<'a> ConsentView<'a> {
    /// Something is allowed already and something is not: then the difference is what to look at.
    fn is_extended(&self) -> bool {
        self.permissions.iter().any(|permission| permission.allowed)
            && self.permissions.iter().any(|permission| !permission.allowed)
    }

    /// What the decision is about: what is new, or everything where the client asks for the same again.
    fn asked(&self) -> impl Iterator<Item = &Permission<'a>> {
        let extended = self.is_extended();
        self.permissions.iter().filter(move |permission| !(extended && permission.allowed))
    }

    fn allowed_before(&self) -> impl Iterator<Item = &Permission<'a>> {
        self.permissions.iter().filter(|permission| permission.allowed)
    }
}

impl<'a> Permission<'a> {
    /// A single claim asked for by the `claims` parameter (OpenID Connect Core §5.5).
    pub fn of_claim(name: &'a str, allowed: bool) -> Self {
        Self { name, description: words_for(name).unwrap_or_default(), allowed }
    }

    fn words(&self) -> &'a str {
        if self.description.is_empty() { self.name } else { self.description }
    }
}

/// The claims of OpenID Connect Core §5.1, in a person's words.
fn words_for(claim: &str) -> Option<&'static str> {
    Some(match claim {
        "name" => "See your full name",
        "given_name" => "See your given name",
        "family_name" => "See your family name",
        "preferred_username" => "See your username",
        "picture" => "See your picture",
        "locale" => "See your language and region",
        "zoneinfo" => "See your time zone",
        "updated_at" => "See when your profile last changed",
        "email" => "See your e-mail address",
        "email_verified" => "See whether your e-mail address is confirmed",
        "phone_number" => "See your phone number",
        "phone_number_verified" => "See whether your phone number is confirmed",
        "address" => "See your postal address",
        _ => return None,
    })
}

pub(super) fn show(app: &App, browser: &Browser, step: &ConsentStep) -> HttpResponse {
    let host = redirect_host(&step.redirect_uri);
    let scopes = step.scopes.iter().map(|line| Permission {
        name: &line.name,
        description: &line.description,
        allowed: !line.new,
    });
    let claims = step.claims.iter().map(|line| Permission::of_claim(&line.name, !line.new));
    let view = ConsentView {
        layout: &app.layout,
        interaction: &step.interaction,
        client: ClientFace::from(&step.known.client),
        redirect_host: &host,
        person: Person::from(&step.user),
        permissions: scopes.chain(claims).collect(),
        impersonable: step.impersonable,
    };
    send::page(&view).leads_to(&step.redirect_uri).binds(app, browser).ok()
}

pub async fn submit(app: Data<App>, request: HttpRequest, form: Result<Form, BadBody>) -> HttpResponse {
    let (browser, form) = match step::form(&app, &request, form) {
        Ok(taken) => taken,
        Err(why) => return step::refuse_taking(&app, &request, &why),
    };
    let decision = match form.get("decision") {
        Some("allow") => Decision::Allow,
        Some("deny") => Decision::Deny,
        Some("switch") => Decision::Switch,
        _ => return super::error::refused(&app, &request, &OAuthError::invalid_request("decision is missing")),
    };
    let sealed = form.get("interaction").unwrap_or_default().to_owned();
    let address = address::of(&request, app.settings());
    match authorize::decide(&app.core, browser.clone(), sealed, decision, address).await {
        Ok(next) => step::show(&app, &browser, next),
        Err(refusal) => step::refuse_form(&app, &request, refusal),
    }
}

/// The host of the redirect URI, or its scheme where it has none.
fn redirect_host(uri: &str) -> String {
    let url = Url::parse(uri).ok();
    let host = url.as_ref().and_then(|url| url.host_str().map(str::to_owned));
    host.or_else(|| url.map(|url| url.scheme().to_owned())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::layout::examples::{ALICE, CLIENT, layout};

    fn page(permissions: Vec<Permission<'_>>) -> String {
        let layout = layout();
        let view = ConsentView {
            layout: &layout,
            interaction: "sealed",
            client: CLIENT,
            redirect_host: "app.example",
            person: ALICE,
            permissions,
            impersonable: false,
        };
        view.render().unwrap()
    }

    const READ: Permission<'static> =
        Permission { name: "read:projects", description: "Read project data", allowed: false };

    #[test]
    fn a_first_consent_marks_nothing_as_new() {
        let page = page(vec![READ, Permission::of_claim("name", false)]);
        assert!(page.contains("<li>Read project data</li>"));
        assert!(page.contains("<li>See your full name</li>"));
        assert!(!page.contains("new</span>"));
        assert!(!page.contains("allowed before"));
    }

    #[test]
    fn what_is_new_stands_apart_from_what_was_allowed() {
        let page = page(vec![Permission { allowed: true, ..READ }, Permission::of_claim("email", false)]);
        assert!(page.contains("<li>See your e-mail address <span class=\"tag\">new</span></li>"));
        let (_, before) = page.split_once("allowed before").unwrap();
        assert!(before.contains("<li>Read project data</li>"));
    }

    #[test]
    fn the_same_asked_again_is_shown_whole() {
        let page = page(vec![Permission { allowed: true, ..READ }]);
        assert!(page.contains("<li>Read project data</li>"));
        assert!(!page.contains("allowed before"));
    }

    #[test]
    fn the_buttons_are_the_three_decisions() {
        let page = page(vec![READ]);
        for decision in ["allow", "deny", "switch"] {
            assert!(page.contains(&format!("name=\"decision\" value=\"{decision}\"")));
        }
        assert!(page.contains("action=\"/base/consent\""));
    }

    #[test]
    fn a_permission_without_words_shows_its_name() {
        assert_eq!(Permission::of_claim("shoe_size", false).words(), "shoe_size");
    }

    #[test]
    fn a_clients_name_is_text() {
        let page = page(vec![READ]);
        assert!(page.contains("Fieldnotes &#60;b&#62;"));
        assert!(!page.contains("<b>"));
    }
}
