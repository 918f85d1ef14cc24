//! A password that is changed by its user, who knows the one before.

use super::{
    Account, Caller, Refusal, endings, mailed,
    strength::{self, Personal},
};
use crate::{
    domain::{
        audit::{Action, Outcome},
        secret::Secret,
    },
    services::{
        audit::{self, Entry},
        core::Core,
        limits::{self, Act, Admitted},
    },
    store::{Db, StoreError, users},
};

/// Who changes a password, before it is known whether they may.
struct Asking {
    account: Account,
    admitted: Admitted,
    /// `None` where there is no password here.
    hash: Option<String>,
}

/// Keeps the session it came from and ends all others, offline grants and what was under way. The old password is verified
/// outside of the transaction, which writes only where the hash is still the one that was verified.
pub async fn change_password(
    core: &Core,
    caller: Caller,
    current: Secret<String>,
    new: Secret<String>,
) -> Result<(), Refusal> {
    let (asker, candidate) = (caller.clone(), new.clone());
    let asking = core.run(move |core| ask(core, &asker, &candidate)).await?;
    let hash = asking.hash.clone().filter(|_| !strength::is_too_long(&core.settings.passwords, &current));
    let verified = if core.verify_password(current, hash.clone()).await? { hash } else { None };
    let Some(old) = verified else {
        return core.run(move |core| Err(core.store.write(|db| refuse(core, db, &asking, &caller))?)).await;
    };
    let new = core.hash_password(new).await?;
    core.run(move |core| {
        core.store.write(|db| {
            if !users::replace_hash(db, &asking.account.user.id, &old, &new)? {
                return refuse(core, db, &asking, &caller).map(Err);
            }
            write(core, db, &asking, &new, &caller).map(Ok)
        })?
    })
    .await
}

/// Counted apart from sign-ins and resets: whoever holds a borrowed session must not guess here, nor lock its owner out of
/// those.
fn ask(core: &Core, caller: &Caller, new: &Secret<String>) -> Result<Asking, Refusal> {
    let account = caller.account(core)?;
    strength::check(&core.settings.passwords, new, &Personal::from(&account.user)).map_err(Refusal::WeakPassword)?;
    let admitted = limits::admit(core, Act::ChangePassword, &caller.visitor, Some(account.user.id.as_str()))?;
    let hash = core.store.read(|db| users::find_password_hash(db, &account.user.id))?;
    Ok(Asking { account, admitted, hash })
}

fn write(core: &Core, db: &mut Db, asking: &Asking, hash: &str, caller: &Caller) -> Result<(), StoreError> {
    let (user, now) = (&asking.account.user, core.clock.now());
    users::update_password(db, &user.id, hash, now)?;
    endings::end_others(db, &user.id, &asking.account.session.id, now)?;
    mailed::tell(core, db, user, mailed::password_changed(core))?;
    audit::record(core, db, Entry::by_user(&user.id, Action::ChangePassword, Outcome::Done, caller.visitor.address))?;
    limits::forgive(core, db, &asking.admitted)
}

fn refuse(core: &Core, db: &mut Db, asking: &Asking, caller: &Caller) -> Result<Refusal, StoreError> {
    let user = &asking.account.user.id;
    audit::record(core, db, Entry::by_user(user, Action::ChangePassword, Outcome::Refused, caller.visitor.address))?;
    Ok(Refusal::InvalidCredentials)
}
