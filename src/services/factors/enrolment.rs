//! Setting a second factor up, and taking it away.

use super::{
    Answer, QrCode,
    challenge::{self, Posed},
    verify::{open, seal, step_of, verify},
};
use crate::{
    crypto::{backup_code, random, seal::Purpose as Sealing, totp},
    domain::{
        audit::{Action, Outcome},
        ids::{SessionId, UserId},
        letter::{Content, Letter},
        one_time::Purpose,
        secret::{Secret, SecretDigest},
        session::{Door, SecondFactor},
        time::{Seconds, Timestamp},
        totp::TotpFactor,
        user::User,
    },
    services::{
        accounts::{Account, Caller, Refusal, mailed},
        audit::{self, Entry},
        core::Core,
        fault::Fault,
        federation::directory,
        limits::{self, Act, Admitted},
        mail,
        sessions::Begun,
        visitor::Visitor,
    },
    store::{Db, StoreError, totp_factors, users},
};

/// What the user is shown once.
#[derive(Debug)]
pub struct Enrolment {
    /// Base32, 160 bits.
    pub secret: Secret<String>,
    /// `otpauth://totp/…`
    pub uri: Secret<String>,
    /// Ten of eight digits.
    pub backup_codes: Vec<Secret<String>>,
    picture: QrCode,
}

/// A letter without a link is worth sending for this long.
const LETTER_LIFE: Seconds = Seconds::days(7);

/// A new secret that counts only after [`confirm`]; [`Refusal::SecondFactorAlreadyOn`] where one is on.
pub async fn enable(core: &Core, caller: Caller) -> Result<Enrolment, Refusal> {
    core.run(move |core| {
        let Account { user, session, .. } = caller.account(core)?;
        let new = factor(core, &user, &of_session(core, &session.id, core.clock.now()));
        if !core.store.write(|db| put(core, db, &new))? {
            return Err(Refusal::SecondFactorAlreadyOn);
        }
        Ok(shown(core, &user, &new)?)
    })
    .await
}

/// The secret of [`enable`] once more, with the same codes, for a page that has to be shown again; to the session that it
/// was made for, and to no other: whoever holds one beside the owner's would see the owner's secret.
pub async fn pending(core: &Core, caller: Caller) -> Result<Option<Enrolment>, Refusal> {
    core.run(move |core| {
        let Account { user, session, .. } = caller.account(core)?;
        let found = core.store.read(|db| totp_factors::find(db, &user.id))?.filter(|factor| !factor.is_on());
        let Some(found) = found else { return Ok(None) };
        let own = of_session(core, &session.id, found.created_at);
        if open(core, &found)?.reveal() != own.reveal() {
            return Ok(None);
        }
        Ok(Some(shown(core, &user, &factor(core, &user, &own))?))
    })
    .await
}

/// The same for somebody who must have a second factor to come in: the challenge is of [`Purpose::Enrolment`]. Asked
/// again, it shows the same secret and codes.
pub async fn begin_enrolment(
    core: &Core,
    token: Secret<String>,
    door: Door,
    visitor: Visitor,
) -> Result<Enrolment, Refusal> {
    core.run(move |core| {
        let Posed { user, .. } =
            challenge::find(core, Purpose::Enrolment, &token, &door, &visitor)?.ok_or(Refusal::InvalidSecondFactor)?;
        let user = core.store.read(|db| users::find_by_id(db, &user))?.ok_or(Refusal::InvalidSecondFactor)?;
        if core.store.read(|db| super::is_on(db, &user.id))? {
            return Err(Refusal::SecondFactorAlreadyOn);
        }
        Ok(shown(core, &user, &factor(core, &user, &of_challenge(core, &token)))?)
    })
    .await
}

/// Turns the factor on with a first code, and lets its user in.
pub async fn finish_enrolment(core: &Core, answer: Answer) -> Result<Begun, Refusal> {
    core.run(move |core| {
        challenge::conclude(core, Purpose::Enrolment, &answer, |db, user| {
            if super::is_on(db, &user.id)? {
                // Somebody has set it up at another door meanwhile.
                return verify(core, db, &user.id, &answer.code);
            }
            let new = factor(core, user, &of_challenge(core, &answer.token));
            let step = step_of(core, &new.factor, &answer.code)?;
            let on = step.is_some() && put(core, db, &new)? && turn_on(core, db, user, step, &answer.visitor)?;
            Ok(on.then_some(SecondFactor::Totp))
        })
    })
    .await
}

/// Turns it on with a first code.
pub async fn confirm(core: &Core, caller: Caller, shown: Secret<String>) -> Result<(), Refusal> {
    core.run(move |core| {
        let guess = Guess::count(core, &caller)?;
        core.store.write(|db| {
            users::lock(db, &guess.user.id)?;
            let factor = match totp_factors::find(db, &guess.user.id)? {
                None => return Ok(Err(Refusal::SecondFactorOff)),
                Some(factor) if factor.is_on() => return Ok(Err(Refusal::SecondFactorAlreadyOn)),
                Some(factor) => factor,
            };
            let step = step_of(core, &factor, &shown)?;
            if turn_on(core, db, &guess.user, step, &caller.visitor)? {
                return guess.was_right(core, db).map(Ok);
            }
            guess.was_wrong(core, db, Action::EnableSecondFactor).map(Err)
        })?
    })
    .await
}

/// Takes the password and a TOTP or backup code. Somebody who has no password shows the code alone.
pub async fn disable(
    core: &Core,
    caller: Caller,
    password: Secret<String>,
    shown: Secret<String>,
) -> Result<(), Refusal> {
    let asking = caller.clone();
    let (guess, phc) = core
        .run(move |core| {
            let guess = Guess::count(core, &asking)?;
            if !core.store.read(|db| super::is_on(db, &guess.user.id))? {
                return Err(Refusal::SecondFactorOff);
            }
            let phc = core.store.read(|db| users::find_password_hash(db, &guess.user.id))?;
            Ok((guess, phc))
        })
        .await?;
    let right = knows_password(core, &guess, phc, password).await?;
    core.run(move |core| {
        core.store.write(|db| {
            users::lock(db, &guess.user.id)?;
            if !right {
                guess.was_wrong(core, db, Action::DisableSecondFactor)?;
                return Ok(Err(Refusal::InvalidCredentials));
            }
            if verify(core, db, &guess.user.id, &shown)?.is_none() {
                return guess.was_wrong(core, db, Action::DisableSecondFactor).map(Err);
            }
            totp_factors::delete(db, &guess.user.id)?;
            tell(core, db, &guess.user, Content::SecondFactorOff)?;
            guess.write_down(core, db, Action::DisableSecondFactor, "off")?;
            guess.was_right(core, db).map(Ok)
        })?
    })
    .await
}

/// Ten new backup codes in the place of the old ones; takes a TOTP code.
pub async fn renew_backup_codes(
    core: &Core,
    caller: Caller,
    shown: Secret<String>,
) -> Result<Vec<Secret<String>>, Refusal> {
    core.run(move |core| {
        let guess = Guess::count(core, &caller)?;
        let user = &guess.user.id;
        core.store.write(|db| {
            users::lock(db, user)?;
            let Some(factor) = totp_factors::find(db, user)?.filter(TotpFactor::is_on) else {
                return Ok(Err(Refusal::SecondFactorOff));
            };
            let spent = match step_of(core, &factor, &shown)? {
                Some(step) => totp_factors::spend_step(db, user, step)?,
                None => false,
            };
            if !spent {
                return guess.was_wrong(core, db, Action::SecondFactor).map(Err);
            }
            let codes = backup_code::derive(&core.ring, user, &random::bytes::<32>());
            totp_factors::replace_backup_codes(db, user, &digests(core, user, &codes))?;
            guess.write_down(core, db, Action::SecondFactor, "new backup codes")?;
            guess.was_right(core, db)?;
            Ok(Ok(codes))
        })?
    })
    .await
}

impl Enrolment {
    pub fn qr_code(&self) -> &QrCode {
        &self.picture
    }
}

/// A factor that is not on yet, and what its user is shown of it.
struct New {
    factor: TotpFactor,
    secret: Secret<Vec<u8>>,
    codes: Vec<Secret<String>>,
}

/// A code of somebody who is signed in: counted before it is looked at.
struct Guess {
    user: User,
    visitor: Visitor,
    admitted: Admitted,
}

impl Guess {
    fn count(core: &Core, caller: &Caller) -> Result<Self, Refusal> {
        let user = caller.account(core)?.user;
        let admitted = limits::admit(core, Act::SecondFactor, &caller.visitor, Some(user.id.as_str()))?;
        Ok(Self { user, visitor: caller.visitor.clone(), admitted })
    }

    fn was_right(&self, core: &Core, db: &mut Db) -> Result<(), StoreError> {
        limits::forgive(core, db, &self.admitted)
    }

    fn was_wrong(&self, core: &Core, db: &mut Db, action: Action) -> Result<Refusal, StoreError> {
        audit::record(core, db, Entry::by_user(&self.user.id, action, Outcome::Refused, self.visitor.address))?;
        Ok(Refusal::InvalidSecondFactor)
    }

    fn write_down(&self, core: &Core, db: &mut Db, action: Action, what: &str) -> Result<(), StoreError> {
        let entry = Entry::by_user(&self.user.id, action, Outcome::Done, self.visitor.address);
        audit::record(core, db, entry.with(what))
    }
}

/// Ours, or the directory's; whoever signs in by a provider alone has none to show.
async fn knows_password(
    core: &Core,
    guess: &Guess,
    phc: Option<String>,
    password: Secret<String>,
) -> Result<bool, Refusal> {
    let fits = (1..=core.settings.passwords.maximum_length).contains(&password.reveal().chars().count());
    let email = guess.user.email.as_deref().unwrap_or_default();
    match (directory::route(core, email), phc) {
        (Some(_), _) | (None, Some(_)) if !fits => Ok(false),
        (Some(directory), _) => {
            match directory::authenticate(core, directory, email, &password, &guess.visitor).await {
                Ok(user) => Ok(user.id == guess.user.id),
                Err(Refusal::InvalidCredentials) => Ok(false),
                Err(refusal) => Err(refusal),
            }
        }
        (None, Some(phc)) => Ok(core.verify_password(password, Some(phc)).await?),
        (None, None) => Ok(true),
    }
}

/// The codes come from the secret, so that a page can be shown twice.
fn factor(core: &Core, user: &User, secret: &Secret<Vec<u8>>) -> New {
    let factor = TotpFactor {
        user_id: user.id.clone(),
        sealed_secret: seal(core, &user.id, secret),
        confirmed_at: None,
        last_step: 0,
        created_at: core.clock.now(),
    };
    New { factor, secret: secret.clone(), codes: backup_code::derive(&core.ring, &user.id, secret.reveal()) }
}

/// False where a factor is on already.
fn put(core: &Core, db: &mut Db, new: &New) -> Result<bool, StoreError> {
    totp_factors::put(db, &new.factor, &digests(core, &new.factor.user_id, &new.codes))
}

fn shown(core: &Core, user: &User, new: &New) -> Result<Enrolment, Fault> {
    let uri = totp::uri(&new.secret, core.settings.issuer.host(), user.email.as_deref().unwrap_or(&user.username));
    let picture = QrCode::of(uri.reveal())?;
    Ok(Enrolment { secret: totp::base32(&new.secret), uri, backup_codes: new.codes.clone(), picture })
}

/// Each challenge has a secret of its own, which nothing stores: who holds another challenge of this user never sees it.
fn of_challenge(core: &Core, token: &Secret<String>) -> Secret<Vec<u8>> {
    derived(core, &format!("challenge/{}", token.reveal()))
}

/// The same for a session and the moment in which it asked.
fn of_session(core: &Core, session: &SessionId, at: Timestamp) -> Secret<Vec<u8>> {
    derived(core, &format!("session/{session}/{}", at.unix()))
}

/// 160 bits (RFC 4226 §4) that only the sealing key can make.
fn derived(core: &Core, of: &str) -> Secret<Vec<u8>> {
    let tag = core.ring.mac(Sealing::Totp, of.as_bytes()).tag;
    Secret::new(tag.into_iter().take(20).collect())
}

fn digests(core: &Core, user: &UserId, codes: &[Secret<String>]) -> Vec<SecretDigest> {
    codes.iter().map(|code| backup_code::digest(&core.ring, user, code.reveal())).collect()
}

/// False where the code belongs to no step.
fn turn_on(core: &Core, db: &mut Db, user: &User, step: Option<i64>, visitor: &Visitor) -> Result<bool, StoreError> {
    let on = match step {
        Some(step) => totp_factors::confirm(db, &user.id, step, core.clock.now())?,
        None => false,
    };
    if on {
        tell(core, db, user, Content::SecondFactorOn)?;
        audit::record(core, db, Entry::by_user(&user.id, Action::EnableSecondFactor, Outcome::Done, visitor.address))?;
    }
    Ok(on)
}

/// An address that nobody confirmed is told, too: it may be the owner who learns of a theft.
fn tell(core: &Core, db: &mut Db, user: &User, content: Content) -> Result<(), StoreError> {
    let Some(to) = user.email.clone() else {
        return Ok(());
    };
    mail::post(core, db, &Letter { to, name: mailed::known_name(user), content }, LETTER_LIFE)
}
