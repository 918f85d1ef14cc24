//! Creating people's accounts, suspending and deleting them.

use std::fmt::Write as _;

use super::{AdminError, absent, readable, unfit};
use crate::{
    config::passwords::PasswordSettings,
    crypto::random,
    domain::{
        ids::UserId,
        secret::Secret,
        time::Seconds,
        user::{Profile, Role, User, UserStatus, normal_email, normal_username},
    },
    services::core::Core,
    store::{
        connection::Db,
        error::StoreError,
        grants,
        page::{Page, PageRequest},
        sessions,
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

pub async fn create(core: &Core, new: NewUser) -> Result<User, AdminError> {
    let email = normal_email(&new.email).ok_or_else(|| unfit("email", "is no e-mail address"))?;
    let username = match &new.username {
        Some(given) => Username::Given(parse_username(given)?),
        None => Username::From(readable_part(&email)),
    };
    check_profile(&new.profile)?;
    check_password(&core.settings.passwords, &new.password)?;
    let phc = core.hash_password(new.password).await?;
    core.run(move |core| {
        let now = core.clock.now();
        let user = User {
            id: UserId::new(now, random::bytes()),
            username: String::new(),
            email: Some(email),
            email_verified: new.email_standing == EmailStanding::Verified,
            profile: new.profile,
            status: UserStatus::Active,
            role: new.role,
            privileges: Vec::new(),
            attributes: std::collections::BTreeMap::new(),
            version: 1,
            created_at: now,
            updated_at: now,
        };
        core.store.write(|db| insert(db, user, &username, &phc))?
    })
    .await
}

/// One page of people, in the order in which they came.
pub async fn list(core: &Core, page: PageRequest) -> Result<Page<User>, AdminError> {
    core.run(move |core| Ok(core.store.read(|db| users::list(db, &page))?)).await
}

/// A user by id, address or username.
pub async fn show(core: &Core, who: &str) -> Result<User, AdminError> {
    let who = who.to_owned();
    core.run(move |core| core.store.read(|db| find(db, &who))?.ok_or_else(|| absent("user", &who))).await
}

/// Lets a user in or keeps one out. The tokens of a suspended user are dead at once: liveness is a join.
pub async fn set_status(core: &Core, who: &str, status: UserStatus) -> Result<User, AdminError> {
    let who = who.to_owned();
    core.run(move |core| {
        let now = core.clock.now();
        let changed = core.store.write(|db| {
            let Some(user) = find(db, &who)? else { return Ok(None) };
            users::update_status(db, &user.id, status, now)?;
            Ok(Some(User { status, updated_at: now, ..user }))
        })?;
        changed.ok_or_else(|| absent("user", &who))
    })
    .await
}

/// Replaces a user's password and ends the user's sessions.
pub async fn set_password(core: &Core, who: &str, password: Secret<String>) -> Result<User, AdminError> {
    check_password(&core.settings.passwords, &password)?;
    let phc = core.hash_password(password).await?;
    let who = who.to_owned();
    core.run(move |core| {
        let now = core.clock.now();
        let changed = core.store.write(|db| {
            let Some(user) = find(db, &who)? else { return Ok(None) };
            users::update_password(db, &user.id, &phc, now)?;
            sessions::delete_by_user(db, &user.id)?;
            // Offline grants, too: whoever had the old password may have made them.
            grants::revoke_by_user(db, &user.id, now, now.plus(Seconds::days(1)))?;
            Ok(Some(User { updated_at: now, ..user }))
        })?;
        changed.ok_or_else(|| absent("user", &who))
    })
    .await
}

/// Deletes a user with sessions, consents and grants.
pub async fn delete(core: &Core, who: &str) -> Result<User, AdminError> {
    let who = who.to_owned();
    core.run(move |core| {
        let deleted = core.store.write(|db| {
            let Some(user) = find(db, &who)? else { return Ok(None) };
            users::delete(db, &user.id)?;
            Ok(Some(user))
        })?;
        deleted.ok_or_else(|| absent("user", &who))
    })
    .await
}

fn find(db: &mut Db, who: &str) -> Result<Option<User>, StoreError> {
    if let Some(id) = UserId::parse(who) {
        return users::find_by_id(db, &id);
    }
    let Some(login) = normal_email(who).or_else(|| normal_username(who)) else {
        return Ok(None);
    };
    Ok(users::find_by_login(db, &login)?.map(|(user, _)| user))
}

/// A new user's username.
enum Username {
    Given(String),
    /// The beginning of one that is made to fit.
    From(String),
}

fn parse_username(text: &str) -> Result<String, AdminError> {
    normal_username(text).ok_or_else(|| unfit("username", "must be 1 to 64 of a-z 0-9 . _ -"))
}

/// The part of an address before the `@`, with only what a username may hold.
fn readable_part(email: &str) -> String {
    let local = email.split('@').next().unwrap_or_default();
    let kept: String = local.chars().filter(|c| c.is_ascii_alphanumeric() || "._-".contains(*c)).take(48).collect();
    if kept.is_empty() { "user".to_owned() } else { kept }
}

fn insert(db: &mut Db, mut user: User, username: &Username, phc: &str) -> Result<Result<User, AdminError>, StoreError> {
    let tries = match username {
        Username::Given(name) => vec![name.clone()],
        Username::From(start) => candidates(start),
    };
    for name in tries {
        user.username = name;
        match users::insert(db, &user, Some(phc))? {
            Inserted::Inserted => return Ok(Ok(user)),
            Inserted::EmailTaken => {
                let name = user.email.unwrap_or_default();
                return Ok(Err(AdminError::Taken { what: "a user with the address", name }));
            }
            Inserted::UsernameTaken => {}
        }
    }
    Ok(Err(AdminError::Taken { what: "a user with the username", name: user.username }))
}

/// `alice`, then `alice-2` to `alice-9`, then one that nobody has.
fn candidates(start: &str) -> Vec<String> {
    let mut rare = format!("{start}-");
    for byte in random::bytes::<6>() {
        // Writing to a String cannot fail; a shorter name would only be less rare.
        let _ = write!(rare, "{byte:02x}");
    }
    let numbered = (2..=9).map(|n| format!("{start}-{n}"));
    std::iter::once(start.to_owned()).chain(numbered).chain([rare]).collect()
}

fn check_profile(profile: &Profile) -> Result<(), AdminError> {
    let address = profile.address.clone().unwrap_or_default();
    let members = [
        ("name", &profile.name),
        ("given name", &profile.given_name),
        ("family name", &profile.family_name),
        ("locale", &profile.locale),
        ("time zone", &profile.zoneinfo),
        ("phone", &profile.phone_number),
        ("street address", &address.street_address),
        ("locality", &address.locality),
        ("region", &address.region),
        ("postal code", &address.postal_code),
        ("country", &address.country),
    ];
    for (what, text) in members {
        text.as_ref().map_or(Ok(String::new()), |text| readable(what, text))?;
    }
    // Applications put it into `<img src>`.
    let is_address = |url: &String| url.starts_with("https://") && url.len() <= 2048;
    if profile.picture.as_ref().is_some_and(|url| !is_address(url)) {
        return Err(unfit("picture", "must be an https address"));
    }
    Ok(())
}

/// Length is what counts (NIST SP 800-63B §3.1.1.2).
fn check_password(settings: &PasswordSettings, password: &Secret<String>) -> Result<(), AdminError> {
    let length = password.reveal().chars().count();
    let (shortest, longest) = (settings.minimum_length, settings.maximum_length);
    if (shortest..=longest).contains(&length) {
        return Ok(());
    }
    Err(unfit("password", format!("must have {shortest} to {longest} characters")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_username_is_made_from_the_address() {
        assert_eq!(readable_part("alice.smith+news@example.com"), "alice.smithnews");
        assert_eq!(readable_part("жук@example.com"), "user");
        let all = candidates("alice");
        assert_eq!(all[..3], ["alice", "alice-2", "alice-3"]);
        assert!(all.iter().all(|name| normal_username(name).as_ref() == Some(name)));
    }

    #[test]
    fn a_password_is_measured_in_characters() {
        let settings = PasswordSettings::default();
        let check = |text: &str| check_password(&settings, &Secret::new(text.to_owned())).is_ok();
        assert!(!check("ninechars"));
        assert!(!check("ééééééééé"));
        assert!(check("éééééééééé"));
        assert!(!check(&"x".repeat(129)));
    }

    #[test]
    fn a_profile_is_readable_and_its_picture_is_no_script() {
        let name = Profile { name: Some("Al\u{7}ice".into()), ..Profile::default() };
        assert!(check_profile(&name).is_err());
        let picture = |url: &str| check_profile(&Profile { picture: Some(url.into()), ..Profile::default() });
        assert!(picture("javascript:alert(1)").is_err());
        assert!(picture("https://a.example/me.png").is_ok());
    }
}
