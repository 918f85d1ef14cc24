//! Registering OAuth clients, changing them, and giving them new secrets.

mod difference;
mod making;
mod rules;
mod secrets;
pub mod trial;
pub mod usage;

use super::{
    AdminError, absent,
    edition::{Current, Expected},
    entry, read, require, unfit, write,
};
use crate::{
    domain::{
        administrator::{Access, Administrator, Area, Reach},
        audit::Action,
        client::{Client, ClientId, ClientSecret, ClientStatus, Party, PkcePolicy, RefreshPolicy},
    },
    protocol::{client_auth::AuthMethod, scope::Scope, token::GrantType},
    services::{audit, core::Core, mounts, refused},
    store::{
        clients,
        connection::Db,
        grants,
        page::{Page, PageRequest},
    },
};

pub use self::{
    making::{CreatedClient, NewClient, create, proposed_id},
    secrets::{RotatedSecret, revoke_secret, rotate_secret},
};
pub use crate::store::grants::Reach as Ends;

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

/// A client and its secrets' times.
#[derive(Clone, Debug)]
pub struct ShownClient {
    pub client: Client,
    pub secrets: Vec<ClientSecret>,
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

/// Changes what `members` names and nothing else. Where that is how it is already, nothing is written.
pub async fn update(
    core: &Core,
    admin: &Administrator,
    id: &str,
    expected: Expected,
    members: ClientMembers,
) -> Result<Current<ShownClient>, AdminError> {
    require(admin, Area::Clients, Access::Write)?;
    let (admin, id) = (admin.clone(), changeable(id)?);
    core.run(move |core| Ok(Current::new(change(core, &admin, &id, &expected, |_| members)?))).await
}

/// Refuses the client everywhere, or lets it work again.
pub async fn set_status(
    core: &Core,
    admin: &Administrator,
    id: &str,
    expected: Expected,
    status: ClientStatus,
) -> Result<Current<ShownClient>, AdminError> {
    update(core, admin, id, expected, ClientMembers { status: Some(status), ..ClientMembers::default() }).await
}

/// What ends with a client: its live grants, and whose they are.
pub async fn ends(core: &Core, admin: &Administrator, id: &str) -> Result<Ends, AdminError> {
    require(admin, Area::Clients, Access::Read)?;
    let (admin, id) = (admin.clone(), parse(id)?);
    core.run(move |core| {
        read(core, |db| {
            find(db, &admin, &id)?;
            Ok(grants::reach_of_client(db, &id, core.clock.now())?)
        })
    })
    .await
}

/// Deletes a client with its secrets, consents and grants: its tokens end with it.
pub async fn delete(core: &Core, admin: &Administrator, id: &str, expected: Expected) -> Result<(), AdminError> {
    require(admin, Area::Clients, Access::Write)?;
    let (admin, id) = (admin.clone(), changeable(id)?);
    core.run(move |core| {
        write(core, |db| {
            let found = hold(db, &admin, &id)?;
            expected.check(&found)?;
            may_give(&admin, &found.client)?;
            clients::delete(db, &id)?;
            Ok(audit::record(core, db, entry(&admin, Action::DeleteClient, id.as_str()))?)
        })?;
        core.clients.forget(&id);
        refused::forget(core, &id);
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

/// The same for a change: of all who change it at once, one goes on and the others see what became of it.
fn hold(db: &mut Db, admin: &Administrator, id: &ClientId) -> Result<ShownClient, AdminError> {
    clients::hold(db, id)?;
    find(db, admin, id)
}

/// One change: what `wished` makes of the client as it is.
fn change(
    core: &Core,
    admin: &Administrator,
    id: &ClientId,
    expected: &Expected,
    wished: impl FnOnce(&Client) -> ClientMembers,
) -> Result<ShownClient, AdminError> {
    let changed = write(core, |db| {
        let found = hold(db, admin, id)?;
        expected.check(&found)?;
        may_give(admin, &found.client)?;
        let members = wished(&found.client);
        let client = applied(core, db, admin, found.client.clone(), &members)?;
        if client == found.client {
            return Ok(found);
        }
        let names = difference::names(&found.client, &client);
        let client = Client { updated_at: core.clock.now(), ..client };
        clients::update(db, &client)?;
        let detail = format!("{id}: {}", names.join(", "));
        audit::record(core, db, entry(admin, Action::UpdateClient, detail))?;
        Ok(ShownClient { client, ..found })
    })?;
    core.clients.forget(id);
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
    let held = client.clone();
    let client = rules::apply(client, members);
    rules::check(&client, &held, &core.settings)?;
    rules::check_standing(admin, members)?;
    may_give(admin, &client)?;
    rules::registered(db, &held, members)?;
    rules::owned(db, client, members)
}
