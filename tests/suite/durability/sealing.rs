//! The database belongs to its sealing key.

use std::{fs, path::Path};

use signet::crypto::seal::SealingRing;

use crate::program::{CALLBACK, Installation};

/// The only line of a new ring, under a number of its own.
fn line(number: u8) -> String {
    let text = SealingRing::generate().reveal().clone();
    let key = text.lines().last().unwrap().split_once(' ').unwrap().1.to_owned();
    format!("{number} {key}")
}

#[tokio::test]
async fn with_another_sealing_key_the_server_does_not_start_and_says_why() {
    let mut installation = Installation::fresh();
    let own = line(1);
    installation.set("SIGNET_SEALING_KEY", &own);
    drop(installation.serve().await);

    installation.set("SIGNET_SEALING_KEY", &line(1));
    for command in [&["serve"][..], &["client", "list"], &["key", "list", "--json"]] {
        installation.run(command).expect_failure(1, "which is not on the sealing ring");
    }
    installation.set("SIGNET_SEALING_KEY", "");
    installation.run(&["serve"]).expect_failure(1, "there is no sealing key");
    assert!(!Path::new(&installation.sealing_file()).exists(), "a new key beside an old database");
    installation.set("SIGNET_SEALING_KEY", "1 too-short");
    installation.run(&["serve"]).expect_failure(1, "sealing key");
    installation.set("SIGNET_SEALING_KEY", &own);
    drop(installation.serve_again().await);
}

/// The new entry seals, the old one opens: tokens from before go on working.
#[tokio::test]
async fn a_second_line_opens_what_the_first_one_sealed() {
    let mut installation = Installation::fresh();
    let (old, new) = (line(1), line(2));
    installation.set("SIGNET_SEALING_KEY", &old);
    let first = installation.serve().await;
    let site = installation.site().await;
    let app = installation.client(&site, &CALLBACK);
    let alice = installation.user(&site, "alice");
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let code = alice.asked_by(&app).await.expect_code();
    drop(first);

    // Known everywhere before it seals anywhere.
    installation.set("SIGNET_SEALING_KEY", &format!("{old}\n{new}"));
    drop(installation.serve_again().await);
    installation.set("SIGNET_SEALING_KEY", &format!("{new},{old}"));
    let second = installation.serve_again().await;
    let redeemed = app.redeems(&code).await.expect_tokens();
    app.refreshes(redeemed.refresh()).await.expect_tokens();
    let refreshed = app.refreshes(tokens.refresh()).await.expect_tokens();
    assert_eq!(app.introspects(&tokens.access_token).await.json()["active"], true, "the signing key opened");
    drop(second);

    // From now on the database knows both.
    installation.set("SIGNET_SEALING_KEY", &old);
    installation.run(&["serve"]).expect_failure(1, "which is not on the sealing ring");
    installation.set("SIGNET_SEALING_KEY", &format!("{new},{old}"));
    let _third = installation.serve_again().await;
    app.refreshes(refreshed.refresh()).await.expect_tokens();
}

/// A new SQLite database brings a key with it, for its owner alone; it is never made for a database that has one.
#[tokio::test]
async fn the_first_start_makes_the_key_once() {
    use std::os::unix::fs::PermissionsExt;
    let mut installation = Installation::fresh();
    if !installation.is_sqlite() {
        installation.set("SIGNET_SEALING_KEY", "");
        installation.run(&["serve", "--migrate"]).expect_failure(1, "there is no sealing key");
        return;
    }
    drop(installation.serve().await);
    let made = fs::read_to_string(installation.sealing_file()).unwrap();
    let permissions = fs::metadata(installation.sealing_file()).unwrap().permissions();
    assert_eq!(permissions.mode() & 0o777, 0o600);
    drop(installation.serve_again().await);
    assert_eq!(fs::read_to_string(installation.sealing_file()).unwrap(), made);
    fs::remove_file(installation.sealing_file()).unwrap();
    installation.run(&["serve"]).expect_failure(1, "there is no sealing key");
    assert!(!installation.sealing_file().exists());
}
