//! `/admin/api/v1/clients`.

use serde_json::{Value, json};

use crate::{
    harness::{Auth, Program, Seconds, Server},
    tables::Tables,
};

/// Registers a client with something in every member.
async fn full(program: &Program) -> Value {
    for resource in ["https://api.example", "https://other.example"] {
        let body = json!({ "identifier": resource, "name": "An API" });
        program.post("/resources", &body).await.expect_status(201);
    }
    let body = json!({
        "client_id": "full", "client_name": "Full", "redirect_uris": ["https://app.example/cb"],
        "post_logout_redirect_uris": ["https://app.example/bye"], "grant_types": ["authorization_code", "refresh_token"],
        "scope": "openid email", "token_endpoint_auth_methods": ["client_secret_basic"], "pkce": "required",
        "refresh": "static", "resources": ["https://api.example"], "default_resource": "https://api.example",
        "resource_server": ["https://api.example"], "access_seconds": 300, "cors_origins": ["https://app.example"],
        "logo_uri": "https://app.example/logo.svg", "policy_uri": "https://app.example/policy",
        "tos_uri": "https://app.example/terms", "first_party": true, "owner": "owner",
    });
    let made = program.post("/clients", &body).await;
    made.expect_status(201);
    assert!(made.header("location").unwrap().ends_with("/admin/api/v1/clients/full"));
    program.get("/clients/full").await.json()
}

/// Keycloak CVE-2026-107623: an update must drop no setting that it does not name.
#[tokio::test]
async fn a_patch_changes_only_what_it_names() {
    let server = Server::start().await;
    server.user("owner").await;
    let program = server.root_program().await;
    let mut before = full(&program).await;
    let members = [
        ("client_name", json!("Other")),
        ("enabled", json!(false)),
        ("enabled", json!(true)),
        ("first_party", json!(false)),
        ("redirect_uris", json!(["https://b.example/cb", "https://c.example/cb"])),
        ("post_logout_redirect_uris", json!([])),
        ("grant_types", json!(["authorization_code"])),
        ("scope", json!("openid profile")),
        ("token_endpoint_auth_methods", json!(["client_secret_post"])),
        ("pkce", json!("optional")),
        ("refresh", json!("rotate")),
        ("default_resource", Value::Null),
        ("resources", json!(["https://other.example", "https://api.example"])),
        ("resource_server", json!([])),
        ("access_seconds", json!(60)),
        ("access_seconds", Value::Null),
        ("cors_origins", json!(["https://b.example"])),
        ("logo_uri", Value::Null),
        ("policy_uri", json!("https://b.example/policy")),
        ("tos_uri", Value::Null),
        ("owner", Value::Null),
    ];
    for (member, value) in members {
        let changed = program.patch("/clients/full", &json!({ member: value })).await;
        changed.expect_status(200);
        before[member] = value;
        let mut after = changed.json();
        after["updated_at"] = before["updated_at"].clone();
        assert_eq!(after, before, "{member}");
    }
}

#[tokio::test]
async fn a_refusal_names_the_member_and_the_rule() {
    let server = Server::start().await;
    let program = server.root_program().await;
    let made = server.client().id("app").create().await;
    for (body, member, words) in [
        (json!({ "redirect_uris": ["https://app.example/cb#x"] }), "redirect_uris", "has a fragment"),
        (json!({ "redirect_uris": ["https://*.example/cb"] }), "redirect_uris", "no wildcards"),
        (json!({ "redirect_uris": ["http://app.example/cb"] }), "redirect_uris", "use https"),
        (json!({ "redirect_uris": ["https://app.example/a/../cb"] }), "redirect_uris", ".."),
        (json!({ "redirect_uris": [] }), "redirect_uris", "at least one"),
        (json!({ "post_logout_redirect_uris": ["/bye"] }), "post_logout_redirect_uris", "absolute"),
        (json!({ "logo_uri": "javascript:alert(1)" }), "logo_uri", "scheme"),
        (json!({ "policy_uri": "http://127.0.0.1/policy" }), "policy_uri", "https://"),
        (json!({ "client_name": " " }), "client_name", "empty"),
        (json!({ "scope": "openid nothing" }), "scope", "nothing is not registered"),
        (json!({ "resources": ["https://no.example"] }), "resources", "is not registered"),
        (json!({ "resource_server": ["a\u{0}b"] }), "resource_server", "is not registered"),
        (json!({ "grant_types": ["implicit"] }), "grant_types", "not possible"),
        (json!({ "grant_types": ["refresh_token"] }), "grant_types", "authorization_code"),
        (json!({ "token_endpoint_auth_methods": ["none"] }), "token_endpoint_auth_methods", "public"),
        (json!({ "access_seconds": 29 }), "access_seconds", "30"),
        (json!({ "cors_origins": ["https://app.example/x"] }), "cors_origins", "must look like"),
        (json!({ "owner": "nobody" }), "owner", "there is no user"),
    ] {
        let refused = program.patch("/clients/app", &body).await;
        refused.expect_problem(422, "unfit");
        let json = refused.json();
        assert_eq!(json["member"], member, "{body}: {json}");
        assert!(json["detail"].as_str().unwrap().contains(words), "{body}: {json}");
    }
    let shown = program.get("/clients/app").await.json();
    assert_eq!(shown["redirect_uris"], json!([made.redirect_uri]), "nothing was changed");
    program.patch("/clients/app", &json!({ "redirect_uri": "x" })).await.expect_problem(400, "malformed");
    let number = program.patch("/clients/app", &json!({ "client_name": 5 })).await;
    assert_eq!(number.expect_problem(400, "malformed")["member"], "client_name");
}

#[tokio::test]
async fn clients_are_listed_by_pages_searched_and_deleted() {
    let server = Server::start().await;
    let program = server.root_program().await;
    for id in ["b/1", "b/2", "b/3"] {
        server.client().id(id).name(&format!("Shop {id}")).create().await;
    }
    let ids = |answer: &Value| {
        let items = answer["items"].as_array().unwrap();
        items.iter().map(|item| item["client_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let first = program.get("/clients?q=shop&limit=2").await.json();
    assert_eq!(ids(&first), ["b/1", "b/2"]);
    let next = program.get(&format!("/clients?q=shop&limit=2&after={}", first["next"].as_str().unwrap())).await.json();
    assert_eq!((ids(&next), &next["next"]), (vec!["b/3".to_owned()], &Value::Null));

    // A typing error would look like the whole list.
    program.get("/clients?limt=2").await.expect_problem(400, "malformed");

    program.delete("/clients/b%2F3").await.expect_status(204);
    program.get("/clients/b%2F3").await.expect_problem(404, "not-found");
    program.delete("/clients/b%2F3").await.expect_problem(404, "not-found");
}

/// A secret is in the answer that made it, and nowhere else.
#[tokio::test]
async fn a_secret_is_shown_once() {
    let server = Server::start().await;
    let program = server.root_program().await;
    let body = json!({ "client_id": "svc", "client_name": "Svc", "grant_types": ["client_credentials"] });
    let made = program.post("/clients", &body).await;
    made.expect_status(201);
    assert_eq!(made.json()["client_secret_expires_at"], 0);
    let first = made.json()["client_secret"].as_str().unwrap().to_owned();

    let rotated = program.post("/clients/svc/secrets", &json!({ "overlap_seconds": 60 })).await;
    rotated.expect_status(201);
    let second = rotated.json()["client_secret"].as_str().unwrap().to_owned();
    let listed = program.get("/clients/svc/secrets").await;
    assert_eq!(listed.json()["items"].as_array().unwrap().len(), 2);

    let mut tables = Tables::of(&server.site);
    let admin = server.admin().await;
    let pages = [
        program.get("/clients/svc").await,
        program.get("/clients").await,
        program.patch("/clients/svc", &json!({ "client_name": "Other" })).await,
        admin.opens("/admin/clients/svc").await,
        admin.opens("/admin/clients/svc/secrets").await,
        listed,
    ];
    for secret in [&first, &second] {
        assert!(pages.iter().all(|page| page.status == 200 && !page.text().contains(secret.as_str())));
        let told = format!("SELECT count(*) AS number FROM audit_events WHERE detail LIKE '%{secret}%'");
        assert_eq!(tables.number(&told), 0);
    }
}

#[tokio::test]
async fn two_secrets_overlap_and_one_is_revoked_at_once() {
    let server = Server::start().await;
    let program = server.root_program().await;
    let app = server.client().id("svc").service("").create().await;
    let rotated = program.post("/clients/svc/secrets", &json!({ "overlap_seconds": 60 })).await.json();
    let new = app.with_secret(rotated["client_secret"].as_str().unwrap()).by(Auth::Basic);
    app.asks_for_itself().await.expect_tokens();
    new.asks_for_itself().await.expect_tokens();

    let id = rotated["id"].as_str().unwrap();
    program.delete(&format!("/clients/svc/secrets/{id}")).await.expect_status(204);
    program.delete(&format!("/clients/svc/secrets/{id}")).await.expect_problem(404, "not-found");
    new.asks_for_itself().await.expect_refusal("invalid_client");
    app.asks_for_itself().await.expect_tokens();
    server.advance(Seconds(61)).await;
    app.asks_for_itself().await.expect_refusal("invalid_client");
}

#[tokio::test]
async fn usage_says_what_a_deletion_ends() {
    let server = Server::start().await;
    let program = server.root_program().await;
    let (app, alice) = (server.client().id("app").create().await, server.user("alice").await);
    let code = alice.approves(&app).await;
    app.redeems(&code).await.expect_tokens();
    let used = program.get("/clients/app/usage").await.json();
    assert_eq!((&used["grants"], &used["people"], &used["sessions"]), (&json!(1), &json!(1), &json!(1)), "{used}");
    assert_eq!(used["days"].as_array().unwrap().last().unwrap()["tokens"], 1);
    assert!(used["last_used"].is_string());
}
