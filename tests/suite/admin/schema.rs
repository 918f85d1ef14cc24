//! The REST API against its own document, by schemathesis: no failure of the server, no answer that the document lacks.

use std::{
    env,
    io::{Write, stderr},
    process::Command,
};

use tempfile::TempDir;

use super::roles::EVERY_SCOPE;
use crate::program::Installation;

/// `None`, with the reason, where the program is not named, unless it is required.
#[expect(clippy::print_stderr, reason = "a test that is skipped says why")]
fn program() -> Option<String> {
    let required = env::var("SIGNET_TEST_REQUIRE").is_ok_and(|list| list.split(',').any(|it| it == "schemathesis"));
    let named = env::var("SIGNET_TEST_SCHEMATHESIS").ok();
    assert!(named.is_some() || !required, "SIGNET_TEST_REQUIRE asks for schemathesis: set SIGNET_TEST_SCHEMATHESIS");
    if named.is_none() {
        eprintln!("skipped: SIGNET_TEST_SCHEMATHESIS names no program (scripts/test installs it)");
    }
    named
}

/// Positive and negative requests to every operation, the same in each run.
fn arguments(issuer: &str, token: &str) -> Vec<String> {
    let (document, header) = (format!("{issuer}/admin/api/v1/openapi.json"), format!("Authorization: Bearer {token}"));
    let checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
        response_schema_conformance,unsupported_method,allow_header_conformance,ignored_auth";
    let arguments = ["run", &document, "--header", &header, "--checks", checks, "--continue-on-failure"];
    let bounds = ["--phases", "examples,coverage,fuzzing", "--max-examples", "20", "--max-time", "150", "--seed", "1"];
    let quiet = ["--no-color", "--warnings", "off", "--generation-database", "none", "--no-shrink"];
    arguments.into_iter().chain(bounds).chain(quiet).map(str::to_owned).collect()
}

#[tokio::test]
async fn no_answer_is_against_the_document() {
    let Some(program) = program() else { return };
    let mut installation = Installation::fresh();
    if !installation.is_sqlite() {
        return;
    }
    let _running = installation.serve().await;
    let site = installation.site().await;
    let scopes: Vec<_> = EVERY_SCOPE.into_iter().flat_map(|scope| ["--scope", scope]).collect();
    for scope in EVERY_SCOPE {
        installation.run(&["scope", "create", scope, "--description", "Administration"]).expect_success();
    }
    let client = installation.client(&site, &[&["--grant", "client_credentials"], scopes.as_slice()].concat());
    let token = client.asks_for_itself().await.expect_tokens().access_token;

    let folder = TempDir::new().unwrap();
    let mut command = Command::new(program);
    command.args(arguments(installation.issuer(), &token)).current_dir(folder.path());
    let ran = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    // Past the test's capture: the summary is to be read when nothing is wrong, too.
    stderr().write_all(&ran.stdout).unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(site.request(reqwest::Method::GET, "/readyz").await.status, 200);
}
