//! `keys.json`: which kind of place holds the keys, and which keys they are. Not a secret.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{KeyError, KeySource, Pair};
use crate::data_dir::{DataDir, write_atomically};

/// The kind of place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Backend {
    Keyring,
    File,
    Passphrase,
}

impl Backend {
    pub(super) fn of(source: &KeySource) -> Self {
        match source {
            KeySource::File(_) => Self::File,
            KeySource::Passphrase(_) => Self::Passphrase,
            KeySource::Keyring | KeySource::Memory => Self::Keyring,
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Keyring => "the system's keyring",
            Self::File => "a key file",
            Self::Passphrase => "a passphrase",
        }
    }
}

/// What is noted when keys are made.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) backend: Backend,
    /// Tells the keys from others; `None` in files of old.
    #[serde(default)]
    pub(super) fingerprint: Option<String>,
    /// Where the key file is; `None` when the keys are elsewhere, and in files of old.
    #[serde(default)]
    pub(super) key_file: Option<PathBuf>,
}

impl Record {
    pub(super) fn of(source: &KeySource, pair: &Pair) -> Self {
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let key_file = match source {
            KeySource::File(path) => Some(absolute(path)),
            _ => None,
        };
        Self { backend: Backend::of(source), fingerprint: Some(pair.fingerprint()), key_file }
    }

    /// What protects the folder, and how it is opened with that.
    pub(super) fn how_to_unlock(&self) -> String {
        match (self.backend, &self.key_file) {
            (Backend::File, Some(path)) => {
                let path = path.display();
                format!("the key file {path}: name it with POOLKEEPER_KEY_FILE, or with --key-file for poolctl")
            }
            (Backend::File, None) => {
                "a key file: name it with POOLKEEPER_KEY_FILE, or with --key-file for poolctl".to_owned()
            }
            (Backend::Keyring, _) => {
                "the system's keyring: name no key file (POOLKEEPER_KEY_FILE, --key-file) and give no passphrase, in a \
                 session that has that keyring"
                    .to_owned()
            }
            (Backend::Passphrase, _) => "a passphrase: unlock it in the window".to_owned(),
        }
    }

    /// Whether the folder was made with these keys, as far as is noted.
    pub(super) fn is_of(&self, pair: &Pair) -> bool {
        self.fingerprint.as_ref().is_none_or(|fingerprint| *fingerprint == pair.fingerprint())
    }

    /// `None` when keys were never made for this folder. A file that cannot be understood is treated so too, because
    /// the keys themselves say whether they fit.
    pub(super) fn load(dir: &DataDir) -> Result<Option<Self>, KeyError> {
        let path = path(dir);
        match fs::read(&path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(KeyError::File { path, source }),
        }
    }

    pub(super) fn save(&self, dir: &DataDir) -> Result<(), KeyError> {
        let path = path(dir);
        let written = serde_json::to_vec(self).map_err(Into::into).and_then(|bytes| write_atomically(&path, &bytes));
        written.map_err(|source| KeyError::File { path, source })
    }

    pub(super) fn remove(dir: &DataDir) -> Result<(), KeyError> {
        super::file::remove(&path(dir))
    }

    /// Whether there is something in the folder that only the lost keys can open.
    pub(super) fn has_data(&self, dir: &DataDir) -> bool {
        dir.history_file().exists()
            || dir.journal_file().exists()
            || dir.root().join("pools").read_dir().is_ok_and(|mut pools| pools.next().is_some())
    }
}

fn path(dir: &DataDir) -> PathBuf {
    dir.root().join("keys.json")
}
