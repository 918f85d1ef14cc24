//! The transport of development: each letter is a file of its own, with a summary beside it.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;

use super::{MailError, Written};
use crate::domain::{ids::LetterId, time::Timestamp};

/// A private folder: letters hold codes and links.
pub(super) struct Folder(PathBuf);

/// A letter that was put into the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivered {
    pub at: Timestamp,
    pub to: String,
    pub subject: String,
    /// The text body.
    pub text: String,
}

impl Folder {
    pub(super) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Writes the letter as `.eml` and then its summary as `.json`: what has a summary is whole.
    pub(super) async fn put(&self, letter: &Written, id: &LetterId, now: Timestamp) -> Result<(), MailError> {
        let delivered = Delivered {
            at: now,
            to: letter.to.to_string(),
            subject: letter.subject.to_owned(),
            text: letter.text.clone(),
        };
        let summary = serde_json::to_vec_pretty(&delivered).map_err(super::unwritable)?;
        let (folder, name, eml) = (self.0.clone(), name(id, now), letter.message.formatted());
        let shown = self.0.display().to_string();
        let write = move || {
            make(&folder)?;
            write_whole(&folder, &format!("{name}.eml"), &eml)?;
            write_whole(&folder, &format!("{name}.json"), &summary)
        };
        let written = spawn_blocking(write).await.map_err(|stopped| MailError::Away(stopped.to_string()))?;
        written.map_err(|reason| MailError::Away(format!("{shown}: {reason}")))
    }

    /// Whether letters can be put there; makes nothing.
    pub(super) fn check(&self) -> Result<(), MailError> {
        let wrong =
            |reason: &dyn std::fmt::Display| MailError::Misconfigured(format!("{}: {reason}", self.0.display()));
        match fs::metadata(&self.0) {
            Ok(found) if !found.is_dir() => Err(wrong(&"is no folder")),
            Ok(found) if found.permissions().readonly() => Err(wrong(&"is read-only")),
            Ok(_) => Ok(()),
            Err(reason) if reason.kind() == ErrorKind::NotFound => Ok(()),
            Err(reason) => Err(wrong(&reason)),
        }
    }
}

/// The newest letters of a folder, the newest first; those that were put there by something else are passed over.
pub fn delivered(folder: &Path, most: usize) -> io::Result<Vec<Delivered>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(reason) if reason.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(reason) => return Err(reason),
    };
    let mut summaries: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| is_summary(path)).collect();
    summaries.sort_unstable_by(|one, other| other.cmp(one));
    let read = |path: &PathBuf| serde_json::from_slice(&fs::read(path).ok()?).ok();
    Ok(summaries.iter().filter_map(read).take(most).collect())
}

fn is_summary(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "json")
}

/// Sorts by the time of delivery, and within a second by its order.
fn name(id: &LetterId, now: Timestamp) -> String {
    static PUT: AtomicU32 = AtomicU32::new(0);
    let at: String = now.rfc3339().chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{at}-{:06}-{id}", PUT.fetch_add(1, Ordering::Relaxed))
}

fn make(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Under its name there is the whole file or nothing.
fn write_whole(folder: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    let part = folder.join(format!("{name}.part"));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(part, folder.join(name))
}
