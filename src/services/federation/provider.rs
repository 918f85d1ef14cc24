//! Upstream OpenID providers: out with PKCE, nonce and state, back with a user.

use super::identities::tell_linked;
use super::newcomer::{self, Stranger};
use super::trip::Trip;
use crate::{
    domain::{
        audit::{Action, Outcome},
        ids::SessionId,
        secret::Secret,
        session::{Door, Methods},
        user::User,
    },
    outbound::oidc::{Ask, Homeward, Outward, Upstream, UpstreamError, Vouched},
    protocol::{
        params::Params,
        prompt::{Prompt, Prompts},
    },
    services::{
        accounts::{self, LoginOutcome, Refusal},
        audit::{self, Entry},
        core::Core,
        oauth::{browser::Browser, interaction::Interaction},
        sessions::{self, SignIn},
        visitor::Visitor,
    },
    store::{StoreError, identities},
};

pub use super::trip::Onward;

/// A provider as the login page offers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// In URLs: `entra`.
    pub name: String,
    /// On the button: `Microsoft`.
    pub label: String,
    /// What the links of accounts carry: [`crate::domain::identity::Identity::provider`].
    pub key: String,
}

/// Where the browser goes, and what it keeps meanwhile.
#[derive(Debug)]
pub struct Departure {
    pub location: String,
    /// The sealed cookie.
    pub cookie: String,
    pub label: String,
}

/// Why nobody leaves.
#[derive(Debug)]
pub enum Stuck {
    /// There is no such provider.
    Unknown,
    /// What the sign-in carries is too long for a cookie.
    TooLong,
    Refusal(Refusal),
}

/// Somebody is back.
#[derive(Debug)]
pub enum Arrival {
    /// On with the sign-in that was under way, which is given back sealed.
    Entered(LoginOutcome, String),
    Linked,
}

/// Why somebody is not back as they wanted to be.
#[derive(Debug)]
pub enum Stranded {
    /// This answers no request of this browser: nothing that it says counts.
    Strange,
    /// To where it began, with the reason.
    Back(Onward, Why),
}

#[derive(Debug)]
pub enum Why {
    /// The provider said no, or the person did.
    Denied,
    Refusal(Refusal),
}

/// What came to the redirect URI.
#[derive(Debug)]
pub struct Brought {
    pub provider: String,
    pub cookie: Option<String>,
    pub params: Params,
    pub visitor: Visitor,
}

pub fn offered(core: &Core) -> Vec<Offered> {
    let offer = |upstream: &Upstream| Offered {
        name: upstream.settings.name.clone(),
        label: upstream.settings.label.clone(),
        key: upstream.settings.key(),
    };
    core.upstreams.iter().map(offer).collect()
}

/// Out to a provider, on the way of a sign-in.
pub async fn sign_in(core: &Core, browser: &Browser, provider: &str, sealed: String) -> Result<Departure, Stuck> {
    let underway = Interaction::open(core, browser, &sealed);
    let asked = underway.as_ref().map(|underway| ask(&underway.params)).unwrap_or_default();
    depart(core, browser, provider, Onward::SignIn(sealed), asked).await
}

/// Out to a provider that shall open the account of this browser's session from now on.
pub async fn link(core: &Core, browser: &Browser, provider: &str) -> Result<Departure, Stuck> {
    let cookie = browser.session.clone();
    let signed_in = core.run(move |core| Ok::<_, Refusal>(sessions::find(core, cookie.as_deref())?)).await;
    let signed_in = signed_in.map_err(Stuck::Refusal)?.ok_or(Stuck::Refusal(Refusal::AuthenticationRequired))?;
    depart(core, browser, provider, Onward::Link(signed_in.session.id), Ask::default()).await
}

async fn depart(
    core: &Core,
    browser: &Browser,
    provider: &str,
    onward: Onward,
    ask: Ask<'_>,
) -> Result<Departure, Stuck> {
    let upstream = find(core, provider).ok_or(Stuck::Unknown)?;
    let (trip, state) = Trip::begin(core, provider, onward);
    let cookie = trip.seal(core, browser).ok_or(Stuck::TooLong)?;
    let redirect_uri = redirect_uri(core, provider);
    let outward =
        Outward { redirect_uri: &redirect_uri, state: &state, nonce: &trip.nonce, verifier: &trip.verifier, ask };
    let location = upstream.authorization_url(outward, core.clock.now()).await;
    let location = location.map_err(|reason| Stuck::Refusal(refusal(upstream, &reason)))?;
    Ok(Departure { location, cookie, label: upstream.settings.label.clone() })
}

/// A session at the provider must not stand for the fresh proof that the application asks for.
fn ask(params: &Params) -> Ask<'_> {
    let prompts = Prompts::parse(params.get("prompt")).unwrap_or_default();
    let prompt = if prompts.has(Prompt::Login) || params.get("max_age").is_some() {
        Some("login")
    } else if prompts.has(Prompt::SelectAccount) {
        Some("select_account")
    } else {
        None
    };
    Ask { prompt, login_hint: params.get("login_hint") }
}

/// The browser is back from a provider.
pub async fn arrive(core: &Core, browser: &Browser, brought: Brought) -> Result<Arrival, Stranded> {
    let trip = brought.cookie.as_deref().and_then(|cookie| Trip::open(core, browser, cookie));
    let trip = trip.filter(|trip| trip.provider == brought.provider).ok_or(Stranded::Strange)?;
    let upstream = find(core, &brought.provider).ok_or(Stranded::Strange)?;
    if !brought.params.get("state").is_some_and(|state| trip.expects(state)) {
        return Err(Stranded::Strange);
    }
    let vouched = match hear(core, upstream, &trip, &brought.params).await {
        Ok(Heard::Yes(vouched)) => vouched,
        Ok(Heard::No) => return Err(Stranded::Back(trip.onward, Why::Denied)),
        Ok(Heard::Strange) => return Err(Stranded::Strange),
        Err(reason) => return Err(Stranded::Back(trip.onward, Why::Refusal(refusal(upstream, &reason)))),
    };
    let stranger = Stranger::new(&upstream.settings, *vouched);
    let arrived = match trip.onward.clone() {
        Onward::SignIn(sealed) => {
            enter(core, browser, stranger, brought.visitor).await.map(|outcome| Arrival::Entered(outcome, sealed))
        }
        Onward::Link(session) => {
            bind(core, browser, session, stranger, brought.visitor).await.map(|()| Arrival::Linked)
        }
    };
    arrived.map_err(|refusal| Stranded::Back(trip.onward, Why::Refusal(refusal)))
}

/// What a provider had to say.
enum Heard {
    Yes(Box<Vouched>),
    No,
    /// RFC 9207 §2.4: an answer of another provider, or neither a code nor an error.
    Strange,
}

async fn hear(core: &Core, upstream: &Upstream, trip: &Trip, params: &Params) -> Result<Heard, UpstreamError> {
    let now = core.clock.now();
    if !upstream.may_answer(params.get("iss"), now).await? {
        return Ok(Heard::Strange);
    }
    match (params.get("code"), params.get("error")) {
        (Some(given), None) => {
            let brought = Homeward {
                redirect_uri: &redirect_uri(core, &trip.provider),
                code: Secret::new(given.to_owned()),
                verifier: Secret::new(trip.verifier.clone()),
                nonce: &trip.nonce,
            };
            Ok(Heard::Yes(Box::new(upstream.redeem(brought, now).await?)))
        }
        (None, Some(error)) => {
            let provider = &trip.provider;
            tracing::info!(provider, error = error.escape_debug().to_string(), "a provider answered with an error");
            Ok(Heard::No)
        }
        _ => Ok(Heard::Strange),
    }
}

/// Signs in whoever it is here; a second factor of ours is asked for as after a password.
async fn enter(core: &Core, browser: &Browser, stranger: Stranger, visitor: Visitor) -> Result<LoginOutcome, Refusal> {
    let seen = visitor.clone();
    let user: User =
        core.run(move |core| core.store.write(|db| newcomer::welcome(core, db, &stranger, &seen))?).await?;
    let cookie = browser.session.clone();
    accounts::enter(core, user, SignIn { methods: Methods::FEDERATED, door: Door::Browser, visitor, cookie }).await
}

/// Links the account of the session that asked for it, and of no other.
async fn bind(
    core: &Core,
    browser: &Browser,
    asked: SessionId,
    stranger: Stranger,
    visitor: Visitor,
) -> Result<(), Refusal> {
    let cookie = browser.session.clone();
    core.run(move |core| {
        let signed_in = sessions::find(core, cookie.as_deref())?.filter(|signed_in| signed_in.session.id == asked);
        let user = signed_in.ok_or(Refusal::AuthenticationRequired)?.user;
        core.store.write(|db| {
            let new = identities::insert(db, &newcomer::identity(core, &stranger, &user.id))?;
            let holder = identities::find(db, &stranger.key, &stranger.subject)?.map(|(link, _)| link.user_id);
            let done = holder.as_ref() == Some(&user.id);
            if new || !done {
                let outcome = if done { Outcome::Done } else { Outcome::Refused };
                let entry = Entry::by_user(&user.id, Action::LinkIdentity, outcome, visitor.address);
                audit::record(core, db, entry.with(stranger.key.clone()))?;
            }
            if new {
                tell_linked(core, db, &user, &stranger.key)?;
            }
            Ok::<_, StoreError>(if done { Ok(()) } else { Err(Refusal::IdentityTaken) })
        })?
    })
    .await
}

fn find<'a>(core: &'a Core, name: &str) -> Option<&'a Upstream> {
    core.upstreams.iter().find(|upstream| upstream.settings.name == name)
}

/// One for each provider: an answer of one is none of another's (RFC 9700 §4.4.2.2).
fn redirect_uri(core: &Core, provider: &str) -> String {
    core.settings.issuer.url(&format!("/login/callback/{provider}"))
}

/// What became of the provider's word is for the operator; people only learn whether to try again.
pub(super) fn refusal(upstream: &Upstream, reason: &UpstreamError) -> Refusal {
    let provider = &upstream.settings.name;
    tracing::warn!(provider, %reason, "a provider was of no use");
    match reason {
        UpstreamError::Away(_) => Refusal::DirectoryAway,
        UpstreamError::Refused(_) | UpstreamError::Untrusted(_) => Refusal::InvalidSsoProof,
    }
}
