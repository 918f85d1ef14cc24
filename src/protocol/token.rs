//! The token request and its answer. RFC 6749 §4.1.3, §4.4.2, §5.1 and §6.

use serde::Serialize;

use super::{
    error::{ErrorCode, OAuthError},
    params::Params,
    resource,
    scope::Scope,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantType {
    AuthorizationCode,
    RefreshToken,
    ClientCredentials,
}

/// What a client asks of `/token`.
pub enum TokenRequest {
    AuthorizationCode {
        code: String,
        redirect_uri: Option<String>,
        /// Still text: a malformed verifier spends the code like a wrong one.
        verifier: Option<String>,
        resources: Vec<String>,
    },
    RefreshToken {
        refresh_token: String,
        scope: Option<Scope>,
        resources: Vec<String>,
    },
    ClientCredentials {
        scope: Option<Scope>,
        resources: Vec<String>,
    },
}

/// A successful answer. Members that are absent are left out.
#[derive(Serialize)]
pub struct TokenResponse {
    pub access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    token_type: &'static str,
    /// Seconds.
    pub expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

impl GrantType {
    pub const ALL: [Self; 3] = [Self::AuthorizationCode, Self::RefreshToken, Self::ClientCredentials];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.as_str() == text)
    }
}

impl TokenRequest {
    pub fn parse(params: &Params) -> Result<Self, OAuthError> {
        let required = |name: &'static str| {
            let missing = || OAuthError::invalid_request(format!("{name} is missing"));
            params.get(name).map(str::to_owned).ok_or_else(missing)
        };
        let optional = |name: &str| params.get(name).map(str::to_owned);
        let unsupported = || OAuthError::new(ErrorCode::UnsupportedGrantType, "this grant type is not supported");
        let grant = GrantType::parse(&required("grant_type")?).ok_or_else(unsupported)?;
        let resources = resources(params)?;
        Ok(match grant {
            GrantType::AuthorizationCode => Self::AuthorizationCode {
                code: required("code")?,
                redirect_uri: optional("redirect_uri"),
                verifier: verifier(params),
                resources,
            },
            GrantType::RefreshToken => {
                Self::RefreshToken { refresh_token: required("refresh_token")?, scope: scope(params)?, resources }
            }
            GrantType::ClientCredentials => Self::ClientCredentials { scope: scope(params)?, resources },
        })
    }

    pub const fn grant_type(&self) -> GrantType {
        match self {
            Self::AuthorizationCode { .. } => GrantType::AuthorizationCode,
            Self::RefreshToken { .. } => GrantType::RefreshToken,
            Self::ClientCredentials { .. } => GrantType::ClientCredentials,
        }
    }
}

/// An empty verifier counts as omitted (RFC 6749 §3.2), so it can only fail where one is due.
fn verifier(params: &Params) -> Option<String> {
    params.get("code_verifier").map(str::to_owned)
}

fn scope(params: &Params) -> Result<Option<Scope>, OAuthError> {
    let malformed = || OAuthError::invalid_scope("the scope is malformed");
    params.get("scope").map(|text| Scope::parse(text).ok_or_else(malformed)).transpose()
}

fn resources(params: &Params) -> Result<Vec<String>, OAuthError> {
    let malformed = || OAuthError::invalid_target("resource is not an absolute URI");
    let mut resources = Vec::new();
    for text in params.all("resource") {
        let one = resource::parse(text).ok_or_else(malformed)?;
        if !resources.contains(&one) {
            resources.push(one);
        }
    }
    Ok(resources)
}

impl TokenResponse {
    pub fn new(access_token: String, expires_in: i64, scope: &Scope) -> Self {
        let scope = Some(scope.to_string()).filter(|scope| !scope.is_empty());
        Self { access_token, refresh_token: None, id_token: None, token_type: "Bearer", expires_in, scope }
    }

    #[must_use]
    pub fn with_id_token(self, id_token: Option<String>) -> Self {
        Self { id_token, ..self }
    }

    #[must_use]
    pub fn with_refresh_token(self, refresh_token: Option<String>) -> Self {
        Self { refresh_token, ..self }
    }
}

impl std::fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenResponse").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}
