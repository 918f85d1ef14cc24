//! Who guesses at a second factor knows the password: the account's owner is told, once a day.

use super::super::{
    accounts::mailed,
    core::Core,
    limits::{self, Act, Admitted},
};
use crate::{
    domain::{ids::UserId, letter::Content},
    store::{Db, StoreError, users},
};

/// So many wrong codes in a row are no slip of the thumb.
const MANY: i64 = 10;

/// After a wrong code, in its transaction.
pub(in crate::services) fn sound(core: &Core, db: &mut Db, user: &UserId, guess: &Admitted) -> Result<(), StoreError> {
    let persistent = limits::tries_in_a_row(db, guess)? >= MANY;
    if !persistent || !limits::is_first_of_the_day(core, db, Act::SecondFactor, user.as_str())? {
        return Ok(());
    }
    let Some(owner) = users::find_by_id(db, user)? else {
        return Ok(());
    };
    let reset = core.settings.issuer.url("/account/forgot");
    mailed::tell(core, db, &owner, Content::SecondFactorGuessed { reset })
}
