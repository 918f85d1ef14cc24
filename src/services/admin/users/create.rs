//! Creating an account, and what must hold for its members.

use super::{AdminError, log, may_make, require, unfit};
use crate::{
    crypto::random,
    domain::{
        administrator::{Access, Administrator, Area},
        audit::Action,
        ids::UserId,
        secret::Secret,
        text::is_plain,
        time::Timestamp,
        user::{Profile, Role, User, UserStatus, normal_email, normal_username},
    },
    services::{
        accounts::{
            Weakness,
            strength::{self, Personal},
            username,
        },
        admin::{page_uri, readable, write},
        core::Core,
    },
    store::{
        connection::Db,
        users::{self, Inserted},
    },
};

/// An account to be created.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub email: String,
    pub email_standing: EmailStanding,
    /// Made from the address unless given.
    pub username: Option<String>,
    pub password: Secret<String>,
    pub role: Role,
    pub profile: Profile,
}

/// Whether somebody has proved that the address is the user's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailStanding {
    Verified,
    Unverified,
}

pub async fn create(core: &Core, admin: &Administrator, new: NewUser) -> Result<User, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    may_make(admin, new.role)?;
    let NewUser { email, email_standing, username, password, role, profile } = new;
    let (draft, username) = Draft { email, username, role, profile }.checked()?;
    let personal =
        Personal { email: draft.email.as_deref(), username: username.given(), name: draft.profile.name.as_deref() };
    check_password(core, &password, &personal)?;
    let phc = core.hash_password(password).await?;
    let admin = admin.clone();
    core.run(move |core| {
        let user = User { email_verified: email_standing == EmailStanding::Verified, ..draft.born(core.clock.now()) };
        write(core, |db| {
            let user = insert(db, user, &username, Some(&phc))?;
            log(core, db, &admin, &user.id, (Action::CreateUser, detail(&user)))?;
            Ok(user)
        })
    })
    .await
}

/// What the audit log says of a new account beside whose it is.
pub(super) fn detail(user: &User) -> Option<String> {
    (user.role != Role::Member).then(|| format!("role {}", user.role.as_str()))
}

/// What somebody typed about a new account.
pub(in crate::services) struct Draft {
    pub(in crate::services) email: String,
    pub(in crate::services) username: Option<String>,
    pub(in crate::services) role: Role,
    pub(in crate::services) profile: Profile,
}

impl Draft {
    /// The user without an id and a username, and the username.
    pub(in crate::services) fn checked(self) -> Result<(User, Username), AdminError> {
        let email = normal_email(&self.email).ok_or_else(|| unfit("email", "is no e-mail address"))?;
        let username = match self.username {
            Some(given) => Username::Given(parse_username(&given)?),
            None => Username::From(email.clone()),
        };
        check_profile(&self.profile, &Profile::default())?;
        let never = Timestamp::from_unix(0);
        let user = User {
            id: UserId::new(never, [0; 10]),
            username: String::new(),
            email: Some(email),
            email_verified: false,
            profile: self.profile,
            status: UserStatus::Active,
            role: self.role,
            privileges: Vec::new(),
            attributes: std::collections::BTreeMap::new(),
            version: 1,
            created_at: never,
            updated_at: never,
        };
        Ok((user, username))
    }
}

impl User {
    /// The same with an id, from now on.
    pub(in crate::services) fn born(self, now: Timestamp) -> Self {
        Self { id: UserId::new(now, random::bytes()), created_at: now, updated_at: now, ..self }
    }
}

/// A new user's username.
pub(in crate::services) enum Username {
    Given(String),
    /// The address that one is made from.
    From(String),
}

impl Username {
    pub(super) fn given(&self) -> Option<&str> {
        match self {
            Self::Given(name) => Some(name),
            Self::From(_) => None,
        }
    }
}

pub(super) fn parse_username(text: &str) -> Result<String, AdminError> {
    normal_username(text).ok_or_else(|| unfit("username", "must be 1 to 64 of a-z 0-9 . _ -"))
}

/// Tries one username after the other where it is made from the address.
pub(in crate::services) fn insert(
    db: &mut Db,
    mut user: User,
    username: &Username,
    phc: Option<&str>,
) -> Result<User, AdminError> {
    let tries = match username {
        Username::Given(name) => vec![name.clone()],
        Username::From(email) => username::candidates(email),
    };
    for name in tries {
        user.username = name;
        match users::insert(db, &user, phc)? {
            Inserted::Inserted => return Ok(user),
            Inserted::EmailTaken => {
                let name = user.email.unwrap_or_default();
                return Err(AdminError::Taken { what: "a user with the address", name });
            }
            Inserted::UsernameTaken => {}
        }
    }
    Err(AdminError::Taken { what: "a user with the username", name: user.username })
}

/// What is so since before stays: rules become stricter, and nobody must become unchangeable.
pub(in crate::services) fn check_profile(profile: &Profile, before: &Profile) -> Result<(), AdminError> {
    let [address, address_before] = [profile, before].map(|profile| profile.address.clone().unwrap_or_default());
    let members = [
        ("name", &profile.name, &before.name),
        ("given name", &profile.given_name, &before.given_name),
        ("family name", &profile.family_name, &before.family_name),
        ("locale", &profile.locale, &before.locale),
        ("time zone", &profile.zoneinfo, &before.zoneinfo),
        ("phone", &profile.phone_number, &before.phone_number),
        ("street address", &address.street_address, &address_before.street_address),
        ("locality", &address.locality, &address_before.locality),
        ("region", &address.region, &address_before.region),
        ("postal code", &address.postal_code, &address_before.postal_code),
        ("country", &address.country, &address_before.country),
    ];
    for (what, text, _) in members.into_iter().filter(|(_, text, before)| text != before) {
        text.as_ref().map_or(Ok(String::new()), |text| readable(what, text))?;
    }
    // OpenID Connect Core §5.1.1: may have several lines.
    let formatted = address.formatted.as_ref().filter(|text| address_before.formatted.as_ref() != Some(*text));
    if formatted.is_some_and(|text| text.chars().count() > 1000 || !text.lines().all(is_plain)) {
        return Err(unfit("formatted address", "must be lines of text, of at most 1000 characters together"));
    }
    // Applications put it into `<img src>`.
    let picture = profile.picture.as_ref().filter(|uri| before.picture.as_ref() != Some(*uri));
    picture.map_or(Ok(()), |uri| page_uri("picture", uri))
}

pub(in crate::services) fn check_password(
    core: &Core,
    password: &Secret<String>,
    personal: &Personal<'_>,
) -> Result<(), AdminError> {
    strength::check(&core.settings.passwords, password, personal).map_err(|weakness| match weakness {
        Weakness::TooShort { minimum } => unfit("password", format!("must have at least {minimum} characters")),
        Weakness::TooLong { maximum } => unfit("password", format!("must have at most {maximum} characters")),
        Weakness::Common => unfit("password", "is one of those that everybody tries first"),
        Weakness::Personal => unfit("password", "must not be the address, the username or the name"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_readable_and_its_picture_is_no_script() {
        let name = Profile { name: Some("Al\u{7}ice".into()), ..Profile::default() };
        let check = |profile: &Profile| check_profile(profile, &Profile::default());
        assert!(check(&name).is_err());
        let more = Profile { picture: Some("https://a.example/me.png".into()), ..name.clone() };
        assert!(check_profile(&more, &name).is_ok(), "what is so since before stays");
        let picture = |url: &str| check(&Profile { picture: Some(url.into()), ..Profile::default() });
        for wrong in ["javascript:alert(1)", "https://a.example/\u{0}", "https://a.example/a b", "https://a.example/ü"]
        {
            assert!(picture(wrong).is_err(), "{wrong}");
        }
        assert!(picture("https://a.example/me.png").is_ok());
    }
}
