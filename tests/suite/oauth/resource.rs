//! Which resource server a token is for. RFC 8707.

use crate::harness::operator;
use serde_json::json;
use signet::services::admin::scopes::{self, NewScope};

use crate::harness::{Server, TestClient, Tokens, cast, claims};

const API: &str = "https://api.example";
const MAIL: &str = "https://mail.example/v1";

async fn app(server: &Server) -> TestClient {
    let scope = "openid api:read offline_access";
    server.client().resource(API).resource(MAIL).scope(scope).create().await
}

fn audience(tokens: &Tokens) -> serde_json::Value {
    claims(&tokens.access_token)["aud"].clone()
}

/// RFC 9068 §3: without `resource` a default audience; ours is the issuer.
#[tokio::test]
async fn without_a_resource_the_token_is_for_us() {
    let (server, app, alice) = cast().await;
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    assert_eq!(audience(&tokens), server.site.issuer);
}

/// RFC 8707 §2.2; with `openid` the token opens userinfo, too.
#[tokio::test]
async fn a_token_is_for_the_resource_that_was_asked_for() {
    let server = Server::start().await;
    let (app, alice) = (app(&server).await, server.user("alice").await);
    let code = alice.allows(alice.asked_by(&app).with("scope", "api:read").with("resource", API)).await;
    assert_eq!(audience(&app.redeems(&code).await.expect_tokens()), API);

    let code = alice.allows(alice.asked_by(&app).with("resource", API)).await;
    let tokens = app.redeems(&code).await.expect_tokens();
    assert_eq!(audience(&tokens), json!([API, server.site.issuer]));
    app.userinfo(&tokens.access_token).await.expect_status(200);
}

#[tokio::test]
async fn a_clients_default_resource_counts_where_none_is_named() {
    let server = Server::start().await;
    let app = server.client().default_resource(API).scope("openid api:read").create().await;
    let alice = server.user("alice").await;
    let code = alice.allows(alice.asked_by(&app).with("scope", "api:read")).await;
    assert_eq!(audience(&app.redeems(&code).await.expect_tokens()), API);
    let code = alice.approves(&app).await;
    assert_eq!(audience(&app.redeems(&code).await.expect_tokens()), json!([API, server.site.issuer]));
}

/// RFC 8707 §2: several are allowed; §2.2: `/token` may take a part of what was granted, again and again.
#[tokio::test]
async fn a_token_may_be_for_a_part_of_what_was_granted() {
    let server = Server::start().await;
    let (app, alice) = (app(&server).await, server.user("alice").await);
    let request = alice.asked_by(&app).with("scope", "api:read offline_access").and("resource", API);
    let code = alice.allows(request.and("resource", MAIL)).await;
    let first = app.redeems(&code).with("resource", MAIL).await.expect_tokens();
    assert_eq!(audience(&first), MAIL);
    let second = app.refreshes(first.refresh()).with("resource", API).await.expect_tokens();
    assert_eq!(audience(&second), API);
    let both = app.refreshes(second.refresh()).await.expect_tokens();
    assert_eq!(audience(&both), json!([API, MAIL]));
    let named = app.refreshes(both.refresh()).and("resource", MAIL).and("resource", API).and("resource", MAIL);
    assert_eq!(audience(&named.await.expect_tokens()), json!([MAIL, API]));
}

/// RFC 8707 §2: `invalid_target`. At a refresh the refusal spends nothing.
#[tokio::test]
async fn no_token_is_for_a_resource_that_was_not_granted() {
    let server = Server::start().await;
    let (app, alice) = (app(&server).await, server.user("alice").await);
    let request = || alice.asked_by(&app).with("scope", "api:read offline_access").with("resource", API);
    let code = alice.allows(request()).await;
    app.redeems(&code).with("resource", MAIL).await.expect_refusal("invalid_target");
    app.redeems(&code).await.expect_refusal("invalid_grant");

    let code = alice.allows(request()).await;
    let tokens = app.redeems(&code).await.expect_tokens();
    for other in [MAIL, "https://api.example/", "https://evil.example", "no uri", "https://api.example#part"] {
        app.refreshes(tokens.refresh()).with("resource", other).await.expect_refusal("invalid_target");
    }
    let again = app.refreshes(tokens.refresh()).await.expect_tokens();
    assert_eq!(audience(&again), API);
}

/// A client that lost a resource gets no token for it any more; none at all would mean another one.
#[tokio::test]
async fn a_client_that_lost_a_resource_gets_no_token_for_it() {
    let server = Server::start().await;
    let (app, alice) = (app(&server).await, server.user("alice").await);
    let request = || alice.asked_by(&app).with("scope", "api:read offline_access").with("resource", API);
    let (code, both) = (alice.allows(request()).await, alice.allows(request().and("resource", MAIL)).await);
    let (one, both) = (app.redeems(&alice.allows(request()).await).await, app.redeems(&both).await);
    app.changes(|members| members.resources = Some(vec![MAIL.to_owned()])).await;
    app.redeems(&code).await.expect_refusal("invalid_target");
    app.refreshes(one.expect_tokens().refresh()).await.expect_refusal("invalid_target");
    let left = app.refreshes(both.expect_tokens().refresh()).await.expect_tokens();
    assert_eq!(audience(&left), MAIL);
}

/// RFC 9068 §3: the audience may follow from the scope; RFC 8707 §2.2: then it may be named at `/token`, too.
#[tokio::test]
async fn an_audience_follows_from_the_scope() {
    let server = Server::start().await;
    server.client().resource(API).resource(MAIL).create().await;
    own_scope(&server, "api:own", API).await;
    own_scope(&server, "mail:own", MAIL).await;
    let app = server.client().scope("api:own mail:own offline_access").create().await;
    let alice = server.user("alice").await;
    let code = alice.approves(&app).await;
    let first = app.redeems(&code).with("resource", API).await.expect_tokens();
    assert_eq!(audience(&first), API);
    assert_eq!(first.scope.as_deref(), Some("api:own offline_access"));
    let both = app.refreshes(first.refresh()).await.expect_tokens();
    assert_eq!(audience(&both), json!([API, MAIL]));
    let other = app.refreshes(both.refresh()).with("resource", "https://other.example");
    other.await.expect_refusal("invalid_target");

    let code = alice.allows(alice.asked_by(&app).with("scope", "api:own").with("resource", API)).await;
    assert_eq!(audience(&app.redeems(&code).await.expect_tokens()), API);
}

async fn own_scope(server: &Server, name: &str, resource: &str) {
    let description = "Read".to_owned();
    let new = NewScope { name: name.to_owned(), description, resource: Some(resource.to_owned()) };
    scopes::create(&server.site.core, &operator(), new).await.unwrap();
}

/// RFC 8707 §2: what is unknown or unacceptable is refused at `/authorize`, too.
#[tokio::test]
async fn an_unknown_resource_is_refused_at_once() {
    let server = Server::start().await;
    let (app, alice) = (app(&server).await, server.user("alice").await);
    server.client().resource("https://internal.example").create().await;
    for other in ["https://unknown.example", "https://internal.example", "api", "https://api.example#part"] {
        let asked = alice.asked_by(&app).with("resource", other).await;
        asked.expect_error("invalid_target");
    }
}

/// RFC 8707 §3: a scope of one resource server means nothing to another, and is not shown to it.
#[tokio::test]
async fn a_scope_of_one_api_is_not_in_the_token_of_another() {
    let server = Server::start().await;
    server.client().resource(API).resource(MAIL).create().await;
    own_scope(&server, "api:own", API).await;
    own_scope(&server, "mail:own", MAIL).await;
    let app = server.client().resource(API).resource(MAIL).scope("api:own mail:own offline_access").create().await;
    let alice = server.user("alice").await;
    let request = alice.asked_by(&app).and("resource", API).and("resource", MAIL);
    let code = alice.allows(request).await;
    let tokens = app.redeems(&code).with("resource", API).await.expect_tokens();
    assert_eq!(tokens.scope.as_deref(), Some("api:own offline_access"));
    let tokens = app.refreshes(tokens.refresh()).with("resource", MAIL).await.expect_tokens();
    assert_eq!(tokens.scope.as_deref(), Some("mail:own offline_access"));
    assert_eq!(claims(&tokens.access_token)["scope"], "mail:own offline_access");
}
