//! What applications and users can write stays text on every page of the console.

use serde_json::json;

use super::world::{World, routes};
use crate::harness::{Admin, Answer, DATIX, Method, Server};

/// Ends an attribute and an element, and says where it came from.
fn hostile(field: &str) -> String {
    format!("<b>{field}</b>\"'><script>{field}</script>")
}

/// The same as a page may say it.
fn harmless(field: &str) -> String {
    format!("&#60;b&#62;{field}")
}

#[track_caller]
fn is_text(page: &Answer) {
    if page.header("content-type").is_none_or(|kind| !kind.starts_with("text/html")) {
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"), "{}", page.url);
        return;
    }
    for broken in ["<b>", "<script>", "\"'>"] {
        assert!(!page.text().contains(broken), "{broken} stands on {}:\n{}", page.url, page.text());
    }
}

/// Every field that the world has is on some page, and on none as anything but text.
#[tokio::test]
async fn no_text_becomes_part_of_a_page() {
    let server = Server::start().await;
    let world = World::furnish(&server, hostile).await;
    let admin = server.admin().await;
    is_refused(&server).await;
    let mut seen = String::new();
    for (pattern, _) in routes().into_iter().filter(|(_, methods)| methods.contains(&Method::GET)) {
        let page = admin.opens(&world.path(&pattern, "own")).await;
        page.expect_status(200);
        is_text(&page);
        seen.push_str(page.text());
    }
    let fields = [
        "client",
        "scope",
        "resource",
        "name",
        "given",
        "family",
        "street",
        "locality",
        "region",
        "postal",
        "country",
        "attribute",
        "organisation",
        "group",
        "key",
        "purpose",
    ];
    for field in fields {
        assert!(seen.contains(&harmless(field)), "{field} is shown nowhere: is it escaped, or forgotten?");
    }
}

/// Requests that are refused and written down with what they sent.
async fn is_refused(server: &Server) {
    for (name, value) in
        [("redirect_uri", hostile("redirect")), ("scope", hostile("asked")), ("state", hostile("state"))]
    {
        let request =
            server.request(Method::GET, "/authorize").query("client_id", "own").query("response_type", "code");
        let request = request.header("user-agent", &hostile("browser"));
        let request =
            if name == "redirect_uri" { request } else { request.query("redirect_uri", "https://app.example/cb") };
        is_text(&request.query(name, value).await);
    }
    let unknown = server.request(Method::GET, "/authorize").query("client_id", hostile("unknown"));
    is_text(&unknown.await);
    for member in ["grant_type", "code", "scope", "resource", "client_secret", "redirect_uri"] {
        let request =
            server.request(Method::POST, "/token").with("client_id", "own").with("grant_type", "authorization_code");
        assert!(request.with(member, hostile(member)).await.status >= 400);
    }
    server.site.tries(DATIX, &hostile("login"), &hostile("password")).header("user-agent", &hostile("browser")).await;
}

/// What was typed and did not fit is shown again, as text.
#[tokio::test]
async fn a_form_shown_again_is_text() {
    let server = Server::start().await;
    World::furnish(&server, str::to_owned).await;
    let admin = server.admin().await;
    for (page, action, fields) in [
        (
            "/admin/clients/new?kind=app",
            "/admin/clients",
            &[
                "name",
                "client_id",
                "redirect_URI",
                "post-logout_redirect_URI",
                "CORS_origin",
                "logo_URI",
                "policy_URI",
                "terms_URI",
                "owner",
                "scope",
            ][..],
        ),
        ("/admin/clients/own/edit", "/edit", &["name", "redirect_URI", "logo_URI", "access_seconds", "owner"]),
        ("/admin/scopes/new", "/admin/scopes", &["scope", "description", "resource"]),
        ("/admin/resources/new", "/admin/resources", &["identifier", "name"]),
        ("/admin/users/new", "/admin/users", &["name", "email", "username", "way"]),
        (
            "/admin/users/person",
            "/admin/users/",
            &["name", "picture", "locale", "time_zone", "email", "username", "phone", "privilege", "attribute"],
        ),
        ("/admin/api-keys/new", "/admin/api-keys", &["user", "name", "description"]),
    ] {
        let values: Vec<_> = fields.iter().map(|field| (*field, hostile(field))).collect();
        let again = shown_again(&admin, page, action, &values).await;
        is_text(&again);
        assert!([403, 404, 409, 422].contains(&again.status), "{page}: {}", again.status);
    }
    for search in ["clients", "users", "scopes", "organisations", "groups", "api-keys", "resources"] {
        let query = url::form_urlencoded::byte_serialize(hostile("q").as_bytes()).collect::<String>();
        for parameter in ["q", "after", "notice", "status", "user"] {
            is_text(&admin.opens(&format!("/admin/{search}?{parameter}={query}")).await);
        }
    }
}

async fn shown_again(admin: &Admin, page: &str, action: &str, values: &[(&str, String)]) -> Answer {
    let opened = admin.opens(page).await;
    opened.expect_status(200);
    let form = opened.forms().into_iter().find(|form| form.action.contains(action)).expect(action);
    let send = admin.browser.request(Method::POST, opened.url.join(&form.action).unwrap().as_str());
    let send = send.header("origin", &server_origin(admin));
    let send = form.hidden.iter().fold(send, |send, (name, value)| send.and(name, value));
    values.iter().fold(send, |send, (name, value)| send.and(name, value)).await
}

fn server_origin(admin: &Admin) -> String {
    admin.browser.site.origin()
}

/// PostgreSQL keeps no NUL in a text: what no name can hold names nothing.
#[tokio::test]
async fn a_nul_is_no_name() {
    let server = Server::start().await;
    let (program, alice) = (server.root_program().await, server.user("alice").await);
    for path in ["/scopes/%00", "/resources/%00", "/groups/%00", "/users/%00", "/clients/%00"] {
        program.get(path).await.expect_problem(404, "not-found");
        program.delete(path).await.expect_problem(404, "not-found");
    }
    let scope = json!({ "name": "api:read", "description": "Read", "resource": "\u{0}" });
    program.posts("/scopes", scope).await.expect_problem(404, "not-found");
    let picture = json!({ "picture": "https://a.example/\u{0}" });
    program.patch(&format!("/users/{}", alice.id), &picture).await.expect_problem(422, "unfit");
}
