//! One GET with limits on time and size, and no redirects.

use std::time::Duration;

use reqwest::{Client, ClientBuilder, Response, header, redirect::Policy};

/// How long a fetch may take, and how much it may bring.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub time: Duration,
    pub bytes: usize,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Fetched {
    pub status: u16,
    /// The `Date` header as it was written.
    pub date: Option<String>,
    pub body: Vec<u8>,
}

#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Nothing listens there, its name is not known, or it does not speak TLS as it should.
    #[error("no connection: {0}")]
    NoConnection(String),
    #[error("no answer within {} s", .0.as_secs())]
    TooSlow(Duration),
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    #[error("{0}")]
    Broken(String),
}

/// Fetches an address that the operator has configured: it may be private, so addresses that come
/// from anywhere else must not come here.
pub async fn configured(url: &str, limits: Limits) -> Result<Fetched, FetchError> {
    let response = client(limits)?.get(url).send().await.map_err(|reason| judge(&reason, limits))?;
    let date = response.headers().get(header::DATE).and_then(|date| date.to_str().ok()).map(str::to_owned);
    Ok(Fetched { status: response.status().as_u16(), date, body: body(response, limits).await? })
}

pub(super) fn client(limits: Limits) -> Result<Client, FetchError> {
    ClientBuilder::new()
        .redirect(Policy::none())
        .timeout(limits.time)
        .user_agent(concat!("signet/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|reason| FetchError::Broken(innermost(&reason)))
}

pub(super) async fn body(mut response: Response, limits: Limits) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|reason| judge(&reason, limits))? {
        if body.len().saturating_add(chunk.len()) > limits.bytes {
            return Err(FetchError::TooLong(limits.bytes));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

pub(super) fn judge(reason: &reqwest::Error, limits: Limits) -> FetchError {
    if reason.is_timeout() {
        FetchError::TooSlow(limits.time)
    } else if reason.is_connect() {
        FetchError::NoConnection(innermost(reason))
    } else {
        FetchError::Broken(innermost(reason))
    }
}

/// The cause at the bottom says what an operator can act on.
fn innermost(reason: &dyn std::error::Error) -> String {
    let mut cause = reason;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
