//! The profile: what is typed is kept, checked and shown as text.

use super::{at_home, is_silent_about, says};
use crate::harness::Method;

/// What the form sends when nothing else is typed.
const TYPED: [(&str, &str); 7] = [
    ("name", "Alice Moreau"),
    ("given_name", "Alice"),
    ("family_name", "Moreau"),
    ("username", "alice"),
    ("picture", "https://pictures.example/alice.png"),
    ("locale", "fr-CH"),
    ("zoneinfo", "Europe/Zurich"),
];

fn with(name: &str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    TYPED.iter().map(|(field, kept)| (*field, if *field == name { value } else { *kept })).collect()
}

#[tokio::test]
async fn what_is_typed_is_kept_and_released_to_applications() {
    let (server, alice) = at_home().await;
    let page = alice.browser.submit_to("/account/profile", &TYPED).await;
    says(page.expect_status(200), "Your profile is saved.");
    for (name, value) in TYPED {
        says(&page, &format!("name=\"{name}\""));
        says(&page, &format!("value=\"{value}\""));
    }
    let app = server.client().scope("openid profile").create().await;
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let claims = server.request(Method::GET, "/userinfo").bearer(&tokens.access_token).await.json();
    assert_eq!((claims["name"].as_str(), claims["zoneinfo"].as_str()), (Some("Alice Moreau"), Some("Europe/Zurich")));
}

#[tokio::test]
async fn an_empty_field_takes_its_value_away() {
    let (_server, alice) = at_home().await;
    alice.browser.submit_to("/account/profile", &TYPED).await;
    let page = alice.browser.submit_to("/account/profile", &with("picture", "")).await;
    says(page.expect_status(200), "Your profile is saved.");
    is_silent_about(&page, "pictures.example");
}

#[tokio::test]
async fn what_does_not_fit_is_told_at_its_field_and_what_was_typed_stays() {
    let (server, alice) = at_home().await;
    server.user("bob").await;
    let long: &'static str = "x".repeat(1000).leak();
    let refused = [
        ("username", "bob", "This username is taken."),
        ("username", "Not A Name!", "A username has 1 to 64 letters"),
        ("picture", "http://pictures.example/a.png", "begins with https://"),
        ("given_name", long, "This given name is too long"),
        ("family_name", long, "This family name is too long"),
        ("locale", long, "This is no language tag"),
        ("zoneinfo", long, "This is no time zone"),
        ("picture", "javascript:alert(1)", "begins with https://"),
    ];
    for (field, value, words) in refused {
        let page = alice.browser.submit_to("/account/profile", &with(field, value)).await;
        says(page.expect_status(400), words);
        says(&page, "Alice Moreau");
        assert_eq!(page.text().matches("aria-invalid=\"true\"").count(), 1, "{field} {value}");
        alice.browser.get("/account").await;
    }
}

#[tokio::test]
async fn what_was_typed_is_text() {
    let (_server, alice) = at_home().await;
    let page = alice.browser.submit_to("/account/profile", &with("name", "\"><script>alert(1)</script>")).await;
    says(page.expect_status(200), "&#60;script&#62;");
    is_silent_about(&page, "<script");
}

/// The old address stays until somebody who reads the new one says so.
#[tokio::test]
async fn a_new_address_waits_for_its_letter() {
    let (server, alice) = at_home().await;
    let page = alice.browser.submit_to("/account/profile/email", &[("email", "new@example.com")]).await;
    says(page.expect_status(200), "We have sent a letter to the new address.");
    says(&page, "<strong>alice@example.com</strong>");
    says(&page, "<strong>new@example.com</strong> waits");
    let first = server.letter_to("new@example.com").await;
    let page = alice.browser.submit_to("/account/profile/resend", &[]).await;
    says(page.expect_status(200), "We have sent a new letter.");
    let second = server.letter_to("new@example.com").await;
    assert_ne!(first.link(), second.link());
    let phone = server.browser();
    phone.get(second.link()).await;
    phone.submit(&[]).await.expect_status(200);
    says(&alice.browser.get("/account").await, "<strong>new@example.com</strong>");
}

#[tokio::test]
async fn what_is_no_address_is_told() {
    let (_server, alice) = at_home().await;
    for address in ["", "nobody", "a@b@example.com"] {
        let page = alice.browser.submit_to("/account/profile/email", &[("email", address)]).await;
        says(page.expect_status(400), "This is no e-mail address.");
    }
}
