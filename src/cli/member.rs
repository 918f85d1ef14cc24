//! The members of organisations and groups, as commands answer.

use std::fmt;

use serde::Serialize;

use super::output::{Sheet, Table};
use crate::{
    domain::{time::Timestamp, user::User},
    services::admin::{groups, organisations},
};

#[derive(Serialize)]
pub(super) struct MemberShape {
    user_id: String,
    username: String,
    email: Option<String>,
    name: String,
    /// In an organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    since: String,
}

impl MemberShape {
    fn new(user: &User, role: Option<&'static str>, since: Timestamp) -> Self {
        Self {
            user_id: user.id.to_string(),
            username: user.username.clone(),
            email: user.email.clone(),
            name: user.display_name().to_owned(),
            role,
            since: since.rfc3339(),
        }
    }

    pub(super) fn table(members: &[Self]) -> Table {
        let mut table = Table::new(&["USER", "USERNAME", "NAME", "ROLE", "SINCE"]);
        for member in members {
            let role = member.role.unwrap_or("-");
            table.row(&[&member.user_id, &member.username, &member.name, &role, &member.since]);
        }
        table
    }
}

impl From<&organisations::Member> for MemberShape {
    fn from(member: &organisations::Member) -> Self {
        Self::new(&member.user, Some(member.role.as_str()), member.since)
    }
}

impl From<&groups::Member> for MemberShape {
    fn from(member: &groups::Member) -> Self {
        Self::new(&member.user, None, member.since)
    }
}

impl fmt::Display for MemberShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sheet = Sheet::default()
            .with("user", &self.user_id)
            .with("name", &self.name)
            .with("role", self.role.unwrap_or_default())
            .with("since", &self.since);
        write!(f, "A member from now on:\n\n{sheet}")
    }
}
