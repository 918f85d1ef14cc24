//! Authorization codes: sealed, so that none is stored before it is redeemed.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::seal::{Purpose, SealingRing};
use crate::{
    domain::{
        client::ClientId,
        code::Code,
        grant::FamilyId,
        ids::{SessionId, UserId},
        secret::Secret,
        time::Timestamp,
    },
    protocol::{claims::ClaimsRequest, pkce::Challenge, scope::Scope},
};

/// The longest code: it has to fit into a URL that proxies and browsers still carry.
pub const MAX_LENGTH: usize = 6 * 1024;

/// The letters of the sealed JSON; a member that is missing is `None` or empty.
#[derive(Serialize, Deserialize)]
struct Letter<'a> {
    #[serde(rename = "f")]
    family: Cow<'a, str>,
    #[serde(rename = "e")]
    expires_at: Timestamp,
    #[serde(rename = "c")]
    client_id: Cow<'a, str>,
    #[serde(rename = "u")]
    user_id: Cow<'a, str>,
    #[serde(rename = "s")]
    session_id: Cow<'a, str>,
    #[serde(rename = "o")]
    scope: Cow<'a, str>,
    #[serde(rename = "r", default, skip_serializing_if = "<[_]>::is_empty")]
    resources: Cow<'a, [String]>,
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    claims: Option<Cow<'a, str>>,
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    redirect_uri: Option<Cow<'a, str>>,
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    challenge: Option<Cow<'a, str>>,
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    nonce: Option<Cow<'a, str>>,
}

/// `None` where the code would be longer than [`MAX_LENGTH`]: the request asked for too much.
pub fn seal(ring: &SealingRing, code: &Code) -> Option<Secret<String>> {
    let plain = Zeroizing::new(serde_json::to_vec(&Letter::of(code)).ok()?);
    let text = Secret::new(URL_SAFE_NO_PAD.encode(ring.seal(Purpose::Code, b"", &plain)));
    (text.reveal().len() <= MAX_LENGTH).then_some(text)
}

/// `None` for whatever is not a code of ours; expiry is the caller's to judge.
pub fn open(ring: &SealingRing, text: &str) -> Option<Code> {
    if text.len() > MAX_LENGTH {
        return None;
    }
    let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
    let plain = Zeroizing::new(ring.open(Purpose::Code, b"", &sealed)?);
    serde_json::from_slice::<Letter<'_>>(&plain).ok()?.code()
}

impl<'a> Letter<'a> {
    fn of(code: &'a Code) -> Self {
        Self {
            family: URL_SAFE_NO_PAD.encode(code.family.0).into(),
            expires_at: code.expires_at,
            client_id: code.client_id.as_str().into(),
            user_id: code.user_id.as_str().into(),
            session_id: code.session_id.as_str().into(),
            scope: code.scope.to_string().into(),
            resources: code.resources.as_slice().into(),
            claims: (!code.claims.is_empty()).then(|| code.claims.to_json().into()),
            redirect_uri: code.redirect_uri.as_deref().map(Cow::from),
            challenge: code.challenge.as_ref().map(|challenge| challenge.as_str().into()),
            nonce: code.nonce.as_deref().map(Cow::from),
        }
    }

    fn code(self) -> Option<Code> {
        let challenge = match self.challenge {
            Some(text) => Some(Challenge::parse(&text)?),
            None => None,
        };
        Some(Code {
            family: FamilyId(URL_SAFE_NO_PAD.decode(self.family.as_bytes()).ok()?.try_into().ok()?),
            expires_at: self.expires_at,
            client_id: ClientId::parse(&self.client_id)?,
            user_id: UserId::parse(&self.user_id)?,
            session_id: SessionId::parse(&self.session_id)?,
            scope: Scope::parse(&self.scope)?,
            resources: self.resources.into_owned(),
            claims: self.claims.map(|json| ClaimsRequest::from_json(&json)).unwrap_or_default(),
            redirect_uri: self.redirect_uri.map(Cow::into_owned),
            challenge,
            nonce: self.nonce.map(Cow::into_owned),
        })
    }
}
