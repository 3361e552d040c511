//! Removing what Poolkeeper stored, and nothing else.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use model::PoolKey;

use crate::data_dir::DataDir;
use crate::keys::{self, KeyError, KeySource, Keys};

/// What was removed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Erased {
    /// Files.
    pub files: u64,
    /// Their length altogether, in bytes.
    pub bytes: u64,
    /// Key files that were removed.
    pub keys_removed: Vec<PathBuf>,
    /// Key files that were given but are not this data's; they stay.
    pub keys_kept: Vec<PathBuf>,
}

/// Why not everything could be removed. Erasing again goes on where it stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EraseError {
    /// A file or folder stays.
    #[error("{} could not be removed: {source}. Remove it by hand, or try again.", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// The files are gone; the keys stay. They open nothing any more.
    #[error("The files are removed, but the keys are not: {0}")]
    Keys(#[from] KeyError),
}

/// Removes caches, history, journal, logs, leases, settings, the sandbox's changes and keys. Foreign files stay, and symbolic links are neither
/// followed nor removed. Close every cache and history first.
///
/// # Errors
/// [`EraseError`] at the first thing that cannot be removed.
pub fn erase_all(dir: &DataDir, source: &KeySource) -> Result<Erased, EraseError> {
    let mut erased = Erased::default();
    let root = dir.root();
    for_each(root, |name, path| {
        if is_database(name, "history.sqlite") || is_database(name, "journal.sqlite") || is_ours_in_root(name) {
            remove_file(path, &mut erased)?;
        }
        Ok(())
    })?;
    for_each(
        &root.join("pools"),
        |name, path| {
            if is_pool_folder(name) { erase_pool_folder(path, &mut erased) } else { Ok(()) }
        },
    )?;
    for_each(&dir.logs_dir(), |name, path| {
        if name.starts_with("poolkeeper") || name.starts_with("poolctl") {
            remove_file(path, &mut erased)
        } else {
            Ok(())
        }
    })?;
    for_each(&root.join("leases"), |name, path| {
        if name.strip_suffix(".lock").is_some_and(is_pool_folder) { remove_file(path, &mut erased) } else { Ok(()) }
    })?;
    for_each(&root.join("jwks"), |name, path| {
        let ours = name.split_once('.').is_some_and(|(stem, _)| is_pool_folder(stem) && is_written(name, stem));
        if ours { remove_file(path, &mut erased) } else { Ok(()) }
    })?;
    for folder in [root.join("pools"), dir.logs_dir(), root.join("leases"), root.join("jwks")] {
        remove_if_empty(&folder)?;
    }
    // The keys go last: as long as files are left that need them, erasing can be repeated.
    for name in ["keys.json", "keys.sealed"] {
        count(&root.join(name), &mut erased);
    }
    let found = keys::key_files(source, dir)?;
    for path in &found.own {
        count(path, &mut erased);
    }
    Keys::erase(source, dir)?;
    Ok(Erased { keys_removed: found.own, keys_kept: found.foreign, ..erased })
}

/// Removes the cache of one pool with everything that was set aside of it. Close the cache first.
///
/// # Errors
/// [`EraseError::File`] at the first file that cannot be removed.
pub fn erase_pool(dir: &DataDir, pool: &PoolKey) -> Result<Erased, EraseError> {
    let mut erased = Erased::default();
    erase_pool_folder(&dir.pool_dir(pool), &mut erased)?;
    Ok(erased)
}

fn erase_pool_folder(folder: &Path, erased: &mut Erased) -> Result<(), EraseError> {
    for_each(folder, |name, path| {
        if is_database(name, "cache.sqlite") || is_written(name, "pool") { remove_file(path, erased) } else { Ok(()) }
    })?;
    remove_if_empty(folder)
}

/// The database itself, its log and index, and copies that were set aside (`.damaged-1`, `.damaged-1-wal`).
fn is_database(name: &str, database: &str) -> bool {
    let Some(rest) = name.strip_prefix(database) else { return false };
    let rest =
        rest.strip_suffix("-wal").or_else(|| rest.strip_suffix("-shm")).or_else(|| rest.strip_suffix("-journal"));
    let rest = rest.unwrap_or(&name[database.len()..]);
    rest.is_empty()
        || rest == ".marked"
        || is_numbered(rest, &["damaged", "unreadable", "newer", "earlier", "old-keys"])
}

fn is_ours_in_root(name: &str) -> bool {
    // What the sandbox leaves when it is killed while it writes, and a person's own price table.
    if name == "sandbox.new" || name == "prices.json" {
        return true;
    }
    let broken = |stem: &str| {
        let rest = name.strip_prefix(stem).and_then(|rest| rest.strip_prefix(".json"));
        rest.is_some_and(|rest| is_numbered(rest, &["broken", "damaged"]))
    };
    ["settings", "sandbox"].iter().any(|stem| is_written(name, stem) || broken(stem))
        || name.strip_prefix("keys.tmp-").is_some_and(is_number)
}

/// `<stem>.json`, or what is beside it while it is written anew.
fn is_written(name: &str, stem: &str) -> bool {
    let rest = name.strip_prefix(stem).and_then(|rest| rest.strip_prefix('.'));
    rest.is_some_and(|rest| rest == "json" || rest.strip_prefix("tmp-").is_some_and(is_number))
}

/// `.<word>-<n>`
fn is_numbered(rest: &str, words: &[&str]) -> bool {
    let parts = rest.strip_prefix('.').and_then(|rest| rest.rsplit_once('-'));
    parts.is_some_and(|(word, number)| words.contains(&word) && is_number(number))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_pool_folder(name: &str) -> bool {
    name.len() == 16 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Calls for every entry of a folder that is no symbolic link itself; an absent folder has none.
fn for_each(folder: &Path, mut each: impl FnMut(&str, &Path) -> Result<(), EraseError>) -> Result<(), EraseError> {
    let fail = |source| EraseError::File { path: folder.to_owned(), source };
    if !fs::symlink_metadata(folder).is_ok_and(|metadata| metadata.is_dir()) {
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        if let Some(name) = entry.file_name().to_str() {
            each(name, &entry.path())?;
        }
    }
    Ok(())
}

/// Removes a plain file; links and folders of the same name are not ours.
fn remove_file(path: &Path, erased: &mut Erased) -> Result<(), EraseError> {
    if !fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file()) {
        return Ok(());
    }
    let before = (erased.files, erased.bytes);
    count(path, erased);
    fs::remove_file(path).map_err(|source| {
        (erased.files, erased.bytes) = before;
        EraseError::File { path: path.to_owned(), source }
    })
}

fn count(path: &Path, erased: &mut Erased) {
    if let Ok(metadata) = fs::symlink_metadata(path) {
        erased.files += 1;
        erased.bytes += metadata.len();
    }
}

fn remove_if_empty(folder: &Path) -> Result<(), EraseError> {
    match fs::remove_dir(folder) {
        Err(source)
            if !matches!(
                source.kind(),
                ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty | ErrorKind::NotADirectory
            ) =>
        {
            Err(EraseError::File { path: folder.to_owned(), source })
        }
        _ => Ok(()),
    }
}
