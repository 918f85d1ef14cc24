//! The password, changed by its owner.

use super::{at_home, says, signs_in};
use crate::harness::{Answer, PASSWORD, Server, TestUser};

const NEXT: &str = "another horse battery";

async fn changes(alice: &TestUser, current: &str, new: &str) -> Answer {
    alice.browser.get("/account/password").await.expect_status(200);
    alice.browser.submit(&[("current_password", current), ("new_password", new)]).await
}

async fn opens(server: &Server, user: &TestUser, password: &str) -> bool {
    let browser = server.browser();
    browser.get("/login").await;
    browser.submit(&[("email", &user.email), ("password", password)]).await.status == 200
}

/// The session it came from stays, all others end.
#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    let (server, alice) = at_home().await;
    let elsewhere = server.browser();
    signs_in(&elsewhere, &alice).await.expect_status(200);
    says(changes(&alice, PASSWORD, NEXT).await.expect_status(200), "Your password is changed.");
    says(&alice.browser.get("/account").await, "alice Example");
    says(&elsewhere.get("/account").await, "name=\"password\"");
    assert!(opens(&server, &alice, NEXT).await && !opens(&server, &alice, PASSWORD).await);
}

#[tokio::test]
async fn the_current_password_is_asked_for() {
    let (server, alice) = at_home().await;
    for wrong in ["", "not this one", NEXT] {
        let page = changes(&alice, wrong, NEXT).await;
        says(page.expect_status(400), "The current password is not right.");
        says(&page, "aria-describedby=\"problem\"");
    }
    assert!(opens(&server, &alice, PASSWORD).await);
}

#[tokio::test]
async fn a_weak_password_is_told_at_its_field() {
    let (server, alice) = at_home().await;
    for (weak, words) in [("short", "at least 10 characters"), ("password123", "anybody would try")] {
        let page = changes(&alice, PASSWORD, weak).await;
        says(page.expect_status(400), words);
        says(&page, "aria-describedby=\"problem password-hint\"");
    }
    assert!(opens(&server, &alice, PASSWORD).await);
}
