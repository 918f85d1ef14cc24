//! What a search finds: on both databases the same, whatever is typed.

use super::{
    PageRequest, Store, clients,
    testing::{after, client, on_each, user},
    users::{self, Inserted, Updated},
};
use crate::domain::{
    client::Client,
    ids::UserId,
    time::Timestamp,
    user::{Profile, User},
};

fn request(text: &str) -> PageRequest {
    PageRequest { after: None, limit: 500, search: Some(text.to_owned()) }
}

fn usernames(store: &Store, text: &str) -> Vec<String> {
    let page = store.read(|db| users::list(db, users::Filter::default(), &request(text))).unwrap();
    page.items.into_iter().map(|user| user.username).collect()
}

fn person(n: u8, username: &str, email: Option<&str>, name: &str) -> User {
    User {
        username: username.to_owned(),
        email: email.map(str::to_owned),
        profile: Profile { name: Some(name.to_owned()), ..Profile::default() },
        ..user(n)
    }
}

fn put(store: &Store, user: &User) {
    assert_eq!(store.write(|db| users::insert(db, user, None)).unwrap(), Inserted::Inserted);
}

#[test]
fn a_user_is_found_by_the_beginning_of_name_word_address_username_and_id() {
    on_each(|store| {
        let ada = person(1, "countess", Some("al@example.com"), "Ada King Lovelace");
        for user in [&ada, &person(2, "zed", Some("ada@example.org"), "Someone"), &person(3, "adam", None, "Other")] {
            put(store, user);
        }
        let found = |text: &str| usernames(store, text);
        assert_eq!(found("aDA"), ["countess", "zed", "adam"]);
        assert_eq!([found("king love"), found(" Lovelace "), found("AL@ex")], [["countess"]; 3]);
        assert_eq!(found(ada.id.as_str()), ["countess"]);
        assert_eq!(found(&ada.id.as_str().to_uppercase()), ["countess"]);
        assert_eq!(found("EXAMPLE.o"), ["zed"], "the domain of an address");
        for nothing in ["da", "usr", "usr_", "xample", "lovelace king", "ada@example.com"] {
            assert_eq!(found(nothing), [""; 0], "{nothing}");
        }
        assert_eq!(found(" ").len(), 3, "no search");
    });
}

/// What means something to SQL, LIKE, a regular expression or a collation is a letter like others.
#[test]
fn every_text_is_literal() {
    on_each(|store| {
        let names =
            ["100% Sure", "a_b c", "back\\slash", "O'Neil \"Q\"", "Ægir Žižek", "ß", "日本 太郎", "🦀 crab", "z"];
        for (name, n) in names.iter().zip(1..) {
            put(store, &person(n, &format!("u{n}"), None, name));
        }
        let found = |text: &str| usernames(store, text);
        let pairs = [
            ("100%", "u1"),
            ("A_B", "u2"),
            ("back\\", "u3"),
            ("o'neil \"", "u4"),
            ("žIŽ", "u5"),
            ("æ", "u5"),
            ("ß", "u6"),
            ("日", "u7"),
            ("太郎", "u7"),
            ("🦀", "u8"),
            ("Z", "u9"),
        ];
        for (text, username) in pairs {
            assert_eq!(found(text), [username], "{text}");
        }
        for nothing in ["%", "_", "\\", "a%", "a.b", "'", "ae", "zi", "\u{10ffff}", "x' OR '1'='1"] {
            assert_eq!(found(nothing), [""; 0], "{nothing}");
        }
        assert_eq!(found("cr\0ab"), ["u8"], "PostgreSQL takes no NUL");
        let strange = PageRequest { after: Some("\0".to_owned()), ..request(" ") };
        assert_eq!(store.read(|db| users::list(db, users::Filter::default(), &strange)).unwrap().items.len(), 9);
    });
}

#[test]
fn a_search_follows_every_change() {
    on_each(|store| {
        let mut ada = person(1, "countess", Some("al@example.com"), "Ada");
        put(store, &ada);
        ada.profile = Profile {
            given_name: Some("Augusta".to_owned()),
            family_name: Some("Byron".to_owned()),
            ..Profile::default()
        };
        ada.username = "augusta.b".to_owned();
        assert_eq!(store.write(|db| users::update_profile(db, &ada)).unwrap(), Updated::Updated);
        store.write(|db| users::confirm_email(db, &ada.id, "new@example.net", after(1))).unwrap();
        let found = |text: &str| usernames(store, text).len();
        assert_eq!([found("ada"), found("count"), found("al@")], [0, 0, 0]);
        assert_eq!([found("augusta by"), found("byron"), found("new@")], [1, 1, 1]);
        let words = || store.read(|db| super::search::count_of(db, ada.id.as_str())).unwrap();
        assert_eq!(words(), 3, "augusta byron, byron, example.net");
        assert_eq!([found("example.com"), found("example.net")], [0, 1]);
        assert_eq!(
            store.write(|db| users::confirm_email(db, &ada.id, "b@corp.test", after(2))).unwrap(),
            Updated::Updated
        );
        assert_eq!([found("example"), found("corp")], [0, 1]);
        let unproved = User { email: Some("b@open.test".to_owned()), email_verified: false, ..user(7) };
        store.write(|db| users::insert(db, &unproved, None)).unwrap();
        assert_eq!(found("open"), 1);
        assert!(store.write(|db| users::release_email(db, &unproved.id, "b@open.test", after(4))).unwrap());
        assert_eq!([found("open"), found("byron")], [0, 1]);
        assert!(store.write(|db| users::delete(db, &ada.id)).unwrap());
        assert_eq!((found("byron"), words()), (0, 0), "a name outlived its user");
    });
}

#[test]
fn a_client_is_found_by_the_words_of_its_id_and_name() {
    on_each(|store| {
        let shop = Client { name: "Corner Shop (Test)".to_owned(), ..client("EU_shop-web") };
        store.write(|db| Ok((clients::insert(db, &shop)?, clients::insert(db, &client("other"))?))).unwrap();
        let found = |text: &str| {
            let page = store.read(|db| clients::list(db, None, &request(text))).unwrap();
            page.items.into_iter().map(|client| client.id.to_string()).collect::<Vec<_>>()
        };
        for text in ["eu_shop", "EU_", "shop", "web", "corner", "TEST", "shop (t"] {
            assert_eq!(found(text), ["EU_shop-web"], "{text}");
        }
        assert_eq!([found("hop").len(), found("eu%").len(), found("the").len()], [0, 0, 1]);
        let renamed = Client { name: "Kiosk".to_owned(), ..shop.clone() };
        assert!(store.write(|db| clients::update(db, &renamed)).unwrap());
        assert_eq!([found("corner").len(), found("kiosk").len(), found("web").len()], [0, 1, 1]);
        assert!(store.write(|db| clients::delete(db, &shop.id)).unwrap());
        assert_eq!([found("kiosk").len(), found("web").len()], [0, 0]);
        assert_eq!(store.read(|db| super::search::count_of(db, shop.id.as_str())).unwrap(), 0);
    });
}

/// Of many matches each is on one page, in the order of the ids, until there are too many to look at.
#[test]
fn pages_of_a_search_follow_each_other_and_the_last_says_that_there_was_more() {
    let many = |n: u16| {
        let [high, low] = n.to_be_bytes();
        let at = Timestamp::from_unix(user(1).created_at.unix() - i64::from(n % 7));
        User {
            id: UserId::new(at, [high, low, 0, 0, 0, 0, 0, 0, 0, 0]),
            username: format!("u{n}"),
            email: Some(format!("mail{n}@example.com")),
            profile: Profile { name: Some(format!("Mia {n} Smith")), ..Profile::default() },
            ..user(1)
        }
    };
    let walk = |store: &Store, text: &str| {
        let (mut page, mut seen, mut cut) = (PageRequest { limit: 400, ..request(text) }, Vec::new(), false);
        loop {
            let found = store.read(|db| users::list(db, users::Filter::default(), &page)).unwrap();
            seen.extend(found.items.into_iter().map(|user| user.id.to_string()));
            cut |= found.cut_short;
            page.after = found.next;
            if page.after.is_none() {
                return (seen, cut);
            }
        }
    };
    on_each(|store| {
        let insert = |range: std::ops::Range<u16>| {
            store
                .write(|db| range.into_iter().try_for_each(|n| users::insert(db, &many(n), None).map(|_| ())))
                .unwrap();
        };
        insert(0..1000);
        let (seen, cut) = walk(store, "smith");
        assert!(seen.is_sorted() && !cut);
        assert_eq!(seen.len(), 1000);
        let (both, cut) = walk(store, "m");
        assert_eq!((both.len(), cut), (1000, false), "a user who is found twice is listed once");
        insert(1000..1010);
        assert_eq!((walk(store, "smith").0.len(), walk(store, "smith").1), (1000, true));
        assert_eq!((walk(store, "mail1005").0.len(), walk(store, "mail1005").1), (1, false));
        assert_eq!((walk(store, "").0.len(), walk(store, "").1), (1010, false));
    });
}

/// What others registered does not use up a manager's search.
#[test]
fn an_own_client_is_found_among_more_than_a_search_looks_at() {
    on_each(|store| {
        let manager = user(1);
        let own = Client { name: "Shop".to_owned(), owner: Some(manager.id.clone()), ..client("zz-last") };
        let foreign = |n: u16| Client { name: "Shop".to_owned(), ..client(&format!("a{n}")) };
        store
            .write(|db| {
                users::insert(db, &manager, None)?;
                (0..1001).try_for_each(|n| clients::insert(db, &foreign(n)).map(drop))?;
                clients::insert(db, &own)
            })
            .unwrap();
        let listed = |owner| store.read(|db| clients::list(db, owner, &request("shop"))).unwrap();
        let found = listed(Some(&manager.id));
        assert_eq!(found.items.iter().map(|client| client.id.as_str()).collect::<Vec<_>>(), ["zz-last"]);
        assert!(!found.cut_short && listed(None).cut_short);
    });
}
