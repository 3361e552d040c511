//! What this program did that may cost money or changes something. Written before it is done; kept when the cache is thrown away.

mod audit;
mod edits;
mod intents;
mod jobs;
mod ledger;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use crate::data_dir::DataDir;
use crate::db::{self, OpenFailure, Place};
use crate::keys::Keys;
pub use audit::{
    AuditEntry, AuditFault, AuditFilter, AuditKind, AuditPage, AuditPerson, AuditPlan, AuditRecord, AuditVerdict,
};
pub use edits::{EditRow, EditState, Waiver};
pub use intents::IntentRow;
pub use jobs::{ItemEnd, ItemRow, JobRow, NewJob};
pub use ledger::{Entry, LedgerCall, LedgerEnd, LedgerId};

/// The journal of all pools. Cheap to clone; every method blocks until the disk has it.
#[derive(Clone)]
pub struct Journal {
    connection: Arc<Mutex<Connection>>,
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Journal")
    }
}

/// Why the journal cannot be used. Its file is left untouched, and nothing that has to be recorded is done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// Another key made it, or it is damaged, or it is no database at all; the three cannot be told apart.
    #[error("The journal {} cannot be read: it was encrypted with another key or is damaged. It was left untouched; put it right or move it away to begin a new one.", .0.display())]
    Unreadable(PathBuf),
    /// A newer version wrote it.
    #[error("The journal {} was written by a newer Poolkeeper. It was left untouched; use that version to read it.", .0.display())]
    Newer(PathBuf),
    /// A build before 0.1.0 wrote it, in a layout of its own.
    #[error("The journal {} was written by a build before 0.1.0, whose layout is not carried over. It was left untouched; move it away to begin a new one.", .0.display())]
    Earlier(PathBuf),
    /// The folder or the file cannot be made, read or written.
    #[error("The journal {} cannot be used: {reason}. Check that the folder exists and that you may write to it.", path.display())]
    NotUsable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// A statement failed.
    #[error("The journal could not be read or written: {0}.")]
    Failed(String),
}

impl From<rusqlite::Error> for JournalError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

const MIGRATIONS: &[M<'_>] = &[
    M::up(include_str!("0001_ledger.sql")),
    M::up(include_str!("0002_jobs.sql")),
    M::up(include_str!("0003_edits.sql")),
    M::up(include_str!("0004_lookups.sql")),
    M::up(include_str!("0005_lanes.sql")),
    M::up(include_str!("0006_intents.sql")),
];

impl Journal {
    /// Opens the journal and creates it when there is none.
    ///
    /// # Errors
    /// [`JournalError`]; whatever is there is left untouched.
    pub fn open(dir: &DataDir, keys: &Keys) -> Result<Self, JournalError> {
        let path = dir.journal_file();
        let (place, _turn) = match keys.memory_name() {
            Some(name) => (Place::Memory(format!("{name}-journal")), None),
            None => {
                let turn = dir
                    .turn()
                    .map_err(|error| JournalError::NotUsable { path: error.path, reason: error.source.to_string() })?;
                (Place::File(path.clone()), Some(turn))
            }
        };
        let failed = |failure: OpenFailure| match failure {
            OpenFailure::Damaged | OpenFailure::Unreadable => JournalError::Unreadable(path.clone()),
            OpenFailure::Newer => JournalError::Newer(path.clone()),
            OpenFailure::Earlier => JournalError::Earlier(path.clone()),
            OpenFailure::Other(error) => JournalError::NotUsable { path: path.clone(), reason: error.to_string() },
        };
        let options = db::Options { full_sync: true, secure_delete: true, cache_kib: 1024 };
        let mut connection = db::connect(&place, keys.journal_key().as_ref(), &options).map_err(&failed)?;
        db::migrate(&mut connection, &Migrations::from_slice(MIGRATIONS), db::JOURNAL_ID).map_err(&failed)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
