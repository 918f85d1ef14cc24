//! What is written, and what is left of it: state is written once, when it becomes true.

use std::collections::BTreeMap;

use signet::services::admin::purge;

use crate::harness::{Seconds, Server, cast};

/// What came to the tables between two counts.
fn added(before: &BTreeMap<String, i64>, after: &BTreeMap<String, i64>) -> Vec<(String, i64)> {
    let difference = |(table, rows): (&String, &i64)| (table.clone(), rows - before.get(table).unwrap_or(&0));
    after.iter().map(difference).filter(|(_, rows)| *rows != 0).collect()
}

#[tokio::test]
async fn a_services_tokens_leave_nothing_behind() {
    let server = Server::start().await;
    let service = server.client().service("api:read").create().await;
    let before = server.rows().await;
    for _ in 0..10 {
        let tokens = service.asks_for_itself().await.expect_tokens();
        service.introspects(&tokens.access_token).await.expect_status(200);
    }
    assert_eq!(added(&before, &server.rows().await), []);
}

/// A sign-in is a session, a consent is a consent, and a redeemed code is a grant; nothing else is kept.
#[tokio::test]
async fn each_row_is_something_that_became_true() {
    let (server, app, alice) = cast().await;
    let before = server.rows().await;
    for _ in 0..5 {
        alice.asked_by(&app).await.expect_page(200);
    }
    assert_eq!(added(&before, &server.rows().await), []);

    let code = alice.approves(&app).await;
    let one = |table: &str| (table.to_owned(), 1);
    assert_eq!(added(&before, &server.rows().await), [one("consents"), one("sessions")]);
    for _ in 0..5 {
        alice.asked_by(&app).await.expect_code();
    }
    let mut tokens = app.redeems(&code).await.expect_tokens();
    for _ in 0..5 {
        tokens = app.refreshes(tokens.refresh()).await.expect_tokens();
        app.userinfo(&tokens.access_token).await.expect_status(200);
        app.introspects(&tokens.access_token).await.expect_status(200);
    }
    app.redeems(&code).await.expect_refusal("invalid_grant");
    app.revokes(tokens.refresh()).await.expect_status(200);
    alice.browser.signs_in(&alice).await;
    // The client of `signs_in` is one more, with its secret.
    let written = [one("client_secrets"), one("clients"), one("consents"), one("grants"), one("sessions")];
    assert_eq!(added(&before, &server.rows().await), written);
}

/// Tables do not grow with the traffic: what has ended is purged (Hydra 1574, 3559, 3877).
#[tokio::test]
async fn what_has_ended_is_purged() {
    let (server, app, alice) = cast().await;
    let before = server.rows().await;
    for round in 0..6 {
        let code = alice.approves(&app).await;
        let tokens = app.redeems(&code).await.expect_tokens();
        match round % 3 {
            0 => app.revokes(&tokens.access_token).await.expect_status(200),
            1 => app.revokes(tokens.refresh()).await.expect_status(200),
            _ => app.redeems(&code).await.expect_refusal("invalid_grant"),
        };
        alice.signs_out().await;
    }
    let kept = server.rows().await;
    assert_eq!(
        added(&before, &kept),
        [("consents".to_owned(), 1), ("grants".to_owned(), 6), ("revoked_tokens".to_owned(), 2)]
    );

    // Grants that were revoked go when no replay is watched for any more, the others at their end.
    server.advance(Seconds::hours(2)).await;
    purge::expired(&server.site.core).await.unwrap();
    assert_eq!(added(&before, &server.rows().await), [("consents".to_owned(), 1), ("grants".to_owned(), 2)]);
    server.advance(Seconds::days(30)).await;
    purge::expired(&server.site.core).await.unwrap();
    assert_eq!(added(&before, &server.rows().await), [("consents".to_owned(), 1)]);
}
