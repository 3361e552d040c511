//! `keys.json`: which kind of place holds the keys. Not a secret.

use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{KeyError, KeySource};
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
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) backend: Backend,
}

impl Record {
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
        dir.history_file().exists() || dir.root().join("pools").read_dir().is_ok_and(|mut pools| pools.next().is_some())
    }
}

fn path(dir: &DataDir) -> PathBuf {
    dir.root().join("keys.json")
}
