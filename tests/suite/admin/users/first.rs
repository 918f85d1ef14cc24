//! The first administrator, by the link of the server's log.

use signet::services::admin::first;

use super::super::says;
use crate::harness::{Browser, Seconds, Server};

const FIRST: [(&str, &str); 3] =
    [("name", "Root"), ("email", "root@example.com"), ("password", "a password of the first")];

async fn link(server: &Server) -> Option<String> {
    first::offer(&server.site.core).await.unwrap().map(|link| link.reveal().clone())
}

#[tokio::test]
async fn a_server_without_an_administrator_gets_one_by_its_link() {
    let server = Server::start().await;
    let link = link(&server).await.unwrap();
    let browser = Browser::new(server.site.clone());
    says(&browser.get(&link).await, "Become the administrator");
    let weak = browser.submit(&[FIRST[0], FIRST[1], ("password", "root@example.com")]).await;
    weak.expect_status(400);
    let login = browser.submit(&FIRST).await;
    assert_eq!(login.url.path(), "/login");
    let console = browser.submit(&[("email", "root@example.com"), ("password", FIRST[2].1)]).await;
    assert!(console.url.path().starts_with("/admin"), "{}", console.url);
    browser.get("/admin/users").await.expect_status(200);
    browser.get(&link).await.expect_status(400);
    assert!(self::link(&server).await.is_none(), "there is one now");
}

#[tokio::test]
async fn the_link_dies_with_its_time_and_with_another_administrator() {
    let server = Server::start().await;
    let (old, browser) = (link(&server).await.unwrap(), Browser::new(server.site.clone()));
    server.advance(Seconds::hours(24)).await;
    browser.get(&old).await.expect_status(400);
    let new = link(&server).await.unwrap();
    browser.get(&new).await.expect_status(200);
    server.admin().await;
    browser.submit(&FIRST).await.expect_status(400);
    Browser::new(server.site.clone()).get("/admin/first?token=guessed").await.expect_status(400);
}

/// Whether they have the same link or one each.
#[tokio::test]
async fn of_20_at_once_one_becomes_the_administrator() {
    let server = Server::start().await;
    let links = [link(&server).await.unwrap(), link(&server).await.unwrap()];
    let mut requests = Vec::new();
    for n in 0..20 {
        let browser = Browser::new(server.site.clone());
        let page = browser.get(&links[n % 2]).await;
        let email = format!("root{n}@example.com");
        requests.push(browser.form_of(&page, &[("name", ""), ("email", &email), FIRST[2]]));
    }
    let sent: tokio::task::JoinSet<_> = requests.into_iter().map(IntoFuture::into_future).collect();
    let answers = sent.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 303).count(), 1, "{answers:?}");
    let admins = server.root_program().await.get("/users?role=admin").await.json();
    assert_eq!(admins["items"].as_array().unwrap().len(), 1, "{admins}");
}
