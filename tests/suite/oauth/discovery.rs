//! The two discovery documents. OpenID Connect Discovery §3 and §4, RFC 8414 §2 and §3.

use serde_json::json;

use crate::harness::{Method, Seconds, Server};

const DOCUMENTS: [&str; 2] = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"];

/// What is listed works, and what works is listed.
#[tokio::test]
async fn both_documents_say_exactly_what_works() {
    let server = Server::start().await;
    let at = |path: &str| format!("{}{path}", server.site.issuer);
    let [openid, oauth] = [server.get(DOCUMENTS[0]).await, server.get(DOCUMENTS[1]).await];
    openid.expect_status(200);
    assert!(openid.header("content-type").unwrap().starts_with("application/json"));
    assert_eq!(openid.text(), oauth.text());
    let mut document = openid.json();
    let [claims, scopes] =
        ["claims_supported", "scopes_supported"].map(|name| document.as_object_mut().unwrap().remove(name).unwrap());
    assert_eq!(
        document,
        json!({
            "issuer": server.site.issuer,
            "authorization_endpoint": at("/authorize"),
            "token_endpoint": at("/token"),
            "userinfo_endpoint": at("/userinfo"),
            "jwks_uri": at("/jwks"),
            "introspection_endpoint": at("/introspect"),
            "revocation_endpoint": at("/revoke"),
            "end_session_endpoint": at("/logout"),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "form_post"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
            "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
            "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "acr_values_supported": ["urn:signet:acr:password", "urn:signet:acr:federated", "urn:signet:acr:2fa"],
            "claim_types_supported": ["normal"],
            "prompt_values_supported": ["none", "login", "consent", "select_account"],
            "claims_parameter_supported": true,
            "request_parameter_supported": false,
            "request_uri_parameter_supported": false,
            "authorization_response_iss_parameter_supported": true,
        })
    );
    let names = |list: &serde_json::Value| -> Vec<String> { serde_json::from_value(list.clone()).unwrap() };
    let openid = ["openid", "profile", "email", "address", "phone", "offline_access"];
    // A new database has the scopes of the documented API registered.
    let api = ["read:profile", "write:profile", "read:projects", "write:projects", "read:org", "admin:org"];
    let more = ["read:licenses", "manage:licenses", "admin:users", "auth:sso"];
    let admin = ["clients", "clients:read", "users:read", "keys", "keys:read", "audit", "audit:read"];
    let admin: Vec<String> = admin.iter().map(|area| format!("admin:{area}")).collect();
    let admin = admin.iter().map(String::as_str);
    let mut expected: Vec<_> = openid.into_iter().chain(api).chain(more).chain(admin).collect();
    let mut scopes = names(&scopes);
    scopes.sort_unstable();
    expected.sort_unstable();
    assert_eq!(scopes, expected);
    let claims = names(&claims);
    for name in ["sub", "name", "email", "email_verified", "phone_number", "address", "auth_time", "acr"] {
        assert!(claims.iter().any(|claim| claim == name), "{name}");
    }
}

/// Every endpoint of the document answers.
#[tokio::test]
async fn every_address_of_the_document_is_there() {
    let server = Server::start().await;
    let document = server.get(DOCUMENTS[0]).await.json();
    let addresses: Vec<_> = document
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri")
        .map(|(_, address)| address.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(addresses.len(), 7);
    for address in addresses {
        let answer = server.request(Method::GET, &address).await;
        assert_ne!(answer.status, 404, "{address}");
        assert!(answer.status < 500, "{address}");
    }
}

/// OpenID Connect Discovery §4.1 puts the well-known part behind the issuer's path, RFC 8414 §3.1 before it.
#[tokio::test]
async fn an_issuer_with_a_path_is_found_both_ways() {
    let server = Server::at_path("/auth/eu").await;
    let origin = server.site.origin();
    let mut texts = Vec::new();
    for document in DOCUMENTS {
        for address in [format!("{origin}/auth/eu{document}"), format!("{origin}{document}/auth/eu")] {
            let answer = server.request(Method::GET, &address).await;
            answer.expect_status(200);
            texts.push(answer.text().to_owned());
        }
        server.request(Method::GET, &format!("{origin}{document}")).await.expect_status(404);
    }
    assert!(texts.iter().all(|text| *text == texts[0]));
    let found: serde_json::Value = serde_json::from_str(&texts[0]).unwrap();
    assert_eq!(found["issuer"], format!("{origin}/auth/eu"));
    assert_eq!(found["token_endpoint"], format!("{origin}/auth/eu/token"));
}

/// The whole flow works below a path, cookies and forms included.
#[tokio::test]
async fn an_issuer_with_a_path_issues_tokens() {
    let server = Server::at_path("/auth").await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    assert_eq!(crate::harness::claims(tokens.id())["iss"], server.site.issuer);
    app.userinfo(&tokens.access_token).await.expect_status(200);
    server.request(Method::POST, &format!("{}/token", server.site.origin())).await.expect_status(404);
}

/// A scope that is registered is listed; the document changes, and so does its tag.
#[tokio::test]
async fn registered_scopes_are_listed() {
    let server = Server::start().await;
    let before = server.get(DOCUMENTS[0]).await;
    server.client().service("api:read").create().await;
    server.advance(Seconds(2)).await;
    let after = server.get(DOCUMENTS[0]).await;
    assert!(after.json()["scopes_supported"].as_array().unwrap().contains(&json!("api:read")));
    assert_ne!(before.header("etag"), after.header("etag"));
}

/// RFC 9110 §9.3.2: the headers of GET without its body; §15.5.6.
#[tokio::test]
async fn documents_are_read_only() {
    let server = Server::start().await;
    for path in DOCUMENTS.iter().chain(&["/jwks"]) {
        let (head, get) = (server.request(Method::HEAD, path).await, server.get(path).await);
        head.expect_status(200);
        assert_eq!(head.text(), "");
        for name in ["etag", "content-type", "cache-control"] {
            assert_eq!(head.header(name), get.header(name), "{name}");
        }
        let post = server.request(Method::POST, path).await;
        assert_eq!((post.status, post.header("allow")), (405, Some("GET, HEAD")));
    }
}
