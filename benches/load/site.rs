//! What is registered at the server: an application, a service, an API and its users.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use url::Url;

use crate::{Attempt, visitor::Visitor};

pub(crate) struct Site {
    pub(crate) origin: Url,
    /// Sends users to `/authorize` and refreshes.
    pub(crate) application: Client,
    /// Gets tokens for itself.
    pub(crate) service: Client,
    /// Asks about the service's tokens.
    pub(crate) api: Client,
    pub(crate) users: Vec<User>,
    pub(crate) resource: String,
    pub(crate) scope: String,
}

pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) secret: String,
    /// The further arguments of `signet client create`.
    pub(crate) registration: Vec<String>,
}

pub(crate) struct User {
    pub(crate) email: String,
    pub(crate) password: String,
}

pub(crate) const CALLBACK: &str = "https://client.example/callback";
pub(crate) const SCOPE: &str = "openid profile offline_access";

impl Site {
    /// Every name is new, so that a database may be measured twice.
    pub(crate) fn new(origin: Url, users: u32) -> Self {
        let run = random::<6>().replace(['-', '_'], "0").to_lowercase();
        let resource = format!("https://{run}.example");
        let scope = format!("{run}:read");
        let client = |name: &str, registration: &[&str]| Client {
            id: format!("load-{name}-{run}"),
            secret: random::<32>(),
            registration: registration.iter().map(|argument| (*argument).to_owned()).collect(),
        };
        let grants = ["--grant", "authorization_code", "--grant", "refresh_token"];
        let application = [&grants[..], &["--redirect-uri", CALLBACK, "--scope", SCOPE]].concat();
        let service = ["--grant", "client_credentials", "--scope", &scope];
        let api = ["--grant", "client_credentials", "--resource-server", &resource];
        Self {
            origin,
            application: client("application", &application),
            service: client("service", &service),
            api: client("api", &api),
            users: (0..users).map(|number| User::new(&format!("alice-{run}-{number}"))).collect(),
            resource,
            scope,
        }
    }

    /// `host:port`.
    pub(crate) fn address(&self) -> String {
        self.origin.authority().to_owned()
    }

    /// One visitor for each user, signed in and with consent given.
    pub(crate) fn sign_in_all(&self) -> Attempt<Vec<Visitor<'_>>> {
        let visitors = self.users.iter().map(|user| {
            let mut visitor = Visitor::new(self);
            visitor.sign_in(user).map_err(|reason| format!("signing in: {reason}"))?;
            Ok(visitor)
        });
        visitors.collect()
    }
}

impl Client {
    /// The header line of `client_secret_basic`; id and secret hold nothing that would need encoding.
    pub(crate) fn basic(&self) -> String {
        format!("Authorization: Basic {}\r\n", STANDARD.encode(format!("{}:{}", self.id, self.secret)))
    }
}

impl User {
    fn new(name: &str) -> Self {
        Self { email: format!("{name}@example.com"), password: random::<18>() }
    }
}

/// This many random bytes in base64url.
pub(crate) fn random<const N: usize>() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; N]>())
}
