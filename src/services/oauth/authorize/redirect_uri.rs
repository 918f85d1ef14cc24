//! Which redirect URI the answer goes to. RFC 6749 §3.1.2.3, RFC 9700 §2.1.

use crate::{
    domain::{
        client::Client,
        refused::{Declined, Difference},
    },
    protocol::{error::OAuthError, params::Params, redirect_uri},
};

/// A redirect URI that passed.
pub(super) struct Redirect {
    pub(super) uri: String,
    /// As the request wrote it; `/token` must see the same text (RFC 6749 §4.1.3).
    pub(super) sent: Option<String>,
}

/// Compared as text with those registered; left out only where exactly one is registered.
pub(super) fn check(params: &Params, client: &Client) -> Result<Redirect, Declined> {
    match (params.get("redirect_uri"), client.redirect_uris.as_slice()) {
        (Some(sent), registered) => {
            let fits = registered.iter().any(|registered| redirect_uri::matches(registered, sent));
            if !fits {
                tracing::info!(client_id = %client.id, redirect_uri = ?sent, ?registered, "the redirect URI is not registered");
            }
            let redirect = || Redirect { uri: sent.to_owned(), sent: Some(sent.to_owned()) };
            fits.then(redirect)
                .ok_or_else(|| declined("redirect_uri is not registered for this client", Some(sent), client))
        }
        // OpenID Connect Core §3.1.2.1 requires it; a plain OAuth request may leave it out.
        (None, [only]) if params.all("redirect_uri").next().is_none() && !asks_openid(params) => {
            Ok(Redirect { uri: only.clone(), sent: None })
        }
        (None, _) => Err(declined("redirect_uri is missing or given twice", None, client)),
    }
}

fn declined(why: &'static str, sent: Option<&str>, client: &Client) -> Declined {
    let difference = Difference::new("redirect_uri", sent, &client.redirect_uris);
    Declined::from(OAuthError::invalid_request(why)).differs(difference)
}

fn asks_openid(params: &Params) -> bool {
    params.get("scope").is_some_and(|scope| scope.split(' ').any(|one| one == "openid"))
}
