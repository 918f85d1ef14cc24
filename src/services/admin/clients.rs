//! Registering OAuth clients, changing them, and giving them new secrets.

use std::fmt::Write as _;

use super::{
    AdminError, absent, client_rules,
    edition::{Current, Expected},
    entry, read, require, unfit, write,
};
use crate::{
    crypto::{digest, random},
    domain::{
        administrator::{Access, Administrator, Area, Reach},
        audit::Action,
        client::{Client, ClientId, ClientKind, ClientSecret, ClientStatus, Party, PkcePolicy, RefreshPolicy},
        ids::{ClientSecretId, UserId},
        secret::Secret,
        time::{Seconds, Timestamp},
    },
    protocol::{client_auth::AuthMethod, scope::Scope, token::GrantType},
    services::{audit, core::Core, mounts},
    store::{
        clients,
        connection::Db,
        page::{Page, PageRequest},
    },
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

/// What can be said about a client. What is `None` stays as it is: an update drops nothing that it does not
/// name. An empty text and an access time of 0 clear what was there.
#[derive(Clone, Debug, Default)]
pub struct ClientMembers {
    pub name: Option<String>,
    pub party: Option<Party>,
    pub status: Option<ClientStatus>,
    pub auth_methods: Option<Vec<AuthMethod>>,
    pub redirect_uris: Option<Vec<String>>,
    pub post_logout_redirect_uris: Option<Vec<String>>,
    pub grants: Option<Vec<GrantType>>,
    pub scope: Option<Scope>,
    pub resources: Option<Vec<String>>,
    pub default_resource: Option<String>,
    pub resource_server: Option<Vec<String>>,
    pub pkce: Option<PkcePolicy>,
    pub refresh: Option<RefreshPolicy>,
    pub access_seconds: Option<i64>,
    pub cors_origins: Option<Vec<String>>,
    pub logo_uri: Option<String>,
    pub policy_uri: Option<String>,
    pub tos_uri: Option<String>,
    /// Who looks after it: a user's id.
    pub owner: Option<String>,
}

/// A client and the secret that can be read this once.
#[derive(Clone, Debug)]
pub struct CreatedClient {
    pub client: Client,
    pub secret: Option<Secret<String>>,
}

/// A client's new secret, and when the one before it ends.
#[derive(Clone, Debug)]
pub struct RotatedSecret {
    pub client_id: ClientId,
    pub secret: Secret<String>,
    /// `None`: no other secret is valid any more.
    pub previous_until: Option<Timestamp>,
}

/// A client and its secrets' times.
#[derive(Clone, Debug)]
pub struct ShownClient {
    pub client: Client,
    pub secrets: Vec<ClientSecret>,
}

/// Registers a client. One who manages clients owns it.
pub async fn create(core: &Core, admin: &Administrator, new: NewClient) -> Result<CreatedClient, AdminError> {
    require(admin, Area::Clients, Access::Write)?;
    let admin = admin.clone();
    core.run(move |core| insert(core, &admin, new)).await
}

/// One page of clients, in the order of their ids.
pub async fn list(core: &Core, admin: &Administrator, page: PageRequest) -> Result<Page<Client>, AdminError> {
    require(admin, Area::Clients, Access::Read)?;
    let owner = match &admin.reach {
        Reach::All => None,
        Reach::Own(user) => Some(user.clone()),
    };
    core.run(move |core| Ok(core.store.read(|db| clients::list(db, owner.as_ref(), &page))?)).await
}

/// A client by its id.
pub async fn show(core: &Core, admin: &Administrator, id: &str) -> Result<Current<ShownClient>, AdminError> {
    require(admin, Area::Clients, Access::Read)?;
    let (admin, id) = (admin.clone(), parse(id)?);
    core.run(move |core| Ok(Current::new(read(core, |db| find(db, &admin, &id))?))).await
}

/// Changes what `members` names and nothing else.
pub async fn update(
    core: &Core,
    admin: &Administrator,
    id: &str,
    expected: Expected,
    members: ClientMembers,
) -> Result<Current<ShownClient>, AdminError> {
    require(admin, Area::Clients, Access::Write)?;
    let (admin, id) = (admin.clone(), changeable(id)?);
    core.run(move |core| {
        let changed = write(core, |db| {
            let found = find(db, &admin, &id)?;
            expected.check(&found)?;
            let changed = change(core, db, &admin, found.client, &members)?;
            audit::record(core, db, entry(&admin, Action::UpdateClient, id.as_str()))?;
            Ok(ShownClient { client: changed, ..found })
        })?;
        core.clients.forget(&id);
        Ok(Current::new(changed))
    })
    .await
}

/// Gives a confidential client a new secret. The one before stays valid for `overlap`; older ones end at once.
pub async fn rotate_secret(
    core: &Core,
    admin: &Administrator,
    id: &str,
    secret: Option<Secret<String>>,
    overlap: Seconds,
) -> Result<RotatedSecret, AdminError> {
    require(admin, Area::Clients, Access::Write)?;
    let (admin, id) = (admin.clone(), changeable(id)?);
    core.run(move |core| {
        let secret = given_or_random(secret)?;
        let previous_until = write(core, |db| {
            let found = find(db, &admin, &id)?;
            may_give(&admin, &found.client)?;
            let until = replace_secret(core, db, &found, &secret, overlap)?;
            audit::record(core, db, entry(&admin, Action::RotateClientSecret, id.as_str()))?;
            Ok(until)
        })?;
        core.clients.forget(&id);
        Ok(RotatedSecret { client_id: id, secret, previous_until })
    })
    .await
}

/// Deletes a client with its secrets, consents and grants: its tokens end with it.
pub async fn delete(core: &Core, admin: &Administrator, id: &str, expected: Expected) -> Result<(), AdminError> {
    require(admin, Area::Clients, Access::Write)?;
    let (admin, id) = (admin.clone(), changeable(id)?);
    core.run(move |core| {
        write(core, |db| {
            expected.check(&find(db, &admin, &id)?)?;
            clients::delete(db, &id)?;
            Ok(audit::record(core, db, entry(&admin, Action::DeleteClient, id.as_str()))?)
        })?;
        core.clients.forget(&id);
        Ok(())
    })
    .await
}

fn parse(id: &str) -> Result<ClientId, AdminError> {
    ClientId::parse(id).ok_or_else(|| absent("client", id))
}

/// The same for a change: the account API's own clients are as its mounts say.
fn changeable(id: &str) -> Result<ClientId, AdminError> {
    let id = parse(id)?;
    if mounts::is_reserved(&id) {
        return Err(unfit("client id", "the account API's own clients are set up by [[mounts]]"));
    }
    Ok(id)
}

/// A client that this administrator looks after.
fn find(db: &mut Db, admin: &Administrator, id: &ClientId) -> Result<ShownClient, AdminError> {
    let (client, secrets) = clients::find(db, id)?.ok_or_else(|| absent("client", id.as_str()))?;
    if !admin.reaches(client.owner.as_ref()) {
        return Err(AdminError::Forbidden(format!("the client {id} belongs to somebody else")));
    }
    Ok(ShownClient { client, secrets })
}

/// Whoever holds a client's secret acts with its scopes, so they must be the administrator's to give.
fn may_give(admin: &Administrator, client: &Client) -> Result<(), AdminError> {
    let beyond = client.scope.iter().find(|scope| !admin.may_give(scope));
    beyond.map_or(Ok(()), |scope| Err(AdminError::Forbidden(format!("the scope {scope} is not yours to give"))))
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

fn change(
    core: &Core,
    db: &mut Db,
    admin: &Administrator,
    client: Client,
    members: &ClientMembers,
) -> Result<Client, AdminError> {
    may_give(admin, &client)?;
    let changed = Client { updated_at: core.clock.now(), ..applied(core, db, admin, client, members)? };
    clients::update(db, &changed)?;
    Ok(changed)
}

/// The client as it will be, if every rule holds for it and for who wants it so.
fn applied(
    core: &Core,
    db: &mut Db,
    admin: &Administrator,
    client: Client,
    members: &ClientMembers,
) -> Result<Client, AdminError> {
    let client = client_rules::apply(client, members);
    client_rules::check(&client, &core.settings)?;
    client_rules::check_standing(admin, members)?;
    may_give(admin, &client)?;
    client_rules::registered(db, members)?;
    Ok(client_rules::owned(db, client, members)?)
}

/// Says when the secret before the new one ends.
fn replace_secret(
    core: &Core,
    db: &mut Db,
    found: &ShownClient,
    secret: &Secret<String>,
    overlap: Seconds,
) -> Result<Option<Timestamp>, AdminError> {
    let now = core.clock.now();
    let ShownClient { client, secrets } = found;
    let id = &client.id;
    if client.kind == ClientKind::Public {
        return Err(unfit("client secret", "a public client has none"));
    }
    let valid = |one: &&ClientSecret| one.expires_at.is_none_or(|end| end > now);
    // Only the newest has no end: times alone do not order two rotations within one second.
    let previous = secrets.iter().filter(valid).max_by_key(|one| (one.expires_at.is_none(), one.created_at));
    let previous = previous.filter(|_| overlap > Seconds(0));
    for old in secrets.iter().filter(|old| previous.is_none_or(|previous| previous.id != old.id)) {
        clients::delete_secret(db, id, &old.id)?;
    }
    let new = kept(id, secret, now);
    clients::insert_secret(db, &new)?;
    let until = previous.map(|previous| {
        let end = now.plus(overlap);
        previous.expires_at.map_or(end, |sooner| sooner.min(end))
    });
    if let Some(until) = until {
        clients::expire_secrets(db, id, &new.id, until)?;
    }
    Ok(until)
}

fn kept(client_id: &ClientId, secret: &Secret<String>, now: Timestamp) -> ClientSecret {
    ClientSecret {
        id: ClientSecretId::new(now, random::bytes()),
        client_id: client_id.clone(),
        digest: digest::secret(secret.reveal()),
        created_at: now,
        expires_at: None,
    }
}

/// Secrets are kept as plain digests, so a guessable one must not get in.
fn given_or_random(given: Option<Secret<String>>) -> Result<Secret<String>, AdminError> {
    let Some(secret) = given else {
        return Ok(random::token());
    };
    let text = secret.reveal();
    let fits = (32..=256).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    if fits { Ok(secret) } else { Err(unfit("client secret", "must be 32 to 256 visible ASCII characters")) }
}

/// 128 random bits in hexadecimal: an id that no command line takes for a flag.
fn random_id() -> Result<ClientId, AdminError> {
    let mut text = String::new();
    for byte in random::bytes::<16>() {
        write!(text, "{byte:02x}").map_err(|broken| unfit("client id", broken.to_string()))?;
    }
    ClientId::parse(&text).ok_or_else(|| unfit("client id", "could not be made"))
}
