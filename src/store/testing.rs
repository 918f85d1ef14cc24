//! What the tests of the tables share: a fresh database of each kind, and one example of each noun.

use std::{
    env, process,
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
};

use diesel::{Connection, PgConnection, connection::SimpleConnection};
use tempfile::TempDir;

use super::{
    Options, Store, StoreError, clients, migrations, sessions,
    users::{self, Inserted},
};
use crate::{
    domain::{
        api_key::{ApiKey, Environment, Maker},
        client::{Client, ClientId, ClientKind, ClientStatus, Party, PkcePolicy, RefreshPolicy},
        consent::Consent,
        grant::{Binding, Grant, GrantId},
        ids::{ApiKeyId, LetterId, SessionId, UserId},
        letter::Outgoing,
        one_time::{OneTimeToken, Purpose},
        secret::SecretDigest,
        session::{Door, Methods, Session},
        time::Timestamp,
        user::{Address, Profile, Role, User, UserStatus},
    },
    protocol::{claims::ClaimsRequest, client_auth::AuthMethod, scope::Scope, token::GrantType},
};

/// A database that is gone when it is dropped.
pub(super) enum Place {
    Sqlite(TempDir),
    Postgres { server: String, name: String },
}

impl Place {
    pub(super) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    /// `None` where no server is given, unless PostgreSQL is required.
    pub(super) fn postgres() -> Option<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let required = env::var("SIGNET_TEST_REQUIRE").is_ok_and(|list| list.split(',').any(|it| it == "postgres"));
        let url = env::var("SIGNET_TEST_POSTGRES").ok();
        assert!(url.is_some() || !required, "SIGNET_TEST_REQUIRE asks for PostgreSQL: set SIGNET_TEST_POSTGRES");
        let server = url?.trim_end_matches('/').to_owned();
        let name = format!("signet_store_{}_{}", process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let place = Self::Postgres { server, name };
        place.administer("DROP DATABASE IF EXISTS");
        place.administer("CREATE DATABASE");
        Some(place)
    }

    /// With a connection for each racer, and patience for a busy machine.
    pub(super) fn options(&self) -> Options {
        let url = match self {
            Self::Sqlite(directory) => format!("sqlite://{}/data/signet.db", directory.path().display()),
            Self::Postgres { server, name } => format!("{server}/{name}"),
        };
        Options { readers: 20, wait: Duration::from_secs(20), ..Options::new(url) }
    }

    pub(super) fn migrated(&self) -> Store {
        let store = Store::open(&self.options()).unwrap();
        migrations::run(&store).unwrap();
        store
    }

    /// What a restart of the server does to those who are connected.
    pub(super) fn disconnect_everybody(&self) {
        if let Self::Postgres { name, .. } = self {
            self.execute(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"));
        }
    }

    fn administer(&self, order: &str) {
        if let Self::Postgres { name, .. } = self {
            let force = if order.starts_with("DROP") { " WITH (FORCE)" } else { "" };
            self.execute(&format!("{order} {name}{force}"));
        }
    }

    fn execute(&self, statement: &str) {
        if let Self::Postgres { server, .. } = self {
            let mut connection = PgConnection::establish(&format!("{server}/postgres")).unwrap();
            connection.batch_execute(statement).unwrap();
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.administer("DROP DATABASE IF EXISTS");
    }
}

/// Runs a test on a fresh SQLite file and, where there is a server, on a fresh PostgreSQL database.
pub(super) fn on_each(test: impl Fn(&Store)) {
    for place in [Some(Place::sqlite()), Place::postgres()].into_iter().flatten() {
        test(&place.migrated());
    }
}

/// How many of 20 threads, each in its own transaction, say that they won.
pub(super) fn winners(store: &Store, attempt: impl Fn(&mut super::Db, u8) -> Result<bool, StoreError> + Sync) -> usize {
    thread::scope(|scope| {
        let attempt = &attempt;
        let racers: Vec<_> = (0..20_u8).map(|n| scope.spawn(move || store.write(|db| attempt(db, n)))).collect();
        racers.into_iter().map(|racer| racer.join().unwrap().unwrap()).filter(|won| *won).count()
    })
}

pub(super) const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

pub(super) const fn after(seconds: i64) -> Timestamp {
    Timestamp::from_unix(NOW.unix() + seconds)
}

pub(super) fn client_id(text: &str) -> ClientId {
    ClientId::parse(text).unwrap()
}

pub(super) fn user(n: u8) -> User {
    User {
        id: UserId::new(NOW, [n; 10]),
        username: format!("user{n}"),
        email: Some(format!("user{n}@example.com")),
        email_verified: true,
        profile: Profile {
            name: Some(format!("User N°{n}")),
            phone_number_verified: n.is_multiple_of(2),
            address: Some(Address { country: Some("NL".to_owned()), ..Address::default() }),
            ..Profile::default()
        },
        status: UserStatus::Active,
        role: Role::Member,
        privileges: vec!["auditView".to_owned()],
        attributes: [("assigned_agents".to_owned(), "[\"agent_abc\"]".to_owned())].into(),
        version: 1,
        created_at: NOW,
        updated_at: NOW,
    }
}

pub(super) fn client(id: &str) -> Client {
    Client {
        id: client_id(id),
        name: format!("The {id}"),
        kind: ClientKind::Confidential,
        party: Party::Third,
        status: ClientStatus::Enabled,
        auth_methods: vec![AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost],
        redirect_uris: vec!["https://app.example/cb?a=\"b\",c".to_owned()],
        post_logout_redirect_uris: Vec::new(),
        grants: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        scope: Scope::parse("openid read:projects").unwrap(),
        resources: Vec::new(),
        default_resource: Some("https://api.example".to_owned()),
        resource_server: Vec::new(),
        pkce: PkcePolicy::Optional,
        refresh: RefreshPolicy::Rotate,
        access_seconds: Some(600),
        cors_origins: Vec::new(),
        logo_uri: None,
        policy_uri: None,
        tos_uri: None,
        owner: None,
        created_at: NOW,
        updated_at: NOW,
    }
}

pub(super) fn session(n: u8, user: &User) -> Session {
    Session {
        id: SessionId::new(NOW, [n; 10]),
        user_id: user.id.clone(),
        secret: SecretDigest([n; 32]),
        auth_time: NOW,
        methods: Methods::PASSWORD,
        door: Door::Browser,
        device: Some("Firefox".to_owned()),
        address: "2001:db8::1".parse().ok(),
        last_seen_at: NOW,
        created_at: NOW,
        expires_at: after(1000),
    }
}

pub(super) fn grant(n: u8, client: &Client, session: &Session) -> Grant {
    Grant {
        id: GrantId([n; 16]),
        client_id: client.id.clone(),
        user_id: session.user_id.clone(),
        session_id: session.id.clone(),
        binding: Binding::Session,
        scope: Scope::parse("openid").unwrap(),
        resources: vec!["https://api.example".to_owned()],
        claims: ClaimsRequest::default(),
        auth_time: NOW,
        methods: Methods::PASSWORD,
        generation: 0,
        rotated_at: NOW,
        created_at: NOW,
        expires_at: after(1000),
        revoked_at: None,
    }
}

/// User 1 with session 1, and the client `app`: what a grant refers to.
pub(super) fn cast(store: &Store) -> (User, Session, Client) {
    let (user, client) = (user(1), client("app"));
    let session = session(1, &user);
    store
        .write(|db| {
            assert_eq!(users::insert(db, &user, Some("$argon2id$…"))?, Inserted::Inserted);
            assert!(clients::insert(db, &client)?);
            sessions::insert(db, &session)
        })
        .unwrap();
    (user, session, client)
}

pub(super) fn consent(user: &User, client: &Client) -> Consent {
    Consent {
        user_id: user.id.clone(),
        client_id: client.id.clone(),
        scope: Scope::parse("openid").unwrap(),
        claims: ClaimsRequest::default(),
        created_at: NOW,
        updated_at: NOW,
    }
}

pub(super) fn one_time(n: u8, user: &User) -> OneTimeToken {
    OneTimeToken {
        digest: SecretDigest([n; 32]),
        purpose: Purpose::ConfirmEmail,
        user_id: Some(user.id.clone()),
        code: Some(SecretDigest([0xc0; 32])),
        payload: Some("new@example.com".to_owned()),
        attempts: 0,
        created_at: NOW,
        expires_at: after(600),
    }
}

pub(super) fn api_key(n: u8, user: &User) -> ApiKey {
    ApiKey {
        id: ApiKeyId::new(NOW, [n; 10]),
        maker: Maker::User,
        user_id: user.id.clone(),
        name: format!("Key {n}"),
        description: Some("For the nightly job".to_owned()),
        prefix: "sk_live_abc".to_owned(),
        digest: SecretDigest([n; 32]),
        previous: None,
        scope: Scope::parse("read:profile").unwrap(),
        environment: Environment::Live,
        created_at: NOW,
        expires_at: Some(after(1000)),
        last_used_at: None,
    }
}

pub(super) fn letter(n: u8) -> Outgoing {
    Outgoing {
        id: LetterId::new(NOW, [n; 10]),
        sealed: vec![n; 40],
        attempts: 0,
        next_at: NOW,
        expires_at: after(600),
        created_at: NOW,
    }
}
