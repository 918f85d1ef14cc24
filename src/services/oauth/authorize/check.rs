//! The authorization request, check by check, in the order in which it may fail.

use std::sync::Arc;

use super::{pkce, redirect_uri, resource, response_type, scope};
use crate::{
    domain::{
        client::Client,
        refused::{Declined, Difference, Endpoint},
        session::ACRS,
    },
    protocol::{
        authorize::{self, AuthorizeAnswer, AuthorizeRequest},
        claims::ClaimsRequest,
        error::{ErrorCode, OAuthError},
        params::Params,
        prompt::{Prompt, Prompts},
        response_mode::ResponseMode,
    },
    services::{
        clients::{self, KnownClient},
        core::Core,
        fault::Fault,
        refused, registry,
    },
};

/// The two exits of `/authorize` (RFC 6749 §4.1.2.1), and what broke.
#[derive(Debug)]
pub enum Refusal {
    /// The redirect URI is not trusted: the error stays on our own page.
    Page(OAuthError),
    /// The client learns of it at its redirect URI.
    Redirect(Box<AuthorizeAnswer>),
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// A request that may go on.
#[derive(Clone, Debug)]
pub struct Checked {
    pub request: AuthorizeRequest,
    pub known: Arc<KnownClient>,
}

/// Where errors go from now on.
struct Exit<'a> {
    core: &'a Core,
    client: &'a Client,
    redirect_uri: &'a str,
    response_mode: ResponseMode,
    state: Option<&'a str>,
}

impl Exit<'_> {
    fn guard<T, E: Into<Declined>>(&self, checked: Result<T, E>) -> Result<T, Refusal> {
        checked.map_err(|declined| {
            let declined = declined.into().of(&self.client.id);
            refused::note(self.core, Endpoint::Authorize, &declined);
            let error = declined.error;
            tracing::info!(error = error.code.as_str(), reason = %error.description, "authorization request refused");
            let issuer = self.core.settings.issuer.as_str();
            let answer = AuthorizeAnswer::error(self.redirect_uri, self.response_mode, self.state, issuer, &error);
            Refusal::Redirect(Box::new(answer))
        })
    }
}

/// Checks a request and turns it into a value. RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.2.
pub fn check(core: &Core, params: &Params) -> Result<Checked, Refusal> {
    let known = client(core, params)?;
    let redirect = redirect_uri::check(params, &known.client)
        .map_err(|declined| on_our_page(core, declined.of(&known.client.id)))?; // until here errors stay on our page
    let mode = params.get("response_mode").map(ResponseMode::parse);
    let exit = Exit {
        core,
        client: &known.client,
        redirect_uri: &redirect.uri,
        response_mode: mode.flatten().unwrap_or(ResponseMode::Query),
        state: params.get("state"),
    };
    exit.guard(params.unambiguous())?;
    exit.guard(mode.map_or(Ok(()), |mode| mode.map(drop).ok_or_else(|| unknown_mode(params))))?;
    exit.guard(unsupported(params))?;
    exit.guard(response_type::check(params, &known.client))?;
    let registered = registry::registered(core)?;
    let scope = exit.guard(scope::check(params, &known.client, &registered))?;
    let resources = exit.guard(resource::check(params, &known.client, &registered))?;
    let challenge = exit.guard(pkce::check(params, &known.client, core.settings.clients.pkce_required))?;
    let prompts = exit.guard(Prompts::parse(params.get("prompt")))?;
    let max_age = exit.guard(authorize::max_age(params.get("max_age")))?;
    let claims = exit.guard(params.get("claims").map_or(Ok(ClaimsRequest::default()), ClaimsRequest::parse))?;
    exit.guard(essential_acr(&claims))?;
    exit.guard(bounded(params))?;
    let text = |name: &str| params.get(name).map(str::to_owned);
    let request = AuthorizeRequest {
        client_id: known.client.id.as_str().to_owned(),
        response_mode: exit.response_mode,
        state: text("state"),
        redirect_uri: redirect.uri,
        redirect_uri_sent: redirect.sent,
        scope,
        nonce: text("nonce"),
        prompts,
        max_age,
        login_hint: text("login_hint"),
        id_token_hint: text("id_token_hint"),
        claims,
        resources,
        challenge,
    };
    Ok(Checked { request, known })
}

fn client(core: &Core, params: &Params) -> Result<Arc<KnownClient>, Refusal> {
    let missing = || OAuthError::invalid_request("client_id is missing or given twice").into();
    let id = params.get("client_id").ok_or_else(|| on_our_page(core, missing()))?;
    let unknown = || Declined::from(OAuthError::invalid_request("this client is not known here"));
    match clients::registered(core, id)? {
        Some(known) if known.client.is_enabled() => Ok(known),
        Some(known) => Err(on_our_page(core, unknown().of(&known.client.id).because("the client is disabled"))),
        None => Err(on_our_page(core, clients::unknown(unknown(), id))),
    }
}

fn on_our_page(core: &Core, declined: Declined) -> Refusal {
    refused::note(core, Endpoint::Authorize, &declined);
    Refusal::Page(declined.error)
}

fn unknown_mode(params: &Params) -> Declined {
    let error = OAuthError::invalid_request("response_mode must be query or form_post");
    let difference = Difference::new("response_mode", params.get("response_mode"), ["query", "form_post"]);
    Declined::from(error).differs(difference)
}

/// OpenID Connect Core §6 and §7: what we do not take has an error of its own.
fn unsupported(params: &Params) -> Result<(), OAuthError> {
    let refusals = [
        ("request", ErrorCode::RequestNotSupported, "request objects are not supported"),
        ("request_uri", ErrorCode::RequestUriNotSupported, "request_uri is not supported"),
        ("registration", ErrorCode::RegistrationNotSupported, "registration is not supported"),
    ];
    let sent = refusals.into_iter().find(|(name, ..)| params.get(name).is_some());
    sent.map_or(Ok(()), |(_, code, why)| Err(OAuthError::new(code, why)))
}

/// An essential `acr` that no session of ours can reach (OpenID Connect Unmet Authentication Requirements §2).
fn essential_acr(claims: &ClaimsRequest) -> Result<(), OAuthError> {
    match claims.essential_acrs() {
        Some(wanted) if !wanted.iter().any(|acr| ACRS.contains(&acr.as_str())) => Err(OAuthError::new(
            ErrorCode::UnmetAuthenticationRequirements,
            "no sign-in of ours reaches the acr that is asked for",
        )),
        _ => Ok(()),
    }
}

/// What comes back in the code or the answer must not make them too long to carry.
fn bounded(params: &Params) -> Result<(), OAuthError> {
    let long = [("state", 2048), ("nonce", 512), ("login_hint", 256), ("id_token_hint", 8192)]
        .into_iter()
        .find(|(name, most)| params.get(name).is_some_and(|value| value.len() > *most));
    long.map_or(Ok(()), |(name, most)| Err(OAuthError::invalid_request(format!("{name} is longer than {most} bytes"))))
}

/// `prompt=none` with a reason why it cannot be silent.
pub(super) fn silent_error(prompts: &Prompts, code: ErrorCode, why: &'static str) -> Option<OAuthError> {
    prompts.has(Prompt::None).then(|| OAuthError::new(code, why))
}
