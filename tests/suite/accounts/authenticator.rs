//! A person at a door: what they type, and the authenticator in their pocket.

use signet::{
    domain::{mount::Unconfirmed, secret::Secret, session::Door},
    services::{
        accounts::{self, Caller, Credential, Login, LoginOutcome, Refusal, Second},
        core::Core,
        factors::{self, Answer, Challenge, Enrolment},
        sessions::Begun,
        visitor::Visitor,
    },
};
use totp_rs::Builder;

use crate::harness::{PASSWORD, Seconds, Server, TestUser};

/// An independent implementation of what the phone does.
pub(crate) struct Authenticator {
    secret: totp_rs::Secret,
    pub(crate) backup_codes: Vec<String>,
}

impl Authenticator {
    pub(crate) fn scans(enrolment: &Enrolment) -> Self {
        let secret = totp_rs::Secret::try_from_base32(enrolment.secret.reveal()).unwrap();
        Self { secret, backup_codes: enrolment.backup_codes.iter().map(|code| code.reveal().clone()).collect() }
    }

    pub(crate) fn shows(&self, now: i64) -> String {
        let totp = Builder::new().with_secret(self.secret.clone()).build().unwrap();
        totp.generate(u64::try_from(now).unwrap()).to_string()
    }
}

/// Sets the second factor up, with a session of its own; the step that confirmed it is over afterwards.
pub(crate) async fn enrols(server: &Server, user: &TestUser) -> Authenticator {
    let caller = signed_in(server, user).await;
    let enrolment = factors::enable(&server.site.core, caller.clone()).await.unwrap();
    let phone = Authenticator::scans(&enrolment);
    factors::confirm(&server.site.core, caller, secret(&phone.shows(server.now()))).await.unwrap();
    server.advance(Seconds(30)).await;
    phone
}

/// Signs in by password alone.
pub(crate) async fn signed_in(server: &Server, user: &TestUser) -> Caller {
    match attempt(&server.site.core, typed(&user.email, PASSWORD)).await {
        Ok(LoginOutcome::SignedIn(begun)) => caller(&begun),
        other => panic!("not signed in: {other:?}"),
    }
}

pub(crate) fn caller(begun: &Begun) -> Caller {
    Caller { credential: Credential::Cookie(begun.cookie.clone()), visitor: visitor() }
}

/// What is typed at the browser's door.
pub(crate) fn typed(name: &str, password: &str) -> Login {
    Login {
        name: name.to_owned(),
        password: secret(password),
        second: Second::Challenge,
        unconfirmed: Unconfirmed::MaySignIn,
        door: Door::Browser,
        visitor: visitor(),
        cookie: None,
    }
}

/// What a program sends to a door that asks for both factors at once.
pub(crate) fn sent(name: &str, password: &str, code: Option<&str>) -> Login {
    Login { second: Second::Inline(code.map(secret)), door: Door::Api("comind".to_owned()), ..typed(name, password) }
}

pub(crate) async fn attempt(core: &Core, login: Login) -> Result<LoginOutcome, Refusal> {
    accounts::login(core, login).await
}

/// The challenge after the right password.
pub(crate) async fn challenge(server: &Server, user: &TestUser) -> Challenge {
    match attempt(&server.site.core, typed(&user.email, PASSWORD)).await {
        Ok(LoginOutcome::SecondFactor(challenge)) => challenge,
        other => panic!("no challenge: {other:?}"),
    }
}

pub(crate) fn answer(challenge: &Challenge, code: &str) -> Answer {
    Answer { token: challenge.token.clone(), code: secret(code), door: Door::Browser, cookie: None, visitor: visitor() }
}

pub(crate) async fn answers(server: &Server, challenge: &Challenge, code: &str) -> Result<Begun, Refusal> {
    factors::answer(&server.site.core, answer(challenge, code)).await
}

pub(crate) fn visitor() -> Visitor {
    Visitor {
        address: "192.0.2.7".parse().ok(),
        device: Some("A browser".to_owned()),
        browser: Some(secret("what binds to this browser")),
    }
}

pub(crate) fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}
