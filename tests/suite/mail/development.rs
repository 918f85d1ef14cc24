//! `signet dev`: letters become files, and a page shows them.

use super::{deliver, letter, post, try_to_post};
use crate::harness::Server;

#[tokio::test]
async fn the_page_shows_the_newest_letter_first_with_a_link_that_leads_here() {
    let server = Server::dev().await;
    assert!(server.get("/outbox").await.expect_status(200).text().contains("No letters yet"));
    for name in ["alice", "bob"] {
        post(&server, name).await;
        deliver(&server).await;
    }
    let page = server.get("/outbox").await;
    let html = page.text();
    assert!(html.find("bob@example.com") < html.find("alice@example.com"), "{html}");
    let link = format!("{}/account/confirm?token=abc", server.site.issuer);
    assert!(html.contains(&format!("<a href=\"{link}\">{link}</a>")) && html.contains("    271828"), "{html}");
    assert_eq!(page.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn the_reader_of_the_tests_finds_code_and_link() {
    let server = Server::start().await;
    post(&server, "alice").await;
    let found = server.letter_to("alice@example.com").await;
    assert_eq!((found.code(), found.subject.as_str()), ("271828", "Confirm your e-mail address"));
    assert_eq!(found.link(), format!("{}/account/confirm?token=abc", server.site.issuer));
    let mut newer = letter(&server, "alice");
    newer.content = signet::domain::letter::Content::SecondFactorOn;
    try_to_post(&server, newer).await.unwrap();
    let found = server.letter_to("alice@example.com").await;
    assert_eq!((found.code, found.link, server.letters().await.len()), (None, None, 2));
}

#[tokio::test]
async fn a_production_server_has_no_such_page() {
    let server = Server::start().await;
    server.get("/outbox").await.expect_status(404);
}

/// A page of another site that leads its own name here (DNS rebinding) reads no code.
#[tokio::test]
async fn another_name_for_this_address_shows_no_letter() {
    let server = Server::dev().await;
    post(&server, "alice").await;
    deliver(&server).await;
    let answer = server.request(crate::harness::Method::GET, "/outbox").header("host", "evil.example").await;
    assert_eq!(answer.location().unwrap().as_str(), format!("{}/outbox", server.site.issuer));
    assert!(!answer.text().contains("271828"));
}
