//! What an account says of its user.

use signet::services::accounts::{self, Caller, Changes, Credential, Person, Refusal, SecondFactorState};
use tokio::task::JoinSet;

use super::{NEW_PASSWORD, caller, confirms, me, newcomer, rows, signs_in, user_of};
use crate::{
    harness::{PASSWORD, Seconds, Server, Site},
    tables::Tables,
};

async fn updates(site: &Site, caller: &Caller, changes: Changes) -> Result<Person, Refusal> {
    accounts::update(&site.core, caller.clone(), changes).await
}

#[tokio::test]
async fn a_change_writes_what_it_names_and_an_empty_text_takes_away() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let caller = signs_in(&server.site, "alice", PASSWORD).await;
    let first = Changes {
        picture: Some("https://example.com/alice.png".to_owned()),
        given_name: Some(" Alice ".to_owned()),
        locale: Some("en-GB".to_owned()),
        username: Some("Alice.L".to_owned()),
        ..Changes::default()
    };
    let person = updates(&server.site, &caller, first).await.unwrap();
    assert_eq!((person.user.username.as_str(), person.user.profile.given_name.as_deref()), ("alice.l", Some("Alice")));
    assert_eq!(person.user.profile.name.as_deref(), Some("alice Example"), "not named");
    let second = Changes { picture: Some(String::new()), name: Some("Alice Liddell".to_owned()), ..Changes::default() };
    let person = updates(&server.site, &caller, second).await.unwrap();
    assert_eq!((person.user.profile.picture.as_deref(), person.user.profile.locale.as_deref()), (None, Some("en-GB")));
    assert_eq!(person.second_factor, SecondFactorState::Off);
    let kept = me(&server.site, &caller).await.unwrap().user;
    assert_eq!(kept, person.user);
    assert_eq!((kept.email.as_deref(), kept.version), (Some(alice.email.as_str()), 1));
    signs_in(&server.site, "alice.l", PASSWORD).await;
}

#[tokio::test]
async fn what_does_not_fit_is_refused_and_nothing_is_written() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    server.user("bob").await;
    let caller = signs_in(&server.site, "alice", PASSWORD).await;
    let before = user_of(&server.site, &alice.email).await;
    let script =
        Changes { picture: Some("javascript:alert(1)".to_owned()), name: Some("New".to_owned()), ..Changes::default() };
    assert!(matches!(updates(&server.site, &caller, script).await, Err(Refusal::Malformed("picture"))));
    let lines = Changes { name: Some("a\nb".to_owned()), ..Changes::default() };
    assert!(matches!(updates(&server.site, &caller, lines).await, Err(Refusal::Malformed("name"))));
    let taken = Changes { username: Some("bob".to_owned()), name: Some("New".to_owned()), ..Changes::default() };
    assert!(matches!(updates(&server.site, &caller, taken).await, Err(Refusal::UsernameTaken)));
    let strange = Changes { username: Some("a@b".to_owned()), ..Changes::default() };
    assert!(matches!(updates(&server.site, &caller, strange).await, Err(Refusal::InvalidUsername)));
    let no_address = Changes { email: Some("alice".to_owned()), ..Changes::default() };
    assert!(matches!(updates(&server.site, &caller, no_address).await, Err(Refusal::InvalidEmail)));
    assert_eq!(user_of(&server.site, &alice.email).await, before);
}

#[tokio::test]
async fn a_new_address_is_pending_and_its_letter_goes_there() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let caller = signs_in(&server.site, "alice", PASSWORD).await;
    let wish = |email: &str| Changes { email: Some(email.to_owned()), ..Changes::default() };
    let same = updates(&server.site, &caller, wish("ALICE@example.com")).await.unwrap();
    assert_eq!((same.pending_email, server.letters().await.len()), (None, 0));
    let person = updates(&server.site, &caller, wish("New@example.com")).await.unwrap();
    assert_eq!(person.pending_email.as_deref(), Some("new@example.com"));
    assert_eq!(person.user.email, Some(alice.email));
    let code = server.letter_to("new@example.com").await.code().to_owned();
    confirms(&server.site, "new@example.com", &code).await.unwrap();
    let person = me(&server.site, &caller).await.unwrap();
    assert_eq!((person.pending_email, person.user.email.as_deref()), (None, Some("new@example.com")));
}

/// Whoever has stolen a session takes no account in silence: there is still time.
#[tokio::test]
async fn the_old_address_is_told_when_another_is_asked_for() {
    let server = Server::start().await;
    let (alice, carol) = (server.user("alice").await, newcomer(&server, "carol@example.com").await);
    server.user("bob").await;
    let wish = |email: &str| Changes { email: Some(email.to_owned()), ..Changes::default() };
    for wanted in ["new@example.com", "bob@example.com"] {
        server.advance(Seconds(1)).await;
        let caller = signs_in(&server.site, "alice", PASSWORD).await;
        updates(&server.site, &caller, wish(wanted)).await.unwrap();
        let told = server.letter_to(&alice.email).await;
        assert!(told.text.contains(wanted) && told.link().ends_with("/account/forgot"), "{told:?}");
    }
    // An address that nobody proved is told nothing of where its account goes.
    let stranger = signs_in(&server.site, "carol@example.com", NEW_PASSWORD).await;
    let before = server.letters().await.len();
    updates(&server.site, &stranger, wish("other@example.com")).await.unwrap();
    assert_eq!(server.letters().await.len(), before + 1);
    assert!(!carol.email_verified);
}

/// Nobody but its owner learns that an address has an account: the answer and the rows are those of a free one.
#[tokio::test]
async fn an_address_that_is_taken_is_pending_like_any_other() {
    let server = Server::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let caller = signs_in(&server.site, "alice", PASSWORD).await;
    let mut tables = Tables::of(&server.site);
    tables.watch();
    let wish = |email: &str| Changes { email: Some(email.to_owned()), ..Changes::default() };
    updates(&server.site, &caller, wish("free@example.com")).await.unwrap();
    rows(&mut tables);
    updates(&server.site, &caller, wish("new@example.com")).await.unwrap();
    let free = rows(&mut tables);
    let person = updates(&server.site, &caller, wish(&bob.email)).await.unwrap();
    assert_eq!(rows(&mut tables), free);
    assert_eq!(person.pending_email, Some(bob.email.clone()));
    assert!(server.letter_to(&bob.email).await.code.is_none());
    assert_eq!(me(&server.site, &caller).await.unwrap().user.email, Some(alice.email));
}

/// Two tabs, two members: neither is lost.
#[tokio::test]
async fn changes_at_the_same_time_do_not_undo_each_other() {
    let server = Server::start().await;
    server.user("alice").await;
    let caller = signs_in(&server.site, "alice", PASSWORD).await;
    let wishes = [
        Changes { name: Some("Alice Liddell".to_owned()), ..Changes::default() },
        Changes { given_name: Some("Alice".to_owned()), ..Changes::default() },
        Changes { family_name: Some("Liddell".to_owned()), ..Changes::default() },
        Changes { locale: Some("en".to_owned()), ..Changes::default() },
        Changes { zoneinfo: Some("Europe/London".to_owned()), ..Changes::default() },
    ];
    let running: JoinSet<_> = wishes
        .into_iter()
        .map(|wish| {
            let (site, caller) = (server.site.clone(), caller.clone());
            async move { updates(&site, &caller, wish).await.unwrap() }
        })
        .collect();
    running.join_all().await;
    let profile = me(&server.site, &caller).await.unwrap().user.profile;
    let members = [profile.name, profile.given_name, profile.family_name, profile.locale, profile.zoneinfo];
    assert_eq!(
        members.each_ref().map(Option::as_deref),
        [Some("Alice Liddell"), Some("Alice"), Some("Liddell"), Some("en"), Some("Europe/London"),]
    );
}

#[tokio::test]
async fn nobody_is_nobody() {
    let server = Server::start().await;
    newcomer(&server, "carol@example.com").await;
    let nobody = caller(Credential::None);
    assert!(matches!(me(&server.site, &nobody).await, Err(Refusal::AuthenticationRequired)));
    let answer = updates(&server.site, &nobody, Changes::default()).await;
    assert!(matches!(answer, Err(Refusal::AuthenticationRequired)));
    signs_in(&server.site, "carol", NEW_PASSWORD).await;
}
