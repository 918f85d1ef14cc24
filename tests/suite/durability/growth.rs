//! Rows are written when something becomes true, and go when it has ended: traffic alone leaves nothing behind.

use std::collections::BTreeMap;

use signet::services::admin::purge;

use crate::{
    harness::{Seconds, Server, TestClient, TestUser},
    tables::{Rows, Tables},
};

fn writes(expected: &[(&str, i64)]) -> BTreeMap<String, i64> {
    expected.iter().map(|(act, times)| ((*act).to_owned(), *times)).collect()
}

/// A user who has signed in and allowed the application.
async fn returning(server: &Server, name: &str, app: &TestClient) -> TestUser {
    let user = server.user(name).await;
    user.approves(app).await;
    user
}

#[tokio::test]
async fn client_credentials_write_nothing() {
    let server = Server::start().await;
    let service = server.client().service("read:org").create().await;
    let mut tables = Tables::of(&server.site);
    let before = tables.rows();
    tables.watch();

    let service = &service;
    for _ in 0..40 {
        let asked: tokio::task::JoinSet<_> = (0..50).map(|_| service.asks_for_itself().into_future()).collect();
        for answer in asked.join_all().await {
            answer.expect_tokens();
        }
    }
    assert_eq!(tables.written(), writes(&[]));
    assert_eq!(tables.rows(), before);
}

/// A returning user costs nothing at /authorize, one row at /token, and one changed row for each refresh.
#[tokio::test]
async fn a_code_flow_is_one_insert_and_a_refresh_is_one_update() {
    let server = Server::start().await;
    let app = server.client().create().await;
    let alice = returning(&server, "alice", &app).await;
    let mut tables = Tables::of(&server.site);
    tables.watch();

    let code = alice.asked_by(&app).await.expect_code();
    assert_eq!(tables.written(), writes(&[]));
    let first = app.redeems(&code).await.expect_tokens();
    assert_eq!(tables.written(), writes(&[("INSERT grants", 1)]));
    let second = app.refreshes(first.refresh()).await.expect_tokens();
    assert_eq!(tables.written(), writes(&[("UPDATE grants", 1)]));
    app.refreshes(first.refresh()).await.expect_tokens();
    assert_eq!(tables.written(), writes(&[]), "the grace gives the same again");
    for token in [&second.access_token, second.refresh()] {
        app.introspects(token).await.expect_status(200);
    }
    app.userinfo(&second.access_token).await.expect_status(200);
    assert_eq!(tables.written(), writes(&[]), "looking is no use");
    app.revokes(second.refresh()).await.expect_status(200);
    assert_eq!(tables.written(), writes(&[("UPDATE grants", 1)]));
}

/// What is refused leaves nothing either, but for a code that it spends.
#[tokio::test]
async fn refusals_write_nothing_but_the_code_that_they_spend() {
    let server = Server::start().await;
    let app = server.client().create().await;
    let alice = returning(&server, "alice", &app).await;
    let code = alice.asked_by(&app).await.expect_code();
    let mut tables = Tables::of(&server.site);
    tables.watch();

    app.with_secret("wrong").redeems(&code).await.expect_refusal("invalid_client");
    app.refreshes("forged").await.expect_refusal("invalid_grant");
    app.refreshes(&code.value).await.expect_refusal("invalid_grant");
    app.introspects("forged").await.expect_status(200);
    app.revokes("forged").await.expect_status(200);
    assert_eq!(tables.written(), writes(&[]));
    app.redeems(&code).with("code_verifier", "v".repeat(43)).await.expect_refusal("invalid_grant");
    assert_eq!(tables.written(), writes(&[("INSERT grants", 1)]));
}

/// Hundreds of flows, and what stays is what is alive: sessions, grants up to the cap, consents.
#[tokio::test]
async fn after_many_flows_the_tables_hold_what_is_alive() {
    const USERS: i64 = 3;
    const FLOWS: i64 = 100;
    const CAP: i64 = 5;
    let server = Server::with(|settings| settings.tokens.grants_per_user_and_client = CAP).await;
    let app = server.client().create().await;
    let mut users = Vec::new();
    for n in 0..USERS {
        users.push(returning(&server, &format!("user{n}"), &app).await);
    }
    let mut tables = Tables::of(&server.site);
    let before = tables.rows();

    let flows: tokio::task::JoinSet<_> =
        users.iter().map(|user| flows(app.clone(), user.browser.clone(), FLOWS)).collect();
    flows.join_all().await;
    let live = "SELECT COUNT(*) AS number FROM grants WHERE revoked_at IS NULL";
    assert_eq!(tables.number(live), USERS * CAP);
    assert_eq!(grew(&before, &tables.rows()), writes(&[("grants", USERS * FLOWS)]));

    // A grant that was revoked is remembered until its code can be replayed no more.
    server.advance(Seconds(60 + 600 + 1)).await;
    let purged = purge::expired(&server.site.core).await.unwrap();
    assert_eq!(i64::try_from(purged.total()).unwrap(), USERS * (FLOWS - CAP));
    assert_eq!(grew(&before, &tables.rows()), writes(&[("grants", USERS * CAP)]));

    // When all has ended nothing is left of it; what people decided stays.
    server.advance(Seconds::days(400)).await;
    purge::expired(&server.site.core).await.unwrap();
    let after = tables.rows();
    assert_eq!((after["grants"], after["sessions"], after["consents"]), (0, 0, USERS));
}

async fn flows(app: TestClient, browser: crate::harness::Browser, times: i64) {
    for _ in 0..times {
        let code = app.authorize(&browser).await.expect_code();
        let tokens = app.redeems(&code).await.expect_tokens();
        app.refreshes(tokens.refresh()).await.expect_tokens();
    }
}

/// The tables that have more rows than before, and how many.
fn grew(before: &Rows, after: &Rows) -> Rows {
    let grown = after.iter().map(|(table, rows)| (table.clone(), rows - before[table]));
    grown.filter(|(_, rows)| *rows != 0).collect()
}

/// A revoked access token is remembered until it would have ended anyway.
#[tokio::test]
async fn a_revoked_access_token_goes_with_its_own_end() {
    let server = Server::start().await;
    let service = server.client().service("read:org").create().await;
    let token = service.asks_for_itself().await.expect_tokens().access_token;
    let mut tables = Tables::of(&server.site);
    service.revokes(&token).await.expect_status(200);
    service.revokes(&token).await.expect_status(200);
    assert_eq!(tables.count("revoked_tokens"), 1);

    server.advance(Seconds(3599)).await;
    purge::expired(&server.site.core).await.unwrap();
    assert_eq!(service.introspects(&token).await.json()["active"], false);
    server.advance(Seconds(2)).await;
    purge::expired(&server.site.core).await.unwrap();
    assert_eq!(tables.count("revoked_tokens"), 0);
}
