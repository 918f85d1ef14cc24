//! The doctor on installations that were made for it.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use super::{Report, Status, database, files};
use crate::{
    config::{Settings, database::DatabaseUrl},
    services::{database::open, sealing},
    store::migrations,
};

fn settings(folder: &Path) -> Settings {
    let mut settings = Settings::default();
    let url = format!("sqlite://{}", folder.join("signet.db").display());
    settings.database.url = DatabaseUrl::parse(&url).unwrap();
    settings.keys.directory = folder.join("keys");
    settings
}

fn set_up(settings: &Settings) {
    let store = open(&settings.database).unwrap();
    migrations::run(&store).unwrap();
    sealing::open(settings, &store).unwrap();
}

fn statuses(settings: &Settings) -> Vec<(&'static str, Status)> {
    let mut report = Report::default();
    files::check(settings, &mut report);
    database::check(settings, &mut report);
    report.findings.iter().map(|finding| (finding.check, finding.status)).collect()
}

#[test]
fn before_the_first_start_there_is_nothing_and_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(statuses(&settings(folder.path())), [("database", Status::Warning)]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_new_installation_lacks_only_its_first_signing_key() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    set_up(&settings);
    let expected = [
        ("file modes", Status::Ok),
        ("file modes", Status::Ok),
        ("database", Status::Ok),
        ("migrations", Status::Ok),
        ("sealing key", Status::Ok),
        ("signing keys", Status::Warning),
    ];
    assert_eq!(statuses(&settings), expected);
}

#[test]
fn a_sealing_key_that_others_can_read_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    set_up(&settings);
    let file = folder.path().join("keys/sealing.key");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(statuses(&settings).contains(&("file modes", Status::Error)));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(statuses(&settings).contains(&("file modes", Status::Warning)));
}

#[test]
fn another_installations_sealing_key_is_an_error() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (settings, others) = (settings(folder.path()), settings(other.path()));
    set_up(&settings);
    set_up(&others);
    fs::copy(other.path().join("keys/sealing.key"), folder.path().join("keys/sealing.key")).unwrap();
    assert!(statuses(&settings).contains(&("sealing key", Status::Error)));
    fs::remove_file(folder.path().join("keys/sealing.key")).unwrap();
    assert!(statuses(&settings).contains(&("sealing key", Status::Error)));
}
