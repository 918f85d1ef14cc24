//! Table `search_words`: what a search finds by the beginning of a word, through the index.
//!
//! Kept beside each name is that name, folded, from each of its words on: `ada lovelace` and `lovelace`. Whatever begins
//! so is one range of the key, which compares bytewise on both databases.

use std::collections::BTreeSet;

use diesel::{dsl::Eq, prelude::*};

use super::{
    connection::{Db, per_backend},
    error::StoreError,
    page::PageRequest,
    schema::{clients, groups, organisations, search_words, users},
};
use crate::domain::{ids::Kind, user::User};

/// How many matches of one index a search looks at.
const MOST: i64 = 1000;
/// One more tells that there are more.
pub(super) const FETCH: i64 = MOST + 1;

/// Characters of a word that are kept and compared.
const LONGEST: usize = 64;
/// Words of one name that are kept.
const MOST_WORDS: usize = 8;
/// Rows that are read, and written, at a time when the table is filled.
const BATCH: i64 = 1000;

/// What may be sought.
#[derive(Clone, Copy)]
pub(super) enum Noun {
    User,
    Client,
    Organisation,
    Group,
}

/// The beginnings under which something is found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Words(BTreeSet<String>);

/// A text to search for, and the end of the range of what begins with it.
pub(super) struct Sought {
    from: String,
    to: String,
}

/// The ids that were found.
#[derive(Default)]
pub(super) struct Hits {
    ids: BTreeSet<String>,
    cut_short: bool,
}

type Row<'a> = (Eq<search_words::kind, &'a str>, Eq<search_words::word, &'a str>, Eq<search_words::id, &'a str>);

impl Noun {
    const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Client => "client",
            Self::Organisation => "organisation",
            Self::Group => "group",
        }
    }
}

impl Words {
    pub(super) fn of<const N: usize>(texts: [&str; N]) -> Self {
        let mut words: BTreeSet<String> = texts.into_iter().flat_map(beginnings).collect();
        // Whatever finds the beginning of another one finds that one too, and in the order of bytes it comes right after.
        let mut longer = words.clone().into_iter().skip(1).peekable();
        words.retain(|word| !longer.next().is_some_and(|next| next.starts_with(word.as_str())));
        Self(words)
    }
}

impl Sought {
    /// `None` for a text of nothing.
    pub(super) fn new(text: &str) -> Option<Self> {
        let from: String = fold(text).chars().take(LONGEST).collect();
        // The last character of all: it stands in no name.
        let to = format!("{from}{}", char::MAX);
        (!from.is_empty()).then_some(Self { from, to })
    }

    /// From, and up to but not with.
    pub(super) fn range(&self) -> (&str, &str) {
        (&self.from, &self.to)
    }

    /// Of fewer letters than the prefix every id would be found.
    pub(super) fn is_id<K: Kind>(&self) -> bool {
        self.from.len() > K::PREFIX.len() && self.from.starts_with(K::PREFIX)
    }
}

impl Hits {
    pub(super) fn add(&mut self, ids: Vec<String>) {
        let most = usize::try_from(MOST).unwrap_or(usize::MAX);
        self.cut_short |= ids.len() > most;
        self.ids.extend(ids.into_iter().take(most));
    }

    pub(super) const fn cut_short(&self) -> bool {
        self.cut_short
    }

    /// All of them beyond the page before.
    pub(super) fn later(&self, request: &PageRequest) -> Vec<String> {
        self.ids.iter().map(String::as_str).skip_while(|id| *id <= request.start()).map(str::to_owned).collect()
    }

    /// Those of a page, and one more if there is one.
    pub(super) fn after(&self, request: &PageRequest) -> Vec<String> {
        let fetch = usize::try_from(request.fetch()).unwrap_or(usize::MAX);
        let later = self.ids.iter().map(String::as_str).skip_while(|id| *id <= request.start());
        later.take(fetch).map(str::to_owned).collect()
    }
}

/// A user's name, and the domain of the address: what stands before it the column's own index finds.
pub(super) fn of_user(user: &User) -> Words {
    let profile = &user.profile;
    of_columns(
        (profile.name.as_deref(), profile.given_name.as_deref(), profile.family_name.as_deref()),
        user.email.as_deref(),
    )
}

type Names<'a> = (Option<&'a str>, Option<&'a str>, Option<&'a str>);

fn of_columns((name, given, family): Names<'_>, email: Option<&str>) -> Words {
    let both = format!("{} {}", given.unwrap_or_default(), family.unwrap_or_default());
    let domain = email.and_then(|email| email.rsplit_once('@')).map(|(_, domain)| domain);
    let mut words = Words::of([name.unwrap_or_default(), &both]);
    // As a whole: everybody's last label would find everybody.
    words.0.extend(domain.and_then(Sought::new).map(|domain| domain.from));
    words
}

/// After a change of a user's name or address.
pub(super) fn replace_user(db: &mut Db, user: &str) -> Result<(), StoreError> {
    let columns = (users::name, users::given_name, users::family_name, users::email);
    let row: Option<UserColumns> = users::table.find(user).select(columns).get_result(db).optional()?;
    let Some(row) = row else { return Ok(()) };
    replace(db, Noun::User, user, &of_row(&row))
}

type UserColumns = (Option<String>, Option<String>, Option<String>, Option<String>);

fn of_row((name, given, family, email): &UserColumns) -> Words {
    of_columns((name.as_deref(), given.as_deref(), family.as_deref()), email.as_deref())
}

/// Whether the row of `id` is found: for a list that is short already, so that no others' matches use up the search.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn finds<'a>(noun: Noun, id: clients::id, sought: &'a Sought) -> _ {
    let kind: &'static str = noun.as_str();
    let (from, to): (&'a str, &'a str) = sought.range();
    search_words::table
        .filter(search_words::id.eq(id))
        .filter(search_words::kind.eq(kind))
        .filter(search_words::word.ge(from))
        .filter(search_words::word.lt(to))
}

pub(super) fn find(db: &mut Db, noun: Noun, sought: &Sought) -> Result<Hits, StoreError> {
    let (from, to) = sought.range();
    let ids = search_words::table
        .filter(search_words::kind.eq(noun.as_str()))
        .filter(search_words::word.ge(from))
        .filter(search_words::word.lt(to))
        .order((search_words::word, search_words::id))
        .limit(FETCH)
        .select(search_words::id)
        .load(db)?;
    let mut hits = Hits::default();
    hits.add(ids);
    Ok(hits)
}

pub(super) fn insert(db: &mut Db, noun: Noun, id: &str, words: &Words) -> Result<(), StoreError> {
    let rows: Vec<_> = words.0.iter().map(|word| row(noun, word, id)).collect();
    write(db, &rows)
}

pub(super) fn replace(db: &mut Db, noun: Noun, id: &str, words: &Words) -> Result<(), StoreError> {
    remove(db, noun, id)?;
    insert(db, noun, id, words)
}

pub(super) fn remove(db: &mut Db, noun: Noun, id: &str) -> Result<usize, StoreError> {
    let its = search_words::table.filter(search_words::id.eq(id)).filter(search_words::kind.eq(noun.as_str()));
    Ok(diesel::delete(its).execute(db)?)
}

#[cfg(test)]
pub(super) fn count_of(db: &mut Db, id: &str) -> Result<i64, StoreError> {
    Ok(search_words::table.filter(search_words::id.eq(id)).count().get_result(db)?)
}

/// Adds the words of everything that is there to the empty table: what an older version wrote has none.
pub fn fill(db: &mut Db) -> Result<(), StoreError> {
    in_batches(db, Noun::User, |db, after| {
        let columns = (users::id, (users::name, users::given_name, users::family_name, users::email));
        let rows = users::table.filter(users::id.gt(after)).order(users::id).limit(BATCH).select(columns);
        let rows: Vec<(String, UserColumns)> = rows.load(db)?;
        Ok(rows.into_iter().map(|(id, row)| (id, of_row(&row))).collect())
    })?;
    in_batches(db, Noun::Client, |db, after| {
        let rows = clients::table.filter(clients::id.gt(after)).order(clients::id).limit(BATCH);
        let rows: Vec<(String, String)> = rows.select((clients::id, clients::name)).load(db)?;
        Ok(rows.into_iter().map(|(id, name)| (id.clone(), Words::of([id.as_str(), &name]))).collect())
    })?;
    in_batches(db, Noun::Organisation, |db, after| {
        let rows = organisations::table.filter(organisations::id.gt(after)).order(organisations::id).limit(BATCH);
        let rows: Vec<(String, String)> = rows.select((organisations::id, organisations::name)).load(db)?;
        Ok(rows.into_iter().map(|(id, name)| (id, Words::of([name.as_str()]))).collect())
    })?;
    in_batches(db, Noun::Group, |db, after| {
        let rows = groups::table.filter(groups::id.gt(after)).order(groups::id).limit(BATCH);
        let rows: Vec<(String, String)> = rows.select((groups::id, groups::name)).load(db)?;
        Ok(rows.into_iter().map(|(id, name)| (id, Words::of([name.as_str()]))).collect())
    })
}

type Found = Vec<(String, Words)>;

fn in_batches(
    db: &mut Db,
    noun: Noun,
    read: impl Fn(&mut Db, &str) -> Result<Found, StoreError>,
) -> Result<(), StoreError> {
    let mut after = String::new();
    loop {
        let found = read(db, &after)?;
        let Some((last, _)) = found.last() else { return Ok(()) };
        let rows: Vec<_> =
            found.iter().flat_map(|(id, words)| words.0.iter().map(move |word| row(noun, word, id))).collect();
        for some in rows.chunks(1000) {
            write(db, some)?;
        }
        after.clone_from(last);
    }
}

fn row<'a>(noun: Noun, word: &'a str, id: &'a str) -> Row<'a> {
    (search_words::kind.eq(noun.as_str()), search_words::word.eq(word), search_words::id.eq(id))
}

fn write(db: &mut Db, rows: &[Row<'_>]) -> Result<(), StoreError> {
    if !rows.is_empty() {
        let statement = diesel::insert_into(search_words::table).values(rows);
        per_backend!(db, connection => statement.execute(connection))?;
    }
    Ok(())
}

/// The text from each of its words on.
fn beginnings(text: &str) -> Vec<String> {
    let text = fold(text);
    let before = std::iter::once(None).chain(text.chars().map(Some));
    let starts = text.char_indices().zip(before).filter(|((_, this), before)| match before {
        None => true,
        Some(before) => this.is_alphanumeric() && !before.is_alphanumeric(),
    });
    let rest =
        |((at, _), _): ((usize, char), Option<char>)| text.get(at..).map(|it| it.chars().take(LONGEST).collect());
    starts.take(MOST_WORDS).filter_map(rest).collect()
}

/// What is alike in any case: letter by letter, so that the beginning of a text folds to the beginning of its fold.
fn fold(text: &str) -> String {
    let spaced: Vec<&str> = text.split_whitespace().collect();
    spaced.join(" ").chars().filter(|c| !c.is_control()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words<const N: usize>(texts: [&str; N]) -> Vec<String> {
        Words::of(texts).0.into_iter().collect()
    }

    #[test]
    fn a_name_is_found_from_each_of_its_words_on() {
        assert_eq!(
            words(["Ada  King\tof Lovelace"]),
            ["ada king of lovelace", "king of lovelace", "lovelace", "of lovelace"]
        );
        assert_eq!(words(["Jean-Pierre O'Neil"]), ["jean-pierre o'neil", "neil", "o'neil", "pierre o'neil"]);
        assert_eq!(words(["(new) @home"]), ["(new) @home", "home", "new) @home"]);
        assert_eq!(words(["", "  "]), [""; 0]);
    }

    #[test]
    fn what_another_beginning_finds_is_not_kept_twice() {
        assert_eq!(words(["Ada Lovelace", "Ada", "ADA LOVELACE", "Love"]), ["ada lovelace", "lovelace"]);
    }

    #[test]
    fn a_long_name_is_bounded_and_still_found() {
        let long = "é".repeat(200);
        assert_eq!(words([&long]), ["é".repeat(LONGEST)]);
        assert_eq!(Sought::new(&long).unwrap().range().0, "é".repeat(LONGEST));
        assert_eq!(words(["a b c d e f g h i j k"]).len(), MOST_WORDS);
    }

    /// The whole of a word may fold otherwise than its beginning does: a sigma at the end.
    #[test]
    fn the_beginning_of_a_text_folds_to_the_beginning_of_its_fold() {
        let name = "ΟΔΥΣΣΕΥΣ İstanbul Straße";
        for (at, _) in name.char_indices() {
            let (whole, beginning) = (fold(name), fold(name.get(..at).unwrap()));
            assert!(whole.starts_with(beginning.as_str()), "{beginning} of {whole}");
        }
    }

    #[test]
    fn only_more_than_its_prefix_is_an_id() {
        use crate::domain::ids::UserKind;
        let is_id = |text| Sought::new(text).unwrap().is_id::<UserKind>();
        assert_eq!([is_id("usr"), is_id("usr_"), is_id("USR_0"), is_id("ses_0")], [false, false, true, false]);
    }
}
