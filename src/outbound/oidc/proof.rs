//! An ID token of a provider: checked whole, and what it says. OpenID Connect Core §3.1.3.7.

use std::{ops::Deref, str::FromStr, sync::Arc};

use chrono::{DateTime, Utc};
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalClaims, Audience, ClaimsVerificationError, ClientId, IdToken, IssuerUrl,
    LocalizedClaim, Nonce, SignatureVerificationError,
    core::{
        CoreGenderClaim, CoreIdTokenVerifier, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
        CoreUserInfoClaims,
    },
};
use serde::{Deserialize, Serialize};

use super::{Upstream, UpstreamError, published::Published};
use crate::domain::time::{Seconds, Timestamp};

/// What Entra ID puts beside the standard claims.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct More {
    tid: Option<String>,
    oid: Option<String>,
    upn: Option<String>,
}

impl AdditionalClaims for More {}

pub(super) type Token = IdToken<More, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;
type Claims = openidconnect::IdTokenClaims<More, CoreGenderClaim>;

/// Whom a provider vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    /// Who it is at the provider: `sub`; of a tenant `oid`, which is the same in all of its applications.
    pub subject: String,
    pub email: Option<String>,
    /// As far as the provider says so.
    pub email_verified: bool,
    /// What the provider calls the person: Entra's `upn`, or `preferred_username`.
    pub username: Option<String>,
    pub name: Option<String>,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub expires_at: Timestamp,
}

/// What a token has to fit beside the provider and our client.
#[derive(Clone, Copy, Default)]
pub(super) struct Expected<'a> {
    /// Without one the token may have any: it was not asked for by us.
    pub(super) nonce: Option<&'a str>,
    pub(super) access_token: Option<&'a AccessToken>,
}

/// How far a provider's clock may go before ours.
const SKEW: Seconds = Seconds::minutes(5);

/// Nothing shared: a public key is no secret, and `none` is no signature (RFC 8725 §3.1, §3.2).
const ALGORITHMS: [CoreJwsSigningAlgorithm; 5] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// The longest token that is looked at.
const LONGEST: usize = 16 * 1024;

impl Upstream {
    /// Checks an ID token that somebody else brought.
    pub async fn verify(&self, token: &str, now: Timestamp) -> Result<Vouched, UpstreamError> {
        if token.len() > LONGEST {
            return Err(UpstreamError::Untrusted("the token is too long".to_owned()));
        }
        let token = Token::from_str(token).map_err(|reason| UpstreamError::Untrusted(reason.to_string()))?;
        let published = self.published(now).await?;
        self.judge(published, &token, Expected::default(), now).await
    }

    /// Keys are fetched anew once for a token whose key is not known.
    pub(super) async fn judge(
        &self,
        published: Arc<Published>,
        token: &Token,
        expected: Expected<'_>,
        now: Timestamp,
    ) -> Result<Vouched, UpstreamError> {
        let verifier = self.verifier(&published, now)?;
        match token.claims(&verifier, nonce(expected.nonce)) {
            Ok(claims) => self.vouched(token, claims, &verifier, expected),
            Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
                let Some(newer) = self.with_newer_keys(&published, now).await? else {
                    return Err(UpstreamError::Untrusted("the token names a key that is not there".to_owned()));
                };
                let verifier = self.verifier(&newer, now)?;
                let claims = token.claims(&verifier, nonce(expected.nonce)).map_err(|reason| untrusted(&reason))?;
                self.vouched(token, claims, &verifier, expected)
            }
            Err(reason) => Err(untrusted(&reason)),
        }
    }

    /// Issuer, audience, signature by a key of the provider, and times.
    fn verifier(&self, published: &Published, now: Timestamp) -> Result<CoreIdTokenVerifier<'static>, UpstreamError> {
        let issuer =
            IssuerUrl::new(self.settings.issuer()).map_err(|reason| UpstreamError::Away(reason.to_string()))?;
        let client = ClientId::new(self.settings.client_id.clone());
        let keys = published.keys.clone();
        let now_utc = utc(now);
        let latest = utc(now.plus(SKEW));
        Ok(CoreIdTokenVerifier::new_public_client(client, issuer, keys)
            .set_allowed_algs(ALGORITHMS)
            .set_other_audience_verifier_fn(|_: &Audience| false)
            .set_time_fn(move || now_utc)
            .set_issue_time_verifier_fn(
                move |issued| {
                    if issued <= latest { Ok(()) } else { Err("issued in the future".to_owned()) }
                },
            ))
    }

    fn vouched(
        &self,
        token: &Token,
        claims: &Claims,
        verifier: &CoreIdTokenVerifier<'_>,
        expected: Expected<'_>,
    ) -> Result<Vouched, UpstreamError> {
        let wrong = |what: &str| UpstreamError::Untrusted(what.to_owned());
        if claims.authorized_party().is_some_and(|party| party.as_str() != self.settings.client_id) {
            return Err(wrong("the token was made for another client (azp)"));
        }
        if let (Some(hash), Some(access)) = (claims.access_token_hash(), expected.access_token) {
            let key = token.signing_key(verifier).ok();
            let algorithm = token.signing_alg().ok();
            let made = key
                .zip(algorithm)
                .and_then(|(key, algorithm)| AccessTokenHash::from_token(access, algorithm, key).ok());
            if made.as_ref() != Some(hash) {
                return Err(wrong("the token belongs to another access token (at_hash)"));
            }
        }
        let more = claims.additional_claims();
        let subject = match &self.settings.entra_tenant {
            None => claims.subject().as_str().to_owned(),
            Some(tenant) if more.tid.as_ref() != Some(tenant) => return Err(wrong("the token is of another tenant")),
            Some(_) => more.oid.clone().ok_or_else(|| wrong("the token has no oid"))?,
        };
        Ok(Vouched {
            subject,
            email: claims.email().map(|email| email.to_string()),
            email_verified: claims.email_verified() == Some(true),
            username: more.upn.clone().or_else(|| claims.preferred_username().map(|name| name.to_string())),
            name: plain(claims.name()),
            given_name: plain(claims.given_name()),
            family_name: plain(claims.family_name()),
            expires_at: Timestamp::from_unix(claims.expiration().timestamp()),
        })
    }
}

impl Vouched {
    /// With what userinfo adds.
    pub(super) fn with(self, claims: &CoreUserInfoClaims) -> Self {
        Self {
            email: claims.email().map(|email| email.to_string()),
            email_verified: claims.email_verified() == Some(true),
            username: self.username.or_else(|| claims.preferred_username().map(|name| name.to_string())),
            name: self.name.or_else(|| plain(claims.name())),
            given_name: self.given_name.or_else(|| plain(claims.given_name())),
            family_name: self.family_name.or_else(|| plain(claims.family_name())),
            ..self
        }
    }
}

/// The claim without a language.
fn plain<T: Deref<Target = String>>(claim: Option<&LocalizedClaim<T>>) -> Option<String> {
    claim.and_then(|claim| claim.get(None)).map(|claim| claim.to_string())
}

fn nonce(expected: Option<&str>) -> impl Fn(Option<&Nonce>) -> Result<(), String> {
    move |sent: Option<&Nonce>| {
        let fits = expected.is_none_or(|expected| sent.is_some_and(|sent| sent.secret() == expected));
        if fits { Ok(()) } else { Err("another nonce".to_owned()) }
    }
}

fn untrusted(reason: &ClaimsVerificationError) -> UpstreamError {
    UpstreamError::Untrusted(reason.to_string())
}

fn utc(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp(at.unix(), 0).unwrap_or_default()
}
