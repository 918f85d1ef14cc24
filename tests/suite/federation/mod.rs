//! Signing in by way of others: a real provider that is not ours, and tenants of Entra ID in the shape of their tokens.

mod elsewhere;
mod forged;
mod linking;
mod sso;
mod strange;
mod tenant;

use reqwest::Method;
use serde_json::Value;
use signet::{
    config::providers::ProviderSettings,
    domain::{
        ids::UserId,
        user::{User, normal_email},
    },
    store::{identities, users},
};
use tenant::{OID, Tenant};
use url::Url;

use crate::harness::{Answer, Browser, Server, Site, TestClient};

/// What the login page says where the provider's word was not believed.
const UNTRUSTED: &str = "could not be trusted";

/// A server with one tenant as its provider, and somebody on the login page of an application.
struct Journey {
    server: Server,
    tenant: Tenant,
    app: TestClient,
    browser: Browser,
}

impl Journey {
    async fn begin() -> Self {
        Self::with("").await
    }

    /// With more lines for the provider's entry.
    async fn with(more: &str) -> Self {
        let tenant = Tenant::start();
        let entry = tenant.entry(more);
        let server = Server::with(|settings| settings.providers = vec![entry]).await;
        let (app, browser) = (server.client().first_party().create().await, server.browser());
        Self { server, tenant, app, browser }
    }

    /// Presses the button, and tells where the browser is sent.
    async fn leaves(&self) -> Url {
        self.app.authorize(&self.browser).await.expect_page(200);
        leaves_by(&self.browser, "/login/with/entra").await
    }

    /// Comes back with a code for this token.
    async fn returns(&self, away: &Url, token: String) -> Answer {
        self.tenant.gives(token);
        self.browser.get(&callback(&self.server.site, away, &[("code", "a-code")])).await
    }

    /// The whole way with the tenant's usual claims, changed.
    async fn goes(&self, change: impl FnOnce(&mut Value)) -> Answer {
        let away = self.leaves().await;
        let mut claims = self.tenant.claims(self.server.now());
        claims["nonce"] = Value::from(parameter(&away, "nonce"));
        change(&mut claims);
        self.returns(&away, Tenant::signs(&claims)).await
    }

    #[track_caller]
    fn expect_refused(&self, answer: &Answer, words: &str) {
        answer.expect_status(400);
        assert!(answer.text().contains(words), "{}", answer.text());
        assert_eq!(self.browser.cookie("signet"), None, "a session");
    }

    #[track_caller]
    fn expect_signed_in(&self, answer: &Answer) {
        assert!(answer.parameter("code").is_some(), "{answer:?} {}", answer.text());
        assert!(self.browser.cookie("signet").is_some());
    }
}

/// Sends the page's form to a provider, and reads the page that leads there.
async fn leaves_by(browser: &Browser, action: &str) -> Url {
    way_out(&browser.submit_to(action, &[]).await)
}

/// Where the page sends the browser.
fn way_out(page: &Answer) -> Url {
    let text = page.expect_status(200).text().replace("&#38;", "&");
    let (_, rest) = text.split_once("content=\"0; url=").unwrap_or_else(|| panic!("no way out: {text}"));
    Url::parse(rest.split('"').next().unwrap()).unwrap()
}

fn parameter(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// The redirect URI that `away` named, with its `state` and these parameters.
fn callback(site: &Site, away: &Url, parameters: &[(&str, &str)]) -> String {
    let mut url = Url::parse(&parameter(away, "redirect_uri")).unwrap();
    assert!(url.as_str().starts_with(&site.issuer));
    url.query_pairs_mut().append_pair("state", &parameter(away, "state")).extend_pairs(parameters);
    url.into()
}

fn entry(text: &str) -> ProviderSettings {
    toml::from_str(text).unwrap()
}

/// Whose account an identity opens.
async fn holder(site: &Site, provider: &str, subject: &str) -> Option<User> {
    let (core, key) = (site.core.clone(), (provider.to_owned(), subject.to_owned()));
    let find = move || core.store.read(|db| identities::find(db, &key.0, &key.1)).unwrap();
    tokio::task::spawn_blocking(find).await.unwrap().map(|(_, user)| user)
}

/// Dora's account here, by her id at the tenant.
async fn dora(journey: &Journey) -> Option<User> {
    holder(&journey.server.site, &Tenant::key(), OID).await
}

async fn by_address(site: &Site, address: &str) -> Option<User> {
    let (core, address) = (site.core.clone(), normal_email(address).unwrap());
    let find = move || core.store.read(|db| users::find_by_email(db, &address)).unwrap();
    tokio::task::spawn_blocking(find).await.unwrap()
}

async fn links_of(site: &Site, user: &UserId) -> usize {
    let (core, user) = (site.core.clone(), user.clone());
    let list = move || core.store.read(|db| identities::list_by_user(db, &user)).unwrap().len();
    tokio::task::spawn_blocking(list).await.unwrap()
}

/// A form of a page of ours, sent by hand.
async fn posts(browser: &Browser, path: &str) -> Answer {
    browser.request(Method::POST, path).header("origin", &browser.site.origin()).and("x", "y").await
}
