//! Registering a client: an id, a secret where it can keep one, and what is usual.

use std::fmt::Write as _;

use super::{
    AdminError, ClientMembers, applied, entry, require,
    secrets::{given_or_random, kept},
    unfit, write,
};
use crate::{
    crypto::random,
    domain::{
        administrator::{Access, Administrator, Area, Reach},
        audit::Action,
        client::{Client, ClientId, ClientKind, ClientStatus, Party, PkcePolicy, RefreshPolicy},
        ids::UserId,
        secret::Secret,
        time::Timestamp,
    },
    protocol::{client_auth::AuthMethod, scope::Scope, token::GrantType},
    services::{audit, core::Core, mounts},
    store::clients,
};

/// A client to be registered.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// Made at random unless given.
    pub id: Option<String>,
    /// Made at random unless given; a public client has none.
    pub secret: Option<Secret<String>>,
    pub kind: ClientKind,
    pub members: ClientMembers,
}

/// A client and the secret that can be read this once.
#[derive(Clone, Debug)]
pub struct CreatedClient {
    pub client: Client,
    pub secret: Option<Secret<String>>,
}

/// Registers a client. One who manages clients owns it.
pub async fn create(core: &Core, admin: &Administrator, new: NewClient) -> Result<CreatedClient, AdminError> {
    require(admin, Area::Clients, Access::Write)?;
    let admin = admin.clone();
    core.run(move |core| insert(core, &admin, new)).await
}

/// An id that a form can offer: sent twice it registers one client.
pub fn proposed_id() -> Result<String, AdminError> {
    Ok(random_id()?.to_string())
}

fn insert(core: &Core, admin: &Administrator, new: NewClient) -> Result<CreatedClient, AdminError> {
    let now = core.clock.now();
    let id = match &new.id {
        Some(text) => ClientId::parse(text)
            .ok_or_else(|| unfit("client id", "must be 1 to 128 visible ASCII characters and not begin with usr_")),
        None => random_id(),
    }?;
    if mounts::is_reserved(&id) {
        return Err(unfit("client id", "account-… is kept for the account API's own clients"));
    }
    let secret = match (new.kind, new.secret) {
        (ClientKind::Confidential, given) => Some(given_or_random(given)?),
        (ClientKind::Public, None) => None,
        (ClientKind::Public, Some(_)) => return Err(unfit("client secret", "a public client cannot keep one")),
    };
    let blank = Client { owner: owner(admin), ..blank(id, new.kind, now) };
    let client = write(core, |db| {
        let client = applied(core, db, admin, blank, &new.members)?;
        if !clients::insert(db, &client)? {
            return Err(AdminError::Taken { what: "client", name: client.id.to_string() });
        }
        if let Some(secret) = &secret {
            clients::insert_secret(db, &kept(&client.id, secret, now))?;
        }
        audit::record(core, db, entry(admin, Action::CreateClient, client.id.as_str()))?;
        Ok(client)
    })?;
    core.clients.forget(&client.id);
    Ok(CreatedClient { client, secret })
}

/// One who manages clients has those that this one made.
fn owner(admin: &Administrator) -> Option<UserId> {
    match &admin.reach {
        Reach::All => None,
        Reach::Own(user) => Some(user.clone()),
    }
}

/// What a client is before anything is said about it.
fn blank(id: ClientId, kind: ClientKind, now: Timestamp) -> Client {
    let (auth_methods, pkce) = match kind {
        ClientKind::Confidential => {
            (vec![AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost], PkcePolicy::Optional)
        }
        ClientKind::Public => (vec![AuthMethod::None], PkcePolicy::Required),
    };
    Client {
        id,
        name: String::new(),
        kind,
        party: Party::Third,
        status: ClientStatus::Enabled,
        auth_methods,
        redirect_uris: Vec::new(),
        post_logout_redirect_uris: Vec::new(),
        grants: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        scope: Scope::default(),
        resources: Vec::new(),
        default_resource: None,
        resource_server: Vec::new(),
        pkce,
        refresh: RefreshPolicy::Rotate,
        access_seconds: None,
        cors_origins: Vec::new(),
        logo_uri: None,
        policy_uri: None,
        tos_uri: None,
        owner: None,
        created_at: now,
        updated_at: now,
    }
}

/// 128 random bits in hexadecimal: an id that no command line takes for a flag.
fn random_id() -> Result<ClientId, AdminError> {
    let mut text = String::new();
    for byte in random::bytes::<16>() {
        write!(text, "{byte:02x}").map_err(|broken| unfit("client id", broken.to_string()))?;
    }
    ClientId::parse(&text).ok_or_else(|| unfit("client id", "could not be made"))
}
