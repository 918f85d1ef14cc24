//! Table `mail_outbox`: letters that wait for the mail server.

use diesel::{
    dsl::{count_star, min},
    prelude::*,
};

use super::{
    column::{id, moment},
    connection::{Db, per_backend},
    error::StoreError,
    schema::mail_outbox,
};
use crate::domain::{ids::LetterId, letter::Outgoing, time::Timestamp};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = mail_outbox)]
struct LetterRow {
    id: String,
    sealed: Vec<u8>,
    attempts: i64,
    next_at: i64,
    expires_at: i64,
    created_at: i64,
}

pub fn insert(db: &mut Db, letter: &Outgoing) -> Result<(), StoreError> {
    let statement = diesel::insert_into(mail_outbox::table).values(LetterRow::from(letter));
    per_backend!(db, connection => statement.execute(connection))?;
    Ok(())
}

/// Those that have waited longest come first, so that letters that fail do not stand before new ones; without the dead.
pub fn list_due(db: &mut Db, now: Timestamp, most: i64) -> Result<Vec<Outgoing>, StoreError> {
    let rows = mail_outbox::table
        .filter(mail_outbox::next_at.le(now.unix()))
        .filter(mail_outbox::expires_at.gt(now.unix()))
        .order((mail_outbox::next_at, mail_outbox::id))
        .limit(most)
        .select(LetterRow::as_select())
        .load(db)?;
    rows.into_iter().map(Outgoing::try_from).collect()
}

/// After a try that failed; compare-and-set on the attempts before.
pub fn postpone(db: &mut Db, id: &LetterId, attempts: i64, next_at: Timestamp) -> Result<bool, StoreError> {
    let untried = mail_outbox::table.find(id.as_str()).filter(mail_outbox::attempts.eq(attempts));
    let change = (mail_outbox::attempts.eq(attempts.saturating_add(1)), mail_outbox::next_at.eq(next_at.unix()));
    Ok(diesel::update(untried).set(change).execute(db)? == 1)
}

pub fn delete(db: &mut Db, id: &LetterId) -> Result<bool, StoreError> {
    Ok(diesel::delete(mail_outbox::table.find(id.as_str())).execute(db)? == 1)
}

pub fn count(db: &mut Db) -> Result<i64, StoreError> {
    Ok(mail_outbox::table.count().get_result(db)?)
}

/// The letters that may still arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending {
    pub count: i64,
    /// When the one was written that waits longest.
    pub oldest: Option<Timestamp>,
}

pub fn pending(db: &mut Db, now: Timestamp) -> Result<Pending, StoreError> {
    let alive = mail_outbox::table.filter(mail_outbox::expires_at.gt(now.unix()));
    let (count, oldest): (i64, Option<i64>) =
        alive.select((count_star(), min(mail_outbox::created_at))).get_result(db)?;
    Ok(Pending { count, oldest: moment(oldest) })
}

impl From<&Outgoing> for LetterRow {
    fn from(letter: &Outgoing) -> Self {
        Self {
            id: letter.id.as_str().to_owned(),
            sealed: letter.sealed.clone(),
            attempts: letter.attempts,
            next_at: letter.next_at.unix(),
            expires_at: letter.expires_at.unix(),
            created_at: letter.created_at.unix(),
        }
    }
}

impl TryFrom<LetterRow> for Outgoing {
    type Error = StoreError;

    fn try_from(row: LetterRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: id("mail_outbox.id", &row.id)?,
            sealed: row.sealed,
            attempts: row.attempts,
            next_at: Timestamp::from_unix(row.next_at),
            expires_at: Timestamp::from_unix(row.expires_at),
            created_at: Timestamp::from_unix(row.created_at),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{NOW, after, letter, on_each, winners},
        *,
    };

    #[test]
    fn letters_that_are_due_come_in_the_order_of_their_waiting() {
        on_each(|store| {
            let (later, failed, dead) = (
                Outgoing { next_at: after(9), ..letter(1) },
                Outgoing { next_at: after(5), attempts: 3, ..letter(2) },
                Outgoing { expires_at: after(5), ..letter(4) },
            );
            for it in [&later, &failed, &letter(3), &dead] {
                store.write(|db| insert(db, it)).unwrap();
            }
            let due = |at, most| store.read(|db| list_due(db, after(at), most)).unwrap();
            assert_eq!(due(4, 9), [letter(3), dead]);
            assert_eq!(due(5, 9), [letter(3), failed.clone()]);
            assert_eq!(due(9, 2), [letter(3), failed]);
            assert_eq!(store.read(count).unwrap(), 4);
            let pending = |at| store.read(|db| pending(db, after(at))).unwrap();
            assert_eq!(pending(4), Pending { count: 4, oldest: Some(NOW) });
            assert_eq!(pending(5), Pending { count: 3, oldest: Some(NOW) });
            assert_eq!(pending(600), Pending { count: 0, oldest: None });
            assert!(store.write(|db| delete(db, &later.id)).unwrap());
            assert!(!store.write(|db| delete(db, &later.id)).unwrap());
        });
    }

    #[test]
    fn of_20_nodes_that_tried_a_letter_one_puts_it_off() {
        on_each(|store| {
            store.write(|db| insert(db, &letter(1))).unwrap();
            assert_eq!(winners(store, |db, _| postpone(db, &letter(1).id, 0, after(30))), 1);
            let waiting = Outgoing { attempts: 1, next_at: after(30), ..letter(1) };
            assert_eq!(store.read(|db| list_due(db, after(30), 9)).unwrap(), [waiting]);
            assert_eq!(store.read(|db| list_due(db, NOW, 9)).unwrap(), []);
        });
    }
}
