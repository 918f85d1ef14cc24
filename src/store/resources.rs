//! Table `resources`: the protected resources that tokens may be for (RFC 8707).

use diesel::prelude::*;

use super::{
    connection::{Db, per_backend},
    error::StoreError,
    schema::resources,
};
use crate::domain::{scope::Resource, time::Timestamp};

type Row = (String, String, i64);

pub fn list(db: &mut Db) -> Result<Vec<Resource>, StoreError> {
    let rows: Vec<Row> = resources::table.order(resources::identifier).load(db)?;
    Ok(rows.into_iter().map(resource).collect())
}

pub fn find(db: &mut Db, identifier: &str) -> Result<Option<Resource>, StoreError> {
    let row: Option<Row> = resources::table.find(identifier).get_result(db).optional()?;
    Ok(row.map(resource))
}

/// False where the identifier is taken.
pub fn insert(db: &mut Db, resource: &Resource) -> Result<bool, StoreError> {
    let values = (
        resources::identifier.eq(&resource.identifier),
        resources::name.eq(&resource.name),
        resources::created_at.eq(resource.created_at.unix()),
    );
    let statement = diesel::insert_into(resources::table).values(values).on_conflict_do_nothing();
    Ok(per_backend!(db, connection => statement.execute(connection))? == 1)
}

pub fn update_name(db: &mut Db, identifier: &str, name: &str) -> Result<bool, StoreError> {
    Ok(diesel::update(resources::table.find(identifier)).set(resources::name.eq(name)).execute(db)? == 1)
}

pub fn delete(db: &mut Db, identifier: &str) -> Result<bool, StoreError> {
    Ok(diesel::delete(resources::table.find(identifier)).execute(db)? == 1)
}

fn resource((identifier, name, created_at): Row) -> Resource {
    Resource { identifier, name, created_at: Timestamp::from_unix(created_at) }
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{NOW, on_each},
        *,
    };

    #[test]
    fn a_resource_is_registered_once_found_and_deleted() {
        on_each(|store| {
            let api =
                Resource { identifier: "https://api.example".to_owned(), name: "The API".to_owned(), created_at: NOW };
            assert!(store.write(|db| insert(db, &api)).unwrap());
            assert!(!store.write(|db| insert(db, &api)).unwrap());
            assert_eq!(store.read(|db| find(db, &api.identifier)).unwrap(), Some(api.clone()));
            assert_eq!(store.read(|db| find(db, "https://api.example/")).unwrap(), None);
            assert_eq!(store.read(list).unwrap(), std::slice::from_ref(&api));
            assert!(store.write(|db| delete(db, &api.identifier)).unwrap());
            assert_eq!(store.read(list).unwrap(), []);
        });
    }
}
