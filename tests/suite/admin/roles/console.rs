//! The console by everybody who might try: pages by role, forms without their token, from elsewhere, by those who only
//! look.

use signet::{
    domain::user::Role,
    services::{
        forms::{self, Shown},
        oauth::browser,
    },
};

use super::area;
use crate::{
    admin::world::{World, routes},
    harness::{Admin, Answer, Browser, Method, Seconds, Server},
};

/// What a form of the person's page may be: each has its own right to check.
const ACTS: [&str; 10] = [
    "status",
    "password-reset",
    "invitation",
    "password",
    "second-factor",
    "end-sessions",
    "end-session",
    "withdraw",
    "withdraw-all",
    "delete",
];

/// Pages that only lead to a change: whoever cannot make it does not see them, either.
fn leads_to_a_change(pattern: &str) -> bool {
    ["/new", "/edit", "/test"].iter().any(|end| pattern.ends_with(end))
}

/// The paths with this method, each with what is there.
fn all(world: &World, method: &Method, client: &str) -> Vec<(String, String)> {
    let with = routes().into_iter().filter(|(_, methods)| methods.contains(method));
    let paths = with.map(|(pattern, _)| (world.path(&pattern, client), pattern));
    let (acts, plain): (Vec<_>, Vec<_>) = paths.partition(|(_, pattern)| pattern.ends_with("{act}"));
    let each = acts.into_iter().flat_map(|(path, pattern)| {
        let stem = path.rsplit_once('/').unwrap().0.to_owned();
        ACTS.map(|act| (format!("{stem}/{act}"), pattern.clone()))
    });
    plain.into_iter().chain(each).collect()
}

/// A form of this session, as somebody sends it who knows its token.
async fn sent(admin: &Admin, path: &str) -> Answer {
    let site = &admin.browser.site;
    let session = browser::Browser::new(admin.browser.cookie("signet"), None);
    let token = forms::token(&site.core, Shown::ToSession(&session));
    let form = admin.browser.request(Method::POST, path).header("origin", &site.origin());
    let filled = ["name", "description", "status", "role", "scope", "kind", "address", "overlap", "way"];
    filled.iter().fold(form.and("form", token), |form, field| form.and(field, plausible(field))).await
}

fn plausible(field: &str) -> &'static str {
    match field {
        "status" => "suspended",
        "role" => "member",
        "kind" => "app",
        "address" => "add",
        "overlap" => "0",
        "way" => "invitation",
        _ => "openid",
    }
}

async fn furnished(server: &Server) -> World {
    World::furnish(server, str::to_owned).await
}

/// Somebody who is not signed in comes to the sign-in; members have no business here; auditors see every page; client
/// managers see those of clients.
#[tokio::test]
async fn each_page_is_shown_to_its_roles() {
    let server = Server::start().await;
    let world = furnished(&server).await;
    let people = [("root", Role::Admin), ("audra", Role::Auditor), ("mia", Role::ClientManager), ("max", Role::Member)];
    for (name, role) in people {
        let person = server.person_with_role(name, role).await;
        for (path, pattern) in all(&world, &Method::GET, "foreign") {
            let expected = match role {
                Role::ClientManager if pattern.contains("/clients/{id}") => 403,
                Role::ClientManager if !pattern.is_empty() && area(&pattern) != "clients" => 403,
                Role::ClientManager if pattern == "/clients/new" => 200,
                Role::Auditor | Role::ClientManager if leads_to_a_change(&pattern) => 403,
                Role::Admin | Role::Auditor | Role::ClientManager => 200,
                Role::Member => 403,
            };
            let page = person.opens(&path).await;
            assert_eq!(page.status, expected, "{role:?} {path}");
        }
    }
    let stranger = server.browser();
    for (path, _) in all(&world, &Method::GET, "foreign") {
        assert_eq!(stranger.get(&path).await.url.path(), "/login", "{path}");
    }
}

/// A form without its token, with that of another session, or from another site changes nothing.
#[tokio::test]
async fn no_form_is_taken_from_elsewhere() {
    let server = Server::start().await;
    let world = furnished(&server).await;
    let admin = server.admin().await;
    let foreign = browser::Browser::new(Some("another session".to_owned()), None);
    let foreign = forms::token(&server.site.core, Shown::ToSession(&foreign));
    let own = browser::Browser::new(admin.browser.cookie("signet"), None);
    let own = forms::token(&server.site.core, Shown::ToSession(&own));
    for (path, _) in all(&world, &Method::POST, "own") {
        for (origin, token, status) in [
            (server.site.origin(), "", 400),
            (server.site.origin(), foreign.as_str(), 400),
            ("https://evil.example".to_owned(), own.as_str(), 403),
            ("null".to_owned(), own.as_str(), 403),
        ] {
            let form = admin.browser.request(Method::POST, &path).header("origin", &origin);
            let answer = form.and("form", token).and("name", "x").await;
            assert_eq!(answer.status, status, "{path} from {origin}: {}", answer.text());
            is_sealed(&path, &answer);
        }
        let stranger = server.browser().request(Method::POST, &path).header("origin", &server.site.origin());
        let answer = stranger.and("form", own.as_str()).await;
        assert!(answer.status == 303 || answer.status == 400, "{path}: {}", answer.status);
    }
    nothing_has_changed(&world).await;
}

async fn nothing_has_changed(world: &World) {
    let client = world.program.get("/clients/own").await.json();
    assert_eq!((&client["client_name"], &client["enabled"]), (&"client".into(), &true.into()));
    assert_eq!(world.program.get("/users/person").await.json()["status"], "active");
    assert_eq!(world.program.get("/keys").await.json()["items"].as_array().unwrap().len(), 1);
    assert_eq!(world.program.get("/scopes/api:read").await.json()["description"], "scope");
}

/// What their pages do not offer is refused all the same: to auditors everything, to client
/// managers what is not theirs.
#[tokio::test]
async fn a_form_is_taken_from_its_roles_only() {
    let server = Server::start().await;
    let world = furnished(&server).await;
    for (name, role) in [("audra", Role::Auditor), ("mia", Role::ClientManager), ("max", Role::Member)] {
        let person = server.person_with_role(name, role).await;
        for (path, pattern) in all(&world, &Method::POST, "foreign") {
            if is_theirs(role, &pattern) {
                continue;
            }
            let answer = sent(&person, &path).await;
            assert_eq!(answer.status, 403, "{role:?} {path}: {}", answer.text());
        }
    }
    nothing_has_changed(&world).await;
}

/// Client managers register clients of their own, and whoever reads the audit log may have it verified.
fn is_theirs(role: Role, pattern: &str) -> bool {
    matches!((role, pattern), (Role::ClientManager, "/clients") | (Role::Auditor, "/audit/verify"))
}

/// An old sign-in opens no page and sends no form.
#[tokio::test]
async fn an_old_sign_in_opens_nothing() {
    let server = Server::start().await;
    let world = furnished(&server).await;
    let admin = server.admin().await;
    server.advance(Seconds::minutes(60)).await;
    for (path, _) in all(&world, &Method::GET, "own") {
        assert_eq!(admin.opens(&path).await.url.path(), "/login", "{path}");
    }
    for (path, _) in all(&world, &Method::POST, "own") {
        let answer = sent(&admin, &path).await;
        assert!(answer.location().is_some_and(|to| to.path() == "/login"), "{path}: {answer:?}");
    }
}

/// No page may be framed, kept, or carry script and style of its own; what only a form leads to says so.
#[tokio::test]
async fn every_page_is_sealed() {
    let server = Server::start().await;
    let world = furnished(&server).await;
    let (admin, member) = (server.admin().await, server.person_with_role("max", Role::Member).await);
    for (path, _) in all(&world, &Method::GET, "own") {
        is_sealed(&path, admin.opens(&path).await.expect_status(200));
        is_sealed(&path, member.opens(&path).await.expect_status(403));
    }
    let only_forms = routes().into_iter().filter(|(_, methods)| !methods.contains(&Method::GET));
    for (pattern, _) in only_forms {
        let path = world.path(&pattern, "own");
        is_sealed(&path, plain(&admin.browser, &path).await.expect_status(405));
    }
    is_sealed("nothing", plain(&admin.browser, "/admin/nothing").await.expect_status(404));
}

async fn plain(browser: &Browser, path: &str) -> Answer {
    browser.request(Method::GET, path).await
}

#[track_caller]
fn is_sealed(path: &str, page: &Answer) {
    assert_eq!(page.header("cache-control"), Some("no-store"), "{path}");
    assert_eq!(page.header("x-frame-options"), Some("DENY"), "{path}");
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"), "{path}");
    if page.header("content-type").is_none_or(|kind| !kind.starts_with("text/html")) {
        return; // The export: a file, not a page.
    }
    let policy = page.header("content-security-policy").unwrap_or_default();
    for wanted in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"] {
        assert!(policy.split("; ").any(|one| one == wanted), "{path}: no {wanted} in {policy}");
    }
    assert!(!policy.contains("unsafe"), "{path}: {policy}");
    let text = page.text();
    for banned in [" style=", "<style", "javascript:", " onclick=", " onload=", " onerror=", " onsubmit=", " onchange="]
    {
        assert!(!text.contains(banned), "{path}: {banned}");
    }
    let inline = text.split("<script").skip(1).find(|script| !script.split('>').next().unwrap().contains("src="));
    assert_eq!(inline, None, "{path}");
}
