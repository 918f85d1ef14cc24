//! Where somebody is signed in, which applications have access, and ending both.

use signet::{
    domain::{
        audit::{Action, Outcome},
        client::ClientId,
        ids::{SessionId, UserId},
        secret::SecretDigest,
        session::Session,
    },
    services::{
        accounts::{self, Caller, Refusal, Thing},
        fault::Fault,
    },
    store,
};

use super::{is_signed_in, log, signs_in};
use crate::harness::{Answer, Method, PASSWORD, Seconds, Server, Site};

async fn devices(site: &Site, caller: &Caller) -> Vec<accounts::Device> {
    accounts::devices(&site.core, caller.clone()).await.unwrap()
}

#[tokio::test]
async fn the_sessions_of_an_account_are_listed_and_ended_one_by_one_or_all_others() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    server.user("bob").await;
    let (first, bob) = (signs_in(&server.site, "alice", PASSWORD).await, signs_in(&server.site, "bob", PASSWORD).await);
    server.advance(Seconds(10)).await;
    let second = signs_in(&server.site, "alice", PASSWORD).await;
    let listed = devices(&server.site, &second).await;
    assert_eq!(listed.iter().map(|device| device.current).collect::<Vec<_>>(), [true, false], "newest first");

    let others = devices(&server.site, &bob).await[0].session.id.clone();
    let foreign = accounts::end_device(&server.site.core, second.clone(), others).await;
    assert!(matches!(foreign, Err(Refusal::NotFound(Thing::Session))), "{foreign:?}");
    assert!(is_signed_in(&server.site, &bob).await);

    accounts::end_device(&server.site.core, second.clone(), listed[1].session.id.clone()).await.unwrap();
    assert!(!is_signed_in(&server.site, &first).await);
    let again = accounts::end_device(&server.site.core, second.clone(), listed[1].session.id.clone()).await;
    assert!(matches!(again, Err(Refusal::NotFound(Thing::Session))));

    signs_in(&server.site, "alice", PASSWORD).await;
    signs_in(&server.site, "alice", PASSWORD).await;
    assert_eq!(accounts::end_other_devices(&server.site.core, second.clone()).await.unwrap(), 2);
    assert_eq!(devices(&server.site, &second).await.len(), 1);
    accounts::logout(&server.site.core, second.clone()).await.unwrap();
    assert!(!is_signed_in(&server.site, &second).await);
    let seen = log(&server.site, &UserId::parse(&alice.id).unwrap()).await;
    for action in [Action::Logout, Action::EndSession] {
        assert!(seen.contains(&(action, Outcome::Done)), "{seen:?}");
    }
}

/// Whoever signs in without end does not fill the database.
#[tokio::test]
async fn of_more_than_a_hundred_sessions_the_oldest_ends() {
    let server = Server::start().await;
    server.user("alice").await;
    let oldest = signs_in(&server.site, "alice", PASSWORD).await;
    let session = devices(&server.site, &oldest).await[0].session.clone();
    server.advance(Seconds(1)).await;
    let more = server.site.core.run(move |core| {
        let now = core.clock.now();
        let more = |n| Session { id: SessionId::new(now, [n; 10]), secret: SecretDigest([n; 32]), ..session.clone() };
        Ok::<_, Fault>(core.store.write(|db| (1..100).try_for_each(|n| store::sessions::insert(db, &more(n))))?)
    });
    more.await.unwrap();
    assert!(is_signed_in(&server.site, &oldest).await);
    server.advance(Seconds(1)).await;
    let newest = signs_in(&server.site, "alice", PASSWORD).await;
    assert!(is_signed_in(&server.site, &newest).await);
    assert!(!is_signed_in(&server.site, &oldest).await);
}

#[tokio::test]
async fn applications_are_shown_with_what_they_may_do_and_lose_it_at_once() {
    let server = Server::start().await;
    let app = server.client().name("Photo Printer").scope("openid profile offline_access").create().await;
    let alice = server.user("alice").await;
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    signs_in_at_comind(&server).await;
    let caller = signs_in(&server.site, "alice", PASSWORD).await;

    let found = accounts::applications(&server.site.core, caller.clone()).await.unwrap();
    let [shown] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(shown.client.name, "Photo Printer");
    assert!(shown.scopes.contains(&("openid".to_owned(), "Confirm who you are".to_owned())), "{:?}", shown.scopes);
    assert_eq!(shown.last_used_at.map(signet::domain::time::Timestamp::unix), Some(server.now()));

    let client = ClientId::parse(&app.id).unwrap();
    accounts::withdraw(&server.site.core, caller.clone(), client.clone()).await.unwrap();
    app.refreshes(tokens.refresh()).await.expect_refusal("invalid_grant");
    app.userinfo(&tokens.access_token).await.expect_refusal("invalid_token");
    assert!(accounts::applications(&server.site.core, caller.clone()).await.unwrap().is_empty());
    for absent in [client, ClientId::parse("account-comind").unwrap()] {
        let again = accounts::withdraw(&server.site.core, caller.clone(), absent).await;
        assert!(matches!(again, Err(Refusal::NotFound(Thing::Application))), "{again:?}");
    }
}

async fn posts(server: &Server, path: &str, body: &serde_json::Value) -> Answer {
    server.request(Method::POST, path).raw("application/json", body.to_string()).await
}

/// A pair of tokens.
struct Pair {
    access: String,
    refresh: String,
}

async fn signs_in_at_comind(server: &Server) -> Pair {
    let body = serde_json::json!({"email": "alice@example.com", "password": PASSWORD});
    let answer = posts(server, "/v1/auth/login", &body).await.expect_status(200).json();
    let member = |name: &str| answer[name].as_str().unwrap().to_owned();
    Pair { access: member("access_token"), refresh: member("refresh_token") }
}

async fn is_known_at_comind(server: &Server, tokens: &Pair) -> bool {
    server.request(Method::GET, "/v1/auth/me").bearer(&tokens.access).await.status == 200
}

/// comind's logout shows both tokens in the body; either is enough, however old it is.
#[tokio::test]
async fn a_logout_by_tokens_ends_the_session_of_either() {
    let server = Server::start().await;
    server.user("alice").await;
    let only_access = |tokens: &Pair| serde_json::json!({"access_token": tokens.access});
    let only_refresh = |tokens: &Pair| serde_json::json!({"refresh_token": tokens.refresh});
    let ways: [&dyn Fn(&Pair) -> serde_json::Value; 2] = [&only_access, &only_refresh];
    for shown in ways {
        let (here, there) = (signs_in_at_comind(&server).await, signs_in_at_comind(&server).await);
        posts(&server, "/v1/auth/logout", &shown(&here)).await.expect_status(200);
        assert!(!is_known_at_comind(&server, &here).await && is_known_at_comind(&server, &there).await);
        let refreshed = posts(&server, "/v1/auth/refresh", &only_refresh(&here)).await;
        refreshed.expect_status(401);
        // Once more is no error: it is over.
        posts(&server, "/v1/auth/logout", &shown(&here)).await.expect_status(200);
    }
    let tokens = signs_in_at_comind(&server).await;
    server.advance(Seconds::hours(2)).await;
    posts(&server, "/v1/auth/logout", &only_access(&tokens)).await.expect_status(200);
    posts(&server, "/v1/auth/refresh", &only_refresh(&tokens)).await.expect_status(401);
}

/// The token of an application that Alice let in opens and closes nothing here.
#[tokio::test]
async fn a_logout_takes_tokens_of_its_own_mount_only() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let foreign = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let strange = [
        serde_json::json!({"access_token": foreign.access_token}),
        serde_json::json!({"refresh_token": foreign.refresh()}),
        serde_json::json!({"access_token": "made up", "refresh_token": "made up"}),
    ];
    for body in strange {
        posts(&server, "/v1/auth/logout", &body).await.expect_status(401);
    }
    app.userinfo(&foreign.access_token).await.expect_status(200);
}
