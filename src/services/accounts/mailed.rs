//! Codes and links that go by mail, written down with their letter; and the same work for nobody.

use crate::{
    crypto::{digest, one_time, random},
    domain::{
        ids::UserId,
        letter::{Content, Letter},
        one_time::{OneTimeToken, Purpose},
        secret::Secret,
        time::Seconds,
        user::User,
    },
    services::{core::Core, mail},
    store::{Db, StoreError, one_time_tokens, users},
};

/// What only tells of something is worth delivering for so long.
const NEWS: Seconds = Seconds::days(3);

/// Can belong to nobody: RFC 2606 §2.
const NOBODY: &str = "nobody@signet.invalid";

/// Why somebody is written a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::services) enum Errand {
    Confirm,
    Reset,
    Invite,
}

/// So many letters of one kind to one address are good at once.
const LINKS: usize = 3;

/// The secrets of one letter.
pub(in crate::services) struct Written {
    token: Secret<String>,
    code: Secret<String>,
}

/// A new link, and code, for an address of this user, present or future. A few letters before it stay good: whoever asks for
/// another must not take the owner's away.
pub(in crate::services) fn send(
    core: &Core,
    db: &mut Db,
    errand: Errand,
    user: &User,
    address: &str,
) -> Result<(), StoreError> {
    let written = keep(core, db, errand, user, address)?;
    let name = match errand {
        // Whoever typed the address chose the name, too.
        Errand::Confirm | Errand::Invite => None,
        Errand::Reset => known_name(user),
    };
    let letter = Letter { to: address.to_owned(), name, content: errand.content(core, &written) };
    mail::post(core, db, &letter, errand.life(core))
}

/// The same without the letter.
pub(super) fn keep(
    core: &Core,
    db: &mut Db,
    errand: Errand,
    user: &User,
    address: &str,
) -> Result<Written, StoreError> {
    let written = Written::new();
    let kept = OneTimeToken { payload: Some(address.to_owned()), ..errand.kept(core, &user.id, &written) };
    one_time_tokens::insert_beside(db, &kept, LINKS)?;
    Ok(written)
}

/// The statements of [`send`], for an address that gets no letter: a row that is dead, and a letter that is, too.
pub(super) fn pretend(core: &Core, db: &mut Db, errand: Errand) -> Result<(), StoreError> {
    pretend_token(core, db, errand)?;
    pretend_letter(core, db, errand)
}

/// The same without the token.
pub(super) fn pretend_letter(core: &Core, db: &mut Db, errand: Errand) -> Result<(), StoreError> {
    let content = errand.content(core, &Written::new());
    mail::post(core, db, &Letter { to: NOBODY.to_owned(), name: None, content }, Seconds(0))
}

/// The same without the letter.
pub(super) fn pretend_token(core: &Core, db: &mut Db, errand: Errand) -> Result<(), StoreError> {
    let nobody = UserId::new(core.clock.now(), random::bytes());
    let kept = errand.kept(core, &nobody, &Written::new());
    users::lock(db, &nobody)?;
    one_time_tokens::delete_of(db, errand.purpose(), &nobody)?;
    one_time_tokens::insert(db, &OneTimeToken { user_id: None, expires_at: kept.created_at, ..kept }).map(drop)
}

/// Whoever typed an address that nobody has proved chose the name, too.
pub(in crate::services) fn known_name(user: &User) -> Option<String> {
    user.profile.name.clone().filter(|_| user.email_verified)
}

/// Tells a user at the address of the account, if it has one.
pub(in crate::services) fn tell(core: &Core, db: &mut Db, user: &User, content: Content) -> Result<(), StoreError> {
    let Some(address) = &user.email else {
        return Ok(());
    };
    mail::post(core, db, &Letter { to: address.clone(), name: known_name(user), content }, NEWS)
}

/// Somebody has registered, or wanted to move to, the address of this user.
pub(super) fn already_registered(core: &Core) -> Content {
    let issuer = &core.settings.issuer;
    Content::AlreadyRegistered { sign_in: issuer.url("/account"), reset: issuer.url("/account/forgot") }
}

pub(in crate::services) fn password_changed(core: &Core) -> Content {
    Content::PasswordChanged { reset: core.settings.issuer.url("/account/forgot") }
}

/// Told at the address of the account while there is still time to stop it.
pub(super) fn email_change_asked(core: &Core, new_email: &str) -> Content {
    let reset = core.settings.issuer.url("/account/forgot");
    Content::EmailChangeAsked { new_email: new_email.to_owned(), reset }
}

impl Written {
    fn new() -> Self {
        Self { token: random::token(), code: one_time::code() }
    }
}

impl Errand {
    const fn purpose(self) -> Purpose {
        match self {
            Self::Confirm => Purpose::ConfirmEmail,
            Self::Reset => Purpose::ResetPassword,
            Self::Invite => Purpose::Invitation,
        }
    }

    fn life(self, core: &Core) -> Seconds {
        match self {
            Self::Confirm => core.settings.accounts.confirm_seconds,
            Self::Reset => core.settings.accounts.reset_seconds,
            Self::Invite => core.settings.accounts.invitation_seconds,
        }
    }

    fn kept(self, core: &Core, user: &UserId, written: &Written) -> OneTimeToken {
        let now = core.clock.now();
        let digits = match self {
            Self::Confirm => Some(one_time::digest(&core.ring, self.purpose(), user, written.code.reveal())),
            Self::Reset | Self::Invite => None,
        };
        OneTimeToken {
            digest: digest::secret(written.token.reveal()),
            purpose: self.purpose(),
            user_id: Some(user.clone()),
            code: digits,
            payload: None,
            attempts: 0,
            created_at: now,
            expires_at: now.plus(self.life(core)),
        }
    }

    fn content(self, core: &Core, written: &Written) -> Content {
        let minutes = (self.life(core).0 / 60).max(1);
        let link = |page: &str| core.settings.issuer.url(&format!("/account/{page}?token={}", written.token.reveal()));
        match self {
            Self::Confirm => {
                Content::ConfirmEmail { code: written.code.reveal().clone(), link: link("confirm"), minutes }
            }
            Self::Reset => Content::ResetPassword { link: link("reset"), minutes },
            Self::Invite => Content::Invitation { link: link("invitation"), time: spoken(minutes) },
        }
    }
}

/// A span in the greatest unit that it is a whole number of.
fn spoken(minutes: i64) -> String {
    let (count, unit) = match minutes {
        days if days % 1440 == 0 => (days / 1440, "day"),
        hours if hours % 60 == 0 => (hours / 60, "hour"),
        _ => (minutes, "minute"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_reads_as_people_say_it() {
        for (minutes, words) in
            [(10_080, "7 days"), (1440, "1 day"), (120, "2 hours"), (60, "1 hour"), (90, "90 minutes")]
        {
            assert_eq!(spoken(minutes), words);
        }
    }
}
