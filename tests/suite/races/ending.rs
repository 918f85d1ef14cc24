//! What a token stands on ends at the moment at which the token is made: whatever the order, it is dead afterwards.

use crate::harness::operator;
use signet::services::admin::edition::Expected;
use std::{future::Future, pin::Pin, sync::Mutex};

use signet::{
    domain::{client::ClientId, ids::UserId, user::UserStatus},
    services::admin::users,
    store::consents,
};

use super::is_active;
use crate::{
    harness::{Answer, Request, Server, Site, TestClient, TestUser},
    program::eventually,
    tables::Tables,
};

/// Enough for both orders to happen.
const ROUNDS: usize = 6;

type Ending = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Starts both, by turns the one and the other first. In every third round on PostgreSQL the request has read
/// everything before the ending begins, and writes when that is over or cannot go on without it.
async fn race(round: usize, request: Request, ending: Ending, site: &Site) -> Answer {
    let ask = || tokio::spawn(request.clone().into_future());
    let tables = Mutex::new(Tables::of(site));
    if round.is_multiple_of(3) && tables.lock().unwrap().hold_grants() {
        let held_up = || tables.lock().unwrap().held_up();
        let asked = ask();
        eventually("held up", async || held_up() == 1).await;
        let ended = tokio::spawn(ending);
        eventually("over", async || ended.is_finished() || held_up() == 2).await;
        tables.lock().unwrap().execute("COMMIT");
        ended.await.unwrap();
        return asked.await.unwrap();
    }
    let (asked, ended) = if round.is_multiple_of(2) {
        let asked = ask();
        (asked, tokio::spawn(ending))
    } else {
        let ended = tokio::spawn(ending);
        tokio::task::yield_now().await;
        (ask(), ended)
    };
    ended.await.unwrap();
    asked.await.unwrap()
}

/// Nothing in the answer is good any more. The word is /userinfo's: a client that is disabled cannot ask itself.
async fn is_dead(app: &TestClient, answer: &Answer) {
    assert!([200, 400, 401].contains(&answer.status), "{answer:?} {}", answer.text());
    if answer.status == 200 {
        let tokens = answer.expect_tokens();
        app.userinfo(&tokens.access_token).await.expect_refusal("invalid_token");
        assert_ne!(app.refreshes(tokens.refresh()).await.status, 200);
    }
}

async fn cast() -> (Server, TestClient, TestUser) {
    let server = Server::start().await;
    // No offline_access: these grants die with the browser session.
    let app = server.client().scope("openid profile").create().await;
    let alice = server.user("alice").await;
    (server, app, alice)
}

async fn logout(user: &TestUser) -> Ending {
    let browser = user.browser.clone();
    browser.get("/logout").await.expect_status(200);
    Box::pin(async move {
        browser.submit(&[("decision", "logout")]).await.expect_status(200);
    })
}

fn withdrawal(user: &TestUser, app: &TestClient) -> Ending {
    let (core, user, client) = (user.site.core.clone(), UserId::parse(&user.id), ClientId::parse(&app.id));
    let (user, client) = (user.unwrap(), client.unwrap());
    Box::pin(async move {
        let work = move || core.store.write(|db| consents::delete(db, &user, &client));
        assert!(tokio::task::spawn_blocking(work).await.unwrap().unwrap());
    })
}

#[tokio::test]
async fn logout_beside_a_redemption_leaves_a_dead_token() {
    let (server, app, alice) = cast().await;
    for round in 0..ROUNDS {
        let code = alice.approves(&app).await;
        let ending = logout(&alice).await;
        let answer = race(round, app.redeems(&code), ending, &server.site).await;
        is_dead(&app, &answer).await;
    }
}

#[tokio::test]
async fn logout_beside_a_refresh_leaves_a_dead_token() {
    let (server, app, alice) = cast().await;
    for round in 0..ROUNDS {
        let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
        let ending = logout(&alice).await;
        let answer = race(round, app.refreshes(tokens.refresh()), ending, &server.site).await;
        is_dead(&app, &answer).await;
        assert!(!is_active(&app, &tokens.access_token).await);
    }
}

#[tokio::test]
async fn a_withdrawn_consent_beside_a_redemption_leaves_a_dead_token() {
    let (server, app, alice) = cast().await;
    for round in 0..ROUNDS {
        let code = alice.approves(&app).await;
        let answer = race(round, app.redeems(&code), withdrawal(&alice, &app), &server.site).await;
        is_dead(&app, &answer).await;
    }
}

#[tokio::test]
async fn a_withdrawn_consent_beside_a_refresh_leaves_a_dead_token() {
    let (server, app, alice) = cast().await;
    for round in 0..ROUNDS {
        let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
        let answer = race(round, app.refreshes(tokens.refresh()), withdrawal(&alice, &app), &server.site).await;
        is_dead(&app, &answer).await;
        assert!(!is_active(&app, &tokens.access_token).await);
    }
}

#[tokio::test]
async fn a_suspension_beside_a_redemption_leaves_a_dead_token() {
    let (server, app, _) = cast().await;
    for round in 0..ROUNDS {
        let user = server.user(&format!("user{round}")).await;
        let code = user.approves(&app).await;
        let (site, suspended) = (user.site.clone(), user.id.clone());
        let ending = Box::pin(async move {
            users::set_status(&site.core, &operator(), &suspended, UserStatus::Suspended).await.unwrap();
        });
        let answer = race(round, app.redeems(&code), ending, &server.site).await;
        is_dead(&app, &answer).await;
    }
}

#[tokio::test]
async fn a_deleted_user_beside_a_redemption_leaves_a_dead_token() {
    let (server, app, _) = cast().await;
    for round in 0..ROUNDS {
        let user = server.user(&format!("user{round}")).await;
        let code = user.approves(&app).await;
        let (site, deleted) = (user.site.clone(), user.id.clone());
        let ending = Box::pin(async move {
            users::delete(&site.core, &operator(), &deleted, Expected::Any).await.unwrap();
        });
        let mut answer = race(round, app.redeems(&code), ending, &server.site).await;
        if answer.status == 503 {
            // The account went between reading and writing: come again, says the answer.
            answer = app.redeems(&code).await;
        }
        is_dead(&app, &answer).await;
    }
}

#[tokio::test]
async fn a_disabled_client_beside_a_redemption_or_a_refresh_has_a_dead_token() {
    let (server, _, alice) = cast().await;
    for round in 0..ROUNDS {
        let app = server.client().create().await;
        let first = app.redeems(&alice.approves(&app).await).await.expect_tokens();
        let request = match round / 2 % 2 {
            0 => app.redeems(&alice.approves(&app).await),
            _ => app.refreshes(first.refresh()),
        };
        let disabled = app.clone();
        let answer = race(round, request, Box::pin(async move { disabled.is_disabled().await }), &server.site).await;
        is_dead(&app, &answer).await;
        app.userinfo(&first.access_token).await.expect_refusal("invalid_token");
    }
}

/// RFC 7009 §2: the refresh token takes the whole grant with it.
#[tokio::test]
async fn a_revocation_beside_a_refresh_leaves_a_dead_token() {
    let (server, app, alice) = cast().await;
    for round in 0..ROUNDS {
        let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
        let revocation = app.revokes(tokens.refresh());
        let ending = Box::pin(async move {
            revocation.await.expect_status(200);
        });
        let answer = race(round, app.refreshes(tokens.refresh()), ending, &server.site).await;
        is_dead(&app, &answer).await;
        assert!(!is_active(&app, &tokens.access_token).await);
    }
}

/// Somebody else's code does not suffer.
#[tokio::test]
async fn what_ends_for_one_user_goes_on_for_another() {
    let (server, app, alice) = cast().await;
    let bob = server.user("bob").await;
    let (alices, bobs) = (alice.approves(&app).await, bob.approves(&app).await);
    let (alices, bobs) = (app.redeems(&alices).await.expect_tokens(), app.redeems(&bobs).await.expect_tokens());
    logout(&alice).await.await;
    alice.is_suspended().await;

    assert!(!is_active(&app, &alices.access_token).await);
    assert!(is_active(&app, &bobs.access_token).await);
    app.refreshes(bobs.refresh()).await.expect_tokens();
}
