//! Table `consents`: one row per user and client with everything allowed so far.

use diesel::{prelude::*, upsert::excluded};

use super::{
    column::{claims, claims_text, client_id, id, scope},
    connection::{Db, per_backend},
    error::StoreError,
    schema::{clients, consents},
};
use crate::domain::{client::ClientId, consent::Consent, ids::UserId, time::Timestamp};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = consents, treat_none_as_default_value = false)]
pub(super) struct ConsentRow {
    user_id: String,
    client_id: String,
    scope: String,
    claims: Option<String>,
    created_at: i64,
    updated_at: i64,
}

pub fn find(db: &mut Db, user: &UserId, client: &ClientId) -> Result<Option<Consent>, StoreError> {
    let query = consents::table.find((user.as_str(), client.as_str()));
    let row: Option<ConsentRow> = per_backend!(db, connection =>
        query.select(ConsentRow::as_select()).get_result(connection).optional())?;
    row.map(Consent::try_from).transpose()
}

/// Writes what is allowed now in place of what was; the first moment stays.
pub fn upsert(db: &mut Db, consent: &Consent) -> Result<(), StoreError> {
    let statement = diesel::insert_into(consents::table)
        .values(ConsentRow::from(consent))
        .on_conflict((consents::user_id, consents::client_id))
        .do_update()
        .set((
            consents::scope.eq(excluded(consents::scope)),
            consents::claims.eq(excluded(consents::claims)),
            consents::updated_at.eq(excluded(consents::updated_at)),
        ));
    per_backend!(db, connection => statement.execute(connection))?;
    Ok(())
}

pub fn delete(db: &mut Db, user: &UserId, client: &ClientId) -> Result<bool, StoreError> {
    Ok(diesel::delete(consents::table.find((user.as_str(), client.as_str()))).execute(db)? == 1)
}

pub fn list_by_user(db: &mut Db, user: &UserId) -> Result<Vec<Consent>, StoreError> {
    let rows = consents::table
        .filter(consents::user_id.eq(user.as_str()))
        .order(consents::client_id)
        .select(ConsentRow::as_select())
        .load(db)?;
    rows.into_iter().map(Consent::try_from).collect()
}

/// With the clients' names, in their order.
pub fn list_named_by_user(db: &mut Db, user: &UserId) -> Result<Vec<(Consent, String)>, StoreError> {
    let rows: Vec<(ConsentRow, String)> = consents::table
        .inner_join(clients::table)
        .filter(consents::user_id.eq(user.as_str()))
        .order((clients::name, consents::client_id))
        .select((ConsentRow::as_select(), clients::name))
        .load(db)?;
    rows.into_iter().map(|(row, name)| Ok((row.try_into()?, name))).collect()
}

pub fn delete_by_user(db: &mut Db, user: &UserId) -> Result<usize, StoreError> {
    Ok(diesel::delete(consents::table.filter(consents::user_id.eq(user.as_str()))).execute(db)?)
}

impl From<&Consent> for ConsentRow {
    fn from(consent: &Consent) -> Self {
        Self {
            user_id: consent.user_id.as_str().to_owned(),
            client_id: consent.client_id.as_str().to_owned(),
            scope: consent.scope.to_string(),
            claims: claims_text(&consent.claims),
            created_at: consent.created_at.unix(),
            updated_at: consent.updated_at.unix(),
        }
    }
}

impl TryFrom<ConsentRow> for Consent {
    type Error = StoreError;

    fn try_from(row: ConsentRow) -> Result<Self, StoreError> {
        Ok(Self {
            user_id: id("consents.user_id", &row.user_id)?,
            client_id: client_id(&row.client_id)?,
            scope: scope(&row.scope)?,
            claims: claims(row.claims.as_deref()),
            created_at: Timestamp::from_unix(row.created_at),
            updated_at: Timestamp::from_unix(row.updated_at),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            clients,
            testing::{NOW, after, cast, client, consent, on_each, user},
            users,
        },
        *,
    };
    use crate::protocol::scope::Scope;

    #[test]
    fn what_a_user_allowed_is_named_and_goes_alone() {
        on_each(|store| {
            let (alice, _, app) = cast(store);
            let (bob, other) = (user(2), client("aaa"));
            let (one, two) = (consent(&alice, &app), consent(&alice, &other));
            store
                .write(|db| {
                    users::insert(db, &bob, None)?;
                    clients::insert(db, &other)?;
                    [&one, &two, &consent(&bob, &app)].into_iter().try_for_each(|it| upsert(db, it))
                })
                .unwrap();
            let named = store.read(|db| list_named_by_user(db, &alice.id)).unwrap();
            assert_eq!(named, [(two, "The aaa".to_owned()), (one, "The app".to_owned())]);
            let deleted = || store.write(|db| delete_by_user(db, &alice.id)).unwrap();
            assert_eq!([deleted(), deleted()], [2, 0]);
            assert_eq!(store.read(|db| list_by_user(db, &bob.id)).unwrap().len(), 1, "another user's consent");
        });
    }

    #[test]
    fn what_is_allowed_later_replaces_what_was_and_keeps_its_beginning() {
        on_each(|store| {
            let (user, _, client) = cast(store);
            let first = consent(&user, &client);
            let more = Consent {
                scope: Scope::parse("openid read:projects").unwrap(),
                created_at: after(5),
                updated_at: after(5),
                ..first.clone()
            };
            store.write(|db| upsert(db, &first)).unwrap();
            assert_eq!(store.read(|db| find(db, &user.id, &client.id)).unwrap(), Some(first));
            store.write(|db| upsert(db, &more)).unwrap();
            let expected = Consent { created_at: NOW, ..more };
            assert_eq!(store.read(|db| list_by_user(db, &user.id)).unwrap(), [expected]);
            assert!(store.write(|db| delete(db, &user.id, &client.id)).unwrap());
            assert!(!store.write(|db| delete(db, &user.id, &client.id)).unwrap());
        });
    }
}
