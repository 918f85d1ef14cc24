//! Those who administer: people at the console, programs at the REST API.

use std::pin::Pin;

use serde_json::Value;
use signet::{
    domain::{administrator::Administrator, ids::UserId, user::Role},
    protocol::scope::Scope,
    store::users,
};

use super::{Answer, Browser, Method, Request, Server, TestUser};

/// Where the REST API stands.
const API: &str = "/admin/api/v1";

/// Whoever sits at the server's own command line.
pub(crate) fn operator() -> Administrator {
    Administrator::operator()
}

/// Somebody with a role, signed in at the console.
pub(crate) struct Admin {
    pub(crate) user: TestUser,
    pub(crate) browser: Browser,
}

/// A program with scopes of administration.
#[derive(Clone)]
pub(crate) struct Program {
    site: super::Site,
    pub(crate) token: String,
}

impl Server {
    /// An administrator who may everything, in front of the console.
    pub(crate) async fn admin(&self) -> Admin {
        self.person_with_role("root", Role::Admin).await
    }

    pub(crate) async fn person_with_role(&self, name: &str, role: Role) -> Admin {
        let user = self.administrator(name, role).await;
        let browser = user.browser.clone();
        browser.get("/login").await.expect_status(200);
        browser.submit(&user.credentials()).await.expect_status(200);
        Admin { user, browser }
    }

    /// Somebody of this role, who has not signed in yet.
    pub(crate) async fn administrator(&self, name: &str, role: Role) -> TestUser {
        let user = self.user(name).await;
        let (core, id) = (self.site.core.clone(), UserId::parse(&user.id).unwrap());
        let now = core.clock.now();
        let work = move || core.store.write(|db| users::update_role(db, &id, role, now)).unwrap();
        assert!(tokio::task::spawn_blocking(work).await.unwrap());
        user
    }

    /// A client of its own with these scopes, and its token.
    pub(crate) async fn program(&self, scope: &str) -> Program {
        let client = self.client().service(scope).create().await;
        let granted = client.asks_for_itself().await.expect_tokens();
        assert_eq!(granted.scope.as_deref().and_then(Scope::parse), Scope::parse(scope));
        Program { site: self.site.clone(), token: granted.access_token }
    }

    /// The same with every scope of administration.
    pub(crate) async fn root_program(&self) -> Program {
        self.program("admin:clients admin:users admin:keys admin:audit").await
    }
}

impl Admin {
    /// A page of the console.
    pub(crate) async fn opens(&self, path: &str) -> Answer {
        self.browser.get(path).await
    }

    /// Opens a page and sends the form of it whose action ends so.
    pub(crate) async fn submits(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        self.browser.get(page).await.expect_status(200);
        self.browser.submit_to(action, fields).await
    }
}

impl Program {
    pub(crate) fn new(site: &super::Site, token: impl Into<String>) -> Self {
        Self { site: site.clone(), token: token.into() }
    }

    pub(crate) async fn posts(&self, path: &str, body: Value) -> Answer {
        self.post(path, &body).await
    }

    pub(crate) fn sends(&self, method: Method, path: &str, body: &Value) -> Call {
        self.call(method, path).json(body)
    }

    pub(crate) fn calls(&self, method: Method, path: &str) -> Call {
        self.call(method, path)
    }

    pub(crate) fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Call {
        self.call(Method::POST, path).json(body)
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Call {
        self.call(Method::PUT, path).json(body)
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) -> Call {
        self.call(Method::PATCH, path).json(body)
    }

    pub(crate) fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }

    pub(crate) fn call(&self, method: Method, path: &str) -> Call {
        Call(self.site.request(method, &format!("{API}{path}")).bearer(&self.token))
    }
}

/// One request at the REST API.
#[derive(Clone)]
pub(crate) struct Call(Request);

impl Call {
    fn json(self, body: &Value) -> Self {
        Self(self.0.raw("application/json", body.to_string()))
    }

    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value))
    }

    /// Only if nobody has changed it since this answer.
    pub(crate) fn if_match(self, seen: &Answer) -> Self {
        let tag = seen.header("etag").expect("an edition").to_owned();
        self.header("if-match", &tag)
    }
}

impl IntoFuture for Call {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        self.0.into_future()
    }
}

impl Answer {
    /// RFC 9457.
    #[track_caller]
    pub(crate) fn expect_problem(&self, status: u16, word: &str) -> Value {
        self.expect_status(status);
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        let json = self.json();
        assert_eq!(json["type"], format!("urn:signet:problem:{word}"), "{json}");
        assert_eq!(json["status"], status);
        json
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
