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

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{NOW, after, on_each, winners},
        *,
    };
    use crate::domain::time::Seconds;

    #[test]
    fn one_holder_at_a_time() {
        on_each(|store| {
            for (round, at) in [NOW, after(60)].into_iter().enumerate() {
                let won = winners(store, |db, n| {
                    acquire(db, "purge", &format!("node {round} {n}"), at, at.plus(Seconds(60)))
                });
                assert_eq!(won, 1, "round {round}");
            }
        });
    }

    #[test]
    fn a_holder_prolongs_and_releases_its_own_lease_only() {
        on_each(|store| {
            let take = |holder: &str, now, until| store.write(|db| acquire(db, "keys", holder, now, until)).unwrap();
            let give = |holder: &str| store.write(|db| release(db, "keys", holder)).unwrap();
            assert!(take("a", NOW, after(10)));
            assert!(take("a", after(5), after(15)), "prolonged");
            assert!(!take("b", after(14), after(24)));
            assert!(!give("b"));
            assert!(give("a"));
            assert!(take("b", after(14), after(24)));
        });
    }
}
