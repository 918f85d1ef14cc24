//! The REST API against its own document, by schemathesis: no failure of the server, no answer that the document lacks.

use std::{
    env,
    io::{Write, stderr},
    process::Command,
};

use tempfile::TempDir;

use super::roles::EVERY_SCOPE;
use crate::{
    harness::{PASSWORD, Program, Site},
    program::{Installation, Running},
};

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

/// Those that can end the client whose token is used: they are tried with an API key, which lives on.
const PERILOUS: [&str; 3] = ["DELETE /clients/{client_id}", "PATCH /clients/{client_id}", "POST /keys/{kid}/revoke"];

/// What the perilous ones find something to work on by.
const FINDING: [&str; 3] = ["GET /clients", "POST /clients", "GET /keys"];

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,unsupported_method,allow_header_conformance,ignored_auth";

/// Sends what fits the document and what does not, the same in each run, and prints its own summary.
async fn exercises(program: &str, site: &Site, token: &str, operations: Vec<String>) {
    let (document, header) =
        (format!("{}/admin/api/v1/openapi.json", site.issuer), format!("Authorization: Bearer {token}"));
    let folder = TempDir::new().unwrap();
    let mut command = Command::new(program);
    command.args(["run", &document, "--header", &header, "--checks", CHECKS, "--continue-on-failure"]);
    command.args(["--phases", "coverage,fuzzing,stateful", "--max-examples", "20", "--seed", "1", "--no-shrink"]);
    command.args(["--no-color", "--warnings", "off", "--generation-database", "none"]).args(operations);
    command.current_dir(folder.path());
    let ran = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    // Past the test's capture: the summary is to be read when nothing is wrong, too.
    stderr().write_all(&ran.stdout).unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    // A credential that died on the way would have been refused everything since, which fits the document.
    let alive = Program::new(site, token).get("/clients").await;
    alive.expect_status(200);
}

fn named(option: &str, operations: &[&str]) -> Vec<String> {
    operations.iter().flat_map(|name| [option.to_owned(), (*name).to_owned()]).collect()
}

/// A server of its own for each credential: what one ends, the other does not miss.
async fn installed() -> (Installation, Running, Site) {
    let mut installation = Installation::fresh();
    let running = installation.serve().await;
    let site = installation.site().await;
    (installation, running, site)
}

fn every_scope() -> Vec<&'static str> {
    EVERY_SCOPE.into_iter().flat_map(|scope| ["--scope", scope]).collect()
}

#[tokio::test]
async fn no_answer_is_against_the_document() {
    let Some(program) = program() else { return };
    let (installation, _running, site) = installed().await;
    let grant = ["--grant", "client_credentials"];
    let client = installation.client(&site, &[&grant, every_scope().as_slice()].concat());
    let token = client.asks_for_itself().await.expect_tokens().access_token;
    exercises(&program, &site, &token, named("--exclude-name", &PERILOUS)).await;
}

#[tokio::test]
async fn no_answer_of_what_ends_clients_and_keys_is_against_the_document() {
    let Some(program) = program() else { return };
    let (installation, _running, site) = installed().await;
    let root = ["user", "create", "--email", "owner@example.com", "--username", "owner", "--admin", "--password-stdin"];
    installation.run_with(&root, PASSWORD).expect_success();
    let key = ["api-key", "create", "--json", "--user", "owner", "--name", "Perils"];
    let key = installation.run(&[&key, every_scope().as_slice()].concat()).expect_success().json();
    let operations = named("--include-name", &[PERILOUS, FINDING].concat());
    exercises(&program, &site, key["key"].as_str().unwrap(), operations).await;
}
