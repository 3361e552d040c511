//! The folder that everything lives in, and the leases between processes.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use model::PoolKey;
use sha2::{Digest, Sha256};

/// The data folder. Cheap to clone.
///
/// `settings.json`, `prices.json`, `history.sqlite`, `keys.json`, `keys.sealed`, `logs/`, `leases/`, `pools/<hash>/cache.sqlite`,
/// `pools/<hash>/pool.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataDir {
    root: PathBuf,
}

/// Why the data folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}", sentence(path, source))]
pub struct DataDirError {
    /// The folder or the file in it.
    pub path: PathBuf,
    /// The system's words.
    pub source: io::Error,
}

/// What to do about a folder or file that cannot be used.
fn sentence(path: &Path, source: &io::Error) -> String {
    let path = path.display();
    match source.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => format!(
            "{path} cannot be written ({source}). Poolkeeper writes into its data folder also when it only looks: locks \
             between programs, and the databases' own logs. Make the folder writable for you, or copy it and name the copy with \
             POOLKEEPER_DATA_DIR, or with --data-dir for poolctl."
        ),
        _ => format!("The data folder {path} cannot be used: {source}. Choose another with POOLKEEPER_DATA_DIR."),
    }
}

/// A lock between processes. Dropping it, or the death of the process, releases it.
#[derive(Debug)]
pub struct Lease {
    _file: File,
}

/// The file of a person's own price table.
const PRICES: &str = "prices.json";

/// Reads a person's own price table in a folder that may not exist; `None` when there is none.
///
/// # Errors
/// [`DataDirError`] when it is there and cannot be read.
pub fn own_prices(root: &Path) -> Result<Option<String>, DataDirError> {
    let path = root.join(PRICES);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(DataDirError { path, source }),
    }
}

impl DataDir {
    /// Opens the folder and creates it, and what is missing on the way to it, for its owner alone (0700).
    /// One that is empty or ours already is closed to others; a foreign one, such as a home, is left as it is.
    ///
    /// # Errors
    /// [`DataDirError`] when it cannot be created or is not a folder.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, DataDirError> {
        let root = path.into();
        private_dir(&root)?;
        #[cfg(unix)]
        close_to_others(&root).map_err(|source| DataDirError { path: root.clone(), source })?;
        Ok(Self { root })
    }

    /// The folder itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the settings are.
    #[must_use]
    pub fn settings_file(&self) -> PathBuf {
        self.root.join("settings.json")
    }

    /// Where the logs are. The folder may not exist yet.
    #[must_use]
    pub fn logs_dir(&self) -> PathBuf {
        self.root.join("logs")
    }

    /// Where the cache of a pool is. The folder may not exist yet; its name tells nothing about the pool.
    #[must_use]
    pub fn pool_dir(&self, key: &PoolKey) -> PathBuf {
        self.root.join("pools").join(pool_hash(key))
    }

    /// Where a person's own price table is. The file may not exist.
    #[must_use]
    pub fn prices_file(&self) -> PathBuf {
        self.root.join(PRICES)
    }

    /// Reads a person's own price table; `None` when there is none.
    ///
    /// # Errors
    /// [`DataDirError`] when it is there and cannot be read.
    pub fn own_prices(&self) -> Result<Option<String>, DataDirError> {
        own_prices(&self.root)
    }

    /// Writes a person's own price table, or removes it.
    ///
    /// # Errors
    /// [`DataDirError`]; what was there before is whole then.
    pub fn set_own_prices(&self, text: Option<&str>) -> Result<(), DataDirError> {
        let path = self.prices_file();
        let done = match text {
            Some(text) => write_atomically(&path, text.as_bytes()),
            None => match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            },
        };
        done.map_err(|source| DataDirError { path, source })
    }

    /// Where the history is.
    #[must_use]
    pub fn history_file(&self) -> PathBuf {
        self.root.join("history.sqlite")
    }

    /// Where the journal is.
    #[must_use]
    pub fn journal_file(&self) -> PathBuf {
        self.root.join("journal.sqlite")
    }

    /// Waits for its turn to make or open keys and databases, so that two processes do not both make them or set the
    /// same file aside. It is over when the lease is dropped.
    pub(crate) fn turn(&self) -> Result<Lease, DataDirError> {
        let (path, file) = self.lease_file("turn")?;
        file.lock().map_err(|source| DataDirError { path, source })?;
        Ok(Lease { _file: file })
    }

    /// Takes a lease if nobody has it. `name` is hashed, so that any text will do.
    ///
    /// `None` when somebody else, also in this process, has it.
    ///
    /// # Errors
    /// [`DataDirError`] when the lock file cannot be created.
    pub fn try_lease(&self, name: &str) -> Result<Option<Lease>, DataDirError> {
        let (path, file) = self.lease_file(name)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lease { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(DataDirError { path, source }),
        }
    }

    fn lease_file(&self, name: &str) -> Result<(PathBuf, File), DataDirError> {
        let dir = self.root.join("leases");
        private_dir(&dir)?;
        let path = dir.join(format!("{}.lock", hash(name)));
        match private_file(OpenOptions::new().create(true).truncate(false).write(true), &path) {
            Ok(file) => Ok((path, file)),
            Err(source) => Err(DataDirError { path, source }),
        }
    }
}

/// The name of a pool's folder: the first 16 hexadecimal digits of SHA-256 of its key.
pub(crate) fn pool_hash(key: &PoolKey) -> String {
    hash(&format!("{}\0{}\0{}\0{}", key.place, key.account, key.region, key.pool))
}

pub(crate) fn hash(text: &str) -> String {
    hex::encode(&Sha256::digest(text.as_bytes())[..8])
}

/// Creates a folder for its owner alone; one that exists is left as it is.
pub(crate) fn private_dir(path: &Path) -> Result<(), DataDirError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|source| DataDirError { path: path.to_owned(), source })
}

/// Takes a folder of ours away from everybody but its owner.
#[cfg(unix)]
fn close_to_others(root: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let open = fs::metadata(root)?.permissions().mode() & 0o077 != 0;
    let ours = || ["settings.json", "keys.json", "leases"].iter().any(|name| root.join(name).exists());
    if open && (ours() || fs::read_dir(root)?.next().is_none()) {
        fs::set_permissions(root, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Opens a file that, when created, is for its owner alone.
pub(crate) fn private_file(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.open(path)
}

/// A name beside a file for writing it anew: `<stem>.tmp-<number>`.
pub(crate) fn beside(path: &Path) -> PathBuf {
    // Without random numbers the process tells at least other processes apart.
    let number = getrandom::u64().unwrap_or_else(|_| u64::from(std::process::id()));
    path.with_extension(format!("tmp-{number}"))
}

/// Replaces a file in one step: written beside it for its owner alone, flushed, then renamed.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::io::Write as _;
    let beside = beside(path);
    let written = (|| {
        let mut file = private_file(OpenOptions::new().create(true).truncate(true).write(true), &beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    })();
    if written.is_err() {
        // The original error is what matters; a left-over temporary file is removed by erasing.
        let _ = fs::remove_file(&beside);
    }
    written
}
