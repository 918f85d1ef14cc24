//! Making a key: what is wished, what its maker may give, and the row.

use super::{Made, NewKey};
use crate::{
    crypto::{api_key, digest, random},
    domain::{
        administrator::{acts_on_others, role_may_give},
        api_key::{ApiKey, Maker, is_prefix},
        audit::Outcome,
        ids::ApiKeyId,
        letter::{Content, Letter},
        text::is_plain,
        time::Seconds,
        user::User,
    },
    protocol::scope::{OPENID, Scope},
    services::{
        accounts::Refusal,
        audit::{self, Entry},
        core::Core,
        mail,
        registry::{self, Registered},
    },
    store::{Db, StoreError, api_keys, users},
};

/// Live keys of one user. Far more than a person looks after, and few enough that a list is one page and a program that
/// makes a key at each start is noticed.
const MOST_KEYS: usize = 100;

/// A letter about a key is worth sending for so long.
const LETTER_LIFE: Seconds = Seconds::days(3);

/// Why no key was made.
#[derive(Debug)]
pub(in crate::services) enum NotMade {
    Malformed(Member),
    /// The scope that the maker may not give.
    Beyond(String),
    TooMany {
        most: usize,
    },
}

/// What does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::services) enum Member {
    Name,
    Description,
    Scopes,
    ExpiresInDays,
    Prefix,
}

impl Member {
    pub(in crate::services) const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Description => "description",
            Self::Scopes => "scopes",
            Self::ExpiresInDays => "expires_in_days",
            Self::Prefix => "prefix",
        }
    }

    pub(in crate::services) const fn rule(self) -> &'static str {
        match self {
            Self::Name => "must be one line of 1 to 100 characters",
            Self::Description => "must be one line of at most 500 characters",
            Self::Scopes => "must be registered names, at most 64 of them: signet scope list",
            Self::ExpiresInDays => "must lie between 1 and 3650",
            Self::Prefix => "must be 2 to 12 letters a-z",
        }
    }
}

/// A [`NewKey`] whose members fit; which scopes it gets depends on who makes it.
#[derive(Clone, Debug)]
pub(in crate::services) struct Wish(NewKey);

impl Wish {
    pub(in crate::services) fn parse(new: NewKey) -> Result<Self, NotMade> {
        let name = new.name.trim().to_owned();
        let description = new.description.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let checks = [
            (Member::Name, is_line(&name, 1, 100)),
            (Member::Description, description.as_deref().is_none_or(|text| is_line(text, 1, 500))),
            (Member::ExpiresInDays, new.expires_in_days.is_none_or(|days| (1..=3650).contains(&days))),
            (Member::Prefix, is_prefix(&new.prefix)),
        ];
        match checks.into_iter().find(|(_, fits)| !fits) {
            Some((member, _)) => Err(NotMade::Malformed(member)),
            None => Ok(Self(NewKey { name, description, ..new })),
        }
    }

    /// The first scope asked for that acts on others.
    pub(super) fn acts_on_others(&self) -> Option<&str> {
        self.0.scope.as_ref()?.iter().find(|scope| acts_on_others(scope))
    }

    fn key(&self, user: &User, scope: Scope, maker: Maker, core: &Core) -> Made {
        let Self(new) = self;
        let now = core.clock.now();
        let minted = api_key::mint(&new.prefix, new.environment);
        let key = ApiKey {
            id: ApiKeyId::new(now, random::bytes()),
            user_id: user.id.clone(),
            name: new.name.clone(),
            description: new.description.clone(),
            prefix: minted.beginning,
            digest: digest::secret(minted.key.reveal()),
            previous: None,
            scope,
            environment: new.environment,
            maker,
            created_at: now,
            expires_at: new.expires_in_days.map(|days| now.plus(Seconds::days(days))),
            last_used_at: None,
        };
        Made { key, secret: minted.key }
    }
}

/// Makes the key, tells its user by mail, and records who made it; a refusal is recorded, too.
pub(in crate::services) fn make(
    core: &Core,
    user: &User,
    wish: &Wish,
    maker: Maker,
    entry: Entry,
) -> Result<Result<Made, NotMade>, StoreError> {
    let registered = registry::registered(core)?;
    let Some(scope) = named(&registered, wish.0.scope.as_ref()) else {
        return Ok(Err(NotMade::Malformed(Member::Scopes)));
    };
    let beyond = scope.iter().find(|name| maker == Maker::User && !role_may_give(user.role, name)).map(str::to_owned);
    let made = wish.key(user, scope, maker, core);
    core.store.write(|db| {
        let refused = match beyond {
            Some(scope) => Some(NotMade::Beyond(scope)),
            None => is_full(core, db, user)?.then_some(NotMade::TooMany { most: MOST_KEYS }),
        };
        if let Some(refused) = refused {
            audit::record(core, db, Entry { outcome: Outcome::Refused, ..entry })?;
            return Ok(Err(refused));
        }
        api_keys::insert(db, &made.key)?;
        audit::record(core, db, entry.with(made.key.id.as_str()))?;
        tell(core, db, user, &made.key)?;
        Ok(Ok(made))
    })
}

/// The scope that was asked for, if every word of it is registered; unasked, what acts on nobody else. `None`, too, where
/// it is too much for one key.
fn named(registered: &Registered, asked: Option<&Scope>) -> Option<Scope> {
    let unasked = || {
        let api = registered.scopes.iter().map(|scope| scope.name.as_str()).filter(|name| !acts_on_others(name));
        [OPENID, "profile", "email"].into_iter().chain(api).collect()
    };
    let scope = asked.cloned().unwrap_or_else(unasked);
    let fits = Scope::parse(&scope.to_string()).is_some() && scope.iter().all(|name| registered.knows(name));
    fits.then_some(scope)
}

/// Others who make keys for this user wait until this transaction has ended: the last place is taken once.
fn is_full(core: &Core, db: &mut Db, user: &User) -> Result<bool, StoreError> {
    users::lock(db, &user.id)?;
    Ok(api_keys::list_by_user(db, &user.id, core.clock.now())?.len() >= MOST_KEYS)
}

/// An address that nobody proved is told nothing.
fn tell(core: &Core, db: &mut Db, user: &User, key: &ApiKey) -> Result<(), StoreError> {
    let Some(to) = user.email.clone().filter(|_| user.email_verified) else {
        return Ok(());
    };
    let content = Content::ApiKeyCreated { key: key.name.clone() };
    mail::post(core, db, &Letter { to, name: user.profile.name.clone(), content }, LETTER_LIFE)
}

/// One line that reads as it is written.
fn is_line(text: &str, shortest: usize, longest: usize) -> bool {
    (shortest..=longest).contains(&text.chars().count()) && is_plain(text)
}

impl From<NotMade> for Refusal {
    fn from(reason: NotMade) -> Self {
        match reason {
            NotMade::Malformed(member) => Self::Malformed(member.name()),
            NotMade::Beyond(scope) => Self::InsufficientScope(scope),
            NotMade::TooMany { most } => Self::TooManyKeys { most },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{api_key::Environment, scope::RegisteredScope, time::Timestamp};

    fn new() -> NewKey {
        NewKey {
            name: "deploy".to_owned(),
            description: None,
            scope: None,
            environment: Environment::Live,
            expires_in_days: None,
            prefix: "sk".to_owned(),
        }
    }

    fn misfit(new: NewKey) -> Option<Member> {
        match Wish::parse(new) {
            Ok(_) => None,
            Err(NotMade::Malformed(member)) => Some(member),
            Err(other) => panic!("{other:?}"),
        }
    }

    fn registered(names: &[&str]) -> Registered {
        let scope = |name: &&str| RegisteredScope {
            name: (*name).to_owned(),
            description: String::new(),
            resource: None,
            created_at: Timestamp::from_unix(0),
        };
        Registered { scopes: names.iter().map(scope).collect(), resources: Vec::new() }
    }

    #[test]
    fn a_name_is_one_readable_line() {
        let named = |name: &str| misfit(NewKey { name: name.to_owned(), ..new() });
        for name in ["", "  ", "a\nb", "a\u{202e}b", "a\u{200b}", &"x".repeat(101)] {
            assert_eq!(named(name), Some(Member::Name), "{name:?}");
        }
        assert_eq!(named(&"ü".repeat(100)), None);
        assert_eq!(Wish::parse(NewKey { name: " CI ".to_owned(), ..new() }).unwrap().0.name, "CI");
    }

    #[test]
    fn a_description_may_be_left_out_and_is_bounded() {
        let described = |text: &str| misfit(NewKey { description: Some(text.to_owned()), ..new() });
        assert_eq!(described(""), None);
        assert_eq!(described(&"x".repeat(500)), None);
        assert_eq!(described(&"x".repeat(501)), Some(Member::Description));
        assert_eq!(described("a\0b"), Some(Member::Description));
    }

    #[test]
    fn a_key_lives_one_day_to_ten_years() {
        let days = |days: i64| misfit(NewKey { expires_in_days: Some(days), ..new() });
        assert_eq!((days(1), days(3650)), (None, None));
        for wrong in [i64::MIN, -1, 0, 3651, i64::MAX] {
            assert_eq!(days(wrong), Some(Member::ExpiresInDays), "{wrong}");
        }
    }

    #[test]
    fn a_prefix_is_a_products_word() {
        assert_eq!(misfit(NewKey { prefix: "s_k".to_owned(), ..new() }), Some(Member::Prefix));
    }

    #[test]
    fn unasked_a_key_acts_on_nobody_else() {
        let registered = registered(&["read:org", "admin:org", "admin:users", "auth:sso"]);
        assert_eq!(named(&registered, None).unwrap().to_string(), "openid profile email read:org");
    }

    #[test]
    fn only_registered_scopes_can_be_asked_for() {
        let registered = registered(&["read:org", "admin:users"]);
        let asked = |text: &str| named(&registered, Scope::parse(text).as_ref()).map(|scope| scope.to_string());
        assert_eq!(asked("read:org admin:users openid").as_deref(), Some("read:org admin:users openid"));
        assert_eq!(asked("").as_deref(), Some(""));
        assert_eq!(asked("read:org read:orgs"), None);
        assert_eq!(asked("Read:org"), None);
    }

    /// What is stored has to read back.
    #[test]
    fn a_registry_that_is_too_large_for_one_key_has_to_be_chosen_from() {
        let names: Vec<String> = (0..70).map(|n| format!("api:{n}")).collect();
        let registered = registered(&names.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(named(&registered, None), None);
        assert!(named(&registered, Scope::parse("api:69").as_ref()).is_some());
    }
}
