//! The account API: its contracts where they stand, and people who are signed in at them.

use crate::harness::operator;
use reqwest::Method;
use serde_json::{Value, json};
use signet::services::admin::edition::Expected;
use signet::{
    config::{Settings, mounts::MountSettings},
    domain::{
        secret::Secret,
        user::{Profile, Role},
    },
    services::admin::{
        users::change::{self as user_changes, UserChanges},
        users::{self, EmailStanding, NewUser},
    },
};
use totp_rs::Builder;

use super::{Answer, Request, Seconds, Server, Site};

/// What a test knows of a contract beside its answers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Contract {
    pub(crate) name: &'static str,
    /// As its own product deploys it.
    pub(crate) host: &'static str,
    /// The documented base.
    pub(crate) path: &'static str,
    /// Where it stands without configuration.
    pub(crate) usual: &'static str,
    /// The member of the login that names the user.
    pub(crate) login_name: &'static str,
    /// Where the login's answer has its tokens.
    pub(crate) access: &'static str,
    pub(crate) refresh: &'static str,
}

pub(crate) const CODITECT: &Contract = &Contract {
    name: "coditect",
    host: "api.coditect.ai",
    path: "/v1",
    usual: "/coditect/v1",
    login_name: "email",
    access: "/data/access_token",
    refresh: "/data/refresh_token",
};

pub(crate) const COMIND: &Contract = &Contract {
    name: "comind",
    host: "your-instance",
    path: "/v1",
    usual: "/v1",
    login_name: "email",
    access: "/access_token",
    refresh: "/refresh_token",
};

pub(crate) const DATIX: &Contract = &Contract {
    name: "datix",
    host: "api.datixlab.com",
    path: "/v1",
    usual: "/datix/v1",
    login_name: "email",
    access: "/access_token",
    refresh: "",
};

pub(crate) const CLASSIC: &Contract = &Contract {
    name: "classic",
    host: "classic.example",
    path: "/api/v1",
    usual: "/api/v1",
    login_name: "username",
    access: "/token",
    refresh: "/refreshToken",
};

pub(crate) const CONTRACTS: [&Contract; 4] = [CODITECT, COMIND, DATIX, CLASSIC];

/// Somebody who is signed in at one contract.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) site: Site,
    pub(crate) contract: &'static Contract,
    pub(crate) access: String,
    /// Empty where there is none.
    pub(crate) refresh: String,
}

/// What a phone shows: an independent implementation of RFC 6238.
pub(crate) struct Phone(totp_rs::Secret);

/// An account that an operator made.
#[derive(Clone, Copy)]
pub(crate) struct Made<'a> {
    pub(crate) email: &'a str,
    pub(crate) username: &'a str,
    pub(crate) password: &'a str,
    pub(crate) name: &'a str,
}

impl Server {
    /// Each contract at its documented path, with a host of its own.
    pub(crate) async fn documented() -> Self {
        Self::documented_with(|_| {}).await
    }

    pub(crate) async fn documented_with(change: impl FnOnce(&mut Settings)) -> Self {
        let mount = |contract: &&Contract| MountSettings {
            contract: contract.name.to_owned(),
            path: contract.path.to_owned(),
            host: Some(contract.host.to_owned()),
            unconfirmed_may_sign_in: None,
        };
        Self::with(|settings| {
            settings.mounts = CONTRACTS.iter().map(mount).collect();
            change(settings);
        })
        .await
    }
}

impl Site {
    /// A request to a contract where this server has it; `path` is below the mount.
    pub(crate) fn calls(&self, contract: &Contract, method: Method, path: &str) -> Request {
        if self.core.settings.mounts.is_empty() {
            self.request(method, &format!("{}{path}", contract.usual))
        } else {
            self.request(method, &format!("{}{path}", contract.path)).header("host", contract.host)
        }
    }

    pub(crate) fn posts(&self, contract: &Contract, path: &str, body: &Value) -> Request {
        self.calls(contract, Method::POST, path).raw("application/json", body.to_string())
    }

    /// Tries to sign in, whatever comes of it.
    pub(crate) fn tries(&self, contract: &Contract, name: &str, password: &str) -> Request {
        self.posts(contract, "/auth/login", &json!({ contract.login_name: name, "password": password }))
    }

    pub(crate) async fn signs_in(&self, contract: &'static Contract, name: &str, password: &str) -> Session {
        Session::of(self, contract, &self.tries(contract, name, password).await)
    }

    /// Makes an account with a confirmed address; its id.
    pub(crate) async fn makes(&self, made: Made<'_>) -> String {
        let new = NewUser {
            email: made.email.to_owned(),
            email_standing: EmailStanding::Verified,
            username: Some(made.username.to_owned()),
            password: Secret::new(made.password.to_owned()),
            role: Role::Member,
            profile: Profile { name: Some(made.name.to_owned()), ..Profile::default() },
        };
        users::create(&self.core, &operator(), new).await.unwrap().id.as_str().to_owned()
    }

    /// An operator changes an account.
    pub(crate) async fn changes(&self, who: &str, changes: UserChanges) {
        user_changes::update(&self.core, &operator(), who, Expected::Any, changes).await.unwrap();
    }
}

impl Session {
    /// What a successful login, refresh or second step answered.
    #[track_caller]
    pub(crate) fn of(site: &Site, contract: &'static Contract, answer: &Answer) -> Self {
        let json = answer.expect_status(200).json();
        let text = |pointer: &str| json.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (access, refresh) = (text(contract.access), text(contract.refresh));
        assert!(!access.is_empty(), "no access token: {json}");
        Self { site: site.clone(), contract, access, refresh }
    }

    pub(crate) fn calls(&self, method: Method, path: &str) -> Request {
        self.site.calls(self.contract, method, path).bearer(&self.access)
    }

    pub(crate) fn gets(&self, path: &str) -> Request {
        self.calls(Method::GET, path)
    }

    pub(crate) fn posts(&self, path: &str, body: &Value) -> Request {
        self.calls(Method::POST, path).raw("application/json", body.to_string())
    }

    /// The refresh as this contract has it.
    pub(crate) fn refreshes(&self) -> Request {
        let with = |member: &str| self.site.posts(self.contract, "/auth/refresh", &json!({ member: self.refresh }));
        match self.contract.name {
            "datix" => self.calls(Method::POST, "/auth/refresh"),
            "classic" => with("refreshToken"),
            _ => with("refresh_token"),
        }
    }

    /// The logout as this contract has it.
    pub(crate) fn logs_out(&self) -> Request {
        if self.contract == COMIND {
            let body = json!({"access_token": self.access, "refresh_token": self.refresh});
            return self.site.posts(self.contract, "/auth/logout", &body);
        }
        self.calls(Method::POST, "/auth/logout")
    }

    /// A read that every contract has, by this session's access token or any other credential.
    pub(crate) fn reads_with(&self, token: &str) -> Request {
        let path = if self.contract == CLASSIC { "/auth/keys" } else { "/auth/me" };
        self.site.calls(self.contract, Method::GET, path).bearer(token)
    }

    pub(crate) async fn is_alive(&self) -> bool {
        let answer = self.reads_with(&self.access).await;
        assert!([200, 401].contains(&answer.status), "{answer:?}");
        answer.status == 200
    }

    /// At datix: turns the second factor on; the step that confirmed it is over afterwards.
    pub(crate) async fn sets_up_a_second_factor(&self, server: &Server) -> Phone {
        let enabled = self.calls(Method::POST, "/auth/enable-2fa").await.expect_status(200).json();
        let phone = Phone::scans(&enabled["secret"]);
        let code = json!({"code": phone.shows(server.now())});
        self.posts("/auth/confirm-2fa", &code).await.expect_status(200);
        server.advance(Seconds(30)).await;
        phone
    }

    /// At datix: an API key with these scopes.
    pub(crate) async fn makes_a_key(&self, scopes: &[&str]) -> String {
        let made = self.posts("/auth/api-keys", &json!({"name": "Nightly", "scopes": scopes})).await;
        made.expect_status(201).json()["key"].as_str().unwrap().to_owned()
    }
}

impl Phone {
    pub(crate) fn scans(base32: &Value) -> Self {
        Self(totp_rs::Secret::try_from_base32(base32.as_str().expect("a secret")).unwrap())
    }

    pub(crate) fn shows(&self, now: i64) -> String {
        let totp = Builder::new().with_secret(self.0.clone()).build().unwrap();
        totp.generate(u64::try_from(now).unwrap()).to_string()
    }
}
