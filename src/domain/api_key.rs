//! API keys: what programs of a user carry instead of a password.

use super::{
    administrator::{role_leaves, role_may_give},
    ids::{ApiKeyId, UserId},
    secret::SecretDigest,
    time::Timestamp,
    user::User,
};
use crate::protocol::scope::Scope;

/// One key. The key itself is shown once and kept as a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub user_id: UserId,
    pub name: String,
    pub description: Option<String>,
    /// The beginning of the key, by which people know it again: `sk_live_3fR`.
    pub prefix: String,
    pub digest: SecretDigest,
    /// The key before the last rotation, while it is still good.
    pub previous: Option<(SecretDigest, Timestamp)>,
    pub scope: Scope,
    pub environment: Environment,
    pub maker: Maker,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    /// Written at most once a minute.
    pub last_used_at: Option<Timestamp>,
}

/// Whose data a key is meant for; products decide what it means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Environment {
    #[default]
    Live,
    Test,
}

impl Environment {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Live, Self::Test].into_iter().find(|environment| environment.as_str() == text)
    }
}

/// Who made a key: it never has more than its maker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Maker {
    /// Its user; what the user may no more, the key may no more.
    #[default]
    User,
    /// Somebody at the command line or an administrator who may everything: they may give whatever is registered.
    Operator,
}

impl Maker {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Operator => "operator",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::User, Self::Operator].into_iter().find(|maker| maker.as_str() == text)
    }
}

impl ApiKey {
    /// Those that are good: the current one, and the one before within its grace. None once the key has expired.
    pub fn digests(&self, now: Timestamp) -> impl Iterator<Item = &SecretDigest> {
        let previous = self.previous.iter().filter(move |(_, until)| *until > now).map(|(digest, _)| digest);
        [&self.digest].into_iter().chain(previous).filter(move |_| !self.has_expired(now))
    }

    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// What it begins with before its environment: `sk` of `sk_live_3fR`.
    pub fn brand(&self) -> &str {
        self.prefix.split('_').next().unwrap_or_default()
    }

    /// A scope of the key that its user may not give: such a key was made by an operator.
    pub fn beyond(&self, user: &User) -> Option<&str> {
        self.scope.iter().find(|name| self.maker == Maker::Operator && !role_may_give(user.role, name))
    }

    /// What the key may today: who is no administrator any more has no administrator's keys left, and who only reads has
    /// keys that only read.
    pub fn scope_today(&self, user: &User) -> Scope {
        match self.maker {
            Maker::Operator => self.scope.clone(),
            Maker::User => self.scope.iter().filter_map(|name| role_leaves(user.role, name)).collect(),
        }
    }
}

/// What a key may begin with: 2 to 12 of a-z.
pub fn is_prefix(text: &str) -> bool {
    (2..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::{Profile, Role, UserStatus};

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
            privileges: Vec::new(),
            attributes: std::collections::BTreeMap::new(),
            version: 1,
            created_at: NOW,
            updated_at: NOW,
        }
    }

    fn key(maker: Maker) -> ApiKey {
        ApiKey {
            id: ApiKeyId::new(NOW, [1; 10]),
            user_id: UserId::new(NOW, [1; 10]),
            name: "deploy".to_owned(),
            description: None,
            prefix: "sk_live_abc".to_owned(),
            digest: SecretDigest([2; 32]),
            previous: Some((SecretDigest([1; 32]), Timestamp::from_unix(1_010))),
            scope: Scope::parse("read:profile admin:users").unwrap_or_default(),
            environment: Environment::Live,
            maker,
            created_at: NOW,
            expires_at: Some(Timestamp::from_unix(2_000)),
            last_used_at: None,
        }
    }

    #[test]
    fn the_key_before_the_rotation_is_good_within_its_grace_only() {
        let key = key(Maker::User);
        let good = |at: i64| key.digests(Timestamp::from_unix(at)).map(|digest| digest.0[0]).collect::<Vec<_>>();
        assert_eq!(good(1_009), [2, 1]);
        assert_eq!(good(1_010), [2]);
        assert_eq!(good(1_999), [2]);
        assert!(good(2_000).is_empty());
    }

    #[test]
    fn who_is_no_administrator_any_more_has_no_administrators_key() {
        assert_eq!(key(Maker::User).scope_today(&user(Role::Admin)).to_string(), "read:profile admin:users");
        assert_eq!(key(Maker::User).scope_today(&user(Role::Member)).to_string(), "read:profile");
        assert_eq!(key(Maker::User).scope_today(&user(Role::Auditor)).to_string(), "read:profile admin:users:read");
        assert_eq!(key(Maker::Operator).scope_today(&user(Role::Member)).to_string(), "read:profile admin:users");
    }

    #[test]
    fn what_acts_on_others_is_for_administrators() {
        for scope in ["admin:users", "admin:org", "auth:sso"] {
            assert!(!role_may_give(Role::Member, scope) && role_may_give(Role::Admin, scope), "{scope}");
        }
        assert!(role_may_give(Role::Member, "read:org") && role_may_give(Role::Member, "administer"));
    }

    #[test]
    fn a_prefix_is_a_few_small_letters() {
        assert!(is_prefix("sk") && is_prefix("abcdefghijkl"));
        for text in ["", "s", "abcdefghijklm", "Sk", "s_k", "sk1", "ä"] {
            assert!(!is_prefix(text), "{text}");
        }
    }
}
