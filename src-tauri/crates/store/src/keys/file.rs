//! Keys in a file that only its owner may read.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::Path;

use zeroize::Zeroizing;

use super::{KeyError, Pair};
use crate::data_dir::{beside, private_file};

/// `None` when there is no such file.
pub(super) fn fetch(path: &Path) -> Result<Option<Pair>, KeyError> {
    match read_private(path)? {
        None => Ok(None),
        Some(text) => match Pair::from_text(&text) {
            Some(pair) => Ok(Some(pair)),
            None => Err(KeyError::Malformed(format!("The key file {}", path.display()))),
        },
    }
}

/// Creates the file in one step. When somebody else was faster, theirs counts.
pub(super) fn create(path: &Path, pair: Pair) -> Result<Pair, KeyError> {
    if create_private(path, pair.to_text().as_bytes())? {
        return Ok(pair);
    }
    fetch(path)?.ok_or_else(|| KeyError::Malformed(format!("The key file {}", path.display())))
}

/// The text of a file that nobody but its owner may read; `None` when there is none.
pub(super) fn read_private(path: &Path) -> Result<Option<Zeroizing<String>>, KeyError> {
    let fail = |source| KeyError::File { path: path.to_owned(), source };
    let mut file = match OpenOptions::new().read(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fail(error)),
    };
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().map_err(fail)?.permissions());
        if mode & 0o077 != 0 {
            return Err(KeyError::Exposed(path.to_owned()));
        }
    }
    // Room for the whole file at once, so that growing leaves no copies behind.
    let mut text = Zeroizing::new(String::with_capacity(4096));
    match (&mut file).take(4096).read_to_string(&mut text) {
        Ok(_) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::InvalidData => {
            Err(KeyError::Malformed(format!("The file {}", path.display())))
        }
        Err(error) => Err(fail(error)),
    }
}

/// Writes a new file beside and links it into place, so that it is either whole or absent. `false` when one is there.
pub(super) fn create_private(path: &Path, bytes: &[u8]) -> Result<bool, KeyError> {
    let fail = |source| KeyError::File { path: path.to_owned(), source };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        crate::data_dir::private_dir(folder)
            .map_err(|error| KeyError::File { path: error.path, source: error.source })?;
    }
    let beside = beside(path);
    let linked = (|| {
        let mut file = private_file(OpenOptions::new().create(true).truncate(true).write(true), &beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        match fs::hard_link(&beside, path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
            Ok(()) => Ok(true),
        }
    })();
    // Whatever happened, the name beside is not needed any more.
    let _ = fs::remove_file(&beside);
    linked.map_err(fail)
}

/// Removes the file; absent is success.
pub(super) fn remove(path: &Path) -> Result<(), KeyError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(KeyError::File { path: path.to_owned(), source: error })
        }
        _ => Ok(()),
    }
}
