//! What many do at the same moment: codes, refresh tokens, and the ends of what they stand on.

mod ending;
mod redemption;
mod refresh;

use tokio::task::JoinSet;

use crate::harness::{Answer, Request, Server, TestClient, TestUser};

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

fn times(request: &Request) -> impl Iterator<Item = Request> {
    std::iter::repeat_n(request, MANY).cloned()
}

/// What the client is told of a token of its own.
async fn is_active(app: &TestClient, token: &str) -> bool {
    let answer = app.introspects(token).await;
    answer.expect_status(200).json()["active"].as_bool().unwrap()
}
