//! A documented request with its answer, as a file; and the play of it against a running server.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;
use serde_json::Value;

use super::golden::redacted;
use crate::harness::{Answer, Contract, Method, Request, Seconds, Server, Site};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/account_api");

/// Method, path, headers and body as the document shows them, and the redacted answer.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exchange {
    /// `POST /v1/auth/login`
    pub(super) request: String,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Option<Value>,
    pub(super) status: u16,
    /// `None`: no body at all.
    pub(super) answer: Option<Value>,
}

/// A server, and what the tokens, ids and codes in a document's requests are on it.
pub(super) struct Play {
    pub(super) server: Server,
    contract: &'static Contract,
    meant: BTreeMap<&'static str, String>,
}

impl Exchange {
    pub(super) fn read(contract: &Contract, name: &str) -> Self {
        let path = Path::new(FIXTURES).join(contract.name).join(format!("{name}.json"));
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Every exchange of a contract, by name.
    pub(super) fn all(contract: &Contract) -> BTreeMap<String, Self> {
        let files = fs::read_dir(Path::new(FIXTURES).join(contract.name)).unwrap();
        let names = files.map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned());
        names.map(|name| (name.clone(), Self::read(contract, &name))).collect()
    }

    pub(super) fn method(&self) -> &str {
        self.request.split_once(' ').unwrap().0
    }

    /// Below the mount, without its query.
    pub(super) fn path(&self, contract: &Contract) -> &str {
        let path = self.request.split_once(' ').unwrap().1.strip_prefix(contract.path).unwrap();
        path.split('?').next().unwrap()
    }

    /// The request with what the document's placeholders mean here.
    fn request(&self, site: &Site, contract: &Contract, meant: &BTreeMap<&'static str, String>) -> Request {
        let within = |text: &str| meant.iter().fold(text.to_owned(), |text, (shown, live)| text.replace(shown, live));
        let (method, path) = self.request.split_once(' ').unwrap();
        let path = within(path.strip_prefix(contract.path).expect("a path below the documented base"));
        let request = site.calls(contract, Method::from_bytes(method.as_bytes()).unwrap(), &path);
        let headers = self.headers.iter().filter(|(name, _)| *name != "Content-Type");
        let request = headers.fold(request, |request, (name, value)| request.header(name, &within(value)));
        match &self.body {
            None => request,
            Some(body) => request.raw(&self.headers["Content-Type"], filled(body, meant).to_string()),
        }
    }

    /// The very members, values and status; JSON that no cache keeps.
    #[track_caller]
    fn expect(&self, name: &str, answer: &Answer, now: i64) {
        let Some(expected) = &self.answer else {
            assert_eq!((answer.status, answer.text()), (self.status, ""), "{name}");
            return;
        };
        let json = answer.expect_private_json().json();
        assert_eq!((answer.status, &redacted(&json, now)), (self.status, expected), "{name}");
        let challenged = answer.header("www-authenticate").is_some();
        assert_eq!(challenged, self.status == 401, "{name}: RFC 9110 §15.5.2");
    }
}

/// Members that hold nothing but a placeholder hold what it means.
fn filled(body: &Value, meant: &BTreeMap<&'static str, String>) -> Value {
    match body {
        Value::String(text) => meant.get(text.as_str()).unwrap_or(text).clone().into(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), filled(value, meant)));
            members.collect::<serde_json::Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

impl Play {
    /// On a server that has every contract at its documented place.
    pub(super) async fn of(contract: &'static Contract) -> Self {
        Self::on(Server::documented().await, contract)
    }

    pub(super) fn on(server: Server, contract: &'static Contract) -> Self {
        Self { server, contract, meant: BTreeMap::new() }
    }

    /// From here on, a placeholder of the document's requests means this.
    pub(super) fn means(&mut self, shown: &'static str, live: impl Into<String>) {
        self.meant.insert(shown, live.into());
    }

    /// The same with a member of an answer.
    pub(super) fn learns(&mut self, shown: &'static str, answer: &Value, pointer: &str) {
        let live = answer.pointer(pointer).and_then(Value::as_str);
        self.means(shown, live.unwrap_or_else(|| panic!("no {pointer} in {answer}")));
    }

    /// Sends the request and compares the whole answer.
    pub(super) async fn plays(&self, name: &str) -> Value {
        self.answer(name).await.1
    }

    /// The same with the answer as it came.
    pub(super) async fn answer(&self, name: &str) -> (Answer, Value) {
        let exchange = Exchange::read(self.contract, name);
        let answer = exchange.request(&self.server.site, self.contract, &self.meant).await;
        exchange.expect(name, &answer, self.server.now());
        let json = if answer.body.is_empty() { Value::Null } else { answer.json() };
        (answer, json)
    }

    pub(super) async fn waits(&self, seconds: i64) {
        self.server.advance(Seconds(seconds)).await;
    }
}
