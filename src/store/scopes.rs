//! Table `scopes`: the registry of resource scopes. OpenID Connect's own are built in and have no rows.

use diesel::prelude::*;

use super::{
    connection::{Db, per_backend},
    error::StoreError,
    schema::scopes,
};
use crate::domain::{scope::RegisteredScope, time::Timestamp};

pub fn list(db: &mut Db) -> Result<Vec<RegisteredScope>, StoreError> {
    let rows: Vec<(String, String, Option<String>, i64)> = scopes::table.order(scopes::name).load(db)?;
    let scope = |(name, description, resource, created_at)| RegisteredScope {
        name,
        description,
        resource,
        created_at: Timestamp::from_unix(created_at),
    };
    Ok(rows.into_iter().map(scope).collect())
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

pub fn delete(db: &mut Db, name: &str) -> Result<bool, StoreError> {
    Ok(diesel::delete(scopes::table.find(name)).execute(db)? == 1)
}
