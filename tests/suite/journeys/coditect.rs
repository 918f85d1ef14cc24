//! The code flow as one product's documentation shows it: no PKCE, no OpenID, the secret in the body.

use reqwest::Method;

use crate::harness::{Server, header};

const CALLBACK: &str = "https://yourapp.com/callback";
const SCOPE: &str = "read:projects write:projects";

/// The two documented steps, and an answer with exactly the members shown.
#[tokio::test]
async fn the_documented_steps_work_as_written() {
    let server = Server::start().await;
    let app = server.client().redirect_uri(CALLBACK).scope(SCOPE).create().await;
    let alice = server.user("alice").await;
    alice.browser.signs_in(&alice).await;

    // Spaces as a person types them: `read:projects write:projects` arrives as `%20`.
    let step_one = format!(
        "/authorize?client_id={}&redirect_uri={CALLBACK}&response_type=code&scope=read:projects%20write:projects\
         &state=random_state_string",
        app.id
    );
    alice.browser.get(&step_one).await.expect_status(200);
    let answer = alice.browser.submit(&[("decision", "allow")]).await;
    assert!(answer.header("location").unwrap().starts_with("https://yourapp.com/callback?code="));
    assert_eq!(answer.parameter("state").as_deref(), Some("random_state_string"));

    let step_two = server.request(Method::POST, "/token").with("grant_type", "authorization_code");
    let step_two = step_two.with("code", answer.parameter("code").unwrap()).with("client_id", app.id.as_str());
    let step_two = step_two.with("client_secret", app.secret.clone().unwrap()).with("redirect_uri", CALLBACK);
    let json = step_two.await.expect_tokens().json;
    let members: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["access_token", "expires_in", "refresh_token", "scope", "token_type"]);
    assert_eq!(header(json["access_token"].as_str().unwrap())["alg"], "RS256");
    assert_eq!((json["token_type"].as_str(), json["expires_in"].as_i64()), (Some("Bearer"), Some(3600)));
    assert_eq!(json["scope"], SCOPE);
}
