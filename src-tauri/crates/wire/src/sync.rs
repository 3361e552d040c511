//! Syncing: progress, the report, and what the status bar tells.

use model::sync::SyncReport;
use serde::Serialize;
use specta::Type;

use crate::{WireError, count};

/// How a sync is getting on.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SyncProgressView {
    /// The local copy that is being synced.
    pub pool_key: String,
    /// What it is doing.
    pub phase: SyncPhase,
    /// Why it waits.
    pub reason: Option<String>,
    /// Users seen in this run.
    pub users: u32,
    /// AWS's estimate of how many there are.
    pub estimated_users: Option<u32>,
    /// Pages read.
    pub pages: u32,
    /// Requests sent, repeated ones included.
    pub requests: u32,
    /// Requests that were refused as too many.
    pub throttled: u32,
    /// Lately.
    #[specta(type = u32)]
    pub users_per_second: f64,
    /// Seconds until the listing ends, as far as can be told.
    pub eta_seconds: Option<u32>,
    /// The share of the quota in use now, from 0 to 1. Without a limit it is 1.
    #[specta(type = u32)]
    pub share: f64,
    /// Why it failed.
    pub error: Option<WireError>,
}

impl SyncProgressView {
    /// The progress of the sync of one pool.
    #[must_use]
    pub fn new(pool_key: &str, progress: &console::SyncProgress) -> Self {
        let (phase, reason) = match &progress.phase {
            console::SyncPhase::Listing => (SyncPhase::Listing, None),
            console::SyncPhase::Groups => (SyncPhase::Groups, None),
            console::SyncPhase::Members => (SyncPhase::Members, None),
            console::SyncPhase::Verifying => (SyncPhase::Verifying, None),
            console::SyncPhase::Sweeping => (SyncPhase::Sweeping, None),
            console::SyncPhase::Paused => (SyncPhase::Paused, None),
            console::SyncPhase::Waiting(why) => (SyncPhase::Waiting, Some(why.clone())),
            console::SyncPhase::Done => (SyncPhase::Done, None),
            console::SyncPhase::Failed => (SyncPhase::Failed, None),
        };
        Self {
            pool_key: pool_key.to_owned(),
            phase,
            reason,
            users: count(progress.users),
            estimated_users: progress.estimated_users.map(count),
            pages: count(progress.pages),
            requests: count(progress.requests),
            throttled: count(progress.throttled),
            users_per_second: progress.users_per_second,
            eta_seconds: progress.eta_seconds.map(count),
            share: progress.share,
            // Told ten times a second, so it is not logged here.
            error: progress.error.as_ref().map(WireError::unlogged),
        }
    }
}

/// What a sync is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SyncPhase {
    /// Reading people.
    Listing,
    /// Reading the groups.
    Groups,
    /// Reading who is in them.
    Members,
    /// Checking the sum.
    Verifying,
    /// Reading everybody once more without a filter.
    Sweeping,
    /// A person paused it.
    Paused,
    /// Waiting, see the reason.
    Waiting,
    /// Finished.
    Done,
    /// Ended with an error.
    Failed,
}

/// Says that credentials ran out, so that the window can offer to renew them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SessionExpiredView {
    /// The key of the pool whose sync needs them.
    pub pool_key: String,
    /// The command that renews an SSO session; `null` for other kinds of credentials.
    pub sso_login: Option<String>,
    /// A sentence that a person can act on.
    pub message: String,
}

/// What a sync did: `poolctl sync`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SyncReportView {
    /// Users seen.
    pub users: u32,
    /// Pages read.
    pub pages: u32,
    /// Requests sent, repeated ones included.
    pub requests: u32,
    /// Requests that were refused as too many.
    pub throttled: u32,
    /// How long it took.
    #[specta(type = u32)]
    pub seconds: f64,
    /// Whether all of it was read and the sum agrees with AWS's estimate.
    pub complete: bool,
    /// Whether an unfiltered pass has ended once.
    pub swept: bool,
}

impl From<&SyncReport> for SyncReportView {
    fn from(report: &SyncReport) -> Self {
        Self {
            users: count(report.users),
            pages: count(report.pages),
            requests: count(report.requests),
            throttled: count(report.throttled),
            seconds: (report.seconds * 1000.0).round() / 1000.0,
            complete: report.complete,
            swept: report.swept,
        }
    }
}

/// What the status bar shows.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StatusView {
    /// Use of AWS's quotas now.
    pub quota: Vec<QuotaView>,
    /// What this session may have made billable.
    pub may_bill: MayBillView,
    /// The running or last sync of the open pool.
    pub sync: Option<SyncProgressView>,
    /// Whether changes of the open pool are refused now: so in Production until it is unlocked.
    pub read_only: bool,
}

/// Use of one quota.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct QuotaView {
    /// AWS's name of the category.
    pub category: String,
    /// Requests in the last second.
    pub used: u32,
    /// The quota in requests a second; `null` where nothing limits, as in the sandbox.
    pub limit: Option<u32>,
    /// The share that Poolkeeper allows itself, from 0 to 1. Without a limit it is 1.
    #[specta(type = u32)]
    pub share: f64,
}

/// Monthly active users that this session may have caused where the open pool is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MayBillView {
    /// Whether it is AWS that bills; else it is what AWS would, for nobody is billed for the sandbox or an emulator.
    pub billed: bool,
    /// How many people.
    pub users: u32,
    /// Requests for tokens of machines, each of which is billed.
    pub token_requests: u32,
    /// The least it costs, in US dollars.
    pub low: String,
    /// The most it costs, in US dollars.
    pub high: String,
    /// How often this session has written into the ledger: who shows it reads it again when this is another number.
    pub ledger_writes: u32,
}

impl From<(&str, console::QuotaUse)> for QuotaView {
    fn from((category, usage): (&str, console::QuotaUse)) -> Self {
        Self {
            category: category.to_owned(),
            used: usage.used_last_second,
            limit: usage.limit_per_second,
            share: usage.share,
        }
    }
}

impl From<console::SessionCost> for MayBillView {
    fn from(cost: console::SessionCost) -> Self {
        Self {
            billed: cost.billed,
            users: count(cost.users),
            token_requests: count(cost.token_requests),
            low: cost.low,
            high: cost.high,
            ledger_writes: count(cost.ledger_writes),
        }
    }
}
