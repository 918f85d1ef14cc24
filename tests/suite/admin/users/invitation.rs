//! Invitations: a letter, a link, a password.

use serde_json::json;
use signet::domain::time::Seconds;

use super::super::says;
use crate::harness::{Browser, COMIND, Method, Server};

const GUEST: &str = "guest@example.com";

async fn invited(server: &Server) -> String {
    let program = server.program("admin:users").await;
    let made = program.post("/users", &json!({ "email": GUEST, "name": "Guest" })).await;
    assert_eq!(made.expect_status(201).json()["email_verified"], false);
    server.letter_to(GUEST).await.link().to_owned()
}

fn browser(server: &Server) -> Browser {
    Browser::new(server.site.clone())
}

#[tokio::test]
async fn a_guest_chooses_name_and_password_once() {
    let server = Server::start().await;
    let link = invited(&server).await;
    let guest = browser(&server);
    says(&guest.get(&link).await, GUEST);
    says(&guest.submit(&[("name", "Gus"), ("password", "password")]).await, "everybody");
    let done = guest.submit(&[("name", "Gus"), ("password", "a password of his")]).await;
    assert_eq!(done.url.path(), "/login");
    says(&done, "The account is yours.");
    server.site.tries(COMIND, GUEST, "a password of his").await.expect_status(200);
    let user = server.program("admin:users:read").await.get(&format!("/users/{GUEST}")).await.json();
    assert_eq!((&user["name"], &user["email_verified"]), (&json!("Gus"), &json!(true)));
    guest.get(&link).await.expect_status(400);
}

#[tokio::test]
async fn an_old_or_replaced_invitation_is_dead() {
    let server = Server::start().await;
    let link = invited(&server).await;
    let program = server.program("admin:users").await;
    server.advance(Seconds::minutes(1)).await;
    program.post(&format!("/users/{GUEST}/invitation"), &json!({})).await.expect_status(204);
    browser(&server).get(&link).await.expect_status(400);
    let again = server.letter_to(GUEST).await.link().to_owned();
    assert_ne!(again, link);
    browser(&server).get(&again).await.expect_status(200);
    server.advance(Seconds::days(7)).await;
    browser(&server).get(&again).await.expect_status(400);
}

#[tokio::test]
async fn who_is_suspended_accepts_nothing() {
    let server = Server::start().await;
    let link = invited(&server).await;
    let guest = browser(&server);
    guest.get(&link).await.expect_status(200);
    let program = server.program("admin:users").await;
    program.post(&format!("/users/{GUEST}/suspend"), &json!({})).await.expect_status(200);
    guest.submit(&[("name", ""), ("password", "a password of his")]).await.expect_status(400);
}

/// A token of one purpose is nothing at another's door.
#[tokio::test]
async fn an_invitation_opens_nothing_else() {
    let server = Server::start().await;
    let link = invited(&server).await;
    let token = link.rsplit('=').next().unwrap();
    let guest = browser(&server);
    guest.get(&format!("/account/reset?token={token}")).await;
    guest.submit(&[("new_password", "a password of his")]).await.expect_status(400);
    guest.get(&format!("/admin/first?token={token}")).await.expect_status(400);
    let confirm = guest.get(&format!("/account/confirm?token={token}")).await;
    if confirm.forms().iter().any(|form| form.action.ends_with("/confirm")) {
        guest.submit_to("/confirm", &[]).await.expect_status(400);
    }
    says(&guest.get(&link).await, GUEST);

    let alice = server.user("alice").await;
    let program = server.program("admin:users").await;
    program.post(&format!("/users/{}/password-reset", alice.id), &json!({})).await.expect_status(204);
    let reset = server.letter_to(&alice.email).await.link().to_owned();
    let token = reset.rsplit('=').next().unwrap();
    guest.get(&format!("/account/invitation?token={token}")).await.expect_status(400);
}

#[tokio::test]
async fn of_20_who_accept_at_once_one_gets_the_account() {
    let server = Server::start().await;
    let link = invited(&server).await;
    let guest = browser(&server);
    let page = guest.get(&link).await;
    let sent: tokio::task::JoinSet<_> = (0..20)
        .map(|n| guest.form_of(&page, &[("name", "Gus"), ("password", &format!("a password of number {n}"))]))
        .map(IntoFuture::into_future)
        .collect();
    let answers = sent.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 303).count(), 1, "{answers:?}");
    let mut in_use = 0;
    for n in 0..20 {
        server.advance(Seconds::hours(1)).await;
        let tried = server.site.tries(COMIND, GUEST, &format!("a password of number {n}")).await;
        in_use += usize::from(tried.status == 200);
    }
    assert_eq!(in_use, 1);
    guest.request(Method::GET, "/account").await;
}
