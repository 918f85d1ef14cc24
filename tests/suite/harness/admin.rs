//! Administrators: somebody at the console, and programs at the REST API.

use reqwest::Method;
use serde_json::Value;
use signet::{
    domain::user::Role,
    services::admin::{
        edition::Expected,
        user_changes::{self, UserChanges},
    },
};

use super::{Answer, Request, Server, Site, TestUser, operator};

const API: &str = "/admin/api/v1";

/// A program with a token of its own.
pub(crate) struct Program {
    site: Site,
    token: String,
}

impl Server {
    /// Somebody of this role, with a browser.
    pub(crate) async fn administrator(&self, name: &str, role: Role) -> TestUser {
        let user = self.user(name).await;
        let changes = UserChanges { role: Some(role), ..UserChanges::default() };
        user_changes::update(&self.site.core, &operator(), &user.id, Expected::Any, changes).await.unwrap();
        user
    }

    /// A client that asks for a token with these scopes of administration.
    pub(crate) async fn program(&self, scope: &str) -> Program {
        let client = self.client().service(scope).create().await;
        let token = client.asks_for_itself().await.expect_tokens().access_token;
        Program::new(&self.site, token)
    }
}

impl Program {
    pub(crate) fn new(site: &Site, token: impl Into<String>) -> Self {
        Self { site: site.clone(), token: token.into() }
    }

    pub(crate) fn calls(&self, method: Method, path: &str) -> Request {
        self.site.request(method, &format!("{API}{path}")).bearer(&self.token)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.calls(Method::GET, path).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.calls(Method::DELETE, path).await
    }

    /// A request with a JSON body.
    pub(crate) fn sends(&self, method: Method, path: &str, body: &Value) -> Request {
        self.calls(method, path).raw("application/json", body.to_string())
    }

    pub(crate) async fn posts(&self, path: &str, body: Value) -> Answer {
        self.sends(Method::POST, path, &body).await
    }
}

impl Answer {
    /// RFC 9457: a problem of this kind.
    #[track_caller]
    pub(crate) fn expect_problem(&self, status: u16, kind: &str) -> Value {
        self.expect_status(status);
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        let problem = self.json();
        assert_eq!(problem["type"], format!("urn:signet:problem:{kind}"), "{problem}");
        problem
    }
}

impl TestUser {
    /// Opens a page of the console, signing in where that is asked for.
    pub(crate) async fn opens(&self, page: &str) -> Answer {
        let answer = self.browser.get(page).await;
        let asked = answer.forms().iter().any(|form| form.action.ends_with("/login"));
        if asked { self.browser.submit(&self.credentials()).await } else { answer }
    }
}
