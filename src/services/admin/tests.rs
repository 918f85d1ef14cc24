//! The administrators' verbs against a database of their own.

use super::{
    AdminError,
    clients::{self, ClientMembers, CreatedClient, NewClient},
    edition::Expected,
    groups, organisations, purge, resources,
    scopes::{self, NewScope},
    users::{self, EmailStanding, NewUser},
};
use crate::{
    config::{
        Settings,
        database::DatabaseUrl,
        directories::{DirectorySettings, Mapping},
    },
    crypto::{digest, seal::SealingRing},
    domain::{
        administrator::Administrator,
        client::{ClientKind, PkcePolicy},
        ids::OrganisationId,
        organisation::{Organisation, OrganisationRole::Member},
        secret::Secret,
        time::{Seconds, Timestamp},
        user::{Profile, Role, User, UserStatus},
    },
    protocol::{client_auth::AuthMethod, scope::Scope, token::GrantType},
    services::{clock::Clock, core::Core, database, organisations as ours},
    store::{self, migrations},
};

const START: Timestamp = Timestamp::from_unix(1_800_000_000);

/// A core over a new database that is gone with the folder.
fn core() -> (Core, tempfile::TempDir) {
    core_with(|_| {})
}

fn core_with(change: impl FnOnce(&mut Settings)) -> (Core, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::default();
    let url = format!("sqlite://{}", folder.path().join("signet.db").display());
    settings.database.url = DatabaseUrl::parse(&url).unwrap();
    settings.passwords.memory_kib = 8;
    change(&mut settings);
    let store = database::open(&settings.database).unwrap();
    migrations::run(&store).unwrap();
    let ring = SealingRing::parse(SealingRing::generate().reveal()).unwrap();
    (Core::new(settings, store, ring, Clock::manual(START)).unwrap(), folder)
}

fn operator() -> Administrator {
    Administrator::operator()
}

fn web() -> NewClient {
    NewClient {
        id: None,
        secret: None,
        kind: ClientKind::Confidential,
        members: ClientMembers {
            name: Some("Web".into()),
            redirect_uris: Some(vec!["https://app.example/cb".into()]),
            ..ClientMembers::default()
        },
    }
}

fn person(email: &str) -> NewUser {
    NewUser {
        email: email.into(),
        email_standing: EmailStanding::Verified,
        username: None,
        password: Secret::new("correct horse battery".into()),
        role: Role::Member,
        profile: Profile::default(),
    }
}

/// What part of the wish did not fit.
fn unfit<T: std::fmt::Debug>(answer: Result<T, AdminError>) -> &'static str {
    match answer {
        Err(AdminError::Unfit { what, .. }) => what,
        other => panic!("{other:?}"),
    }
}

fn valid(core: &Core, created: &CreatedClient) -> usize {
    let now = core.clock.now();
    let secrets = core.store.read(|db| store::clients::list_secrets(db, &created.client.id)).unwrap();
    secrets.iter().filter(|secret| secret.expires_at.is_none_or(|end| end > now)).count()
}

#[tokio::test]
async fn a_new_client_gets_what_is_usual() {
    let (core, _folder) = core();
    let web = clients::create(&core, &operator(), web()).await.unwrap();
    assert_eq!(web.client.grants, [GrantType::AuthorizationCode, GrantType::RefreshToken]);
    assert_eq!(web.client.auth_methods, [AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost]);
    assert_eq!(web.client.scope.to_string(), "openid profile email offline_access");
    assert_eq!(web.client.pkce, PkcePolicy::Optional);

    let shown = clients::show(&core, &operator(), web.client.id.as_str()).await.unwrap();
    assert_eq!(shown.shown.client, web.client);
    assert_eq!(shown.shown.secrets[0].digest, digest::secret(web.secret.unwrap().reveal()));
}

#[tokio::test]
async fn a_public_client_has_no_secret_and_must_use_pkce() {
    let (core, _folder) = core();
    let public = clients::create(&core, &operator(), NewClient { kind: ClientKind::Public, ..web() }).await.unwrap();
    assert!(public.secret.is_none());
    assert_eq!(public.client.pkce, PkcePolicy::Required);
    assert_eq!(public.client.auth_methods, [AuthMethod::None]);
    assert_eq!(public.client.cors_origins, ["https://app.example"]);
    let rotated = clients::rotate_secret(&core, &operator(), public.client.id.as_str(), None, Seconds(0)).await;
    assert_eq!(unfit(rotated), "client secret");
}

#[tokio::test]
async fn a_service_gets_no_scope_that_it_did_not_ask_for() {
    let (core, _folder) = core();
    let mut service = web();
    service.members.grants = Some(vec![GrantType::ClientCredentials]);
    assert!(clients::create(&core, &operator(), service).await.unwrap().client.scope.iter().next().is_none());
}

#[tokio::test]
async fn given_ids_and_secrets_are_checked() {
    let (core, _folder) = core();
    let with =
        |id: &str, secret: &str| NewClient { id: Some(id.into()), secret: Some(Secret::new(secret.into())), ..web() };
    let long = "0123456789abcdef0123456789abcdef";
    assert_eq!(unfit(clients::create(&core, &operator(), with("app", "too short")).await), "client secret");
    assert_eq!(unfit(clients::create(&core, &operator(), with("usr_1", long)).await), "client id");
    assert_eq!(clients::create(&core, &operator(), with("app", long)).await.unwrap().secret.unwrap().reveal(), long);
    let again = clients::create(&core, &operator(), with("app", long)).await;
    assert!(matches!(again, Err(AdminError::Taken { .. })));
}

#[tokio::test]
async fn a_client_can_ask_only_for_what_is_registered() {
    let (core, _folder) = core();
    let mut wants = web();
    wants.members.scope = Scope::parse("openid api:read");
    assert_eq!(unfit(clients::create(&core, &operator(), wants.clone()).await), "scope");
    let scope = NewScope { name: "api:read".into(), description: "Read the API".into(), resource: None };
    scopes::create(&core, &operator(), scope).await.unwrap();
    let client = clients::create(&core, &operator(), wants).await.unwrap().client;

    let members = |uri: &str| ClientMembers { default_resource: Some(uri.into()), ..ClientMembers::default() };
    let update =
        clients::update(&core, &operator(), client.id.as_str(), Expected::Any, members("https://api.example")).await;
    assert_eq!(unfit(update), "default resource");
    resources::create(&core, &operator(), "https://api.example", "API").await.unwrap();
    let client = clients::update(&core, &operator(), client.id.as_str(), Expected::Any, members("https://api.example"))
        .await
        .unwrap();
    assert_eq!(client.shown.client.resources, ["https://api.example"]);
}

#[tokio::test]
async fn two_secrets_are_valid_at_most() {
    let (core, _folder) = core();
    let created = clients::create(&core, &operator(), web()).await.unwrap();
    let id = created.client.id.as_str();

    let first = clients::rotate_secret(&core, &operator(), id, None, Seconds::hours(1)).await.unwrap();
    assert_eq!(first.previous_until, Some(START.plus(Seconds::hours(1))));
    assert_eq!(valid(&core, &created), 2);
    core.clock.advance(Seconds(1));
    clients::rotate_secret(&core, &operator(), id, None, Seconds::hours(1)).await.unwrap();
    assert_eq!(valid(&core, &created), 2);
    core.clock.advance(Seconds::hours(1));
    assert_eq!(valid(&core, &created), 1);
    let last = clients::rotate_secret(&core, &operator(), id, None, Seconds(0)).await.unwrap();
    assert_eq!((last.previous_until, valid(&core, &created)), (None, 1));
}

/// The secret that was made last stays valid, also within one second.
#[tokio::test]
async fn quick_rotations_keep_the_newest_secrets() {
    let (core, _folder) = core();
    let created = clients::create(&core, &operator(), web()).await.unwrap();
    let id = created.client.id.as_str();
    let mut newest = Vec::new();
    for _ in 0..6 {
        newest.push(clients::rotate_secret(&core, &operator(), id, None, Seconds::hours(1)).await.unwrap().secret);
        let kept = core.store.read(|db| store::clients::list_secrets(db, &created.client.id)).unwrap();
        let digests: Vec<_> = newest.iter().rev().take(2).map(|secret| digest::secret(secret.reveal())).collect();
        assert!(digests.iter().all(|digest| kept.iter().any(|secret| secret.digest == *digest)));
    }
}

#[tokio::test]
async fn a_deleted_client_is_gone() {
    let (core, _folder) = core();
    let id = clients::create(&core, &operator(), web()).await.unwrap().client.id;
    clients::delete(&core, &operator(), id.as_str(), Expected::Any).await.unwrap();
    assert!(matches!(clients::show(&core, &operator(), id.as_str()).await, Err(AdminError::Absent { .. })));
    assert!(matches!(
        clients::delete(&core, &operator(), id.as_str(), Expected::Any).await,
        Err(AdminError::Absent { .. })
    ));
}

#[tokio::test]
async fn people_are_found_by_id_address_and_username() {
    let (core, _folder) = core();
    let alice = users::create(&core, &operator(), person("Alice@Example.com")).await.unwrap();
    assert_eq!((alice.email.as_deref(), alice.username.as_str()), (Some("alice@example.com"), "alice"));
    for who in [alice.id.as_str(), "ALICE@example.com", "alice"] {
        assert_eq!(users::show(&core, &operator(), who).await.unwrap(), alice);
    }
    assert!(matches!(users::show(&core, &operator(), "bob").await, Err(AdminError::Absent { .. })));
}

#[tokio::test]
async fn a_made_username_gives_way_and_a_given_one_does_not() {
    let (core, _folder) = core();
    users::create(&core, &operator(), person("alice@example.com")).await.unwrap();
    let second = users::create(&core, &operator(), person("alice@other.example")).await.unwrap();
    assert_eq!(second.username, "alice-2");
    let given = NewUser { username: Some("alice".into()), ..person("a@third.example") };
    assert!(matches!(users::create(&core, &operator(), given).await, Err(AdminError::Taken { .. })));
    let again = users::create(&core, &operator(), person("alice@example.com")).await;
    assert!(matches!(again, Err(AdminError::Taken { name, .. }) if name == "alice@example.com"));
}

#[tokio::test]
async fn a_suspended_user_keeps_everything_but_the_status() {
    let (core, _folder) = core();
    let alice = users::create(&core, &operator(), person("alice@example.com")).await.unwrap();
    let suspended = users::set_status(&core, &operator(), "alice", UserStatus::Suspended).await.unwrap();
    assert_eq!(suspended, User { status: UserStatus::Suspended, version: 2, ..alice.clone() });
    let active = users::set_status(&core, &operator(), "alice", UserStatus::Active).await.unwrap();
    assert_eq!(active, User { version: 3, ..alice });
}

#[tokio::test]
async fn a_new_password_is_checked_and_replaces_the_old_one() {
    let (core, _folder) = core();
    users::create(&core, &operator(), person("alice@example.com")).await.unwrap();
    assert_eq!(unfit(users::set_password(&core, &operator(), "alice", Secret::new("short".into())).await), "password");
    let new = Secret::new("another horse altogether".to_owned());
    users::set_password(&core, &operator(), "alice", new.clone()).await.unwrap();
    let (_, phc) = core.store.read(|db| store::users::find_by_login(db, "alice")).unwrap().unwrap();
    assert!(core.verify_password(new, phc.clone()).await.unwrap());
    assert!(!core.verify_password(person("").password, phc).await.unwrap());
}

#[tokio::test]
async fn the_registries_refuse_what_makes_no_sense() {
    let (core, _folder) = core();
    let scope = |name: &str, resource: Option<&str>| NewScope {
        name: name.into(),
        description: "Words".into(),
        resource: resource.map(str::to_owned),
    };
    for name in ["", "two words", "quo\"te", "openid"] {
        assert_eq!(unfit(scopes::create(&core, &operator(), scope(name, None)).await), "scope", "{name}");
    }
    let missing = scopes::create(&core, &operator(), scope("api:read", Some("https://api.example"))).await;
    assert!(matches!(missing, Err(AdminError::Absent { what: "resource", .. })));
    assert_eq!(unfit(resources::create(&core, &operator(), "api", "API").await), "resource");
    resources::create(&core, &operator(), "https://api.example", "API").await.unwrap();
    scopes::create(&core, &operator(), scope("api:read", Some("https://api.example"))).await.unwrap();
    let again = scopes::create(&core, &operator(), scope("api:read", None)).await;
    assert!(matches!(again, Err(AdminError::Taken { .. })));

    assert_eq!(unfit(resources::delete(&core, &operator(), "https://api.example", Expected::Any).await), "resource");
    scopes::delete(&core, &operator(), "api:read", Expected::Any).await.unwrap();
    resources::delete(&core, &operator(), "https://api.example", Expected::Any).await.unwrap();
    assert!(resources::list(&core, &operator()).await.unwrap().is_empty());
}

/// A directory's people are put into `Navy` and `crew`, newcomers into `Everybody`.
fn kept() -> (Core, tempfile::TempDir) {
    core_with(|settings| {
        settings.accounts.default_organisation = "Everybody".to_owned();
        let text = "name = 'corp'\ndomains = []\nurl = 'ldap://127.0.0.1:1'\nplaintext = true\nbase_dn = 'dc=corp'";
        let mut directory: DirectorySettings = toml::from_str(text).unwrap();
        let (organisation, groups) = (Some("Navy".to_owned()), vec!["crew".to_owned()]);
        directory.mappings.push(Mapping { groups, organisation, ..Mapping::default() });
        settings.directories.push(directory);
    })
}

/// Products trust a directory in who belongs to its organisation; and nobody is taken for one that the settings name.
#[tokio::test]
async fn an_organisation_of_the_settings_is_not_joined_renamed_deleted_or_aped_by_hand() {
    let (core, _folder) = kept();
    let admin = operator();
    let alice = users::create(&core, &admin, person("alice@example.com")).await.unwrap();
    let other = organisations::create(&core, &admin, "Fleet").await.unwrap().shown.organisation;
    for (name, joinable) in [("Navy", false), ("Everybody", true)] {
        assert_eq!(unfit(organisations::create(&core, &admin, name).await), "name");
        assert_eq!(unfit(organisations::rename(&core, &admin, other.id.as_str(), Expected::Any, name).await), "name");
        let its = core.store.write(|db| ours::ours(&core, db, name)).unwrap().unwrap();
        let id = its.id.as_str();
        assert_eq!(unfit(organisations::rename(&core, &admin, id, Expected::Any, "Pirates").await), "name");
        assert_eq!(unfit(organisations::delete(&core, &admin, id, Expected::Any).await), "organisation");
        let joined = organisations::add(&core, &admin, id, "alice", Member).await;
        assert_eq!(joined.is_ok(), joinable, "{name}: {joined:?}");
        core.store.write(|db| store::organisations::join(db, &its.id, &alice.id, Member, START)).unwrap();
        let raised = organisations::change_role(&core, &admin, id, "alice", Member).await;
        assert_eq!(raised.is_ok(), joinable, "{name}: {raised:?}");
        organisations::remove(&core, &admin, id, "alice").await.unwrap();
    }
}

/// An organisation that somebody called so is not the one of the settings: it is changed like any other.
#[tokio::test]
async fn a_namesake_of_an_organisation_of_the_settings_is_nobodys_but_its_own() {
    let (core, _folder) = kept();
    let admin = operator();
    let id = OrganisationId::new(START, [1; 10]);
    let namesake = Organisation { id, name: "Navy".to_owned(), created_at: START };
    core.store.write(|db| store::organisations::insert(db, &namesake)).unwrap();
    let shown = organisations::show(&core, &admin, namesake.id.as_str()).await.unwrap().shown;
    assert_eq!(shown.keeper, None);
    organisations::rename(&core, &admin, namesake.id.as_str(), Expected::Any, "Pirates").await.unwrap();
    organisations::delete(&core, &admin, namesake.id.as_str(), Expected::Any).await.unwrap();
}

#[tokio::test]
async fn a_group_that_a_directory_names_keeps_its_name() {
    let (core, _folder) = kept();
    let admin = operator();
    users::create(&core, &admin, person("alice@example.com")).await.unwrap();
    let crew = groups::create(&core, &admin, "crew").await.unwrap().shown;
    assert_eq!(crew.directory.as_deref(), Some("corp"));
    let id = crew.group.id.as_str();
    assert_eq!(unfit(groups::rename(&core, &admin, id, Expected::Any, "pirates").await), "name");
    assert_eq!(unfit(groups::delete(&core, &admin, id, Expected::Any).await), "group");
    groups::add(&core, &admin, id, "alice").await.unwrap();
}

#[tokio::test]
async fn purging_deletes_what_has_expired_and_nothing_else() {
    let (core, _folder) = core();
    let created = clients::create(&core, &operator(), web()).await.unwrap();
    clients::rotate_secret(&core, &operator(), created.client.id.as_str(), None, Seconds(60)).await.unwrap();
    assert_eq!(purge::expired(&core).await.unwrap().total(), 0);
    core.clock.advance(Seconds(61));
    assert_eq!(purge::expired(&core).await.unwrap().client_secrets, 1);
    assert_eq!(valid(&core, &created), 1);
}
