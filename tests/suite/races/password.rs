//! A password that is changed while somebody signs in with the old one.

use crate::harness::operator;
use signet::{
    domain::{mount::Unconfirmed, secret::Secret, session::Door},
    services::{
        accounts::{self, Login, LoginOutcome, Second},
        admin::users,
        sessions,
        visitor::Visitor,
    },
};
use tokio::task::JoinSet;

use super::{MANY, cast};
use crate::harness::{PASSWORD, Site, TestUser};

async fn signs_in(site: Site, name: String) -> Option<String> {
    let login = Login {
        name,
        password: Secret::new(PASSWORD.to_owned()),
        second: Second::Challenge,
        unconfirmed: Unconfirmed::MaySignIn,
        door: Door::Browser,
        visitor: Visitor::default(),
        cookie: None,
    };
    match accounts::login(&site.core, login).await {
        Ok(LoginOutcome::SignedIn(begun)) => Some(begun.cookie.reveal().clone()),
        _ => None,
    }
}

async fn changes_the_password(site: &Site, alice: &TestUser) {
    let new = Secret::new("another-password-of-hers".to_owned());
    users::set_password(&site.core, &operator(), &alice.email, new).await.unwrap();
}

/// Whoever had the old password has no session afterwards, however close it was.
#[tokio::test]
async fn no_session_of_the_old_password_survives_its_change() {
    let (server, _, alice) = cast().await;
    let mut running: JoinSet<_> = (0..MANY).map(|_| signs_in(server.site.clone(), alice.email.clone())).collect();
    let first = running.join_next().await.unwrap().unwrap();
    changes_the_password(&server.site, &alice).await;
    let cookies = running.join_all().await.into_iter().chain([first]).flatten();
    for cookie in cookies {
        let found = server
            .site
            .core
            .run(move |core| Ok::<_, signet::services::fault::Fault>(sessions::find(core, Some(&cookie))?));
        assert!(found.await.unwrap().is_none());
    }
}

/// Offline access was granted by whoever knew the old password.
#[tokio::test]
async fn no_grant_survives_a_new_password() {
    let (server, _, alice) = cast().await;
    let app = server.client().scope("openid offline_access").create().await;
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    changes_the_password(&server.site, &alice).await;
    app.refreshes(tokens.refresh()).await.expect_refusal("invalid_grant");
    app.userinfo(&tokens.access_token).await.expect_refusal("invalid_token");
}
