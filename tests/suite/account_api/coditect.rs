//! Each request of the coditect document, in the order in which it shows them.

use signet::{
    domain::organisation::OrganisationRole,
    services::admin::users::change::{Belonging, UserChanges},
};

use super::exchange::Play;
use crate::harness::{CODITECT, DATIX, Made};

const JOHN: Made<'_> =
    Made { email: "user@example.com", username: "john", password: "your-password", name: "John Doe" };

/// With John's account, and his tokens in the requests.
async fn signed_in() -> Play {
    let mut play = Play::of(CODITECT).await;
    play.server.site.makes(JOHN).await;
    let answer = play.plays("login").await;
    play.learns("YOUR_ACCESS_TOKEN", &answer, "/data/access_token");
    play.learns("dGhpcyBpcyBhIHJlZnJl...", &answer, "/data/refresh_token");
    play
}

#[tokio::test]
async fn registration_is_answered_as_documented() {
    let play = Play::of(CODITECT).await;
    play.plays("register").await;
    play.plays("register_email_taken").await;
    play.server.site.signs_in(CODITECT, JOHN.email, "secure-password-123").await;
}

#[tokio::test]
async fn sessions_are_answered_as_documented() {
    let mut play = signed_in().await;
    play.plays("login_invalid_credentials").await;
    play.waits(3600).await;
    play.plays("me_token_expired").await;
    let renewed = play.plays("refresh").await;
    play.learns("YOUR_ACCESS_TOKEN", &renewed, "/data/access_token");
    play.learns("dGhpcyBpcyBhIHJlZnJl...", &renewed, "/data/refresh_token");
    play.plays("logout").await;
    play.plays("refresh_unknown").await;
    let again = play.plays("login").await;
    play.learns("dGhpcyBpcyBhIHJlZnJl...", &again, "/data/refresh_token");
    play.waits(play.server.site.core.settings.tokens.refresh_idle_seconds.0).await;
    play.plays("refresh_expired").await;
    play.means("dGhpcyBpcyBhIHJlZnJl...", "dGhpcyBpcyBhIHJlZnJl...");
    play.plays("refresh_unknown").await;
}

#[tokio::test]
async fn the_current_user_is_shown_as_documented() {
    let play = signed_in().await;
    play.plays("me_without_organisation").await;
    let organisation = Belonging::To { name: "Acme Engineering".to_owned(), role: OrganisationRole::Admin };
    let changes = UserChanges {
        picture: Some("https://avatars.coditect.ai/usr_abc123".to_owned()),
        organisation: Some(organisation),
        ..UserChanges::default()
    };
    play.server.site.changes(JOHN.email, changes).await;
    play.plays("me").await;
}

#[tokio::test]
async fn the_second_factor_is_answered_as_documented() {
    let mut play = signed_in().await;
    let at_datix = play.server.site.signs_in(DATIX, JOHN.email, JOHN.password).await;
    let phone = at_datix.sets_up_a_second_factor(&play.server).await;
    let challenge = play.plays("login_with_2fa").await;
    play.learns("ch_abc123...", &challenge, "/data/challenge_token");
    play.means("123456", phone.shows(play.server.now() - 30));
    play.plays("verify_2fa_invalid_code").await;
    play.means("123456", phone.shows(play.server.now()));
    play.plays("verify_2fa").await;
    play.plays("verify_2fa_invalid_code").await;
}

/// Contracts README, 10.
#[tokio::test]
async fn a_missing_scope_is_named_as_documented() {
    let mut play = signed_in().await;
    let at_datix = play.server.site.signs_in(DATIX, JOHN.email, JOHN.password).await;
    play.means("YOUR_ACCESS_TOKEN", at_datix.makes_a_key(&["read:projects"]).await);
    play.plays("me_insufficient_scope").await;
    play.means("YOUR_ACCESS_TOKEN", at_datix.makes_a_key(&["read:profile"]).await);
    play.plays("me_without_organisation").await;
}
