//! Which credential reaches what: sessions, API keys, services, and applications. Contracts README, 10, 14, 19.

use crate::harness::operator;
use serde_json::{Value, json};
use signet::{
    domain::api_key::Environment,
    protocol::{scope::Scope, token::GrantType},
    services::{admin, api_keys::NewKey},
};

use super::{exchange::Exchange, refusals::expect_refused};
use crate::harness::{Answer, CLASSIC, CODITECT, COMIND, CONTRACTS, Contract, DATIX, Method, PASSWORD, Server, Site};

/// Every documented request of a contract that shows a bearer token, with this one.
async fn everything_with(site: &Site, contract: &Contract, token: &str) -> Vec<(String, Answer)> {
    let mut answers = Vec::new();
    for (name, exchange) in Exchange::all(contract) {
        if exchange.headers.contains_key("Authorization") && name != "sso" {
            let method = Method::from_bytes(exchange.method().as_bytes()).unwrap();
            let path = exchange.path(contract).replace(['{', '}'], "");
            let request = site.calls(contract, method, &path).bearer(token);
            let body = exchange.body.map(|body| body.to_string());
            answers.push((name, body.into_iter().fold(request, |it, body| it.raw("application/json", body)).await));
        }
    }
    assert!(answers.len() > 2);
    answers
}

/// A third party must not change passwords, whatever it was allowed; not even with a token for the mount itself.
#[tokio::test]
async fn an_applications_token_is_refused_everywhere() {
    const SCOPE: &str = "openid profile email offline_access read:profile write:profile admin:org admin:users auth:sso";
    let server = Server::documented().await;
    let alice = server.user("alice").await;
    for contract in CONTRACTS {
        let mount = format!("http://{}{}", contract.host, contract.path);
        let app = server.client().scope(SCOPE).resource(&mount).grants(&[GrantType::AuthorizationCode]).create().await;
        let usual = app.redeems(&alice.approves(&app).await).await.expect_tokens();
        let request = alice.asked_by(&app).with("resource", mount.as_str());
        let aimed = app.redeems(&alice.allows(request).await).await.expect_tokens();
        for token in [&usual.access_token, &aimed.access_token] {
            for (name, answer) in everything_with(&server.site, contract, token).await {
                let service = name.starts_with("set_password") || name.starts_with("delete_user");
                let expected = if service { 403 } else { 401 };
                assert_eq!(answer.status, expected, "{} {name}: {}", contract.name, answer.text());
            }
        }
    }
    server.site.signs_in(COMIND, &alice.email, PASSWORD).await;
}

/// Passwords, second factors, keys, e-mail and sessions are for people.
#[tokio::test]
async fn a_key_reads_what_its_scopes_list_and_changes_nothing() {
    let server = Server::documented().await;
    let alice = server.user("alice").await;
    let session = server.site.signs_in(DATIX, &alice.email, PASSWORD).await;
    let reading = session.makes_a_key(&["read:profile"]).await;
    let other = session.makes_a_key(&["read:projects", "openid"]).await;
    for contract in [CODITECT, COMIND, DATIX] {
        let me = server.site.calls(contract, Method::GET, "/auth/me").bearer(&reading).await;
        assert!(me.expect_status(200).text().contains(&alice.id));
        let answer = server.site.calls(contract, Method::GET, "/auth/me").bearer(&other).await;
        expect_refused(contract, &answer, 403, "insufficient_scope", "This action requires the 'read:profile' scope");
    }
    for contract in CONTRACTS {
        for (name, answer) in everything_with(&server.site, contract, &reading).await {
            if name.starts_with("me") && !name.starts_with("me_update") {
                answer.expect_status(200);
            } else if name.starts_with("set_password") || name.starts_with("delete_user") {
                let message = "This action requires the 'admin:users' scope";
                expect_refused(contract, &answer, 403, "insufficient_scope", message);
            } else {
                expect_refused(contract, &answer, 403, "forbidden", "This credential cannot do that");
            }
        }
    }
    assert!(session.is_alive().await);
}

/// A key never has more than its maker.
#[tokio::test]
async fn nobody_gives_a_key_what_they_have_not() {
    let server = Server::documented().await;
    let alice = server.user("alice").await;
    for (contract, path) in [(DATIX, "/auth/api-keys"), (CLASSIC, "/auth/keys"), (COMIND, "/api-tokens")] {
        let session = server.site.signs_in(contract, &alice.email, PASSWORD).await;
        let greedy = session.posts(path, &json!({"name": "Greedy", "scopes": ["read:profile", "admin:users"]})).await;
        let message = "This action requires the 'admin:users' scope";
        expect_refused(contract, &greedy, 403, "insufficient_scope", message);
        for (body, member) in [
            (json!({"name": " "}), "name"),
            (json!({"name": "x", "environment": "production"}), "environment"),
            (json!({"name": "x", "scopes": ["no such scope"]}), "scopes"),
            (json!({"name": "x", "scopes": ["unknown:scope"]}), "scopes"),
        ] {
            let answer = session.posts(path, &body).await;
            expect_refused(contract, &answer, 400, "invalid_request", &format!("The member {member} is not valid"));
        }
        let days = if contract == CLASSIC { "expiresInDays" } else { "expires_in_days" };
        let endless = session.posts(path, &json!({"name": "x", days: 0})).await;
        expect_refused(contract, &endless, 400, "invalid_request", &format!("The member {days} is not valid"));
    }
}

/// One store: a key of any mount, with that mount's prefix, is good at all of them and at `/introspect`.
#[tokio::test]
async fn a_key_of_one_mount_is_good_at_all() {
    let server = Server::documented().await;
    let alice = server.user("alice").await;
    let api = server.client().service("").resource_server("https://api.example").create().await;
    let made = [
        (DATIX, "/auth/api-keys", "key", "sk_test_"),
        (CLASSIC, "/auth/keys", "apiKey", "sk_test_"),
        (COMIND, "/api-tokens", "token", "pat_test_"),
    ];
    for (contract, path, member, prefix) in made {
        let session = server.site.signs_in(contract, &alice.email, PASSWORD).await;
        let key = session.posts(path, &json!({"name": "Nightly", "environment": "test"})).await;
        let key = key.expect_status(201).json()[member].as_str().unwrap().to_owned();
        assert!(key.starts_with(prefix), "{key}");
        for at in [CODITECT, COMIND, DATIX] {
            server.site.calls(at, Method::GET, "/auth/me").bearer(&key).await.expect_status(200);
        }
        let told = api.introspects(&key).await.json();
        assert_eq!((&told["active"], &told["environment"]), (&json!(true), &json!("test")), "{told}");
        let scope: Vec<&str> = told["scope"].as_str().unwrap().split(' ').collect();
        assert!(scope.contains(&"read:profile") && scope.contains(&"write:projects"), "{scope:?}");
        assert!(!scope.iter().any(|name| name.starts_with("admin:")), "{scope:?}");
    }
    let listed = server.site.signs_in(CLASSIC, &alice.email, PASSWORD).await.gets("/auth/keys").await.json();
    assert_eq!(listed.as_array().unwrap().len(), 3);
}

async fn operators_key(server: &Server, scope: &str) -> String {
    let keeper = server.user("operator").await;
    let new = NewKey {
        name: "Provisioning".to_owned(),
        description: None,
        scope: Some(Scope::parse(scope).unwrap()),
        environment: Environment::Live,
        expires_in_days: None,
        prefix: "cdt".to_owned(),
    };
    let made = admin::api_keys::create(&server.site.core, &operator(), &keeper.id, new).await.unwrap();
    made.secret.reveal().clone()
}

/// Issue 3, 9: a service's token, or an API key with the scope `admin:users`; a person's session never.
#[tokio::test]
async fn service_endpoints_are_for_services() {
    let server = Server::documented().await;
    let alice = server.user("alice").await;
    let sessions = [
        server.site.signs_in(COMIND, &alice.email, PASSWORD).await,
        server.site.signs_in(CLASSIC, &alice.email, PASSWORD).await,
    ];
    let body = json!({"user_id": alice.id, "new_password": "set-by-a-service"});
    let sets = |token: &str, body: &Value| {
        let request = server.site.calls(COMIND, Method::POST, "/auth/admin/set-password").bearer(token);
        request.raw("application/json", body.to_string())
    };
    let deletes =
        |token: &str| server.site.calls(COMIND, Method::DELETE, &format!("/auth/users/{}", alice.id)).bearer(token);
    let nobody = server.site.posts(COMIND, "/auth/admin/set-password", &body).await;
    expect_refused(COMIND, &nobody, 401, "authentication_required", "Authentication required");
    for answer in [sets(&sessions[0].access, &body).await, deletes(&sessions[0].access).await] {
        expect_refused(COMIND, &answer, 403, "forbidden", "This credential cannot do that");
    }

    let key = operators_key(&server, "admin:users").await;
    for strange in
        [json!({"new_password": "x"}), json!({"user_id": alice.id, "email": alice.email, "new_password": "x"})]
    {
        expect_refused(COMIND, &sets(&key, &strange).await, 400, "invalid_request", "The member user_id is not valid");
    }
    let unknown = json!({"email": "nobody@example.com", "new_password": "set-by-a-service"});
    expect_refused(COMIND, &sets(&key, &unknown).await, 404, "not_found", "User not found");
    sets(&key, &body).await.expect_status(200);
    for session in &sessions {
        assert!(!session.is_alive().await);
        session.refreshes().await.expect_status(401);
    }
    let session = server.site.signs_in(COMIND, &alice.email, "set-by-a-service").await;
    deletes(&key).await.expect_status(204);
    assert!(!session.is_alive().await);
    let gone = server.site.tries(COMIND, &alice.email, "set-by-a-service").await;
    expect_refused(COMIND, &gone, 401, "invalid_credentials", "The email or password is incorrect");
}
