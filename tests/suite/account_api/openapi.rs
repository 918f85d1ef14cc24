//! The OpenAPI documents against the server, and the documents' examples against the OpenAPI documents.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use serde_json::Value;

use super::{exchange::Exchange, schema};
use crate::{
    harness::{CONTRACTS, Contract, Method, Server, Site},
    program::Installation,
};

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

async fn document(site: &Site, contract: &Contract) -> Value {
    let answer = site.calls(contract, Method::GET, "/openapi.json").await;
    answer.expect_status(200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    answer.json()
}

/// Every path of a document with its methods.
fn operations(document: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let methods = |item: &Value| item.as_object().unwrap().keys().map(|name| name.to_uppercase()).collect();
    let paths = document["paths"].as_object().unwrap();
    paths.iter().map(|(path, item)| (path.clone(), methods(item))).collect()
}

#[tokio::test]
async fn each_mount_serves_the_document_of_its_contract() {
    let server = Server::documented().await;
    for contract in CONTRACTS {
        let document = document(&server.site, contract).await;
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1."), "{}", document["openapi"]);
        let place = format!("http://{}{}", contract.host, contract.path);
        assert_eq!(document["servers"][0]["url"], place);
        assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    }
}

/// The command needs no server, and prints the same.
#[tokio::test]
async fn the_command_line_prints_the_same_document() {
    let (server, installation) = (Server::start().await, Installation::fresh());
    for contract in CONTRACTS {
        let mut answered = document(&server.site, contract).await;
        let printed = installation.run(&["openapi", "--contract", contract.name]).expect_success().json();
        assert_eq!(printed["servers"][0]["url"], format!("{}{}", installation.issuer(), contract.usual));
        answered["servers"] = printed["servers"].clone();
        assert_eq!(answered, printed);
    }
    let unknown = installation.run(&["openapi", "--contract", "acme"]);
    assert_ne!(unknown.code, Some(0));
    assert!(unknown.stderr.contains("acme"), "{unknown:?}");
}

/// RFC 9110 §10.2.1: what is documented is there, what is not is 405 with all that is.
#[tokio::test]
async fn the_documented_methods_are_those_of_the_server() {
    let server = Server::documented().await;
    for contract in CONTRACTS {
        for (path, documented) in operations(&document(&server.site, contract).await) {
            for method in METHODS {
                let real = path.replace("{id}", "x");
                let call = server.site.calls(contract, Method::from_bytes(method.as_bytes()).unwrap(), &real);
                let answer = call.await;
                let place = format!("{} {method} {path}: {}", contract.name, answer.status);
                if documented.contains(method) {
                    assert!(![404, 405, 500].contains(&answer.status), "{place}");
                } else {
                    assert_eq!(answer.status, 405, "{place}");
                    let allow = answer.header("allow").expect("Allow").split(", ").map(str::to_owned);
                    assert_eq!(allow.collect::<BTreeSet<_>>(), documented, "{place}");
                }
            }
        }
    }
}

/// A route that nobody documented would be found by nobody: the page of routes names each path once.
#[tokio::test]
async fn every_route_is_documented() {
    let server = Server::start().await;
    for contract in CONTRACTS {
        let source = format!("{}/src/http/account_api/{}/routes.rs", env!("CARGO_MANIFEST_DIR"), contract.name);
        let source = fs::read_to_string(source).unwrap();
        let routes: BTreeSet<_> = source.split("at(\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert!(!source.contains("web::resource"), "a route beside the others");
        let documented = operations(&document(&server.site, contract).await);
        assert_eq!(routes, documented.keys().map(String::as_str).collect(), "{}", contract.name);
    }
}

/// Segments of a path; whatever stands in braces is one parameter.
fn shape(path: &str) -> Vec<&str> {
    path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment }).collect()
}

/// The operation that an exchange calls.
fn operation<'a>(document: &'a Value, contract: &Contract, exchange: &Exchange) -> &'a Value {
    let paths = document["paths"].as_object().unwrap();
    let wanted = shape(exchange.path(contract));
    let item = paths.iter().find(|(path, _)| shape(path) == wanted);
    let (_, item) = item.unwrap_or_else(|| panic!("{} is not documented", exchange.request));
    let operation = &item[exchange.method().to_lowercase()];
    assert!(operation.is_object(), "{} is not documented", exchange.request);
    operation
}

/// Both ways: a documented answer fits the schema, and has no member that the schema does not name.
#[tokio::test]
async fn the_documents_examples_fit_the_schemas() {
    let server = Server::start().await;
    for contract in CONTRACTS {
        let document = document(&server.site, contract).await;
        for (name, exchange) in Exchange::all(contract) {
            let operation = operation(&document, contract, &exchange);
            let place = format!("{} {name}", contract.name);
            let response = &operation["responses"][exchange.status.to_string()];
            assert!(response.is_object(), "{place}: {} is not documented", exchange.status);
            let content = |part: &'static str, holder: &Value| holder["content"]["application/json"][part].clone();
            match &exchange.answer {
                None => assert!(response["content"].is_null(), "{place}"),
                Some(answer) => schema::expect_whole(&document, &content("schema", response), answer, &place),
            }
            match &exchange.body {
                None => assert_ne!(operation["requestBody"]["required"], true, "{place}"),
                Some(body) => {
                    let schema = content("schema", &operation["requestBody"]);
                    schema::expect_fit(&document, &schema, body, &place);
                }
            }
            let bearer = exchange.headers.contains_key("Authorization");
            assert_eq!(
                operation["security"].is_array() && name != "sso_proof_required",
                bearer || name == "logout_unauthenticated",
                "{place}"
            );
        }
    }
}

/// Each operation is shown by at least one exchange: nothing that is served stays untried.
#[tokio::test]
async fn every_operation_has_an_example() {
    let server = Server::start().await;
    for contract in CONTRACTS {
        let document = document(&server.site, contract).await;
        let exchanges = Exchange::all(contract);
        let shown: BTreeSet<_> =
            exchanges.values().map(|it| (shape(it.path(contract)), it.method().to_owned())).collect();
        for (path, methods) in operations(&document) {
            for method in methods {
                assert!(shown.contains(&(shape(&path), method.clone())), "{} {method} {path}", contract.name);
            }
        }
    }
}
