//! The links of the audit log's chain: whoever writes to the database cannot make one.

use super::{
    random,
    seal::{Mac, Purpose, SealingRing},
};
use crate::domain::audit::{Chained, End, Mark, Place, Written};

/// What a link or a mark turns out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    Genuine,
    Forged,
    /// The key that made it is not on the ring any more: nobody can tell.
    KeyGone,
}

/// Where a new chain begins; no two begin alike.
pub fn origin() -> Place {
    Place { position: 0, link: random::bytes::<32>().to_vec() }
}

/// The place of the row that follows.
pub fn follow(ring: &SealingRing, last: &Place, row: &Written) -> Place {
    let position = last.following();
    Place { position, link: sign(ring, &Message::row(&last.link, position, row)) }
}

/// Whether the row stands where it was put, behind that one, as it was.
pub fn check(ring: &SealingRing, last: &Place, row: &Chained) -> Check {
    if row.place.position != last.following() {
        return Check::Forged;
    }
    verify(ring, &Message::row(&last.link, row.place.position, &row.written), &row.place.link)
}

/// Marks an end.
pub fn mark(ring: &SealingRing, end: End, place: Place) -> Mark {
    Mark { mac: sign(ring, &Message::mark(end, &place)), place }
}

pub fn check_mark(ring: &SealingRing, end: End, mark: &Mark) -> Check {
    verify(ring, &Message::mark(end, &mark.place), &mark.mac)
}

/// Whether another key than the one that seals made it: it is made anew before that key goes.
pub fn is_stale(ring: &SealingRing, mark: &Mark) -> bool {
    mark.mac.first() != Some(&ring.newest())
}

/// Key number ‖ HMAC-SHA256.
fn sign(ring: &SealingRing, message: &Message) -> Vec<u8> {
    let mac = ring.mac(Purpose::Audit, &message.0);
    [&[mac.key_id][..], &mac.tag].concat()
}

fn verify(ring: &SealingRing, message: &Message, signature: &[u8]) -> Check {
    let Some((&key_id, tag)) = signature.split_first() else { return Check::Forged };
    let Ok(tag) = tag.try_into() else { return Check::Forged };
    match ring.knows(key_id) {
        false => Check::KeyGone,
        true if ring.verify_mac(Purpose::Audit, &message.0, &Mac { key_id, tag }) => Check::Genuine,
        true => Check::Forged,
    }
}

/// What is signed: each part says how long it is, so that no two rows read the same.
struct Message(Vec<u8>);

impl Message {
    fn row(last: &[u8], position: i64, row: &Written) -> Self {
        let Written { id, at, actor, user_id, action, outcome, address, detail } = row;
        Self(Vec::with_capacity(512))
            .bytes(b"row/1")
            .bytes(last)
            .number(position)
            .bytes(id.as_bytes())
            .number(*at)
            .bytes(actor.as_bytes())
            .optional(user_id.as_deref())
            .bytes(action.as_bytes())
            .bytes(outcome.as_bytes())
            .optional(address.as_deref())
            .optional(detail.as_deref())
    }

    fn mark(end: End, place: &Place) -> Self {
        Self(Vec::new()).bytes(b"mark/1").bytes(end.as_str().as_bytes()).number(place.position).bytes(&place.link)
    }

    fn number(mut self, number: i64) -> Self {
        self.0.extend_from_slice(&number.to_be_bytes());
        self
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(bytes);
        self
    }

    /// NULL is not the empty text.
    fn optional(mut self, text: Option<&str>) -> Self {
        self.0.push(u8::from(text.is_some()));
        self.bytes(text.unwrap_or_default().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;
    use crate::crypto::samples::{NEW_LINE, OLD_LINE, ring};

    fn row() -> Written {
        Written {
            id: "evt_1".to_owned(),
            at: 1_800_000_000,
            actor: "operator".to_owned(),
            user_id: Some("usr_1".to_owned()),
            action: "login".to_owned(),
            outcome: "done".to_owned(),
            address: None,
            detail: Some(String::new()),
        }
    }

    fn last() -> Place {
        Place { position: 6, link: vec![7; 33] }
    }

    fn chained() -> Chained {
        Chained { place: follow(&ring(), &last(), &row()), written: row() }
    }

    #[test]
    fn a_row_is_genuine_behind_the_row_that_it_followed() {
        assert_eq!(check(&ring(), &last(), &chained()), Check::Genuine);
        assert_eq!(chained().place.position, 7);
    }

    /// Every column, the place and the row before: nothing can be another without being found.
    #[test]
    fn whatever_changes_is_a_forgery() {
        type Change = fn(&mut Chained);
        let changes: [Change; 12] = [
            |row| row.place.position = 8,
            |row| row.written.id = "evt_2".to_owned(),
            |row| row.written.at += 1,
            |row| row.written.actor = "anonymous".to_owned(),
            |row| row.written.user_id = None,
            |row| row.written.action = "logout".to_owned(),
            |row| row.written.outcome = "refused".to_owned(),
            |row| row.written.address = Some(String::new()),
            |row| row.written.detail = None,
            |row| row.place.link[1] ^= 1,
            |row| row.place.link.truncate(32),
            |row| row.place.link.clear(),
        ];
        for (at, change) in changes.into_iter().enumerate() {
            let mut row = chained();
            change(&mut row);
            assert_eq!(check(&ring(), &last(), &row), Check::Forged, "change {at}");
        }
        for other in [Place { position: 5, ..last() }, Place { link: vec![8; 33], ..last() }] {
            assert_eq!(check(&ring(), &other, &chained()), Check::Forged);
        }
    }

    /// A text that moves over the border of its column is another row.
    #[test]
    fn columns_do_not_run_into_each_other() {
        let (mut one, mut other) = (row(), row());
        (one.action, one.outcome) = ("log".to_owned(), "indone".to_owned());
        (other.action, other.outcome) = ("login".to_owned(), "done".to_owned());
        assert_ne!(follow(&ring(), &last(), &one), follow(&ring(), &last(), &other));
    }

    #[test]
    fn a_mark_is_of_its_end_and_place() {
        let head = mark(&ring(), End::Head, last());
        assert_eq!(check_mark(&ring(), End::Head, &head), Check::Genuine);
        assert_eq!(check_mark(&ring(), End::Start, &head), Check::Forged);
        let place = Place { position: 5, ..last() };
        assert_eq!(check_mark(&ring(), End::Head, &Mark { place, ..head }), Check::Forged);
    }

    #[test]
    fn a_key_that_has_left_the_ring_is_said_to_be_gone() {
        let both = SealingRing::parse(&format!("{NEW_LINE}\n{OLD_LINE}")).unwrap();
        let new = SealingRing::parse(NEW_LINE).unwrap();
        let head = mark(&ring(), End::Head, last());
        assert_eq!([&both, &new].map(|ring| check(ring, &last(), &chained())), [Check::Genuine, Check::KeyGone]);
        assert_eq!([&both, &new].map(|ring| check_mark(ring, End::Head, &head)), [Check::Genuine, Check::KeyGone]);
        assert_eq!([&ring(), &both].map(|ring| is_stale(ring, &head)), [false, true]);
    }

    /// Databases and exported logs hold such links: the form must not change by accident.
    #[test]
    fn a_link_of_the_first_version_stays_what_it_is() {
        let link = "AUJtQ6oQuYhwVgC2DGDkTl9pTj_J2oYnGtU4s_yP3-Q6";
        assert_eq!(URL_SAFE_NO_PAD.encode(chained().place.link), link);
    }
}
