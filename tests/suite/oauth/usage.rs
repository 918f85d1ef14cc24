//! How often a client was given tokens: counted in memory, and written by each node once a minute.

use crate::harness::operator;
use signet::services::admin::edition::Expected;
use signet::{
    domain::{client::ClientId, time::Timestamp, usage::ClientUsage},
    jobs,
    services::{admin::clients, core::Core, usage},
};

use crate::{
    harness::{CONTRACTS, PASSWORD, Seconds, Server, TestClient, cast},
    tables::Tables,
};

async fn of(app: &TestClient) -> ClientUsage {
    of_id(&app.site.core, &app.id).await
}

async fn of_id(core: &Core, id: &str) -> ClientUsage {
    let id = ClientId::parse(id).unwrap();
    core.run(move |core| usage::of(core, &id)).await.unwrap()
}

async fn flush(core: &Core) {
    core.run(usage::flush).await.unwrap();
}

fn today(usage: &ClientUsage) -> i64 {
    usage.days.last().unwrap().1
}

#[tokio::test]
async fn every_grant_counts_and_a_refusal_does_not() {
    let (server, app, alice) = cast().await;
    let service = server.client().service("read:org").create().await;
    assert_eq!((of(&app).await.last_used, today(&of(&app).await)), (None, 0));
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    server.advance(Seconds(30)).await;
    app.refreshes(tokens.refresh()).await.expect_tokens();
    app.refreshes("forged").await.expect_refusal("invalid_grant");
    service.asks_for_itself().await.expect_tokens();
    let core = &server.site.core;
    for _ in 0..2 {
        let (of_app, of_service) = (of(&app).await, of(&service).await);
        assert_eq!((today(&of_app), today(&of_service)), (2, 1));
        assert_eq!((of_app.days.len(), of_app.last_used), (30, Some(Timestamp::from_unix(server.now()))));
        assert_eq!((core.run(usage::today).await.unwrap(), usage::rate(core)), (3, 3));
        flush(core).await;
    }
    server.advance(Seconds(31)).await;
    assert_eq!(usage::rate(core), 2);
    service.asks_for_itself().await.expect_tokens();
    server.advance(Seconds::days(1)).await;
    service.asks_for_itself().await.expect_tokens();
    flush(core).await;
    let days = of(&service).await.days;
    assert_eq!(days[27..].iter().map(|day| day.1).collect::<Vec<_>>(), [0, 2, 1]);
    assert_eq!(days[29].0, days[28].0 + 1);
}

#[tokio::test]
async fn a_login_at_the_account_api_counts_for_its_contract() {
    let server = Server::documented().await;
    let alice = server.user("alice").await;
    for contract in CONTRACTS {
        server.site.signs_in(contract, &alice.email, PASSWORD).await;
    }
    assert_eq!(server.site.core.run(usage::today).await.unwrap(), i64::try_from(CONTRACTS.len()).unwrap());
}

/// What is issued meanwhile, and whoever else flushes: each token is written once.
#[tokio::test]
async fn of_20_parallel_flushes_each_token_is_written_once() {
    let server = Server::start().await;
    let service = server.client().service("read:org").create().await;
    let core = &server.site.core;
    for _ in 0..20 {
        let issued: tokio::task::JoinSet<_> = (0..5).map(|_| service.asks_for_itself().into_future()).collect();
        let flushed: tokio::task::JoinSet<_> =
            (0..20).map(|_| core.clone()).map(|core| async move { flush(&core).await }).collect();
        tokio::join!(issued.join_all(), flushed.join_all());
    }
    assert_eq!(today(&of(&service).await), 100);
    flush(core).await;
    assert_eq!(Tables::of(&server.site).number("SELECT tokens AS number FROM client_usage"), 100);
}

#[tokio::test]
async fn what_cannot_be_written_stays_counted() {
    let server = Server::start().await;
    let service = server.client().service("read:org").create().await;
    let (core, mut tables) = (&server.site.core, Tables::of(&server.site));
    service.asks_for_itself().await.expect_tokens();
    tables.execute("ALTER TABLE client_usage RENAME TO away");
    assert!(core.run(usage::flush).await.is_err());
    tables.execute("ALTER TABLE away RENAME TO client_usage");
    service.asks_for_itself().await.expect_tokens();
    flush(core).await;
    assert_eq!(tables.number("SELECT tokens AS number FROM client_usage"), 2);
}

#[tokio::test]
async fn a_client_that_was_deleted_takes_its_usage_with_it_and_holds_up_nobody() {
    let server = Server::start().await;
    let (gone, stays) =
        (server.client().service("read:org").create().await, server.client().service("read:org").create().await);
    let (core, mut tables) = (&server.site.core, Tables::of(&server.site));
    gone.asks_for_itself().await.expect_tokens();
    flush(core).await;
    gone.asks_for_itself().await.expect_tokens();
    stays.asks_for_itself().await.expect_tokens();
    clients::delete(core, &operator(), &gone.id, Expected::Any).await.unwrap();
    assert_eq!(tables.count("client_usage"), 0);
    flush(core).await;
    assert_eq!((tables.count("client_usage"), today(&of(&stays).await)), (1, 1));
}

#[tokio::test]
async fn what_was_counted_is_written_when_the_jobs_end() {
    let server = Server::start().await;
    let service = server.client().service("read:org").create().await;
    let jobs = jobs::start(&server.site.core);
    service.asks_for_itself().await.expect_tokens();
    jobs.stop().await;
    assert_eq!(Tables::of(&server.site).count("client_usage"), 1);
}
