//! The step between the right password and the session: a token that is spent by the right code, and dies of wrong ones.

use super::super::{
    accounts::Refusal,
    core::Core,
    sessions::{Begun, SignIn},
    visitor::Visitor,
};
use crate::{
    domain::{one_time::Purpose, secret::Secret, session::Door, user::User},
    store::{Db, StoreError},
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

/// Poses a challenge to a user who has shown the first factor.
pub fn pose(core: &Core, db: &mut Db, user: &User, sign_in: &SignIn) -> Result<Challenge, StoreError> {
    todo!()
}

/// Answers it: of N parallel callers with the right code one gets a session.
pub async fn answer(core: &Core, answer: Answer) -> Result<Begun, Refusal> {
    todo!()
}
