//! The two halves of the code flow: out with the browser, and the code's redemption. OpenID Connect Core §3.1.

use openidconnect::{
    AuthType, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, HttpRequest, IdTokenFields, LoginHint, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, StandardErrorResponse, StandardTokenResponse,
    SubjectIdentifier, TokenResponse,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClientAuthMethod, CoreErrorResponseType,
        CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
        CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
        CoreUserInfoClaims,
    },
};

use super::{
    FetchError, Upstream, UpstreamError,
    proof::{Expected, More, Vouched},
    published::Published,
};
use crate::domain::{secret::Secret, time::Timestamp};

/// What the browser takes to the provider.
#[derive(Clone, Copy, Debug)]
pub struct Outward<'a> {
    pub redirect_uri: &'a str,
    pub state: &'a str,
    pub nonce: &'a str,
    pub verifier: &'a str,
    pub ask: Ask<'a>,
}

/// What the application asked for, said again to the provider.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ask<'a> {
    /// `login`, `select_account`.
    pub prompt: Option<&'a str>,
    pub login_hint: Option<&'a str>,
}

/// What the browser brought back, and what was kept for it.
#[derive(Debug)]
pub struct Homeward<'a> {
    pub redirect_uri: &'a str,
    pub code: Secret<String>,
    pub verifier: Secret<String>,
    pub nonce: &'a str,
}

type Fields = IdTokenFields<
    More,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type Tokens = StandardTokenResponse<Fields, CoreTokenType>;
type RelyingParty = Client<
    More,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl Upstream {
    /// Where the browser goes: with PKCE (S256), `state` and `nonce`.
    pub async fn authorization_url(&self, outward: Outward<'_>, now: Timestamp) -> Result<String, UpstreamError> {
        let published = self.published(now).await?;
        let party = self.party(&published, outward.redirect_uri)?;
        let verifier = PkceCodeVerifier::new(outward.verifier.to_owned());
        let (state, nonce) = (CsrfToken::new(outward.state.to_owned()), Nonce::new(outward.nonce.to_owned()));
        let mut request = party
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || state, move || nonce)
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_scopes(self.settings.scopes.iter().cloned().map(Scope::new));
        if let Some(prompt) = outward.ask.prompt {
            request = request.add_extra_param("prompt", prompt.to_owned());
        }
        if let Some(hint) = outward.ask.login_hint {
            request = request.set_login_hint(LoginHint::new(hint.to_owned()));
        }
        Ok(request.url().0.into())
    }

    /// RFC 9207 §2.4: an answer says which provider it comes from, where that provider does so.
    pub async fn may_answer(&self, issuer: Option<&str>, now: Timestamp) -> Result<bool, UpstreamError> {
        match issuer {
            Some(issuer) => Ok(issuer == self.settings.issuer()),
            None => Ok(!self.published(now).await?.sends_issuer),
        }
    }

    /// Redeems the code, and checks the ID token that it buys.
    pub async fn redeem(&self, homeward: Homeward<'_>, now: Timestamp) -> Result<Vouched, UpstreamError> {
        let published = self.published(now).await?;
        let party = self.party(&published, homeward.redirect_uri)?;
        let http = |request: HttpRequest| self.call(request);
        let request = party
            .exchange_code(AuthorizationCode::new(homeward.code.reveal().clone()))
            .map_err(|reason| UpstreamError::Away(reason.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(homeward.verifier.reveal().clone()));
        let tokens = request.request_async(&http).await.map_err(|reason| refused(&reason))?;
        let id_token = tokens.id_token().ok_or_else(|| UpstreamError::Untrusted("there is no ID token".to_owned()))?;
        let expected = Expected { nonce: Some(homeward.nonce), access_token: Some(tokens.access_token()) };
        let vouched = self.judge(published, id_token, expected, now).await?;
        self.completed(&party, &tokens, vouched).await
    }

    /// OpenID Connect Core §5.4: what the scopes stand for may be at userinfo only.
    async fn completed(
        &self,
        party: &RelyingParty,
        tokens: &Tokens,
        vouched: Vouched,
    ) -> Result<Vouched, UpstreamError> {
        if vouched.email.is_some() || self.settings.entra_tenant.is_some() {
            return Ok(vouched);
        }
        let subject = SubjectIdentifier::new(vouched.subject.clone());
        let Ok(request) = party.user_info(tokens.access_token().clone(), Some(subject)) else {
            return Ok(vouched);
        };
        let http = |request: HttpRequest| self.call(request);
        let claims: Result<CoreUserInfoClaims, _> = request.require_signed_response(false).request_async(&http).await;
        match claims {
            Ok(claims) => Ok(vouched.with(&claims)),
            Err(reason) => Err(UpstreamError::Away(format!("its userinfo endpoint: {reason}"))),
        }
    }

    fn party(&self, published: &Published, redirect_uri: &str) -> Result<RelyingParty, UpstreamError> {
        let metadata = &published.metadata;
        let secret = self.settings.client_secret.as_ref().map(|secret| ClientSecret::new(secret.reveal().clone()));
        let id = ClientId::new(self.settings.client_id.clone());
        let redirect = RedirectUrl::new(redirect_uri.to_owned());
        let redirect = redirect.map_err(|reason| UpstreamError::Away(format!("our redirect URI: {reason}")))?;
        let party = Client::from_provider_metadata(metadata.clone(), id, secret).set_redirect_uri(redirect);
        let methods = metadata.token_endpoint_auth_methods_supported();
        let only_in_the_body = methods.is_some_and(|methods| {
            !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
                && methods.contains(&CoreClientAuthMethod::ClientSecretPost)
        });
        Ok(if only_in_the_body { party.set_auth_type(AuthType::RequestBody) } else { party })
    }
}

fn refused(reason: &RequestTokenError<FetchError, StandardErrorResponse<CoreErrorResponseType>>) -> UpstreamError {
    match reason {
        RequestTokenError::ServerResponse(answer) => UpstreamError::Refused(answer.error().to_string()),
        RequestTokenError::Request(reason) => UpstreamError::Away(reason.to_string()),
        // What did not parse may hold tokens: only where it broke is told.
        RequestTokenError::Parse(reason, _) => UpstreamError::Away(format!("its token endpoint: {reason}")),
        RequestTokenError::Other(reason) => UpstreamError::Away(reason.clone()),
    }
}
