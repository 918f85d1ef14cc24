//! Each request of the comind document, and of what its README adds, in the order in which they show them.

use crate::harness::operator;
use signet::{
    config::providers::ProviderSettings,
    domain::user::UserStatus,
    services::admin::users::{self, change::UserChanges},
};

use super::exchange::Play;
use crate::harness::{COMIND, DATIX, Made, Method, Server};

const USER: Made<'_> =
    Made { email: "user@example.com", username: "user", password: "your_password", name: "User Name" };

/// With the user of the examples: two privileges, two groups, the fourth version.
async fn with_user() -> (Play, String) {
    let play = Play::of(COMIND).await;
    let site = &play.server.site;
    let id = site.makes(USER).await;
    let names = |names: [&str; 2]| Some(names.map(str::to_owned).to_vec());
    let privileges = UserChanges { privileges: names(["admin", "auditView"]), ..UserChanges::default() };
    site.changes(USER.email, privileges).await;
    let groups = UserChanges { groups: names(["engineering", "admins"]), ..UserChanges::default() };
    site.changes(USER.email, groups).await;
    (play, id)
}

/// With that user's tokens in the requests.
async fn signed_in() -> Play {
    let (mut play, _) = with_user().await;
    signs_in(&mut play).await;
    play
}

async fn signs_in(play: &mut Play) {
    let answer = play.plays("login").await;
    for shown in ["YOUR_TOKEN", "your_access_token"] {
        play.learns(shown, &answer, "/access_token");
    }
    play.learns("your_refresh_token", &answer, "/refresh_token");
}

#[tokio::test]
async fn registration_is_answered_as_documented() {
    let mut play = Play::of(COMIND).await;
    play.plays("check_registration").await;
    play.plays("register").await;
    play.plays("check_registration_registered").await;
    play.plays("login_email_not_confirmed").await;
    let letter = play.server.letter_to(USER.email).await;
    play.means("123456", letter.code());
    play.plays("confirm").await;
    play.plays("confirm_invalid_code").await;
    play.server.site.signs_in(COMIND, USER.email, "secure_password").await;
    // Contracts README, 2: as for a new address.
    play.plays("register").await;
}

#[tokio::test]
async fn sessions_are_answered_as_documented() {
    let mut play = signed_in().await;
    play.plays("login_invalid_credentials").await;
    play.plays("me").await;
    let renewed = play.plays("refresh").await;
    play.learns("your_access_token", &renewed, "/access_token");
    play.learns("your_refresh_token", &renewed, "/refresh_token");
    // Contracts README, 6: an expired access token will do.
    play.waits(3600).await;
    play.plays("logout").await;
    play.plays("refresh_refused").await;
}

#[tokio::test]
async fn who_is_suspended_is_blocked_from_refreshing() {
    let play = signed_in().await;
    let core = &play.server.site.core;
    users::set_status(core, &operator(), USER.email, UserStatus::Suspended).await.unwrap();
    play.plays("refresh_suspended").await;
}

/// Contracts README, 9: a code in the same request.
#[tokio::test]
async fn the_second_factor_is_answered_as_settled() {
    let mut play = signed_in().await;
    let at_datix = play.server.site.signs_in(DATIX, USER.email, USER.password).await;
    let phone = at_datix.sets_up_a_second_factor(&play.server).await;
    play.plays("login_second_factor_required").await;
    play.means("123456", phone.shows(play.server.now()));
    play.plays("login_with_code").await;
}

#[tokio::test]
async fn passwords_are_reset_and_changed_as_documented() {
    let (mut play, _) = with_user().await;
    play.plays("password_reset_invalid_token").await;
    play.plays("password_reset_request").await;
    let letter = play.server.letter_to(USER.email).await;
    play.means("reset_token", letter.link().split_once("?token=").unwrap().1);
    play.plays("password_reset").await;
    play.plays("password_reset_invalid_token").await;
    let session = play.server.site.signs_in(COMIND, USER.email, "new_secure_password").await;
    play.means("YOUR_TOKEN", session.access);
    play.plays("change_password").await;
    play.server.site.signs_in(COMIND, USER.email, "your_password").await;
}

#[tokio::test]
async fn services_are_answered_as_documented() {
    let (mut play, id) = with_user().await;
    let service = play.server.client().service("read:org admin:users").create().await;
    let without = service.asks_for_itself().with("scope", "read:org").await.expect_tokens();
    play.means("YOUR_TOKEN", without.access_token);
    play.plays("set_password_insufficient_scope").await;
    let with = service.asks_for_itself().with("scope", "admin:users").await.expect_tokens();
    play.means("YOUR_TOKEN", with.access_token);
    play.means("{userId}", id);
    play.plays("set_password").await;
    play.plays("set_password_by_email").await;
    play.plays("delete_user").await;
    play.plays("delete_user_unknown").await;
}

/// Contracts README, 1: identifiers prove nothing; a service that vouches does.
#[tokio::test]
async fn single_sign_on_is_answered_as_documented_with_proof() {
    let entra: ProviderSettings = toml::from_str(
        "name = 'entra'\nlabel = 'Microsoft'\nentra_tenant = 'entra-tenant-id'\nclient_id = 'signet-at-entra'",
    )
    .unwrap();
    let server = Server::documented_with(|settings| settings.providers = vec![entra]).await;
    let mut play = Play::on(server, COMIND);
    play.plays("sso_proof_required").await;
    let service = play.server.client().service("auth:sso").create().await;
    let vouching = service.asks_for_itself().with("scope", "auth:sso").await.expect_tokens();
    play.means("YOUR_TOKEN", vouching.access_token);
    play.plays("sso").await;
}

#[tokio::test]
async fn api_tokens_are_answered_as_settled() {
    let mut play = signed_in().await;
    let made = play.plays("api_tokens_create").await;
    play.learns("{id}", &made, "/id");
    play.plays("api_tokens_list").await;
    let site = &play.server.site;
    let reads = |token: &serde_json::Value| site.calls(COMIND, Method::GET, "/auth/me").bearer(token.as_str().unwrap());
    reads(&made["token"]).await.expect_status(200);
    play.plays("api_tokens_find").await;

    let rotated = play.plays("api_tokens_rotate_with_grace").await;
    assert_eq!(rotated["id"], made["id"]);
    reads(&made["token"]).await.expect_status(200);
    reads(&rotated["token"]).await.expect_status(200);
    let again = play.plays("api_tokens_rotate").await;
    reads(&rotated["token"]).await.expect_status(401);
    reads(&again["token"]).await.expect_status(200);
    play.plays("api_tokens_delete").await;
    play.plays("api_tokens_find_unknown").await;
}
