//! Making, listing and revoking. Contracts 10, 14 and 19.

use crate::harness::operator;
use std::sync::Arc;

use signet::{
    domain::{
        audit::{Action, Actor, Outcome},
        client::ClientId,
        ids::{ApiKeyId, UserId},
        mount::{Mount, RefreshStyle, Unconfirmed},
        secret::Secret,
        user::Role,
    },
    services::{
        accounts::{Caller, Credential, Refusal, Thing},
        admin,
        api_keys::{self, NewKey},
        visitor::Visitor,
    },
};
use tokio::task::JoinSet;

use super::{cast, good, has_role, log, made, plain, signed_in, user_of, with_scope};
use crate::{
    harness::{Seconds, Server},
    tables::Tables,
};

/// The key itself is told once: no list, no row and no letter holds it.
#[tokio::test]
async fn a_key_is_shown_once_and_kept_as_a_digest() {
    let (server, alice, caller) = cast().await;
    let made = made(&server.site, &caller, plain()).await;
    let key = made.secret.reveal();
    assert!(key.starts_with("sk_live_") && key.starts_with(&made.key.prefix), "{}", made.key.prefix);
    let listed = api_keys::list(&server.site.core, caller.clone()).await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&made.key));
    let found = api_keys::find(&server.site.core, caller, made.key.id.clone()).await.unwrap();
    assert!(!format!("{made:?}{listed:?}{found:?}").contains(key.as_str()));
    let sql = format!("SELECT COUNT(*) AS number FROM api_keys WHERE prefix LIKE '{key}%' OR name LIKE '{key}%'");
    assert_eq!(Tables::of(&server.site).number(&sql), 0);
    assert_eq!(found.user_id.as_str(), alice.id);
}

/// Contracts 19: without scopes a key has what its maker may do, and nobody gets what acts on others unasked.
#[tokio::test]
async fn unasked_a_key_has_what_its_maker_may() {
    let (server, alice, caller) = cast().await;
    has_role(&alice, Role::Admin).await;
    let scope = made(&server.site, &caller, plain()).await.key.scope;
    for name in ["openid", "profile", "email", "read:profile", "write:projects", "read:org"] {
        assert!(scope.contains(name), "{name}: {scope}");
    }
    for name in ["admin:org", "admin:users", "auth:sso", "offline_access"] {
        assert!(!scope.contains(name), "{name}: {scope}");
    }
}

/// Contracts 19: a key never has more than its maker.
#[tokio::test]
async fn a_member_gives_no_scope_that_acts_on_others() {
    let (server, alice, caller) = cast().await;
    for scope in ["admin:users", "auth:sso", "admin:org"] {
        let refused = api_keys::create(&server.site.core, caller.clone(), with_scope(&format!("openid {scope}"))).await;
        assert!(matches!(refused, Err(Refusal::InsufficientScope(missing)) if missing == scope), "{scope}");
    }
    assert!(api_keys::list(&server.site.core, caller.clone()).await.unwrap().is_empty());
    let id = UserId::parse(&alice.id).unwrap();
    let refused = (Actor::User(id), Action::CreateApiKey, Outcome::Refused, None);
    assert_eq!(log(&alice).await, [refused.clone(), refused.clone(), refused]);

    has_role(&alice, Role::Admin).await;
    let key = made(&server.site, &caller, with_scope("admin:users")).await;
    assert_eq!(good(&server.site, &key.secret).await.as_deref(), Some("admin:users"));
}

#[tokio::test]
async fn what_does_not_fit_is_refused_by_name() {
    let (server, _, caller) = cast().await;
    let wrong = [
        ("name", NewKey { name: " ".to_owned(), ..plain() }),
        ("description", NewKey { description: Some("x".repeat(501)), ..plain() }),
        ("expires_in_days", NewKey { expires_in_days: Some(0), ..plain() }),
        ("scopes", with_scope("openid never:registered")),
    ];
    for (member, new) in wrong {
        let refused = api_keys::create(&server.site.core, caller.clone(), new).await;
        assert!(matches!(refused, Err(Refusal::Malformed(named)) if named == member), "{member}");
    }
    let empty = made(&server.site, &caller, with_scope("")).await;
    assert!(empty.key.scope.is_empty());
}

/// Contracts 19: a key cannot make keys, nor look at them or end them.
#[tokio::test]
async fn a_key_makes_no_keys() {
    let (server, _, caller) = cast().await;
    let key = made(&server.site, &caller, plain()).await;
    let mount = Arc::new(Mount {
        contract: "datix".to_owned(),
        audience: "https://api.example/v1".to_owned(),
        client_id: ClientId::parse("account-datix").unwrap(),
        key_prefix: "sk".to_owned(),
        refresh: RefreshStyle::Rotating,
        unconfirmed: Unconfirmed::MaySignIn,
    });
    let credential = Credential::Bearer { mount, token: key.secret.clone() };
    let program = Caller { credential, visitor: Visitor::default() };
    let core = &server.site.core;
    let id = key.key.id;
    let tries = [
        api_keys::create(core, program.clone(), plain()).await.map(drop),
        api_keys::list(core, program.clone()).await.map(drop),
        api_keys::find(core, program.clone(), id.clone()).await.map(drop),
        api_keys::rotate(core, program.clone(), id.clone(), Seconds(0)).await.map(drop),
        api_keys::revoke(core, program, id).await,
    ];
    for (at, tried) in tries.into_iter().enumerate() {
        assert!(matches!(tried, Err(Refusal::NotForThisCredential)), "{at}: {tried:?}");
    }
}

#[tokio::test]
async fn nobody_sees_or_ends_the_keys_of_others() {
    let (server, _, alice) = cast().await;
    let mallory = signed_in(&server.user("mallory").await).await;
    let key = made(&server.site, &alice, plain()).await;
    let (core, id) = (&server.site.core, key.key.id);
    assert!(api_keys::list(core, mallory.clone()).await.unwrap().is_empty());
    let tries = [
        api_keys::find(core, mallory.clone(), id.clone()).await.map(drop),
        api_keys::rotate(core, mallory.clone(), id.clone(), Seconds(0)).await.map(drop),
        api_keys::revoke(core, mallory, id).await,
    ];
    for tried in tries {
        assert!(matches!(tried, Err(Refusal::NotFound(Thing::ApiKey))), "{tried:?}");
    }
    assert!(good(&server.site, &key.secret).await.is_some());
}

/// The user is told by mail, and the log says who did what to which key.
#[tokio::test]
async fn a_new_key_is_told_and_logged() {
    let (server, alice, caller) = cast().await;
    let key = made(&server.site, &caller, plain()).await.key;
    assert_eq!(Tables::of(&server.site).count("mail_outbox"), 1);
    api_keys::rotate(&server.site.core, caller.clone(), key.id.clone(), Seconds(0)).await.unwrap();
    api_keys::revoke(&server.site.core, caller, key.id.clone()).await.unwrap();
    let operators = admin::api_keys::create(&server.site.core, &operator(), "alice", plain()).await.unwrap().key;
    admin::api_keys::revoke(&server.site.core, &operator(), operators.id.as_str()).await.unwrap();

    let by_alice = Actor::User(UserId::parse(&alice.id).unwrap());
    let detail = |id: &ApiKeyId| Some(id.as_str().to_owned());
    let (own, theirs) = (detail(&key.id), detail(&operators.id));
    let mut expected = vec![
        (by_alice.clone(), Action::CreateApiKey, Outcome::Done, own.clone()),
        (by_alice.clone(), Action::RotateApiKey, Outcome::Done, own.clone()),
        (by_alice, Action::RevokeApiKey, Outcome::Done, own),
        (Actor::Operator, Action::CreateApiKey, Outcome::Done, theirs.clone()),
        (Actor::Operator, Action::RevokeApiKey, Outcome::Done, theirs),
    ];
    // The clock stands still, so that their order is not told.
    let mut told = log(&alice).await;
    told.sort_by_key(|entry| format!("{entry:?}"));
    expected.sort_by_key(|entry| format!("{entry:?}"));
    assert_eq!(told, expected);
}

/// A list stays one page, and a program that makes a key at each start is noticed.
#[tokio::test]
async fn of_many_who_want_the_last_place_one_gets_it() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let caller = signed_in(&alice).await;
    for _ in 0..99 {
        made(&server.site, &caller, plain()).await;
    }
    let tries: JoinSet<_> = (0..20)
        .map(|_| {
            let (core, caller) = (server.site.core.clone(), caller.clone());
            async move { api_keys::create(&core, caller, plain()).await }
        })
        .collect();
    let (won, lost): (Vec<_>, Vec<_>) = tries.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 19));
    assert!(lost.iter().all(|refused| matches!(refused, Err(Refusal::TooManyKeys { most: 100 }))));

    // Who revokes one has a place again; another user has places of their own.
    let first = api_keys::list(&server.site.core, caller.clone()).await.unwrap().remove(0);
    api_keys::revoke(&server.site.core, caller.clone(), first.id).await.unwrap();
    made(&server.site, &caller, plain()).await;
    let bob = signed_in(&server.user("bob").await).await;
    made(&server.site, &bob, plain()).await;
}

/// What is wrong with the credential is told before anything else.
#[tokio::test]
async fn a_stranger_makes_no_key() {
    let (server, alice, _) = cast().await;
    let nobody = |credential| Caller { credential, visitor: Visitor::default() };
    for credential in [Credential::None, Credential::Cookie(Secret::new("made-up".to_owned()))] {
        let refused = api_keys::create(&server.site.core, nobody(credential), plain()).await;
        assert!(matches!(refused, Err(Refusal::AuthenticationRequired)), "{refused:?}");
    }
    assert!(log(&alice).await.is_empty() && user_of(&alice).await.is_active());
}
