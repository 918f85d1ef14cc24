//! Rotation: the same key under another secret, with an overlap if one is wished for. Contracts 6 and 19.

use crate::harness::operator;
use signet::{
    domain::audit::{Action, Outcome},
    services::{
        accounts::{Refusal, Thing},
        admin,
        api_keys::{self, Made, NewKey},
    },
};
use tokio::task::JoinSet;

use super::{cast, good, log, made, plain, signed_in, with_scope};
use crate::{harness::Seconds, tables::Tables};

#[tokio::test]
async fn a_rotated_key_keeps_its_id_scopes_and_end() {
    let (server, _, caller) = cast().await;
    let new = NewKey { expires_in_days: Some(90), prefix: "pat".to_owned(), ..with_scope("read:org openid") };
    let first = made(&server.site, &caller, new).await;
    server.advance(Seconds::days(1)).await;
    let second = api_keys::rotate(&server.site.core, caller, first.key.id.clone(), Seconds(0)).await.unwrap();
    assert!(second.secret.reveal().starts_with("pat_live_"));
    assert_ne!(first.secret.reveal(), second.secret.reveal());
    let (one, other) = (&first.key, &second.key);
    assert_eq!(
        (&one.id, &one.scope, one.expires_at, one.created_at),
        (&other.id, &other.scope, other.expires_at, other.created_at)
    );
    assert_eq!(good(&server.site, &first.secret).await, None);
    assert_eq!(good(&server.site, &second.secret).await.as_deref(), Some("read:org openid"));
}

/// The overlap ends by itself, and the next rotation ends it early.
#[tokio::test]
async fn the_old_key_is_good_for_the_grace_and_no_longer() {
    let (server, _, caller) = cast().await;
    let (core, first) = (&server.site.core, made(&server.site, &caller, plain()).await);
    let id = first.key.id.clone();
    let second = api_keys::rotate(core, caller.clone(), id.clone(), Seconds(600)).await.unwrap();
    server.advance(Seconds(599)).await;
    assert!(good(&server.site, &first.secret).await.is_some() && good(&server.site, &second.secret).await.is_some());
    server.advance(Seconds(1)).await;
    assert!(good(&server.site, &first.secret).await.is_none() && good(&server.site, &second.secret).await.is_some());

    let third = api_keys::rotate(core, caller.clone(), id.clone(), Seconds::days(1)).await.unwrap();
    let fourth = api_keys::rotate(core, caller.clone(), id.clone(), Seconds::days(1)).await.unwrap();
    assert!(good(&server.site, &second.secret).await.is_none(), "only the one before stays good");
    assert!(good(&server.site, &third.secret).await.is_some() && good(&server.site, &fourth.secret).await.is_some());
    for wrong in [-1, 86_401] {
        let refused = api_keys::rotate(core, caller.clone(), id.clone(), Seconds(wrong)).await;
        assert!(matches!(refused, Err(Refusal::Malformed("grace_seconds"))), "{wrong}");
    }
}

/// A key that has ended, or is revoked, is not brought back.
#[tokio::test]
async fn a_dead_key_is_not_rotated() {
    let (server, _, caller) = cast().await;
    let short = made(&server.site, &caller, NewKey { expires_in_days: Some(1), ..plain() }).await;
    let gone = made(&server.site, &caller, plain()).await;
    api_keys::revoke(&server.site.core, caller.clone(), gone.key.id.clone()).await.unwrap();
    server.advance(Seconds::days(1)).await;
    for id in [short.key.id, gone.key.id] {
        let refused = api_keys::rotate(&server.site.core, caller.clone(), id, Seconds(0)).await;
        assert!(matches!(refused, Err(Refusal::NotFound(Thing::ApiKey))), "{refused:?}");
    }
}

/// An operator's key may do more than its user: rotating it must not tell the user such a key.
#[tokio::test]
async fn an_operators_key_is_not_taken_over_by_its_user() {
    let (server, alice, caller) = cast().await;
    let core = &server.site.core;
    let strong = admin::api_keys::create(core, &operator(), "alice", with_scope("admin:users")).await.unwrap();
    let refused = api_keys::rotate(core, caller.clone(), strong.key.id.clone(), Seconds(60)).await;
    assert!(matches!(refused, Err(Refusal::InsufficientScope(scope)) if scope == "admin:users"));
    assert_eq!(good(&server.site, &strong.secret).await.as_deref(), Some("admin:users"));
    let refusal = log(&alice).await.into_iter().find(|(_, action, ..)| *action == Action::RotateApiKey).unwrap();
    assert_eq!(refusal.2, Outcome::Refused);

    let weak = admin::api_keys::create(core, &operator(), "alice", with_scope("read:org")).await.unwrap();
    api_keys::rotate(core, caller.clone(), weak.key.id, Seconds(0)).await.unwrap();
    api_keys::revoke(core, caller, strong.key.id).await.unwrap();
    assert_eq!(good(&server.site, &strong.secret).await, None);
}

/// However many rotate a key at once: one new key is good, and nobody else was told one that is.
#[tokio::test]
async fn of_many_parallel_rotations_one_new_key_is_good() {
    let (server, alice, caller) = cast().await;
    let first = made(&server.site, &caller, plain()).await;
    // Each with a session of its own, so that nothing else makes them wait for each other.
    let mut callers = Vec::new();
    for _ in 0..20 {
        callers.push(signed_in(&alice).await);
    }
    let tries: JoinSet<_> = callers
        .into_iter()
        .map(|caller| {
            let (core, id) = (server.site.core.clone(), first.key.id.clone());
            async move { api_keys::rotate(&core, caller, id, Seconds(0)).await }
        })
        .collect();
    let mut won: Vec<Made> = Vec::new();
    for tried in tries.join_all().await {
        match tried {
            Ok(made) => won.push(made),
            Err(Refusal::RotatedMeanwhile) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    let mut live = 0;
    for made in &won {
        live += usize::from(good(&server.site, &made.secret).await.is_some());
    }
    assert_eq!(live, 1, "of {} who were told a new key", won.len());
    assert_eq!(good(&server.site, &first.secret).await, None);
    assert_eq!(Tables::of(&server.site).count("api_keys"), 1);
}
