//! When a key is good, on which node, and what its use leaves behind. Contracts 16.

use crate::harness::operator;
use signet::services::admin::edition::Expected;
use signet::{
    app::{self, Migrate},
    domain::{time::Timestamp, user::Role},
    services::{
        admin::{self, users},
        api_keys::{self, NewKey},
        clock::Clock,
    },
};

use super::{cast, good, has_role, made, plain, with_scope};
use crate::{
    harness::{Seconds, Site},
    tables::Tables,
};

/// Another node over the same database, with a clock of its own.
async fn another_node(site: &Site) -> Site {
    let (settings, now) = (site.core.settings.clone(), site.core.clock.now());
    let core = tokio::task::spawn_blocking(move || app::open(settings, Clock::manual(now), Migrate::Never).unwrap());
    Site { core: core.await.unwrap(), ..site.clone() }
}

/// No node remembers a key.
#[tokio::test]
async fn a_revoked_key_is_refused_at_once_on_every_node() {
    let (server, _, caller) = cast().await;
    let other = another_node(&server.site).await;
    let (one, two) = (made(&server.site, &caller, plain()).await, made(&server.site, &caller, plain()).await);
    assert!(good(&other, &one.secret).await.is_some() && good(&other, &two.secret).await.is_some());

    api_keys::revoke(&server.site.core, caller.clone(), one.key.id).await.unwrap();
    assert_eq!((good(&other, &one.secret).await, good(&server.site, &one.secret).await), (None, None));
    let fresh = api_keys::rotate(&server.site.core, caller, two.key.id, Seconds(0)).await.unwrap();
    assert_eq!(good(&other, &two.secret).await, None);
    assert!(good(&other, &fresh.secret).await.is_some());
}

#[tokio::test]
async fn a_key_is_dead_while_its_user_is_suspended() {
    let (server, alice, caller) = cast().await;
    let key = made(&server.site, &caller, plain()).await.secret;
    alice.is_suspended().await;
    assert_eq!(good(&server.site, &key).await, None);
    alice.is_active_again().await;
    assert!(good(&server.site, &key).await.is_some());
    users::delete(&server.site.core, &operator(), &alice.id, Expected::Any).await.unwrap();
    assert_eq!(good(&server.site, &key).await, None);
}

#[tokio::test]
async fn a_key_ends_on_its_day() {
    let (server, _, caller) = cast().await;
    let short = made(&server.site, &caller, NewKey { expires_in_days: Some(1), ..plain() }).await;
    let endless = made(&server.site, &caller, plain()).await;
    server.advance(Seconds(86_399)).await;
    assert!(good(&server.site, &short.secret).await.is_some());
    server.advance(Seconds(1)).await;
    assert_eq!(good(&server.site, &short.secret).await, None);
    assert!(good(&server.site, &endless.secret).await.is_some());
    let listed = api_keys::list(&server.site.core, caller.clone()).await.unwrap();
    assert_eq!(listed.iter().map(|key| &key.id).collect::<Vec<_>>(), [&endless.key.id]);
    assert!(api_keys::find(&server.site.core, caller, short.key.id).await.is_err());
}

/// A key never has more than its maker, who may be an administrator no more.
#[tokio::test]
async fn the_key_of_a_former_administrator_administers_nothing() {
    let (server, alice, caller) = cast().await;
    has_role(&alice, Role::Admin).await;
    let own = made(&server.site, &caller, with_scope("admin:users read:org")).await.secret;
    let given = admin::api_keys::create(&server.site.core, &operator(), "alice", with_scope("admin:users read:org"))
        .await
        .unwrap();
    assert_eq!(good(&server.site, &own).await.as_deref(), Some("admin:users read:org"));
    has_role(&alice, Role::Member).await;
    assert_eq!(good(&server.site, &own).await.as_deref(), Some("read:org"));
    assert_eq!(good(&server.site, &given.secret).await.as_deref(), Some("admin:users read:org"));
}

/// A busy key costs a write a minute, and most of its uses none.
#[tokio::test]
async fn the_last_use_is_written_at_most_once_a_minute() {
    let (server, _, caller) = cast().await;
    let key = made(&server.site, &caller, plain()).await;
    let mut tables = Tables::of(&server.site);
    tables.watch();
    let mut writes = async |server: &crate::harness::Server| {
        for _ in 0..5 {
            assert!(good(&server.site, &key.secret).await.is_some());
        }
        tables.written().into_iter().collect::<Vec<_>>()
    };
    let once = [("UPDATE api_keys".to_owned(), 1)];
    assert_eq!(writes(&server).await, once);
    server.advance(Seconds(60)).await;
    assert_eq!(writes(&server).await, []);
    server.advance(Seconds(1)).await;
    assert_eq!(writes(&server).await, once);
    let used = api_keys::list(&server.site.core, caller).await.unwrap().remove(0).last_used_at;
    assert_eq!(used.map(Timestamp::unix), Some(server.now()));
}

/// What is no key, and a key of nobody, writes nothing.
#[tokio::test]
async fn a_dead_key_leaves_no_trace() {
    let (server, alice, caller) = cast().await;
    let key = made(&server.site, &caller, plain()).await;
    alice.is_suspended().await;
    let mut tables = Tables::of(&server.site);
    tables.watch();
    assert_eq!(good(&server.site, &key.secret).await, None);
    assert!(tables.written().is_empty());
}
