//! A password that is changed by its user.

use signet::{
    domain::audit::{Action, Outcome},
    services::accounts::{self, Caller, Credential, Refusal, Weakness},
};

use super::{
    NEW_PASSWORD, asks_for_a_reset, caller, is_signed_in, log, mailed_token, resets, secret, signs_in,
    tries_to_sign_in, user_of,
};
use crate::harness::{PASSWORD, Server, Site};

async fn changes(site: &Site, caller: &Caller, current: &str, new: &str) -> Result<(), Refusal> {
    accounts::change_password(&site.core, caller.clone(), secret(current), secret(new)).await
}

#[tokio::test]
async fn a_change_keeps_its_session_and_ends_everything_else() {
    let server = Server::start().await;
    let (app, alice) = (server.client().scope("openid offline_access").create().await, server.user("alice").await);
    let offline = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let (here, there) =
        (signs_in(&server.site, "alice", PASSWORD).await, signs_in(&server.site, "alice", PASSWORD).await);
    asks_for_a_reset(&server.site, &alice.email).await;
    let link = mailed_token(&server.site, &alice.email, "reset").await;

    changes(&server.site, &here, PASSWORD, NEW_PASSWORD).await.unwrap();
    assert!(is_signed_in(&server.site, &here).await);
    assert!(!is_signed_in(&server.site, &there).await);
    app.refreshes(offline.refresh()).await.expect_refusal("invalid_grant");
    assert!(matches!(resets(&server.site, &link, "a-third-one-of-hers").await, Err(Refusal::InvalidReset)));
    assert!(tries_to_sign_in(&server.site, "alice", PASSWORD).await.is_err());
    signs_in(&server.site, "alice", NEW_PASSWORD).await;
    let user = user_of(&server.site, &alice.email).await.unwrap();
    assert_eq!(user.version, 2);
    assert!(server.letter_to(&alice.email).await.text.contains("password"));
    assert!(log(&server.site, &user.id).await.contains(&(Action::ChangePassword, Outcome::Done)));
}

#[tokio::test]
async fn who_does_not_know_the_old_password_changes_nothing() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let here = signs_in(&server.site, "alice", PASSWORD).await;
    let endless = "x".repeat(5000);
    for wrong in ["not the password", "", endless.as_str()] {
        let answer = changes(&server.site, &here, wrong, NEW_PASSWORD).await;
        assert!(matches!(answer, Err(Refusal::InvalidCredentials)), "{answer:?}");
    }
    let weak = changes(&server.site, &here, PASSWORD, "1234567890").await;
    assert!(matches!(weak, Err(Refusal::WeakPassword(Weakness::Common))), "{weak:?}");
    let nobody = changes(&server.site, &caller(Credential::None), PASSWORD, NEW_PASSWORD).await;
    assert!(matches!(nobody, Err(Refusal::AuthenticationRequired)), "{nobody:?}");
    signs_in(&server.site, "alice", PASSWORD).await;
    let user = user_of(&server.site, &alice.email).await.unwrap();
    assert!(log(&server.site, &user.id).await.contains(&(Action::ChangePassword, Outcome::Refused)));
}

/// Who borrows a session for a moment cannot try passwords for as long as it lasts, and takes nothing from the owner.
#[tokio::test]
async fn guesses_at_the_old_password_are_held_back() {
    let server = Server::with(|settings| settings.limits.tries.reset.per_account = 3).await;
    let alice = server.user("alice").await;
    let here = signs_in(&server.site, "alice", PASSWORD).await;
    let mut held_back = false;
    for _ in 0..5 {
        let answer = changes(&server.site, &here, "not the password", NEW_PASSWORD).await;
        held_back = held_back || matches!(answer, Err(Refusal::TooMany { .. }));
    }
    assert!(held_back);
    asks_for_a_reset(&server.site, &alice.email).await;
    signs_in(&server.site, "alice", PASSWORD).await;
}
