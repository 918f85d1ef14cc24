//! The file that holds the sealing key.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use super::{
    random,
    seal::{SealError, SealingRing},
};

#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{}: {source}", path.display())]
    Content { path: PathBuf, source: SealError },
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
}

pub fn path(dir: &Path) -> PathBuf {
    dir.join("sealing.key")
}

/// `None` where there is no such file.
pub fn read(dir: &Path) -> Result<Option<SealingRing>, KeyFileError> {
    let path = path(dir);
    match fs::read_to_string(&path).map(Zeroizing::new) {
        Ok(text) => match SealingRing::parse(&text) {
            Ok(ring) => Ok(Some(ring)),
            Err(source) => Err(KeyFileError::Content { path, source }),
        },
        Err(source) if source.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(KeyFileError::Io { path, source }),
    }
}

/// Makes a new key, mode 0600, in a folder that is made with mode 0700 if it is missing.
/// Of several processes that try at once one succeeds; a file that exists is never touched, and none is ever half written.
pub fn create(dir: &Path) -> Result<SealingRing, KeyFileError> {
    let path = path(dir);
    let text = SealingRing::generate();
    let ring = SealingRing::parse(&text).map_err(|source| KeyFileError::Content { path: path.clone(), source })?;
    let written = DirBuilder::new().recursive(true).mode(0o700).create(dir).and_then(|()| publish(dir, &path, &text));
    match written {
        Ok(()) => Ok(ring),
        Err(source) if source.kind() == ErrorKind::AlreadyExists => Err(KeyFileError::Exists(path)),
        Err(source) => Err(KeyFileError::Io { path, source }),
    }
}

/// Whether nobody but the owner may read the file.
pub fn is_private(dir: &Path) -> Result<bool, KeyFileError> {
    let path = path(dir);
    match fs::metadata(&path) {
        Ok(file) => Ok(file.permissions().mode() & 0o077 == 0),
        Err(source) => Err(KeyFileError::Io { path, source }),
    }
}

/// Written under another name and linked to its own: the link is refused where the name is taken.
fn publish(dir: &Path, path: &Path, text: &str) -> io::Result<()> {
    let draft = dir.join(format!(".sealing.{}", URL_SAFE_NO_PAD.encode(random::bytes::<12>())));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let linked =
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    linked?;
    File::open(dir)?.sync_all()
}
