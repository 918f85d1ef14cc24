//! Organisations, who belongs to them, and groups.

use super::{
    ids::{GroupId, OrganisationId},
    time::Timestamp,
};

/// A company, a team, a tenant: what a user may belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    pub id: OrganisationId,
    pub name: String,
    pub created_at: Timestamp,
}

/// That a user belongs to an organisation, and as what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    pub organisation: Organisation,
    pub role: OrganisationRole,
}

/// What a user may do in an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrganisationRole {
    Member,
    Admin,
}

/// A named set of users, of the whole deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub id: GroupId,
    /// Unique.
    pub name: String,
    pub created_at: Timestamp,
}

impl OrganisationRole {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Member, Self::Admin].into_iter().find(|role| role.as_str() == text)
    }
}
