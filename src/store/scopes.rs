//! Table `scopes`: the registry of resource scopes. OpenID Connect's own are built in and have no rows.

use diesel::prelude::*;

use super::{
    connection::{Db, per_backend},
    error::StoreError,
    schema::scopes,
};
use crate::domain::{scope::RegisteredScope, time::Timestamp};

type Row = (String, String, Option<String>, i64);

pub fn list(db: &mut Db) -> Result<Vec<RegisteredScope>, StoreError> {
    let rows: Vec<Row> = scopes::table.order(scopes::name).load(db)?;
    Ok(rows.into_iter().map(scope).collect())
}

pub fn find(db: &mut Db, name: &str) -> Result<Option<RegisteredScope>, StoreError> {
    let row: Option<Row> = scopes::table.find(name).get_result(db).optional()?;
    Ok(row.map(scope))
}

/// False where the name is taken.
pub fn insert(db: &mut Db, scope: &RegisteredScope) -> Result<bool, StoreError> {
    let values = (
        scopes::name.eq(&scope.name),
        scopes::description.eq(&scope.description),
        scopes::resource.eq(scope.resource.as_deref()),
        scopes::created_at.eq(scope.created_at.unix()),
    );
    let statement = diesel::insert_into(scopes::table).values(values).on_conflict_do_nothing();
    Ok(per_backend!(db, connection => statement.execute(connection))? == 1)
}

pub fn update_description(db: &mut Db, name: &str, description: &str) -> Result<bool, StoreError> {
    Ok(diesel::update(scopes::table.find(name)).set(scopes::description.eq(description)).execute(db)? == 1)
}

pub fn delete(db: &mut Db, name: &str) -> Result<bool, StoreError> {
    Ok(diesel::delete(scopes::table.find(name)).execute(db)? == 1)
}

fn scope((name, description, resource, created_at): Row) -> RegisteredScope {
    RegisteredScope { name, description, resource, created_at: Timestamp::from_unix(created_at) }
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{NOW, on_each},
        *,
    };

    #[test]
    fn a_new_database_has_the_first_scopes() {
        on_each(|store| {
            let scopes = store.read(list).unwrap();
            let words: Vec<_> = scopes.iter().map(|it| (it.name.as_str(), it.description.as_str())).collect();
            assert_eq!(
                words,
                [
                    ("admin:audit", "Read the audit log"),
                    ("admin:audit:read", "Read the audit log"),
                    ("admin:clients", "Manage applications, scopes and resources"),
                    ("admin:clients:read", "See applications, scopes and resources"),
                    ("admin:keys", "Rotate and revoke signing keys"),
                    ("admin:keys:read", "See signing keys"),
                    ("admin:org", "Full organization management"),
                    ("admin:users", "Manage user accounts"),
                    ("admin:users:read", "See user accounts"),
                    ("auth:sso", "Sign users in by single sign-on"),
                    ("manage:licenses", "Acquire/release licenses"),
                    ("read:licenses", "Read license information"),
                    ("read:org", "Read organization data"),
                    ("read:profile", "Read user profile"),
                    ("read:projects", "Read project data"),
                    ("write:profile", "Update user profile"),
                    ("write:projects", "Create/modify projects"),
                ]
            );
        });
    }

    #[test]
    fn a_scope_is_registered_once_and_deleted() {
        on_each(|store| {
            let scope = RegisteredScope {
                name: "api:read".to_owned(),
                description: "Read the API".to_owned(),
                resource: Some("https://api.example".to_owned()),
                created_at: NOW,
            };
            let renamed = RegisteredScope { description: "Other words".to_owned(), ..scope.clone() };
            assert!(store.write(|db| insert(db, &scope)).unwrap());
            assert!(!store.write(|db| insert(db, &renamed)).unwrap());
            assert!(store.read(list).unwrap().contains(&scope));
            assert!(store.write(|db| delete(db, "api:read")).unwrap());
            assert!(!store.write(|db| delete(db, "api:read")).unwrap());
        });
    }
}
