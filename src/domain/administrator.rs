//! Administrators: what they may do by their role or by the scopes of a credential, and whose clients they reach.

use std::net::IpAddr;

use super::{
    audit::Actor,
    ids::UserId,
    user::{Role, User},
};
use crate::protocol::scope::Scope;

/// A part of the administration; the scopes are called after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// Clients, scopes and resources, and what was refused.
    Clients,
    /// People, organisations, groups, API keys, and where people sign in.
    Users,
    /// Signing keys.
    Keys,
    /// The audit log.
    Audit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
}

/// One thing that an administrator may do.
pub type Right = (Area, Access);

/// Which clients an administrator sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    All,
    /// Those that this user owns.
    Own(UserId),
}

/// Who administers, from where, and what that one may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Administrator {
    pub actor: Actor,
    pub address: Option<IpAddr>,
    pub reach: Reach,
    rights: Vec<Right>,
}

impl Area {
    pub const ALL: [Self; 4] = [Self::Clients, Self::Users, Self::Keys, Self::Audit];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clients => "clients",
            Self::Users => "users",
            Self::Keys => "keys",
            Self::Audit => "audit",
        }
    }

    /// `admin:clients` reads and writes, `admin:clients:read` only reads.
    pub fn scope(self, access: Access) -> String {
        match access {
            Access::Read => format!("admin:{}:read", self.as_str()),
            Access::Write => format!("admin:{}", self.as_str()),
        }
    }
}

impl Administrator {
    /// Somebody at the command line of the server itself.
    pub fn operator() -> Self {
        Self { actor: Actor::Operator, address: None, reach: Reach::All, rights: every_right() }
    }

    /// Somebody by role; without a role of an administrator there is no right.
    pub fn person(user: &User, address: Option<IpAddr>) -> Self {
        let actor = Actor::User(user.id.clone());
        Self { actor, address, reach: reach(user), rights: rights_of_role(user.role) }
    }

    /// A program by the scopes that it was given.
    pub fn program(actor: Actor, scope: &Scope, address: Option<IpAddr>) -> Self {
        Self { actor, address, reach: Reach::All, rights: rights_of_scope(scope) }
    }

    /// A program that acts for `user`: no more than that one may.
    #[must_use]
    pub fn on_behalf_of(self, user: &User) -> Self {
        let theirs = rights_of_role(user.role);
        let rights = self.rights.into_iter().filter(|right| theirs.contains(right)).collect();
        Self { reach: reach(user), rights, ..self }
    }

    pub fn may(&self, area: Area, access: Access) -> bool {
        self.rights.contains(&(area, access))
    }

    /// Whether there is anything to administer at all.
    pub fn has_rights(&self) -> bool {
        !self.rights.is_empty()
    }

    /// Whether nothing is kept from this one: only such a one makes others administrators.
    pub fn may_everything(&self) -> bool {
        self.reach == Reach::All && every_right().iter().all(|right| self.rights.contains(right))
    }

    /// Whether this one may let others carry `scope`: nobody gives away what is not theirs.
    pub fn may_give(&self, scope: &str) -> bool {
        self.may_everything()
            || !acts_on_others(scope)
            || right(scope).is_some_and(|right| self.reach == Reach::All && self.rights.contains(&right))
    }

    /// Whether this one may look after a client of this owner.
    pub fn reaches(&self, owner: Option<&UserId>) -> bool {
        match &self.reach {
            Reach::All => true,
            Reach::Own(own) => owner == Some(own),
        }
    }
}

/// What acts on other people's accounts, or on the server: `admin:users`, `auth:sso` and their like. Nobody gets them unasked.
pub fn acts_on_others(scope: &str) -> bool {
    scope.starts_with("admin:") || scope == "auth:sso"
}

/// What this server itself asks for at a door of its own.
pub fn is_built_in(scope: &str) -> bool {
    right(scope).is_some() || scope == "auth:sso"
}

/// Whether somebody of this role may let a program of theirs carry this scope.
pub fn role_may_give(role: Role, scope: &str) -> bool {
    let own = || right(scope).is_some_and(|right| rights_of_role(role).contains(&right));
    role == Role::Admin || !acts_on_others(scope) || own()
}

/// What somebody of this role leaves of a scope that a program of theirs was given: reading, where they may not write.
pub fn role_leaves(role: Role, scope: &str) -> Option<String> {
    if role_may_give(role, scope) {
        return Some(scope.to_owned());
    }
    let reading = right(scope).map(|(area, _)| area.scope(Access::Read));
    reading.filter(|reading| role_may_give(role, reading))
}

fn reach(user: &User) -> Reach {
    match user.role {
        Role::ClientManager => Reach::Own(user.id.clone()),
        Role::Member | Role::Admin | Role::Auditor => Reach::All,
    }
}

fn rights_of_role(role: Role) -> Vec<Right> {
    match role {
        Role::Member => Vec::new(),
        Role::Admin => every_right(),
        Role::Auditor => Area::ALL.into_iter().map(|area| (area, Access::Read)).collect(),
        Role::ClientManager => vec![(Area::Clients, Access::Read), (Area::Clients, Access::Write)],
    }
}

fn rights_of_scope(scope: &Scope) -> Vec<Right> {
    let held = |area: Area, access: Access| scope.contains(&area.scope(access));
    let allows = |(area, access): &Right| held(*area, *access) || held(*area, Access::Write);
    every_right().into_iter().filter(allows).collect()
}

/// The right that a scope is called after.
fn right(scope: &str) -> Option<Right> {
    every_right().into_iter().find(|(area, access)| area.scope(*access) == scope)
}

fn every_right() -> Vec<Right> {
    Area::ALL.into_iter().flat_map(|area| [(area, Access::Read), (area, Access::Write)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        time::Timestamp,
        user::{Profile, UserStatus},
    };

    const NOW: Timestamp = Timestamp::from_unix(1_000);

    fn user(role: Role) -> User {
        User {
            id: UserId::new(NOW, [1; 10]),
            username: "alice".to_owned(),
            email: None,
            email_verified: false,
            profile: Profile::default(),
            status: UserStatus::Active,
            role,
            privileges: vec![],
            attributes: std::collections::BTreeMap::new(),
            version: 1,
            created_at: NOW,
            updated_at: NOW,
        }
    }

    fn program(scope: &str) -> Administrator {
        Administrator::program(Actor::Operator, &Scope::parse(scope).unwrap(), None)
    }

    #[test]
    fn a_role_gives_its_rights_and_no_more() {
        let may = |role, right: Right| Administrator::person(&user(role), None).may(right.0, right.1);
        for right in every_right() {
            assert!(may(Role::Admin, right) && !may(Role::Member, right), "{right:?}");
            assert_eq!(may(Role::Auditor, right), right.1 == Access::Read, "{right:?}");
            assert_eq!(may(Role::ClientManager, right), right.0 == Area::Clients, "{right:?}");
        }
        assert!(!Administrator::person(&user(Role::Member), None).has_rights());
    }

    #[test]
    fn a_scope_that_reads_does_not_write() {
        let reader = program("admin:users:read");
        assert!(reader.may(Area::Users, Access::Read) && !reader.may(Area::Users, Access::Write));
        let writer = program("admin:users");
        assert!(writer.may(Area::Users, Access::Read) && writer.may(Area::Users, Access::Write));
        assert!(!writer.may(Area::Clients, Access::Read) && !program("openid admin:org").has_rights());
    }

    #[test]
    fn a_key_never_exceeds_its_user() {
        let key = program("admin:users admin:clients").on_behalf_of(&user(Role::ClientManager));
        assert!(key.may(Area::Clients, Access::Write) && !key.may(Area::Users, Access::Read));
        assert!(!key.reaches(None) && key.reaches(Some(&user(Role::Member).id)));
        assert!(!program("admin:users").on_behalf_of(&user(Role::Member)).has_rights());
    }

    #[test]
    fn nobody_gives_away_what_is_not_theirs() {
        assert!(program("admin:clients").may_give("admin:clients:read"));
        for scope in ["admin:users", "auth:sso", "admin:org"] {
            assert!(!program("admin:clients").may_give(scope), "{scope}");
            assert!(Administrator::operator().may_give(scope), "{scope}");
        }
        let manager = Administrator::person(&user(Role::ClientManager), None);
        assert!(!manager.may_give("admin:clients"), "a client reaches further than its manager");
        assert!(manager.may_give("read:projects"));
        assert!(role_may_give(Role::ClientManager, "admin:clients"), "a key of theirs reaches as far as they do");
        assert!(!role_may_give(Role::Auditor, "admin:users") && role_may_give(Role::Auditor, "admin:users:read"));
    }
}
