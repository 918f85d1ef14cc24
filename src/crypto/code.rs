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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::{
        crypto::samples::{at, ring},
        protocol::claims::ClaimRequest,
    };

    fn code() -> Code {
        Code {
            family: FamilyId([9; 16]),
            expires_at: at(1_000),
            client_id: ClientId::parse("my-app").unwrap(),
            user_id: UserId::new(at(1), [1; 10]),
            session_id: SessionId::new(at(2), [2; 10]),
            scope: Scope::parse("openid profile").unwrap(),
            resources: vec!["https://api.example/".into()],
            claims: ClaimsRequest::default(),
            redirect_uri: Some("https://app.example/cb?a=\"b\"&ü".into()),
            challenge: Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            nonce: Some("n-0S6_WzA2Mj".into()),
        }
    }

    #[test]
    fn a_code_opens_as_it_was_sealed() {
        let text = seal(&ring(), &code()).unwrap();
        assert_eq!(open(&ring(), text.reveal()), Some(code()));
    }

    #[test]
    fn what_the_request_left_out_stays_out() {
        let bare = Code {
            resources: Vec::new(),
            redirect_uri: None,
            challenge: None,
            nonce: None,
            scope: Scope::default(),
            ..code()
        };
        let text = seal(&ring(), &bare).unwrap();
        assert_eq!(open(&ring(), text.reveal()), Some(bare));
    }

    #[test]
    fn a_code_carries_the_claims_that_were_asked_for() {
        let email = ClaimRequest { essential: true, value: None, values: Vec::new() };
        let claims =
            ClaimsRequest { userinfo: BTreeMap::from([("email".to_owned(), email)]), ..ClaimsRequest::default() };
        let text = seal(&ring(), &Code { claims: claims.clone(), ..code() }).unwrap();
        assert_eq!(open(&ring(), text.reveal()).unwrap().claims, claims);
    }

    #[test]
    fn a_usual_code_fits_into_a_short_url() {
        assert!(seal(&ring(), &code()).unwrap().reveal().len() < 600);
    }

    #[test]
    fn a_code_that_would_be_too_long_is_not_made_and_not_looked_at() {
        let long = Code { nonce: Some("n".repeat(MAX_LENGTH)), ..code() };
        assert!(seal(&ring(), &long).is_none());

        let plain = serde_json::to_vec(&Letter::of(&long)).unwrap();
        let text = URL_SAFE_NO_PAD.encode(ring().seal(Purpose::Code, b"", &plain));
        assert_eq!(open(&ring(), &text), None);
    }

    #[test]
    fn a_letter_of_another_purpose_is_no_code() {
        let plain = serde_json::to_vec(&Letter::of(&code())).unwrap();
        let text = URL_SAFE_NO_PAD.encode(ring().seal(Purpose::Interaction, b"", &plain));
        assert_eq!(open(&ring(), &text), None);
    }

    #[test]
    fn a_tampered_code_does_not_open() {
        let text = seal(&ring(), &code()).unwrap();
        let mut bytes = URL_SAFE_NO_PAD.decode(text.reveal()).unwrap();
        bytes[40] ^= 1;
        assert_eq!(open(&ring(), &URL_SAFE_NO_PAD.encode(bytes)), None);
        assert_eq!(open(&ring(), &format!("{}=", text.reveal())), None);
    }

    proptest! {
        #[test]
        fn every_code_round_trips(
            family: [u8; 16], seconds: i64, resources: Vec<String>, redirect_uri: Option<String>, nonce: Option<String>
        ) {
            let (family, expires_at) = (FamilyId(family), at(seconds));
            let code = Code { family, expires_at, resources, redirect_uri, nonce, ..code() };
            if let Some(text) = seal(&ring(), &code) {
                prop_assert_eq!(open(&ring(), text.reveal()), Some(code));
            }
        }

        #[test]
        fn strange_text_is_no_code(text: String, plain: Vec<u8>) {
            prop_assert_eq!(open(&ring(), &text), None);
            prop_assert_eq!(open(&ring(), &URL_SAFE_NO_PAD.encode(ring().seal(Purpose::Code, b"", &plain))), None);
        }
    }
}
