//! Provider metadata: exactly what works. OpenID Connect Discovery §3, RFC 8414 §2, RP-Initiated Logout §2.1.

use openidconnect::{
    AdditionalProviderMetadata, AuthUrl, AuthenticationContextClass, IssuerUrl, JsonWebKeySetUrl, ProviderMetadata,
    ResponseTypes, Scope, TokenUrl, UserInfoUrl,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode,
        CoreResponseType, CoreSubjectIdentifierType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{claims, client_auth::AuthMethod, prompt::Prompt};

/// What differs from server to server.
pub struct Capabilities<'a> {
    pub issuer: &'a str,
    pub scopes: Vec<String>,
    pub acrs: &'a [&'a str],
}

/// The members that OpenID Connect Discovery does not have.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct OAuthMetadata {
    introspection_endpoint: String,
    introspection_endpoint_auth_methods_supported: Vec<String>,
    revocation_endpoint: String,
    revocation_endpoint_auth_methods_supported: Vec<String>,
    end_session_endpoint: String,
    code_challenge_methods_supported: Vec<String>,
    authorization_response_iss_parameter_supported: bool,
    prompt_values_supported: Vec<String>,
}

impl AdditionalProviderMetadata for OAuthMetadata {}

type Metadata = ProviderMetadata<
    OAuthMetadata,
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

/// The document of both well-known addresses.
pub fn document(capabilities: &Capabilities<'_>) -> Result<Value, url::ParseError> {
    let at = |path: &str| format!("{}{path}", capabilities.issuer.trim_end_matches('/'));
    let metadata = Metadata::new(
        IssuerUrl::new(capabilities.issuer.to_owned())?,
        AuthUrl::new(at("/authorize"))?,
        JsonWebKeySetUrl::new(at("/jwks"))?,
        vec![ResponseTypes::new(vec![CoreResponseType::Code])],
        vec![CoreSubjectIdentifierType::Public],
        vec![CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256],
        oauth(at),
    )
    .set_token_endpoint(Some(TokenUrl::new(at("/token"))?))
    .set_userinfo_endpoint(Some(UserInfoUrl::new(at("/userinfo"))?))
    .set_scopes_supported(Some(capabilities.scopes.iter().cloned().map(Scope::new).collect()))
    .set_response_modes_supported(Some(vec![CoreResponseMode::Query, CoreResponseMode::FormPost]))
    .set_grant_types_supported(Some(vec![
        CoreGrantType::AuthorizationCode,
        CoreGrantType::RefreshToken,
        CoreGrantType::ClientCredentials,
    ]))
    .set_token_endpoint_auth_methods_supported(Some(vec![
        CoreClientAuthMethod::ClientSecretBasic,
        CoreClientAuthMethod::ClientSecretPost,
        CoreClientAuthMethod::None,
    ]))
    .set_acr_values_supported(Some(acrs(capabilities.acrs)))
    .set_claim_types_supported(Some(vec![CoreClaimType::Normal]))
    .set_claims_supported(Some(claims::SUPPORTED.iter().map(|&name| CoreClaimName::new(name.to_owned())).collect()))
    .set_claims_parameter_supported(Some(true))
    .set_request_parameter_supported(Some(false))
    // Its default is true.
    .set_request_uri_parameter_supported(Some(false));
    Ok(serde_json::to_value(metadata).unwrap_or_default())
}

fn acrs(acrs: &[&str]) -> Vec<AuthenticationContextClass> {
    acrs.iter().map(|&acr| AuthenticationContextClass::new(acr.to_owned())).collect()
}

fn oauth(at: impl Fn(&str) -> String) -> OAuthMetadata {
    let secret = [AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost];
    let names = |methods: &[AuthMethod]| methods.iter().map(|method| method.as_str().to_owned()).collect::<Vec<_>>();
    OAuthMetadata {
        introspection_endpoint: at("/introspect"),
        introspection_endpoint_auth_methods_supported: names(&secret),
        revocation_endpoint: at("/revoke"),
        revocation_endpoint_auth_methods_supported: names(&[secret.as_slice(), &[AuthMethod::None]].concat()),
        end_session_endpoint: at("/logout"),
        code_challenge_methods_supported: vec!["S256".to_owned()],
        authorization_response_iss_parameter_supported: true,
        prompt_values_supported: Prompt::ALL.iter().map(|prompt| prompt.as_str().to_owned()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_names_what_works_and_nothing_else() {
        let capabilities =
            Capabilities { issuer: "https://id.example/auth", scopes: vec!["openid".to_owned()], acrs: &["a"] };
        let document = document(&capabilities).unwrap();
        assert_eq!(document["issuer"], "https://id.example/auth");
        assert_eq!(document["token_endpoint"], "https://id.example/auth/token");
        assert_eq!(document["request_uri_parameter_supported"], false);
        assert_eq!(document["response_types_supported"], serde_json::json!(["code"]));
        for absent in
            ["registration_endpoint", "device_authorization_endpoint", "pushed_authorization_request_endpoint"]
        {
            assert!(document.get(absent).is_none(), "{absent}");
        }
    }
}
