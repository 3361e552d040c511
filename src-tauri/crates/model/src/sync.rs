//! How far the local copy of a pool has come, and how much of it can be trusted.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How fresh and how whole the cached pool is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Freshness {
    /// Users in the cache now.
    pub users: u64,
    /// When the last full sync ended; `None` when none ever did.
    pub synced_at: Option<Timestamp>,
    /// When the running or interrupted sync began; `None` when there is none.
    pub started_at: Option<Timestamp>,
    /// Whether all chains ended and the sum agrees with AWS's estimate (1 % or 60).
    pub complete: bool,
    /// Whether an unfiltered sweep has ended once, so that no user can hide behind an odd `sub`.
    pub swept: bool,
    /// AWS's estimate at that time; `None` when unknown.
    pub estimated_users: Option<u64>,
    /// Whether group memberships have been read.
    pub groups_known: bool,
}

/// What a sync did.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SyncReport {
    /// Users seen in this run's generation.
    pub users: u64,
    /// Pages of users and memberships that were read.
    pub pages: u64,
    /// Requests that were sent, repeated ones included.
    pub requests: u64,
    /// Requests that AWS refused as too many.
    pub throttled: u64,
    /// How long this run took, in seconds.
    pub seconds: f64,
    /// As in [`Freshness::complete`].
    pub complete: bool,
    /// As in [`Freshness::swept`].
    pub swept: bool,
}
