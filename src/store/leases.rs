//! Table `leases`: which node does a job; one at a time.

use diesel::prelude::*;

use super::{
    connection::{Db, per_backend},
    error::StoreError,
    schema::leases,
};
use crate::domain::time::Timestamp;

/// True where the lease was free, has ended, or is the holder's already.
pub fn acquire(db: &mut Db, name: &str, holder: &str, now: Timestamp, until: Timestamp) -> Result<bool, StoreError> {
    let values = (leases::name.eq(name), leases::holder.eq(holder), leases::expires_at.eq(until.unix()));
    let statement = diesel::insert_into(leases::table).values(values).on_conflict_do_nothing();
    if per_backend!(db, connection => statement.execute(connection))? == 1 {
        return Ok(true);
    }
    let open = leases::holder.eq(holder).or(leases::expires_at.le(now.unix()));
    let change = (leases::holder.eq(holder), leases::expires_at.eq(until.unix()));
    Ok(diesel::update(leases::table.find(name).filter(open)).set(change).execute(db)? == 1)
}

/// True where the holder had it.
pub fn release(db: &mut Db, name: &str, holder: &str) -> Result<bool, StoreError> {
    Ok(diesel::delete(leases::table.find(name).filter(leases::holder.eq(holder))).execute(db)? == 1)
}
