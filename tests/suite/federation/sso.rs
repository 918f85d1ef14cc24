//! `POST auth/sso` below its contract: who is let in, and by what proof.

use std::sync::Arc;

use serde_json::{Value, json};
use signet::{
    domain::{
        mount::{Mount, RefreshStyle, Unconfirmed},
        secret::Secret,
        session::{Door, Methods},
        time::Seconds,
    },
    services::{
        accounts::{Caller, Credential, Refusal},
        federation::sso::{SsoRequest, sign_in},
        mounts,
        sessions::Begun,
        visitor::Visitor,
    },
};
use tokio::task::JoinSet;

use super::{
    Journey, by_address, dora,
    tenant::{OID, TID, Tenant, UPN, keys, sign_shared},
};
use crate::harness::Site;

const MANY: usize = 20;

fn mount(site: &Site) -> Arc<Mount> {
    Arc::new(Mount {
        contract: "comind".to_owned(),
        audience: format!("{}/v1", site.issuer),
        client_id: mounts::client_id("comind").unwrap(),
        key_prefix: "pat".to_owned(),
        refresh: RefreshStyle::Rotating,
        unconfirmed: Unconfirmed::MustConfirm,
    })
}

fn request(id_token: Option<&str>) -> SsoRequest {
    let [oid, tid, upn] = [OID, TID, UPN].map(str::to_owned);
    SsoRequest { oid, tid, upn, id_token: id_token.map(|token| Secret::new(token.to_owned())) }
}

async fn send(site: Site, credential: Credential, request: SsoRequest) -> Result<Begun, Refusal> {
    let caller = Caller { credential, visitor: Visitor::default() };
    sign_in(&site.core, mount(&site), caller, request).await
}

async fn asks(journey: &Journey, request: SsoRequest) -> Result<Begun, Refusal> {
    send(journey.server.site.clone(), Credential::None, request).await
}

/// With the tenant's usual claims, changed.
async fn proves(journey: &Journey, change: impl FnOnce(&mut Value)) -> Result<Begun, Refusal> {
    let mut claims = journey.tenant.claims(journey.server.now());
    change(&mut claims);
    asks(journey, request(Some(&Tenant::signs(&claims)))).await
}

fn is_no_proof(answer: &Result<Begun, Refusal>) -> bool {
    matches!(answer, Err(Refusal::InvalidSsoProof))
}

#[tokio::test]
async fn a_token_of_the_tenant_opens_the_account_of_its_oid() {
    let journey = Journey::begin().await;
    let begun = proves(&journey, |_| {}).await.unwrap();
    assert_eq!(begun.session.methods, Methods::FEDERATED);
    assert_eq!(begun.session.door, Door::Api("comind".to_owned()));
    assert_eq!((begun.user.email.as_deref(), begun.user.email_verified), (Some(UPN), false));
    let again = proves(&journey, |claims| claims["jti"] = json!("2")).await.unwrap();
    assert_eq!(again.user.id, begun.user.id);
    assert_eq!(dora(&journey).await.unwrap().id, begun.user.id);
}

/// Contracts README 1: identifiers are no credentials.
#[tokio::test]
async fn without_proof_nobody_comes_in() {
    let journey = Journey::begin().await;
    assert!(matches!(asks(&journey, request(None)).await, Err(Refusal::SsoProofRequired)));
    assert_eq!(dora(&journey).await, None);
}

#[tokio::test]
async fn a_token_proves_only_whom_it_names_to_whom_it_was_made_for() {
    let journey = Journey::begin().await;
    let now = journey.server.now();
    let wrong: [fn(&mut Value, i64); 8] = [
        |claims, _| claims["aud"] = json!("another"),
        |claims, _| claims["iss"] = json!("https://login.microsoftonline.com/x/v2.0"),
        |claims, _| claims["tid"] = json!("another"),
        |claims, _| claims["oid"] = json!("another"),
        |claims, _| drop(claims.as_object_mut().unwrap().remove("oid")),
        |claims, now| claims["exp"] = json!(now),
        |claims, now| claims["iat"] = json!(now + 3000),
        |claims, _| claims["azp"] = json!("another"),
    ];
    for (at, change) in wrong.into_iter().enumerate() {
        assert!(is_no_proof(&proves(&journey, |claims| change(claims, now)).await), "{at}");
    }
    let claims = journey.tenant.claims(now);
    let kid = &keys()[0].kid;
    for (algorithm, secret) in [("none", None), ("HS256", Some(keys()[0].public_jwk.as_bytes()))] {
        let token = sign_shared(algorithm, kid, &claims, secret);
        assert!(is_no_proof(&asks(&journey, request(Some(&token))).await), "{algorithm}");
    }
    for token in ["", "a", "a.b.c", &"x".repeat(20_000)] {
        assert!(is_no_proof(&asks(&journey, request(Some(token))).await));
    }
    assert_eq!(dora(&journey).await, None);
}

#[tokio::test]
async fn the_body_names_whom_the_token_names() {
    let journey = Journey::begin().await;
    let token = Tenant::signs(&journey.tenant.claims(journey.server.now()));
    let oid = SsoRequest { oid: "another".to_owned(), ..request(Some(&token)) };
    assert!(is_no_proof(&asks(&journey, oid).await));
    let tid = SsoRequest { tid: "another".to_owned(), ..request(Some(&token)) };
    assert!(is_no_proof(&asks(&journey, tid).await));
    // What was refused is not spent.
    asks(&journey, request(Some(&token))).await.unwrap();
}

/// The body is anybody's: an address in it is not the token's.
#[tokio::test]
async fn the_upn_of_the_body_gives_nobody_an_address() {
    let journey = Journey::with("trust_email = true").await;
    let token = Tenant::signs(&journey.tenant.claims(journey.server.now()));
    let upn = SsoRequest { upn: "boss@corp.example".to_owned(), ..request(Some(&token)) };
    let begun = asks(&journey, upn).await.unwrap();
    assert_eq!((begun.user.email.as_deref(), begun.user.email_verified), (Some(UPN), true));
}

#[tokio::test]
async fn an_address_stays_with_the_account_that_has_it() {
    let journey = Journey::with("trust_email = true").await;
    let alice = journey.server.user("alice").await;
    let begun = proves(&journey, |claims| claims["preferred_username"] = json!(alice.email)).await.unwrap();
    assert_ne!(begun.user.id.as_str(), alice.id);
    assert_eq!((begun.user.email, begun.user.email_verified), (None, false));
    assert_eq!(by_address(&journey.server.site, &alice.email).await.unwrap().id.as_str(), alice.id);
}

#[tokio::test]
async fn without_new_accounts_only_those_who_are_linked_come_in() {
    let journey = Journey::with("create_accounts = false").await;
    assert!(matches!(proves(&journey, |_| {}).await, Err(Refusal::RegistrationClosed)));
    assert_eq!(dora(&journey).await, None);
}

/// Contracts README 1: each is accepted once.
#[tokio::test]
async fn of_twenty_uses_of_one_token_at_once_one_comes_in() {
    let journey = Journey::begin().await;
    let token = Tenant::signs(&journey.tenant.claims(journey.server.now()));
    let site = &journey.server.site;
    let tries: JoinSet<_> = (0..MANY).map(|_| send(site.clone(), Credential::None, request(Some(&token)))).collect();
    let answers = tries.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert_eq!(answers.iter().filter(|answer| is_no_proof(answer)).count(), MANY - 1);
    assert!(is_no_proof(&asks(&journey, request(Some(&token))).await));
    // Nor with the same signature written in another way, nor when its time is over.
    assert!(is_no_proof(&asks(&journey, request(Some(&format!("{token}=")))).await));
    journey.server.advance(Seconds(3600)).await;
    assert!(is_no_proof(&asks(&journey, request(Some(&token))).await));
}

#[tokio::test]
async fn somebody_new_who_comes_twenty_times_at_once_has_one_account() {
    let journey = Journey::begin().await;
    let tokens = (0..MANY).map(|number| {
        let mut claims = journey.tenant.claims(journey.server.now());
        claims["jti"] = json!(number);
        Tenant::signs(&claims)
    });
    let site = &journey.server.site;
    let tries: JoinSet<_> = tokens.map(|token| send(site.clone(), Credential::None, request(Some(&token)))).collect();
    let answers = tries.join_all().await;
    let mut ids: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().user.id.as_str().to_owned()).collect();
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
}

/// Away is never "wrong".
#[tokio::test]
async fn a_tenant_that_is_away_is_no_refusal() {
    let journey = Journey::begin().await;
    journey.tenant.goes_away();
    assert!(matches!(proves(&journey, |_| {}).await, Err(Refusal::DirectoryAway)));
    journey.tenant.comes_back();
    journey.server.advance(Seconds(5)).await;
    proves(&journey, |_| {}).await.unwrap();
}

/// Contracts README 1: a service may vouch, if it has the scope.
#[tokio::test]
async fn a_service_with_the_scope_needs_no_token() {
    let journey = Journey::begin().await;
    let site = &journey.server.site;
    let bearer = async |scope: &str| {
        let service = journey.server.client().service(scope).create().await;
        let tokens = service.asks_for_itself().await.expect_tokens();
        Credential::Bearer { mount: mount(site), token: Secret::new(tokens.access_token) }
    };
    let other = send(site.clone(), bearer("read:projects").await, request(None)).await;
    assert!(matches!(&other, Err(Refusal::InsufficientScope(scope)) if scope == "auth:sso"), "{other:?}");
    let credential = bearer("auth:sso").await;
    let begun = send(site.clone(), credential.clone(), request(None)).await.unwrap();
    assert_eq!(begun.user.id, dora(&journey).await.unwrap().id);
    let elsewhere = SsoRequest { tid: "another".to_owned(), ..request(None) };
    assert!(is_no_proof(&send(site.clone(), credential, elsewhere).await));
}
