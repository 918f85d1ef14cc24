//! The REST API by everybody who might try: programs by their scopes, keys by the roles of their owners.

use std::{collections::BTreeSet, fs};

use signet::{
    domain::{ids::UserId, user::Role},
    services::admin::{
        clients::{self, ClientMembers},
        edition::Expected,
    },
    store::users,
};

use super::{
    AREAS, EVERY_SCOPE, area,
    document::{Operation, operations, served},
};
use crate::{
    admin::world::routes,
    harness::{Answer, DATIX, Method, PASSWORD, Program, Server, TestUser, cast, operator},
};

const ALLOWED: &str = "neither 401 nor 403";

impl Program {
    async fn tries(&self, operation: &Operation, client: &str) -> Answer {
        let path = operation.path(client);
        match &operation.body {
            Some(body) => self.sends(operation.method.clone(), &path, body).await,
            None => self.calls(operation.method.clone(), &path).await,
        }
    }

    async fn is_allowed(&self, operation: &Operation, client: &str, who: &str) {
        let answer = self.tries(operation, client).await;
        let refused = answer.status == 401 || answer.status == 403 || answer.status >= 500;
        assert!(!refused, "{who}: {} {}: {ALLOWED}, but {answer:?}", operation.method, operation.path);
    }

    async fn is_refused(&self, operation: &Operation, client: &str, who: &str) {
        let answer = self.tries(operation, client).await;
        assert_eq!(answer.status, 403, "{who}: {} {}: {}", operation.method, operation.path, answer.text());
        answer.expect_problem(403, "forbidden");
    }
}

async fn all(server: &Server) -> Vec<Operation> {
    let all = operations(&served(server).await);
    assert!(all.len() > 30, "{}", all.len());
    all
}

/// Each operation says in the document which scope it takes, and it is the one of its path.
#[tokio::test]
async fn every_operation_has_its_area() {
    let server = Server::start().await;
    let (all, pages) = (all(&server).await, routes());
    for operation in &all {
        let reading = if operation.reads() { ":read" } else { "" };
        let wanted = if is_everybodys(operation) {
            EVERY_SCOPE.map(|scope| format!("{scope}:read")).to_vec()
        } else {
            vec![format!("admin:{}{reading}", area(&operation.path))]
        };
        assert_eq!(operation.scopes, wanted, "{} {}", operation.method, operation.path);
    }
    for (segment, _) in AREAS {
        let stem = format!("/{segment}");
        let mut paths = all.iter().map(|operation| &operation.path).chain(pages.iter().map(|(pattern, _)| pattern));
        assert!(paths.any(|path| path.starts_with(&stem)), "nothing is at {stem} any more");
    }
}

/// What is routed and what is documented are the same: by the paths in the source, and by the methods of each.
#[tokio::test]
async fn no_route_is_missing_from_the_document() {
    let server = Server::start().await;
    let all = all(&server).await;
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/admin/rest/routes.rs");
    let source = fs::read_to_string(source).unwrap();
    let listed = source.split("#[derive(utoipa::OpenApi)]").next().unwrap();
    let literals =
        listed.split('"').skip(1).step_by(2).filter(|text| text.starts_with('/') && *text != "/openapi.json");
    let routed: BTreeSet<&str> = literals.filter(|path| !path.contains("{{")).collect();
    let documented: BTreeSet<&str> = all.iter().map(|operation| operation.path.as_str()).collect();
    assert_eq!(routed.difference(&documented).collect::<Vec<_>>(), [&""; 0]);

    let ids: BTreeSet<&str> = all.iter().map(|operation| operation.id.as_str()).collect();
    assert_eq!(ids.len(), all.len(), "an operationId stands twice");

    let program = server.root_program().await;
    for path in documented {
        let here: Vec<_> = all.iter().filter(|operation| operation.path == path).collect();
        let other = program.calls(Method::TRACE, &here[0].path("nothing")).await;
        other.expect_problem(405, "method-not-allowed");
        let allow: BTreeSet<_> = other.header("allow").unwrap().split(", ").collect();
        assert_eq!(allow, here.iter().map(|operation| operation.method.as_str()).collect(), "{path}");
    }
}

/// A condition that nobody judges must not look like one that holds, nor a typing error like the whole list.
#[tokio::test]
async fn nothing_is_taken_that_the_document_does_not_name() {
    let server = Server::start().await;
    let program = server.root_program().await;
    let (mut queries, mut conditions) = (0, 0);
    for operation in all(&server).await {
        let (method, path) = (operation.method.clone(), operation.path("nothing"));
        for query in ["made_up=1", "made_up"] {
            program.calls(method.clone(), &format!("{path}?{query}")).await.expect_problem(400, "malformed");
        }
        let condition = operation.parameters.iter().any(|name| name == "If-Match");
        if !operation.reads() && !condition {
            let answer = program.calls(method.clone(), &path).header("if-match", "\"stale\"").await;
            answer.expect_problem(412, "no-editions");
        }
        for name in operation.parameters.iter().filter(|name| *name != "If-Match") {
            let answer = program.calls(method.clone(), &format!("{path}?{name}=nothing")).await;
            assert!(!answer.text().contains("the query takes"), "{method} {path}: {name}: {answer:?}");
            queries += 1;
        }
        conditions += usize::from(condition);
    }
    assert!(queries > 20 && conditions > 10, "{queries} {conditions}");
}

/// Without a credential nobody learns more than that one is needed; what an application got from a person is none.
#[tokio::test]
async fn only_a_credential_of_administration_opens_anything() {
    let (server, app, alice) = cast().await;
    let token = app.redeems(&alice.approves(&app).await).await.expect_tokens().access_token;
    let root = server.person_with_role("root", Role::Admin).await;
    let of_root = app.redeems(&root.user.approves(&app).await).await.expect_tokens().access_token;
    let plain = server.program("read:projects").await;
    let persons = [("a user's token", token), ("an administrator's token", of_root), ("no scope", plain.token)];
    for operation in all(&server).await {
        let (method, path) = (operation.method.clone(), format!("/admin/api/v1{}", operation.path("nothing")));
        let nobody = server.request(method.clone(), &path).await;
        assert_eq!(nobody.header("www-authenticate"), Some("Bearer"), "{method} {path}");
        nobody.expect_problem(401, "no-credential");
        let nonsense = server.request(method.clone(), &path).bearer("nonsense").await;
        nonsense.expect_problem(401, "invalid-token");
        let by_cookie = root.browser.request(method, &path).await;
        by_cookie.expect_problem(401, "no-credential");
        for (who, token) in &persons {
            let answer = Program::new(&server.site, token).tries(&operation, "nothing").await;
            assert!([401, 403].contains(&answer.status), "{who}: {path}: {answer:?}");
        }
    }
}

/// `admin:area:read` reads, `admin:area` writes, too; neither does anything elsewhere.
#[tokio::test]
async fn a_scope_opens_its_own_area_only() {
    let server = Server::start().await;
    let all = all(&server).await;
    for scope in EVERY_SCOPE {
        let reading = format!("{scope}:read");
        let (writer, reader) = (server.program(scope).await, server.program(&reading).await);
        let own = scope.trim_start_matches("admin:");
        for operation in &all {
            let theirs = is_everybodys(operation) || area(&operation.path) == own;
            match (theirs, operation.reads()) {
                (true, true) => {
                    writer.is_allowed(operation, "nothing", scope).await;
                    reader.is_allowed(operation, "nothing", &reading).await;
                }
                (true, false) => {
                    writer.is_allowed(operation, "nothing", scope).await;
                    reader.is_refused(operation, "nothing", &reading).await;
                }
                (false, _) => {
                    writer.is_refused(operation, "nothing", scope).await;
                    reader.is_refused(operation, "nothing", &reading).await;
                }
            }
        }
    }
}

/// A key with every scope, made while its owner was an administrator: it does what the owner's role lets them today.
#[tokio::test]
async fn a_key_does_what_its_owner_may() {
    let server = Server::start().await;
    server.root_program().await;
    let all = all(&server).await;
    for role in [Role::Admin, Role::Auditor, Role::ClientManager, Role::Member] {
        let owner = server.administrator(role.as_str().trim_end_matches("_manager"), Role::Admin).await;
        let key = key_of(&server, &owner).await;
        becomes(&server, &owner, role).await;
        let who = role.as_str();
        for operation in &all {
            let may = match role {
                Role::Admin => true,
                Role::Auditor => operation.reads(),
                Role::ClientManager => manages(operation),
                Role::Member => false,
            };
            if may {
                key.is_allowed(operation, "nothing", who).await;
            } else {
                key.is_refused(operation, "nothing", who).await;
            }
        }
    }
}

/// The status has a part for each scope, and is open with any of them.
fn is_everybodys(operation: &Operation) -> bool {
    operation.path == "/status"
}

/// A client manager looks after clients, and only reads the registries that everybody's clients share.
fn manages(operation: &Operation) -> bool {
    is_everybodys(operation)
        || area(&operation.path) == "clients" && (operation.path.starts_with("/clients") || operation.reads())
}

/// Their own clients they may do everything with; of a foreign one they learn nothing.
#[tokio::test]
async fn a_client_manager_reaches_their_own_clients_only() {
    let server = Server::start().await;
    server.root_program().await;
    let mia = server.administrator("mia", Role::Admin).await;
    let key = key_of(&server, &mia).await;
    becomes(&server, &mia, Role::ClientManager).await;
    server.client().id("foreign").create().await;
    let all = all(&server).await;
    for (number, operation) in all.iter().filter(|one| one.path.contains("/clients/{client_id}")).enumerate() {
        let own = format!("own-{number}");
        server.client().id(&own).create().await;
        let owner = ClientMembers { owner: Some(mia.id.clone()), ..ClientMembers::default() };
        clients::update(&server.site.core, &operator(), &own, Expected::Any, owner).await.unwrap();
        key.is_allowed(operation, &own, "the owner").await;
        key.is_refused(operation, "foreign", "somebody else").await;
    }
}

async fn key_of(server: &Server, owner: &TestUser) -> Program {
    let session = server.site.signs_in(DATIX, &owner.email, PASSWORD).await;
    Program::new(&server.site, session.makes_a_key(&EVERY_SCOPE).await)
}

async fn becomes(server: &Server, user: &TestUser, role: Role) {
    let (core, id) = (server.site.core.clone(), UserId::parse(&user.id).unwrap());
    let now = core.clock.now();
    let work = move || core.store.write(|db| users::update_role(db, &id, role, now)).unwrap();
    assert!(tokio::task::spawn_blocking(work).await.unwrap());
}
