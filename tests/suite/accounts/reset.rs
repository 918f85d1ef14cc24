//! A password that was forgotten.

use signet::{
    domain::{
        api_key::{ApiKey, Environment, Maker},
        audit::{Action, Outcome},
        ids::ApiKeyId,
        secret::SecretDigest,
        user::User,
    },
    protocol::scope::Scope,
    services::{
        accounts::{Refusal, Weakness},
        fault::Fault,
    },
    store::api_keys,
};

use super::{
    NEW_PASSWORD, asks_for_a_reset, confirms, is_signed_in, log, mailed_token, newcomer, read, resets, rows, secret,
    signs_in, tries_to_sign_in, user_of,
};
use crate::{
    harness::{PASSWORD, Seconds, Server, Site},
    tables::Tables,
};

fn is_refused(answer: &Result<User, Refusal>) -> bool {
    matches!(answer, Err(Refusal::InvalidReset))
}

#[tokio::test]
async fn a_reset_works_once_and_ends_every_session_and_grant() {
    let server = Server::start().await;
    let (app, alice) = (server.client().scope("openid offline_access").create().await, server.user("alice").await);
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let before = signs_in(&server.site, "alice", PASSWORD).await;
    asks_for_a_reset(&server.site, "Alice@Example.com").await;
    let letter = server.letter_to(&alice.email).await;
    assert!(letter.link().starts_with(&format!("{}/account/reset?token=", server.site.issuer)), "{letter:?}");
    let token = mailed_token(&server.site, &alice.email, "reset").await;

    let user = resets(&server.site, &token, NEW_PASSWORD).await.unwrap();
    assert_eq!(user.version, 2);
    assert!(!is_signed_in(&server.site, &before).await);
    app.refreshes(tokens.refresh()).await.expect_refusal("invalid_grant");
    app.userinfo(&tokens.access_token).await.expect_refusal("invalid_token");
    assert!(tries_to_sign_in(&server.site, "alice", PASSWORD).await.is_err());
    signs_in(&server.site, "alice", NEW_PASSWORD).await;
    assert!(is_refused(&resets(&server.site, &token, "yet-another-one-of-hers").await));
    let told = server.letter_to(&alice.email).await;
    assert!(told.link.is_none_or(|link| !link.contains("token=")), "a letter says that it was changed");
    assert!(log(&server.site, &user.id).await.contains(&(Action::ResetPassword, Outcome::Done)));
}

#[tokio::test]
async fn a_weak_password_spends_no_link() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    asks_for_a_reset(&server.site, &alice.email).await;
    let token = mailed_token(&server.site, &alice.email, "reset").await;
    for (password, weakness) in [("password123", Weakness::Common), ("alice Example", Weakness::Personal)] {
        let answer = resets(&server.site, &token, password).await;
        assert!(matches!(&answer, Err(Refusal::WeakPassword(found)) if *found == weakness), "{answer:?}");
    }
    resets(&server.site, &token, NEW_PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_link_is_good_for_its_time_and_its_purpose() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    asks_for_a_reset(&server.site, &alice.email).await;
    let token = mailed_token(&server.site, &alice.email, "reset").await;
    server.advance(Seconds::minutes(30)).await;
    assert!(is_refused(&resets(&server.site, &token, NEW_PASSWORD).await));

    newcomer(&server, "carol@example.com").await;
    let confirmation = mailed_token(&server.site, "carol@example.com", "confirm").await;
    assert!(is_refused(&resets(&server.site, &confirmation, NEW_PASSWORD).await));
    assert!(is_refused(&resets(&server.site, &secret("made-up"), NEW_PASSWORD).await));
}

/// The same rows, whoever asks: for nobody, dead from the beginning.
#[tokio::test]
async fn asking_for_a_reset_is_the_same_work_for_every_address() {
    let server = Server::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    bob.is_suspended().await;
    let mut tables = Tables::of(&server.site);
    tables.watch();
    asks_for_a_reset(&server.site, &alice.email).await;
    let known = rows(&mut tables);
    assert!(known.contains_key("INSERT one_time_tokens") && known.contains_key("INSERT mail_outbox"), "{known:?}");
    for other in ["nobody@example.com", &bob.email] {
        asks_for_a_reset(&server.site, other).await;
        assert_eq!(rows(&mut tables), known, "{other}");
    }
    let to: Vec<String> = server.letters().await.into_iter().map(|letter| letter.to).collect();
    assert_eq!(to, [alice.email]);
}

#[tokio::test]
async fn nothing_of_a_pretence_stays() {
    let server = Server::start().await;
    asks_for_a_reset(&server.site, "nobody@example.com").await;
    server.advance(Seconds(1)).await;
    signet::services::admin::purge::expired(&server.site.core).await.unwrap();
    let mut tables = Tables::of(&server.site);
    assert_eq!((tables.count("one_time_tokens"), tables.count("mail_outbox")), (0, 0));
}

async fn makes_a_key(site: &Site, user: &User, n: u8) {
    let key = ApiKey {
        id: ApiKeyId::new(user.created_at, [n; 10]),
        user_id: user.id.clone(),
        name: "left behind".to_owned(),
        description: None,
        prefix: "sk_live_xxx".to_owned(),
        digest: SecretDigest([n; 32]),
        previous: None,
        scope: Scope::default(),
        environment: Environment::Live,
        maker: Maker::User,
        created_at: user.created_at,
        expires_at: None,
        last_used_at: None,
    };
    site.core.run(move |core| Ok::<_, Fault>(core.store.write(|db| api_keys::insert(db, &key))?)).await.unwrap();
}

/// Whoever typed an address that nobody has proved chose the name, too: their words reach nobody by our letters.
#[tokio::test]
async fn letters_greet_by_name_where_the_address_is_proved() {
    let server = Server::start().await;
    let email = newcomer(&server, "carol@example.com").await.email.unwrap();
    asks_for_a_reset(&server.site, &email).await;
    let letter = server.letter_to(&email).await;
    assert!(letter.text.starts_with("Hello,"), "{letter:?}");
    let token = mailed_token(&server.site, &email, "reset").await;
    resets(&server.site, &token, NEW_PASSWORD).await.unwrap();

    server.advance(Seconds(1)).await;
    asks_for_a_reset(&server.site, &email).await;
    let letter = server.letter_to(&email).await;
    assert!(letter.text.starts_with("Hello Carol,"), "{letter:?}");
}

/// The link came by mail: it proves the address. Who registered somebody else's has nothing left there.
#[tokio::test]
async fn a_reset_proves_the_address_and_ends_what_an_unproved_owner_made() {
    let server = Server::start().await;
    let (carol, alice) = (newcomer(&server, "carol@example.com").await, server.user("alice").await);
    let alice = user_of(&server.site, &alice.email).await.unwrap();
    for (n, user) in [(1, &carol), (2, &alice)] {
        makes_a_key(&server.site, user, n).await;
        let email = user.email.clone().unwrap();
        asks_for_a_reset(&server.site, &email).await;
        let token = mailed_token(&server.site, &email, "reset").await;
        assert!(resets(&server.site, &token, "a-password-of-the-owner").await.unwrap().email_verified);
    }
    assert_eq!((keys(&server.site, carol).await, keys(&server.site, alice).await), (0, 1));
}

async fn keys(site: &Site, user: User) -> usize {
    read(site, move |db| api_keys::list_by_user(db, &user.id, user.created_at)).await.len()
}

/// Keycloak CVE-2026-18963 from the other side: somebody registers another's address, and has its owner confirm it.
#[tokio::test]
async fn what_was_made_before_the_address_was_proved_goes_with_a_reset_and_what_came_after_stays() {
    let server = Server::start().await;
    let victim = newcomer(&server, "victim@example.com").await;
    makes_a_key(&server.site, &victim, 3).await;
    let code = server.letter_to("victim@example.com").await.code.unwrap();
    confirms(&server.site, "victim@example.com", &code).await.unwrap();
    server.advance(Seconds(5)).await;
    let proved = User { created_at: server.site.core.clock.now(), ..victim.clone() };
    makes_a_key(&server.site, &proved, 4).await;

    asks_for_a_reset(&server.site, "victim@example.com").await;
    let token = mailed_token(&server.site, "victim@example.com", "reset").await;
    resets(&server.site, &token, "a-password-of-the-owner").await.unwrap();
    let (id, now) = (victim.id.clone(), server.site.core.clock.now());
    let left = read(&server.site, move |db| api_keys::list_by_user(db, &id, now)).await;
    assert_eq!(left.iter().map(|key| key.digest).collect::<Vec<_>>(), [SecretDigest([4; 32])]);
}

/// Whoever asks for another link must not take the owner's away.
#[tokio::test]
async fn a_few_links_are_good_at_once_and_all_go_with_one() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    asks_for_a_reset(&server.site, &alice.email).await;
    let first = mailed_token(&server.site, &alice.email, "reset").await;
    server.advance(Seconds(61)).await;
    asks_for_a_reset(&server.site, &alice.email).await;
    let second = mailed_token(&server.site, &alice.email, "reset").await;
    resets(&server.site, &first, NEW_PASSWORD).await.unwrap();
    assert!(is_refused(&resets(&server.site, &second, "yet-another-one-of-hers").await));
}
