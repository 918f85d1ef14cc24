//! Where the account is signed in, and ending that.

use super::{at_home, is_silent_about, says, signs_in};
use crate::harness::{Method, Seconds};

#[tokio::test]
async fn each_session_is_shown_in_plain_words_and_this_one_is_marked() {
    let (server, alice) = at_home().await;
    let phone = server.browser();
    signs_in(&phone, &alice).await;
    server.advance(Seconds::hours(2)).await;
    let page = alice.browser.get("/account/sessions").await;
    assert_eq!(page.text().matches("this one</span>").count(), 1);
    assert_eq!(page.text().matches("action=\"/account/sessions/end\"").count(), 1);
    says(&page, "127.0.0.1");
    says(&page, "2 hours ago");
}

#[tokio::test]
async fn one_session_ends_and_the_others_stay() {
    let (server, alice) = at_home().await;
    let (phone, desk) = (server.browser(), server.browser());
    signs_in(&phone, &alice).await;
    let page = alice.browser.get("/account/sessions").await;
    signs_in(&desk, &alice).await;
    let id = page.forms()[0].hidden.iter().find(|(name, _)| name == "session").unwrap().1.clone();
    let page = alice.browser.submit_to("/sessions/end", &[]).await;
    says(page.expect_status(200), "The session has ended.");
    is_silent_about(&page, &id);
    says(&phone.get("/account").await, "name=\"password\"");
    says(&desk.get("/account").await, "alice Example");
}

#[tokio::test]
async fn all_others_end_at_once() {
    let (server, alice) = at_home().await;
    let others = [server.browser(), server.browser()];
    for other in &others {
        signs_in(other, &alice).await;
    }
    alice.browser.get("/account/sessions").await;
    let page = alice.browser.submit_to("/sessions/end-others", &[]).await;
    says(page.expect_status(200), "All other sessions have ended.");
    says(&page, "You are signed in nowhere else.");
    for other in &others {
        says(&other.get("/account").await, "name=\"password\"");
    }
}

/// Somebody else's session is not there, whoever knows its id.
#[tokio::test]
async fn nobody_ends_the_session_of_somebody_else() {
    let (server, alice) = at_home().await;
    let mallory = server.user("mallory").await;
    signs_in(&mallory.browser, &mallory).await;
    let second = server.browser();
    signs_in(&second, &alice).await;
    let page = alice.browser.get("/account/sessions").await;
    let id = page.forms()[0].hidden.iter().find(|(name, _)| name == "session").unwrap().1.clone();
    signs_in(&server.browser(), &mallory).await;
    let own = mallory.browser.get("/account/sessions").await;
    let form = mallory.browser.form_of(&own, &[]).with("session", id);
    says(form.await.expect_status(404), "This session has ended already.");
    let nonsense = mallory.browser.form_of(&own, &[]).with("session", "nonsense");
    nonsense.await.expect_status(400);
    says(&second.get("/account").await, "alice Example");
}

#[tokio::test]
async fn a_session_is_ended_by_a_post_alone() {
    let (server, _) = at_home().await;
    for path in ["/account/sessions/end", "/account/sessions/end-others", "/account/profile"] {
        let answer = server.request(Method::GET, path).await;
        assert_eq!(answer.expect_status(405).header("allow"), Some("POST"));
    }
}
