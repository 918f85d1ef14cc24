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
    let response = client(rules(limits))?.get(url).send().await.map_err(|reason| judge(&reason, limits))?;
    let date = response.headers().get(header::DATE).and_then(|date| date.to_str().ok()).map(str::to_owned);
    Ok(Fetched { status: response.status().as_u16(), date, body: body(response, limits).await? })
}

pub(super) fn rules(limits: Limits) -> ClientBuilder {
    let agent = concat!("signet/", env!("CARGO_PKG_VERSION"));
    ClientBuilder::new().redirect(Policy::none()).timeout(limits.time).user_agent(agent)
}

pub(super) fn client(rules: ClientBuilder) -> Result<Client, FetchError> {
    rules.build().map_err(|reason| FetchError::Broken(innermost(&reason)))
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

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::TcpListener,
        thread,
    };

    use super::*;

    /// A server that gives one answer, then goes.
    fn answering(answer: String, after: Duration) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 1024]);
            thread::sleep(after);
            // The client may have gone: that is what some tests are about.
            let _ = stream.write_all(answer.as_bytes());
        });
        url
    }

    fn http(status: &str, headers: &str, body: &str) -> String {
        format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
    }

    async fn fetch(answer: String, after: Duration) -> Result<Fetched, FetchError> {
        let limits = Limits { time: Duration::from_millis(500), bytes: 1000 };
        configured(&answering(answer, after), limits).await
    }

    #[tokio::test]
    async fn an_answer_comes_with_its_date() {
        let headers = "Date: Fri, 09 Jan 2026 11:30:00 GMT\r\n";
        let fetched = fetch(http("200 OK", headers, "{}"), Duration::ZERO).await.unwrap();
        assert_eq!((fetched.status, fetched.body.as_slice()), (200, b"{}".as_slice()));
        assert_eq!(fetched.date.as_deref(), Some("Fri, 09 Jan 2026 11:30:00 GMT"));
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_and_not_followed() {
        let fetched = fetch(http("302 Found", "Location: http://127.0.0.1:1/\r\n", ""), Duration::ZERO).await.unwrap();
        assert_eq!(fetched.status, 302);
    }

    #[tokio::test]
    async fn a_long_answer_is_not_read_to_its_end() {
        let answer = fetch(http("200 OK", "", &"x".repeat(1001)), Duration::ZERO).await;
        assert!(matches!(answer, Err(FetchError::TooLong(1000))), "{answer:?}");
    }

    #[tokio::test]
    async fn a_slow_answer_is_not_waited_for() {
        let answer = fetch(http("200 OK", "", ""), Duration::from_secs(3)).await;
        assert!(matches!(answer, Err(FetchError::TooSlow(_))), "{answer:?}");
    }

    #[tokio::test]
    async fn where_nothing_listens_there_is_no_connection() {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let limits = Limits { time: Duration::from_secs(1), bytes: 1000 };
        let answer = configured(&format!("http://{free}/"), limits).await;
        assert!(matches!(answer, Err(FetchError::NoConnection(_))), "{answer:?}");
    }
}
