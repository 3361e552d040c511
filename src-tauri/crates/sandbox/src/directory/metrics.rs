//! What CloudWatch counts of pools: successes by app client and day. Events, and not people.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The client under which sign-ups by administrators stand.
pub(crate) const ADMIN: &str = "Admin";

const DAY_MS: i64 = 86_400_000;

/// What CloudWatch counts in the namespace `AWS/Cognito`, as far as it happens here: nobody comes from another provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Success {
    SignUp,
    SignIn,
    TokenRefresh,
}

impl Success {
    /// AWS's name of the metric, for those that are counted.
    pub(crate) fn named(metric: &str) -> Option<Self> {
        match metric {
            "SignUpSuccesses" => Some(Self::SignUp),
            "SignInSuccesses" => Some(Self::SignIn),
            "TokenRefreshSuccesses" => Some(Self::TokenRefresh),
            _ => None,
        }
    }
}

/// Successes by pool, app client and metric.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Metrics(Vec<Series>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Series {
    pool: String,
    client: String,
    success: Success,
    /// By the start of the day in UTC, in milliseconds.
    days: BTreeMap<i64, u64>,
}

impl Metrics {
    /// Counts one success.
    pub(crate) fn count(&mut self, success: Success, pool: &str, client: &str, now_ms: i64) {
        let day = now_ms - now_ms.rem_euclid(DAY_MS);
        let is_it = |series: &&mut Series| series.success == success && series.client == client && series.pool == pool;
        match self.0.iter_mut().find(is_it) {
            Some(series) => *series.days.entry(day).or_default() += 1,
            None => self.0.push(Series {
                pool: pool.to_owned(),
                client: client.to_owned(),
                success,
                days: BTreeMap::from([(day, 1)]),
            }),
        }
    }

    /// The sums of the days from one instant to before another, the earliest first; days without any are left out.
    pub(crate) fn days(&self, success: Success, pool: &str, client: &str, from_ms: i64, to_ms: i64) -> Vec<(i64, u64)> {
        let is_it = |series: &&Series| series.success == success && series.client == client && series.pool == pool;
        let found = self.0.iter().find(is_it);
        let within = |series: &Series| -> Vec<(i64, u64)> {
            if from_ms >= to_ms {
                return Vec::new();
            }
            series.days.range(from_ms..to_ms).map(|(day, count)| (*day, *count)).collect()
        };
        found.map(within).unwrap_or_default()
    }
}
