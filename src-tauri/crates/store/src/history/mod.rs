//! What changed, per user: kept when the cache is thrown away.

mod evidence;
mod past;
mod record;
mod settings;
mod timeline;

pub use evidence::{MonthlyEvidence, MonthlyKind};
pub(crate) use record::{Event, Kind};

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use model::PoolKey;
use model::month::Month;
use model::user::User;
use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use crate::data_dir::DataDir;
use crate::db::{self, OpenFailure, Place};
use crate::keys::Keys;

/// The history of every pool. Cheap to clone; every method blocks.
#[derive(Clone)]
pub struct History {
    connection: Arc<Mutex<Connection>>,
}

impl std::fmt::Debug for History {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("History")
    }
}

/// One thing that happened to a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The sync that noticed it, or when it was changed here.
    pub at: Timestamp,
    /// The sync before, when it was not so yet: it happened between the two. `None` when there was none.
    pub since: Option<Timestamp>,
    /// Whether it was changed here, by a job of this program; else a sync noticed it.
    pub here: bool,
    /// What happened.
    pub what: What,
}

/// What happened to a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// First seen after the pool had been synced before.
    Added,
    /// No longer listed.
    Removed,
    /// Listed again after having been removed.
    Reappeared,
    /// A field is different. Attributes by their names, also `enabled`, `status`, `created`; `modified` only when
    /// nothing that can be seen changed with it.
    Field {
        /// The field.
        name: String,
        /// The value before; `None` when it was absent.
        before: Option<String>,
        /// The value after; `None` when it is absent.
        after: Option<String>,
    },
    /// Became a member of the group.
    GroupAdded(String),
    /// Is no longer a member of the group.
    GroupRemoved(String),
}

/// Why the history cannot be used. The file is left untouched, and everything but history goes on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// Another key made it, or it is damaged, or it is no database at all; the three cannot be told apart.
    #[error("The history {} cannot be read: it was encrypted with another key or is damaged. It was left untouched; put it right or move it away to begin a new one.", .0.display())]
    Unreadable(PathBuf),
    /// A newer version wrote it.
    #[error("The history {} was written by a newer Poolkeeper. It was left untouched; use that version to read it.", .0.display())]
    Newer(PathBuf),
    /// A build before 0.1.0 wrote it, in a layout of its own.
    #[error("The history {} was written by a build before 0.1.0, whose layout is not carried over. It was left untouched; move it away to begin a new one.", .0.display())]
    Earlier(PathBuf),
    /// The folder or the file cannot be made, read or written.
    #[error("The history {} cannot be used: {reason}. Check that the folder exists and that you may write to it.", path.display())]
    NotUsable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// No space left.
    #[error("The disk is full: the history could not be written. Free some space and try again; nothing was lost.")]
    DiskFull,
    /// A statement failed.
    #[error("The history could not be read or written: {0}.")]
    Failed(String),
}

impl From<rusqlite::Error> for HistoryError {
    fn from(error: rusqlite::Error) -> Self {
        if db::is_disk_full(&error) { Self::DiskFull } else { Self::Failed(error.to_string()) }
    }
}

const MIGRATIONS: &[M<'_>] = &[
    M::up(include_str!("0001_changes.sql")),
    M::up(include_str!("0002_evidence.sql")),
    M::up(include_str!("0003_settings.sql")),
    M::up(include_str!("0004_whole_since.sql")),
    M::up(include_str!("0005_repeats.sql")),
];

impl History {
    /// Opens the history and creates it when there is none.
    ///
    /// # Errors
    /// [`HistoryError`]; whatever is there is left untouched.
    pub fn open(dir: &DataDir, keys: &Keys) -> Result<Self, HistoryError> {
        let (place, _turn) = match keys.memory_name() {
            Some(name) => (Place::Memory(format!("{name}-history")), None),
            None => {
                let turn = dir
                    .turn()
                    .map_err(|error| HistoryError::NotUsable { path: error.path, reason: error.source.to_string() })?;
                (Place::File(dir.history_file()), Some(turn))
            }
        };
        let failed = |failure: OpenFailure| {
            let path = dir.history_file();
            match failure {
                OpenFailure::Damaged | OpenFailure::Unreadable => HistoryError::Unreadable(path),
                OpenFailure::Newer => HistoryError::Newer(path),
                OpenFailure::Earlier => HistoryError::Earlier(path),
                OpenFailure::Other(error) if db::is_disk_full(&error) => HistoryError::DiskFull,
                OpenFailure::Other(error) => HistoryError::NotUsable { path, reason: error.to_string() },
            }
        };
        let options = db::Options { full_sync: true, secure_delete: true, cache_kib: 4096 };
        let mut connection = db::connect(&place, keys.history_key(), &options).map_err(failed)?;
        db::migrate(&mut connection, &Migrations::from_slice(MIGRATIONS), db::HISTORY_ID).map_err(failed)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// What happened to a user, the newest first. `person` is the `sub` or the user name, exactly.
    ///
    /// # Errors
    /// [`HistoryError::Failed`].
    pub fn timeline(&self, pool: &PoolKey, person: &str) -> Result<Vec<Change>, HistoryError> {
        timeline::read(&self.lock(), pool, person)
    }

    /// The user of a name as the local copy had them at an instant; `None` when nobody had it. `now` is who has it in the
    /// local copy. As far back as changes are kept; when the record changed last (`modified_at`) is only known where nothing
    /// else changed with it.
    ///
    /// # Errors
    /// [`HistoryError::Failed`].
    pub fn as_of(
        &self,
        pool: &PoolKey,
        name: &str,
        now: Option<&User>,
        at: Timestamp,
    ) -> Result<Option<User>, HistoryError> {
        past::as_of(&self.lock(), pool, name, now, at)
    }

    /// From when on every change of a pool's users is recorded; `None` while nobody watches.
    ///
    /// # Errors
    /// [`HistoryError::Failed`].
    pub fn whole_since(&self, pool: &PoolKey) -> Result<Option<Timestamp>, HistoryError> {
        past::whole_since(&self.lock(), pool)
    }

    /// Notes that every change is recorded from an instant on, where that is not so since an earlier one.
    ///
    /// # Errors
    /// [`HistoryError::Failed`].
    pub fn is_whole(&self, pool: &PoolKey, at: Timestamp) -> Result<(), HistoryError> {
        past::is_whole(&self.lock(), pool, at)
    }

    /// Notes that changes may be missing from now on, until [`History::is_whole`] is called again.
    ///
    /// # Errors
    /// [`HistoryError::Failed`].
    pub fn may_lack(&self, pool: &PoolKey) -> Result<(), HistoryError> {
        past::may_lack(&self.lock(), pool)
    }

    /// The last row of a user that was removed, by `sub` or user name exactly; `None` when none is kept.
    ///
    /// # Errors
    /// [`HistoryError::Failed`].
    pub fn last_row(&self, pool: &PoolKey, person: &str) -> Result<Option<User>, HistoryError> {
        timeline::last_row(&self.lock(), pool, person)
    }

    /// Forgets everything about one person. Freed pages are overwritten. Nothing known is success.
    ///
    /// # Errors
    /// [`HistoryError::Failed`]; nothing is forgotten then.
    pub fn erase_person(&self, pool: &PoolKey, sub: &str) -> Result<(), HistoryError> {
        record::erase_person(&mut self.lock(), pool, sub)
    }

    /// Forgets everything about one pool. Freed pages are overwritten. Nothing known is success.
    ///
    /// # Errors
    /// [`HistoryError::Failed`]; nothing is forgotten then.
    pub fn erase_pool(&self, pool: &PoolKey) -> Result<(), HistoryError> {
        record::erase_pool(&mut self.lock(), pool)
    }

    /// Forgets what was noticed before an instant, in every pool. Of its settings the copy that held then stays.
    ///
    /// # Errors
    /// [`HistoryError::Failed`]; nothing is forgotten then.
    pub fn purge(&self, before: Timestamp) -> Result<(), HistoryError> {
        record::purge(&mut self.lock(), before)
    }

    /// Keeps what is known of a month; what was kept of that kind is replaced.
    ///
    /// # Errors
    /// [`HistoryError::Failed`].
    pub fn keep_month(&self, pool: &PoolKey, kept: &MonthlyEvidence) -> Result<(), HistoryError> {
        evidence::keep(&mut self.lock(), pool, kept)
    }

    /// Forgets what is kept of a month. Nothing kept is success.
    ///
    /// # Errors
    /// [`HistoryError::Failed`].
    pub fn forget_month(&self, pool: &PoolKey, month: Month, kind: MonthlyKind) -> Result<(), HistoryError> {
        evidence::forget(&self.lock(), pool, month, kind)
    }

    /// What is kept of a pool's months, the oldest first.
    ///
    /// # Errors
    /// [`HistoryError::Failed`].
    pub fn months(&self, pool: &PoolKey) -> Result<Vec<MonthlyEvidence>, HistoryError> {
        evidence::all(&self.lock(), pool)
    }

    /// Keeps that somebody had a sign-in event in these months. By `sub`, by user name where there is none. Twice is once.
    ///
    /// # Errors
    /// [`HistoryError::Failed`].
    pub fn keep_seen(&self, pool: &PoolKey, person: &str, months: &[Month]) -> Result<(), HistoryError> {
        evidence::keep_seen(&mut self.lock(), pool, person, months)
    }

    /// Of whom it is kept that they had a sign-in event in a month.
    ///
    /// # Errors
    /// [`HistoryError::Failed`].
    pub fn seen(&self, pool: &PoolKey, month: Month) -> Result<Vec<String>, HistoryError> {
        evidence::seen(&self.lock(), pool, month)
    }

    /// Of whom it is kept that they had a sign-in event in a month or later.
    ///
    /// # Errors
    /// [`HistoryError::Failed`].
    pub fn seen_since(&self, pool: &PoolKey, month: Month) -> Result<Vec<String>, HistoryError> {
        evidence::seen_since(&self.lock(), pool, month)
    }

    /// Keeps a copy of a pool's settings, as JSON. Whether it differs from the last one is for the caller to know.
    ///
    /// # Errors
    /// [`HistoryError::Failed`].
    pub fn keep_settings(&self, pool: &PoolKey, at: Timestamp, json: &str) -> Result<(), HistoryError> {
        settings::keep(&mut self.lock(), pool, at, json)
    }

    /// The copy of a pool's settings that held at an instant; `None` when none was kept by then.
    ///
    /// # Errors
    /// [`HistoryError::Failed`].
    pub fn settings_at(&self, pool: &PoolKey, when: Timestamp) -> Result<Option<String>, HistoryError> {
        settings::at(&self.lock(), pool, when)
    }

    /// When copies of a pool's settings were kept, the newest first.
    ///
    /// # Errors
    /// [`HistoryError::Failed`].
    pub fn settings_kept(&self, pool: &PoolKey) -> Result<Vec<Timestamp>, HistoryError> {
        settings::times(&self.lock(), pool)
    }

    /// Who was seen to appear since an instant, by `sub` (by user name where there is none). Those of a first copy are not
    /// among them.
    ///
    /// # Errors
    /// [`HistoryError::Failed`].
    pub fn added_since(&self, pool: &PoolKey, from: Timestamp) -> Result<Vec<String>, HistoryError> {
        evidence::added_since(&self.lock(), pool, from)
    }

    /// How many different users were noticed to be gone since an instant, as far back as changes are kept.
    ///
    /// # Errors
    /// [`HistoryError::Failed`].
    pub fn gone_since(&self, pool: &PoolKey, from: Timestamp) -> Result<u64, HistoryError> {
        evidence::gone_since(&self.lock(), pool, from)
    }

    /// Commits events. Repeating them adds nothing.
    pub(crate) fn record(&self, pool: &PoolKey, events: &[Event]) -> Result<(), HistoryError> {
        if events.is_empty() { Ok(()) } else { record::insert(&mut self.lock(), pool, events) }
    }

    /// Whether the last thing known of the person before this generation is that it was removed.
    pub(crate) fn was_removed(&self, pool: &PoolKey, person: &str, generation: u64) -> Result<bool, HistoryError> {
        timeline::was_removed(&self.lock(), pool, person, generation)
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
