//! Who may read the files that hold secrets.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use super::Report;
use crate::{config::Settings, crypto::key_file};

pub(super) fn check(settings: &Settings, report: &mut Report) {
    let mut files = Vec::new();
    if settings.keys.sealing_key.is_none() {
        files.push(("the sealing key", key_file::path(&settings.keys.directory)));
    }
    if let Some(database) = settings.database.url.sqlite_path() {
        files.push(("the database", database.into()));
    }
    if let Some(key) = &settings.http.tls_key {
        files.push(("the TLS key", key.clone()));
    }
    let has_password = settings.database.url.has_password() || settings.mail.smtp.password.is_set();
    if let Some(file) = settings.file.as_ref().filter(|_| has_password) {
        files.push(("the settings, with a password", file.clone()));
    }
    for (what, file) in files {
        look(what, &file, report);
    }
}

/// What is not there is another check's business.
fn look(what: &str, file: &Path, report: &mut Report) {
    let Ok(found) = fs::metadata(file) else { return };
    let mode = found.permissions().mode() & 0o777;
    let shown = file.display();
    let advice = format!("chmod 600 {shown}");
    if mode & 0o007 != 0 {
        report.error("file modes", format!("everybody may open {shown}, {what} (mode {mode:04o})"), advice);
    } else if mode & 0o070 != 0 {
        report.warning("file modes", format!("its group may open {shown}, {what} (mode {mode:04o})"), advice);
    } else {
        report.ok("file modes", format!("only the owner may open {shown}, {what}"));
    }
}
