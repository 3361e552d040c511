//! What can be set of the weather, as one value: the body of `/_sandbox/weather`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Traits;
use super::faults::Planned;
use crate::oauth::Endpoint;
use crate::operations;
use crate::options::{Options, Quota};

/// How pages of listings are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PageShape {
    /// As many as asked for, while there are any.
    Full,
    /// At random shorter or empty, with a token all the same: AWS promises no more.
    Ragged,
}

/// Everything unpleasant that can be set. The default is calm, with AWS's quotas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Conditions {
    /// How request-rate quotas are kept.
    pub quota: Quota,
    /// How many seconds' worth of its rate a bucket holds: the longest burst after a pause. 1 as it is at AWS.
    pub burst_seconds: f64,
    /// Requests a second that replace AWS's: by category (`UserList`), by operation of identity pools
    /// (`ListIdentities`), `perPool`, `perUser`, `domain`, `domainAddress` and `domainClient`.
    pub rates: BTreeMap<String, f64>,
    /// Delay before every answer, in milliseconds.
    pub latency_ms: u64,
    /// The most that is added to the delay at random, in milliseconds.
    pub jitter_ms: u64,
    /// How much later listings see a write, in milliseconds of virtual time.
    pub lag_ms: u64,
    /// How pages are cut.
    pub pages: PageShape,
    /// The fault plan; of the rules that strike, the first decides.
    pub faults: Vec<Planned>,
    /// Operations that are refused as IAM does: by name, or behind the prefix of IAM, as `cognito-idp:ListUsers`.
    pub denied: BTreeSet<String>,
    /// Whether the network is cut.
    pub offline: bool,
    /// How long a call that times out is held before its connection ends, in milliseconds.
    pub silence_ms: u64,
    /// How much the clock of the service is ahead of the virtual time, in seconds; negative is behind. Signatures
    /// more than five minutes off are refused, and the `Date` of answers says why.
    pub skew_seconds: i64,
    /// Lifetime of page tokens, in seconds of virtual time.
    pub page_token_seconds: u64,
    /// The longest that ID and access tokens may live, in seconds; absent leaves it to the app client.
    pub token_seconds: Option<u64>,
}

impl Default for Conditions {
    fn default() -> Self {
        Self {
            quota: Quota::Default,
            burst_seconds: 1.0,
            rates: BTreeMap::new(),
            latency_ms: 0,
            jitter_ms: 0,
            lag_ms: 0,
            pages: PageShape::Full,
            faults: Vec::new(),
            denied: BTreeSet::new(),
            offline: false,
            silence_ms: 60_000,
            skew_seconds: 0,
            page_token_seconds: 3_600,
            token_seconds: None,
        }
    }
}

impl Conditions {
    /// The weather that a sandbox of these options starts with.
    #[must_use]
    pub fn at_start(options: &Options) -> Self {
        Self { quota: options.quota, latency_ms: millis(options.latency), ..Self::default() }
    }

    /// What is wrong with the numbers, if anything is.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let bad = |value: f64| !value.is_finite() || value < 0.0;
        let shares = self.faults.iter().any(|planned| !planned.when.is_possible());
        if matches!(self.quota, Quota::Factor(factor) if bad(factor) || factor == 0.0) {
            Some("A factor of quotas is a number above 0.")
        } else if bad(self.burst_seconds) || self.rates.values().any(|rate| bad(*rate)) {
            Some("Rates and bursts are numbers of 0 or more.")
        } else if shares {
            Some("A share is between 0 and 1.")
        } else if self.faults.iter().any(|planned| !planned.fault.is_possible()) {
            Some("The status of an error is between 400 and 599.")
        } else if self.rates.keys().any(|name| !super::quota::is_rate(name)) {
            Some("A rate is for a quota category, an operation of identity pools, perPool, perUser or a domain.")
        } else {
            None
        }
    }

    /// A name in `denied` or in the fault plan that nothing has: what it is for would silently never happen.
    pub(super) fn unknown_operation(&self) -> Option<&str> {
        let mut denied = self.denied.iter().map(String::as_str);
        let mut failing = self.faults.iter().filter_map(|planned| planned.operation.as_deref());
        let unknown = |name: &&str| !operations::is_named(name);
        denied.find(unknown).or_else(|| failing.find(|name| unknown(name) && !Endpoint::is_named(name)))
    }

    /// Whether IAM refuses a call.
    pub(super) fn denies(&self, call: &Traits<'_>) -> bool {
        self.denied.iter().any(|denied| call.is_called(denied))
    }

    pub(super) fn latency(&self) -> Duration {
        Duration::from_millis(self.latency_ms)
    }

    pub(super) fn jitter(&self) -> Duration {
        Duration::from_millis(self.jitter_ms)
    }
}

/// Whole milliseconds, as many as fit.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
