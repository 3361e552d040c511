//! A pool at a glance, from its cache alone.

use model::group::Group;
use model::pool::Pool;
use model::sync::Freshness;
use model::user::UserStatus;

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

impl OpenPool {
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
