//! Which resource servers the tokens are for. RFC 8707 §2.

use crate::{
    domain::{client::Client, refused::Declined},
    protocol::{error::OAuthError, params::Params, resource},
    services::registry::{Registered, not_allowed},
};

/// More than any honest request names.
const MOST: usize = 8;

pub(super) fn check(params: &Params, client: &Client, registered: &Registered) -> Result<Vec<String>, Declined> {
    let mut resources = Vec::new();
    for text in params.all("resource") {
        let named = resource::parse(text)
            .filter(|one| registered.allows_resource(client, one))
            .ok_or_else(|| not_allowed(client, registered, text))?;
        if !resources.contains(&named) {
            resources.push(named);
        }
    }
    if resources.len() > MOST {
        return Err(OAuthError::invalid_target("too many resources").into());
    }
    Ok(resources)
}
