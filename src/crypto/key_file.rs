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
/// Of several processes that try at once one succeeds. A file that exists is never touched, and none is half written.
pub fn create(dir: &Path) -> Result<SealingRing, KeyFileError> {
    let path = path(dir);
    let text = SealingRing::generate();
    let ring =
        SealingRing::parse(text.reveal()).map_err(|source| KeyFileError::Content { path: path.clone(), source })?;
    let written =
        DirBuilder::new().recursive(true).mode(0o700).create(dir).and_then(|()| publish(dir, &path, text.reveal()));
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
        Ok(file) => Ok(matches!(file.permissions().mode() & 0o777, 0o600 | 0o400)),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_missing_file_is_not_an_error() {
        let dir = tempfile::tempdir().unwrap();
        assert!(read(dir.path()).unwrap().is_none());
        assert!(read(&dir.path().join("missing")).unwrap().is_none());
    }

    #[test]
    fn a_new_key_is_private_and_reads_back() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("keys");
        let made = create(&dir).unwrap();

        assert_eq!(read(&dir).unwrap().unwrap().fingerprints(), made.fingerprints());
        assert_eq!((mode(&dir), mode(&path(&dir))), (0o700, 0o600));
        assert!(is_private(&dir).unwrap());
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 1, "the draft is gone");
    }

    #[test]
    fn a_key_that_exists_is_never_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let made = create(dir.path()).unwrap();
        assert!(matches!(create(dir.path()), Err(KeyFileError::Exists(_))));
        assert_eq!(read(dir.path()).unwrap().unwrap().fingerprints(), made.fingerprints());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn of_many_processes_one_makes_the_key() {
        let dir = tempfile::tempdir().unwrap();
        let made = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8).map(|_| scope.spawn(|| create(dir.path()).is_ok())).collect();
            starts.into_iter().map(|start| start.join().unwrap()).filter(|made| *made).count()
        });
        assert_eq!(made, 1);
        assert!(read(dir.path()).unwrap().is_some());
    }

    #[test]
    fn a_damaged_file_is_an_error_that_names_it() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(path(dir.path()), "1 short\n").unwrap();
        let error = read(dir.path()).unwrap_err().to_string();
        assert!(error.contains("sealing.key") && error.contains("line 1") && !error.contains("short"), "{error}");
    }

    #[test]
    fn a_file_that_others_may_read_is_not_private() {
        let dir = tempfile::tempdir().unwrap();
        create(dir.path()).unwrap();
        fs::set_permissions(path(dir.path()), fs::Permissions::from_mode(0o640)).unwrap();
        assert!(!is_private(dir.path()).unwrap());
    }
}
