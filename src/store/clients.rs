//! Tables `clients` and `client_secrets`: registered OAuth clients and the digests of their secrets.

use diesel::{dsl::exists, prelude::*};

use super::{
    column::{client_id, digest, id, known, list_text, moment, party, scope, status, strings, words},
    connection::{Db, per_backend},
    error::StoreError,
    page::{Page, PageRequest},
    schema::{client_secrets, clients},
    search::{self, Noun, Words},
};
use crate::{
    domain::{
        client::{Client, ClientId, ClientKind, ClientSecret, ClientStatus, Party, PkcePolicy, RefreshPolicy},
        ids::{ClientSecretId, UserId},
        time::Timestamp,
    },
    protocol::{client_auth::AuthMethod, token::GrantType},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = clients, treat_none_as_default_value = false, treat_none_as_null = true)]
struct ClientRow {
    id: String,
    name: String,
    kind: String,
    first_party: bool,
    enabled: bool,
    auth_methods: String,
    redirect_uris: String,
    post_logout_redirect_uris: String,
    grant_types: String,
    scope: String,
    resources: String,
    default_resource: Option<String>,
    resource_server: String,
    pkce: String,
    refresh: String,
    access_seconds: Option<i64>,
    cors_origins: String,
    logo_uri: Option<String>,
    policy_uri: Option<String>,
    tos_uri: Option<String>,
    owner: Option<String>,
    created_at: i64,
    updated_at: i64,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = client_secrets, treat_none_as_default_value = false)]
struct SecretRow {
    id: String,
    client_id: String,
    digest: Vec<u8>,
    created_at: i64,
    expires_at: Option<i64>,
}

/// The client with all its secrets, expired ones too.
pub fn find(db: &mut Db, client: &ClientId) -> Result<Option<(Client, Vec<ClientSecret>)>, StoreError> {
    let query = clients::table.left_join(client_secrets::table).filter(clients::id.eq(client.as_str()));
    let found: Vec<(ClientRow, Option<SecretRow>)> = per_backend!(db, connection =>
        query.select((ClientRow::as_select(), Option::<SecretRow>::as_select())).load(connection))?;
    let (rows, secrets): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    let Some(row) = rows.into_iter().next() else { return Ok(None) };
    let secrets = secrets.into_iter().flatten().map(ClientSecret::try_from).collect::<Result<_, _>>()?;
    Ok(Some((row.try_into()?, secrets)))
}

/// Takes the client's row until the transaction ends: whoever changes it meanwhile waits, and reads what became of it.
pub fn hold(db: &mut Db, client: &ClientId) -> Result<bool, StoreError> {
    let row = clients::table.find(client.as_str());
    Ok(diesel::update(row).set(clients::id.eq(client.as_str())).execute(db)? == 1)
}

/// False where the id is taken.
pub fn insert(db: &mut Db, client: &Client) -> Result<bool, StoreError> {
    let statement = diesel::insert_into(clients::table).values(ClientRow::from(client)).on_conflict_do_nothing();
    let inserted = per_backend!(db, connection => statement.execute(connection))? == 1;
    if inserted {
        search::insert(db, Noun::Client, client.id.as_str(), &found_by(client))?;
    }
    Ok(inserted)
}

/// Writes every member: what the caller does not mean to change it must have read.
pub fn update(db: &mut Db, client: &Client) -> Result<bool, StoreError> {
    let row = clients::table.find(client.id.as_str());
    let updated = diesel::update(row).set(ClientRow::from(client)).execute(db)? == 1;
    if updated {
        search::replace(db, Noun::Client, client.id.as_str(), &found_by(client))?;
    }
    Ok(updated)
}

/// Secrets, consents and grants go with the client.
pub fn delete(db: &mut Db, client: &ClientId) -> Result<bool, StoreError> {
    search::remove(db, Noun::Client, client.as_str())?;
    Ok(diesel::delete(clients::table.find(client.as_str())).execute(db)? == 1)
}

/// By id; of `owner`, those that are theirs.
pub fn list(db: &mut Db, owner: Option<&UserId>, request: &PageRequest) -> Result<Page<Client>, StoreError> {
    let mut cut_short = false;
    let sought = request.sought();
    let mut query = clients::table
        .filter(clients::id.gt(request.start()))
        .order(clients::id)
        .limit(request.fetch())
        .select(ClientRow::as_select())
        .into_boxed();
    if let Some(owner) = owner {
        query = query.filter(clients::owner.eq(owner.as_str()));
        if let Some(sought) = &sought {
            query = query.filter(exists(search::finds(Noun::Client, clients::id, sought)));
        }
    } else if let Some(sought) = &sought {
        let hits = search::find(db, Noun::Client, sought)?;
        cut_short = hits.cut_short();
        query = query.filter(clients::id.eq_any(hits.after(request)));
    }
    let found = query.load(db)?.into_iter().map(Client::try_from).collect::<Result<Vec<_>, _>>()?;
    Ok(Page { cut_short, ..Page::cut(found, request, |client| client.id.as_str().to_owned()) })
}

pub fn count(db: &mut Db) -> Result<i64, StoreError> {
    Ok(clients::table.count().get_result(db)?)
}

fn found_by(client: &Client) -> Words {
    Words::of([client.id.as_str(), &client.name])
}

pub fn insert_secret(db: &mut Db, secret: &ClientSecret) -> Result<(), StoreError> {
    let row = SecretRow {
        id: secret.id.as_str().to_owned(),
        client_id: secret.client_id.as_str().to_owned(),
        digest: secret.digest.0.to_vec(),
        created_at: secret.created_at.unix(),
        expires_at: secret.expires_at.map(Timestamp::unix),
    };
    let statement = diesel::insert_into(client_secrets::table).values(row);
    per_backend!(db, connection => statement.execute(connection))?;
    Ok(())
}

pub fn list_secrets(db: &mut Db, client: &ClientId) -> Result<Vec<ClientSecret>, StoreError> {
    let rows = client_secrets::table
        .filter(client_secrets::client_id.eq(client.as_str()))
        .order((client_secrets::created_at, client_secrets::id))
        .select(SecretRow::as_select())
        .load(db)?;
    rows.into_iter().map(ClientSecret::try_from).collect()
}

/// Ends every secret but one at `at`; one that ends sooner keeps its end.
pub fn expire_secrets(
    db: &mut Db,
    client: &ClientId,
    except: &ClientSecretId,
    at: Timestamp,
) -> Result<usize, StoreError> {
    let later = client_secrets::expires_at.is_null().or(client_secrets::expires_at.gt(at.unix()).assume_not_null());
    let others = client_secrets::table
        .filter(client_secrets::client_id.eq(client.as_str()))
        .filter(client_secrets::id.ne(except.as_str()))
        .filter(later);
    Ok(diesel::update(others).set(client_secrets::expires_at.eq(at.unix())).execute(db)?)
}

pub fn delete_secret(db: &mut Db, client: &ClientId, secret: &ClientSecretId) -> Result<bool, StoreError> {
    let row = client_secrets::table.find(secret.as_str()).filter(client_secrets::client_id.eq(client.as_str()));
    Ok(diesel::delete(row).execute(db)? == 1)
}

impl From<&Client> for ClientRow {
    fn from(client: &Client) -> Self {
        Self {
            id: client.id.as_str().to_owned(),
            name: client.name.clone(),
            kind: client.kind.as_str().to_owned(),
            first_party: client.party == Party::First,
            enabled: client.status == ClientStatus::Enabled,
            auth_methods: list_text(client.auth_methods.iter().map(|method| method.as_str())),
            redirect_uris: list_text(&client.redirect_uris),
            post_logout_redirect_uris: list_text(&client.post_logout_redirect_uris),
            grant_types: list_text(client.grants.iter().map(|grant| grant.as_str())),
            scope: client.scope.to_string(),
            resources: list_text(&client.resources),
            default_resource: client.default_resource.clone(),
            resource_server: list_text(&client.resource_server),
            pkce: client.pkce.as_str().to_owned(),
            refresh: client.refresh.as_str().to_owned(),
            access_seconds: client.access_seconds,
            cors_origins: list_text(&client.cors_origins),
            logo_uri: client.logo_uri.clone(),
            policy_uri: client.policy_uri.clone(),
            tos_uri: client.tos_uri.clone(),
            owner: client.owner.as_ref().map(|owner| owner.as_str().to_owned()),
            created_at: client.created_at.unix(),
            updated_at: client.updated_at.unix(),
        }
    }
}

impl TryFrom<ClientRow> for Client {
    type Error = StoreError;

    fn try_from(row: ClientRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: client_id(&row.id)?,
            name: row.name,
            kind: known("clients.kind", ClientKind::parse(&row.kind))?,
            party: party(row.first_party),
            status: status(row.enabled),
            auth_methods: words("clients.auth_methods", &row.auth_methods, AuthMethod::parse)?,
            redirect_uris: strings("clients.redirect_uris", &row.redirect_uris)?,
            post_logout_redirect_uris: strings("clients.post_logout_redirect_uris", &row.post_logout_redirect_uris)?,
            grants: words("clients.grant_types", &row.grant_types, GrantType::parse)?,
            scope: scope(&row.scope)?,
            resources: strings("clients.resources", &row.resources)?,
            default_resource: row.default_resource,
            resource_server: strings("clients.resource_server", &row.resource_server)?,
            pkce: known("clients.pkce", PkcePolicy::parse(&row.pkce))?,
            refresh: known("clients.refresh", RefreshPolicy::parse(&row.refresh))?,
            access_seconds: row.access_seconds,
            cors_origins: strings("clients.cors_origins", &row.cors_origins)?,
            logo_uri: row.logo_uri,
            policy_uri: row.policy_uri,
            tos_uri: row.tos_uri,
            owner: row.owner.as_deref().map(|owner| id("clients.owner", owner)).transpose()?,
            created_at: Timestamp::from_unix(row.created_at),
            updated_at: Timestamp::from_unix(row.updated_at),
        })
    }
}

impl TryFrom<SecretRow> for ClientSecret {
    type Error = StoreError;

    fn try_from(row: SecretRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: id("client_secrets.id", &row.id)?,
            client_id: client_id(&row.client_id)?,
            digest: digest(row.digest)?,
            created_at: Timestamp::from_unix(row.created_at),
            expires_at: moment(row.expires_at),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{NOW, after, client, on_each},
        *,
    };
    use crate::domain::secret::SecretDigest;

    fn secret(n: u8, client: &Client, expires_at: Option<Timestamp>) -> ClientSecret {
        ClientSecret {
            id: ClientSecretId::new(NOW, [n; 10]),
            client_id: client.id.clone(),
            digest: SecretDigest([n; 32]),
            created_at: NOW,
            expires_at,
        }
    }

    #[test]
    fn a_client_survives_the_table_with_and_without_secrets() {
        on_each(|store| {
            let app = client("app");
            assert!(store.write(|db| insert(db, &app)).unwrap());
            assert!(!store.write(|db| insert(db, &app)).unwrap(), "the id was taken");
            assert_eq!(store.read(|db| find(db, &app.id)).unwrap(), Some((app.clone(), vec![])));
            let secrets = vec![secret(1, &app, Some(after(9))), secret(2, &app, None)];
            for secret in &secrets {
                store.write(|db| insert_secret(db, secret)).unwrap();
            }
            let (found, mut held) = store.read(|db| find(db, &app.id)).unwrap().unwrap();
            held.sort_by_key(|secret| secret.digest.0);
            assert_eq!((found, held), (app, secrets));
            assert_eq!(store.read(|db| find(db, &client("other").id)).unwrap(), None);
        });
    }

    /// What an update clears is cleared: `None` is written, not skipped.
    #[test]
    fn an_update_writes_every_member() {
        on_each(|store| {
            let app = client("app");
            store.write(|db| insert(db, &app)).unwrap();
            let changed = Client {
                status: ClientStatus::Disabled,
                party: Party::First,
                default_resource: None,
                access_seconds: None,
                resources: vec!["https://one.example".to_owned()],
                updated_at: after(1),
                ..app
            };
            assert!(store.write(|db| update(db, &changed)).unwrap());
            assert_eq!(store.read(|db| find(db, &changed.id)).unwrap().unwrap().0, changed);
            assert!(!store.write(|db| update(db, &client("other"))).unwrap());
        });
    }

    #[test]
    fn rotation_ends_the_other_secrets_and_never_prolongs_one() {
        on_each(|store| {
            let (app, other) = (client("app"), client("other"));
            let secrets = [
                secret(1, &app, None),
                secret(2, &app, Some(after(5))),
                secret(3, &app, Some(after(99))),
                secret(4, &app, None),
                secret(5, &other, None),
            ];
            store
                .write(|db| {
                    insert(db, &app)?;
                    insert(db, &other)?;
                    secrets.iter().try_for_each(|secret| insert_secret(db, secret))
                })
                .unwrap();
            let [_, _, _, newest, foreign] = &secrets;
            assert_eq!(store.write(|db| expire_secrets(db, &app.id, &newest.id, after(50))).unwrap(), 2);
            let ends: Vec<_> =
                store.read(|db| list_secrets(db, &app.id)).unwrap().iter().map(|secret| secret.expires_at).collect();
            assert_eq!(ends, [Some(after(50)), Some(after(5)), Some(after(50)), None]);
            assert!(!store.write(|db| delete_secret(db, &app.id, &foreign.id)).unwrap());
            assert!(store.write(|db| delete_secret(db, &other.id, &foreign.id)).unwrap());
        });
    }

    #[test]
    fn clients_are_listed_by_pages_and_found_by_name() {
        on_each(|store| {
            for name in ["b", "a", "c"] {
                store.write(|db| insert(db, &client(name))).unwrap();
            }
            let first = PageRequest { after: None, limit: 2, search: None };
            let page = store.read(|db| list(db, None, &first)).unwrap();
            let ids: Vec<_> = page.items.iter().map(|client| client.id.as_str()).collect();
            assert_eq!((ids, page.next.as_deref()), (vec!["a", "b"], Some("b")));
            let sought = PageRequest { after: None, limit: 9, search: Some("tHE C".to_owned()) };
            assert_eq!(store.read(|db| list(db, None, &sought)).unwrap().items, [client("c")]);
            assert_eq!(store.read(count).unwrap(), 3);
        });
    }
}
