//! A tenant of Entra ID as far as we speak with one: discovery, keys and a token endpoint, with a key set of our own.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, OnceLock},
    thread,
};

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use signet::{
    config::providers::ProviderSettings,
    crypto::keyring::{self, NewKey},
};

use super::entry;

pub(super) const TID: &str = "6a1b7c52-0000-4000-8000-3f2e1d0c9b8a";
pub(super) const OID: &str = "0d0e0a0f-1111-4222-8333-444455556666";
pub(super) const CLIENT: &str = "signet-at-entra";
pub(super) const UPN: &str = "dora@corp.example";

pub(super) struct Tenant {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    key_set: Value,
    id_token: String,
    away: bool,
    stopped: bool,
    /// Each request: its first line and its body.
    asked: Vec<(String, String)>,
}

/// Two keys that are made once: the tenant's, and one that it does not publish.
pub(super) fn keys() -> &'static [NewKey; 2] {
    static KEYS: OnceLock<[NewKey; 2]> = OnceLock::new();
    KEYS.get_or_init(|| [keyring::generate().unwrap(), keyring::generate().unwrap()])
}

/// As Entra publishes them: without `alg`.
pub(super) fn published(key: &NewKey) -> Value {
    let mut jwk: Value = serde_json::from_str(&key.public_jwk).unwrap();
    jwk.as_object_mut().unwrap().remove("alg");
    jwk
}

impl Tenant {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let key_set = json!({ "keys": [published(&keys()[0])] });
        let state = Arc::new(Mutex::new(State { key_set, ..State::default() }));
        let tenant = Self { address, state: Arc::clone(&state) };
        let issuer = tenant.issuer();
        thread::spawn(move || {
            for stream in listener.incoming() {
                if state.lock().unwrap().stopped {
                    return;
                }
                answer(&stream.unwrap(), &issuer, &state);
            }
        });
        tenant
    }

    pub(super) fn issuer(&self) -> String {
        format!("http://{}/{TID}/v2.0", self.address)
    }

    pub(super) fn key() -> String {
        format!("entra:{TID}")
    }

    pub(super) fn entry(&self, more: &str) -> ProviderSettings {
        entry(&format!(
            "name = 'entra'\nlabel = 'Microsoft'\nentra_tenant = '{TID}'\nentra_authority = 'http://{}'\n\
             client_id = '{CLIENT}'\nclient_secret = 'hush'\n{more}",
            self.address
        ))
    }

    /// What Entra says of Dora.
    pub(super) fn claims(&self, now: i64) -> Value {
        json!({
            "iss": self.issuer(), "aud": CLIENT, "sub": "pairwise", "oid": OID, "tid": TID, "ver": "2.0",
            "iat": now, "nbf": now, "exp": now + 3600, "preferred_username": UPN, "name": "Dora of Corp",
            "email": "whatever@an.admin.wrote",
        })
    }

    pub(super) fn signs(claims: &Value) -> String {
        sign(&keys()[0], &keys()[0].kid, claims)
    }

    /// The next codes are worth this ID token.
    pub(super) fn gives(&self, id_token: String) {
        self.state.lock().unwrap().id_token = id_token;
    }

    pub(super) fn publishes(&self, keys: &[&NewKey]) {
        self.state.lock().unwrap().key_set =
            json!({ "keys": keys.iter().map(|key| published(key)).collect::<Vec<_>>() });
    }

    pub(super) fn goes_away(&self) {
        self.state.lock().unwrap().away = true;
    }

    pub(super) fn comes_back(&self) {
        self.state.lock().unwrap().away = false;
    }

    /// How often a path was asked for.
    pub(super) fn asked(&self, path: &str) -> usize {
        self.state.lock().unwrap().asked.iter().filter(|(line, _)| line.contains(path)).count()
    }

    /// The last request to the token endpoint.
    pub(super) fn redemption(&self) -> String {
        self.state.lock().unwrap().asked.iter().rfind(|(line, _)| line.contains("/token")).unwrap().1.clone()
    }
}

impl Drop for Tenant {
    fn drop(&mut self) {
        self.state.lock().unwrap().stopped = true;
        drop(TcpStream::connect(self.address));
    }
}

fn answer(mut stream: &TcpStream, issuer: &str, state: &Mutex<State>) {
    let (line, body) = request(stream);
    let mut state = state.lock().unwrap();
    state.asked.push((line.clone(), body));
    let found = match line.split(' ').nth(1).unwrap_or_default() {
        _ if state.away => None,
        path if path.ends_with("/.well-known/openid-configuration") => Some(discovery(issuer)),
        path if path.ends_with("/keys") => Some(state.key_set.clone()),
        path if path.ends_with("/token") => {
            let mut tokens = json!({ "access_token": "an access token", "token_type": "Bearer", "expires_in": 3600 });
            tokens["id_token"] = Value::from(state.id_token.clone());
            Some(tokens)
        }
        _ => None,
    };
    let (status, body) = match found {
        Some(body) => ("200 OK", body.to_string()),
        None => ("503 Service Unavailable", "away".to_owned()),
    };
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close\r\n");
    // The client may have gone.
    let _ = stream.write_all(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
}

fn request(mut stream: &TcpStream) -> (String, String) {
    let (mut read, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return (head.lines().next().unwrap_or_default().to_owned(), body.to_owned());
            }
        }
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return (String::new(), String::new()),
            Ok(length) => read.extend_from_slice(&piece[..length]),
        }
    }
}

fn discovery(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code", "id_token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    })
}

/// RS256 with this key under this name.
pub(super) fn sign(key: &NewKey, kid: &str, claims: &Value) -> String {
    let signed = signed_part(&json!({ "alg": "RS256", "typ": "JWT", "kid": kid }), claims);
    let pair = RsaKeyPair::from_pkcs8(key.private_der.reveal()).unwrap();
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// What is no signature (`none`), or one that anybody can make who knows the secret.
pub(super) fn sign_shared(algorithm: &str, kid: &str, claims: &Value, secret: Option<&[u8]>) -> String {
    let signed = signed_part(&json!({ "alg": algorithm, "typ": "JWT", "kid": kid }), claims);
    let tag = secret.map(|secret| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes()));
    format!("{signed}.{}", tag.map(|tag| URL_SAFE_NO_PAD.encode(tag.as_ref())).unwrap_or_default())
}

fn signed_part(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}
