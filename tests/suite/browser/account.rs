//! Everything about one's own account, in a browser: from the registration to the last session.

use signet::{
    config::{providers::ProviderSettings, second_factor::Required},
    domain::{identity::Identity, ids::UserId},
    store::identities,
};

use super::chromium::{self, Chromium};
use crate::{
    harness::{PASSWORD, Seconds, Server},
    pages::account::phone::authenticator,
};

const EMAIL: &str = "robin@example.com";

async fn goes(browser: &Chromium, server: &Server, path: &str) {
    browser.client.goto(&format!("{}{path}", server.site.issuer)).await.unwrap();
}

/// The secret on the page, for somebody without a camera.
async fn scanned(browser: &Chromium) -> String {
    browser.opens_all().await;
    let page = browser.reads().await;
    let (_, after) = page.split_once("Type the secret instead").unwrap();
    after.lines().map(str::trim).find(|line| !line.is_empty()).unwrap().replace(' ', "")
}

async fn registers(browser: &Chromium, server: &Server) {
    goes(browser, server, "/account").await;
    browser.keeps_pictures("account-01-login").await;
    browser.follows("Create an account").await;
    browser.keeps_pictures("account-02-register").await;
    browser.types("name", "Robin Example").await;
    browser.types("email", EMAIL).await;
    browser.types("password", "password123").await;
    browser.press("Create the account").await;
    browser.sees("among the first that anybody would try").await;
    browser.keeps_pictures("account-03-register-refused").await;
    browser.types("password", PASSWORD).await;
    browser.press("Create the account").await;
    browser.sees("Check your mail").await;
    browser.keeps_pictures("account-04-confirm").await;
    browser.types("code", server.letter_to(EMAIL).await.code()).await;
    browser.press("Confirm").await;
    browser.sees("Your e-mail address is confirmed.").await;
    browser.keeps_pictures("account-05-login-confirmed").await;
    browser.types("password", PASSWORD).await;
    browser.press("Sign in").await;
    browser.sees("Robin Example").await;
    browser.keeps_pictures("account-06-profile").await;
}

async fn enables(browser: &Chromium, server: &Server) -> String {
    browser.follows("Second factor").await;
    browser.keeps_pictures("account-07-factor-off").await;
    browser.press("Set up a second factor").await;
    browser.keeps_pictures("account-08-factor-setup").await;
    let secret = scanned(browser).await;
    browser.keeps_pictures("account-09-factor-setup-open").await;
    browser.types("code", "000000").await;
    browser.press("Turn it on").await;
    browser.sees("This code is not right").await;
    browser.types("code", &authenticator(&secret, server.now())).await;
    browser.press("Turn it on").await;
    browser.sees("Your backup codes").await;
    browser.keeps_pictures("account-10-factor-codes").await;
    browser.follows("I have kept them").await;
    browser.keeps_pictures("account-11-factor-on").await;
    secret
}

async fn signs_in_with_a_code(browser: &Chromium, server: &Server, secret: &str) {
    browser.follows("Sign out").await;
    browser.press("Sign out").await;
    server.advance(Seconds(30)).await;
    goes(browser, server, "/account/api-keys").await;
    browser.types("email", EMAIL).await;
    browser.types("password", PASSWORD).await;
    browser.press("Sign in").await;
    browser.sees("One more step").await;
    browser.keeps_pictures("account-12-code").await;
    browser.types("code", &authenticator(secret, server.now())).await;
    browser.press("Continue").await;
}

async fn makes_a_key(browser: &Chromium) {
    browser.sees("You have no API key.").await;
    browser.keeps_pictures("account-13-keys-none").await;
    browser.types("name", "Nightly backup").await;
    browser.press("Make the key").await;
    browser.sees("Choose what the key is for.").await;
    browser.ticks("scope", "read:profile").await;
    browser.press("Make the key").await;
    browser.sees("It is shown only now").await;
    browser.keeps_pictures("account-14-key-made").await;
    browser.follows("I have kept it").await;
    browser.sees("Nightly backup").await;
    browser.opens_all().await;
    browser.keeps_pictures("account-15-keys").await;
}

/// Issue 3: register, confirm, enable 2FA, log out, log in with a code, create a key, end a session, withdraw an
/// application.
#[tokio::test]
async fn somebody_looks_after_the_own_account() {
    let Some(browser) = chromium::open().await else { return };
    let server = Server::start().await;
    registers(&browser, &server).await;
    let secret = enables(&browser, &server).await;
    signs_in_with_a_code(&browser, &server, &secret).await;
    makes_a_key(&browser).await;

    let elsewhere = chromium::open().await.unwrap();
    goes(&elsewhere, &server, "/account/sessions").await;
    elsewhere.types("email", EMAIL).await;
    elsewhere.types("password", PASSWORD).await;
    elsewhere.press("Sign in").await;
    server.advance(Seconds(60)).await;
    elsewhere.types("code", &authenticator(&secret, server.now())).await;
    elsewhere.press("Continue").await;
    elsewhere.sees("this one").await;

    browser.follows("Sessions").await;
    browser.opens_all().await;
    browser.keeps_pictures("account-16-sessions").await;
    browser.press("End the session of Chrome on Linux").await;
    browser.sees("You are signed in nowhere else.").await;
    elsewhere.client.refresh().await.unwrap();
    elsewhere.sees("to your account at").await;
    elsewhere.client.close().await.unwrap();

    let app = server.client().name("Fieldnotes").scope("openid profile read:projects").create().await;
    browser.client.goto(&app.authorize(&server.browser()).address()).await.unwrap();
    browser.press_without_waiting("Allow").await;
    goes(&browser, &server, "/account/applications").await;
    browser.sees("Fieldnotes").await;
    browser.opens_all().await;
    browser.keeps_pictures("account-17-applications").await;
    browser.press("Withdraw its access").await;
    browser.sees("No application has access to your account.").await;
    browser.keeps_pictures("account-18-applications-none").await;

    browser.follows("Password").await;
    browser.keeps_pictures("account-19-password").await;
    browser.follows("Sign-in providers").await;
    browser.keeps_pictures("account-20-providers").await;
    browser.client.close().await.unwrap();
}

/// The letter's link, opened where nobody is signed in.
#[tokio::test]
async fn somebody_forgets_the_password() {
    let Some(browser) = chromium::open().await else { return };
    let server = Server::start().await;
    let alice = server.user("alice").await;
    goes(&browser, &server, "/login").await;
    browser.follows("Forgot your password?").await;
    browser.keeps_pictures("account-21-forgot").await;
    browser.types("email", &alice.email).await;
    browser.press("Send the link").await;
    browser.sees("Check your mail").await;
    browser.keeps_pictures("account-22-check-mail").await;
    browser.client.goto(server.letter_to(&alice.email).await.link()).await.unwrap();
    browser.keeps_pictures("account-23-reset").await;
    browser.types("new_password", "another horse battery").await;
    browser.press("Set the password").await;
    browser.sees("every session has ended").await;
    browser.types("password", "another horse battery").await;
    browser.press("Sign in").await;
    browser.sees("alice Example").await;
    browser.client.close().await.unwrap();
}

fn provider(name: &str, label: &str) -> ProviderSettings {
    let entry =
        format!("name = {name:?}\nlabel = {label:?}\nissuer = \"https://{name}.example\"\nclient_id = \"signet\"");
    toml::from_str(&entry).unwrap()
}

/// Somebody who signs in where a second factor is demanded, and providers are offered.
#[tokio::test]
async fn what_a_deployment_demands_and_offers_can_be_read() {
    let Some(browser) = chromium::open().await else { return };
    let server = Server::with(|settings| {
        settings.second_factor.required = Required::Everybody;
        settings.providers = vec![provider("corp", "Corp & Co"), provider("elsewhere", "Elsewhere")];
    });
    let server = server.await;
    let alice = server.user("alice").await;
    goes(&browser, &server, "/account/providers").await;
    browser.keeps_pictures("account-24-login-providers").await;
    browser.types("email", &alice.email).await;
    browser.types("password", PASSWORD).await;
    browser.press("Sign in").await;
    browser.sees("Your account has to have one.").await;
    browser.keeps_pictures("account-25-enrolment").await;
    let secret = scanned(&browser).await;
    browser.types("code", &authenticator(&secret, server.now())).await;
    browser.press("Turn it on").await;
    browser.keeps_pictures("account-26-enrolment-codes").await;
    is_linked(&server, &alice.id).await;
    browser.follows("Continue").await;
    browser.sees("Corp & Co").await;
    browser.opens_all().await;
    browser.keeps_pictures("account-27-providers").await;
    browser.press("Unlink it").await;
    browser.sees("The account is not linked any more.").await;
    browser.client.close().await.unwrap();
}

async fn is_linked(server: &Server, user: &str) {
    let (core, now) = (server.site.core.clone(), server.site.core.clock.now());
    let identity = Identity {
        provider: "https://corp.example".to_owned(),
        subject: "s-1".to_owned(),
        user_id: UserId::parse(user).unwrap(),
        label: Some("alice@corp.example".to_owned()),
        created_at: now,
        last_used_at: now,
    };
    let work = move || core.store.write(|db| identities::insert(db, &identity)).unwrap();
    tokio::task::spawn_blocking(work).await.unwrap();
}

/// What somebody sees who went wrong.
#[tokio::test]
async fn what_went_wrong_can_be_read() {
    let Some(browser) = chromium::open().await else { return };
    let server = Server::start().await;
    let alice = server.user("alice").await;
    goes(&browser, &server, "/account/confirm?token=old").await;
    browser.keeps_pictures("account-28-confirm-link").await;
    browser.press("Confirm my address").await;
    browser.sees("This code or link is not right").await;
    browser.keeps_pictures("account-29-confirm-refused").await;
    goes(&browser, &server, "/account/reset?token=old").await;
    browser.types("new_password", "another horse battery").await;
    browser.press("Set the password").await;
    browser.sees("This link is good no more").await;
    browser.keeps_pictures("account-30-dead-link").await;
    goes(&browser, &server, "/account/password").await;
    browser.types("email", &alice.email).await;
    browser.types("password", PASSWORD).await;
    browser.press("Sign in").await;
    browser.types("current_password", "not this one").await;
    browser.types("new_password", "another horse battery").await;
    browser.press("Change the password").await;
    browser.sees("The current password is not right.").await;
    browser.keeps_pictures("account-31-password-refused").await;
    browser.client.close().await.unwrap();
}
