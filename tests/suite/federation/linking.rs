//! Whose account a provider opens: by subject, never by an address that nobody proved.
//! Keycloak CVE-2025-7365, CVE-2026-9087.

use crate::harness::operator;
use serde_json::json;
use signet::{
    domain::{ids::UserId, secret::Secret},
    services::{
        accounts::{Caller, Credential, Refusal},
        admin::users,
        federation::identities,
        visitor::Visitor,
    },
};
use tokio::task::JoinSet;

use super::{
    Journey, by_address, callback, dora, links_of, parameter, posts,
    tenant::{OID, Tenant, UPN},
    way_out,
};
use crate::harness::{Answer, Browser, Method, Seconds, TestUser};

const LINK_FIRST: &str = "Sign in with your password first, then link the provider in your settings.";

#[tokio::test]
async fn somebody_new_gets_an_account_whose_address_nobody_has_proved_here() {
    let journey = Journey::begin().await;
    journey.expect_signed_in(&journey.goes(|_| {}).await);
    let user = dora(&journey).await.unwrap();
    assert_eq!((user.username.as_str(), user.email.as_deref()), ("dora", Some(UPN)));
    assert_eq!(user.profile.name.as_deref(), Some("Dora of Corp"));
    assert!(!user.email_verified);

    // The same person is the same account, whatever has become of name and address.
    journey.browser.forget_cookies();
    journey.expect_signed_in(&journey.goes(|claims| claims["preferred_username"] = json!("d@corp.example")).await);
    assert_eq!(dora(&journey).await.unwrap().id, user.id);
    assert_eq!(by_address(&journey.server.site, "d@corp.example").await, None);
}

#[tokio::test]
async fn an_address_counts_as_verified_where_the_operator_trusts_the_provider() {
    let journey = Journey::with("trust_email = true").await;
    journey.expect_signed_in(&journey.goes(|_| {}).await);
    assert!(dora(&journey).await.unwrap().email_verified);
}

/// `email` in a tenant is what any administrator wrote there; it opens nothing and is nobody's.
#[tokio::test]
async fn the_email_claim_of_a_tenant_is_not_an_address() {
    let journey = Journey::with("trust_email = true").await;
    let alice = journey.server.user("alice").await;
    journey.expect_signed_in(&journey.goes(|claims| claims["email"] = json!(alice.email)).await);
    let user = dora(&journey).await.unwrap();
    assert_eq!(user.email.as_deref(), Some(UPN));
    assert_ne!(user.id.as_str(), alice.id);
}

#[tokio::test]
async fn an_account_with_that_address_is_neither_opened_nor_linked() {
    for more in ["", "trust_email = true"] {
        let journey = Journey::with(more).await;
        let alice = journey.server.user("alice").await;
        let answer = journey.goes(|claims| claims["preferred_username"] = json!(alice.email.to_uppercase())).await;
        journey.expect_refused(&answer, LINK_FIRST);
        assert_eq!(dora(&journey).await, None);
        assert_eq!(links_of(&journey.server.site, &UserId::parse(&alice.id).unwrap()).await, 0);
    }
}

#[tokio::test]
async fn without_new_accounts_a_stranger_stays_outside() {
    let journey = Journey::with("create_accounts = false").await;
    let answer = journey.goes(|_| {}).await;
    journey.expect_refused(&answer, "Nobody here is linked to that account.");
    assert_eq!(by_address(&journey.server.site, UPN).await, None);
}

#[tokio::test]
async fn a_suspended_account_stays_shut() {
    let journey = Journey::begin().await;
    journey.expect_signed_in(&journey.goes(|_| {}).await);
    let user = dora(&journey).await.unwrap();
    let suspended = signet::domain::user::UserStatus::Suspended;
    users::set_status(&journey.server.site.core, &operator(), user.id.as_str(), suspended).await.unwrap();
    journey.browser.forget_cookies();
    let answer = journey.goes(|_| {}).await;
    journey.expect_refused(&answer, "This account is suspended.");
}

/// Presses the button of the settings page.
async fn asks_to_link(browser: &Browser) -> Answer {
    let page = browser.get("/account/providers").await;
    let form = page.forms().into_iter().find(|form| form.action == "/account/providers/entra/link").expect("a button");
    let empty = browser.request(Method::POST, &form.action).header("origin", &browser.site.origin());
    form.hidden.iter().fold(empty, |request, (name, value)| request.and(name, value.as_str())).await
}

/// Links Dora at the tenant with whoever is signed in on this user's browser.
async fn links(journey: &Journey, user: &TestUser) -> Answer {
    let page = asks_to_link(&user.browser).await;
    let away = way_out(&page);
    let cookie = page.header("set-cookie").unwrap().split(';').next().unwrap().split_once('=').unwrap();
    user.browser.set_cookie(cookie.0, cookie.1);
    let mut claims = journey.tenant.claims(journey.server.now());
    claims["nonce"] = json!(parameter(&away, "nonce"));
    journey.tenant.gives(Tenant::signs(&claims));
    let back = callback(&journey.server.site, &away, &[("code", "a")]);
    user.browser.request(Method::GET, &back).await
}

#[tokio::test]
async fn whoever_is_signed_in_links_and_is_known_from_then_on() {
    let journey = Journey::begin().await;
    let alice = journey.server.user("alice").await;
    alice.browser.signs_in(&alice).await;
    let answer = links(&journey, &alice).await;
    assert_eq!(answer.expect_status(303).location().unwrap().path(), "/account/providers");
    assert_eq!(dora(&journey).await.unwrap().id.as_str(), alice.id);
    let told = journey.server.letter_to(&alice.email).await;
    assert!(told.text.contains("was added") && told.text.contains("Microsoft"), "{told:?}");

    let answer = journey.goes(|claims| claims["preferred_username"] = json!(alice.email)).await;
    journey.expect_signed_in(&answer);
    assert_eq!(dora(&journey).await.unwrap().id.as_str(), alice.id);
    assert_eq!(by_address(&journey.server.site, UPN).await, None);
}

#[tokio::test]
async fn nobody_links_who_is_not_signed_in_or_not_any_more() {
    let journey = Journey::begin().await;
    let alice = journey.server.user("alice").await;
    let answer = posts(&alice.browser, "/account/providers/entra/link").await;
    assert_eq!(answer.expect_status(303).location().unwrap().path(), "/login");

    alice.browser.signs_in(&alice).await;
    let page = asks_to_link(&alice.browser).await;
    page.expect_status(200);
    // Another user signs in on this browser before the answer comes.
    let bob = journey.server.user("bob").await;
    let cookie = page.header("set-cookie").unwrap().split(';').next().unwrap().split_once('=').unwrap();
    alice.browser.set_cookie(cookie.0, cookie.1);
    alice.browser.signs_in(&bob).await;
    let away = way_out(&page);
    let mut claims = journey.tenant.claims(journey.server.now());
    claims["nonce"] = json!(parameter(&away, "nonce"));
    journey.tenant.gives(Tenant::signs(&claims));
    let back = callback(&journey.server.site, &away, &[("code", "a")]);
    let answer = alice.browser.get(&back).await;
    assert!(answer.expect_status(400).text().contains("Nothing was linked"));
    assert_eq!(dora(&journey).await, None);
}

#[tokio::test]
async fn an_identity_belongs_to_one_account() {
    let journey = Journey::begin().await;
    journey.expect_signed_in(&journey.goes(|_| {}).await);
    let holder = dora(&journey).await.unwrap();
    let alice = journey.server.user("alice").await;
    alice.browser.signs_in(&alice).await;
    let answer = links(&journey, &alice).await;
    assert!(answer.expect_status(400).text().contains("linked to somebody else"));
    assert_eq!(dora(&journey).await.unwrap().id, holder.id);
}

fn caller(cookie: String) -> Caller {
    Caller { credential: Credential::Cookie(Secret::new(cookie)), visitor: Visitor::default() }
}

/// The last way into an account is not taken away: it has no password.
#[tokio::test]
async fn the_last_link_of_an_account_without_a_password_stays() {
    let journey = Journey::begin().await;
    journey.expect_signed_in(&journey.goes(|_| {}).await);
    let (core, key) = (&journey.server.site.core, Tenant::key());
    let me = caller(journey.browser.cookie("signet").unwrap());
    let listed = identities::list(core, me.clone()).await.unwrap();
    assert_eq!((listed.len(), listed[0].label.as_deref()), (1, Some(UPN)));
    let refused = identities::unlink(core, me.clone(), key.clone(), OID.to_owned()).await;
    assert!(matches!(refused, Err(Refusal::LastSignIn)), "{refused:?}");
    let absent = identities::unlink(core, me, key, "another".to_owned()).await;
    assert!(matches!(absent, Err(Refusal::NotFound(_))), "{absent:?}");
    assert!(dora(&journey).await.is_some());
}

#[tokio::test]
async fn a_link_beside_a_password_is_taken_away_by_its_owner_only() {
    let journey = Journey::begin().await;
    let (alice, bob) = (journey.server.user("alice").await, journey.server.user("bob").await);
    for user in [&alice, &bob] {
        user.browser.signs_in(user).await;
    }
    links(&journey, &alice).await.expect_status(303);
    let (core, key) = (&journey.server.site.core, Tenant::key());
    let unlink = async |user: &TestUser| {
        identities::unlink(core, caller(user.browser.cookie("signet").unwrap()), key.clone(), OID.to_owned()).await
    };
    assert!(matches!(unlink(&bob).await, Err(Refusal::NotFound(_))));
    assert!(dora(&journey).await.is_some());
    journey.server.advance(Seconds(1)).await;
    unlink(&alice).await.unwrap();
    assert_eq!(dora(&journey).await, None);
    let told = journey.server.letter_to(&alice.email).await;
    assert!(told.text.contains("was removed") && told.text.contains("Microsoft"), "{told:?}");
}

/// Of two links one always stays, however many are unlinked at once.
#[tokio::test]
async fn all_links_at_once_leave_one() {
    let journey = Journey::begin().await;
    journey.expect_signed_in(&journey.goes(|_| {}).await);
    let site = journey.server.site.clone();
    let user = dora(&journey).await.unwrap();
    let (core, owner) = (site.core.clone(), user.id.clone());
    let more = move || {
        for number in 0..19 {
            let identity = signet::domain::identity::Identity {
                provider: "https://other.example".to_owned(),
                subject: number.to_string(),
                user_id: owner.clone(),
                label: None,
                created_at: core.clock.now(),
                last_used_at: core.clock.now(),
            };
            assert!(core.store.write(|db| signet::store::identities::insert(db, &identity)).unwrap());
        }
    };
    tokio::task::spawn_blocking(more).await.unwrap();
    let me = caller(journey.browser.cookie("signet").unwrap());
    let all = identities::list(&site.core, me.clone()).await.unwrap();
    assert_eq!(all.len(), 20);
    let tries: JoinSet<bool> = all
        .into_iter()
        .map(|link| {
            let (core, me) = (site.core.clone(), me.clone());
            async move { identities::unlink(&core, me, link.provider, link.subject).await.is_ok() }
        })
        .collect();
    assert_eq!(tries.join_all().await.into_iter().filter(|done| *done).count(), 19);
    assert_eq!(links_of(&site, &user.id).await, 1);
}

/// Design §9: whoever makes somebody press that button elsewhere would be let into the account ever after.
#[tokio::test]
async fn a_link_is_asked_for_by_a_form_of_the_settings_page_only() {
    let journey = Journey::begin().await;
    let alice = journey.server.user("alice").await;
    alice.browser.signs_in(&alice).await;
    posts(&alice.browser, "/account/providers/entra/link").await.expect_status(400);
}
