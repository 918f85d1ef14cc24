//! What our own pages carry beside what people type: sealed for whoever was shown it, for one use, for a while.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::core::Core;
use crate::{crypto::seal::Purpose, domain::time::Seconds, services::oauth::browser::Browser};

/// What is carried. One kind never opens as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Where a sign-in leads that no application asked for.
    Destination,
    /// The step between the password and the second factor.
    Challenge,
    /// The same step where the second factor has to be set up first.
    Enrolment,
    /// An address that somebody has typed.
    Address,
    /// What a trial of a client needs when the browser is back.
    Trial,
    /// A short word about what has just been done.
    Notice,
    /// That a form came from a page of ours, and was shown to this browser or this session.
    Form,
}

/// Whom a page was shown to.
#[derive(Clone, Copy, Debug)]
pub enum Shown<'a> {
    /// Before anybody is signed in.
    ToBrowser(&'a Browser),
    /// To whoever holds this browser's session: dead after the next sign-in, and after the sign-out.
    ToSession(&'a Browser),
}

#[derive(Serialize, Deserialize)]
struct Wire<T> {
    made: i64,
    content: T,
}

impl Kind {
    const fn label(self) -> &'static str {
        match self {
            Self::Destination => "destination",
            Self::Challenge => "challenge",
            Self::Enrolment => "enrolment",
            Self::Address => "address",
            Self::Trial => "trial",
            Self::Notice => "notice",
            Self::Form => "form",
        }
    }

    /// `None` lives as long as the browser or the session it is bound to.
    fn life(self, core: &Core) -> Option<Seconds> {
        match self {
            Self::Destination | Self::Trial => Some(core.settings.tokens.interaction_seconds),
            Self::Challenge | Self::Enrolment => Some(core.settings.accounts.challenge_seconds),
            Self::Address => Some(Seconds::days(1)),
            Self::Notice => Some(Seconds::minutes(1)),
            Self::Form => None,
        }
    }
}

impl Shown<'_> {
    fn holder(&self) -> (&'static str, &str) {
        match self {
            Self::ToBrowser(browser) => ("browser", browser.binding()),
            Self::ToSession(browser) => ("session", browser.session.as_deref().unwrap_or_default()),
        }
    }
}

/// For a hidden field, or a query, of a page.
pub fn seal<T: Serialize>(core: &Core, kind: Kind, shown: Shown<'_>, content: &T) -> String {
    let wire = Wire { made: core.clock.now().unix(), content };
    let plain = serde_json::to_vec(&wire).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(core.ring.seal(Purpose::Form, context(kind, shown).as_bytes(), &plain))
}

/// Opens what [`seal`] made, of the same kind, for whom it was made, in time.
pub fn open<T: DeserializeOwned>(core: &Core, kind: Kind, shown: Shown<'_>, sealed: &str) -> Option<T> {
    let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let plain = core.ring.open(Purpose::Form, context(kind, shown).as_bytes(), &sealed)?;
    let wire: Wire<T> = serde_json::from_slice(&plain).ok()?;
    let age = core.clock.now().unix().saturating_sub(wire.made);
    kind.life(core).is_none_or(|life| age < life.0).then_some(wire.content)
}

/// What each form of ours carries: whoever cannot read our pages cannot make one up.
pub fn token(core: &Core, shown: Shown<'_>) -> String {
    seal(core, Kind::Form, shown, &())
}

/// Whether a form carries its token. Without a session there is none to be bound to.
pub fn is_ours(core: &Core, shown: Shown<'_>, token: &str) -> bool {
    let (_, holder) = shown.holder();
    !holder.is_empty() && open::<()>(core, Kind::Form, shown, token).is_some()
}

fn context(kind: Kind, shown: Shown<'_>) -> String {
    let (whose, holder) = shown.holder();
    format!("{} {whose} {holder}", kind.label())
}
