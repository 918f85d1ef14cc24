//! Table `identities`: accounts elsewhere that open accounts here.

use diesel::{dsl::count_star, prelude::*};

use super::{
    column::id,
    connection::{Db, per_backend},
    error::StoreError,
    schema::{identities, users},
    users::UserRow,
};
use crate::domain::{identity::Identity, ids::UserId, time::Timestamp, user::User};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = identities, treat_none_as_default_value = false)]
struct IdentityRow {
    provider: String,
    subject: String,
    user_id: String,
    label: Option<String>,
    created_at: i64,
    last_used_at: i64,
}

/// False where this provider and subject are linked already.
pub fn insert(db: &mut Db, identity: &Identity) -> Result<bool, StoreError> {
    let statement = diesel::insert_into(identities::table).values(IdentityRow::from(identity)).on_conflict_do_nothing();
    Ok(per_backend!(db, connection => statement.execute(connection))? == 1)
}

/// With its user of whatever status.
pub fn find(db: &mut Db, provider: &str, subject: &str) -> Result<Option<(Identity, User)>, StoreError> {
    let query = identities::table
        .inner_join(users::table)
        .filter(identities::provider.eq(provider))
        .filter(identities::subject.eq(subject));
    let found: Option<(IdentityRow, UserRow)> = per_backend!(db, connection =>
        query.select((IdentityRow::as_select(), UserRow::as_select())).get_result(connection).optional())?;
    found.map(|(identity, user)| Ok((identity.try_into()?, user.try_into()?))).transpose()
}

/// Oldest first.
pub fn list_by_user(db: &mut Db, user: &UserId) -> Result<Vec<Identity>, StoreError> {
    let rows = identities::table
        .filter(identities::user_id.eq(user.as_str()))
        .order((identities::created_at, identities::provider, identities::subject))
        .select(IdentityRow::as_select())
        .load(db)?;
    rows.into_iter().map(Identity::try_from).collect()
}

/// How many each provider opens, by provider; reads the key of every one.
pub fn count_by_provider(db: &mut Db) -> Result<Vec<(String, i64)>, StoreError> {
    let counted = identities::table.group_by(identities::provider).order(identities::provider);
    Ok(counted.select((identities::provider, count_star())).load(db)?)
}

pub fn touch(db: &mut Db, provider: &str, subject: &str, now: Timestamp) -> Result<bool, StoreError> {
    let row = identities::table.find((provider, subject));
    Ok(diesel::update(row).set(identities::last_used_at.eq(now.unix())).execute(db)? == 1)
}

pub fn delete(db: &mut Db, user: &UserId, provider: &str, subject: &str) -> Result<bool, StoreError> {
    let theirs = identities::table.find((provider, subject)).filter(identities::user_id.eq(user.as_str()));
    Ok(diesel::delete(theirs).execute(db)? == 1)
}

impl From<&Identity> for IdentityRow {
    fn from(identity: &Identity) -> Self {
        Self {
            provider: identity.provider.clone(),
            subject: identity.subject.clone(),
            user_id: identity.user_id.as_str().to_owned(),
            label: identity.label.clone(),
            created_at: identity.created_at.unix(),
            last_used_at: identity.last_used_at.unix(),
        }
    }
}

impl TryFrom<IdentityRow> for Identity {
    type Error = StoreError;

    fn try_from(row: IdentityRow) -> Result<Self, StoreError> {
        Ok(Self {
            provider: row.provider,
            subject: row.subject,
            user_id: id("identities.user_id", &row.user_id)?,
            label: row.label,
            created_at: Timestamp::from_unix(row.created_at),
            last_used_at: Timestamp::from_unix(row.last_used_at),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            testing::{NOW, after, cast, on_each, user, winners},
            users,
        },
        *,
    };

    fn identity(provider: &str, user: &User) -> Identity {
        Identity {
            provider: provider.to_owned(),
            subject: "Sub-1".to_owned(),
            user_id: user.id.clone(),
            label: Some("alice@corp.example".to_owned()),
            created_at: NOW,
            last_used_at: NOW,
        }
    }

    #[test]
    fn an_identity_opens_its_user_by_provider_and_subject_alone() {
        on_each(|store| {
            let (alice, ..) = cast(store);
            let (google, entra) = (identity("google", &alice), Identity { label: None, ..identity("entra", &alice) });
            store.write(|db| Ok((insert(db, &google)?, insert(db, &entra)?))).unwrap();
            let found = |provider, subject| store.read(|db| find(db, provider, subject)).unwrap();
            assert!(store.write(|db| touch(db, "google", "Sub-1", after(5))).unwrap());
            let used = Identity { last_used_at: after(5), ..google };
            assert_eq!(found("google", "Sub-1"), Some((used.clone(), alice.clone())));
            assert_eq!([found("google", "sub-1"), found("other", "Sub-1")], [None, None]);
            assert_eq!(store.read(|db| list_by_user(db, &alice.id)).unwrap(), [entra, used]);
            let more = Identity { subject: "Sub-2".to_owned(), ..identity("google", &alice) };
            assert!(store.write(|db| insert(db, &more)).unwrap());
            let counted = store.read(count_by_provider).unwrap();
            assert_eq!(counted, [("entra".to_owned(), 1), ("google".to_owned(), 2)]);
            assert!(!store.write(|db| delete(db, &user(2).id, "google", "Sub-1")).unwrap());
            assert!(store.write(|db| delete(db, &alice.id, "google", "Sub-1")).unwrap());
            assert!(!store.write(|db| touch(db, "google", "Sub-1", NOW)).unwrap());
        });
    }

    /// Two people, or two tabs of one, come back from the provider at once.
    #[test]
    fn of_20_parallel_links_one_is_made_and_the_others_find_it() {
        on_each(|store| {
            let (alice, ..) = cast(store);
            let bob = user(2);
            store.write(|db| users::insert(db, &bob, None)).unwrap();
            let won = winners(store, |db, n| {
                let linked = insert(db, &identity("google", if n % 2 == 0 { &alice } else { &bob }))?;
                assert!(find(db, "google", "Sub-1")?.is_some());
                Ok(linked)
            });
            assert_eq!(won, 1);
        });
    }
}
