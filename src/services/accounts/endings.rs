//! What ends with a password, and with the proof of an address: whatever was begun by somebody who had the old one, or none.

use crate::{
    domain::{
        ids::{SessionId, UserId},
        one_time::Purpose,
        time::{Seconds, Timestamp},
    },
    store::{Db, StoreError, grants, one_time_tokens, sessions, users},
};

/// A revoked grant's row stays this long, to know its code again.
const KEPT: Seconds = Seconds::days(1);

/// Sessions, grants, and every step, link and code that was under way.
///
/// After the new hash is written: a sign-in holds the user's row, or the token of its second step, until its session is
/// there to be found.
pub(in crate::services) fn end_all(db: &mut Db, user: &UserId, now: Timestamp) -> Result<(), StoreError> {
    one_time_tokens::delete_all_of(db, user)?;
    sessions::delete_by_user(db, user)?;
    // Offline grants, too: whoever had the old password may have made them.
    grants::revoke_by_user(db, user, now, now.plus(KEPT))?;
    Ok(())
}

/// Sessions, grants and steps of a sign-in; a letter that the user waits for stays good.
pub(in crate::services) fn sign_out(db: &mut Db, user: &UserId, now: Timestamp) -> Result<(), StoreError> {
    users::lock(db, user)?;
    for step in [Purpose::SecondFactor, Purpose::Enrolment] {
        one_time_tokens::delete_of(db, step, user)?;
    }
    sessions::delete_by_user(db, user)?;
    grants::revoke_by_user(db, user, now, now.plus(KEPT))?;
    Ok(())
}

/// The same as [`end_all`], but for one session and what is bound to it.
pub(super) fn end_others(db: &mut Db, user: &UserId, kept: &SessionId, now: Timestamp) -> Result<(), StoreError> {
    one_time_tokens::delete_all_of(db, user)?;
    sessions::delete_others(db, user, kept)?;
    grants::revoke_others(db, user, kept, now, now.plus(KEPT))?;
    Ok(())
}

/// Somebody has proved an address of this account for the first time: who began anything before may have been anybody. The session that
/// proved it stays, with all that it granted. So do links to a new password: they went to this very address.
pub(super) fn end_strangers(
    db: &mut Db,
    user: &UserId,
    kept: Option<&SessionId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    for purpose in [Purpose::SecondFactor, Purpose::Enrolment] {
        one_time_tokens::delete_of(db, purpose, user)?;
    }
    if let Some(kept) = kept {
        sessions::delete_others(db, user, kept)?;
        grants::revoke_of_others(db, user, kept, now, now.plus(KEPT))?;
    } else {
        sessions::delete_by_user(db, user)?;
        grants::revoke_by_user(db, user, now, now.plus(KEPT))?;
    }
    Ok(())
}
