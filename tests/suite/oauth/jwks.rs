//! `/jwks`: the keys by which everybody can check our tokens. RFC 7517.

use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode,
    jwk::{Jwk, JwkSet},
};
use serde_json::Value;
use signet::services::{admin, keys};

use crate::harness::{Method, Seconds, Server, cast, header, operator};

/// The token's claims, if the published key of its `kid` made its signature.
fn verified(jwks: &str, token: &str) -> Option<Value> {
    let set: JwkSet = serde_json::from_str(jwks).unwrap();
    let key: &Jwk = set.find(header(token)["kid"].as_str().unwrap())?;
    let mut rules = Validation::new(Algorithm::RS256);
    (rules.validate_exp, rules.validate_aud) = (false, false);
    decode::<Value>(token, &DecodingKey::from_jwk(key).unwrap(), &rules).ok().map(|token| token.claims)
}

fn kids(jwks: &Value) -> Vec<String> {
    jwks["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// RFC 7517 §4, RFC 7518 §6.3.1: what a verifier needs, and no private member.
#[tokio::test]
async fn keys_are_public_and_say_what_they_are_for() {
    let server = Server::start().await;
    let answer = server.get("/jwks").await;
    answer.expect_status(200);
    assert!(answer.header("content-type").unwrap().starts_with("application/json"));
    let jwks = answer.json();
    assert_eq!(jwks["keys"].as_array().unwrap().len(), 1);
    let key = &jwks["keys"][0];
    let members: Vec<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["alg", "e", "kid", "kty", "n", "use"]);
    assert_eq!(
        (&key["kty"], &key["alg"], &key["use"], &key["e"]),
        (&"RSA".into(), &"RS256".into(), &"sig".into(), &"AQAB".into())
    );
    assert_eq!(key["n"].as_str().unwrap().len(), 342);
}

/// OpenID Connect Core §10.1, RFC 9068 §2.1: both kinds of token verify by what is published.
#[tokio::test]
async fn the_published_key_verifies_our_tokens() {
    let (server, app, alice) = cast().await;
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let jwks = server.get("/jwks").await;
    assert_eq!(verified(jwks.text(), &tokens.access_token).unwrap()["sub"], alice.id);
    assert_eq!(verified(jwks.text(), tokens.id()).unwrap()["aud"], app.id);
    let (signed, signature) = tokens.id().rsplit_once('.').unwrap();
    let of_the_other = tokens.access_token.rsplit_once('.').unwrap().1;
    assert_ne!(signature, of_the_other);
    assert_eq!(verified(jwks.text(), &format!("{signed}.{of_the_other}")), None);
}

/// RFC 9110 §13.1.2: `If-None-Match` is a list, compared weakly, so that a cache that marks tags as weak still hits.
#[tokio::test]
async fn a_cache_that_has_it_is_told_so() {
    let server = Server::start().await;
    for path in ["/jwks", "/.well-known/openid-configuration"] {
        let first = server.get(path).await;
        let etag = first.header("etag").unwrap().to_owned();
        assert_eq!(first.header("cache-control"), Some("public, max-age=300"));
        assert_eq!(first.header("access-control-allow-origin"), Some("*"));
        for known in [etag.clone(), format!("W/{etag}"), format!("\"other\", {etag}"), "*".to_owned()] {
            let again = server.request(Method::GET, path).header("if-none-match", &known).await;
            again.expect_status(304);
            assert_eq!((again.text(), again.header("etag")), ("", Some(etag.as_str())), "{known}");
        }
        let other = server.request(Method::GET, path).header("if-none-match", "\"other\"").await;
        other.expect_status(200);
    }
}

/// A key is published before it signs and stays until its last token has ended (Hydra 2535).
#[tokio::test]
async fn no_token_fails_during_a_rotation() {
    let (server, app, alice) = cast().await;
    let old = kids(&server.get("/jwks").await.json());
    let tokens = || async { app.redeems(&alice.approves(&app).await).await.expect_tokens() };
    let before = tokens().await;

    admin::keys::rotate(&server.site.core, &operator()).await.unwrap();
    let announced = server.get("/jwks").await;
    let both = kids(&announced.json());
    assert_eq!(both.len(), 2);
    let new = both.into_iter().find(|kid| *kid != old[0]).unwrap();
    assert_eq!(header(&tokens().await.access_token)["kid"], old[0]);

    server.advance(server.site.core.settings.publish_ahead()).await;
    let after = tokens().await;
    assert_eq!(header(&after.access_token)["kid"], new);
    assert!(verified(announced.text(), &after.access_token).is_some());
    app.userinfo(&before.access_token).await.expect_status(200);
    app.userinfo(&after.access_token).await.expect_status(200);

    server.advance(Seconds::hours(2)).await;
    assert_eq!(kids(&server.get("/jwks").await.json()), [new]);
}

/// The emergency: what the revoked key signed is good no more, and a new key signs at once.
#[tokio::test]
async fn a_revoked_key_validates_nothing() {
    let (server, app, alice) = cast().await;
    let before = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let old = kids(&server.get("/jwks").await.json()).remove(0);
    let kid = old.clone();
    admin::keys::revoke(&server.site.core, &operator(), &kid).await.unwrap();
    app.userinfo(&before.access_token).await.expect_refusal("invalid_token");
    assert_eq!(app.introspects(&before.access_token).await.text(), r#"{"active":false}"#);
    let after = app.refreshes(before.refresh()).await.expect_tokens();
    let published = kids(&server.get("/jwks").await.json());
    assert!(!published.contains(&old));
    assert!(published.contains(&header(&after.access_token)["kid"].as_str().unwrap().to_owned()));
}

/// A node that cannot read the keys any more stops signing before others could have rotated them away.
#[tokio::test]
async fn a_stale_keyring_signs_nothing() {
    let server = Server::start().await;
    let service = server.client().service("api:read").create().await;
    server.site.core.clock.advance(Seconds(server.site.core.settings.publish_ahead().0 + 1));
    let answer = service.asks_for_itself().await;
    answer.expect_status(503).expect_private_json();
    assert_eq!(answer.json()["error"], "temporarily_unavailable");
    assert!(answer.header("retry-after").is_some());
    server.advance(Seconds(0)).await;
    service.asks_for_itself().await.expect_tokens();
}

/// Keys are rotated by themselves: the next one is published in time, and signs when the old one has served.
#[tokio::test]
async fn a_key_that_has_served_its_time_is_followed() {
    let server = Server::start().await;
    let tend = || server.site.core.run(keys::tend);
    let first = kids(&server.get("/jwks").await.json());
    let ahead = server.site.core.settings.publish_ahead();
    server.advance(Seconds(Seconds::days(90).0 - ahead.0 - 1)).await;
    tend().await.unwrap();
    assert_eq!(kids(&server.get("/jwks").await.json()), first);
    server.advance(Seconds(1)).await;
    tend().await.unwrap();
    assert_eq!(kids(&server.get("/jwks").await.json()).len(), 2);
    tend().await.unwrap();
    assert_eq!(kids(&server.get("/jwks").await.json()).len(), 2);
}
