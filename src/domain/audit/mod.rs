//! The audit log: what people and administrators did; never a row per token.

mod action;
mod chain;
mod filter;

use std::net::IpAddr;

pub use action::Action;
pub use chain::{Chained, End, Mark, Place, Written};
pub use filter::EventFilter;

use super::{
    ids::{EventId, UserId},
    time::Timestamp,
};

/// One entry. Rows are only ever added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub id: EventId,
    pub at: Timestamp,
    pub actor: Actor,
    /// Whose account it concerns.
    pub user_id: Option<UserId>,
    pub action: Action,
    pub outcome: Outcome,
    pub address: Option<IpAddr>,
    /// What the action was about: a session, a key, a client. Never a secret.
    pub detail: Option<String>,
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    User(UserId),
    /// An OAuth client with `client_credentials`.
    Client(String),
    /// An API key, by its id.
    Key(String),
    /// Somebody at the command line.
    Operator,
    /// Nobody who could say who they are.
    Anonymous,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    Refused,
}

impl Actor {
    /// How a row keeps it.
    pub fn text(&self) -> String {
        match self {
            Self::User(id) => id.as_str().to_owned(),
            Self::Client(id) => format!("client:{id}"),
            Self::Key(id) => id.clone(),
            Self::Operator => "operator".to_owned(),
            Self::Anonymous => "anonymous".to_owned(),
        }
    }

    pub fn parse(text: &str) -> Self {
        match text {
            "operator" => Self::Operator,
            "anonymous" => Self::Anonymous,
            _ => match (UserId::parse(text), text.strip_prefix("client:")) {
                (Some(id), _) => Self::User(id),
                (None, Some(client)) => Self::Client(client.to_owned()),
                (None, None) => Self::Key(text.to_owned()),
            },
        }
    }
}

impl Outcome {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Done, Self::Refused].into_iter().find(|outcome| outcome.as_str() == text)
    }
}
