//! What an administrator finds of the requests that were refused: whose, why, and what differs.

mod authorize;
mod token;

use signet::{
    domain::{
        client::ClientId,
        refused::{Difference, Refused},
    },
    services::refused,
};

use crate::harness::{Server, TestClient};

fn of(app: &TestClient) -> Vec<Refused> {
    refused::list(&app.site.core, Some(&ClientId::parse(&app.id).unwrap()))
}

/// The newest one, which the client was told as `error`.
#[track_caller]
fn last(app: &TestClient, error: &str) -> Refused {
    let newest = of(app).into_iter().next().expect("nothing was kept");
    assert_eq!(newest.error.as_str(), error, "{newest:?}");
    newest
}

#[track_caller]
fn reason(app: &TestClient, error: &str, reason: &str) {
    assert_eq!(last(app, error).reason, reason);
}

#[track_caller]
fn differs(app: &TestClient, error: &str, difference: (&'static str, Option<&str>, &[&str])) {
    let (member, sent, registered) = difference;
    let expected = Difference {
        member,
        sent: sent.map(str::to_owned),
        registered: registered.iter().map(|&value| value.to_owned()).collect(),
    };
    assert_eq!(last(app, error).difference, Some(expected));
}

/// The whole ring as text.
fn everything(server: &Server) -> String {
    let core = &server.site.core;
    format!("{:?} {:?}", refused::list(core, None), refused::unknown(core))
}
