//! `/api-keys` and its pages: whose rights a key can have.

use serde_json::{Value, json};
use signet::domain::user::Role;

use crate::harness::{Answer, Method, Program, Server};

const WRITE: &str = "admin:users";

async fn made(program: &Program, user: &str, scopes: &[&str]) -> Answer {
    program.posts("/api-keys", json!({ "user": user, "name": "Nightly", "scopes": scopes })).await
}

/// The key itself is in the one answer that made it.
#[actix_web::test]
async fn a_key_is_made_listed_by_owner_shown_and_revoked() {
    let server = Server::start().await;
    let (program, alice) = (server.program(WRITE).await, server.user("alice").await);
    server.user("bob").await;
    let answer = made(&program, "alice", &["openid"]).await;
    let key = answer.expect_status(201).json();
    let secret = key["key"].as_str().unwrap();
    let at = format!("/api-keys/{}", key["api_key"]["id"].as_str().unwrap());
    assert!(answer.header("location").unwrap().ends_with(&at));

    let shown = program.get(&at).await;
    assert_eq!(shown.expect_status(200).json(), key["api_key"]);
    assert_eq!((&shown.json()["user"]["id"], &shown.json()["scopes"]), (&json!(alice.id), &json!(["openid"])));
    let of = |user: &'static str| format!("/api-keys?user={user}");
    let listed = program.get(&of("alice@example.com")).await;
    assert_eq!(listed.json()["items"], json!([key["api_key"]]));
    assert_eq!(program.get(&of("bob")).await.json()["items"], json!([]));
    program.get(&of("nobody")).await.expect_problem(404, "not-found");
    for answer in [shown, listed, program.get("/api-keys?q=night").await] {
        assert!(!answer.text().contains(secret) && answer.text().contains("Nightly"));
    }
    assert_eq!(server.request(Method::GET, "/userinfo").bearer(secret).await.json()["sub"], alice.id);
    program.delete(&at).await.expect_status(204);
    program.delete(&at).await.expect_problem(404, "not-found");
    server.request(Method::GET, "/userinfo").bearer(secret).await.expect_status(401);
}

#[actix_web::test]
async fn what_does_not_fit_is_refused_by_name() {
    let server = Server::start().await;
    let program = server.program(WRITE).await;
    server.user("alice").await;
    let with = |member: &str, value: Value| {
        let mut body = json!({ "user": "alice", "name": "Nightly" });
        body[member] = value;
        program.sends(Method::POST, "/api-keys", &body)
    };
    let wishes = [
        ("name", json!("")),
        ("description", json!("two\nlines")),
        ("scopes", json!(["unheard:of"])),
        ("expires_in_days", json!(0)),
        ("prefix", json!("SK")),
    ];
    for (member, value) in wishes {
        let problem = with(member, value).await.expect_problem(422, "unfit");
        assert_eq!(problem["member"].as_str().unwrap().replace(' ', "_"), member);
    }
    with("user", json!("nobody")).await.expect_problem(404, "not-found");
    with("scopes", json!(["two words", ""])).await.expect_problem(400, "malformed");
    with("environment", json!("staging")).await.expect_problem(400, "malformed");
    with("maker", json!("operator")).await.expect_problem(400, "malformed");
}

/// A key acts as its owner: whoever may not everything makes none for an administrator, and none that reaches others.
#[actix_web::test]
async fn a_user_manager_makes_no_key_that_administers() {
    let server = Server::start().await;
    let (program, reader) = (server.program(WRITE).await, server.program("admin:users:read").await);
    server.user("alice").await;
    for (name, role) in [("root", Role::Admin), ("audrey", Role::Auditor), ("max", Role::ClientManager)] {
        server.administrator(name, role).await;
        made(&program, name, &["openid"]).await.expect_problem(403, "forbidden");
    }
    for scope in ["admin:users", "admin:users:read", "admin:keys", "auth:sso"] {
        assert_eq!(made(&program, "alice", &[scope]).await.expect_problem(422, "unfit")["member"], "scopes", "{scope}");
    }
    made(&reader, "alice", &["openid"]).await.expect_problem(403, "forbidden");

    let everything = server.program("admin:users admin:clients admin:keys admin:audit").await;
    let key = made(&everything, "alice", &["admin:users"]).await.expect_status(201).json();
    let program_of_alice = Program::new(&server.site, key["key"].as_str().unwrap());
    program_of_alice.get("/groups").await.expect_status(200);
    made(&program_of_alice, "alice", &["admin:users"]).await.expect_problem(422, "unfit");

    let roots = made(&everything, "root", &["openid"]).await.expect_status(201).json();
    let at = format!("/api-keys/{}", roots["api_key"]["id"].as_str().unwrap());
    program.delete(&at).await.expect_problem(403, "forbidden");
    reader.delete(&at).await.expect_problem(403, "forbidden");
    everything.delete(&at).await.expect_status(204);
}

#[actix_web::test]
async fn the_pages_show_a_key_once_and_revoke_it() {
    let server = Server::start().await;
    let (root, alice) = (server.administrator("root", Role::Admin).await, server.user("alice").await);
    assert!(root.opens("/admin/api-keys").await.text().contains("There is no API key"));
    let form = root.opens("/admin/api-keys/new?user=alice").await;
    assert!(form.expect_status(200).text().contains("value=\"alice\""));
    let name = "<img src=x onerror=alert(1)>";
    let fields = [("user", "alice"), ("name", name), ("description", "<b>why"), ("scopes", "openid"), ("prefix", "sk")];
    let refused = root.browser.submit(&[&fields[..], &[("expires_in_days", "soon")]].concat()).await;
    assert!(
        refused.expect_status(422).text().contains("must be a number") && refused.text().contains("&#60;b&#62;why")
    );
    let made = root.browser.submit(&[&fields[..], &[("expires_in_days", "30")]].concat()).await;
    let text = made.expect_status(200).text();
    let begin = text.find("sk_live_").unwrap();
    let secret = text[begin..].split('<').next().unwrap();
    assert_eq!(server.request(Method::GET, "/userinfo").bearer(secret).await.json()["sub"], alice.id);
    assert_eq!(made.header("cache-control"), Some("no-store"));

    let list = root.opens("/admin/api-keys?user=alice@example.com").await;
    let path =
        list.text().split("href=\"").find_map(|rest| rest.split('"').next().filter(|it| it.contains("/api-keys/key_")));
    let path = path.unwrap().to_owned();
    let page = root.opens(&path).await;
    assert!(page.expect_status(200).text().contains("by an administrator"));
    let unknown = root.opens("/admin/api-keys?user=nobody").await;
    assert!(unknown.expect_status(404).text().contains("There is no user nobody."));
    for answer in [&refused, &list, &page] {
        assert!(answer.text().contains("&#60;img") && !answer.text().contains("<img src=x"), "{}", answer.url);
        assert!(!answer.text().contains(secret), "{} shows the key", answer.url);
    }
    root.opens(&path).await;
    root.browser.submit_to("/revoke", &[]).await.expect_status(200);
    server.request(Method::GET, "/userinfo").bearer(secret).await.expect_status(401);
    root.opens(&path).await.expect_status(404);
}
