//! The database is away: nobody is told yes or no, nothing is lost, and the server recovers by itself.

use reqwest::Method;
use signet::config::Settings;
use tokio::task::JoinSet;

use super::wire::{Busy, Wire};
use crate::{
    harness::{Answer, Request, Seconds, Server, TestClient, TestUser, Tokens},
    program::{CALLBACK, Installation, eventually},
    tables::Tables,
};

/// A server whose database goes away and comes back.
struct Stage {
    server: Server,
    wire: Option<Wire>,
    busy: Option<Busy>,
    app: TestClient,
    alice: TestUser,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Outage {
    /// No connection is free: so it looks when the database answers nobody.
    Busy,
    /// PostgreSQL is gone from the network.
    Cut,
}

impl Stage {
    /// `None`: this database cannot fail in that way.
    async fn set(outage: Outage, change: fn(&mut Settings)) -> Option<Self> {
        let mut wire = None;
        let server = Server::with(|settings| {
            settings.database.wait_milliseconds = 2000;
            if let Some((through, url)) =
                Some(()).filter(|()| outage == Outage::Cut).and_then(|()| Wire::to(&settings.database.url))
            {
                settings.database.url = url;
                wire = Some(through);
            }
            change(settings);
        })
        .await;
        if outage == Outage::Cut && wire.is_none() {
            return None;
        }
        let (app, alice) = (server.client().create().await, server.user("alice").await);
        Some(Self { server, wire, busy: None, app, alice })
    }

    fn begins(&mut self) {
        match &self.wire {
            Some(wire) => wire.cut(),
            None => self.busy = Some(Busy::all(&self.server.site.core)),
        }
    }

    async fn ends(&mut self) {
        self.busy = None;
        if let Some(wire) = &self.wire {
            wire.mend();
        }
        eventually("ready again", async || self.server.get("/readyz").await.status == 200).await;
    }

    async fn tokens(&self) -> Tokens {
        self.app.redeems(&self.alice.approves(&self.app).await).await.expect_tokens()
    }
}

async fn at_once(requests: impl IntoIterator<Item = Request>) -> Vec<Answer> {
    requests.into_iter().map(IntoFuture::into_future).collect::<JoinSet<Answer>>().join_all().await
}

#[track_caller]
fn expect_later(answer: &Answer) {
    answer.expect_status(503);
    let seconds = answer.header("retry-after").expect("Retry-After");
    assert!(seconds.parse::<u32>().unwrap() > 0);
    assert_eq!(answer.location(), None);
}

/// A client that was known a moment before, and tokens that were good.
#[tokio::test]
async fn without_its_database_the_server_tells_nobody_yes_or_no_and_loses_nothing() {
    for outage in [Outage::Busy, Outage::Cut] {
        let Some(mut stage) = Stage::set(outage, |settings| settings.clients.cache_seconds = Seconds(60)).await else {
            continue;
        };
        let (held, app) = (stage.tokens().await, stage.app.clone());
        let code = stage.alice.approves(&app).await;
        let stranger = stage.server.browser();
        app.authorize(&stranger).await.expect_page(200);
        app.introspects(&held.access_token).await.expect_status(200);

        stage.begins();
        let asked = [
            app.redeems(&code),
            app.refreshes(held.refresh()),
            app.introspects(&held.access_token),
            app.introspects(held.refresh()),
            app.userinfo(&held.access_token),
            app.revokes(&held.access_token),
            app.revokes(held.refresh()),
        ];
        for answer in at_once(asked).await {
            expect_later(&answer);
            assert_eq!(answer.expect_private_json().json()["error"], "temporarily_unavailable");
        }
        expect_later(&stage.alice.asked_by(&app).await.answer);
        expect_later(&stage.alice.asked_by(&app).with("prompt", "none").await.answer);
        expect_later(&stage.alice.browser.get("/logout").await);
        expect_later(&stranger.submit(&stage.alice.credentials()).await);

        stage.ends().await;
        assert_eq!(app.introspects(&held.access_token).await.json()["active"], true);
        app.redeems(&code).await.expect_tokens();
        app.refreshes(held.refresh()).await.expect_tokens();
        stage.alice.asked_by(&app).await.expect_code();
    }
}

/// What needs no query is answered as always.
#[tokio::test]
async fn without_its_database_the_server_still_knows_a_forgery_its_keys_and_itself() {
    for outage in [Outage::Busy, Outage::Cut] {
        let Some(mut stage) = Stage::set(outage, |settings| settings.clients.cache_seconds = Seconds(60)).await else {
            continue;
        };
        let (held, app) = (stage.tokens().await, stage.app.clone());
        let mut code = stage.alice.approves(&app).await;
        code.value = forged(&code.value);
        stage.server.get("/.well-known/openid-configuration").await.expect_status(200);
        stage.begins();

        app.redeems(&code).await.expect_refusal("invalid_grant");
        app.refreshes(&forged(held.refresh())).await.expect_refusal("invalid_grant");
        app.userinfo(&forged(&held.access_token)).await.expect_refusal("invalid_token");
        for token in [&held.access_token, held.refresh()] {
            let answer = app.introspects(&forged(token)).await;
            assert_eq!(answer.expect_status(200).text(), r#"{"active":false}"#);
            app.revokes(&forged(token)).await.expect_status(200);
        }
        app.with_secret("wrong").refreshes(held.refresh()).await.expect_refusal("invalid_client");
        for path in ["/jwks", "/.well-known/openid-configuration", "/healthz"] {
            stage.server.get(path).await.expect_status(200);
        }
        let ready = stage.server.get("/readyz").await;
        assert_eq!(ready.expect_status(503).json()["database"], false);
        stage.ends().await;
    }
}

/// One character of the middle is another one.
fn forged(token: &str) -> String {
    let (head, tail) = token.split_at(token.len() / 2);
    let other = if tail.starts_with('A') { 'B' } else { 'A' };
    format!("{head}{other}{}", &tail[1..])
}

/// A client that has to be looked up is neither known nor unknown.
#[tokio::test]
async fn without_its_database_no_client_is_called_unknown() {
    for outage in [Outage::Busy, Outage::Cut] {
        let Some(mut stage) = Stage::set(outage, |settings| settings.clients.cache_seconds = Seconds(0)).await else {
            continue;
        };
        let (held, app) = (stage.tokens().await, stage.app.clone());
        stage.begins();
        let nobody = TestClient { id: "nobody".to_owned(), ..app.clone() };
        let asked = [
            app.refreshes(held.refresh()),
            app.with_secret("wrong").refreshes(held.refresh()),
            nobody.refreshes(held.refresh()),
            app.introspects("forged"),
            app.asks_for_itself(),
        ];
        at_once(asked).await.iter().for_each(expect_later);
        expect_later(&nobody.authorize(&stage.server.browser()).await.answer);
        stage.ends().await;
        app.refreshes(held.refresh()).await.expect_tokens();
    }
}

/// Connections break in the middle of transactions: what was answered counts, and what was not can be asked again.
#[tokio::test]
async fn connections_that_break_under_load_lose_no_refresh_token() {
    let Some(mut stage) = Stage::set(Outage::Cut, |_| {}).await else { return };
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(stage.tokens().await.refresh().to_owned());
    }
    for _ in 0..3 {
        let chains: JoinSet<String> = held.drain(..).map(|token| chain(stage.app.clone(), token)).collect();
        stage.begins();
        held = chains.join_all().await;
        stage.ends().await;
        for token in &mut held {
            *token = stage.app.refreshes(token).await.expect_tokens().refresh().to_owned();
        }
    }
}

/// Refreshes until it is told to come again; the token to come with.
async fn chain(app: TestClient, mut token: String) -> String {
    loop {
        let answer = app.refreshes(&token).await;
        if answer.status == 503 {
            expect_later(&answer);
            return token;
        }
        answer.expect_tokens().refresh().clone_into(&mut token);
    }
}

/// Another program (a backup, a person with `sqlite3`) holds SQLite's write lock: reading goes on, writing comes later.
#[tokio::test]
async fn a_locked_sqlite_file_is_no_fault_and_no_refusal() {
    let Some(stage) = Stage::set(Outage::Busy, |_| {}).await else { return };
    if !stage.server.site.core.store.is_sqlite() {
        return;
    }
    let (held, app) = (stage.tokens().await, stage.app.clone());
    let code = stage.alice.approves(&app).await;
    let mut other = Tables::of(&stage.server.site);
    other.execute("BEGIN IMMEDIATE");

    let asked = [app.refreshes(held.refresh()), app.redeems(&code), app.revokes(held.refresh())];
    let waiting: JoinSet<Answer> = asked.into_iter().map(IntoFuture::into_future).collect();
    assert_eq!(app.introspects(&held.access_token).await.json()["active"], true);
    app.userinfo(&held.access_token).await.expect_status(200);
    waiting.join_all().await.iter().for_each(expect_later);

    other.execute("ROLLBACK");
    app.refreshes(held.refresh()).await.expect_tokens();
    app.redeems(&code).await.expect_tokens();
}

/// Beyond the admission limit nobody waits behind a slow database: one request is worked on, one stands in line.
#[tokio::test]
async fn beyond_the_admission_limit_the_answer_is_later_and_comes_at_once() {
    let one_and_one = |settings: &mut Settings| {
        settings.http.threads = 1;
        settings.http.admission = 1;
        settings.database.wait_milliseconds = 60_000;
        settings.clients.cache_seconds = Seconds(60);
    };
    let Some(mut stage) = Stage::set(Outage::Busy, one_and_one).await else { return };
    let (held, app) = (stage.tokens().await, stage.app.clone());
    let code = stage.alice.approves(&app).await;

    stage.begins();
    let kinds = [app.introspects(&held.access_token), app.userinfo(&held.access_token)];
    let asked = std::iter::repeat_n(kinds, 6).flatten();
    let mut asked: JoinSet<Answer> = asked.map(IntoFuture::into_future).collect();
    // The first may be refused while the one before it is handed over, so one or two are left.
    while asked.len() > 2 {
        expect_later(&asked.join_next().await.unwrap().unwrap());
    }
    stage.server.get("/healthz").await.expect_status(200);
    stage.busy = None;
    let admitted = asked.join_all().await.iter().filter(|answer| answer.status == 200).count();
    assert!(admitted >= 1, "nobody was let in");

    app.redeems(&code).await.expect_tokens();
    app.refreshes(held.refresh()).await.expect_tokens();
}

/// The real program: an outage that is longer than its keyring may be old, and nobody restarts it.
#[tokio::test]
async fn after_a_long_outage_the_program_recovers_by_itself() {
    let mut installation = Installation::fresh();
    let Some(wire) = installation.through_a_wire() else { return };
    installation.set("SIGNET_KEYS__JWKS_MAX_AGE_SECONDS", "1").set("SIGNET_KEYS__REFRESH_SECONDS", "1");
    installation.set("SIGNET_DATABASE__WAIT_MILLISECONDS", "1000");
    let _running = installation.serve().await;
    let site = installation.site().await;
    let (app, alice) = (installation.client(&site, &CALLBACK), installation.user(&site, "alice"));
    let held = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let ready = async || site.request(Method::GET, "/readyz").await;

    wire.cut();
    eventually("not ready", async || ready().await.status == 503).await;
    // Its keyring is too old to sign when nobody may keep its keys any more.
    let jwks = async || site.request(Method::GET, "/jwks").await;
    eventually("too old", async || jwks().await.header("cache-control") == Some("public, max-age=0")).await;
    expect_later(&app.userinfo(&held.access_token).await);
    assert_eq!(site.request(Method::GET, "/healthz").await.status, 200);
    wire.mend();
    eventually("ready again", async || ready().await.status == 200).await;
    app.userinfo(&held.access_token).await.expect_status(200);
    app.refreshes(held.refresh()).await.expect_tokens();
}
