//! The disk side: the cache of a pool with its search, the history of its users, the journal of what may cost money,
//! settings, keys and erasing.
//!
//! Everything is synchronous and blocks. There is no clock in here: the present is passed in. Nothing here knows AWS,
//! and no type of SQLite's binding leaves this crate.

pub mod cache;
pub mod data_dir;
pub mod erase;
pub mod history;
pub mod journal;
pub mod keys;
pub mod settings;

mod db;
mod public_keys;

pub use cache::{
    Cache, CacheError, Chain, ChainStep, Cursor, Domains, Finished, Listed, LookedUp, MemberState, MemberStep, Page,
    PageEffect, SetAside, Spelling, SyncKind, SyncPhase, SyncState, Why,
};
pub use data_dir::{DataDir, DataDirError, Lease, own_prices};
pub use erase::{EraseError, Erased, erase_all, erase_pool};
pub use history::{Change, History, HistoryError, MonthlyEvidence, MonthlyKind, What};
pub use journal::{
    AuditEntry, AuditFault, AuditFilter, AuditKind, AuditPage, AuditPerson, AuditPlan, AuditRecord, AuditVerdict,
    EditRow, EditState, Entry, IntentRow, ItemEnd, ItemRow, JobRow, Journal, JournalError, LedgerCall, LedgerEnd,
    LedgerId, NewJob, Waiver,
};
pub use keys::{KeyError, KeySource, Keys, Protection};
pub use settings::{
    BrokenSettings, Density, KnownPool, SavedConnection, Settings, SettingsError, Tab, Theme, ToldBilling,
};
