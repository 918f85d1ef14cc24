//! Table `one_time_tokens`: good once, for one purpose.

use diesel::{
    dsl::{And, Eq, Filter, Find, Gt, Lt, sql},
    prelude::*,
    sql_types::Bool,
};

use super::{
    column::{digest, id, known},
    connection::{Db, per_backend},
    error::StoreError,
    schema::one_time_tokens,
    users,
};
use crate::domain::{
    ids::UserId,
    one_time::{MOST_ATTEMPTS, OneTimeToken, Purpose},
    secret::SecretDigest,
    time::Timestamp,
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = one_time_tokens, treat_none_as_default_value = false)]
struct TokenRow {
    digest: Vec<u8>,
    purpose: String,
    user_id: Option<String>,
    code: Option<Vec<u8>>,
    payload: Option<String>,
    attempts: i64,
    created_at: i64,
    expires_at: i64,
}

type Unexpired = Gt<one_time_tokens::expires_at, i64>;
type Live = And<Unexpired, Lt<one_time_tokens::attempts, i64>>;
type Named<'a> = Filter<Find<one_time_tokens::table, &'a [u8]>, Eq<one_time_tokens::purpose, &'static str>>;

fn unexpired(now: Timestamp) -> Unexpired {
    one_time_tokens::expires_at.gt(now.unix())
}

/// Neither expired nor guessed at too often.
fn live(now: Timestamp) -> Live {
    unexpired(now).and(one_time_tokens::attempts.lt(MOST_ATTEMPTS))
}

/// A token of one purpose is nothing at another's door.
fn named(purpose: Purpose, digest: &SecretDigest) -> Named<'_> {
    one_time_tokens::table.find(digest.0.as_slice()).filter(one_time_tokens::purpose.eq(purpose.as_str()))
}
/// Word for word as in the index by address, which is for these tokens only.
const CONFIRMING: &str = "purpose = 'confirm_email'";

/// False where this digest is there already: it came before.
pub fn insert(db: &mut Db, token: &OneTimeToken) -> Result<bool, StoreError> {
    let statement = diesel::insert_into(one_time_tokens::table).values(TokenRow::from(token)).on_conflict_do_nothing();
    Ok(per_backend!(db, connection => statement.execute(connection))? == 1)
}

/// Beside those that the user has of this purpose for the same payload, of which only the newest stay: whoever asks for
/// another link must not take the owner's away. Wrong codes count for the user and not for the letter: a new one begins
/// with as many as those whose code is still good.
pub fn insert_beside(db: &mut Db, token: &OneTimeToken, most: usize) -> Result<(), StoreError> {
    let mut attempts = token.attempts;
    if let Some(user) = &token.user_id {
        users::lock(db, user)?;
        let links = links_of(db, token.purpose, user, token.created_at)?;
        let counted = links.iter().map(|old| old.attempts).filter(|attempts| *attempts < MOST_ATTEMPTS);
        attempts = counted.chain([attempts]).max().unwrap_or_default();
        let same = links.iter().filter(|old| old.payload == token.payload);
        for old in same.skip(most.saturating_sub(1)) {
            delete(db, token.purpose, &old.digest)?;
        }
    }
    let row = TokenRow { attempts, ..TokenRow::from(token) };
    let statement = diesel::insert_into(one_time_tokens::table).values(row);
    per_backend!(db, connection => statement.execute(connection))?;
    Ok(())
}

/// Those whose link is good, newest first, also where the code is dead.
fn links_of(db: &mut Db, purpose: Purpose, user: &UserId, now: Timestamp) -> Result<Vec<OneTimeToken>, StoreError> {
    let rows = one_time_tokens::table
        .filter(one_time_tokens::user_id.eq(user.as_str()))
        .filter(one_time_tokens::purpose.eq(purpose.as_str()))
        .filter(one_time_tokens::expires_at.gt(now.unix()))
        .order((one_time_tokens::created_at.desc(), one_time_tokens::digest))
        .select(TokenRow::as_select())
        .load(db)?;
    rows.into_iter().map(OneTimeToken::try_from).collect()
}

/// One whose link is good: wrong guesses at its code are no business of the link's.
pub fn find_link(
    db: &mut Db,
    purpose: Purpose,
    digest: &SecretDigest,
    now: Timestamp,
) -> Result<Option<OneTimeToken>, StoreError> {
    let row = named(purpose, digest).filter(unexpired(now)).select(TokenRow::as_select()).get_result(db).optional()?;
    row.map(OneTimeToken::try_from).transpose()
}

/// Spends one by its link: of N parallel callers one gets true.
pub fn consume_link(db: &mut Db, purpose: Purpose, digest: &SecretDigest, now: Timestamp) -> Result<bool, StoreError> {
    Ok(diesel::delete(named(purpose, digest).filter(unexpired(now))).execute(db)? == 1)
}

/// A live one.
pub fn find(
    db: &mut Db,
    purpose: Purpose,
    digest: &SecretDigest,
    now: Timestamp,
) -> Result<Option<OneTimeToken>, StoreError> {
    let row = named(purpose, digest).filter(live(now)).select(TokenRow::as_select()).get_result(db).optional()?;
    row.map(OneTimeToken::try_from).transpose()
}

/// Live ones, newest first.
pub fn list_of(db: &mut Db, purpose: Purpose, user: &UserId, now: Timestamp) -> Result<Vec<OneTimeToken>, StoreError> {
    let links = links_of(db, purpose, user, now)?;
    Ok(links.into_iter().filter(|token| token.is_live(now)).collect())
}

/// Live ones that wait for somebody to confirm this address, newest first; it need not be the address of an account yet.
pub fn list_by_address(db: &mut Db, address: &str, now: Timestamp) -> Result<Vec<OneTimeToken>, StoreError> {
    let rows = one_time_tokens::table
        .filter(sql::<Bool>(CONFIRMING))
        .filter(one_time_tokens::payload.eq(address))
        .filter(live(now))
        .order((one_time_tokens::created_at.desc(), one_time_tokens::digest))
        .select(TokenRow::as_select())
        .load(db)?;
    rows.into_iter().map(OneTimeToken::try_from).collect()
}

/// Spends a live token: of N parallel callers one gets true.
pub fn consume(db: &mut Db, purpose: Purpose, digest: &SecretDigest, now: Timestamp) -> Result<bool, StoreError> {
    Ok(diesel::delete(named(purpose, digest).filter(live(now))).execute(db)? == 1)
}

/// Takes a token away, counted out or not: for whoever holds its row since [`count_attempt`].
pub fn delete(db: &mut Db, purpose: Purpose, digest: &SecretDigest) -> Result<bool, StoreError> {
    Ok(diesel::delete(named(purpose, digest)).execute(db)? == 1)
}

/// Counts a wrong code before it is answered; false where the token is dead by now.
pub fn count_attempt(db: &mut Db, purpose: Purpose, digest: &SecretDigest, now: Timestamp) -> Result<bool, StoreError> {
    let live = named(purpose, digest).filter(live(now));
    Ok(diesel::update(live).set(one_time_tokens::attempts.eq(one_time_tokens::attempts + 1)).execute(db)? == 1)
}

/// Counts a wrong code for an address at all who wait for it, in one statement: the work is the same where nobody does.
pub fn count_attempt_at(db: &mut Db, address: &str, now: Timestamp) -> Result<usize, StoreError> {
    let live = one_time_tokens::table
        .filter(sql::<Bool>(CONFIRMING))
        .filter(one_time_tokens::payload.eq(address))
        .filter(one_time_tokens::expires_at.gt(now.unix()))
        .filter(one_time_tokens::attempts.lt(MOST_ATTEMPTS));
    Ok(diesel::update(live).set(one_time_tokens::attempts.eq(one_time_tokens::attempts + 1)).execute(db)?)
}

pub fn delete_of(db: &mut Db, purpose: Purpose, user: &UserId) -> Result<usize, StoreError> {
    let theirs = one_time_tokens::table
        .filter(one_time_tokens::user_id.eq(user.as_str()))
        .filter(one_time_tokens::purpose.eq(purpose.as_str()));
    Ok(diesel::delete(theirs).execute(db)?)
}

/// Those that are for something else than this payload.
pub fn delete_for_others(db: &mut Db, purpose: Purpose, user: &UserId, payload: &str) -> Result<usize, StoreError> {
    let theirs = one_time_tokens::table
        .filter(one_time_tokens::user_id.eq(user.as_str()))
        .filter(one_time_tokens::purpose.eq(purpose.as_str()))
        .filter(one_time_tokens::payload.ne(payload));
    Ok(diesel::delete(theirs).execute(db)?)
}

/// Those that belong to nobody.
pub fn delete_unowned(db: &mut Db, purpose: Purpose) -> Result<usize, StoreError> {
    let unowned = one_time_tokens::table
        .filter(one_time_tokens::user_id.is_null())
        .filter(one_time_tokens::purpose.eq(purpose.as_str()));
    Ok(diesel::delete(unowned).execute(db)?)
}

/// Of every purpose: after a change of password nothing that was under way goes on.
pub fn delete_all_of(db: &mut Db, user: &UserId) -> Result<usize, StoreError> {
    let theirs = one_time_tokens::table.filter(one_time_tokens::user_id.eq(user.as_str()));
    Ok(diesel::delete(theirs).execute(db)?)
}

impl From<&OneTimeToken> for TokenRow {
    fn from(token: &OneTimeToken) -> Self {
        Self {
            digest: token.digest.0.to_vec(),
            purpose: token.purpose.as_str().to_owned(),
            user_id: token.user_id.as_ref().map(|user| user.as_str().to_owned()),
            code: token.code.map(|code| code.0.to_vec()),
            payload: token.payload.clone(),
            attempts: token.attempts,
            created_at: token.created_at.unix(),
            expires_at: token.expires_at.unix(),
        }
    }
}

impl TryFrom<TokenRow> for OneTimeToken {
    type Error = StoreError;

    fn try_from(row: TokenRow) -> Result<Self, StoreError> {
        Ok(Self {
            digest: digest(row.digest)?,
            purpose: known("one_time_tokens.purpose", Purpose::parse(&row.purpose))?,
            user_id: row.user_id.map(|user| id("one_time_tokens.user_id", &user)).transpose()?,
            code: row.code.map(digest).transpose()?,
            payload: row.payload,
            attempts: row.attempts,
            created_at: Timestamp::from_unix(row.created_at),
            expires_at: Timestamp::from_unix(row.expires_at),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{after, cast, on_each, one_time, user, winners},
        *,
    };

    const CONFIRM: Purpose = Purpose::ConfirmEmail;

    /// A token of one purpose is nothing at another's door.
    #[test]
    fn a_token_is_found_while_it_lives_and_for_its_purpose_alone() {
        on_each(|store| {
            let (alice, ..) = cast(store);
            let token = one_time(1, &alice);
            let spent = OneTimeToken {
                purpose: Purpose::SpentProof,
                user_id: None,
                code: None,
                payload: None,
                ..one_time(2, &alice)
            };
            for it in [&token, &spent] {
                assert!(store.write(|db| insert(db, it)).unwrap());
                assert!(!store.write(|db| insert(db, it)).unwrap());
            }
            let found = |purpose, at| store.read(|db| find(db, purpose, &token.digest, after(at))).unwrap();
            assert_eq!(found(CONFIRM, 599), Some(token.clone()));
            assert_eq!([found(CONFIRM, 600), found(Purpose::ResetPassword, 0)], [None, None]);
            assert_eq!(store.read(|db| find(db, Purpose::SpentProof, &spent.digest, after(0))).unwrap(), Some(spent));
            for (purpose, at) in [(CONFIRM, 600), (Purpose::ResetPassword, 0)] {
                assert!(!store.write(|db| consume(db, purpose, &token.digest, after(at))).unwrap());
                assert!(!store.write(|db| count_attempt(db, purpose, &token.digest, after(at))).unwrap());
            }
            assert_eq!(found(CONFIRM, 0), Some(token.clone()));
        });
    }

    #[test]
    fn of_20_parallel_callers_one_spends_a_token() {
        on_each(|store| {
            let (alice, ..) = cast(store);
            let token = one_time(1, &alice);
            store.write(|db| insert(db, &token)).unwrap();
            assert_eq!(winners(store, |db, _| consume(db, CONFIRM, &token.digest, after(1))), 1);
            assert_eq!(store.read(|db| find(db, CONFIRM, &token.digest, after(1))).unwrap(), None);
        });
    }

    #[test]
    fn what_must_not_come_twice_comes_once() {
        on_each(|store| {
            let (alice, ..) = cast(store);
            let proof = OneTimeToken { purpose: Purpose::SpentProof, user_id: None, ..one_time(1, &alice) };
            assert_eq!(winners(store, |db, _| insert(db, &proof)), 1);
        });
    }

    /// 6 digits do not stand 20 guesses: the sixth finds the token dead, however many come at once.
    #[test]
    fn of_20_parallel_wrong_codes_five_are_counted_and_the_token_is_dead() {
        on_each(|store| {
            let (alice, ..) = cast(store);
            let token = one_time(1, &alice);
            store.write(|db| insert(db, &token)).unwrap();
            assert_eq!(winners(store, |db, _| count_attempt(db, CONFIRM, &token.digest, after(1))), 5);
            assert_eq!(store.read(|db| find(db, CONFIRM, &token.digest, after(1))).unwrap(), None);
            assert_eq!(store.read(|db| list_of(db, CONFIRM, &alice.id, after(1))).unwrap(), []);
            assert!(!store.write(|db| consume(db, CONFIRM, &token.digest, after(1))).unwrap());
        });
    }

    #[test]
    fn of_20_parallel_letters_the_newest_few_are_good() {
        on_each(|store| {
            let (alice, ..) = cast(store);
            let reset = OneTimeToken { purpose: Purpose::ResetPassword, ..one_time(99, &alice) };
            let other = OneTimeToken { payload: Some("other@example.com".to_owned()), ..one_time(98, &alice) };
            store.write(|db| Ok((insert(db, &reset)?, insert(db, &other)?))).unwrap();
            let made = winners(store, |db, n| insert_beside(db, &one_time(n, &alice), 3).map(|()| true));
            let left = || store.read(|db| list_of(db, CONFIRM, &alice.id, after(1))).unwrap();
            assert_eq!((made, left().len(), left().contains(&other)), (20, 4, true));
            assert_eq!(store.read(|db| list_of(db, Purpose::ResetPassword, &alice.id, after(1))).unwrap(), [reset]);
            let address = other.payload.clone().unwrap();
            assert_eq!(store.write(|db| delete_for_others(db, CONFIRM, &alice.id, &address)).unwrap(), 3);
            assert_eq!(left(), [other]);
        });
    }

    /// Three letters must not allow three times the guesses: what was guessed wrong at one was guessed at all.
    #[test]
    fn a_new_letter_begins_with_the_wrong_codes_of_those_that_are_good() {
        on_each(|store| {
            let (alice, ..) = cast(store);
            let address = one_time(1, &alice).payload.unwrap();
            let posts = |n: u8| {
                let letter = OneTimeToken { created_at: after(i64::from(n)), ..one_time(n, &alice) };
                store.write(|db| insert_beside(db, &letter, 3)).unwrap();
            };
            let guesses = || store.write(|db| count_attempt_at(db, &address, after(9))).unwrap();
            let counts = || {
                let links = store.read(|db| links_of(db, CONFIRM, &alice.id, after(9))).unwrap();
                links.iter().map(|token| token.attempts).collect::<Vec<_>>()
            };
            posts(1);
            assert_eq!([guesses(), guesses()], [1, 1]);
            posts(2);
            assert_eq!(counts(), [2, 2]);
            assert_eq!([guesses(), guesses(), guesses(), guesses()], [2, 2, 2, 0]);
            posts(3);
            assert_eq!(counts(), [0, 5, 5]);
            posts(4);
            assert_eq!(counts(), [0, 0, 5], "links whose code is dead are beyond the cap, too");
        });
    }

    #[test]
    fn what_is_under_way_is_listed_newest_first_and_ends_with_the_password() {
        on_each(|store| {
            let (alice, ..) = cast(store);
            let (old, new) = (one_time(2, &alice), OneTimeToken { created_at: after(5), ..one_time(1, &alice) });
            let step = OneTimeToken { purpose: Purpose::SecondFactor, ..one_time(3, &alice) };
            store
                .write(|db| [&old, &new, &step].map(|it| insert(db, it)).into_iter().collect::<Result<Vec<_>, _>>())
                .unwrap();
            assert_eq!(store.read(|db| list_of(db, CONFIRM, &alice.id, after(6))).unwrap(), [new, old]);
            let ended = |owner: &UserId| {
                store.write(|db| Ok((delete_of(db, CONFIRM, owner)?, delete_all_of(db, owner)?))).unwrap()
            };
            assert_eq!([ended(&user(2).id), ended(&alice.id)], [(0, 0), (2, 1)]);
        });
    }
}
