//! Confirming an address, by the code or the link of a letter; the address of an account, or the one it shall have.

use super::{
    Caller, Refusal, endings,
    mailed::{self, Errand},
};
use crate::{
    crypto::{digest, one_time, random},
    domain::{
        audit::{Action, Outcome},
        ids::{SessionId, UserId},
        letter::Content,
        one_time::{OneTimeToken, Purpose},
        secret::Secret,
        user::{User, normal_email},
    },
    services::{
        audit::{self, Entry},
        core::Core,
        limits::{self, Act, Admitted, Postage},
        visitor::Visitor,
    },
    store::{
        Db, StoreError, one_time_tokens,
        users::{self, Updated},
    },
};

/// One try at a door.
struct Try {
    visitor: Visitor,
    admitted: Admitted,
    /// Who tries, where somebody is signed in.
    signed_in: Option<(UserId, SessionId)>,
}

/// By the 6 digits, and the address that they were sent to. A wrong code is counted before it is answered, and five of them
/// are the end of the right one; an address that waits for nothing is the same work, and the same answer.
///
/// The first proof of any address of an account ends what others began: [`endings::end_strangers`].
pub async fn confirm(core: &Core, email: String, digits: Secret<String>, caller: Caller) -> Result<User, Refusal> {
    let address = normal_email(&email).ok_or(Refusal::InvalidConfirmation)?;
    core.run(move |core| {
        let attempt = Try::begin(core, caller, Some(&address))?;
        core.store.write(|db| match by_code(core, db, &address, &digits)? {
            Some(token) => settle(core, db, &token, &attempt),
            None => refused(core, db, &address, &attempt),
        })?
    })
    .await
}

/// By the link's token.
pub async fn confirm_by_link(core: &Core, token: Secret<String>, caller: Caller) -> Result<User, Refusal> {
    core.run(move |core| {
        let attempt = Try::begin(core, caller, None)?;
        core.store.write(|db| match by_link(core, db, &token)? {
            Some(token) => settle(core, db, &token, &attempt),
            None => refused(core, db, "", &attempt),
        })?
    })
    .await
}

/// Sends a new code and link; answers the same, after the same work, for every address.
pub async fn request_confirmation(core: &Core, email: String, visitor: Visitor) -> Result<(), Refusal> {
    let address = normal_email(&email).ok_or(Refusal::InvalidEmail)?;
    core.run(move |core| {
        limits::admit(core, Act::Confirm, &visitor, Some(&address))?;
        let postage = limits::postage(core, Act::Confirm, &address)?;
        core.store.write(|db| {
            let user = waits(core, db, &address)?.filter(|_| postage == Postage::Paid);
            match &user {
                Some(user) => mailed::send(core, db, Errand::Confirm, user, &address)?,
                None => mailed::pretend(core, db, Errand::Confirm)?,
            }
            let outcome = if user.is_some() { Outcome::Done } else { Outcome::Refused };
            let user = user.map(|user| user.id);
            let entry = Entry::by_stranger(user.as_ref(), Action::ConfirmEmail, outcome, visitor.address);
            audit::record(core, db, entry.with("asked for a letter"))
        })?;
        Ok(())
    })
    .await
}

/// The token that this code spends.
fn by_code(
    core: &Core,
    db: &mut Db,
    address: &str,
    digits: &Secret<String>,
) -> Result<Option<OneTimeToken>, StoreError> {
    let now = core.clock.now();
    // Several accounts may want the same address, and have a few letters each.
    let waiting = one_time_tokens::list_by_address(db, address, now)?;
    hold(db, &waiting)?;
    if let Some(token) = waiting.iter().find(|token| fits(core, token, digits)) {
        let spent = one_time_tokens::consume(db, Purpose::ConfirmEmail, &token.digest, now)?;
        return Ok(Some(token.clone()).filter(|_| spent));
    }
    if waiting.is_empty() {
        let nobody = UserId::new(now, random::bytes());
        let kept = digest::secret(random::token().reveal());
        one_time::fits(&core.ring, Purpose::ConfirmEmail, &nobody, digits.reveal(), &kept);
    }
    one_time_tokens::count_attempt_at(db, address, now)?;
    Ok(None)
}

fn fits(core: &Core, token: &OneTimeToken, digits: &Secret<String>) -> bool {
    let (Some(user), Some(kept)) = (&token.user_id, &token.code) else {
        return false;
    };
    one_time::fits(&core.ring, token.purpose, user, digits.reveal(), kept)
}

fn by_link(core: &Core, db: &mut Db, token: &Secret<String>) -> Result<Option<OneTimeToken>, StoreError> {
    let (digest, now) = (digest::secret(token.reveal()), core.clock.now());
    let Some(token) = one_time_tokens::find_link(db, Purpose::ConfirmEmail, &digest, now)? else {
        return Ok(None);
    };
    hold(db, std::slice::from_ref(&token))?;
    let spent = one_time_tokens::consume_link(db, Purpose::ConfirmEmail, &token.digest, now)?;
    Ok(Some(token).filter(|_| spent))
}

/// The users before their tokens, like everybody who replaces a token, and in one order: else two could wait for each other.
fn hold(db: &mut Db, tokens: &[OneTimeToken]) -> Result<(), StoreError> {
    let mut waiting: Vec<&UserId> = tokens.iter().filter_map(|token| token.user_id.as_ref()).collect();
    waiting.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    waiting.dedup();
    waiting.into_iter().try_for_each(|user| users::lock(db, user))
}

/// The address is proved: it is the account's from now on, unless it has become another's meanwhile.
fn settle(core: &Core, db: &mut Db, token: &OneTimeToken, attempt: &Try) -> Result<Result<User, Refusal>, StoreError> {
    let (Some(id), Some(address)) = (&token.user_id, &token.payload) else {
        return refused(core, db, "", attempt);
    };
    let Some(user) = users::find_by_id(db, id)? else {
        return refused(core, db, address, attempt);
    };
    let (now, first) = (core.clock.now(), users::find_proofs(db, id)?.first.is_none());
    match users::confirm_email(db, id, address, now)? {
        Updated::Updated => {}
        Updated::EmailTaken | Updated::UsernameTaken | Updated::Absent => return refused(core, db, address, attempt),
    }
    let moves = user.email.as_deref() != Some(address);
    if moves {
        leave(core, db, &user, address)?;
    }
    // The other letters, too: what waits for another address was asked for by whoever was here before.
    one_time_tokens::delete_of(db, Purpose::ConfirmEmail, id)?;
    if first {
        endings::end_strangers(db, id, attempt.session_of(id), now)?;
    }
    let action = if moves { Action::ChangeEmail } else { Action::ConfirmEmail };
    audit::record(core, db, Entry::by_user(id, action, Outcome::Done, attempt.visitor.address))?;
    limits::forgive(core, db, &attempt.admitted)?;
    Ok(Ok(User { email: Some(address.clone()), email_verified: true, updated_at: now, ..user }))
}

impl Try {
    /// Counted, whoever tries: a cookie or a token of nobody is no obstacle.
    fn begin(core: &Core, caller: Caller, address: Option<&str>) -> Result<Self, Refusal> {
        let admitted = limits::admit(core, Act::Confirm, &caller.visitor, address)?;
        let signed_in = match caller.account(core) {
            Ok(account) => Some((account.user.id, account.session.id)),
            Err(Refusal::Fault(fault)) => return Err(fault.into()),
            Err(_) => None,
        };
        Ok(Self { visitor: caller.visitor, admitted, signed_in })
    }

    fn session_of(&self, user: &UserId) -> Option<&SessionId> {
        self.signed_in.as_ref().filter(|(whose, _)| whose == user).map(|(_, session)| session)
    }
}

/// What was sent to the old address opens nothing any more, and whoever reads it there is told.
fn leave(core: &Core, db: &mut Db, user: &User, new_email: &str) -> Result<(), StoreError> {
    one_time_tokens::delete_of(db, Purpose::ResetPassword, &user.id)?;
    if user.email_verified {
        mailed::tell(core, db, user, Content::EmailChanged { new_email: new_email.to_owned() })?;
    }
    Ok(())
}

fn refused(core: &Core, db: &mut Db, address: &str, attempt: &Try) -> Result<Result<User, Refusal>, StoreError> {
    let owner = users::find_by_email(db, address)?.map(|owner| owner.id);
    let entry = Entry::by_stranger(owner.as_ref(), Action::ConfirmEmail, Outcome::Refused, attempt.visitor.address);
    audit::record(core, db, entry)?;
    Ok(Err(Refusal::InvalidConfirmation))
}

/// Who waits for this address to be confirmed: whose it is unproved, or else who wants to move to it.
fn waits(core: &Core, db: &mut Db, address: &str) -> Result<Option<User>, StoreError> {
    let waiting = one_time_tokens::list_by_address(db, address, core.clock.now())?;
    if let Some(owner) = users::find_by_email(db, address)? {
        return Ok(Some(owner).filter(|owner| !owner.email_verified));
    }
    match waiting.into_iter().find_map(|token| token.user_id) {
        Some(user) => users::find_by_id(db, &user),
        None => Ok(None),
    }
}
