//! Requests of the playground's relying party to the server that it lives in.

use std::time::Duration;

use reqwest::{Client, RequestBuilder};

use super::fetch::{self, FetchError, Limits};

/// What came back, with everything that a reader may want to see.
pub struct Answer {
    pub status: u16,
    /// In the order received; values that are no text are left out.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

const LIMITS: Limits = Limits { time: Duration::from_secs(10), bytes: 16 * 1024 };

pub async fn get(url: &str, headers: &[(String, String)]) -> Result<Answer, FetchError> {
    send(client()?.get(url), headers).await
}

pub async fn post(url: &str, headers: &[(String, String)], body: String) -> Result<Answer, FetchError> {
    send(client()?.post(url).body(body), headers).await
}

/// A proxy for the way out leads nowhere on the way home.
fn client() -> Result<Client, FetchError> {
    fetch::client(fetch::rules(LIMITS).no_proxy())
}

async fn send(mut request: RequestBuilder, headers: &[(String, String)]) -> Result<Answer, FetchError> {
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let response = request.send().await.map_err(|reason| fetch::judge(&reason, LIMITS))?;
    let text = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        Some((name.to_string(), value.to_str().ok()?.to_owned()))
    };
    let headers = response.headers().iter().filter_map(text).collect();
    Ok(Answer { status: response.status().as_u16(), headers, body: fetch::body(response, LIMITS).await? })
}
