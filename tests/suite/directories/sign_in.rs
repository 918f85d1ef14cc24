//! Who may sign in: the password decides, and the directory decides about the password.

use signet::services::{accounts::Refusal, federation::directory};

use super::{
    signs_in,
    slapd::{self, PASSWORD},
};
use crate::harness::Server;

#[actix_web::test]
async fn the_directorys_password_signs_in() {
    let Some(slapd) = slapd::open().await else { return };
    let server = Server::with(|settings| settings.directories = vec![slapd.settings("")]).await;
    let ada = signs_in(&server.site, "Ada@CORP.example", "analytical engine").await.unwrap();
    assert_eq!(ada.email.as_deref(), Some("ada@corp.example"));
    assert!(ada.email_verified && ada.is_active());
    assert_eq!(ada.profile.name.as_deref(), Some("Ada Lovelace"));
    assert_eq!(ada.profile.given_name.as_deref(), Some("Ada"));
    assert_eq!(ada.profile.family_name.as_deref(), Some("Lovelace"));
    let grace = signs_in(&server.site, "grace@corp.example", "first compiler").await.unwrap();
    assert_eq!(grace.profile.name.as_deref(), Some("Rear Admiral Grace Hopper"));
    let state = server.site.core.directories.met().next().unwrap().1;
    assert_eq!((state.answered_at, state.failed_at), (Some(server.site.core.clock.now()), None));
}

#[actix_web::test]
async fn a_wrong_password_and_an_unknown_person_are_told_alike() {
    let Some(slapd) = slapd::open().await else { return };
    let server = Server::with(|settings| settings.directories = vec![slapd.settings("")]).await;
    for (email, password) in [
        ("ada@corp.example", "analytical engines"),
        ("ada@corp.example", "first compiler"),
        ("nobody@corp.example", "analytical engine"),
        ("ada@corp.example", &"x".repeat(100_000)),
    ] {
        let refused = signs_in(&server.site, email, password).await.unwrap_err();
        assert!(matches!(refused, Refusal::InvalidCredentials), "{email} {refused:?}");
    }
}

/// RFC 4513 §5.1.2: with a name and no password a bind is anonymous, and a success.
#[actix_web::test]
async fn an_empty_password_signs_nobody_in_although_the_directory_takes_it() {
    let Some(mut slapd) = slapd::open().await else { return };
    let server = Server::with(|settings| settings.directories = vec![slapd.settings("")]).await;
    let refused = signs_in(&server.site, "ada@corp.example", "").await.unwrap_err();
    assert!(matches!(refused, Refusal::InvalidCredentials), "{refused:?}");
    assert!(slapd.binds("uid=ada,ou=people,dc=corp,dc=example", "").await);
}

/// RFC 4515 §3. Without escaping the first two would find Ada, whose password is right.
#[actix_web::test]
async fn an_address_cannot_change_the_question() {
    let Some(slapd) = slapd::open().await else { return };
    let filter = "user_filter = '(|(mail={email})(uid={username}))'";
    let server = Server::with(|settings| settings.directories = vec![slapd.settings(filter)]).await;
    for email in ["ad*@corp.example", "a*a@corp.example", "*@corp.example"] {
        let refused = signs_in(&server.site, email, "analytical engine").await.unwrap_err();
        assert!(matches!(refused, Refusal::InvalidCredentials), "{email} {refused:?}");
    }
}

#[actix_web::test]
async fn where_two_entries_fit_nobody_is_signed_in() {
    let Some(mut slapd) = slapd::open().await else { return };
    let (one, other) = (slapd.person("twin").await, slapd.person("twin").await);
    slapd.sets(&other, "mail", &one.email).await;
    let server = Server::with(|settings| settings.directories = vec![slapd.settings("")]).await;
    let refused = signs_in(&server.site, &one.email, PASSWORD).await.unwrap_err();
    assert!(matches!(refused, Refusal::InvalidCredentials), "{refused:?}");
}

#[actix_web::test]
async fn who_has_left_the_directory_signs_in_no_more() {
    let Some(mut slapd) = slapd::open().await else { return };
    let person = slapd.person("leaver").await;
    let server = Server::with(|settings| settings.directories = vec![slapd.settings("")]).await;
    signs_in(&server.site, &person.email, PASSWORD).await.unwrap();
    slapd.leaves(&person).await;
    let refused = signs_in(&server.site, &person.email, PASSWORD).await.unwrap_err();
    assert!(matches!(refused, Refusal::InvalidCredentials), "{refused:?}");
}

#[actix_web::test]
async fn a_directory_is_asked_about_its_own_domains_only() {
    let directories = vec![slapd::settings_at("ldap://127.0.0.1:1", "")];
    let server = Server::with(|settings| settings.directories = directories).await;
    let routed = |email: &str| directory::route(&server.site.core, email).map(str::to_owned);
    assert_eq!(routed(" Ada@Corp.EXAMPLE").as_deref(), Some("corp"));
    for email in
        ["ada@example.com", "ada@sub.corp.example", "ada@xcorp.example", "ada", "ada@corp.example@evil.example"]
    {
        assert_eq!(routed(email), None, "{email}");
    }
}
