//! The keys of the databases: two random ones, kept by the system's keyring, a key file, a passphrase or nobody.
//!
//! A keyring that is locked or refuses never leads to new keys, because those would make the old data unreadable.

mod file;
mod record;
mod ring;
mod sealed;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::SecretString;
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::data_dir::{DataDir, DataDirError, Lease};
use record::{Backend, Record};

/// Where the keys are to come from.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// The system's keyring: Secret Service, Keychain, Credential Locker.
    Keyring,
    /// A file that only its owner may read, created on first use.
    File(PathBuf),
    /// A passphrase that opens `keys.sealed` in the data folder, created on first use.
    Passphrase(SecretString),
    /// Nowhere: the databases live in memory, nothing is written to the disk.
    Memory,
}

/// How the databases are protected, for people to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Protection {
    /// By the system's keyring.
    Keyring {
        /// Its name.
        backend: String,
    },
    /// By a key file.
    KeyFile {
        /// Where it is.
        path: PathBuf,
    },
    /// By a passphrase.
    Passphrase,
    /// By being in memory only.
    Memory,
}

/// Why there are no keys. Nothing was discarded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// There is no keyring in this session.
    #[error(
        "This session has no keyring. Give a passphrase, name a key file with POOLKEEPER_KEY_FILE, or work in memory \
         only. (The system says: {0})"
    )]
    Unavailable(String),
    /// There is no keyring in this session, and the keys of this folder's data are in one.
    #[error(
        "The data in this folder is protected by the system's keyring, and this session has none; no passphrase and no key \
         file opens it. Start Poolkeeper in the session whose keyring it was (on a server: a desktop session, or one with an \
         unlocked Secret Service), choose another data folder (POOLKEEPER_DATA_DIR), or erase everything in this one. \
         Nothing was discarded. (The system says: {0})"
    )]
    NoKeyring(String),
    /// The keyring is locked, or nobody answered its question in time.
    #[error("The keyring is locked. Unlock it and try again; nothing was discarded.")]
    Locked,
    /// The keyring said no.
    #[error("The keyring refused ({0}). Allow Poolkeeper to use it and try again; nothing was discarded.")]
    Refused(String),
    /// Data was written with keys that are no longer where they were.
    #[error(
        "There are no keys in {asked}, although the data in this folder was written with some.{noted} Without them it cannot \
         be read: bring them back, choose another data folder, or erase everything in this one to begin anew."
    )]
    Gone {
        /// Where they were looked for.
        asked: String,
        /// Where they are by what is noted, as a sentence; empty when that is where they were looked for.
        noted: String,
    },
    /// The keys are not those that the data in this folder was written with.
    #[error(
        "The data in this folder was written with other keys than those in {0}. Give the right ones, choose another \
         folder, or erase everything to begin anew; nothing was touched."
    )]
    Different(String),
    /// The data in this folder is protected in another way.
    #[error(
        "The data in this folder is protected by {0}. Choose another data folder, or erase everything in this one."
    )]
    Elsewhere(String),
    /// The passphrase does not open the keys.
    #[error("This passphrase does not open the keys. Try again; nothing was discarded.")]
    WrongPassphrase,
    /// An empty passphrase.
    #[error("The passphrase is empty. Choose one of several words.")]
    EmptyPassphrase,
    /// Others may read the key file.
    #[error("Others may read the key file {}. Run: chmod 600 '{}'", .0.display(), .0.display())]
    Exposed(PathBuf),
    /// The key file or what the keyring holds is not what Poolkeeper wrote.
    #[error("{0} does not hold Poolkeeper's keys. Bring the right one back, or remove it to begin anew.")]
    Malformed(String),
    /// The data folder cannot be written.
    #[error(transparent)]
    Folder(#[from] DataDirError),
    /// A file cannot be read or written.
    #[error("The file {} cannot be used: {source}. Check that you may read and write it.", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// The system gave no random numbers, or too little memory for the passphrase.
    #[error("The system could not make keys: {0}. Try again.")]
    System(String),
}

/// 32 random bytes; overwritten when dropped, never printed.
#[derive(Clone)]
pub(crate) struct Key([u8; 32]);

impl Drop for Key {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Key {
    /// In hexadecimal digits, as SQLCipher takes a raw key.
    pub(crate) fn hex(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(self.0))
    }
}

/// The two keys as they are kept.
pub(crate) struct Pair {
    cache: Key,
    history: Key,
}

impl Pair {
    fn random() -> Result<Self, KeyError> {
        let mut pair = Self { cache: Key([0; 32]), history: Key([0; 32]) };
        for key in [&mut pair.cache, &mut pair.history] {
            getrandom::fill(&mut key.0).map_err(|error| KeyError::System(error.to_string()))?;
        }
        Ok(pair)
    }

    /// `poolkeeper-keys 1 <hex> <hex>`
    fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("poolkeeper-keys 1 {} {}\n", self.cache.hex().as_str(), self.history.hex().as_str()))
    }

    /// Tells these keys from others and gives nothing of them away.
    fn fingerprint(&self) -> String {
        let digest = Sha256::new_with_prefix(b"poolkeeper keys 1\0");
        hex::encode(digest.chain_update(self.cache.0).chain_update(self.history.0).finalize())
    }

    /// `None` when the text is not what [`Pair::to_text`] writes.
    fn from_text(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        (words.next() == Some("poolkeeper-keys") && words.next() == Some("1")).then_some(())?;
        let mut key = || {
            let mut key = Key([0; 32]);
            hex::decode_to_slice(words.next()?, &mut key.0).ok().map(|()| key)
        };
        Some(Self { cache: key()?, history: key()? })
    }
}

/// The keys of this data folder's databases. Cheap to clone; never printed.
#[derive(Clone)]
pub struct Keys {
    pair: Option<Arc<Pair>>,
    /// Tells the in-memory databases of these keys from others'.
    memory: Option<String>,
    protection: Protection,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("protection", &self.protection).finish_non_exhaustive()
    }
}

impl Keys {
    /// Whether this folder has had keys before: there may be data that only they open.
    #[must_use]
    pub fn were_made(dir: &DataDir) -> bool {
        !matches!(Record::load(dir), Ok(None))
    }

    /// Fetches the keys, and makes them on first use. Blocks up to three seconds for a keyring, and about a second for
    /// a passphrase.
    ///
    /// # Errors
    /// [`KeyError`]. Keys are made only when the source answered that it has none *and* the folder has no data that
    /// was written with others ([`KeyError::Gone`], [`KeyError::Elsewhere`]). Keys that are there but are not the
    /// folder's are refused ([`KeyError::Different`]) before anything is opened.
    pub fn unlock(source: &KeySource, dir: &DataDir) -> Result<Self, KeyError> {
        if matches!(source, KeySource::Memory) {
            return Self::in_memory();
        }
        let _turn = turn(dir)?;
        let record = Record::load(dir)?;
        let pair = match held(source, dir, record.as_ref())? {
            Some(pair) => pair,
            None => make(source, dir)?,
        };
        let noted = Record::of(source, &pair);
        if record.as_ref() != Some(&noted) {
            noted.save(dir)?;
        }
        Ok(Self { pair: Some(Arc::new(pair)), memory: None, protection: protection(source) })
    }

    /// Whether the source opens this folder's keys. Nothing is made or written. Blocks as [`Keys::unlock`] does.
    ///
    /// # Errors
    /// [`KeyError`]: of [`KeySource::Passphrase`] another one is [`KeyError::WrongPassphrase`]. Keys that are not there
    /// are [`KeyError::Gone`].
    pub fn check(source: &KeySource, dir: &DataDir) -> Result<(), KeyError> {
        let record = Record::load(dir)?;
        match held(source, dir, record.as_ref())? {
            Some(_) => Ok(()),
            None => Err(gone(source, record.as_ref())),
        }
    }

    /// Makes new keys although data exists that was written with others: the explicit answer to [`KeyError::Gone`],
    /// [`KeyError::Different`] and [`KeyError::Elsewhere`]. The old history and journal are renamed; old caches are set aside when they are opened.
    ///
    /// # Errors
    /// [`KeyError`]; the old files are where they were then.
    pub fn start_over(source: &KeySource, dir: &DataDir) -> Result<Self, KeyError> {
        if matches!(source, KeySource::Memory) {
            return Self::in_memory();
        }
        let _turn = turn(dir)?;
        let pair = match fetch(source, dir)? {
            Some(pair) => pair,
            None => make(source, dir)?,
        };
        for path in [dir.history_file(), dir.journal_file()] {
            if path.exists() {
                crate::db::set_aside(&path, "old-keys").map_err(|source| KeyError::File { path, source })?;
            }
        }
        Record::of(source, &pair).save(dir)?;
        Ok(Self { pair: Some(Arc::new(pair)), memory: None, protection: protection(source) })
    }

    /// Removes the keys from where they are kept. What was encrypted with them cannot be read by anybody after that.
    /// Keys that are not there are success. A key file that is not this folder's is not removed.
    ///
    /// # Errors
    /// [`KeyError`] when the keyring or the file system refuses.
    pub fn erase(source: &KeySource, dir: &DataDir) -> Result<(), KeyError> {
        if matches!(source, KeySource::Keyring) {
            match ring::delete(dir) {
                // Without a keyring in this session there is nothing that could be deleted from it.
                Ok(()) | Err(KeyError::Unavailable(_)) => {}
                Err(error) => return Err(error),
            }
        }
        for path in key_files(source, dir)?.own {
            file::remove(&path)?;
        }
        file::remove(&sealed::path(dir))?;
        Record::remove(dir)
    }

    /// How the databases are protected.
    #[must_use]
    pub fn protection(&self) -> Protection {
        self.protection.clone()
    }

    /// The key of caches; `None` in memory.
    pub(crate) fn cache_key(&self) -> Option<&Key> {
        self.pair.as_ref().map(|pair| &pair.cache)
    }

    /// The key of the history; `None` in memory.
    pub(crate) fn history_key(&self) -> Option<&Key> {
        self.pair.as_ref().map(|pair| &pair.history)
    }

    /// The key of the journal, derived from the history's: both are lost or kept together. `None` in memory.
    pub(crate) fn journal_key(&self) -> Option<Key> {
        self.pair.as_ref().map(|pair| {
            let digest = Sha256::new_with_prefix(b"poolkeeper journal key 1\0");
            Key(digest.chain_update(pair.history.0).finalize().into())
        })
    }

    /// What in-memory databases are named after; `None` when they are on disk.
    pub(crate) fn memory_name(&self) -> Option<&str> {
        self.memory.as_deref()
    }

    fn in_memory() -> Result<Self, KeyError> {
        let number = getrandom::u64().map_err(|error| KeyError::System(error.to_string()))?;
        Ok(Self { pair: None, memory: Some(format!("poolkeeper-{number:016x}")), protection: Protection::Memory })
    }
}

/// Key files that erasing meets.
#[derive(Default)]
pub(crate) struct KeyFiles {
    /// Those with this folder's keys.
    pub(crate) own: Vec<PathBuf>,
    /// Those that are there but open other data, or nothing.
    pub(crate) foreign: Vec<PathBuf>,
}

/// The key files that the source names and that the folder was made with. One within the folder is the folder's own.
pub(crate) fn key_files(source: &KeySource, dir: &DataDir) -> Result<KeyFiles, KeyError> {
    let record = Record::load(dir)?;
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let root = absolute(dir.root());
    let mut paths: Vec<PathBuf> = record.as_ref().and_then(|record| record.key_file.clone()).into_iter().collect();
    if let KeySource::File(path) = source
        && !paths.contains(&absolute(path))
    {
        paths.push(absolute(path));
    }
    paths.retain(|path| path.exists());
    let is_own = |path: &PathBuf| match (file::fetch(path), &record) {
        (Ok(Some(pair)), record) => {
            path.parent() == Some(&root) || record.as_ref().is_some_and(|record| record.is_of(&pair))
        }
        (Err(KeyError::Exposed(path)), Some(record)) => record.key_file.as_ref() == Some(&path),
        _ => false,
    };
    let (own, foreign) = paths.into_iter().partition(is_own);
    Ok(KeyFiles { own, foreign })
}

/// The folder's keys as the source has them; `None` when it has none and none are missed.
fn held(source: &KeySource, dir: &DataDir, record: Option<&Record>) -> Result<Option<Pair>, KeyError> {
    let backend = Backend::of(source);
    if let Some(other) = record.filter(|record| record.backend != backend) {
        return Err(KeyError::Elsewhere(other.how_to_unlock()));
    }
    let fetched = fetch(source, dir).map_err(|error| match error {
        // Another place for the keys helps only whoever has no data yet.
        KeyError::Unavailable(said) if record.is_some() => KeyError::NoKeyring(said),
        error => error,
    });
    let (pair, record) = match (fetched?, record.filter(|record| record.has_data(dir))) {
        (pair, None) => return Ok(pair),
        (None, record) => return Err(gone(source, record)),
        (Some(pair), Some(record)) => (pair, record),
    };
    if record.is_of(&pair) { Ok(Some(pair)) } else { Err(KeyError::Different(words(source))) }
}

fn gone(source: &KeySource, record: Option<&Record>) -> KeyError {
    let asked = words(source);
    let other =
        record.and_then(|record| record.key_file.as_ref()).map(|path| format!("the key file {}", path.display()));
    let noted = other.filter(|other| *other != asked);
    let noted = noted.map(|other| format!(" They were in {other}.")).unwrap_or_default();
    KeyError::Gone { asked, noted }
}

fn turn(dir: &DataDir) -> Result<Lease, KeyError> {
    Ok(dir.turn()?)
}

/// The keys as the source has them; `None` when it answers that it has none.
fn fetch(source: &KeySource, dir: &DataDir) -> Result<Option<Pair>, KeyError> {
    match source {
        KeySource::Keyring => ring::fetch(dir),
        KeySource::File(path) => file::fetch(path),
        KeySource::Passphrase(passphrase) => sealed::fetch(passphrase, dir),
        KeySource::Memory => Ok(None),
    }
}

fn make(source: &KeySource, dir: &DataDir) -> Result<Pair, KeyError> {
    let pair = Pair::random()?;
    match source {
        KeySource::Keyring => ring::store(&pair, dir)?,
        KeySource::File(path) => return file::create(path, pair),
        KeySource::Passphrase(passphrase) => sealed::create(passphrase, dir, &pair)?,
        KeySource::Memory => {}
    }
    Ok(pair)
}

/// Where the keys come from, for a message.
fn words(source: &KeySource) -> String {
    match source {
        KeySource::File(path) => format!("the key file {}", path.display()),
        _ => Backend::of(source).words().to_owned(),
    }
}

fn protection(source: &KeySource) -> Protection {
    match source {
        KeySource::Keyring => Protection::Keyring { backend: ring::name().to_owned() },
        KeySource::File(path) => Protection::KeyFile { path: path.clone() },
        KeySource::Passphrase(_) => Protection::Passphrase,
        KeySource::Memory => Protection::Memory,
    }
}
