//! One family, many refreshes: the same successor within the grace, the end of the grant after it. RFC 9700 §4.14.2.

use std::collections::BTreeSet;

use super::{MANY, at_once, cast, in_step, is_active, times};
use crate::{
    harness::{Answer, Seconds, Tokens},
    tables::Tables,
};

/// The refresh tokens that all of these answers hold.
fn successors(answers: &[Tokens]) -> BTreeSet<&str> {
    answers.iter().map(Tokens::refresh).collect()
}

fn all(answers: &[Answer]) -> Vec<Tokens> {
    answers.iter().map(Answer::expect_tokens).collect()
}

#[tokio::test]
async fn parallel_refreshes_bring_the_same_successor_and_live_access_tokens() {
    let (server, app, alice) = cast().await;
    let first = app.redeems(&alice.approves(&app).await).await.expect_tokens();

    let refreshed = all(&in_step(&server.site, times(&app.refreshes(first.refresh()))).await);
    let successors = successors(&refreshed);
    assert_eq!(successors.len(), 1, "two branches of one family");
    assert!(!successors.contains(first.refresh()));
    let fresh: BTreeSet<_> = refreshed.iter().map(|tokens| &tokens.access_token).collect();
    assert_eq!(fresh.len(), MANY);
    for tokens in &refreshed {
        assert!(is_active(&app, &tokens.access_token).await);
    }
    let highest = Tables::of(&server.site).number("SELECT MAX(generation) AS number FROM grants");
    assert_eq!(highest, 1, "one rotation, not {MANY}");
}

/// A lost answer, a second tab: the one before may come again for ten seconds, however often.
#[tokio::test]
async fn within_the_grace_the_one_before_brings_the_same_successor() {
    let (server, app, alice) = cast().await;
    let first = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let second = app.refreshes(first.refresh()).await.expect_tokens();

    server.advance(Seconds(9)).await;
    let again = all(&at_once(times(&app.refreshes(first.refresh()))).await);
    assert_eq!(successors(&again), BTreeSet::from([second.refresh()]));
    app.refreshes(second.refresh()).await.expect_tokens();
}

/// The grace is counted from the rotation, not from the last time it was used.
#[tokio::test]
async fn the_grace_is_not_prolonged_by_its_use() {
    let (server, app, alice) = cast().await;
    let first = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    app.refreshes(first.refresh()).await.expect_tokens();
    server.advance(Seconds(6)).await;
    app.refreshes(first.refresh()).await.expect_tokens();
    server.advance(Seconds(6)).await;
    app.refreshes(first.refresh()).await.expect_refusal("invalid_grant");
}

#[tokio::test]
async fn parallel_reuse_after_the_grace_is_refused_and_the_grant_dies() {
    let (server, app, alice) = cast().await;
    let first = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let second = app.refreshes(first.refresh()).await.expect_tokens();
    assert!(is_active(&app, &second.access_token).await);

    server.advance(Seconds(10)).await;
    for answer in in_step(&server.site, times(&app.refreshes(first.refresh()))).await {
        answer.expect_refusal("invalid_grant");
    }
    app.refreshes(second.refresh()).await.expect_refusal("invalid_grant");
    for token in [&first.access_token, &second.access_token] {
        assert!(!is_active(&app, token).await);
    }
}

/// Two generations back is reuse at any time.
#[tokio::test]
async fn the_one_before_the_last_is_reuse_even_within_the_grace() {
    let (_server, app, alice) = cast().await;
    let first = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let second = app.refreshes(first.refresh()).await.expect_tokens();
    let third = app.refreshes(second.refresh()).await.expect_tokens();

    app.refreshes(first.refresh()).await.expect_refusal("invalid_grant");
    app.refreshes(third.refresh()).await.expect_refusal("invalid_grant");
}

/// The thief and the client at the same moment after the grace: whoever is first, nothing good is left.
#[tokio::test]
async fn reuse_beside_a_rotation_leaves_no_live_token() {
    let (server, app, alice) = cast().await;
    for _ in 0..4 {
        let first = app.redeems(&alice.approves(&app).await).await.expect_tokens();
        let second = app.refreshes(first.refresh()).await.expect_tokens();
        server.advance(Seconds(10)).await;

        let answers = in_step(&server.site, [app.refreshes(second.refresh()), app.refreshes(first.refresh())]).await;
        for answer in answers.iter().filter(|answer| answer.status == 200) {
            let tokens = answer.expect_tokens();
            assert!(!is_active(&app, &tokens.access_token).await);
            app.refreshes(tokens.refresh()).await.expect_refusal("invalid_grant");
        }
        assert!(!is_active(&app, &second.access_token).await);
    }
}

#[tokio::test]
async fn a_wrong_client_neither_refreshes_nor_revokes() {
    let (server, app, alice) = cast().await;
    let other = server.client().create().await;
    let first = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let second = app.refreshes(first.refresh()).await.expect_tokens();
    server.advance(Seconds(60)).await;

    for token in [first.refresh(), second.refresh()] {
        other.refreshes(token).await.expect_refusal("invalid_grant");
        assert!(!is_active(&other, token).await);
    }
    assert!(is_active(&app, &second.access_token).await);
    app.refreshes(second.refresh()).await.expect_tokens();
}

/// A refusal for another reason (here the scope) is no use of the token.
#[tokio::test]
async fn a_refused_refresh_rotates_nothing() {
    let (server, app, alice) = cast().await;
    let first = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    app.refreshes(first.refresh()).with("scope", "openid read:org").await.expect_refusal("invalid_scope");
    server.advance(Seconds(60)).await;
    app.refreshes(first.refresh()).await.expect_tokens();
}

#[tokio::test]
async fn a_static_refresh_token_stays_the_same() {
    let server = crate::harness::Server::start().await;
    let app = server.client().refresh_static().create().await;
    let first = app.redeems(&server.user("alice").await.approves(&app).await).await.expect_tokens();
    for _ in 0..2 {
        let refreshed = all(&at_once(times(&app.refreshes(first.refresh()))).await);
        assert_eq!(successors(&refreshed), BTreeSet::from([first.refresh()]));
        server.advance(Seconds::days(20)).await;
    }
    app.refreshes(first.refresh()).await.expect_tokens();
}

/// After a restored backup clients hold newer tokens than the rows know: nobody is logged out.
#[tokio::test]
async fn a_generation_ahead_of_the_row_is_accepted_and_the_row_follows() {
    let (server, app, alice) = cast().await;
    let mut newest = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let mut older = newest.clone();
    for _ in 0..3 {
        older = newest;
        newest = app.refreshes(older.refresh()).await.expect_tokens();
    }
    let mut tables = Tables::of(&server.site);
    tables.execute("UPDATE grants SET generation = 0");
    server.advance(Seconds::hours(1)).await;

    let refreshed = all(&in_step(&server.site, times(&app.refreshes(newest.refresh()))).await);
    assert_eq!(successors(&refreshed).len(), 1);
    assert_eq!(tables.number("SELECT generation AS number FROM grants"), 4);
    assert!(is_active(&app, &refreshed[0].access_token).await);
    app.refreshes(older.refresh()).await.expect_refusal("invalid_grant");
    assert!(!is_active(&app, &refreshed[0].access_token).await);
}
