//! Each request of the datix document, in the order in which it shows them.

use std::collections::BTreeMap;

use signet::services::admin::users::change::UserChanges;

use super::exchange::Play;
use crate::harness::{CODITECT, DATIX, Made, Method, Phone, Server};

const EMAIL: &str = "user@example.com";

async fn registered() -> Play {
    let play = Play::of(DATIX).await;
    play.plays("register").await;
    play
}

async fn signed_in() -> Play {
    let mut play = registered().await;
    let answer = play.plays("login").await;
    play.learns("<access_token>", &answer, "/access_token");
    play
}

#[tokio::test]
async fn registration_is_answered_as_documented() {
    let play = registered().await;
    for refused in ["register_email_taken", "register_invalid_email", "register_weak_password"] {
        play.plays(refused).await;
    }
    play.plays("register_without_organisation").await;
}

#[tokio::test]
async fn sessions_are_answered_as_documented() {
    let mut play = signed_in().await;
    play.plays("login_invalid_credentials").await;
    play.waits(60).await;
    let renewed = play.plays("refresh").await;
    play.learns("<access_token>", &renewed, "/access_token");
    play.waits(3600).await;
    play.plays("refresh_expired").await;
    let again = play.plays("login").await;
    play.learns("<access_token>", &again, "/access_token");
    play.plays("logout").await;
    play.plays("refresh_refused").await;
}

#[tokio::test]
async fn the_second_factor_is_answered_as_documented() {
    let mut play = signed_in().await;
    let phone = Phone::scans(&play.plays("enable_2fa").await["secret"]);
    play.means("123456", phone.shows(play.server.now()));
    play.plays("confirm_2fa").await;
    play.waits(30).await;
    let challenge = play.plays("login_with_2fa").await;
    play.learns("temp_xyz789", &challenge, "/temp_token");
    // The step that confirmed it is spent.
    play.plays("verify_2fa_invalid_code").await;
    play.means("123456", phone.shows(play.server.now()));
    let verified = play.plays("verify_2fa").await;
    play.plays("verify_2fa_invalid_code").await;
    play.learns("<access_token>", &verified, "/access_token");

    let agents = BTreeMap::from([("assigned_agents".to_owned(), Some(r#"["agent_abc","agent_def"]"#.to_owned()))]);
    play.server.site.changes(EMAIL, UserChanges { attributes: agents, ..UserChanges::default() }).await;
    play.waits(30).await;
    play.plays("me").await;
    play.plays("me_update").await;
    let letter = play.server.letter_to("john.smith@example.com").await;
    assert!(letter.code.is_some() && letter.link.is_some(), "{letter:?}");
    play.means("123456", phone.shows(play.server.now()));
    play.plays("disable_2fa").await;
}

#[tokio::test]
async fn api_keys_are_answered_as_documented() {
    let mut play = signed_in().await;
    let made = play.plays("api_keys_create").await;
    play.learns("{key_id}", &made, "/id");
    play.waits(90).await;
    let site = &play.server.site;
    site.calls(DATIX, Method::GET, "/auth/me").bearer(made["key"].as_str().unwrap()).await.expect_status(200);
    play.plays("api_keys_list").await;
    play.plays("api_keys_revoke").await;
    play.plays("api_keys_revoke_unknown").await;
}

#[tokio::test]
async fn a_change_of_password_is_answered_as_documented() {
    let mut play = Play::of(DATIX).await;
    let made = Made { email: EMAIL, username: "john", password: "OldPass123!", name: "John Doe" };
    play.server.site.makes(made).await;
    let session = play.server.site.signs_in(DATIX, EMAIL, "OldPass123!").await;
    play.means("<access_token>", session.access);
    play.plays("change_password").await;
    play.server.site.signs_in(CODITECT, EMAIL, "NewPass456!").await;
}

#[tokio::test]
async fn too_many_attempts_are_answered_as_documented() {
    let server = Server::documented_with(|settings| settings.limits.tries.login.per_account = 1).await;
    let play = Play::on(server, DATIX);
    play.plays("register").await;
    play.plays("login_invalid_credentials").await;
    let (answer, _) = play.answer("login_rate_limited").await;
    assert_eq!(answer.header("retry-after"), Some("1"));
}
