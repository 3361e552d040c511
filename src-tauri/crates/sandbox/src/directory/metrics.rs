//! What CloudWatch counts of pools: successes by app client and day. Events, and not people.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The client under which sign-ups by administrators stand.
pub(crate) const ADMIN: &str = "Admin";

const DAY_MS: i64 = 86_400_000;

/// What CloudWatch counts in the namespace `AWS/Cognito`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Success {
    SignUp,
    SignIn,
    TokenRefresh,
    /// Alone in being counted by identity provider, too.
    Federation,
}

impl Success {
    /// AWS's name of the metric, for those that are counted.
    pub(crate) fn named(metric: &str) -> Option<Self> {
        match metric {
            "SignUpSuccesses" => Some(Self::SignUp),
            "SignInSuccesses" => Some(Self::SignIn),
            "TokenRefreshSuccesses" => Some(Self::TokenRefresh),
            "FederationSuccesses" => Some(Self::Federation),
            _ => None,
        }
    }
}

/// Whose successes are meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Of {
    pub(crate) pool: String,
    pub(crate) client: String,
    /// The identity provider that people came from; only of [`Success::Federation`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) provider: Option<String>,
}

impl Of {
    pub(crate) fn client(pool: &str, client: &str) -> Self {
        Self { pool: pool.to_owned(), client: client.to_owned(), provider: None }
    }
}

/// Successes by pool, app client, identity provider and metric.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Metrics(Vec<Series>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Series {
    #[serde(flatten)]
    of: Of,
    success: Success,
    /// By the start of the day in UTC, in milliseconds.
    days: BTreeMap<i64, u64>,
}

impl Metrics {
    /// Counts one success of an app client.
    pub(crate) fn count(&mut self, success: Success, pool: &str, client: &str, now_ms: i64) {
        self.count_of(success, Of::client(pool, client), now_ms);
    }

    /// Counts one success.
    pub(crate) fn count_of(&mut self, success: Success, of: Of, now_ms: i64) {
        let day = now_ms - now_ms.rem_euclid(DAY_MS);
        match self.0.iter_mut().find(|series| series.success == success && series.of == of) {
            Some(series) => *series.days.entry(day).or_default() += 1,
            None => self.0.push(Series { of, success, days: BTreeMap::from([(day, 1)]) }),
        }
    }

    /// The sums of the days from one instant to before another, the earliest first; days without any are left out.
    pub(crate) fn days(&self, success: Success, of: &Of, from_ms: i64, to_ms: i64) -> Vec<(i64, u64)> {
        let found = self.0.iter().find(|series| series.success == success && series.of == *of);
        let within = |series: &Series| -> Vec<(i64, u64)> {
            if from_ms >= to_ms {
                return Vec::new();
            }
            series.days.range(from_ms..to_ms).map(|(day, count)| (*day, *count)).collect()
        };
        found.map(within).unwrap_or_default()
    }
}
