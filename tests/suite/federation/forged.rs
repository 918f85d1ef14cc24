//! ID tokens that must not be believed: one wrong thing each. OpenID Connect Core §3.1.3.7, RFC 8725.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rsa::{
    pkcs1::EncodeRsaPublicKey,
    pkcs8::{DecodePrivateKey, EncodePublicKey, LineEnding},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use super::{
    Journey, UNTRUSTED, dora, parameter,
    tenant::{CLIENT, OID, TID, Tenant, keys, published, sign, sign_shared},
};

#[tokio::test]
async fn a_good_token_signs_in() {
    let journey = Journey::begin().await;
    let answer = journey.goes(|_| {}).await;
    journey.expect_signed_in(&answer);
    assert!(dora(&journey).await.is_some());
}

/// Where the browser was sent, and the usual claims for it.
async fn asked_for(journey: &Journey) -> (Url, Value) {
    let away = journey.leaves().await;
    let mut claims = journey.tenant.claims(journey.server.now());
    claims["nonce"] = json!(parameter(&away, "nonce"));
    (away, claims)
}

async fn is_refused(change: impl FnOnce(&mut Value)) {
    let journey = Journey::begin().await;
    let answer = journey.goes(change).await;
    journey.expect_refused(&answer, UNTRUSTED);
    assert_eq!(dora(&journey).await, None);
}

#[tokio::test]
async fn another_nonce_or_none_is_refused() {
    is_refused(|claims| claims["nonce"] = json!("another")).await;
    is_refused(|claims| drop(claims.as_object_mut().unwrap().remove("nonce"))).await;
}

#[tokio::test]
async fn another_audience_is_refused_beside_ours_too() {
    is_refused(|claims| claims["aud"] = json!("another")).await;
    is_refused(|claims| claims["aud"] = json!([CLIENT, "another"])).await;
}

#[tokio::test]
async fn another_authorized_party_is_refused() {
    is_refused(|claims| claims["azp"] = json!("another")).await;
}

/// Each tenant's tokens name their tenant, and all tenants share their keys.
#[tokio::test]
async fn another_issuer_or_tenant_is_refused() {
    is_refused(|claims| claims["iss"] = json!(claims["iss"].as_str().unwrap().replace(TID, "7a1b7c52"))).await;
    is_refused(|claims| claims["tid"] = json!("7a1b7c52-0000-4000-8000-3f2e1d0c9b8a")).await;
    is_refused(|claims| drop(claims.as_object_mut().unwrap().remove("tid"))).await;
}

#[tokio::test]
async fn a_token_without_oid_names_nobody() {
    is_refused(|claims| drop(claims.as_object_mut().unwrap().remove("oid"))).await;
}

#[tokio::test]
async fn a_token_that_has_expired_or_comes_from_the_future_is_refused() {
    is_refused(|claims| claims["exp"] = json!(claims["iat"].as_i64().unwrap() - 1)).await;
    is_refused(|claims| claims["iat"] = json!(claims["iat"].as_i64().unwrap() + 3000)).await;
}

/// OpenID Connect Core §3.1.3.8.
#[tokio::test]
async fn the_hash_of_another_access_token_is_refused() {
    let hash = |text: &str| URL_SAFE_NO_PAD.encode(&Sha256::digest(text)[..16]);
    is_refused(|claims| claims["at_hash"] = json!(hash("another"))).await;
    let journey = Journey::begin().await;
    let answer = journey.goes(|claims| claims["at_hash"] = json!(hash("an access token"))).await;
    journey.expect_signed_in(&answer);
}

/// RFC 8725 §3.1: a public key is no secret, and nothing is no signature.
#[tokio::test]
async fn no_signature_and_one_with_the_public_key_as_secret_are_refused() {
    let journey = Journey::begin().await;
    let [key, other] = keys();
    let pem = rsa::RsaPrivateKey::from_pkcs8_der(key.private_der.reveal()).unwrap().to_public_key();
    let der = pem.to_public_key_der().unwrap();
    let secrets: [Option<Vec<u8>>; 6] = [
        None,
        Some(pem.to_public_key_pem(LineEnding::LF).unwrap().into_bytes()),
        Some(der.as_bytes().to_vec()),
        Some(pem.to_pkcs1_der().unwrap().as_bytes().to_vec()),
        Some(published(key)["n"].as_str().unwrap().as_bytes().to_vec()),
        Some(b"hush".to_vec()),
    ];
    for secret in secrets {
        let algorithms: &[&str] = if secret.is_none() { &["none", "HS256", "RS256"] } else { &["HS256"] };
        for algorithm in algorithms {
            let (away, claims) = asked_for(&journey).await;
            let token = sign_shared(algorithm, &key.kid, &claims, secret.as_deref());
            let answer = journey.returns(&away, token).await;
            journey.expect_refused(&answer, UNTRUSTED);
        }
    }
    let (away, claims) = asked_for(&journey).await;
    let answer = journey.returns(&away, sign(other, &key.kid, &claims)).await;
    journey.expect_refused(&answer, UNTRUSTED);
}

#[tokio::test]
async fn claims_that_were_changed_after_the_signature_are_refused() {
    let journey = Journey::begin().await;
    let (away, mut claims) = asked_for(&journey).await;
    let token = Tenant::signs(&claims);
    claims["oid"] = json!(OID.replace('0', "1"));
    let parts: Vec<&str> = token.split('.').collect();
    let forged = format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(claims.to_string()), parts[2]);
    let answer = journey.returns(&away, forged).await;
    journey.expect_refused(&answer, UNTRUSTED);
}

/// A provider changes its keys when it likes; tokens that name made-up keys must not make us ask for ever.
#[tokio::test]
async fn new_keys_are_fetched_when_a_token_names_one_and_not_too_often() {
    let journey = Journey::begin().await;
    let [old, new] = keys();
    let with_key = async |key, kid: &str| {
        let (away, claims) = asked_for(&journey).await;
        journey.returns(&away, sign(key, kid, &claims)).await
    };
    journey.expect_signed_in(&with_key(old, &old.kid).await);
    assert_eq!(journey.tenant.asked("/keys"), 1);

    journey.tenant.publishes(&[old, new]);
    journey.browser.forget_cookies();
    journey.expect_signed_in(&with_key(new, &new.kid).await);
    assert_eq!(journey.tenant.asked("/keys"), 2);

    journey.browser.forget_cookies();
    for _ in 0..3 {
        let answer = with_key(new, "made up").await;
        journey.expect_refused(&answer, UNTRUSTED);
    }
    assert_eq!(journey.tenant.asked("/keys"), 2);
    assert_eq!(journey.tenant.asked("openid-configuration"), 1);
}
