//! The ways that lead through the browser: to `/authorize` and back with a code, to `/logout` and back.

use serde::{Deserialize, Serialize};

use super::{
    Carried, Party, PendingCode, Run,
    exchange::{Answer, Exchange, Sent, What},
    open, seal,
    tokens::Tokens,
};
use crate::{
    config::Issuer,
    crypto::random,
    domain::time::Timestamp,
    protocol::{
        params::Params,
        pkce::{Challenge, Verifier},
    },
    services::{core::Core, oauth::browser::Browser},
};

/// Without `offline_access`: what is issued ends with the session, so that a logout can be seen to work.
const SCOPE: &str = "openid profile email read:projects";

/// What a cookie may hold in every browser, its name and attributes put aside (RFC 6265 §6.1).
const LONGEST_COOKIE: usize = 3800;

/// Where the browser is sent, and what its cookie keeps until it is back.
pub struct Departure {
    pub location: String,
    /// `None`: it would not fit.
    pub cookie: Option<String>,
}

/// What the cookie holds, sealed.
#[derive(Serialize, Deserialize)]
struct Trip {
    state: String,
    began: Timestamp,
    to: Destination,
}

#[derive(Serialize, Deserialize)]
enum Destination {
    Authorize { nonce: String, verifier: String },
    Logout { tokens: Tokens },
}

/// How the browser came back from `/authorize`.
pub enum Arrival {
    /// With a code that waits in the run.
    Code(Run),
    /// With an error: its code and description.
    Refused { run: Run, error: String, description: String },
    /// Not as the answer to a request of this browser.
    Strange(Strange),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strange {
    /// The browser brings nothing of ours, or it is too old.
    NoTrip,
    /// RFC 6749 §10.12: an answer to a request that somebody else began.
    State,
    /// RFC 9207 §2.4: an answer of another server.
    Issuer,
    /// Neither a code nor an error.
    Empty,
}

/// A new flow: `state` against forged answers, `nonce` against replayed ID tokens, PKCE against stolen codes.
pub fn begin(core: &Core, browser: &Browser, party: Party<'_>) -> Departure {
    let fresh = || random::token().reveal().clone();
    let (state, nonce, verifier) = (fresh(), fresh(), fresh());
    let request = authorization(&core.settings.issuer, party, &state, &nonce, &verifier);
    depart(core, browser, &request, state, Destination::Authorize { nonce, verifier })
}

/// The browser is back at the redirect URI.
pub fn arrive(core: &Core, browser: &Browser, party: Party<'_>, brought: Option<&str>, params: &Params) -> Arrival {
    let issuer = &core.settings.issuer;
    let Some(Trip { state, to: Destination::Authorize { nonce, verifier }, .. }) = recall(core, browser, brought)
    else {
        return Arrival::Strange(Strange::NoTrip);
    };
    if params.get("state") != Some(state.as_str()) {
        return Arrival::Strange(Strange::State);
    }
    if params.get("iss") != Some(issuer.as_str()) {
        return Arrival::Strange(Strange::Issuer);
    }
    let mut run = Run::default();
    run.record(vec![Exchange {
        what: What::Authorization,
        request: authorization(issuer, party, &state, &nonce, &verifier),
        answer: Answer::Redirect { url: callback(issuer), params: owned(params) },
    }]);
    match (params.get("code"), params.get("error")) {
        (Some(given), None) => {
            run.code = Some(PendingCode { code: given.to_owned(), verifier, nonce });
            Arrival::Code(run)
        }
        (None, Some(error)) => {
            let description = params.get("error_description").unwrap_or_default().to_owned();
            Arrival::Refused { run, error: error.to_owned(), description }
        }
        _ => Arrival::Strange(Strange::Empty),
    }
}

/// To `/logout`, with the ID token that says whose session is meant. `None`: there is no ID token.
pub fn leave(core: &Core, browser: &Browser, run: &Run) -> Option<Departure> {
    let hint = &run.id_token()?.raw;
    let state = random::token().reveal().clone();
    let request = logout(&core.settings.issuer, hint, &state);
    Some(depart(core, browser, &request, state, Destination::Logout { tokens: run.tokens.clone()? }))
}

/// The browser is back from `/logout`: the tokens are still there, to see what they are worth now.
pub fn come_home(core: &Core, browser: &Browser, cookie: Option<&str>, params: &Params) -> Option<Run> {
    let issuer = &core.settings.issuer;
    let Trip { state, to: Destination::Logout { tokens }, .. } = recall(core, browser, cookie)? else {
        return None;
    };
    let hint = &tokens.id.as_ref()?.raw;
    if params.get("state") != Some(state.as_str()) {
        return None;
    }
    let exchange = Exchange {
        what: What::Logout,
        request: logout(issuer, hint, &state),
        answer: Answer::Redirect { url: home(issuer), params: owned(params) },
    };
    // The hint has done its work: there is no session to end any more.
    let mut run = Run { tokens: Some(Tokens { id: None, ..tokens }), ..Run::default() };
    run.record(vec![exchange]);
    Some(run)
}

/// The redirect URI.
pub(super) fn callback(issuer: &Issuer) -> String {
    issuer.url("/playground/callback")
}

fn home(issuer: &Issuer) -> String {
    issuer.url("/playground")
}

fn authorization(issuer: &Issuer, party: Party<'_>, state: &str, nonce: &str, verifier: &str) -> Sent {
    let challenge = Verifier::parse(verifier).map(|verifier| verifier.challenge());
    let params = [
        ("response_type", "code"),
        ("client_id", party.client_id),
        ("redirect_uri", &callback(issuer)),
        ("scope", SCOPE),
        ("state", state),
        ("nonce", nonce),
        ("code_challenge", challenge.as_ref().map_or("", Challenge::as_str)),
        ("code_challenge_method", "S256"),
    ];
    Sent::by_browser(issuer.url("/authorize"), &params)
}

fn logout(issuer: &Issuer, hint: &str, state: &str) -> Sent {
    let params = [("id_token_hint", hint), ("post_logout_redirect_uri", &home(issuer)), ("state", state)];
    Sent::by_browser(issuer.url("/logout"), &params)
}

fn owned(params: &Params) -> Vec<(String, String)> {
    params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn depart(core: &Core, browser: &Browser, request: &Sent, state: String, to: Destination) -> Departure {
    let trip = Trip { state, began: core.clock.now(), to };
    let sealed = seal(core, browser, Carried::Trip, &serde_json::to_vec(&trip).unwrap_or_default());
    Departure { location: request.location(), cookie: Some(sealed).filter(|sealed| sealed.len() <= LONGEST_COOKIE) }
}

fn recall(core: &Core, browser: &Browser, cookie: Option<&str>) -> Option<Trip> {
    let trip: Trip = open(core, browser, Carried::Trip, cookie?)?;
    let lives = core.settings.tokens.interaction_seconds;
    (core.clock.now() < trip.began.plus(lives)).then_some(trip)
}
