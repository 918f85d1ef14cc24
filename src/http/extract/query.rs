//! The query string.

use actix_web::HttpRequest;

use crate::protocol::{error::OAuthError, params::Params};

/// What proxies and browsers carry without trouble; a page carries it on, sealed.
pub const LONGEST: usize = 16 * 1024;

/// The parameters of a request that a page may have to carry.
pub fn bounded(request: &HttpRequest) -> Result<Params, OAuthError> {
    if request.query_string().len() > LONGEST {
        return Err(OAuthError::invalid_request("the request is too long"));
    }
    params(request)
}

/// The parameters of the query; strict about its encoding.
pub fn params(request: &HttpRequest) -> Result<Params, OAuthError> {
    Ok(Params::parse(request.query_string().as_bytes())?)
}

/// RFC 6749 §2.3.1, RFC 6750 §5.3: a URL ends up in logs and histories, so nothing secret may stand in it.
pub fn refuse_secrets(request: &HttpRequest) -> Result<(), OAuthError> {
    const SECRETS: [&str; 8] = [
        "client_secret",
        "client_assertion",
        "code",
        "code_verifier",
        "refresh_token",
        "access_token",
        "token",
        "password",
    ];
    if request.query_string().is_empty() {
        return Ok(());
    }
    let query = params(request)?;
    let sent = query.iter().any(|(name, _)| SECRETS.contains(&name));
    if sent { Err(OAuthError::invalid_request("this parameter must not be sent in the query")) } else { Ok(()) }
}
