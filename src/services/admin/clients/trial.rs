//! A client is tried out from the console: its own flow in the administrator's browser, and what came of it without
//! any token. The code is redeemed here, as the client: its secret is not needed, and its grant ends at once.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::{AdminError, ClientMembers, ShownClient, change, changeable, find, parse, read, require, unfit};
use crate::{
    crypto::random,
    domain::{
        administrator::{Access, Administrator, Area},
        client::Client,
        grant::GrantId,
        refused::Declined,
        time::Seconds,
    },
    protocol::{
        params::Params,
        pkce::{Challenge, Verifier},
        scope::{OFFLINE_ACCESS, Scope},
        token::{GrantType, TokenRequest, TokenResponse},
    },
    services::{
        admin::edition::{Current, Expected},
        core::Core,
        fault::{Failure, Fault},
        forms::{self, Kind, Shown},
        grants,
        oauth::browser::Browser,
        playground::tokens::decoded,
    },
    store,
};

/// An ended grant's row stays this long, to know its code again.
const KEPT: Seconds = Seconds::minutes(11);

/// Which client is tried out, and where the console waits for its answer.
#[derive(Clone, Debug)]
pub struct Trial {
    pub client_id: String,
    pub redirect_uri: String,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Issued(Box<Issued>),
    /// By which endpoint, in its own words.
    Refused {
        endpoint: &'static str,
        error: String,
        description: String,
    },
    /// It is no answer to a trial of this browser.
    Strange(&'static str),
}

/// An answer of `/token`, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    pub expires_in: i64,
    pub scope: Option<String>,
    pub access: Decoded,
    pub id: Option<Decoded>,
    /// Whether a refresh token came with it.
    pub refresh: bool,
}

/// Header and claims of a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    pub header: Value,
    pub claims: Value,
}

/// What `state` holds, sealed for this browser: nobody else can begin, or answer, a trial in it (RFC 6749 §10.12).
#[derive(Serialize, Deserialize)]
struct Trip {
    client_id: String,
    nonce: String,
    verifier: String,
}

/// Adds the console's address to the client's, or takes it away again.
pub async fn set_redirect_uri(
    core: &Core,
    admin: &Administrator,
    trial: Trial,
    wanted: Wanted,
) -> Result<Current<ShownClient>, AdminError> {
    require(admin, Area::Clients, Access::Write)?;
    let (admin, id) = (admin.clone(), changeable(&trial.client_id)?);
    core.run(move |core| {
        let wished = |client: &Client| {
            let mut uris = client.redirect_uris.clone();
            uris.retain(|uri| *uri != trial.redirect_uri);
            if wanted == Wanted::Yes {
                uris.push(trial.redirect_uri.clone());
            }
            ClientMembers { redirect_uris: Some(uris), ..ClientMembers::default() }
        };
        Ok(Current::new(change(core, &admin, &id, &Expected::Any, wished)?))
    })
    .await
}

/// Whether the client keeps the console's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Yes,
    No,
}

/// Where the browser goes: the client's own request for all that it may ask for, but access without the user.
pub async fn begin(core: &Core, admin: &Administrator, browser: &Browser, trial: Trial) -> Result<String, AdminError> {
    let client = tried(core, admin, &trial.client_id).await?;
    if !client.may_use(GrantType::AuthorizationCode) {
        return Err(unfit("grant", "the client does not send users to sign in: it has no authorization_code"));
    }
    if !client.redirect_uris.contains(&trial.redirect_uri) {
        return Err(unfit("redirect URI", "the console's address is not among those of the client: add it first"));
    }
    let token = || random::token().reveal().clone();
    let trip = Trip { client_id: trial.client_id.clone(), nonce: token(), verifier: token() };
    let state = forms::seal(core, Kind::Trial, Shown::ToBrowser(browser), &trip);
    let challenge = Verifier::parse(&trip.verifier).map(|verifier| verifier.challenge());
    let scope: Scope = client.scope.iter().filter(|name| *name != OFFLINE_ACCESS).collect();
    let mut query = Serializer::new(String::new());
    query
        .append_pair("response_type", "code")
        .append_pair("client_id", client.id.as_str())
        .append_pair("redirect_uri", &trial.redirect_uri)
        .append_pair("state", &state)
        .append_pair("nonce", &trip.nonce)
        .append_pair("code_challenge", challenge.as_ref().map_or("", Challenge::as_str))
        .append_pair("code_challenge_method", "S256");
    if !scope.is_empty() {
        query.append_pair("scope", &scope.to_string());
    }
    Ok(format!("{}?{}", core.settings.issuer.url("/authorize"), query.finish()))
}

/// The browser is back with the answer of `/authorize`.
pub async fn arrive(
    core: &Core,
    admin: &Administrator,
    browser: &Browser,
    trial: Trial,
    params: &Params,
) -> Result<Outcome, AdminError> {
    let client = tried(core, admin, &trial.client_id).await?;
    let state = params.get("state").unwrap_or_default();
    let trip: Option<Trip> = forms::open(core, Kind::Trial, Shown::ToBrowser(browser), state);
    let Some(trip) = trip.filter(|trip| trip.client_id == trial.client_id) else {
        return Ok(Outcome::Strange("The state is not that of a test that this browser began lately. Begin again."));
    };
    // RFC 9207 §2.4.
    if params.get("iss") != Some(core.settings.issuer.as_str()) {
        return Ok(Outcome::Strange("The iss of the answer is not this issuer: it comes from elsewhere."));
    }
    match (params.get("code"), params.get("error")) {
        (Some(given), None) => {
            let request = TokenRequest::AuthorizationCode {
                code: given.to_owned(),
                redirect_uri: Some(trial.redirect_uri),
                verifier: Some(trip.verifier),
                resources: Vec::new(),
            };
            let outcome = redeem(core, client, request).await?;
            Ok(checked(outcome, &trip.nonce))
        }
        (None, Some(error)) => Ok(Outcome::Refused {
            endpoint: "/authorize",
            error: error.to_owned(),
            description: params.get("error_description").unwrap_or_default().to_owned(),
        }),
        _ => Ok(Outcome::Strange("The answer holds neither a code nor an error.")),
    }
}

/// A token of the client's own, as `client_credentials` brings it.
pub async fn ask(core: &Core, admin: &Administrator, client_id: &str) -> Result<Outcome, AdminError> {
    let client = tried(core, admin, client_id).await?;
    redeem(core, client, TokenRequest::ClientCredentials { scope: None, resources: Vec::new() }).await
}

/// Whoever may change the client may try it out.
async fn tried(core: &Core, admin: &Administrator, id: &str) -> Result<Client, AdminError> {
    require(admin, Area::Clients, Access::Write)?;
    let (admin, id) = (admin.clone(), parse(id)?);
    let client = core.run(move |core| read(core, |db| Ok(find(db, &admin, &id)?.client))).await?;
    if client.is_enabled() {
        Ok(client)
    } else {
        Err(unfit("client", "it is disabled: every request of it is refused"))
    }
}

async fn redeem(core: &Core, client: Client, request: TokenRequest) -> Result<Outcome, AdminError> {
    core.run(move |core| match grants::exchange(core, &client, request) {
        Ok(answer) => Ok(Outcome::Issued(Box::new(issued(core, &answer)?))),
        Err(Failure::Refused(declined)) => Ok(refused(declined)),
        Err(Failure::Fault(fault)) => Err(fault.into()),
    })
    .await
}

/// In the words that the application is not told.
fn refused(declined: Declined) -> Outcome {
    let Declined { error, because } = declined;
    let reason = because.and_then(|because| because.reason);
    Outcome::Refused {
        endpoint: "/token",
        error: error.code.as_str().to_owned(),
        description: reason.unwrap_or(error.description).into_owned(),
    }
}

/// Takes the answer apart and ends its grant: nothing that was issued is worth anything afterwards.
fn issued(core: &Core, answer: &TokenResponse) -> Result<Issued, Fault> {
    let access = token(&answer.access_token);
    let grant = access.claims.get("gid").and_then(Value::as_str).and_then(|gid| URL_SAFE_NO_PAD.decode(gid).ok());
    if let Some(id) = grant.and_then(|bytes| <[u8; 16]>::try_from(bytes).ok()) {
        let now = core.clock.now();
        core.store.write(|db| store::grants::revoke(db, &GrantId(id), now, now.plus(KEPT)))?;
    }
    Ok(Issued {
        expires_in: answer.expires_in,
        scope: answer.scope.clone(),
        access,
        id: answer.id_token.as_deref().map(token),
        refresh: answer.refresh_token.is_some(),
    })
}

fn token(raw: &str) -> Decoded {
    decoded(raw).map(|(header, claims)| Decoded { header, claims }).unwrap_or_default()
}

/// OpenID Connect Core §3.1.3.7: the nonce of the request comes back.
fn checked(outcome: Outcome, nonce: &str) -> Outcome {
    let strange = match &outcome {
        Outcome::Issued(issued) => {
            issued.id.as_ref().is_some_and(|id| id.claims.get("nonce").and_then(Value::as_str) != Some(nonce))
        }
        Outcome::Refused { .. } | Outcome::Strange(_) => false,
    };
    if strange { Outcome::Strange("The nonce of the ID token is not the one that was sent.") } else { outcome }
}
