//! From the first factor to the session: who may come in, and whether once more has to be shown who it is.

use super::{
    Refusal,
    login::{LoginOutcome, Second},
};
use crate::{
    domain::{
        audit::{Action, Outcome},
        ids::UserId,
        mount::Unconfirmed,
        one_time::Purpose,
        session::{Door, Methods},
        user::{User, UserStatus},
    },
    services::{
        audit::{self, Entry},
        core::Core,
        factors::{self, Demand},
        limits::{self, Act, Admitted},
        sessions::{self, SignIn},
    },
    store::{Db, StoreError, users},
};

/// Somebody whose first factor was proved.
pub(super) struct Proved {
    pub(super) user: UserId,
    /// `None` where somebody else knows the password.
    pub(super) hash: Option<Verified>,
    pub(super) second: Second,
    pub(super) unconfirmed: Unconfirmed,
    pub(super) sign_in: SignIn,
    pub(super) admitted: Option<Admitted>,
}

/// The hash that the password was verified against, and the one that stands afterwards.
pub(super) struct Verified {
    pub(super) old: String,
    pub(super) new: String,
}

/// Why somebody who was right so far does not come in.
struct Refused {
    refusal: Refusal,
    why: &'static str,
}

/// Lets in a user whose first factor was proved elsewhere: by an upstream provider, or by a service that vouches.
/// Status and second factor are judged here as at every login.
pub async fn enter(core: &Core, user: User, sign_in: SignIn) -> Result<LoginOutcome, Refusal> {
    let proved = Proved {
        user: user.id,
        hash: None,
        second: Second::Challenge,
        unconfirmed: Unconfirmed::MaySignIn,
        sign_in,
        admitted: None,
    };
    core.run(move |core| let_in(core, &proved)).await
}

/// Inside a crossing: judges, begins the session or asks for the second factor, and writes down which, in one transaction.
pub(super) fn let_in(core: &Core, proved: &Proved) -> Result<LoginOutcome, Refusal> {
    let guess = count_guess(core, proved)?;
    core.store.write(|db| {
        let outcome = decide(core, db, proved)?;
        write_down(core, db, proved, &outcome)?;
        let (password_was_right, code_was_right) = match &outcome {
            Ok(_) => (true, true),
            Err(refused) => (!matches!(refused.refusal, Refusal::InvalidCredentials), false),
        };
        if let Some(guess) = guess.as_ref().filter(|_| code_was_right) {
            limits::forgive(core, db, guess)?;
        }
        if let Some(guess) = guess.as_ref().filter(|_| was_guessed(&outcome)) {
            factors::sound_alarm(core, db, &proved.user, guess)?;
        }
        if let Some(admitted) = proved.admitted.as_ref().filter(|_| password_was_right) {
            limits::forgive(core, db, admitted)?;
        }
        Ok(outcome.map_err(|refused| refused.refusal))
    })?
}

fn was_guessed(outcome: &Result<LoginOutcome, Refused>) -> bool {
    matches!(outcome, Err(Refused { refusal: Refusal::InvalidSecondFactor, .. }))
}

/// A code that comes with the password is a guess like any other: counted before it is looked at.
fn count_guess(core: &Core, proved: &Proved) -> Result<Option<Admitted>, Refusal> {
    let Second::Inline(Some(_)) = &proved.second else {
        return Ok(None);
    };
    if !core.store.read(|db| factors::is_on(db, &proved.user))? {
        return Ok(None);
    }
    limits::admit(core, Act::SecondFactor, &proved.sign_in.visitor, Some(proved.user.as_str())).map(Some)
}

fn decide(core: &Core, db: &mut Db, proved: &Proved) -> Result<Result<LoginOutcome, Refused>, StoreError> {
    let Some(user) = hold(db, proved)? else {
        return Ok(Err(Refused { refusal: Refusal::InvalidCredentials, why: "the password was changed meanwhile" }));
    };
    if let Err(refused) = may_enter(&user, proved.unconfirmed) {
        return Ok(Err(refused));
    }
    let pose = |db: &mut Db, purpose| {
        factors::pose(core, db, purpose, &user, &proved.sign_in)
            .map(|challenge| Ok(LoginOutcome::SecondFactor(challenge)))
    };
    let methods = proved.sign_in.methods;
    match (factors::demanded(&core.settings, db, &user)?, &proved.second) {
        (Demand::Nothing, _) => begin(core, db, &user, proved, methods),
        (Demand::Code, Second::Challenge) => pose(db, Purpose::SecondFactor),
        (Demand::Code, Second::Inline(None)) => {
            Ok(Err(Refused { refusal: Refusal::SecondFactorRequired, why: "no second factor was shown" }))
        }
        (Demand::Code, Second::Inline(Some(shown))) => match factors::verify(core, db, &user.id, shown)? {
            Some(second) => begin(core, db, &user, proved, methods.and(second)),
            None => Ok(Err(Refused { refusal: Refusal::InvalidSecondFactor, why: "the second factor was wrong" })),
        },
        (Demand::Enrolment, _) => match proved.sign_in.door {
            Door::Browser => pose(db, Purpose::Enrolment),
            Door::Api(_) => Ok(Err(Refused {
                refusal: Refusal::SecondFactorMissing,
                why: "a second factor has to be set up first",
            })),
        },
    }
}

/// The user as of now, held until the transaction ends: a change of the password, or of anything that ends sessions,
/// either comes before and is seen here, or comes after and ends this session, too. `None`: the password was changed
/// since it was verified.
fn hold(db: &mut Db, proved: &Proved) -> Result<Option<User>, StoreError> {
    users::lock(db, &proved.user)?;
    let stands = match &proved.hash {
        Some(Verified { old, new }) => users::replace_hash(db, &proved.user, old, new)?,
        None => true,
    };
    if stands { users::find_by_id(db, &proved.user) } else { Ok(None) }
}

/// Told only after the first factor.
fn may_enter(user: &User, unconfirmed: Unconfirmed) -> Result<(), Refused> {
    match user.status {
        UserStatus::Active => {}
        UserStatus::Suspended => return Err(Refused { refusal: Refusal::Suspended, why: "suspended" }),
        UserStatus::Disabled => return Err(Refused { refusal: Refusal::Disabled, why: "disabled" }),
    }
    match unconfirmed {
        Unconfirmed::MustConfirm if user.email.is_some() && !user.email_verified => {
            Err(Refused { refusal: Refusal::EmailNotConfirmed, why: "the address is not confirmed" })
        }
        Unconfirmed::MustConfirm | Unconfirmed::MaySignIn => Ok(()),
    }
}

fn begin(
    core: &Core,
    db: &mut Db,
    user: &User,
    proved: &Proved,
    methods: Methods,
) -> Result<Result<LoginOutcome, Refused>, StoreError> {
    let begun = sessions::begin(core, db, user, &SignIn { methods, ..proved.sign_in.clone() })?;
    Ok(Ok(LoginOutcome::SignedIn(Box::new(begun))))
}

/// A sign-in in two steps is two entries: this one, and the one of the second factor.
fn write_down(
    core: &Core,
    db: &mut Db,
    proved: &Proved,
    outcome: &Result<LoginOutcome, Refused>,
) -> Result<(), StoreError> {
    let (user, address) = (&proved.user, proved.sign_in.visitor.address);
    let done = || Entry::by_user(user, Action::Login, Outcome::Done, address);
    let entry = match outcome {
        Ok(LoginOutcome::SignedIn(begun)) => done().with(begun.describe()),
        Ok(LoginOutcome::SecondFactor(_)) => done().with("the second factor was asked for"),
        Err(Refused { why, .. }) => Entry::by_stranger(Some(user), Action::Login, Outcome::Refused, address).with(*why),
    };
    audit::record(core, db, entry)
}
