//! Sign-in providers and directories at the REST API and at the console.

use std::net::TcpListener;

use serde_json::{Value, json};
use signet::{
    config::{directories::DirectorySettings, providers::ProviderSettings},
    domain::{identity::Identity, ids::UserId, user::Role},
    store::identities,
};

use super::{HOSTILE, is_silent_about, says};
use crate::harness::{Program, Server, TestUser};

/// An address at which nobody listens.
fn nowhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

fn provider(name: &str, label: &str, issuer: &str) -> ProviderSettings {
    let entry = format!("name = '{name}'\nlabel = '''{label}'''\nissuer = '{issuer}'\nclient_id = 'us'");
    toml::from_str(&entry).unwrap()
}

fn directory(address: &str) -> DirectorySettings {
    let entry = format!(
        "name = 'corp'\ndomains = ['corp.example']\nurl = 'ldap://{address}'\nbase_dn = 'dc=corp'\n\
         limits = {{ connect_seconds = 1, answer_seconds = 1, sign_in_seconds = 2 }}"
    );
    toml::from_str(&entry).unwrap()
}

/// A provider that answers (another one of us), one that is gone, and a directory that is gone.
async fn three() -> (Server, Server) {
    let elsewhere = Server::start().await;
    let well = provider("well", "Elsewhere", &elsewhere.site.issuer);
    let lost = provider("lost", HOSTILE, &format!("http://{}", nowhere()));
    let server = Server::with(|settings| {
        settings.providers = vec![well, lost];
        settings.directories = vec![directory(&nowhere())];
    });
    (server.await, elsewhere)
}

async fn links(server: &Server, user: &TestUser, provider: &str) {
    let core = server.site.core.clone();
    let now = core.clock.now();
    let identity = Identity {
        provider: provider.to_owned(),
        subject: "somebody".to_owned(),
        user_id: UserId::parse(&user.id).unwrap(),
        label: None,
        created_at: now,
        last_used_at: now,
    };
    let work = move || core.store.write(|db| identities::insert(db, &identity)).unwrap();
    assert!(tokio::task::spawn_blocking(work).await.unwrap());
}

async fn listed(program: &Program, name: &str) -> Value {
    let all = program.get("/providers").await.json();
    all["items"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap_or(&Value::Null).clone()
}

#[tokio::test]
async fn a_program_sees_and_tries_what_people_sign_in_with() {
    let (server, elsewhere) = three().await;
    let program = server.program("admin:users").await;
    assert_eq!(listed(&program, "well").await["status"], "unasked");

    let tested = program.post("/providers/well/test", &json!({})).await;
    assert_eq!(tested.expect_status(200).json(), json!({ "reachable": true, "problem": null }));
    let well = listed(&program, "well").await;
    assert_eq!((&well["status"], &well["address"]), (&json!("ok"), &json!(elsewhere.site.issuer)));

    for (name, kind) in [("lost", "oidc"), ("ldap:corp", "directory")] {
        let tested = program.post(&format!("/providers/{name}/test"), &json!({})).await;
        let tested = tested.expect_status(200).json();
        assert!(tested["reachable"] == false && tested["problem"].is_string(), "{tested}");
        let lost = listed(&program, name).await;
        assert_eq!(
            (&lost["kind"], &lost["status"], &lost["failure"]),
            (&json!(kind), &json!("error"), &tested["problem"])
        );
    }
    let status = program.get("/status").await.json();
    assert_eq!(status["providers"], json!({ "configured": 3, "away": [HOSTILE, "corp"] }));
    for name in ["nothing", "corp", "ldap:well"] {
        program.post(&format!("/providers/{name}/test"), &json!({})).await.expect_problem(404, "not-found");
    }
}

/// Accounts stay linked to what has left the settings; nobody could come in by it any more.
#[tokio::test]
async fn links_are_counted_also_of_what_has_left_the_settings() {
    let (server, elsewhere) = three().await;
    let alice = server.user("alice").await;
    for provider in [elsewhere.site.issuer.as_str(), "ldap:corp", "https://gone.example"] {
        links(&server, &alice, provider).await;
    }
    let program = server.program("admin:users:read").await;
    for (name, kind, linked) in
        [("well", "oidc", 1), ("lost", "oidc", 0), ("ldap:corp", "directory", 1), ("https://gone.example", "gone", 1)]
    {
        let one = listed(&program, name).await;
        assert_eq!((&one["kind"], &one["identities"]), (&json!(kind), &json!(linked)), "{one}");
    }
}

#[tokio::test]
async fn an_administrator_tries_them_by_hand() {
    let (server, _elsewhere) = three().await;
    let admin = server.admin().await;
    let page = admin.submits("/admin/providers", "/providers/well/test", &[]).await;
    says(&page, "Elsewhere answers as it should.");
    let page = admin.submits("/admin/providers", "/providers/ldap%3Acorp/test", &[]).await;
    says(&page, "corp does not answer as it should");
    let page = admin.submits("/admin/providers", "/providers/lost/test", &[]).await;
    is_silent_about(&page, "<script>alert");
    says(&admin.opens("/admin").await, "Sign-in providers");
    let without = Server::start().await;
    says(&without.admin().await.opens("/admin/providers").await, "Nobody signs in elsewhere");
}

/// Who only looks does not send this server anywhere.
#[tokio::test]
async fn a_test_is_for_those_who_may_change_things() {
    let (server, _elsewhere) = three().await;
    let auditor = server.person_with_role("audrey", Role::Auditor).await;
    let page = auditor.opens("/admin/providers").await;
    says(page.expect_status(200), "Elsewhere");
    assert!(page.forms().iter().all(|form| !form.action.ends_with("/test")));
    let reader = server.program("admin:users:read").await;
    reader.post("/providers/well/test", &json!({})).await.expect_problem(403, "forbidden");
    let manager = server.person_with_role("manager", Role::ClientManager).await;
    manager.opens("/admin/providers").await.expect_status(403);
}
