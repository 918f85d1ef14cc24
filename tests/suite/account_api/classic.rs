//! Each request of the classic document, in the order in which it shows them.

use super::exchange::Play;
use crate::harness::{CLASSIC, DATIX, Made, Method};

const JANE: Made<'_> =
    Made { email: "jane.doe@example.com", username: "jane.doe", password: "your-password", name: "Jane Doe" };

/// With Jane's tokens in the requests.
async fn signed_in() -> Play {
    let mut play = Play::of(CLASSIC).await;
    play.server.site.makes(JANE).await;
    let answer = play.plays("login").await;
    play.learns("YOUR_JWT_TOKEN", &answer, "/token");
    play.learns("your_refresh_token", &answer, "/refreshToken");
    play
}

#[tokio::test]
async fn sessions_are_answered_as_documented() {
    let mut play = signed_in().await;
    play.plays("login_invalid_credentials").await;
    // Contracts README, 2: the document's "User not found" is never sent.
    play.plays("login_unknown_user").await;
    let renewed = play.plays("refresh").await;
    play.learns("YOUR_JWT_TOKEN", &renewed, "/token");
    // Contracts README, 3: the token stays the same.
    play.waits(3600).await;
    let renewed = play.plays("refresh").await;
    play.learns("YOUR_JWT_TOKEN", &renewed, "/token");
    play.plays("logout").await;
    play.plays("refresh_refused").await;
    play.means("your_refresh_token", "your_refresh_token");
    play.plays("refresh_refused").await;
    play.plays("logout_unauthenticated").await;
}

/// Contracts README, 9.
#[tokio::test]
async fn the_second_factor_is_answered_as_settled() {
    let mut play = signed_in().await;
    let at_datix = play.server.site.signs_in(DATIX, JANE.email, JANE.password).await;
    let phone = at_datix.sets_up_a_second_factor(&play.server).await;
    play.plays("login_second_factor_required").await;
    play.means("123456", phone.shows(play.server.now()));
    play.plays("login_with_code").await;
}

#[tokio::test]
async fn api_keys_are_answered_as_documented() {
    let mut play = signed_in().await;
    let made = play.plays("keys_create").await;
    play.learns("{keyId}", &made, "/keyId");
    play.waits(60).await;
    let other = play.server.site.signs_in(CLASSIC, JANE.username, JANE.password).await;
    other.posts("/auth/keys", &serde_json::json!({"name": "Staging Key"})).await.expect_status(201);
    play.waits(30).await;
    let site = &play.server.site;
    let key = made["apiKey"].as_str().unwrap();
    site.calls(DATIX, Method::GET, "/auth/me").bearer(key).await.expect_status(200);
    play.plays("keys_list").await;
    play.plays("keys_delete").await;
    play.plays("keys_delete_unknown").await;
}
