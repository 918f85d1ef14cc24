//! Which entries of the audit log somebody asks for.

use super::{Action, Actor, Outcome, Written};
use crate::domain::{
    ids::{EventId, UserId},
    time::Timestamp,
};

/// What an entry must be; a member that is absent asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    pub actor: Option<Actor>,
    /// Whose account it concerns.
    pub user_id: Option<UserId>,
    pub action: Option<Action>,
    pub outcome: Option<Outcome>,
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// A part of the detail, in any case.
    pub detail: Option<String>,
}

impl EventFilter {
    /// The ids that may be: `from` the first one, before the second one. An id begins with its moment.
    pub fn ids(&self) -> (Option<EventId>, Option<EventId>) {
        let first = |at| EventId::new(at, [0; 10]);
        (self.from.map(first), self.until.map(first))
    }

    pub fn admits(&self, row: &Written) -> bool {
        let (from, until) = self.ids();
        self.actor.as_ref().is_none_or(|actor| actor.text() == row.actor)
            && self.user_id.as_ref().is_none_or(|user| row.user_id.as_deref() == Some(user.as_str()))
            && self.action.is_none_or(|action| action.as_str() == row.action)
            && self.outcome.is_none_or(|outcome| outcome.as_str() == row.outcome)
            && from.is_none_or(|first| first.as_str() <= row.id.as_str())
            && until.is_none_or(|end| row.id.as_str() < end.as_str())
            && self.detail.as_deref().is_none_or(|part| contains(row.detail.as_deref(), part))
    }
}

fn contains(detail: Option<&str>, part: &str) -> bool {
    let part = part.trim().to_lowercase();
    part.is_empty() || detail.is_some_and(|detail| detail.to_lowercase().contains(&part))
}
