//! Who gets into the console, and how the forms of it are kept.

use signet::{
    domain::{
        client::ClientId,
        refused::{Declined, Endpoint},
        user::Role,
    },
    protocol::error::OAuthError,
    services::refused,
};

use super::says;
use crate::harness::{Method, Seconds, Server};

#[tokio::test]
async fn whoever_is_not_signed_in_signs_in_and_comes_back() {
    let server = Server::start().await;
    let admin = server.admin().await;
    admin.user.signs_out().await;
    let login = admin.opens("/admin/scopes").await;
    assert_eq!(login.url.path(), "/login");
    let back = admin.browser.submit(&admin.user.credentials()).await;
    back.expect_status(200);
    assert_eq!(back.url.path(), "/admin/scopes");
}

#[tokio::test]
async fn people_without_a_role_have_no_business_here() {
    let server = Server::start().await;
    let alice = server.person_with_role("alice", Role::Member).await;
    says(alice.opens("/admin/scopes").await.expect_status(403), "This is for administrators");
}

/// A sign-in opens the console for a while only; then it is asked for again, though the session lives on.
#[tokio::test]
async fn an_old_sign_in_does_not_open_the_console() {
    let server = Server::start().await;
    let admin = server.admin().await;
    admin.opens("/admin/scopes").await.expect_status(200);
    server.advance(Seconds::minutes(60)).await;
    let again = admin.opens("/admin/keys").await;
    assert_eq!(again.url.path(), "/login");
    says(&again, "Sign in again");
    let back = admin.browser.submit(&admin.user.credentials()).await;
    assert_eq!(back.url.path(), "/admin/keys");
    // The account's own pages were open all the time.
    admin.opens("/account").await.expect_status(200);
}

#[tokio::test]
async fn a_form_counts_only_from_a_page_of_this_session() {
    let server = Server::start().await;
    let (admin, other) = (server.admin().await, server.person_with_role("other", Role::Admin).await);
    let foreign = other.opens("/admin/keys").await;
    let theirs = foreign.forms().into_iter().find(|form| form.action.ends_with("/rotate")).unwrap().hidden;
    for (origin, token, status) in [
        ("https://evil.example", theirs[0].1.clone(), 403),
        (&server.site.origin(), theirs[0].1.clone(), 400),
        (&server.site.origin(), String::new(), 400),
    ] {
        let sent = admin.browser.request(Method::POST, "/admin/keys/rotate").header("origin", origin);
        sent.and("form", token).await.expect_status(status);
    }
    let keys = server.root_program().await.get("/keys").await.json();
    assert_eq!(keys["items"].as_array().unwrap().len(), 1, "{keys}");
}

/// What is hidden from a role is refused, too.
#[tokio::test]
async fn an_auditor_sees_and_changes_nothing() {
    let server = Server::start().await;
    let auditor = server.person_with_role("audrey", Role::Auditor).await;
    let page = auditor.opens("/admin/keys").await;
    page.expect_status(200);
    assert!(page.forms().iter().all(|form| !form.action.ends_with("/rotate")));
    auditor.opens("/admin/scopes").await.expect_status(200);
    auditor.opens("/admin/scopes/new").await.expect_status(403);
}

/// Whoever cannot go on here is told where to go.
#[tokio::test]
async fn a_page_that_is_not_there_leads_back() {
    let server = Server::start().await;
    let admin = server.admin().await;
    for path in ["/admin/clients/nope", "/admin/users/usr_nope"] {
        let page = admin.opens(path).await;
        says(page.expect_status(404), "not_found");
        says(&page, "href=\"/admin\"");
    }
    let alice = server.person_with_role("alice", Role::Member).await;
    says(alice.opens("/admin").await.expect_status(403), "href=\"/account\"");
}

/// A flood makes no page that no browser can show.
#[tokio::test]
async fn a_page_of_refused_requests_stays_small() {
    let server = Server::start().await;
    let admin = server.admin().await;
    for n in 0..102 {
        let client = ClientId::parse(&format!("app{n}")).unwrap();
        let declined = Declined::from(OAuthError::invalid_request("wrong")).of(&client);
        refused::note(&server.site.core, Endpoint::Authorize, &declined);
    }
    let page = admin.opens("/admin/refused").await;
    assert_eq!(page.expect_status(200).text().matches("<article").count(), 100);
    says(&page, "2 older ones are not shown");
}
