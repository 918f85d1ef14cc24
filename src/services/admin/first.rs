//! The first administrator: while there is none, whoever reads the server's log may become it.

use super::{
    AdminError, unfit,
    users::{Draft, check_password, insert},
    write,
};
use crate::{
    crypto::{digest, random},
    domain::{
        audit::{Action, Outcome},
        one_time::{OneTimeToken, Purpose},
        secret::Secret,
        time::Seconds,
        user::{Profile, Role, User},
    },
    services::{
        accounts::{Refusal, strength::Personal},
        audit::{self, Entry},
        core::Core,
        limits::{self, Act},
        visitor::Visitor,
    },
    store::{StoreError, one_time_tokens, users},
};

/// Where the link leads.
pub const PAGE: &str = "/admin/first";

/// What somebody with the link fills in.
#[derive(Clone, Debug)]
pub struct NewFirst {
    pub token: Secret<String>,
    pub email: String,
    pub name: String,
    pub password: Secret<String>,
}

/// Why there is no new administrator.
#[derive(Debug)]
pub enum NotFirst {
    /// The link has been used, is too old, or there is an administrator by now.
    DeadLink,
    TooMany {
        retry_after: Seconds,
    },
    Admin(AdminError),
}

impl<E: Into<AdminError>> From<E> for NotFirst {
    fn from(error: E) -> Self {
        Self::Admin(error.into())
    }
}

/// The link for the log, if there is no administrator. Those of other nodes and of earlier starts stay good for their time:
/// one is enough, and the first to be used is the end of all.
pub async fn offer(core: &Core) -> Result<Option<Secret<String>>, AdminError> {
    core.run(|core| {
        let token = random::token();
        let now = core.clock.now();
        let kept = OneTimeToken {
            digest: digest::secret(token.reveal()),
            purpose: Purpose::FirstAdministrator,
            user_id: None,
            code: None,
            payload: None,
            attempts: 0,
            created_at: now,
            expires_at: now.plus(core.settings.admin.first_seconds),
        };
        let offered = core.store.write(|db| {
            if users::has_admin(db)? {
                return Ok(false);
            }
            one_time_tokens::insert(db, &kept)
        })?;
        let link = core.settings.issuer.url(&format!("{PAGE}?token={}", token.reveal()));
        Ok(offered.then(|| Secret::new(link)))
    })
    .await
}

/// Whether the link is good.
pub async fn is_open(core: &Core, token: Secret<String>) -> Result<bool, AdminError> {
    core.run(move |core| Ok(is_live(core, &token)?)).await
}

fn is_live(core: &Core, token: &Secret<String>) -> Result<bool, StoreError> {
    let (now, digest) = (core.clock.now(), digest::secret(token.reveal()));
    core.store.read(|db| {
        Ok(one_time_tokens::find(db, Purpose::FirstAdministrator, &digest, now)?.is_some() && !users::has_admin(db)?)
    })
}

/// Makes the first administrator. The address counts as proved: who reads the server's log is its operator.
pub async fn make(core: &Core, new: NewFirst, visitor: Visitor) -> Result<User, NotFirst> {
    let NewFirst { token, email, name, password } = new;
    let profile = Profile { name: Some(name).filter(|name| !name.trim().is_empty()), ..Profile::default() };
    let (address, candidate, shown) = (visitor.address, password.clone(), token.clone());
    let (draft, username) = core
        .run(move |core| {
            limits::admit(core, Act::Reset, &visitor, None).map_err(not_admitted)?;
            if !is_live(core, &shown)? {
                return Err(NotFirst::DeadLink);
            }
            let (draft, username) = Draft { email, username: None, role: Role::Admin, profile }.checked()?;
            let (email, name) = (draft.email.as_deref(), draft.profile.name.as_deref());
            check_password(core, &candidate, &Personal { email, name, username: None })?;
            Ok((draft, username))
        })
        .await?;
    let phc = core.hash_password(password).await.map_err(AdminError::from)?;
    core.run(move |core| {
        let now = core.clock.now();
        let digest = digest::secret(token.reveal());
        let made = write(core, |db| {
            // All of them at once: of those who use different links at the same moment one finds what it deletes.
            let live = one_time_tokens::find(db, Purpose::FirstAdministrator, &digest, now)?.is_some();
            let won = live && one_time_tokens::delete_unowned(db, Purpose::FirstAdministrator)? > 0;
            if !won || users::has_admin(db)? {
                return Ok(None);
            }
            let user = insert(db, User { email_verified: true, ..draft.born(now) }, &username, Some(&phc))?;
            let entry = Entry::by_user(&user.id, Action::CreateUser, Outcome::Done, address);
            audit::record(core, db, entry.with("role admin, by the link of the server's log"))?;
            Ok(Some(user))
        })?;
        made.ok_or(NotFirst::DeadLink)
    })
    .await
}

fn not_admitted(refusal: Refusal) -> NotFirst {
    match refusal {
        Refusal::TooMany { retry_after } => NotFirst::TooMany { retry_after },
        Refusal::Fault(fault) => NotFirst::Admin(fault.into()),
        other => NotFirst::Admin(unfit("link", format!("{other:?}"))),
    }
}
