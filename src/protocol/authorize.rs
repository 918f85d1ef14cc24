//! The authorization request and its answer. RFC 6749 §4.1.1 and §4.1.2, OpenID Connect Core §3.1.2.

use super::{
    claims::ClaimsRequest, error::OAuthError, pkce::Challenge, prompt::Prompts, response_mode,
    response_mode::ResponseMode, scope::Scope,
};

/// A request whose every member has been checked.
#[derive(Clone, Debug)]
pub struct AuthorizeRequest {
    pub client_id: String,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// As the request wrote it; `None` where it left it out (RFC 6749 §4.1.3).
    pub redirect_uri_sent: Option<String>,
    pub response_mode: ResponseMode,
    pub state: Option<String>,
    pub scope: Scope,
    pub nonce: Option<String>,
    pub prompts: Prompts,
    /// In seconds.
    pub max_age: Option<i64>,
    pub login_hint: Option<String>,
    pub id_token_hint: Option<String>,
    pub claims: ClaimsRequest,
    pub resources: Vec<String>,
    pub challenge: Option<Challenge>,
}

/// What goes back to the client; every answer carries `iss` (RFC 9207 §2).
#[derive(Clone, PartialEq, Eq)]
pub struct AuthorizeAnswer {
    pub redirect_uri: String,
    pub response_mode: ResponseMode,
    pub pairs: Vec<(&'static str, String)>,
}

impl AuthorizeAnswer {
    pub fn code(request: &AuthorizeRequest, issuer: &str, code: &str) -> Self {
        let pairs = vec![("code", code.to_owned())];
        Self::new(&request.redirect_uri, request.response_mode, pairs).closed_by(request.state.as_deref(), issuer)
    }

    pub fn error(
        redirect_uri: &str,
        mode: ResponseMode,
        state: Option<&str>,
        issuer: &str,
        error: &OAuthError,
    ) -> Self {
        let pairs =
            vec![("error", error.code.as_str().to_owned()), ("error_description", error.description.to_string())];
        Self::new(redirect_uri, mode, pairs).closed_by(state, issuer)
    }

    /// The redirect of response mode `query`.
    pub fn location(&self) -> String {
        let pairs: Vec<_> = self.pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        response_mode::location(&self.redirect_uri, &pairs)
    }

    fn new(redirect_uri: &str, response_mode: ResponseMode, pairs: Vec<(&'static str, String)>) -> Self {
        Self { redirect_uri: redirect_uri.to_owned(), response_mode, pairs }
    }

    fn closed_by(mut self, state: Option<&str>, issuer: &str) -> Self {
        self.pairs.extend(state.map(|state| ("state", state.to_owned())));
        self.pairs.push(("iss", issuer.to_owned()));
        self
    }
}

impl std::fmt::Debug for AuthorizeAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.pairs.iter().map(|(name, _)| name).collect();
        write!(f, "AuthorizeAnswer({} {names:?})", self.redirect_uri)
    }
}

/// `max_age` in seconds, not negative.
pub fn max_age(text: Option<&str>) -> Result<Option<i64>, OAuthError> {
    let Some(text) = text else {
        return Ok(None);
    };
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let age = text.parse().ok().filter(|_| digits);
    age.map(Some).ok_or_else(|| OAuthError::invalid_request("max_age is not a number of seconds"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9207 §2: error answers carry `iss`, too.
    #[test]
    fn an_error_carries_state_and_issuer() {
        let error = OAuthError::invalid_scope("no");
        let answer =
            AuthorizeAnswer::error("https://a.example/", ResponseMode::Query, Some("s"), "https://i.example", &error);
        assert_eq!(
            answer.location(),
            "https://a.example/?error=invalid_scope&error_description=no&state=s&iss=https%3A%2F%2Fi.example"
        );
    }

    #[test]
    fn max_age_is_a_number_of_seconds() {
        assert_eq!(max_age(Some("0")).unwrap(), Some(0));
        assert_eq!(max_age(None).unwrap(), None);
        for wrong in ["-1", "+1", "1.5", "a", "99999999999999999999"] {
            assert!(max_age(Some(wrong)).is_err(), "{wrong}");
        }
    }
}
