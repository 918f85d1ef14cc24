//! Which origins may read a client's answers in a browser.

use crate::{
    domain::client::{Client, ClientId, ClientKind},
    protocol::redirect_uri,
    services::core::Core,
};

/// Asked right after the client was found, so it is known without a query.
pub fn allows(core: &Core, client_id: &str, origin: &str) -> bool {
    let known = ClientId::parse(client_id).and_then(|id| core.clients.peek(&id));
    known.is_some_and(|known| is_of(&known.client, origin))
}

/// Those set for it; by default the origins of a public client's redirect URIs.
fn is_of(client: &Client, origin: &str) -> bool {
    let set = client.cors_origins.iter().any(|one| one == origin);
    let own = || client.redirect_uris.iter().any(|uri| redirect_uri::origin(uri).as_deref() == Some(origin));
    set || (client.cors_origins.is_empty() && client.kind == ClientKind::Public && own())
}
