//! Proof Key for Code Exchange cannot be talked down. RFC 7636 §4, RFC 9700 §2.1.1.

use crate::harness::{Code, Server};

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// RFC 9700 §2.1.1: public clients MUST use PKCE.
#[tokio::test]
async fn a_public_client_must_use_pkce() {
    let server = Server::start().await;
    let app = server.client().public().create().await;
    app.authorize(&server.browser()).without_pkce().await.expect_error("invalid_request");
    app.authorize(&server.browser()).with("code_challenge", "").await.expect_error("invalid_request");
    app.authorize(&server.browser()).await.expect_page(200);
}

#[tokio::test]
async fn a_client_that_is_registered_for_pkce_must_use_it() {
    let server = Server::start().await;
    let app = server.client().requires_pkce().create().await;
    app.authorize(&server.browser()).without_pkce().await.expect_error("invalid_request");
    app.authorize(&server.browser()).await.expect_page(200);
}

#[tokio::test]
async fn a_setting_makes_everybody_use_pkce() {
    let server = Server::with(|settings| settings.clients.pkce_required = true).await;
    let app = server.client().create().await;
    app.authorize(&server.browser()).without_pkce().await.expect_error("invalid_request");
    app.authorize(&server.browser()).await.expect_page(200);
}

/// RFC 6749 §4.1: a confidential client proves itself by its secret.
#[tokio::test]
async fn a_confidential_client_may_go_without() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let code = alice.allows(alice.asked_by(&app).without_pkce()).await;
    app.redeems(&code).await.expect_tokens();
}

/// RFC 7636 §4.3: a missing method means plain; plain is never taken (RFC 9700 §2.1.1).
#[tokio::test]
async fn plain_is_refused_said_or_unsaid() {
    let server = Server::start().await;
    for app in [server.client().create().await, server.client().public().create().await] {
        let request = app.authorize(&server.browser());
        request.clone().with("code_challenge_method", "plain").await.expect_error("invalid_request");
        request.clone().without("code_challenge_method").await.expect_error("invalid_request");
        request.clone().with("code_challenge_method", "s256").await.expect_error("invalid_request");
        request.clone().with("code_challenge_method", "S512").await.expect_error("invalid_request");
    }
}

#[tokio::test]
async fn a_method_without_a_challenge_is_refused() {
    let server = Server::start().await;
    let app = server.client().create().await;
    app.authorize(&server.browser()).without("code_challenge").await.expect_error("invalid_request");
}

/// RFC 7636 §4.2: 43 characters of base64url.
#[tokio::test]
async fn a_challenge_that_no_verifier_could_meet_is_refused() {
    let server = Server::start().await;
    let app = server.client().create().await;
    let padded = format!("{CHALLENGE}=");
    let short = &CHALLENGE[..42];
    for wrong in ["x", short, padded.as_str(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"] {
        app.authorize(&server.browser()).with("code_challenge", wrong).await.expect_error("invalid_request");
    }
}

/// RFC 7636 appendix B.
#[tokio::test]
async fn the_verifier_of_the_specification_meets_its_challenge() {
    let server = Server::start().await;
    let (app, alice) = (server.client().public().create().await, server.user("alice").await);
    let code = alice.allows(alice.asked_by(&app).with("code_challenge", CHALLENGE)).await;
    app.redeems(&Code { verifier: Some(VERIFIER.to_owned()), ..code }).await.expect_tokens();
}

/// authentik CVE-2023-48228, Spring CVE-2024-22258, node-oauth CVE-2026-41213: none, an empty, a short and a wrong
/// verifier; and the code is spent, whichever it was.
#[tokio::test]
async fn without_the_right_verifier_the_code_is_lost() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    for app in [server.client().create().await, server.client().public().create().await] {
        for wrong in [None, Some(""), Some("x"), Some(CHALLENGE), Some(&VERIFIER[..42])] {
            let code = alice.allows(alice.asked_by(&app).with("code_challenge", CHALLENGE)).await;
            let right = Code { verifier: Some(VERIFIER.to_owned()), ..code.clone() };
            let tried = Code { verifier: wrong.map(str::to_owned), ..code };
            app.redeems(&tried).await.expect_refusal("invalid_grant");
            app.redeems(&right).await.expect_refusal("invalid_grant");
        }
    }
}

/// RFC 9700 §4.8.2: a verifier is refused where the request had no challenge.
#[tokio::test]
async fn a_verifier_without_a_challenge_is_refused() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let code = alice.allows(alice.asked_by(&app).without_pkce()).await;
    app.redeems(&Code { verifier: Some(VERIFIER.to_owned()), ..code.clone() }).await.expect_refusal("invalid_grant");
    app.redeems(&code).await.expect_refusal("invalid_grant");
}
