//! The step between the first factor and the session: a token that is spent by the right code, and dies of wrong ones.

use serde::{Deserialize, Serialize};

use super::super::{
    accounts::Refusal,
    audit::{self, Entry},
    core::Core,
    limits::{self, Act, Admitted},
    sessions::{self, Begun, SignIn},
    visitor::Visitor,
};
use super::{alarm, verify::verify};
use crate::{
    crypto::{digest, random},
    domain::{
        audit::{Action, Outcome},
        ids::UserId,
        one_time::{OneTimeToken, Purpose},
        secret::{Secret, SecretDigest},
        session::{Door, Methods, SecondFactor},
        user::{User, UserStatus},
    },
    store::{Db, StoreError, one_time_tokens, users},
};

/// What the next step has to show: good for its door, and on a browser for that browser.
#[derive(Clone, Debug)]
pub struct Challenge {
    pub token: Secret<String>,
    /// [`Purpose::SecondFactor`], or [`Purpose::Enrolment`] where the factor has to be set up first.
    pub purpose: Purpose,
}

/// A code for a challenge.
#[derive(Clone, Debug)]
pub struct Answer {
    pub token: Secret<String>,
    /// Six digits of the authenticator, or a backup code.
    pub code: Secret<String>,
    pub door: Door,
    /// The session cookie that the browser had before.
    pub cookie: Option<String>,
    pub visitor: Visitor,
}

/// What the row of a challenge remembers of the first step.
#[derive(Serialize, Deserialize)]
struct Payload {
    door: String,
    methods: String,
    browser: Option<String>,
}

/// A live challenge that was shown where it was posed.
pub(super) struct Posed {
    pub(super) user: UserId,
    digest: SecretDigest,
    methods: Methods,
}

/// Poses a challenge to a user who has shown the first factor.
pub fn pose(
    core: &Core,
    db: &mut Db,
    purpose: Purpose,
    user: &User,
    sign_in: &SignIn,
) -> Result<Challenge, StoreError> {
    let (now, token) = (core.clock.now(), random::token());
    let payload = Payload {
        door: sign_in.door.as_str().to_owned(),
        methods: sign_in.methods.as_str().to_owned(),
        browser: browser(&sign_in.door, &sign_in.visitor),
    };
    let row = OneTimeToken {
        digest: digest::secret(token.reveal()),
        purpose,
        user_id: Some(user.id.clone()),
        code: None,
        payload: serde_json::to_string(&payload).ok(),
        attempts: 0,
        created_at: now,
        expires_at: now.plus(core.settings.accounts.challenge_seconds),
    };
    one_time_tokens::insert(db, &row)?;
    Ok(Challenge { token, purpose })
}

/// Answers it: of N parallel callers with the right code one gets a session.
pub async fn answer(core: &Core, answer: Answer) -> Result<Begun, Refusal> {
    core.run(move |core| {
        conclude(core, Purpose::SecondFactor, &answer, |db, user| verify(core, db, &user.id, &answer.code))
    })
    .await
}

/// Counts the answer at the address, the account and the challenge before `prove` looks at the code; a right one spends
/// the challenge and begins the session, all in one transaction.
pub(super) fn conclude(
    core: &Core,
    purpose: Purpose,
    answer: &Answer,
    prove: impl FnOnce(&mut Db, &User) -> Result<Option<SecondFactor>, StoreError>,
) -> Result<Begun, Refusal> {
    let posed = find(core, purpose, &answer.token, &answer.door, &answer.visitor)?;
    let account = posed.as_ref().map(|posed| posed.user.as_str());
    let admitted = limits::admit(core, Act::SecondFactor, &answer.visitor, account)?;
    let posed = posed.ok_or(Refusal::InvalidSecondFactor)?;
    let attempt = Attempt { core, purpose, posed: &posed, answer, admitted: &admitted };
    core.store.write(|db| match attempt.judge(db, prove)? {
        Ok((user, methods)) => attempt.let_in(db, &user, methods).map(Ok),
        Err((refusal, why)) => attempt.refused(db, why).map(|()| Err(refusal)),
    })?
}

/// A live challenge, at the door and on the browser where it was posed; anywhere else it is none.
pub(super) fn find(
    core: &Core,
    purpose: Purpose,
    token: &Secret<String>,
    door: &Door,
    visitor: &Visitor,
) -> Result<Option<Posed>, StoreError> {
    let digest = digest::secret(token.reveal());
    let row = core.store.read(|db| one_time_tokens::find(db, purpose, &digest, core.clock.now()))?;
    Ok(row.and_then(|row| {
        let payload: Payload = serde_json::from_str(row.payload.as_deref()?).ok()?;
        let methods = Methods::parse(&payload.methods)?;
        let here = payload.door == door.as_str() && payload.browser == browser(door, visitor);
        here.then_some(Posed { user: row.user_id?, digest, methods })
    }))
}

/// A challenge of the account API is bound to nothing but its token: its callers are programs.
fn browser(door: &Door, visitor: &Visitor) -> Option<String> {
    match door {
        Door::Browser => visitor.browser.as_ref().map(|binding| digest::left_half(binding.reveal())),
        Door::Api(_) => None,
    }
}

/// Who comes in, and how they have proved it; or why not, for them and for the audit log.
type Judged = Result<(User, Methods), (Refusal, &'static str)>;

/// One answer to one challenge.
struct Attempt<'a> {
    core: &'a Core,
    purpose: Purpose,
    posed: &'a Posed,
    answer: &'a Answer,
    admitted: &'a Admitted,
}

impl Attempt<'_> {
    /// The user is held first, as at the first step: a change of the password either has deleted the challenge, or comes
    /// after and ends the session. Counting holds the challenge: parallel answers are looked at one by one.
    fn judge(
        &self,
        db: &mut Db,
        prove: impl FnOnce(&mut Db, &User) -> Result<Option<SecondFactor>, StoreError>,
    ) -> Result<Judged, StoreError> {
        users::lock(db, &self.posed.user)?;
        let counted = one_time_tokens::count_attempt(db, self.purpose, &self.posed.digest, self.core.clock.now())?;
        let Some(user) = users::find_by_id(db, &self.posed.user)?.filter(|_| counted) else {
            return Ok(Err((Refusal::InvalidSecondFactor, "the challenge is dead")));
        };
        match user.status {
            UserStatus::Active => {}
            UserStatus::Suspended => return Ok(Err((Refusal::Suspended, "suspended"))),
            UserStatus::Disabled => return Ok(Err((Refusal::Disabled, "disabled"))),
        }
        Ok(match prove(db, &user)? {
            Some(second) => Ok((user, self.posed.methods.and(second))),
            None => Err((Refusal::InvalidSecondFactor, "the code was wrong")),
        })
    }

    fn let_in(&self, db: &mut Db, user: &User, methods: Methods) -> Result<Begun, StoreError> {
        let Answer { door, visitor, cookie, .. } = self.answer.clone();
        one_time_tokens::delete(db, self.purpose, &self.posed.digest)?;
        let begun = sessions::begin(self.core, db, user, &SignIn { methods, door, visitor, cookie })?;
        let entry = Entry::by_user(&user.id, Action::SecondFactor, Outcome::Done, self.answer.visitor.address);
        audit::record(self.core, db, entry.with(begun.describe()))?;
        limits::forgive(self.core, db, self.admitted)?;
        Ok(begun)
    }

    fn refused(&self, db: &mut Db, why: &str) -> Result<(), StoreError> {
        if self.purpose == Purpose::SecondFactor {
            alarm::sound(self.core, db, &self.posed.user, self.admitted)?;
        }
        let (user, address) = (Some(&self.posed.user), self.answer.visitor.address);
        audit::record(
            self.core,
            db,
            Entry::by_stranger(user, Action::SecondFactor, Outcome::Refused, address).with(why),
        )
    }
}
