//! A pool at a glance, from its cache alone.

use jiff::SignedDuration;
use model::group::Group;
use model::pool::Pool;
use model::query::{parse, quote};
use model::sync::Freshness;
use model::user::UserStatus;
use store::Domains;

use crate::error::Error;
use crate::pool::OpenPool;

/// A pool at a glance.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// The pool as it was last described; `None` when it never was.
    pub pool: Option<Pool>,
    /// How fresh and whole all of this is.
    pub freshness: Freshness,
    /// Users by status, the most frequent first.
    pub statuses: Vec<(UserStatus, u64)>,
    /// Users who may sign in.
    pub enabled: u64,
    /// Users who may not.
    pub disabled: u64,
    /// Groups with their number of members.
    pub groups: Vec<(Group, u64)>,
    /// Users by month of creation (`2026-01`, UTC), the oldest first. Months without any are left out.
    pub sign_ups: Vec<(String, u64)>,
}

/// How users are spread over domains, over the time since their record changed, and over the last days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distributions {
    /// Domains of e-mail addresses, the eight most frequent.
    pub domains: Domains,
    /// Since when records did not change, the latest first. Everybody is in one of them.
    pub ages: Vec<Age>,
    /// Users by day of creation (`2026-01-31`, UTC) in the last 90 days, the oldest first. Days without any are left out.
    pub days: Vec<(String, u64)>,
}

/// Users whose record last changed in a span of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Age {
    /// The query that finds them.
    pub query: &'static str,
    /// How many it finds.
    pub users: u64,
}

/// The query that finds whoever has an address at a domain.
#[must_use]
pub fn at_domain(domain: &str) -> String {
    format!("email:*{}", quote(&format!("@{domain}")))
}

/// Domains that are told one by one.
const DOMAINS: usize = 8;
/// Days whose sign-ups are told one by one.
const DAYS: i64 = 90;
/// Each user is found by exactly one of these.
const AGES: [&str; 6] = [
    "modified<24h",
    "modified>=24h modified<7d",
    "modified>=7d modified<30d",
    "modified>=30d modified<90d",
    "modified>=90d modified<1y",
    "modified>=1y",
];

impl OpenPool {
    /// How users are spread, from the local copy alone. Opens no socket.
    ///
    /// # Errors
    /// As [`OpenPool::overview`].
    pub async fn distributions(&self) -> Result<Distributions, Error> {
        let (fields, asked) = (self.fields().await?, self.asked());
        let since = asked.now.saturating_sub(SignedDuration::from_hours(24 * (DAYS - 1))).unwrap_or(asked.now);
        self.read(move |cache| {
            let mut ages = Vec::new();
            for query in AGES {
                // What a click on the figure finds is counted, so that both are the same.
                let parsed = parse(query, &fields, &asked).unwrap_or_default();
                ages.push(Age { query, users: cache.count(&parsed)? });
            }
            Ok::<_, store::CacheError>(Distributions {
                domains: cache.domains(DOMAINS)?,
                ages,
                days: cache.sign_ups_by_day(since)?,
            })
        })
        .await
    }

    /// The pool at a glance. Opens no socket.
    ///
    /// # Errors
    /// [`Code::CacheUnavailable`](crate::Code::CacheUnavailable) when the cache cannot be read.
    pub async fn overview(&self) -> Result<Overview, Error> {
        self.read(|cache| {
            let (enabled, disabled) = cache.enabled()?;
            Ok::<_, store::CacheError>(Overview {
                pool: cache.pool()?,
                freshness: cache.freshness()?,
                statuses: cache.statuses()?,
                enabled,
                disabled,
                groups: cache.groups()?,
                sign_ups: cache.sign_ups_by_month()?,
            })
        })
        .await
    }
}
