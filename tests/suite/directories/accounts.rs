//! Which account a person of the directory gets: by subject, never by an address that opens another way.

use crate::harness::operator;
use signet::services::admin::edition::Expected;
use signet::{
    domain::{
        ids::UserId,
        secret::Secret,
        session::{Door, Methods},
        time::Seconds,
        user::{Profile, Role, User, UserStatus},
    },
    services::{
        accounts::{self, Caller, Credential, Refusal},
        admin::users::{self as people, EmailStanding, NewUser},
        core::Core,
        federation::directory,
        sessions::{self, SignIn},
        visitor::Visitor,
    },
    store::{identities, users},
};
use tokio::task::JoinSet;

use super::{
    signs_in,
    slapd::{self, PASSWORD, Person, Slapd},
};
use crate::{
    accounts::authenticator,
    harness::{self, Server},
};

async fn cast() -> Option<(Slapd, Person, Server)> {
    let mut slapd = slapd::open().await?;
    let person = slapd.person("person").await;
    let server = Server::with(|settings| settings.directories = vec![slapd.settings("")]).await;
    Some((slapd, person, server))
}

/// Somebody who has registered here with that address.
async fn local(server: &Server, email: &str, email_standing: EmailStanding) -> User {
    let new = NewUser {
        email: email.to_owned(),
        email_standing,
        username: Some("local".to_owned()),
        password: Secret::new(harness::PASSWORD.to_owned()),
        role: Role::Member,
        profile: Profile::default(),
    };
    people::create(&server.site.core, &operator(), new).await.unwrap()
}

#[actix_web::test]
async fn the_first_sign_in_makes_an_account_and_the_next_finds_it_unchanged() {
    let Some((_slapd, person, server)) = cast().await else { return };
    let first = signs_in(&server.site, &person.email, PASSWORD).await.unwrap();
    server.advance(Seconds::minutes(5)).await;
    let second = signs_in(&server.site, &person.email, PASSWORD).await.unwrap();
    assert_eq!(first, second);
    assert_eq!(first.profile.name.as_deref(), Some("Common Name"));
    let core = &server.site.core;
    assert_eq!(core.store.read(|db| users::find_password_hash(db, &first.id)).unwrap(), None);
    let links = core.store.read(|db| identities::list_by_user(db, &first.id)).unwrap();
    assert_eq!(links.len(), 1);
    assert_eq!((links[0].provider.as_str(), links[0].subject.len()), ("ldap:corp", 36));
    assert_eq!(links[0].last_used_at, core.clock.now());
}

#[actix_web::test]
async fn many_parallel_first_sign_ins_make_one_account() {
    let Some((_slapd, person, server)) = cast().await else { return };
    let mut all = JoinSet::new();
    for _ in 0..20 {
        let (site, email) = (server.site.clone(), person.email.clone());
        all.spawn(async move { signs_in(&site, &email, PASSWORD).await.unwrap().id.to_string() });
    }
    let mut ids = all.join_all().await;
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
}

/// Whoever registered here with that address has a password of their own: the directory's opens another account or none.
#[actix_web::test]
async fn an_account_with_a_password_of_its_own_is_not_linked_by_its_address() {
    let Some((_slapd, person, server)) = cast().await else { return };
    let local = local(&server, &person.email, EmailStanding::Verified).await;
    let refused = signs_in(&server.site, &person.email, PASSWORD).await.unwrap_err();
    assert!(matches!(refused, Refusal::EmailTaken), "{refused:?}");
    let links = server.site.core.store.read(|db| identities::list_by_user(db, &local.id)).unwrap();
    assert_eq!(links, []);
}

/// An address of its domain is the directory's to judge, whatever else its account is called; one that nobody proved is not.
#[actix_web::test]
async fn a_username_is_no_way_around_the_directory() {
    let Some((_slapd, person, server)) = cast().await else { return };
    let (core, typed) = (&server.site.core, |password: &str| authenticator::typed("local", password));
    let user = local(&server, &person.email, EmailStanding::Verified).await;
    let refused = accounts::login(core, typed(harness::PASSWORD)).await;
    assert!(matches!(refused, Err(Refusal::InvalidCredentials)), "{refused:?}");
    let caller =
        Caller { credential: Credential::Cookie(Secret::new(session_of(core, &user))), visitor: Visitor::default() };
    directory::link(core, caller, Secret::new(PASSWORD.to_owned())).await.unwrap();
    let told = server.letter_to(&person.email).await;
    assert!(told.text.contains("was added"), "{told:?}");
    assert!(accounts::login(core, typed(PASSWORD)).await.is_ok());
    let refused = accounts::login(core, typed(harness::PASSWORD)).await;
    assert!(matches!(refused, Err(Refusal::InvalidCredentials)), "{refused:?}");
}

#[actix_web::test]
async fn a_username_whose_address_no_directory_claims_signs_in_here() {
    let Some((_slapd, person, server)) = cast().await else { return };
    let elsewhere = [(person.email.as_str(), EmailStanding::Unverified), ("x@elsewhere.org", EmailStanding::Verified)];
    for (email, standing) in elsewhere {
        let user = local(&server, email, standing).await;
        accounts::login(&server.site.core, authenticator::typed("local", harness::PASSWORD)).await.unwrap();
        people::delete(&server.site.core, &operator(), user.id.as_str(), Expected::Any).await.unwrap();
    }
}

/// The account's own login, and the directory's: only both link what exists.
#[actix_web::test]
async fn an_account_is_linked_by_somebody_who_is_signed_in_to_it() {
    let Some((_slapd, person, server)) = cast().await else { return };
    let core = &server.site.core;
    let user = local(&server, &person.email, EmailStanding::Verified).await;
    let link = |cookie: &str, password: &str| {
        let credential = Credential::Cookie(Secret::new(cookie.to_owned()));
        let caller = Caller { credential, visitor: Visitor::default() };
        directory::link(core, caller, Secret::new(password.to_owned()))
    };
    let cookie = session_of(core, &user);
    assert!(matches!(link(&cookie, "wrong").await, Err(Refusal::InvalidCredentials)));
    assert!(matches!(link("no session", PASSWORD).await, Err(Refusal::InvalidToken | Refusal::AuthenticationRequired)));
    assert!(matches!(signs_in(&server.site, &person.email, PASSWORD).await, Err(Refusal::EmailTaken)));
    link(&cookie, PASSWORD).await.unwrap();
    assert_eq!(signs_in(&server.site, &person.email, PASSWORD).await.unwrap().id, user.id);
    link(&cookie, PASSWORD).await.unwrap();
}

#[actix_web::test]
async fn a_person_has_one_account() {
    let Some((mut slapd, person, server)) = cast().await else { return };
    let core = &server.site.core;
    signs_in(&server.site, &person.email, PASSWORD).await.unwrap();
    let alias = format!("alias-{}", person.email);
    let other = local(&server, &alias, EmailStanding::Verified).await;
    slapd.sets(&person, "mail", &alias).await;
    let credential = Credential::Cookie(Secret::new(session_of(core, &other)));
    let caller = Caller { credential, visitor: Visitor::default() };
    let refused = directory::link(core, caller, Secret::new(PASSWORD.to_owned())).await.unwrap_err();
    assert!(matches!(refused, Refusal::IdentityTaken), "{refused:?}");
}

/// A browser's session, as a sign-in with the password makes it.
fn session_of(core: &Core, user: &User) -> String {
    let (methods, visitor) = (Methods::PASSWORD, Visitor::default());
    let sign_in = SignIn { methods, door: Door::Browser, visitor, cookie: None };
    let begun = core.store.write(|db| sessions::begin(core, db, user, &sign_in)).unwrap();
    begun.cookie.reveal().clone()
}

/// Nobody is kept out by a stranger who registered with their address and could not prove it.
#[actix_web::test]
async fn an_address_that_nobody_proved_goes_to_the_directorys_person() {
    let Some((_slapd, person, server)) = cast().await else { return };
    let squatter = local(&server, &person.email, EmailStanding::Unverified).await;
    let owner = signs_in(&server.site, &person.email, PASSWORD).await.unwrap();
    assert_ne!(owner.id, squatter.id);
    assert_eq!(owner.email.as_deref(), Some(person.email.as_str()));
    let left = server.site.core.store.read(|db| users::find_by_id(db, &squatter.id)).unwrap().unwrap();
    assert_eq!((left.email, left.username.as_str()), (None, "local"));
    let links = server.site.core.store.read(|db| identities::list_by_user(db, &squatter.id)).unwrap();
    assert_eq!(links, []);
}

#[actix_web::test]
async fn an_account_without_any_way_in_is_linked() {
    let Some((_slapd, person, server)) = cast().await else { return };
    let core = &server.site.core;
    let imported = signs_in(&server.site, &person.email, PASSWORD).await.unwrap();
    let forget = |id: &UserId| {
        core.store.write(|db| {
            let link = identities::list_by_user(db, id)?.remove(0);
            identities::delete(db, id, &link.provider, &link.subject)
        })
    };
    assert!(forget(&imported.id).unwrap());
    let linked = signs_in(&server.site, &person.email, PASSWORD).await.unwrap();
    assert_eq!(linked.id, imported.id);
}

/// The address of one who has left is given to the next of the same name: who must not find the other's account.
#[actix_web::test]
async fn another_person_with_the_same_address_is_another_person() {
    let Some((mut slapd, person, server)) = cast().await else { return };
    signs_in(&server.site, &person.email, PASSWORD).await.unwrap();
    slapd.leaves(&person).await;
    slapd.enters(&person).await;
    let refused = signs_in(&server.site, &person.email, PASSWORD).await.unwrap_err();
    assert!(matches!(refused, Refusal::EmailTaken), "{refused:?}");
}

#[actix_web::test]
async fn a_new_name_and_a_new_address_of_the_directory_reach_the_account() {
    let Some((mut slapd, person, server)) = cast().await else { return };
    let before = signs_in(&server.site, &person.email, PASSWORD).await.unwrap();
    let married = format!("married-{}", person.email);
    slapd.sets(&person, "mail", &married).await;
    slapd.sets(&person, "displayName", "New\u{7} Name").await;
    let after = signs_in(&server.site, &married, PASSWORD).await.unwrap();
    assert_eq!(after.id, before.id);
    assert_eq!(after.email.as_deref(), Some(married.as_str()));
    assert_eq!(after.profile.name.as_deref(), Some("New Name"));
    assert_eq!(after.version, before.version);
}

/// The directory is the authority for its domains, and for no others.
#[actix_web::test]
async fn an_address_of_another_domain_is_not_believed() {
    let Some((mut slapd, person, _)) = cast().await else { return };
    slapd.sets(&person, "mail", "president@bank.example").await;
    let by_name = "user_filter = '(uid={username})'";
    let server = Server::with(|settings| settings.directories = vec![slapd.settings(by_name)]).await;
    let user = signs_in(&server.site, &person.email, PASSWORD).await.unwrap();
    assert_eq!(user.email.as_deref(), Some(person.email.as_str()));
}

#[actix_web::test]
async fn a_suspended_account_stays_suspended() {
    let Some((_slapd, person, server)) = cast().await else { return };
    let user = signs_in(&server.site, &person.email, PASSWORD).await.unwrap();
    people::set_status(&server.site.core, &operator(), user.id.as_str(), UserStatus::Suspended).await.unwrap();
    let again = signs_in(&server.site, &person.email, PASSWORD).await.unwrap();
    assert_eq!(again.status, UserStatus::Suspended);
}
