//! What many do at the same moment: codes, refresh tokens, and the ends of what they stand on.

mod ending;
mod password;
mod redemption;
mod refresh;

use std::sync::Mutex;

use tokio::task::JoinSet;

use crate::{
    harness::{Answer, Request, Server, Site, TestClient, TestUser},
    program::eventually,
    tables::Tables,
};

/// As many as a wild client would send at once.
const MANY: usize = 20;

async fn cast() -> (Server, TestClient, TestUser) {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    (server, app, alice)
}

/// Sends all of them without waiting for any.
async fn at_once(requests: impl IntoIterator<Item = Request>) -> Vec<Answer> {
    let sent: JoinSet<Answer> = requests.into_iter().map(IntoFuture::into_future).collect();
    sent.join_all().await
}

/// The same with requests that write. On PostgreSQL as many as it has connections are let read, held up before they
/// write, and then let go: what each of them read is what the others are about to change.
async fn in_step(site: &Site, requests: impl IntoIterator<Item = Request>) -> Vec<Answer> {
    let mut tables = Tables::of(site);
    let held = tables.hold_grants();
    let sent: JoinSet<Answer> = requests.into_iter().map(IntoFuture::into_future).collect();
    if held {
        let all = i64::from(site.core.settings.database.readers).min(i64::try_from(sent.len()).unwrap());
        let tables = Mutex::new(tables);
        eventually("held up", async || tables.lock().unwrap().held_up() >= all).await;
        tables.lock().unwrap().execute("COMMIT");
    }
    sent.join_all().await
}

fn times(request: &Request) -> impl Iterator<Item = Request> {
    std::iter::repeat_n(request, MANY).cloned()
}

/// What the client is told of a token of its own.
async fn is_active(app: &TestClient, token: &str) -> bool {
    let answer = app.introspects(token).await;
    answer.expect_status(200).json()["active"].as_bool().unwrap()
}
