//! Refreshing tokens at `/token`. RFC 6749 §6, RFC 9700 §4.14.2.

use signet::{crypto::refresh, domain::grant::RefreshToken, protocol::token::GrantType};

use crate::harness::{Seconds, Server, TestClient, TestUser, Tokens, cast, claims};

async fn tokens(app: &TestClient, user: &TestUser) -> Tokens {
    app.redeems(&user.approves(app).await).await.expect_tokens()
}

/// The tokens of a grant that dies with the browser session.
async fn session_bound(app: &TestClient, user: &TestUser) -> Tokens {
    let code = user.allows(user.asked_by(app).with("scope", "openid profile")).await;
    app.redeems(&code).await.expect_tokens()
}

#[tokio::test]
async fn each_refresh_brings_a_new_refresh_token() {
    let (server, app, alice) = cast().await;
    let mut current = tokens(&app, &alice).await;
    for _ in 0..3 {
        server.advance(Seconds::minutes(30)).await;
        let next = app.refreshes(current.refresh()).await.expect_tokens();
        assert_ne!(next.refresh(), current.refresh());
        assert_ne!(next.access_token, current.access_token);
        assert_eq!(next.scope, current.scope);
        app.userinfo(&next.access_token).await.expect_status(200);
        current = next;
    }
}

/// RFC 6749 §6: no wider than the original; a narrower one is for this answer only.
#[tokio::test]
async fn a_narrower_scope_does_not_narrow_the_grant() {
    let (_server, app, alice) = cast().await;
    let first = tokens(&app, &alice).await;
    let narrow = app.refreshes(first.refresh()).with("scope", "openid email").await.expect_tokens();
    assert_eq!(narrow.scope.as_deref(), Some("openid email"));
    assert_eq!(claims(&narrow.access_token)["scope"], "openid email");
    let without_openid = app.refreshes(narrow.refresh()).with("scope", "profile").await.expect_tokens();
    assert_eq!(without_openid.id_token, None);
    let wide = app.refreshes(without_openid.refresh()).await.expect_tokens();
    assert_eq!(wide.scope, first.scope);
    assert!(wide.id_token.is_some());
}

/// RFC 6749 §6: MUST NOT include any scope not originally granted. The refusal spends nothing.
#[tokio::test]
async fn a_broader_scope_is_refused_and_spends_nothing() {
    let server = Server::start().await;
    let app = server.client().scope("openid profile api:read offline_access").create().await;
    let alice = server.user("alice").await;
    let code = alice.allows(alice.asked_by(&app).with("scope", "openid offline_access")).await;
    let first = app.redeems(&code).await.expect_tokens();
    for scope in ["openid api:read", "made-up", "openid profile offline_access"] {
        app.refreshes(first.refresh()).with("scope", scope).await.expect_refusal("invalid_scope");
    }
    server.advance(Seconds::minutes(5)).await;
    app.refreshes(first.refresh()).await.expect_tokens();
}

/// A lost answer, or two tabs at once: the same successor again (Hydra 1831, Keycloak 14122).
#[tokio::test]
async fn within_the_grace_time_the_same_successor_comes_again() {
    let (server, app, alice) = cast().await;
    let first = tokens(&app, &alice).await;
    let second = app.refreshes(first.refresh()).await.expect_tokens();
    server.advance(Seconds(9)).await;
    let again = app.refreshes(first.refresh()).with("scope", "openid").await.expect_tokens();
    assert_eq!(again.refresh(), second.refresh());
    assert_ne!(again.access_token, second.access_token);
    assert_eq!(again.scope.as_deref(), Some("openid"));

    let third = app.refreshes(second.refresh()).await.expect_tokens();
    assert_eq!(third.scope, first.scope);
    app.userinfo(&third.access_token).await.expect_status(200);
}

/// RFC 9700 §4.14.2: reuse of an old refresh token revokes the whole family, its access tokens with it.
#[tokio::test]
async fn reuse_kills_the_family() {
    let (server, app, alice) = cast().await;
    let first = tokens(&app, &alice).await;
    let second = app.refreshes(first.refresh()).await.expect_tokens();
    server.advance(Seconds(10)).await;
    app.refreshes(first.refresh()).await.expect_refusal("invalid_grant");
    app.refreshes(second.refresh()).await.expect_refusal("invalid_grant");
    app.userinfo(&second.access_token).await.expect_refusal("invalid_token");
}

#[tokio::test]
async fn grace_is_for_the_generation_before_only() {
    let (_server, app, alice) = cast().await;
    let first = tokens(&app, &alice).await;
    let second = app.refreshes(first.refresh()).await.expect_tokens();
    let third = app.refreshes(second.refresh()).await.expect_tokens();
    app.refreshes(first.refresh()).await.expect_refusal("invalid_grant");
    app.refreshes(third.refresh()).await.expect_refusal("invalid_grant");
}

/// One family's reuse does not touch another's.
#[tokio::test]
async fn other_families_live_on() {
    let (server, app, alice) = cast().await;
    let (one, other) = (tokens(&app, &alice).await, tokens(&app, &alice).await);
    app.refreshes(one.refresh()).await.expect_tokens();
    server.advance(Seconds(10)).await;
    app.refreshes(one.refresh()).await.expect_refusal("invalid_grant");
    app.refreshes(other.refresh()).await.expect_tokens();
}

/// A restored backup knows less than the clients: what we made is taken, and the row moves forward.
#[tokio::test]
async fn a_token_ahead_of_the_row_is_taken() {
    let (server, app, alice) = cast().await;
    let first = tokens(&app, &alice).await;
    let ring = &server.site.core.ring;
    let token = refresh::parse(ring, first.refresh()).unwrap();
    let ahead = refresh::mint(ring, &RefreshToken { generation: 5, ..token });
    let next = app.refreshes(ahead.reveal()).await.expect_tokens();
    assert_eq!(refresh::parse(ring, next.refresh()).unwrap().generation, 6);
    server.advance(Seconds(10)).await;
    app.refreshes(next.refresh()).await.expect_tokens();
    app.refreshes(first.refresh()).await.expect_refusal("invalid_grant");
}

/// RFC 6749 §6, §10.4: the token is bound to the client. Another one changes nothing, however old the token.
#[tokio::test]
async fn a_wrong_client_changes_nothing() {
    let (server, app, alice) = cast().await;
    let thief = server.client().create().await;
    let first = tokens(&app, &alice).await;
    thief.refreshes(first.refresh()).await.expect_refusal("invalid_grant");
    let second = app.refreshes(first.refresh()).await.expect_tokens();
    server.advance(Seconds::minutes(1)).await;
    thief.refreshes(first.refresh()).await.expect_refusal("invalid_grant");
    app.refreshes(second.refresh()).await.expect_tokens();
}

/// RFC 6749 §10.4: nothing that can be guessed or altered is a refresh token.
#[tokio::test]
async fn an_altered_token_is_no_token() {
    let (_server, app, alice) = cast().await;
    let first = tokens(&app, &alice).await;
    let token = first.refresh();
    for at in [0, 1, 5, token.len() / 2, token.len() - 2] {
        let mut altered: Vec<char> = token.chars().collect();
        altered[at] = if altered[at] == 'A' { 'B' } else { 'A' };
        let altered: String = altered.into_iter().collect();
        app.refreshes(&altered).await.expect_refusal("invalid_grant");
    }
    for odd in [&token[1..], &format!("{token}AA"), &first.access_token, "x"] {
        app.refreshes(odd).await.expect_refusal("invalid_grant");
    }
    app.refreshes(token).await.expect_tokens();
}

/// A public client rotates as well; it only names itself.
#[tokio::test]
async fn a_public_client_rotates() {
    let server = Server::start().await;
    let (app, alice) = (server.client().public().create().await, server.user("alice").await);
    let first = tokens(&app, &alice).await;
    app.refreshes(first.refresh()).without("client_id").await.expect_refusal("invalid_client");
    let second = app.refreshes(first.refresh()).await.expect_tokens();
    assert_ne!(second.refresh(), first.refresh());
    server.advance(Seconds(10)).await;
    app.refreshes(first.refresh()).await.expect_refusal("invalid_grant");
    app.refreshes(second.refresh()).await.expect_refusal("invalid_grant");
}

/// FAPI 2.0 Security Profile §5.3.2.1: no rotation where the client is confidential.
#[tokio::test]
async fn a_static_token_stays_the_same() {
    let server = Server::start().await;
    let (app, alice) = (server.client().refresh_static().create().await, server.user("alice").await);
    let first = tokens(&app, &alice).await;
    for _ in 0..5 {
        server.advance(Seconds::days(20)).await;
        let again = app.refreshes(first.refresh()).await.expect_tokens();
        assert_eq!(again.refresh(), first.refresh());
    }
    server.advance(Seconds::days(30)).await;
    app.refreshes(first.refresh()).await.expect_refusal("invalid_grant");
}

/// Without `offline_access` the grant ends with the browser session.
#[tokio::test]
async fn a_session_bound_grant_ends_at_sign_out() {
    let (_server, app, alice) = cast().await;
    let bound = session_bound(&app, &alice).await;
    alice.signs_out().await;
    app.refreshes(bound.refresh()).await.expect_refusal("invalid_grant");
    app.userinfo(&bound.access_token).await.expect_refusal("invalid_token");
}

/// OpenID Connect Core §11: access while the user is not signed in.
#[tokio::test]
async fn offline_access_outlives_the_session() {
    let (_server, app, alice) = cast().await;
    let offline = tokens(&app, &alice).await;
    alice.signs_out().await;
    let next = app.refreshes(offline.refresh()).await.expect_tokens();
    app.userinfo(&next.access_token).await.expect_status(200);
}

/// A session that nobody uses ends after 14 days, and what is bound to it as well.
#[tokio::test]
async fn a_session_bound_grant_ends_when_the_session_expires() {
    let (server, app, alice) = cast().await;
    let bound = session_bound(&app, &alice).await;
    server.advance(Seconds::days(14)).await;
    app.refreshes(bound.refresh()).await.expect_refusal("invalid_grant");
}

/// Signing in again renews the session; it does not end what is bound to it.
#[tokio::test]
async fn a_session_bound_grant_lives_on_when_the_user_signs_in_again() {
    let (server, app, alice) = cast().await;
    let bound = session_bound(&app, &alice).await;
    server.advance(Seconds::minutes(5)).await;
    alice.browser.signs_in(&alice).await;
    app.refreshes(bound.refresh()).await.expect_tokens();
}

/// A restriction that is checked at sign-in is checked again at refresh (rauthy 0.32.4).
#[tokio::test]
async fn a_suspended_user_has_no_live_grant() {
    let (_server, app, alice) = cast().await;
    let offline = tokens(&app, &alice).await;
    alice.is_suspended().await;
    app.refreshes(offline.refresh()).await.expect_refusal("invalid_grant");
    app.userinfo(&offline.access_token).await.expect_refusal("invalid_token");
    alice.is_active_again().await;
    app.refreshes(offline.refresh()).await.expect_refusal("invalid_grant");
    tokens(&app, &alice).await;
}

#[tokio::test]
async fn a_withdrawn_consent_ends_the_grant() {
    let (_server, app, alice) = cast().await;
    let offline = tokens(&app, &alice).await;
    alice.withdraws(&app).await;
    app.refreshes(offline.refresh()).await.expect_refusal("invalid_grant");
    app.userinfo(&offline.access_token).await.expect_refusal("invalid_token");
}

/// A client that lost the grant type refreshes no more.
#[tokio::test]
async fn a_client_that_lost_the_grant_type_is_refused() {
    let (_server, app, alice) = cast().await;
    let offline = tokens(&app, &alice).await;
    app.changes(|members| members.grants = Some(vec![GrantType::AuthorizationCode])).await;
    app.refreshes(offline.refresh()).await.expect_refusal("unauthorized_client");
}

/// A client that lost a scope gets it no more, by an old grant neither.
#[tokio::test]
async fn a_client_that_lost_a_scope_gets_it_no_more() {
    let (_server, app, alice) = cast().await;
    let offline = tokens(&app, &alice).await;
    app.changes(|members| members.scope = signet::protocol::scope::Scope::parse("openid offline_access")).await;
    app.refreshes(offline.refresh()).with("scope", "openid email").await.expect_refusal("invalid_scope");
    let refreshed = app.refreshes(offline.refresh()).await.expect_tokens();
    assert_eq!(refreshed.scope.as_deref(), Some("openid offline_access"));
    app.changes(|members| members.scope = signet::protocol::scope::Scope::parse("profile")).await;
    app.refreshes(refreshed.refresh()).with("scope", "profile").await.expect_tokens();
    app.changes(|members| members.scope = signet::protocol::scope::Scope::parse("phone")).await;
    app.refreshes(refreshed.refresh()).await.expect_refusal("invalid_scope");
}

#[tokio::test]
async fn a_token_that_nobody_uses_ends_after_thirty_days() {
    let (server, app, alice) = cast().await;
    let first = tokens(&app, &alice).await;
    server.advance(Seconds::days(29)).await;
    let second = app.refreshes(first.refresh()).await.expect_tokens();
    server.advance(Seconds::days(30)).await;
    app.refreshes(second.refresh()).await.expect_refusal("invalid_grant");
}

/// However often it is used, and its last access token ends with it.
#[tokio::test]
async fn a_grant_ends_after_half_a_year() {
    let (server, app, alice) = cast().await;
    let mut current = tokens(&app, &alice).await;
    for _ in 0..8 {
        server.advance(Seconds::days(20)).await;
        current = app.refreshes(current.refresh()).await.expect_tokens();
    }
    server.advance(Seconds(20 * 86_400 - 600)).await;
    current = app.refreshes(current.refresh()).await.expect_tokens();
    assert_eq!(current.expires_in, 600);
    server.advance(Seconds(600)).await;
    app.refreshes(current.refresh()).await.expect_refusal("invalid_grant");
}

/// A clock that went back counts as no time: nobody is logged out by it.
#[tokio::test]
async fn grace_survives_a_clock_that_goes_back() {
    let (server, app, alice) = cast().await;
    server.advance(Seconds::hours(1)).await;
    let first = tokens(&app, &alice).await;
    let second = app.refreshes(first.refresh()).await.expect_tokens();
    server.advance(Seconds(-600)).await;
    assert_eq!(app.refreshes(first.refresh()).await.expect_tokens().refresh(), second.refresh());
}

#[tokio::test]
async fn without_a_grace_time_every_reuse_kills() {
    let server = Server::with(|settings| settings.tokens.refresh_grace_seconds = Seconds(0)).await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let first = tokens(&app, &alice).await;
    let second = app.refreshes(first.refresh()).await.expect_tokens();
    app.refreshes(first.refresh()).await.expect_refusal("invalid_grant");
    app.refreshes(second.refresh()).await.expect_refusal("invalid_grant");
}
