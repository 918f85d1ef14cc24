//! The requests that the relying party sends itself, without the browser.

use serde::Deserialize;

use super::{
    Party, PendingCode, Run,
    exchange::{Exchange, Sent, What},
    tokens::{self, Expected, From, Tokens},
    trip,
};
use crate::services::core::Core;

/// One button, one request (and the key set, where it is needed).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Exchange,
    Userinfo,
    Refresh,
    Introspect,
    Revoke,
}

/// What `/token` answers. RFC 6749 §5.1.
#[derive(Deserialize)]
struct Issued {
    #[serde(rename = "access_token")]
    access: String,
    #[serde(rename = "id_token")]
    id: Option<String>,
    #[serde(rename = "refresh_token")]
    refresh: Option<String>,
}

/// Carries the call out, if the run has what it needs; the run remembers what was said.
pub async fn make(core: &Core, party: Party<'_>, mut run: Run, call: Call) -> Run {
    let url = |path| core.settings.issuer.url(path);
    match (call, run.tokens.clone()) {
        (Call::Exchange, _) => {
            if let Some(pending) = run.code.take() {
                exchange(core, party, &mut run, &pending).await;
            }
        }
        (Call::Refresh, Some(tokens)) => refresh(core, party, &mut run, &tokens).await,
        (Call::Userinfo, Some(tokens)) => {
            let request = Sent::get_with_token(url("/userinfo"), &tokens.access.raw);
            run.record(vec![request.exchange(What::Userinfo).await]);
        }
        (Call::Introspect, Some(tokens)) => {
            let request = Sent::post(url("/introspect"), party, &[("token", &tokens.access.raw)]);
            run.record(vec![request.exchange(What::Introspection).await]);
        }
        (Call::Revoke, Some(tokens)) => {
            // RFC 7009 §2.1: with the refresh token, the access tokens of its grant end, too.
            let (token, hint) = match &tokens.refresh {
                Some(refresh) => (refresh, "refresh_token"),
                None => (&tokens.access.raw, "access_token"),
            };
            let request = Sent::post(url("/revoke"), party, &[("token", token), ("token_type_hint", hint)]);
            run.record(vec![request.exchange(What::Revocation).await]);
        }
        (Call::Userinfo | Call::Refresh | Call::Introspect | Call::Revoke, None) => {}
    }
    run
}

async fn exchange(core: &Core, party: Party<'_>, run: &mut Run, pending: &PendingCode) {
    let params = [
        ("grant_type", "authorization_code"),
        ("code", &pending.code),
        ("redirect_uri", &trip::callback(&core.settings.issuer)),
        ("code_verifier", &pending.verifier),
    ];
    let request = Sent::post(core.settings.issuer.url("/token"), party, &params);
    take(core, party, run, request.exchange(What::Token).await, From::Code { nonce: &pending.nonce }).await;
}

async fn refresh(core: &Core, party: Party<'_>, run: &mut Run, tokens: &Tokens) {
    let Some(token) = &tokens.refresh else {
        return;
    };
    let params = [("grant_type", "refresh_token"), ("refresh_token", token)];
    let request = Sent::post(core.settings.issuer.url("/token"), party, &params);
    let sub = tokens.access.claim("sub").unwrap_or_default();
    take(core, party, run, request.exchange(What::Refresh).await, From::Refresh { sub: &sub }).await;
}

/// Checks what was issued with the key set that is known, and with a fresh one where that lacks the key.
async fn take(core: &Core, party: Party<'_>, run: &mut Run, answer: Exchange, from: From<'_>) {
    let issued = answer.body().and_then(|body| serde_json::from_str::<Issued>(body).ok());
    let mut exchanges = vec![answer];
    if let Some(issued) = issued {
        let now = core.clock.now();
        let expected = Expected { issuer: core.settings.issuer.as_str(), client_id: party.client_id, now, from };
        let mut tokens = check(run.key_set.as_deref().unwrap_or_default(), &issued, &expected);
        if tokens.access.wants_newer_keys() {
            let fetched = Sent::get(core.settings.issuer.url("/jwks")).exchange(What::KeySet).await;
            run.key_set = fetched.body().map(str::to_owned);
            exchanges.push(fetched);
            tokens = check(run.key_set.as_deref().unwrap_or_default(), &issued, &expected);
        }
        run.tokens = Some(tokens);
    }
    run.record(exchanges);
}

fn check(key_set: &str, issued: &Issued, expected: &Expected<'_>) -> Tokens {
    let access = &issued.access;
    Tokens {
        access: tokens::access(key_set, access, expected),
        id: issued.id.as_deref().map(|raw| tokens::id(key_set, raw, access, expected)),
        refresh: issued.refresh.clone(),
    }
}
