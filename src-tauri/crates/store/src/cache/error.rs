//! What can go wrong with a cache.

use std::path::PathBuf;

use crate::db::is_disk_full;
use crate::history::HistoryError;

/// Why the cache could not do what was asked. Nothing of it is lost but what the call itself would have written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CacheError {
    /// The folder or the file cannot be made, read or written.
    #[error("The cache {path} cannot be used: {reason}. Check that the folder exists and that you may write to it.")]
    NotUsable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// No space left.
    #[error("The disk is full: the cache could not be written. Free some space and try again; nothing was lost.")]
    DiskFull,
    /// Another process holds the database for longer than five seconds.
    #[error("Another Poolkeeper is writing this cache. Try again in a moment.")]
    Busy,
    /// Pages do not verify. The file is set aside when the cache is opened next.
    #[error("The cached pool is damaged. Open the pool again: the damaged file is kept and a new cache is filled.")]
    Damaged,
    /// History is written first and could not be; nothing was written to the cache either.
    #[error("The history could not be written, so the cache was left as it was: {0}")]
    History(#[from] HistoryError),
    /// No generation is running, or it has no such chain or group.
    #[error("There is no running sync with this {0}. Start the sync again.")]
    NoSuch(&'static str),
    /// A fault of Poolkeeper's own.
    #[error("The cache refused a statement: {0}. Please report this.")]
    Internal(String),
}

impl From<rusqlite::Error> for CacheError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        if is_disk_full(&error) {
            return Self::DiskFull;
        }
        match error.sqlite_error_code() {
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => Self::Busy,
            Some(Code::DatabaseCorrupt | Code::NotADatabase) => Self::Damaged,
            Some(Code::CannotOpen | Code::ReadOnly | Code::PermissionDenied | Code::SystemIoFailure) => {
                Self::NotUsable { path: PathBuf::from("cache.sqlite"), reason: error.to_string() }
            }
            _ => Self::Internal(error.to_string()),
        }
    }
}
