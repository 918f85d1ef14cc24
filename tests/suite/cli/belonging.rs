//! `signet organisation` and `signet group`: beside each other, because they do alike.

use serde_json::{Value, json};

use crate::program::Installation;

fn json(installation: &Installation, command: &[&str]) -> Value {
    installation.run(&[command, &["--json"]].concat()).expect_success().json()
}

#[test]
fn organisations_and_groups_are_made_filled_renamed_and_deleted() {
    let installation = Installation::fresh();
    let create = ["user", "create", "--email", "alice@example.com", "--password-stdin"];
    installation.run(&["migrate"]).expect_success();
    installation.run_with(&create, "correct horse battery").expect_success();
    for (noun, list) in [("organisation", "organisations"), ("group", "groups")] {
        let made = json(&installation, &[noun, "create", "Acme Trading"]);
        let id = made["id"].as_str().unwrap();
        let add = [noun, "add", id, "--user", "alice"];
        assert_eq!(json(&installation, &add)["email"], "alice@example.com");
        assert!(installation.run(&add).stderr.contains("exists already"), "{noun}");
        assert_eq!(json(&installation, &[noun, "rename", id, "Zeta"])["name"], "Zeta");
        assert_eq!(json(&installation, &[noun, "list", "--search", "zet"])[list][0]["id"], id);
        let shown = json(&installation, &[noun, "show", id]);
        assert_eq!((&shown["members"], &shown["member_list"][0]["username"]), (&json!(1), &json!("alice")), "{shown}");
        let words = installation.run(&[noun, "show", id]);
        assert!(words.expect_success().stdout.contains("alice"), "{noun}");
        installation.run(&[noun, "remove", id, "--user", "alice"]).expect_success();
        assert_eq!(json(&installation, &[noun, "delete", id])["deleted"], id);
        assert!(installation.run(&[noun, "show", id]).stderr.contains("there is no"), "{noun}");
    }
}

#[test]
fn a_role_in_an_organisation_changes_only_where_that_is_asked_for() {
    let installation = Installation::fresh();
    let create = ["user", "create", "--email", "alice@example.com", "--password-stdin"];
    installation.run(&["migrate"]).expect_success();
    installation.run_with(&create, "correct horse battery").expect_success();
    let made = json(&installation, &["organisation", "create", "Acme"]);
    let add = ["organisation", "add", made["id"].as_str().unwrap(), "--user", "alice", "--role"];
    let with = |more: &[&'static str]| [&add[..], more].concat();
    assert_eq!(json(&installation, &with(&["admin"]))["role"], "admin");
    assert!(installation.run(&with(&["member"])).stderr.contains("exists already"));
    assert_eq!(json(&installation, &with(&["member", "--change"]))["role"], "member");
}
