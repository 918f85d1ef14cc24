//! Which origins may read a client's answers in a browser.

use crate::{
    domain::client::{Client, ClientId, ClientKind},
    protocol::redirect_uri,
    services::{clients, core::Core, fault::Fault},
};

/// Mostly asked right after the client was found: then it is known without a query.
pub async fn allows(core: &Core, client_id: &str, origin: &str) -> bool {
    let peeked = ClientId::parse(client_id).and_then(|id| core.clients.peek(&id));
    if let Some(known) = peeked {
        return is_of(&known.client, origin);
    }
    let id = client_id.to_owned();
    match core.run(move |core| Ok::<_, Fault>(clients::find(core, &id)?)).await {
        Ok(found) => found.is_some_and(|known| is_of(&known.client, origin)),
        Err(fault) => {
            tracing::warn!(reason = %fault, "the origins of a client could not be read");
            false
        }
    }
}

/// Those set for it; by default the origins of a public client's redirect URIs.
fn is_of(client: &Client, origin: &str) -> bool {
    let set = client.cors_origins.iter().any(|one| one == origin);
    let own = || client.redirect_uris.iter().any(|uri| redirect_uri::origin(uri).as_deref() == Some(origin));
    set || (client.cors_origins.is_empty() && client.kind == ClientKind::Public && own())
}
