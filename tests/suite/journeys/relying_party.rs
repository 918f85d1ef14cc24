//! An application written with somebody else's library: it knows the issuer and its own registration, nothing more.

use chrono::{DateTime, Utc};
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalProviderMetadata, AuthType, AuthorizationCode, AuthorizationRequest,
    ClientId, ClientSecret, CsrfToken, EndSessionUrl, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, IntrospectionUrl, IssuerUrl, LogoutRequest, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadata, RedirectUrl, RefreshToken, RevocationUrl, Scope,
    TokenResponse,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient,
        CoreClientAuthMethod, CoreGrantType, CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
        CoreRevocableToken, CoreSubjectIdentifierType, CoreTokenIntrospectionResponse, CoreTokenResponse,
        CoreUserInfoClaims,
    },
};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::harness::{Answer, Server, Site, TestClient};

/// What the discovery document says beyond OpenID Connect Discovery.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Endpoints {
    introspection_endpoint: String,
    revocation_endpoint: String,
    end_session_endpoint: String,
    code_challenge_methods_supported: Vec<String>,
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Endpoints {}

type Metadata = ProviderMetadata<
    Endpoints,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type Discovered = CoreClient<EndpointSet, EndpointNotSet, EndpointSet, EndpointSet, EndpointMaybeSet, EndpointMaybeSet>;

pub(super) struct RelyingParty {
    site: Site,
    client: Discovered,
    end_session: EndSessionUrl,
    redirect_uri: String,
}

/// What the application keeps while the user is away.
pub(super) struct Waiting {
    pub(super) address: Url,
    state: CsrfToken,
    pub(super) nonce: Nonce,
    verifier: PkceCodeVerifier,
}

impl RelyingParty {
    /// Reads the discovery document and the keys that it names.
    pub(super) async fn discovers(server: &Server, app: &TestClient) -> Self {
        let site = server.site.clone();
        let issuer = IssuerUrl::new(site.issuer.clone()).unwrap();
        let http = |request| fetch(&site, request);
        let metadata = Metadata::discover_async(issuer, &http).await.unwrap();
        let more = metadata.additional_metadata().clone();
        assert_eq!(more.code_challenge_methods_supported, ["S256"]);
        assert!(more.authorization_response_iss_parameter_supported);
        // RFC 7009 §2: the library refuses to revoke over plain http; `fetch` takes the lock away again.
        let revocation = more.revocation_endpoint.replacen("http://", "https://", 1);
        let secret = app.secret.clone().map(ClientSecret::new);
        let client = CoreClient::from_provider_metadata(metadata, ClientId::new(app.id.clone()), secret)
            .set_redirect_uri(RedirectUrl::new(app.redirect_uri.clone()).unwrap())
            .set_introspection_url(IntrospectionUrl::new(more.introspection_endpoint).unwrap())
            .set_revocation_url(RevocationUrl::new(revocation).unwrap());
        let end_session = EndSessionUrl::new(more.end_session_endpoint).unwrap();
        Self { client, end_session, redirect_uri: app.redirect_uri.clone(), site }
    }

    /// The same with the secret in the body.
    pub(super) fn with_secret_in_body(self) -> Self {
        Self { client: self.client.set_auth_type(AuthType::RequestBody), ..self }
    }

    /// The request, with `state`, `nonce` and PKCE of the library's own making.
    pub(super) fn asks(&self, scopes: &[&str]) -> Waiting {
        self.asks_with(scopes, |request| request)
    }

    pub(super) fn asks_with(&self, scopes: &[&str], change: impl FnOnce(Request<'_>) -> Request<'_>) -> Waiting {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let request = self.client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
        let request = request.add_scopes(scopes.iter().map(|scope| Scope::new((*scope).to_owned())));
        let (address, state, nonce) = change(request.set_pkce_challenge(challenge)).url();
        Waiting { address, state, nonce, verifier }
    }

    /// Takes the answer that the browser brings to the redirect URI, checks it, and exchanges the code.
    pub(super) async fn takes(&self, waiting: Waiting, answer: &Answer) -> (CoreTokenResponse, Nonce) {
        let location = answer.location().unwrap_or_else(|| panic!("no redirect: {}", answer.text()));
        assert!(location.as_str().starts_with(&self.redirect_uri), "{location}");
        self.exchanges(waiting, |name| answer.parameter(name)).await
    }

    /// The same for an answer that was posted.
    pub(super) async fn takes_form(&self, waiting: Waiting, page: &Answer) -> (CoreTokenResponse, Nonce) {
        let form = page.forms().into_iter().next().expect("a form");
        assert_eq!(form.action, self.redirect_uri);
        let hidden = |name: &str| form.hidden.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
        self.exchanges(waiting, hidden).await
    }

    async fn exchanges(&self, waiting: Waiting, said: impl Fn(&str) -> Option<String>) -> (CoreTokenResponse, Nonce) {
        assert_eq!(said("state").as_ref(), Some(waiting.state.secret()));
        assert_eq!(said("iss").as_ref(), Some(&self.site.issuer));
        let code = AuthorizationCode::new(said("code").expect("a code"));
        let request = self.client.exchange_code(code).unwrap().set_pkce_verifier(waiting.verifier);
        let tokens = request.request_async(&|request| fetch(&self.site, request)).await.unwrap();
        (tokens, waiting.nonce)
    }

    /// Signature, issuer, audience, times, nonce and `at_hash` (OpenID Connect Core §3.1.3.7, §3.1.3.8).
    pub(super) fn verifies<'a>(&self, tokens: &'a CoreTokenResponse, nonce: &Nonce) -> &'a CoreIdTokenClaims {
        let id_token = tokens.id_token().expect("an ID token");
        let verifier = self.verifier();
        let claims = id_token.claims(&verifier, nonce).unwrap();
        self.hash_fits(id_token, claims, tokens.access_token());
        claims
    }

    pub(super) fn accepts(&self, tokens: &CoreTokenResponse, nonce: &Nonce) -> bool {
        tokens.id_token().expect("an ID token").claims(&self.verifier(), nonce).is_ok()
    }

    /// OpenID Connect Core §12.2: a refreshed ID token should have no nonce.
    pub(super) fn verifies_refreshed<'a>(&self, tokens: &'a CoreTokenResponse) -> &'a CoreIdTokenClaims {
        let id_token = tokens.id_token().expect("an ID token");
        let none = |nonce: Option<&Nonce>| nonce.map_or(Ok(()), |_| Err("a nonce".to_owned()));
        let claims = id_token.claims(&self.verifier(), none).unwrap();
        self.hash_fits(id_token, claims, tokens.access_token());
        claims
    }

    fn verifier(&self) -> CoreIdTokenVerifier<'_> {
        let now = self.site.core.clock.now().unix();
        let verifier = self.client.id_token_verifier().set_time_fn(move || time(now));
        let issued = move |at: DateTime<Utc>| {
            (at <= time(now)).then_some(()).ok_or_else(|| format!("issued in the future: {at}"))
        };
        verifier.set_issue_time_verifier_fn(issued)
    }

    fn hash_fits(&self, id_token: &CoreIdToken, claims: &CoreIdTokenClaims, access_token: &AccessToken) {
        let (verifier, algorithm) = (self.verifier(), id_token.signing_alg().unwrap());
        let key = id_token.signing_key(&verifier).unwrap();
        let wanted = AccessTokenHash::from_token(access_token, algorithm, key).unwrap();
        assert_eq!(claims.access_token_hash(), Some(&wanted));
    }

    pub(super) async fn userinfo(&self, tokens: &CoreTokenResponse, id: &CoreIdTokenClaims) -> CoreUserInfoClaims {
        let subject = Some(id.subject().clone());
        let request = self.client.user_info(tokens.access_token().clone(), subject).unwrap();
        request.request_async(&|request| fetch(&self.site, request)).await.unwrap()
    }

    pub(super) async fn refreshes(&self, token: &RefreshToken) -> Result<CoreTokenResponse, String> {
        let request = self.client.exchange_refresh_token(token).unwrap();
        let answer = request.request_async(&|request| fetch(&self.site, request)).await;
        answer.map_err(|error| format!("{error:?}"))
    }

    pub(super) async fn introspects(&self, token: &AccessToken) -> CoreTokenIntrospectionResponse {
        self.client.introspect(token).request_async(&|request| fetch(&self.site, request)).await.unwrap()
    }

    pub(super) async fn revokes(&self, token: CoreRevocableToken) {
        let request = self.client.revoke_token(token).unwrap();
        request.request_async(&|request| fetch(&self.site, request)).await.unwrap();
    }

    /// Where the application sends the browser to sign out.
    pub(super) fn leaves(&self, id_token: &CoreIdToken, back: &str, state: &str) -> Url {
        LogoutRequest::from(self.end_session.clone())
            .set_id_token_hint(id_token)
            .set_post_logout_redirect_uri(PostLogoutRedirectUrl::new(back.to_owned()).unwrap())
            .set_state(CsrfToken::new(state.to_owned()))
            .http_get_url()
    }
}

pub(super) type Request<'a> = AuthorizationRequest<'a, CoreAuthDisplay, CoreAuthPrompt, CoreResponseType>;

fn time(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

async fn fetch(site: &Site, request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let (parts, body) = request.into_parts();
    let address = parts.uri.to_string().replacen("https://", "http://", 1);
    let sent = site.http.request(parts.method, address).headers(parts.headers).body(body);
    let answer = sent.send().await?;
    let mut response = http::Response::builder().status(answer.status());
    response.headers_mut().unwrap().extend(answer.headers().clone());
    let body = answer.bytes().await?;
    Ok(response.body(body.to_vec()).unwrap())
}
