//! API keys: who makes them, what they may, and when they end.

mod liveness;
mod making;
mod rotation;

use crate::harness::operator;
use signet::{
    domain::{
        api_key::Environment,
        audit::{Action, Actor, Event, Outcome},
        ids::UserId,
        secret::Secret,
        session::{Door, Methods},
        user::{Role, User},
    },
    protocol::scope::Scope,
    services::{
        accounts::{Caller, Credential},
        admin::users,
        api_keys::{self, Made, NewKey},
        fault::Fault,
        sessions::{self, SignIn},
        visitor::Visitor,
    },
    store,
};

use crate::harness::{Server, Site, TestUser};

/// A key as somebody would wish for it who wishes for nothing.
fn plain() -> NewKey {
    NewKey {
        name: "deploy".to_owned(),
        description: None,
        scope: None,
        environment: Environment::Live,
        expires_in_days: None,
        prefix: "sk".to_owned(),
    }
}

fn with_scope(scope: &str) -> NewKey {
    NewKey { scope: Some(Scope::parse(scope).unwrap()), ..plain() }
}

/// Somebody on a browser, signed in a moment ago.
async fn signed_in(user: &TestUser) -> Caller {
    let who = users::show(&user.site.core, &operator(), &user.id).await.unwrap();
    let begun = user.site.core.run(move |core| {
        let sign_in =
            SignIn { methods: Methods::PASSWORD, door: Door::Browser, visitor: Visitor::default(), cookie: None };
        Ok::<_, Fault>(core.store.write(|db| sessions::begin(core, db, &who, &sign_in))?)
    });
    Caller { credential: Credential::Cookie(begun.await.unwrap().cookie.clone()), visitor: Visitor::default() }
}

async fn cast() -> (Server, TestUser, Caller) {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let caller = signed_in(&alice).await;
    (server, alice, caller)
}

async fn made(site: &Site, caller: &Caller, new: NewKey) -> Made {
    api_keys::create(&site.core, caller.clone(), new).await.unwrap()
}

/// The scope of a key that is good, as the account API sees it.
async fn good(site: &Site, key: &Secret<String>) -> Option<String> {
    let key = key.clone();
    let found = site.core.run(move |core| Ok::<_, Fault>(api_keys::holder(core, key.reveal())?));
    found.await.unwrap().map(|(key, _)| key.scope.to_string())
}

async fn has_role(user: &TestUser, role: Role) {
    let id = UserId::parse(&user.id).unwrap();
    let changed = user.site.core.run(move |core| {
        let now = core.clock.now();
        Ok::<_, Fault>(core.store.write(|db| store::users::update_role(db, &id, role, now))?)
    });
    assert!(changed.await.unwrap());
}

/// What the audit log says of a user's keys, the oldest entry first.
async fn log(user: &TestUser) -> Vec<(Actor, Action, Outcome, Option<String>)> {
    let id = UserId::parse(&user.id).unwrap();
    let found = user
        .site
        .core
        .run(move |core| Ok::<_, Fault>(core.store.read(|db| store::audit_events::list_by_user(db, &id, 99))?));
    let mut events: Vec<Event> = found.await.unwrap();
    events.sort_by(|one, other| one.id.as_str().cmp(other.id.as_str()));
    let about_keys = [Action::CreateApiKey, Action::RotateApiKey, Action::RevokeApiKey];
    let told = events.into_iter().filter(|event| about_keys.contains(&event.action));
    told.map(|event| (event.actor, event.action, event.outcome, event.detail)).collect()
}

async fn user_of(user: &TestUser) -> User {
    users::show(&user.site.core, &operator(), &user.id).await.unwrap()
}
