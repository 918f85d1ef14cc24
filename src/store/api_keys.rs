//! Table `api_keys`.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::{
    column::{digest, id, known, moment, scope},
    connection::{Db, per_backend},
    error::StoreError,
    page::{Page, PageRequest},
    prepared::update,
    schema::{api_keys, users},
    users::UserRow,
};
use crate::domain::{
    api_key::{ApiKey, Environment, Maker},
    ids::{ApiKeyId, UserId},
    secret::SecretDigest,
    time::Timestamp,
    user::User,
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys, treat_none_as_default_value = false)]
struct ApiKeyRow {
    id: String,
    user_id: String,
    name: String,
    description: Option<String>,
    prefix: String,
    digest: Vec<u8>,
    previous_digest: Option<Vec<u8>>,
    previous_expires_at: Option<i64>,
    scope: String,
    environment: String,
    maker: String,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
}

pub fn insert(db: &mut Db, key: &ApiKey) -> Result<(), StoreError> {
    let statement = diesel::insert_into(api_keys::table).values(ApiKeyRow::from(key));
    per_backend!(db, connection => statement.execute(connection))?;
    Ok(())
}

/// A key of this user.
pub fn find(db: &mut Db, user: &UserId, id: &ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
    let theirs = api_keys::table.find(id.as_str()).filter(api_keys::user_id.eq(user.as_str()));
    let row = theirs.select(ApiKeyRow::as_select()).get_result(db).optional()?;
    row.map(ApiKey::try_from).transpose()
}

/// Whosever it is.
pub fn find_by_id(db: &mut Db, id: &ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
    let row = api_keys::table.find(id.as_str()).select(ApiKeyRow::as_select()).get_result(db).optional()?;
    row.map(ApiKey::try_from).transpose()
}

/// The key that has, or had before its rotation, this digest, with its user of whatever status.
pub fn find_by_digest(db: &mut Db, digest: &SecretDigest) -> Result<Option<(ApiKey, User)>, StoreError> {
    let bytes = digest.0.as_slice();
    let known = api_keys::digest.eq(bytes).or(api_keys::previous_digest.eq(bytes).assume_not_null());
    let query = api_keys::table.inner_join(users::table).filter(known);
    let found: Option<(ApiKeyRow, UserRow)> = per_backend!(db, connection =>
        query.select((ApiKeyRow::as_select(), UserRow::as_select())).get_result(connection).optional())?;
    found.map(|(key, user)| Ok((key.try_into()?, user.try_into()?))).transpose()
}

/// Those that have not expired, oldest first.
pub fn list_by_user(db: &mut Db, user: &UserId, now: Timestamp) -> Result<Vec<ApiKey>, StoreError> {
    let live = api_keys::expires_at.is_null().or(api_keys::expires_at.gt(now.unix()).assume_not_null());
    let rows = api_keys::table
        .filter(api_keys::user_id.eq(user.as_str()))
        .filter(live)
        .order(api_keys::id)
        .select(ApiKeyRow::as_select())
        .load(db)?;
    rows.into_iter().map(ApiKey::try_from).collect()
}

/// One page of everybody's, or of this user's, expired ones too.
pub fn list(db: &mut Db, user: Option<&UserId>, request: &PageRequest) -> Result<Page<ApiKey>, StoreError> {
    let mut query = api_keys::table
        .filter(api_keys::id.gt(request.start()))
        .order(api_keys::id)
        .limit(request.fetch())
        .select(ApiKeyRow::as_select())
        .into_boxed();
    if let Some(user) = user {
        query = query.filter(api_keys::user_id.eq(user.as_str()));
    }
    if let Some(pattern) = request.pattern() {
        query = query.filter(lower(api_keys::name).like(lower(pattern)).escape('\\'));
    }
    let found = query.load(db)?.into_iter().map(ApiKey::try_from).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(found, request, |key| key.id.as_str().to_owned()))
}

/// One page as [`list`] has it, each with its owner.
pub fn list_with_owners(
    db: &mut Db,
    user: Option<&UserId>,
    request: &PageRequest,
) -> Result<Page<(ApiKey, User)>, StoreError> {
    let keys = list(db, user, request)?;
    let named: BTreeSet<&str> = keys.items.iter().map(|key| key.user_id.as_str()).collect();
    let owners = super::users::find_all(db, named.into_iter().collect())?;
    // A key whose owner was deleted meanwhile went with them.
    let owned = |key: ApiKey| owners.iter().find(|user| user.id == key.user_id).cloned().map(|user| (key, user));
    let items = keys.items.into_iter().filter_map(owned).collect();
    Ok(Page { items, next: keys.next, cut_short: keys.cut_short })
}

/// Writes digest, prefix and previous; only one of N parallel rotations that saw `before` does.
pub fn rotate(db: &mut Db, rotated: &ApiKey, before: &SecretDigest) -> Result<bool, StoreError> {
    let unrotated = api_keys::table
        .find(rotated.id.as_str())
        .filter(api_keys::user_id.eq(rotated.user_id.as_str()))
        .filter(api_keys::digest.eq(before.0.as_slice()));
    let change = (
        api_keys::digest.eq(rotated.digest.0.as_slice()),
        api_keys::prefix.eq(&rotated.prefix),
        api_keys::previous_digest.eq(rotated.previous.map(|(digest, _)| digest.0.to_vec())),
        api_keys::previous_expires_at.eq(rotated.previous.map(|(_, until)| until.unix())),
    );
    Ok(diesel::update(unrotated).set(change).execute(db)? == 1)
}

/// Writes the last use, unless one was written since the second moment.
pub fn touch(db: &mut Db, id: &ApiKeyId, now: Timestamp, unless_since: Timestamp) -> Result<bool, StoreError> {
    let unseen = api_keys::last_used_at.is_null().or(api_keys::last_used_at.lt(unless_since.unix()).assume_not_null());
    let (row, change) = (api_keys::id.eq(id.as_str()).and(unseen), api_keys::last_used_at.eq(now.unix()));
    Ok(per_backend!(db, connection => update(api_keys::table, row, change).execute(connection))? == 1)
}

pub fn delete(db: &mut Db, user: &UserId, id: &ApiKeyId) -> Result<bool, StoreError> {
    let theirs = api_keys::table.find(id.as_str()).filter(api_keys::user_id.eq(user.as_str()));
    Ok(diesel::delete(theirs).execute(db)? == 1)
}

#[diesel::declare_sql_function]
extern "SQL" {
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

impl From<&ApiKey> for ApiKeyRow {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: key.id.as_str().to_owned(),
            user_id: key.user_id.as_str().to_owned(),
            name: key.name.clone(),
            description: key.description.clone(),
            prefix: key.prefix.clone(),
            digest: key.digest.0.to_vec(),
            previous_digest: key.previous.map(|(digest, _)| digest.0.to_vec()),
            previous_expires_at: key.previous.map(|(_, until)| until.unix()),
            scope: key.scope.to_string(),
            environment: key.environment.as_str().to_owned(),
            maker: key.maker.as_str().to_owned(),
            created_at: key.created_at.unix(),
            expires_at: key.expires_at.map(Timestamp::unix),
            last_used_at: key.last_used_at.map(Timestamp::unix),
        }
    }
}

impl TryFrom<ApiKeyRow> for ApiKey {
    type Error = StoreError;

    fn try_from(row: ApiKeyRow) -> Result<Self, StoreError> {
        let previous = row.previous_digest.map(digest).transpose()?;
        Ok(Self {
            id: id("api_keys.id", &row.id)?,
            user_id: id("api_keys.user_id", &row.user_id)?,
            name: row.name,
            description: row.description,
            prefix: row.prefix,
            digest: digest(row.digest)?,
            previous: previous.zip(moment(row.previous_expires_at)),
            scope: scope(&row.scope)?,
            environment: known("api_keys.environment", Environment::parse(&row.environment))?,
            maker: known("api_keys.maker", Maker::parse(&row.maker))?,
            created_at: Timestamp::from_unix(row.created_at),
            expires_at: moment(row.expires_at),
            last_used_at: moment(row.last_used_at),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{NOW, after, api_key, cast, on_each, user, winners},
        *,
    };

    #[test]
    fn a_key_survives_the_table_and_is_found_by_its_digest_with_its_user() {
        on_each(|store| {
            let (alice, ..) = cast(store);
            let (full, bare) = (
                ApiKey { previous: Some((SecretDigest([9; 32]), after(60))), ..api_key(1, &alice) },
                ApiKey { description: None, expires_at: None, environment: Environment::Test, ..api_key(2, &alice) },
            );
            store.write(|db| insert(db, &full).and_then(|()| insert(db, &bare))).unwrap();
            let found = |n| store.read(|db| find_by_digest(db, &SecretDigest([n; 32]))).unwrap();
            assert_eq!(found(1), Some((full.clone(), alice.clone())));
            assert_eq!(found(9), Some((full.clone(), alice.clone())), "the digest before the rotation");
            assert_eq!(found(2), Some((bare.clone(), alice.clone())));
            assert_eq!(found(3), None);
            assert_eq!(store.read(|db| find(db, &alice.id, &full.id)).unwrap(), Some(full));
            assert_eq!(store.read(|db| find(db, &user(2).id, &bare.id)).unwrap(), None, "another user's key");
        });
    }

    #[test]
    fn the_list_shows_live_keys_oldest_first_and_deleting_is_for_their_user() {
        on_each(|store| {
            let (alice, ..) = cast(store);
            let endless = ApiKey { expires_at: None, ..api_key(3, &alice) };
            for key in [&endless, &api_key(2, &alice), &api_key(1, &alice)] {
                store.write(|db| insert(db, key)).unwrap();
            }
            let listed = |at| -> Vec<_> {
                let keys = store.read(|db| list_by_user(db, &alice.id, at)).unwrap();
                keys.into_iter().map(|key| key.name).collect()
            };
            assert_eq!(listed(after(999)), ["Key 1", "Key 2", "Key 3"]);
            assert_eq!(listed(after(1000)), ["Key 3"]);
            assert!(!store.write(|db| delete(db, &user(2).id, &endless.id)).unwrap());
            assert!(store.write(|db| delete(db, &alice.id, &endless.id)).unwrap());
            assert!(!store.write(|db| delete(db, &alice.id, &endless.id)).unwrap());
        });
    }

    #[test]
    fn keys_are_listed_by_pages_with_their_owners() {
        on_each(|store| {
            let (alice, ..) = cast(store);
            let bob = user(2);
            let keys = [api_key(1, &alice), api_key(2, &bob), api_key(3, &alice)];
            store.write(|db| crate::store::users::insert(db, &bob, None)).unwrap();
            store.write(|db| keys.iter().try_for_each(|key| insert(db, key))).unwrap();
            let [first, second, third] = keys;
            let list = |who: Option<&UserId>, after: Option<&ApiKey>| {
                let after = after.map(|key| key.id.to_string());
                let page = PageRequest { after, limit: 2, search: None };
                store.read(|db| list_with_owners(db, who, &page)).unwrap()
            };
            let page = list(None, None);
            assert_eq!(page.items, [(first.clone(), alice.clone()), (second.clone(), bob)]);
            assert_eq!(page.next.as_deref(), Some(second.id.as_str()));
            assert_eq!(list(None, Some(&second)).items, [(third.clone(), alice.clone())]);
            assert_eq!(list(Some(&alice.id), None).items, [(first, alice.clone()), (third, alice)]);
        });
    }

    #[test]
    fn of_20_rotations_that_saw_the_same_key_one_wins() {
        on_each(|store| {
            let (alice, ..) = cast(store);
            let key = api_key(99, &alice);
            store.write(|db| insert(db, &key)).unwrap();
            let won = winners(store, |db, n| {
                let previous = Some((key.digest, after(60)));
                rotate(db, &ApiKey { digest: SecretDigest([n; 32]), previous, ..key.clone() }, &key.digest)
            });
            assert_eq!(won, 1);
            let (rotated, _) = store.read(|db| find_by_digest(db, &key.digest)).unwrap().unwrap();
            assert_ne!(rotated.digest, key.digest);
            assert_eq!(rotated.previous, Some((key.digest, after(60))));
        });
    }

    #[test]
    fn a_use_is_written_once_in_a_while() {
        on_each(|store| {
            let (alice, ..) = cast(store);
            let key = api_key(1, &alice);
            store.write(|db| insert(db, &key)).unwrap();
            let touched = |at| store.write(|db| touch(db, &key.id, after(at), after(at - 60))).unwrap();
            assert_eq!([touched(0), touched(30), touched(60), touched(61)], [true, false, false, true]);
            assert_eq!(winners(store, |db, _| touch(db, &key.id, after(500), after(440))), 1);
            let found = store.read(|db| find(db, &alice.id, &key.id)).unwrap().unwrap();
            assert_eq!((found.last_used_at, found.created_at), (Some(after(500)), NOW));
        });
    }
}
