//! Nobody comes to more rights by looking after people, and nobody shuts everybody out.

use serde_json::{Value, json};
use signet::{
    domain::{
        administrator::Administrator,
        secret::Secret,
        user::{Role, UserStatus},
    },
    services::admin::{
        AdminError,
        edition::Expected,
        users::{
            self,
            change::{self, UserChanges},
        },
    },
};

use super::super::says;
use crate::harness::{Admin, Server, operator};

/// A token for people must not become one for everything.
#[tokio::test]
async fn who_looks_after_people_does_not_touch_administrators() {
    let server = Server::start().await;
    let program = server.program("admin:users").await;
    for role in [Role::Admin, Role::Auditor, Role::ClientManager] {
        let admin = server.person_with_role(role.as_str(), role).await;
        let path = format!("/users/{}", admin.user.id);
        let empty = json!({});
        for (sub, body) in [
            ("/suspend", &empty),
            ("/disable", &empty),
            ("/activate", &empty),
            ("/password-reset", &empty),
            ("/invitation", &empty),
        ] {
            program.post(&format!("{path}{sub}"), body).await.expect_problem(403, "forbidden");
        }
        let password = json!({ "password": "a password of mine" });
        program.put(&format!("{path}/password"), &password).await.expect_problem(403, "forbidden");
        for sub in ["", "/second-factor", "/sessions", "/consents", "/consents/app", "/sessions/ses_1"] {
            program.delete(&format!("{path}{sub}")).await.expect_problem(403, "forbidden");
        }
        for change in [json!({ "email": "mine@example.com" }), json!({ "role": "member" }), json!({ "name": "x" })] {
            program.patch(&path, &change).await.expect_problem(403, "forbidden");
        }
    }
}

#[tokio::test]
async fn who_looks_after_people_makes_no_administrators() {
    let server = Server::start().await;
    let program = server.program("admin:users").await;
    let alice = server.user("alice").await;
    for role in ["admin", "auditor", "client_manager"] {
        let change = program.patch(&format!("/users/{}", alice.id), &json!({ "role": role })).await;
        change.expect_problem(403, "forbidden");
        let new = json!({ "email": "b@example.com", "password": "correct horse battery", "role": role });
        program.post("/users", &new).await.expect_problem(403, "forbidden");
        let guest = json!({ "email": "b@example.com", "role": role });
        program.post("/users", &guest).await.expect_problem(403, "forbidden");
    }
    let seen = program.get(&format!("/users/{}", alice.id)).await.json();
    assert_eq!(seen["role"], "member");
    let all = server.root_program().await;
    all.patch(&format!("/users/{}", alice.id), &json!({ "role": "auditor" })).await.expect_status(200);
}

#[tokio::test]
async fn an_auditor_changes_nothing() {
    let server = Server::start().await;
    let auditor = server.person_with_role("auditor", Role::Auditor).await;
    let alice = server.user("alice").await;
    let page = auditor.opens(&format!("/admin/users/{}/access", alice.id)).await;
    page.expect_status(200);
    assert!(page.forms().is_empty(), "there is nothing to press");
    let reader = server.program("admin:users:read").await;
    reader.get(&format!("/users/{}", alice.id)).await.expect_status(200);
    reader.post("/users", &json!({ "email": "b@example.com" })).await.expect_problem(403, "forbidden");
    reader.patch(&format!("/users/{}", alice.id), &json!({ "name": "x" })).await.expect_problem(403, "forbidden");
    reader.delete(&format!("/users/{}", alice.id)).await.expect_problem(403, "forbidden");
    reader.post(&format!("/users/{}/suspend", alice.id), &json!({})).await.expect_problem(403, "forbidden");
}

/// The pages and the services refuse alike.
#[tokio::test]
async fn nobody_shuts_themselves_out() {
    let server = Server::start().await;
    let (root, other) = (server.admin().await, server.person_with_role("other", Role::Admin).await);
    let page = root.opens(&format!("/admin/users/{}/access", root.user.id)).await;
    says(&page, "This is your own account.");
    let actions: Vec<_> = page.forms().into_iter().map(|form| form.action).collect();
    for act in ["/status", "/password", "/delete"] {
        assert!(!actions.iter().any(|action| action.ends_with(act)), "{act} among {actions:?}");
    }
    let itself = person(&server, &root).await;
    let core = &server.site.core;
    let role = UserChanges { role: Some(Role::Member), ..UserChanges::default() };
    let refused = change::update(core, &itself, &root.user.id, Expected::Any, role.clone()).await;
    assert!(matches!(refused, Err(AdminError::Forbidden(_))), "{refused:?}");
    let refused = users::set_status(core, &itself, &root.user.id, UserStatus::Suspended).await;
    assert!(matches!(refused, Err(AdminError::Forbidden(_))), "{refused:?}");
    let password = Secret::new("a password of mine".to_owned());
    let refused = users::set_password(core, &itself, &root.user.id, password).await;
    assert!(matches!(refused, Err(AdminError::Forbidden(_))), "{refused:?}");
    let refused = users::delete(core, &itself, &root.user.id, Expected::Any).await;
    assert!(matches!(refused, Err(AdminError::Forbidden(_))), "{refused:?}");
    let refused = users::reset_second_factor(core, &itself, &root.user.id).await;
    assert!(matches!(refused, Err(AdminError::Forbidden(_))), "{refused:?}");
    change::update(core, &itself, &other.user.id, Expected::Any, role).await.unwrap();
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let server = Server::start().await;
    let root = server.admin().await;
    let program = server.root_program().await;
    let path = format!("/users/{}", root.user.id);
    let is_last =
        |answer: &Value| assert!(answer["detail"].as_str().unwrap().contains("last administrator"), "{answer}");
    is_last(&program.post(&format!("{path}/suspend"), &json!({})).await.expect_problem(403, "forbidden"));
    is_last(&program.patch(&path, &json!({ "role": "member" })).await.expect_problem(403, "forbidden"));
    is_last(&program.delete(&path).await.expect_problem(403, "forbidden"));
    assert_eq!(program.get(&path).await.json()["status"], "active", "nothing of it was done");
    // At the server's own command line it can be.
    users::delete(&server.site.core, &operator(), &root.user.id, Expected::Any).await.unwrap();
}

/// Every door asks the same: a service at the account API, too.
#[tokio::test]
async fn a_service_of_the_account_api_sets_no_administrators_password() {
    let server = Server::start().await;
    let root = server.admin().await;
    let program = server.program("admin:users").await;
    let alice = server.user("alice").await;
    let sets = |user: &str| {
        let body = json!({ "user_id": user, "new_password": "a password of mine" });
        let path = "/v1/auth/admin/set-password";
        let request = server.site.request(crate::harness::Method::POST, path).bearer(&program.token);
        request.raw("application/json", body.to_string())
    };
    sets(&alice.id).await.expect_status(200);
    sets(&root.user.id).await.expect_status(403);
    root.opens("/admin/users").await.expect_status(200);
}

async fn person(server: &Server, admin: &Admin) -> Administrator {
    let user = users::show(&server.site.core, &operator(), &admin.user.id).await.unwrap();
    Administrator::person(&user, None)
}
