//! An import on the desk: the file that was chosen, the check that runs, and the import that AWS was given.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use console::files::ImportHandle;
use console::{Error, OpenPool};
use wire::{ErrorCode, WireError};

/// What belongs to importing. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Importing(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    file: Option<PathBuf>,
    check: Option<Check>,
    /// The import that AWS was given last, and the key of its pool.
    job: Option<(String, ImportHandle)>,
}

/// A check that runs. Clones are the same one.
#[derive(Clone, Default)]
pub(crate) struct Check {
    rows: Arc<AtomicU64>,
    cancelled: Arc<AtomicBool>,
}

impl Check {
    /// Hears how many rows were read, and ends the check when it was cancelled.
    pub(crate) fn read(&self, rows: u64) -> Result<(), Error> {
        self.rows.store(rows, Ordering::Relaxed);
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(Error::new(console::Code::Cancelled, "The check was cancelled. Nothing was sent."));
        }
        Ok(())
    }

    /// Ends it soon.
    pub(crate) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
}

impl Importing {
    /// Remembers the file that a person chose.
    pub(crate) fn choose(&self, file: PathBuf) {
        self.state().file = Some(file);
    }

    /// The file that a person chose: the web view names none.
    pub(crate) fn file(&self) -> Result<PathBuf, WireError> {
        self.state().file.clone().ok_or_else(|| WireError::validation("file", "Choose the file first."))
    }

    /// A new check, in the place of the one before, which ends.
    pub(crate) fn check(&self) -> Check {
        let check = Check::default();
        if let Some(before) = self.state().check.replace(check.clone()) {
            before.cancel();
        }
        check
    }

    /// Rows that the last check has read; `None` when there was none.
    pub(crate) fn rows(&self) -> Option<u64> {
        self.state().check.as_ref().map(|check| check.rows.load(Ordering::Relaxed))
    }

    /// Ends the check that runs.
    pub(crate) fn cancel_check(&self) {
        if let Some(check) = &self.state().check {
            check.cancel();
        }
    }

    /// Whether AWS may be given an import: it takes one at a time.
    pub(crate) fn free(&self) -> Result<(), WireError> {
        let under_way = self.state().job.as_ref().is_some_and(|(_, job)| job.progress.borrow().result.is_none());
        if under_way {
            return Err(WireError::new(ErrorCode::Precondition, "An import is under way. Wait for its end."));
        }
        Ok(())
    }

    /// Remembers the import of a pool.
    pub(crate) fn began(&self, pool: &OpenPool, job: ImportHandle) {
        self.state().job = Some((pool.key().to_string(), job));
    }

    /// The last import of a pool; `None` when there was none.
    pub(crate) fn job(&self, pool: &OpenPool) -> Option<ImportHandle> {
        let key = pool.key().to_string();
        self.state().job.as_ref().filter(|(of, _)| *of == key).map(|(_, job)| job.clone())
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
