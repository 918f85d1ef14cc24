//! What people do with their accounts, asked of the services themselves: the contracts and the pages say it in their own words.

mod api_keys;
pub(crate) mod authenticator;
mod change;
mod confirm;
mod devices;
mod factors;
mod letters;
mod limits;
mod login;
mod once;
mod operator;
mod profile;
mod races;
mod register;
mod reset;
mod service;

use std::collections::BTreeMap;

use signet::{
    domain::{
        audit::{Action, Event, Outcome},
        ids::UserId,
        mount::Unconfirmed,
        secret::Secret,
        session::Door,
        user::User,
    },
    services::{
        accounts::{
            self, Caller, Credential, Existing, Login, LoginOutcome, Person, Refusal, Registered, Registration, Second,
        },
        fault::Fault,
        visitor::Visitor,
    },
    store::{Db, StoreError, audit_events, users},
};

use crate::{
    harness::{Server, Site},
    tables::Tables,
};

const NEW_PASSWORD: &str = "another-password-of-hers";

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

/// Somebody who registers, in a browser.
fn registration(email: &str) -> Registration {
    Registration {
        email: email.to_owned(),
        password: secret(NEW_PASSWORD),
        name: Some("Carol".to_owned()),
        username: None,
        organisation: None,
        door: Door::Browser,
        existing: Existing::Tell,
        visitor: Visitor::default(),
    }
}

async fn registers(server: &Server, registration: Registration) -> Result<Registered, Refusal> {
    accounts::register(&server.site.core, registration).await
}

/// A new user whose address nobody has proved.
async fn newcomer(server: &Server, email: &str) -> User {
    match registers(server, registration(email)).await.unwrap() {
        Registered::New { user, .. } => *user,
        Registered::Pretended { .. } => panic!("{email} was there before"),
    }
}

async fn tries_to_sign_in(site: &Site, name: &str, password: &str) -> Result<Caller, Refusal> {
    let login = Login {
        name: name.to_owned(),
        password: secret(password),
        second: Second::Challenge,
        unconfirmed: Unconfirmed::MaySignIn,
        door: Door::Browser,
        visitor: Visitor::default(),
        cookie: None,
    };
    match accounts::login(&site.core, login).await? {
        LoginOutcome::SignedIn(begun) => Ok(caller(Credential::Cookie(begun.cookie.clone()))),
        LoginOutcome::SecondFactor(_) => Err(Refusal::SecondFactorRequired),
    }
}

async fn signs_in(site: &Site, name: &str, password: &str) -> Caller {
    tries_to_sign_in(site, name, password).await.unwrap()
}

fn caller(credential: Credential) -> Caller {
    Caller { credential, visitor: Visitor::default() }
}

async fn me(site: &Site, caller: &Caller) -> Result<Person, Refusal> {
    accounts::me(&site.core, caller.clone()).await
}

async fn is_signed_in(site: &Site, caller: &Caller) -> bool {
    match me(site, caller).await {
        Ok(_) => true,
        Err(Refusal::AuthenticationRequired | Refusal::InvalidToken) => false,
        Err(other) => panic!("{other:?}"),
    }
}

/// What the database says.
async fn read<T: Send + 'static>(
    site: &Site,
    question: impl FnOnce(&mut Db) -> Result<T, StoreError> + Send + 'static,
) -> T {
    site.core.run(move |core| Ok::<_, Fault>(core.store.read(question)?)).await.unwrap()
}

async fn user_of(site: &Site, email: &str) -> Option<User> {
    let email = email.to_owned();
    read(site, move |db| users::find_by_email(db, &email)).await
}

/// What the audit log holds of an account; those of one second in no order.
async fn log(site: &Site, user: &UserId) -> Vec<(Action, Outcome)> {
    let user = user.clone();
    let events: Vec<Event> = read(site, move |db| audit_events::list_by_user(db, &user, 50)).await;
    events.into_iter().map(|event| (event.action, event.outcome)).collect()
}

/// What was written since the last look, but for the counts of tries: those depend on the tries before.
fn rows(tables: &mut Tables) -> BTreeMap<String, i64> {
    let mut written = tables.written();
    written.retain(|act, _| !act.ends_with(" rate_counters"));
    written
}

/// The token of the newest link to a page, `confirm` or `reset`, that was mailed to an address.
async fn mailed_token(site: &Site, address: &str, page: &str) -> Secret<String> {
    let start = format!("{}/account/{page}?token=", site.issuer);
    let mut letters = site.letters().await.into_iter().filter(|letter| letter.to == address);
    let token = letters.find_map(|letter| letter.link?.strip_prefix(&start).map(secret));
    token.unwrap_or_else(|| panic!("no link to {page} for {address}"))
}

async fn confirms(site: &Site, email: &str, code: &str) -> Result<User, Refusal> {
    accounts::confirm(&site.core, email.to_owned(), secret(code), caller(Credential::None)).await
}

async fn asks_for_a_reset(site: &Site, email: &str) {
    accounts::request_reset(&site.core, email.to_owned(), Visitor::default()).await.unwrap();
}

async fn resets(site: &Site, token: &Secret<String>, password: &str) -> Result<User, Refusal> {
    accounts::reset_password(&site.core, token.clone(), secret(password), Visitor::default()).await
}

/// Another six digits.
fn another(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}
