//! What an operator sets, and the contracts show.

use crate::harness::operator;
use serde_json::{Value, json};
use signet::services::admin::edition::Expected;
use signet::{
    domain::{
        audit::{Action, Actor},
        ids::UserId,
        organisation::OrganisationRole,
        user::UserStatus,
    },
    services::{
        accounts::Refusal,
        admin::{
            AdminError, users,
            users::change::{self as user_changes, Belonging, UserChanges},
        },
    },
    store::audit_events,
};

use super::{asks_for_a_reset, is_signed_in, mailed_token, read, resets, signs_in, tries_to_sign_in, user_of};
use crate::{
    harness::{PASSWORD, Server},
    program::Installation,
};

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn an_update_writes_what_it_names_and_the_version_tells() {
    let server = Server::start().await;
    server.user("alice").await;
    let first = UserChanges {
        privileges: Some(texts(&["admin", "auditView"])),
        groups: Some(texts(&["engineering", "admins"])),
        attributes: [("assigned_agents".to_owned(), Some(r#"["agent_1"]"#.to_owned()))].into(),
        organisation: Some(Belonging::To { name: "Acme".to_owned(), role: OrganisationRole::Admin }),
        ..UserChanges::default()
    };
    let person =
        user_changes::update(&server.site.core, &operator(), "alice", Expected::Any, first).await.unwrap().shown;
    assert_eq!(
        (person.user.privileges.as_slice(), person.user.version),
        (&["admin".into(), "auditView".into()][..], 4)
    );
    assert_eq!(person.groups, ["admins", "engineering"]);
    assert_eq!(person.user.attributes["assigned_agents"], r#"["agent_1"]"#);
    assert_eq!(
        person.membership.map(|found| (found.organisation.name, found.role)),
        Some(("Acme".to_owned(), OrganisationRole::Admin))
    );

    let second = UserChanges {
        groups: Some(texts(&["engineering"])),
        attributes: [("assigned_agents".to_owned(), None)].into(),
        organisation: Some(Belonging::Nowhere),
        name: Some("Alice Liddell".to_owned()),
        ..UserChanges::default()
    };
    let person =
        user_changes::update(&server.site.core, &operator(), "alice", Expected::Any, second).await.unwrap().shown;
    assert_eq!((person.groups, person.user.version), (vec!["engineering".to_owned()], 5));
    assert_eq!((person.membership, person.user.attributes.len(), person.user.privileges.len()), (None, 0, 2));
    assert_eq!(person.user.profile.name.as_deref(), Some("Alice Liddell"));
}

/// All of it or nothing.
#[tokio::test]
async fn an_update_that_does_not_fit_changes_nothing() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    server.user("bob").await;
    let before = user_of(&server.site, &alice.email).await;
    let wish = |email: &str| UserChanges {
        name: Some("New".to_owned()),
        email: Some(email.to_owned()),
        privileges: Some(texts(&["admin"])),
        ..UserChanges::default()
    };
    let taken =
        user_changes::update(&server.site.core, &operator(), "alice", Expected::Any, wish("bob@example.com")).await;
    assert!(matches!(taken, Err(AdminError::Taken { .. })), "{taken:?}");
    let unfit = user_changes::update(&server.site.core, &operator(), "alice", Expected::Any, wish("no address")).await;
    assert!(matches!(unfit, Err(AdminError::Unfit { .. })), "{unfit:?}");
    assert_eq!(user_of(&server.site, &alice.email).await, before);
}

#[tokio::test]
async fn an_address_that_an_operator_sets_is_proved_and_the_old_ones_letters_are_dead() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    asks_for_a_reset(&server.site, &alice.email).await;
    let token = mailed_token(&server.site, &alice.email, "reset").await;
    let wish = UserChanges { email: Some("New@example.com".to_owned()), ..UserChanges::default() };
    let person =
        user_changes::update(&server.site.core, &operator(), "alice", Expected::Any, wish).await.unwrap().shown;
    assert_eq!((person.user.email.as_deref(), person.user.email_verified), (Some("new@example.com"), true));
    assert!(matches!(resets(&server.site, &token, "a-password-of-hers").await, Err(Refusal::InvalidReset)));
}

#[tokio::test]
async fn a_disabled_user_is_out_at_once_and_is_told_so_only_after_the_right_password() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let caller = signs_in(&server.site, "alice", PASSWORD).await;
    users::set_status(&server.site.core, &operator(), "alice", UserStatus::Disabled).await.unwrap();
    assert!(!is_signed_in(&server.site, &caller).await);
    assert!(matches!(tries_to_sign_in(&server.site, "alice", PASSWORD).await, Err(Refusal::Disabled)));
    assert!(matches!(tries_to_sign_in(&server.site, "alice", "wrong").await, Err(Refusal::InvalidCredentials)));
    users::set_status(&server.site.core, &operator(), "alice", UserStatus::Active).await.unwrap();
    assert!(!is_signed_in(&server.site, &caller).await, "what ended stays ended");
    signs_in(&server.site, "alice", PASSWORD).await;

    users::set_password(&server.site.core, &operator(), "alice", super::secret("another-password-of-hers"))
        .await
        .unwrap();
    users::delete(&server.site.core, &operator(), "alice", Expected::Any).await.unwrap();
    let id = UserId::parse(&alice.id).unwrap();
    let events = read(&server.site, move |db| audit_events::list_by_user(db, &id, 50)).await;
    let by_operator: Vec<Action> =
        events.into_iter().filter(|event| event.actor == Actor::Operator).map(|event| event.action).collect();
    let expected = [Action::Register, Action::UpdateUser, Action::SetPassword, Action::DeleteUser];
    assert!(expected.iter().all(|action| by_operator.contains(action)), "{by_operator:?}");
}

fn json(installation: &Installation, command: &[&str]) -> Value {
    installation.run_with(&[command, &["--json"]].concat(), PASSWORD).expect_success().json()
}

#[test]
fn the_command_line_sets_and_shows_what_the_contracts_show() {
    let installation = Installation::fresh();
    installation.run(&["migrate"]).expect_success();
    json(&installation, &["user", "create", "--email", "alice@example.com", "--name", "Alice", "--password-stdin"]);
    let update = [
        "user",
        "update",
        "alice",
        "--privilege",
        "admin",
        "--privilege",
        "auditView",
        "--group",
        "engineering",
        "--organisation",
        "Acme: West:admin",
        "--attribute",
        r#"assigned_agents=["agent_1"]"#,
        "--picture",
        "https://example.com/alice.png",
        "--status",
        "suspended",
    ];
    let changed = json(&installation, &update);
    let shown = json(&installation, &["user", "show", "alice"]);
    assert_eq!(changed, shown);
    assert_eq!(shown["privileges"], json!(["admin", "auditView"]));
    assert_eq!((&shown["groups"], &shown["status"]), (&json!(["engineering"]), &json!("suspended")));
    assert_eq!(shown["attributes"], json!({"assigned_agents": ["agent_1"]}));
    assert_eq!(
        (&shown["organization"]["name"], &shown["organization"]["role"]),
        (&json!("Acme: West"), &json!("admin"))
    );
    let words = installation.run(&["user", "show", "alice"]);
    let words = &words.expect_success().stdout;
    assert!(words.contains("Acme: West (admin") && words.contains("auditView"), "{words}");
    let cleared =
        ["user", "update", "alice", "--privilege", "", "--organisation", "", "--attribute", "assigned_agents="];
    let cleared = json(&installation, &cleared);
    assert_eq!(cleared["privileges"], json!([]));
    assert_eq!((&cleared["organization"], &cleared["attributes"]), (&Value::Null, &json!({})));
    assert_eq!(json(&installation, &["user", "disable", "alice"])["status"], "disabled");
    installation.run(&["user", "update", "alice"]).expect_failure(2, "nothing to change");
    installation.run(&["user", "update", "alice", "--organisation", "Acme:owner"]).expect_failure(2, "member or admin");
    installation.run(&["user", "update", "alice", "--attribute", "a=["]).expect_failure(1, "JSON");
}
