//! `/logout`: OpenID Connect RP-Initiated Logout 1.0.

use std::{net::IpAddr, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::browser::Browser;
use crate::{
    crypto::{
        jwt::{self, Age, TokenType},
        seal::Purpose,
    },
    domain::user::User,
    protocol::{error::OAuthError, jwt::IdTokenClaims, logout::LogoutRequest, params::Params, response_mode},
    services::{
        clients::{self, KnownClient},
        core::Core,
        fault::{Failure, Fault},
        sessions::{self, SignedIn},
    },
};

/// What the browser gets.
#[derive(Debug)]
pub enum LogoutStep {
    /// Signed out (or nobody was signed in); back to the client, if it named a place.
    Done { back: Option<String> },
    /// The request does not prove that it is meant: the user is asked (§2).
    Ask(Box<LogoutAsked>),
}

/// What the confirmation page shows.
#[derive(Debug)]
pub struct LogoutAsked {
    pub confirmation: String,
    pub user: User,
    pub back: Option<String>,
    /// The client that sent the browser here, where it is known.
    pub client: Option<String>,
}

/// What the confirmation page carries, sealed for this browser and session.
#[derive(Serialize, Deserialize)]
struct Confirmation {
    session: String,
    back: Option<String>,
}

/// A request to sign out. The hint may have expired: it says who, not that they are signed in (§4).
pub async fn begin(
    core: &Core,
    browser: Browser,
    params: Params,
    address: Option<IpAddr>,
) -> Result<LogoutStep, Failure> {
    core.run(move |core| {
        params.unambiguous()?;
        let request = LogoutRequest::parse(&params);
        let hint = match &request.id_token_hint {
            Some(text) => {
                Some(hint(core, text).ok_or_else(|| OAuthError::invalid_request("id_token_hint is not ours"))?)
            }
            None => None,
        };
        let known = client(core, &request, hint.as_ref())?;
        let back = back(&request, known.as_deref())?;
        let Some(signed_in) = sessions::find(core, browser.session.as_deref())? else {
            return Ok(LogoutStep::Done { back });
        };
        if hint.is_some_and(|hint| hint.sid == signed_in.session.id.as_str()) {
            core.store.write(|db| sessions::end(core, db, &signed_in.session, address))?;
            return Ok(LogoutStep::Done { back });
        }
        let name = known.map(|known| known.client.name.clone());
        Ok(ask(core, &browser, signed_in, back, name))
    })
    .await
}

/// The user has confirmed. `None`: the page was too old, or from another browser.
pub async fn confirm(
    core: &Core,
    browser: Browser,
    confirmation: String,
    address: Option<IpAddr>,
) -> Result<Option<LogoutStep>, Failure> {
    core.run(move |core| {
        let Some(confirmed) = open(core, &browser, &confirmation) else {
            return Ok(None);
        };
        let Some(signed_in) = sessions::find(core, browser.session.as_deref())? else {
            return Ok(Some(LogoutStep::Done { back: confirmed.back }));
        };
        if signed_in.session.id.as_str() != confirmed.session {
            return Ok(None);
        }
        core.store.write(|db| sessions::end(core, db, &signed_in.session, address))?;
        Ok(Some(LogoutStep::Done { back: confirmed.back }))
    })
    .await
}

/// The claims of an ID token of ours, however old, even of a key that is gone.
pub fn hint(core: &Core, token: &str) -> Option<IdTokenClaims> {
    let loaded = core.keys.loaded();
    let claims = jwt::verify::<IdTokenClaims>(&loaded.ring, token, TokenType::IdToken, core.clock.now(), Age::Any);
    claims.ok().filter(|claims| claims.iss == core.settings.issuer.as_str())
}

/// The client that the request names, by its id or by whom the hint was issued to; both must agree.
fn client(
    core: &Core,
    request: &LogoutRequest,
    hint: Option<&IdTokenClaims>,
) -> Result<Option<Arc<KnownClient>>, Failure> {
    let named = request.client_id.as_deref();
    if let (Some(id), Some(hint)) = (named, hint)
        && !hint.aud.contains(id)
    {
        return Err(OAuthError::invalid_request("id_token_hint was issued to another client").into());
    }
    match named.or(hint.and_then(|hint| hint.aud.iter().next())) {
        Some(id) => Ok(clients::find(core, id).map_err(Fault::from)?),
        None => Ok(None),
    }
}

/// Where the browser goes afterwards: a URI that the client registered, compared as text (§3).
fn back(request: &LogoutRequest, known: Option<&KnownClient>) -> Result<Option<String>, OAuthError> {
    let Some(uri) = &request.post_logout_redirect_uri else {
        return Ok(None);
    };
    let nobodys = "post_logout_redirect_uri needs an id_token_hint, or the client_id of a client that is known here";
    let known = known.ok_or_else(|| OAuthError::invalid_request(nobodys))?;
    if !known.client.post_logout_redirect_uris.contains(uri) {
        return Err(OAuthError::invalid_request("post_logout_redirect_uri is not registered for this client"));
    }
    let state: Vec<_> = request.state.iter().map(|state| ("state", state.as_str())).collect();
    Ok(Some(response_mode::location(uri, &state)))
}

fn ask(
    core: &Core,
    browser: &Browser,
    signed_in: SignedIn,
    back: Option<String>,
    client: Option<String>,
) -> LogoutStep {
    let confirmation = Confirmation { session: signed_in.session.id.as_str().to_owned(), back: back.clone() };
    let plain = serde_json::to_vec(&confirmation).unwrap_or_default();
    let sealed = core.ring.seal(Purpose::Form, browser.binding().as_bytes(), &plain);
    LogoutStep::Ask(Box::new(LogoutAsked {
        confirmation: URL_SAFE_NO_PAD.encode(sealed),
        user: signed_in.user,
        back,
        client,
    }))
}

fn open(core: &Core, browser: &Browser, confirmation: &str) -> Option<Confirmation> {
    let sealed = URL_SAFE_NO_PAD.decode(confirmation).ok()?;
    let plain = core.ring.open(Purpose::Form, browser.binding().as_bytes(), &sealed)?;
    serde_json::from_slice(&plain).ok()
}
