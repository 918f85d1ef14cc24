//! The whole way through a real provider that is not Signet: node-oidc-provider, on loopback.

use std::{
    env,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::json;
use signet::config::Settings;

use super::{by_address, entry, holder, leaves_by};
use crate::harness::{Browser, Server, Site};

const FIXTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/oidc-provider");

/// The provider's process; it ends with its standard input.
struct Elsewhere {
    process: Child,
    issuer: String,
}

impl Elsewhere {
    /// `None`, with the reason, where it is not installed, unless it is required.
    #[expect(clippy::print_stderr, reason = "a test that is skipped says why")]
    fn start(redirect_uri: &str, now: i64) -> Option<Self> {
        let required = env::var("SIGNET_TEST_REQUIRE").is_ok_and(|list| list.split(',').any(|it| it == "oidc"));
        if !Path::new(FIXTURE).join("node_modules").exists() && !required {
            eprintln!("skipped: run npm ci in tests/fixtures/oidc-provider, or scripts/test");
            return None;
        }
        let argument = json!({ "redirectUri": redirect_uri, "now": now }).to_string();
        let started = Command::new("node")
            .args(["server.mjs", &argument])
            .current_dir(FIXTURE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut process = match started {
            Ok(process) => process,
            Err(reason) if required => panic!("SIGNET_TEST_REQUIRE asks for oidc: {reason}"),
            Err(reason) => {
                eprintln!("skipped: node does not start: {reason}");
                return None;
            }
        };
        let mut issuer = String::new();
        // The provider warns about its development pages before it says where it is.
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        while !issuer.starts_with("http") {
            issuer = lines.next().expect("the provider ended").unwrap();
        }
        // Nobody reads what else it says, and nothing that it writes may stop it.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self { process, issuer })
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        self.process.wait().unwrap();
    }
}

/// A server that offers the provider.
async fn cast(more: &str) -> Option<(Server, Elsewhere)> {
    let mut elsewhere = None;
    let offer = |settings: &mut Settings| {
        let redirect_uri = settings.issuer.url("/login/callback/other");
        elsewhere = Elsewhere::start(&redirect_uri, 1_800_000_000);
        settings.providers.extend(elsewhere.as_ref().map(|elsewhere| {
            entry(&format!(
                "name = 'other'\nlabel = 'Other'\nissuer = '{}'\nclient_id = 'signet'\n\
                 client_secret = 'the-secret-of-signet'\n{more}",
                elsewhere.issuer
            ))
        }));
    };
    let server = Server::with(offer).await;
    Some((server, elsewhere?))
}

/// Signs in there and agrees; gives the address that leads back.
async fn agrees(server: &Server, elsewhere: &Elsewhere, browser: &Browser, name: &str) -> String {
    let away = leaves_by(browser, "/login/with/other").await;
    let site = Site { base: elsewhere.issuer.clone(), ..server.site.clone() };
    let abroad = Browser::new(site);
    let page = abroad.get(away.as_str()).await;
    assert!(page.expect_status(200).text().contains("name=\"login\""), "{}", page.text());
    abroad.submit(&[("login", name), ("password", "x")]).await.expect_status(200);
    let answer = abroad.submit(&[]).await;
    answer.location().unwrap_or_else(|| panic!("{answer:?} {}", answer.text())).into()
}

#[tokio::test]
async fn signing_in_elsewhere_opens_one_account_here() {
    let Some((server, elsewhere)) = cast("trust_email = true").await else { return };
    let app = server.client().first_party().create().await;
    for _ in 0..2 {
        let browser = server.browser();
        let asked = app.authorize(&browser).await;
        let back = agrees(&server, &elsewhere, &browser, "carol").await;
        let code = asked.code(&browser.get(&back).await);
        let tokens = app.redeems(&code).await.expect_tokens();
        let claims = crate::harness::claims(tokens.id());
        assert_eq!(claims["amr"], json!(["fed"]));
    }
    let carol = holder(&server.site, &elsewhere.issuer, "carol").await.unwrap();
    assert_eq!(carol.email.as_deref(), Some("carol@upstream.example"));
    assert!(carol.email_verified);
    assert_eq!(carol.profile.name.as_deref(), Some("carol of elsewhere"));
}

#[tokio::test]
async fn an_address_that_the_provider_calls_verified_is_not_verified_here_by_itself() {
    let Some((server, elsewhere)) = cast("").await else { return };
    let (app, browser) = (server.client().first_party().create().await, server.browser());
    let asked = app.authorize(&browser).await;
    let back = agrees(&server, &elsewhere, &browser, "carol").await;
    asked.code(&browser.get(&back).await);
    assert!(!by_address(&server.site, "carol@upstream.example").await.unwrap().email_verified);
}

/// RFC 9207 §2.4: this provider says that its answers name it, so one that does not is not its.
#[tokio::test]
async fn an_answer_without_its_issuer_is_not_this_providers() {
    let Some((server, elsewhere)) = cast("").await else { return };
    let (app, browser) = (server.client().first_party().create().await, server.browser());
    app.authorize(&browser).await.expect_page(200);
    let mut back = url::Url::parse(&agrees(&server, &elsewhere, &browser, "carol").await).unwrap();
    let kept: Vec<_> =
        back.query_pairs().filter(|(name, _)| name != "iss").map(|(n, v)| (n.into_owned(), v.into_owned())).collect();
    assert_eq!(kept.len(), 2);
    back.query_pairs_mut().clear().extend_pairs(kept);
    let answer = browser.get(back.as_str()).await;
    assert!(answer.expect_status(400).text().contains("not begun here"));
    assert_eq!(holder(&server.site, &elsewhere.issuer, "carol").await, None);
}

/// The code is this provider's to judge: a made-up one buys nothing.
#[tokio::test]
async fn a_code_that_the_provider_does_not_know_signs_nobody_in() {
    let Some((server, elsewhere)) = cast("").await else { return };
    let (app, browser) = (server.client().first_party().create().await, server.browser());
    app.authorize(&browser).await.expect_page(200);
    let mut back = url::Url::parse(&agrees(&server, &elsewhere, &browser, "carol").await).unwrap();
    let changed =
        |(name, value): (String, String)| if name == "code" { (name, "made-up".to_owned()) } else { (name, value) };
    let pairs: Vec<_> = back.query_pairs().map(|(n, v)| changed((n.into_owned(), v.into_owned()))).collect();
    back.query_pairs_mut().clear().extend_pairs(pairs);
    let answer = browser.get(back.as_str()).await;
    assert!(answer.expect_status(400).text().contains("could not be trusted"), "{}", answer.text());
    assert_eq!(browser.cookie("signet"), None);
}
