//! What `/.well-known/openid-configuration` and its OAuth twin say. RFC 8414, OpenID Connect Discovery.

use crate::{
    domain::session::ACRS,
    protocol::discovery::{self, Capabilities},
    services::{core::Core, fault::Fault, registry},
};

/// The document as it is sent; made once and kept by the edge for as long as the registry is.
pub async fn document(core: &Core) -> Result<String, Fault> {
    core.run(|core| {
        let registered = registry::registered(core)?;
        let capabilities = Capabilities {
            issuer: core.settings.issuer.as_str(),
            scopes: registered.names().map(str::to_owned).collect(),
            acrs: ACRS,
        };
        let document = discovery::document(&capabilities).map_err(|error| Fault::Broken(error.to_string()))?;
        Ok(document.to_string())
    })
    .await
}
