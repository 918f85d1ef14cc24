//! `/revoke`. RFC 7009.

use crate::harness::{Answer, Method, Seconds, Server, TestClient, TestUser, Tokens, cast};

async fn tokens(app: &TestClient, user: &TestUser) -> Tokens {
    app.redeems(&user.approves(app).await).await.expect_tokens()
}

/// RFC 7009 §2.2: 200, and the body is of no interest. Browser libraries refuse a text/plain one.
fn expect_done(answer: &Answer) {
    answer.expect_status(200);
    assert_eq!((answer.text(), answer.header("content-type")), ("", None));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

/// RFC 7009 §2.1: the access token ends; the grant behind it does not have to.
#[tokio::test]
async fn an_access_token_is_revoked_by_itself() {
    let (_server, app, alice) = cast().await;
    let tokens = tokens(&app, &alice).await;
    let other = app.refreshes(tokens.refresh()).await.expect_tokens();
    expect_done(&app.revokes(&tokens.access_token).await);
    app.userinfo(&tokens.access_token).await.expect_refusal("invalid_token");
    app.userinfo(&other.access_token).await.expect_status(200);
    app.refreshes(other.refresh()).await.expect_tokens();
}

/// RFC 7009 §2.1: with the refresh token SHOULD go the access tokens of the same grant.
#[tokio::test]
async fn a_refresh_token_takes_the_whole_grant() {
    let (_server, app, alice) = cast().await;
    let tokens = tokens(&app, &alice).await;
    expect_done(&app.revokes(tokens.refresh()).await);
    app.refreshes(tokens.refresh()).await.expect_refusal("invalid_grant");
    app.userinfo(&tokens.access_token).await.expect_refusal("invalid_token");
}

/// Whoever has lost the newest token revokes with an older one.
#[tokio::test]
async fn any_generation_takes_the_whole_grant() {
    let (server, app, alice) = cast().await;
    let first = tokens(&app, &alice).await;
    let second = app.refreshes(first.refresh()).await.expect_tokens();
    let third = app.refreshes(second.refresh()).await.expect_tokens();
    server.advance(Seconds::minutes(5)).await;
    expect_done(&app.revokes(first.refresh()).await);
    app.refreshes(third.refresh()).await.expect_refusal("invalid_grant");
    app.userinfo(&third.access_token).await.expect_refusal("invalid_token");
}

/// RFC 7009 §2.1: the server verifies that the token was issued to this client.
#[tokio::test]
async fn a_client_revokes_only_its_own_tokens() {
    let (server, app, alice) = cast().await;
    let other = server.client().create().await;
    let tokens = tokens(&app, &alice).await;
    for token in [tokens.access_token.as_str(), tokens.refresh()] {
        other.revokes(token).await.expect_refusal("invalid_request");
    }
    app.userinfo(&tokens.access_token).await.expect_status(200);
    app.refreshes(tokens.refresh()).await.expect_tokens();
}

/// RFC 7009 §2.2: an invalid token is no error, the client cannot do anything about it.
#[tokio::test]
async fn what_is_no_token_any_more_is_revoked_already() {
    let (server, app, alice) = cast().await;
    let tokens = tokens(&app, &alice).await;
    for token in ["x", "a.b.c", tokens.id()] {
        expect_done(&app.revokes(token).await);
    }
    for _ in 0..2 {
        expect_done(&app.revokes(tokens.refresh()).await);
        expect_done(&app.revokes(&tokens.access_token).await);
    }
    server.advance(Seconds::days(40)).await;
    expect_done(&app.revokes(&tokens.access_token).await);
    expect_done(&app.revokes(tokens.refresh()).await);
}

/// RFC 7009 §2.1, §2.2: a hint is no more than a hint.
#[tokio::test]
async fn a_wrong_hint_is_ignored() {
    let (_server, app, alice) = cast().await;
    let (one, two) = (tokens(&app, &alice).await, tokens(&app, &alice).await);
    expect_done(&app.revokes(&one.access_token).with("token_type_hint", "refresh_token").await);
    app.userinfo(&one.access_token).await.expect_refusal("invalid_token");
    expect_done(&app.revokes(two.refresh()).with("token_type_hint", "made_up").await);
    app.refreshes(two.refresh()).await.expect_refusal("invalid_grant");
}

/// RFC 7009 §2.1: a public client names itself.
#[tokio::test]
async fn a_public_client_revokes_by_its_name() {
    let server = Server::start().await;
    let (app, alice) = (server.client().public().create().await, server.user("alice").await);
    let tokens = tokens(&app, &alice).await;
    app.revokes(tokens.refresh()).without("client_id").await.expect_refusal("invalid_client");
    expect_done(&app.revokes(tokens.refresh()).await);
    app.refreshes(tokens.refresh()).await.expect_refusal("invalid_grant");
}

/// RFC 7009 §2.1: `token` is REQUIRED, in the body of a POST.
#[tokio::test]
async fn the_request_is_a_form_with_one_token() {
    let (server, app, alice) = cast().await;
    let tokens = tokens(&app, &alice).await;
    server.get("/revoke").await.expect_status(405);
    app.post("/revoke").await.expect_refusal("invalid_request");
    app.revokes("one").and("token", "two").await.expect_refusal("invalid_request");
    app.post("/revoke").query("token", tokens.refresh()).await.expect_refusal("invalid_request");
    app.with_secret("wrong").revokes(tokens.refresh()).await.expect_refusal("invalid_client");
    server.request(Method::POST, "/revoke").with("token", tokens.refresh()).await.expect_refusal("invalid_client");
    app.refreshes(tokens.refresh()).await.expect_tokens();
}

/// RFC 6749 §4.1.2: a code that was replayed after its grant was revoked brings nothing back.
#[tokio::test]
async fn a_revoked_grant_stays_revoked() {
    let (_server, app, alice) = cast().await;
    let code = alice.approves(&app).await;
    let tokens = app.redeems(&code).await.expect_tokens();
    expect_done(&app.revokes(tokens.refresh()).await);
    app.redeems(&code).await.expect_refusal("invalid_grant");
    let next = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    app.userinfo(&next.access_token).await.expect_status(200);
    app.userinfo(&tokens.access_token).await.expect_refusal("invalid_token");
}
