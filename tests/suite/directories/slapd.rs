//! The directory of `SIGNET_TEST_LDAP`, as its administrator and as a setting of the server.

use std::{
    collections::HashSet,
    env, process,
    sync::atomic::{AtomicU32, Ordering},
};

use ldap3::{Ldap, LdapConnAsync, Mod};
use signet::config::directories::DirectorySettings;

const SUFFIX: &str = "dc=corp,dc=example";

pub(super) struct Slapd {
    pub(super) plain: String,
    pub(super) secure: String,
    /// The CA's certificate, beside one of a CA that has signed nothing.
    pub(super) ca: String,
    admin: Ldap,
}

/// Somebody whom no other test knows.
pub(super) struct Person {
    pub(super) dn: String,
    pub(super) uid: String,
    pub(super) email: String,
}

pub(super) const PASSWORD: &str = "a password of the directory";

/// `None`, with the reason in the test's output, where no directory is named, unless one is required.
pub(super) async fn open() -> Option<Slapd> {
    let required = env::var("SIGNET_TEST_REQUIRE").is_ok_and(|list| list.split(',').any(|it| it == "ldap"));
    let named = env::var("SIGNET_TEST_LDAP").ok();
    assert!(named.is_some() || !required, "SIGNET_TEST_REQUIRE asks for a directory: set SIGNET_TEST_LDAP");
    let Some(named) = named else {
        skip();
        return None;
    };
    let mut parts = named.split_whitespace().map(str::to_owned);
    let (plain, secure, ca) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let admin = connected(&plain).await;
    let mut slapd = Slapd { plain, secure, ca, admin };
    assert!(slapd.binds(&format!("cn=admin,{SUFFIX}"), "admin").await);
    Some(slapd)
}

#[expect(clippy::print_stderr, reason = "a test that was not run should say so")]
fn skip() {
    eprintln!("skipped: SIGNET_TEST_LDAP names no directory (scripts/test starts one)");
}

async fn connected(url: &str) -> Ldap {
    let (connection, ldap) = LdapConnAsync::new(url).await.unwrap();
    tokio::spawn(connection.drive());
    ldap
}

impl Slapd {
    /// The directory in the settings, with more lines of TOML.
    pub(super) fn settings(&self, more: &str) -> DirectorySettings {
        Self::served_at(&self.plain, more)
    }

    pub(super) fn served_at(url: &str, more: &str) -> DirectorySettings {
        settings_at(url, &format!("bind_dn = 'cn=signet,{SUFFIX}'\nbind_password = 'service'\n{more}"))
    }

    /// Whether the directory itself takes a name and a password.
    pub(super) async fn binds(&mut self, dn: &str, password: &str) -> bool {
        self.admin.simple_bind(dn, password).await.unwrap().rc == 0
    }

    pub(super) async fn person(&mut self, name: &str) -> Person {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let uid = format!("{name}-{}-{}", process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let dn = format!("uid={uid},ou=people,{SUFFIX}");
        let email = format!("{uid}@corp.example");
        let person = Person { dn, uid, email };
        self.enters(&person).await;
        person
    }

    /// A new entry of that name: another one, if there was one before.
    pub(super) async fn enters(&mut self, person: &Person) {
        let one = |value: &str| HashSet::from([value.to_owned()]);
        let attributes = vec![
            ("objectClass".to_owned(), one("inetOrgPerson")),
            ("uid".to_owned(), one(&person.uid)),
            ("cn".to_owned(), one("Common Name")),
            ("sn".to_owned(), one("Family")),
            ("givenName".to_owned(), one("Given")),
            ("mail".to_owned(), one(&person.email)),
            ("userPassword".to_owned(), one(PASSWORD)),
        ];
        self.admin.add(&person.dn, attributes).await.unwrap().success().unwrap();
    }

    pub(super) async fn leaves(&mut self, person: &Person) {
        self.admin.delete(&person.dn).await.unwrap().success().unwrap();
    }

    pub(super) async fn sets(&mut self, person: &Person, attribute: &str, value: &str) {
        let change = Mod::Replace(attribute.to_owned(), HashSet::from([value.to_owned()]));
        self.admin.modify(&person.dn, vec![change]).await.unwrap().success().unwrap();
    }

    /// A group with this one member; its DN.
    pub(super) async fn group_of(&mut self, person: &Person) -> String {
        let dn = format!("cn=of {},ou=groups,{SUFFIX}", person.uid);
        let one = |value: &str| HashSet::from([value.to_owned()]);
        let attributes = vec![("objectClass".to_owned(), one("groupOfNames")), ("member".to_owned(), one(&person.dn))];
        self.admin.add(&dn, attributes).await.unwrap().success().unwrap();
        dn
    }

    pub(super) async fn dissolves(&mut self, group: &str) {
        self.admin.delete(group).await.unwrap().success().unwrap();
    }
}

/// A directory that need not be there.
pub(super) fn settings_at(url: &str, more: &str) -> DirectorySettings {
    let text = format!("name = 'corp'\ndomains = ['corp.example']\nurl = '{url}'\nbase_dn = '{SUFFIX}'\n{more}");
    toml::from_str(&text).unwrap()
}
