//! What the parts of a token cost, beside the raw signature that no token can go below.
//!
//! `cargo bench --bench signing`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the table is what the program is for")]

use std::{
    error::Error,
    hint::black_box,
    process::ExitCode,
    time::{Duration, Instant},
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use jsonwebtoken::{EncodingKey, Header};
use rsa::{RsaPrivateKey, pkcs1::EncodeRsaPrivateKey, pkcs8::DecodePrivateKey};
use serde::{Deserialize, Serialize};
use signet::{
    crypto::{
        code,
        jwt::{self, Age, TokenType},
        keyring::{self, Keyring, NewKey},
        random, refresh,
        seal::SealingRing,
    },
    domain::{
        client::ClientId,
        code::Code,
        grant::{FamilyId, RefreshToken},
        ids::{SessionId, UserId},
        key::SigningKey,
        time::Timestamp,
    },
    protocol::{claims::ClaimsRequest, pkce::Challenge, scope::Scope},
};

const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);
const ROUNDS: usize = 15;
const ROUND: Duration = Duration::from_millis(60);

/// An access token as `/token` makes it (RFC 9068 §2.2).
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    exp: i64,
    iat: i64,
    jti: String,
    client_id: String,
    scope: String,
    auth_time: i64,
    acr: String,
    gid: String,
}

fn main() -> ExitCode {
    if !std::env::args().any(|argument| argument == "--bench") {
        eprintln!("a benchmark, not a test: cargo bench --bench signing");
        return ExitCode::SUCCESS;
    }
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let ring = SealingRing::parse(SealingRing::generate().reveal())?;
    let key = keyring::generate()?;
    let keys = Keyring::load(vec![stored(&key, &ring)], &ring, &Keyring::empty())?;
    let signer = keys.signer(NOW).ok_or("no key signs")?;
    let claims = claims();
    let token = jwt::sign(signer, TokenType::AccessToken, &claims)?;

    println!("| part | µs | × S |\n|---|---:|---:|");
    let raw = raw_signature(&key, token.as_bytes())?;
    row("raw aws-lc-rs RSA-2048 signature (S)", raw, raw);
    let ours = median(|| jwt::sign(signer, TokenType::AccessToken, &claims));
    row("access token signed: `crypto::jwt::sign`", ours, raw);
    row("the same with `jsonwebtoken::encode`", encode(&key, &claims)?, raw);
    let verified = median(|| jwt::verify::<Claims>(&keys, &token, TokenType::AccessToken, NOW, Age::Live));
    row("access token verified: `crypto::jwt::verify`", verified, raw);

    let refresh = RefreshToken { family: FamilyId(random::bytes()), generation: 7 };
    let minted = refresh::mint(&ring, &refresh);
    row("refresh token minted", median(|| refresh::mint(&ring, &refresh)), raw);
    row("refresh token parsed", median(|| refresh::parse(&ring, minted.reveal())), raw);

    let letter = letter()?;
    let sealed = code::seal(&ring, &letter).ok_or("the code is too long")?;
    row("code sealed", median(|| code::seal(&ring, &letter)), raw);
    row("code opened", median(|| code::open(&ring, sealed.reveal())), raw);
    Ok(())
}

fn raw_signature(key: &NewKey, message: &[u8]) -> Result<Duration, Box<dyn Error>> {
    let pair = RsaKeyPair::from_pkcs8(key.private_der.reveal())?;
    let random = SystemRandom::new();
    let mut signature = vec![0; pair.public_modulus_len()];
    Ok(median(|| pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)))
}

/// It parses and checks the key each time, which is why no token is made by it.
fn encode(key: &NewKey, claims: &Claims) -> Result<Duration, Box<dyn Error>> {
    let private = RsaPrivateKey::from_pkcs8_der(key.private_der.reveal())?.to_pkcs1_der()?;
    let header = Header { kid: Some(key.kid.clone()), ..Header::new(jsonwebtoken::Algorithm::RS256) };
    let private = EncodingKey::from_rsa_der(private.as_bytes());
    jsonwebtoken::encode(&header, claims, &private)?;
    Ok(median(|| jsonwebtoken::encode(&header, claims, &private)))
}

fn stored(key: &NewKey, ring: &SealingRing) -> SigningKey {
    SigningKey {
        kid: key.kid.clone(),
        algorithm: key.algorithm.to_owned(),
        public_jwk: key.public_jwk.clone(),
        sealed_private: key.sealed(ring),
        created_at: NOW,
        activates_at: NOW,
        retires_at: None,
        gone_at: None,
    }
}

fn claims() -> Claims {
    Claims {
        iss: "https://login.example.com".into(),
        sub: UserId::new(NOW, random::bytes()).to_string(),
        aud: "https://api.example.com".into(),
        exp: NOW.unix() + 3600,
        iat: NOW.unix(),
        jti: random::token().reveal().clone(),
        client_id: "web".into(),
        scope: "openid profile read:projects".into(),
        auth_time: NOW.unix(),
        acr: "1".into(),
        gid: random::token().reveal().chars().take(22).collect(),
    }
}

fn letter() -> Result<Code, Box<dyn Error>> {
    Ok(Code {
        family: FamilyId(random::bytes()),
        expires_at: NOW,
        client_id: ClientId::parse("web").ok_or("client id")?,
        user_id: UserId::new(NOW, random::bytes()),
        session_id: SessionId::new(NOW, random::bytes()),
        scope: Scope::parse("openid profile read:projects").ok_or("scope")?,
        resources: vec!["https://api.example.com".into()],
        claims: ClaimsRequest::default(),
        redirect_uri: Some("https://client.example/callback".into()),
        challenge: Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        nonce: Some(random::token().reveal().clone()),
    })
}

/// The median over the rounds of one call's time.
fn median<T>(mut call: impl FnMut() -> T) -> Duration {
    let mut rounds: Vec<Duration> = (0..ROUNDS).map(|_| round(&mut call)).collect();
    rounds.sort_unstable();
    rounds.get(ROUNDS / 2).copied().unwrap_or_default()
}

fn round<T>(call: &mut impl FnMut() -> T) -> Duration {
    let (start, mut calls) = (Instant::now(), 0_u32);
    while start.elapsed() < ROUND {
        for _ in 0..10 {
            black_box(call());
        }
        calls += 10;
    }
    start.elapsed() / calls.max(1)
}

fn row(part: &str, cost: Duration, raw: Duration) {
    println!("| {part} | {:.2} | {:.3} |", cost.as_secs_f64() * 1e6, cost.as_secs_f64() / raw.as_secs_f64());
}
