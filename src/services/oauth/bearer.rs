//! Access tokens of ours, as they come back to our own endpoints.

use crate::{
    crypto::jwt::{self, Age, TokenType},
    protocol::jwt::AccessTokenClaims,
    services::core::Core,
};

/// The claims of an access token that we signed and that has not expired.
pub fn claims(core: &Core, token: &str) -> Option<AccessTokenClaims> {
    read(core, token, Age::Live)
}

/// The same for one that may have expired, too.
pub fn claims_of_any_age(core: &Core, token: &str) -> Option<AccessTokenClaims> {
    read(core, token, Age::Any)
}

fn read(core: &Core, token: &str, age: Age) -> Option<AccessTokenClaims> {
    let loaded = core.keys.loaded();
    let claims = jwt::verify::<AccessTokenClaims>(&loaded.ring, token, TokenType::AccessToken, core.clock.now(), age);
    claims.ok().filter(|claims| claims.iss == core.settings.issuer.as_str())
}
