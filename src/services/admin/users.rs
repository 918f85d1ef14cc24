//! Creating people's accounts, suspending and deleting them.

use super::{
    AdminError, absent,
    edition::{Current, Expected},
    entry_about, read, readable, require, unfit, write,
};
use crate::{
    crypto::random,
    domain::{
        administrator::{Access, Administrator, Area},
        audit::{Action, Actor},
        ids::UserId,
        secret::Secret,
        user::{Profile, Role, User, UserStatus, normal_email, normal_username},
    },
    services::{
        accounts::{
            self, Person, Refusal, Weakness, endings, mailed,
            strength::{self, Personal},
            username,
        },
        audit,
        core::Core,
        fault::Fault,
    },
    store::{
        connection::Db,
        error::StoreError,
        page::{Page, PageRequest},
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
    let admin = admin.clone();
    let email = normal_email(&new.email).ok_or_else(|| unfit("email", "is no e-mail address"))?;
    let username = match &new.username {
        Some(given) => Username::Given(parse_username(given)?),
        None => Username::From(email.clone()),
    };
    check_profile(&new.profile)?;
    let given = match &username {
        Username::Given(name) => Some(name.as_str()),
        Username::From(_) => None,
    };
    let personal = Personal { email: Some(&email), username: given, name: new.profile.name.as_deref() };
    check_password(core, &new.password, &personal)?;
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
        write(core, |db| {
            let user = insert(db, user, &username, &phc)?;
            log(core, db, &admin, &user.id, (Action::CreateUser, None))?;
            Ok(user)
        })
    })
    .await
}

/// One page of people, in the order in which they came.
pub async fn list(core: &Core, admin: &Administrator, page: PageRequest) -> Result<Page<User>, AdminError> {
    require(admin, Area::Users, Access::Read)?;
    core.run(move |core| Ok(core.store.read(|db| users::list(db, &page))?)).await
}

/// A user by id, address or username.
pub async fn show(core: &Core, admin: &Administrator, who: &str) -> Result<User, AdminError> {
    require(admin, Area::Users, Access::Read)?;
    let who = who.to_owned();
    core.run(move |core| core.store.read(|db| find(db, &who))?.ok_or_else(|| absent("user", &who))).await
}

/// The same with what stands in other tables.
pub async fn show_whole(core: &Core, admin: &Administrator, who: &str) -> Result<Current<Person>, AdminError> {
    let user = show(core, admin, who).await?;
    core.run(move |core| Ok(Current::new(whole(core, user)?))).await
}

pub(super) fn whole(core: &Core, user: User) -> Result<Person, AdminError> {
    accounts::person(core, user).map_err(|refusal| match refusal {
        Refusal::Fault(fault) => fault.into(),
        other => Fault::Broken(format!("{other:?}")).into(),
    })
}

/// Lets a user in or keeps one out. The tokens of a suspended user are dead at once: liveness is a join.
pub async fn set_status(core: &Core, admin: &Administrator, who: &str, status: UserStatus) -> Result<User, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let (admin, who) = (admin.clone(), who.to_owned());
    core.run(move |core| {
        let now = core.clock.now();
        write(core, |db| {
            let user = changeable(db, &admin, &who)?;
            users::update_status(db, &user.id, status, now)?;
            log(core, db, &admin, &user.id, (action(status), None))?;
            one_is_left(db, &admin)?;
            let version = user.version.saturating_add(1);
            Ok(User { status, version, updated_at: now, ..user })
        })
    })
    .await
}

/// Replaces a user's password and ends the user's sessions, grants and whatever was under way.
pub async fn set_password(
    core: &Core,
    admin: &Administrator,
    who: &str,
    password: Secret<String>,
) -> Result<User, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let (named, candidate, by) = (who.to_owned(), password.clone(), admin.clone());
    let user = core
        .run(move |core| {
            let user = read(core, |db| changeable(db, &by, &named))?;
            check_password(core, &candidate, &Personal::from(&user))?;
            Ok::<_, AdminError>(user)
        })
        .await?;
    let phc = core.hash_password(password).await?;
    let (admin, who) = (admin.clone(), who.to_owned());
    core.run(move |core| {
        let now = core.clock.now();
        write(core, |db| {
            if !users::update_password(db, &user.id, &phc, now)? {
                return Err(absent("user", &who));
            }
            endings::end_all(db, &user.id, now)?;
            mailed::tell(core, db, &user, mailed::password_changed(core))?;
            log(core, db, &admin, &user.id, (Action::SetPassword, None))?;
            let version = user.version.saturating_add(1);
            Ok(User { version, updated_at: now, ..user })
        })
    })
    .await
}

/// Deletes a user with sessions, consents and grants.
pub async fn delete(core: &Core, admin: &Administrator, who: &str, expected: Expected) -> Result<User, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let (admin, who) = (admin.clone(), who.to_owned());
    core.run(move |core| {
        write(core, |db| {
            let user = changeable(db, &admin, &who)?;
            if expected != Expected::Any {
                expected.check(&whole(core, user.clone())?)?;
            }
            users::delete(db, &user.id)?;
            log(core, db, &admin, &user.id, (Action::DeleteUser, None))?;
            one_is_left(db, &admin)?;
            Ok(user)
        })
    })
    .await
}

/// What was done to an account.
pub(super) type Done<'a> = (Action, Option<&'a str>);

pub(super) fn log(
    core: &Core,
    db: &mut Db,
    admin: &Administrator,
    user: &UserId,
    done: Done<'_>,
) -> Result<(), StoreError> {
    audit::record(core, db, entry_about(admin, user, done.0, done.1.map(str::to_owned)))
}

const fn action(status: UserStatus) -> Action {
    match status {
        UserStatus::Active => Action::ActivateUser,
        UserStatus::Suspended => Action::SuspendUser,
        UserStatus::Disabled => Action::DisableUser,
    }
}

/// A user whom this administrator may change: who looks after people only does not look after administrators, or a
/// new password would be the way to every right.
pub(super) fn changeable(db: &mut Db, admin: &Administrator, who: &str) -> Result<User, AdminError> {
    let user = find(db, who)?.ok_or_else(|| absent("user", who))?;
    may_make(admin, user.role)?;
    Ok(user)
}

/// Only one who may everything makes others administrators, or unmakes them.
pub(super) fn may_make(admin: &Administrator, role: Role) -> Result<(), AdminError> {
    if role == Role::Member || admin.may_everything() {
        return Ok(());
    }
    Err(AdminError::Forbidden("administrators are changed by administrators".to_owned()))
}

/// Somebody must be left who can let others in again. The command line always can.
pub(super) fn one_is_left(db: &mut Db, admin: &Administrator) -> Result<(), AdminError> {
    if admin.actor == Actor::Operator || users::has_active_admin(db)? {
        return Ok(());
    }
    Err(AdminError::Forbidden("this is the last administrator".to_owned()))
}

pub(super) fn find(db: &mut Db, who: &str) -> Result<Option<User>, StoreError> {
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
    /// The address that one is made from.
    From(String),
}

pub(super) fn parse_username(text: &str) -> Result<String, AdminError> {
    normal_username(text).ok_or_else(|| unfit("username", "must be 1 to 64 of a-z 0-9 . _ -"))
}

fn insert(db: &mut Db, mut user: User, username: &Username, phc: &str) -> Result<User, AdminError> {
    let tries = match username {
        Username::Given(name) => vec![name.clone()],
        Username::From(email) => username::candidates(email),
    };
    for name in tries {
        user.username = name;
        match users::insert(db, &user, Some(phc))? {
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

pub(in crate::services) fn check_profile(profile: &Profile) -> Result<(), AdminError> {
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

fn check_password(core: &Core, password: &Secret<String>, personal: &Personal<'_>) -> Result<(), AdminError> {
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
        assert!(check_profile(&name).is_err());
        let picture = |url: &str| check_profile(&Profile { picture: Some(url.into()), ..Profile::default() });
        assert!(picture("javascript:alert(1)").is_err());
        assert!(picture("https://a.example/me.png").is_ok());
    }
}
