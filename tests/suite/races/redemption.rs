//! Of many redemptions of one code one wins, and whatever comes after it revokes. RFC 6749 §4.1.2, §10.5.

use signet::services::admin::purge;

use super::{MANY, at_once, cast, in_step, is_active, times};
use crate::{
    harness::{Answer, Auth, Code, Seconds, Tokens},
    tables::Tables,
};

fn won(answers: &[Answer]) -> Vec<Tokens> {
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    for answer in lost {
        answer.expect_refusal("invalid_grant");
    }
    won.into_iter().map(Answer::expect_tokens).collect()
}

#[tokio::test]
async fn of_many_parallel_redemptions_one_wins_and_its_tokens_are_dead() {
    let (server, app, alice) = cast().await;
    let code = alice.approves(&app).await;

    let won = won(&in_step(&server.site, times(&app.redeems(&code))).await);
    let [tokens] = won.as_slice() else { panic!("{} redemptions of {MANY} succeeded", won.len()) };
    assert!(!is_active(&app, &tokens.access_token).await);
    assert!(!is_active(&app, tokens.refresh()).await);
    app.refreshes(tokens.refresh()).await.expect_refusal("invalid_grant");
    app.userinfo(&tokens.access_token).await.expect_refusal("invalid_token");
}

#[tokio::test]
async fn a_second_redemption_revokes_what_the_first_one_brought() {
    let (_server, app, alice) = cast().await;
    let code = alice.approves(&app).await;
    let tokens = app.redeems(&code).await.expect_tokens();
    let newer = app.refreshes(tokens.refresh()).await.expect_tokens();
    assert!(is_active(&app, &newer.access_token).await);

    app.redeems(&code).await.expect_refusal("invalid_grant");
    for token in [&tokens.access_token, &newer.access_token] {
        assert!(!is_active(&app, token).await);
    }
    app.refreshes(newer.refresh()).await.expect_refusal("invalid_grant");
}

/// Another code of the same user and client is another grant.
#[tokio::test]
async fn a_replay_revokes_no_other_grant() {
    let (_server, app, alice) = cast().await;
    let (first, second) = (alice.approves(&app).await, alice.approves(&app).await);
    app.redeems(&first).await.expect_tokens();
    let tokens = app.redeems(&second).await.expect_tokens();

    app.redeems(&first).await.expect_refusal("invalid_grant");
    assert!(is_active(&app, &tokens.access_token).await);
    app.refreshes(tokens.refresh()).await.expect_tokens();
}

/// The thief may be late, too.
#[tokio::test]
async fn a_replay_revokes_until_ten_minutes_after_the_codes_end() {
    let (server, app, alice) = cast().await;
    let code = alice.approves(&app).await;
    let tokens = app.redeems(&code).await.expect_tokens();

    server.advance(Seconds(60 + 599)).await;
    purge::expired(&server.site.core).await.unwrap();
    assert!(is_active(&app, &tokens.access_token).await);
    app.redeems(&code).await.expect_refusal("invalid_grant");
    assert!(!is_active(&app, &tokens.access_token).await);
    app.refreshes(tokens.refresh()).await.expect_refusal("invalid_grant");
}

/// An old address in a log or a history is no kill switch.
#[tokio::test]
async fn after_that_an_old_code_is_only_refused() {
    let (server, app, alice) = cast().await;
    let code = alice.approves(&app).await;
    let tokens = app.redeems(&code).await.expect_tokens();

    server.advance(Seconds(60 + 600)).await;
    for answer in at_once(times(&app.redeems(&code))).await {
        answer.expect_refusal("invalid_grant");
    }
    assert!(is_active(&app, &tokens.access_token).await);
    app.refreshes(tokens.refresh()).await.expect_tokens();
}

#[tokio::test]
async fn a_code_that_was_never_redeemed_ends_and_leaves_nothing() {
    let (server, app, alice) = cast().await;
    let code = alice.approves(&app).await;
    server.advance(Seconds(60)).await;
    app.redeems(&code).await.expect_refusal("invalid_grant");
    assert_eq!(Tables::of(&server.site).count("grants"), 0);
}

#[tokio::test]
async fn a_failed_redemption_by_the_right_client_spends_the_code() {
    let (_server, app, alice) = cast().await;
    let foreign_verifier = alice.approves(&app).await.verifier;
    let spoil: [fn(&mut Code, Option<String>); 5] = [
        |code, foreign| code.verifier = foreign,
        |code, _| code.verifier = Some("too-short".to_owned()),
        |code, _| code.verifier = None,
        |code, _| code.redirect_uri = Some("https://app.example/other".to_owned()),
        |code, _| code.redirect_uri = None,
    ];
    for spoil in spoil {
        let code = alice.approves(&app).await;
        let mut spoilt = code.clone();
        spoil(&mut spoilt, foreign_verifier.clone());
        app.redeems(&spoilt).await.expect_refusal("invalid_grant");
        app.redeems(&code).await.expect_refusal("invalid_grant");
    }
}

/// A guess at the verifier and the real redemption at the same moment: nothing good is left over.
#[tokio::test]
async fn a_wrong_redemption_beside_the_right_one_leaves_no_live_token() {
    let (server, app, alice) = cast().await;
    let code = alice.approves(&app).await;
    let wrong = Code { verifier: Some("w".repeat(43)), ..code.clone() };
    let pairs = (0..MANY / 2).flat_map(|_| [app.redeems(&wrong), app.redeems(&code)]);

    let won = won(&in_step(&server.site, pairs).await);
    assert!(won.len() < 2, "{} succeeded", won.len());
    for tokens in won {
        assert!(!is_active(&app, &tokens.access_token).await);
        app.refreshes(tokens.refresh()).await.expect_refusal("invalid_grant");
    }
}

#[tokio::test]
async fn a_wrong_client_changes_nothing() {
    let (server, app, alice) = cast().await;
    let (other, public) = (server.client().create().await, server.client().public().create().await);
    let code = alice.approves(&app).await;
    let unproved = [app.with_secret("not the secret"), app.by(Auth::None)];

    for stranger in [&other, &public] {
        stranger.redeems(&code).await.expect_refusal("invalid_grant");
    }
    for stranger in &unproved {
        stranger.redeems(&code).await.expect_refusal("invalid_client");
    }
    let tokens = app.redeems(&code).await.expect_tokens();
    for stranger in [&other, &public] {
        stranger.redeems(&code).await.expect_refusal("invalid_grant");
    }
    for stranger in &unproved {
        stranger.redeems(&code).await.expect_refusal("invalid_client");
    }
    assert!(is_active(&app, &tokens.access_token).await);
    app.refreshes(tokens.refresh()).await.expect_tokens();
}

/// A client without refresh tokens: its grant is watched as long.
#[tokio::test]
async fn a_replay_revokes_where_there_is_no_refresh_token() {
    let server = crate::harness::Server::start().await;
    let code_only = [signet::protocol::token::GrantType::AuthorizationCode];
    let app = server.client().grants(&code_only).member(|members| members.access_seconds = Some(3600)).create().await;
    let code = server.user("alice").await.approves(&app).await;
    let tokens = app.redeems(&code).await.expect_tokens();
    assert_eq!(tokens.refresh_token, None);

    server.advance(Seconds(600)).await;
    purge::expired(&server.site.core).await.unwrap();
    app.redeems(&code).await.expect_refusal("invalid_grant");
    assert!(!is_active(&app, &tokens.access_token).await);
}
