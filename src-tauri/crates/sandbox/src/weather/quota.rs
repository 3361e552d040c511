//! Request-rate quotas: one bucket per category for the account and Region, some also per pool and operation.

use std::collections::HashMap;

use super::Traits;
use crate::options::Quota;

/// Quota categories of user pools, as AWS names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::enum_variant_names, reason = "these are the names AWS gives")]
pub(crate) enum Category {
    UserAuthentication,
    UserCreation,
    UserFederation,
    UserAccountRecovery,
    UserRead,
    UserUpdate,
    UserToken,
    UserResourceRead,
    UserResourceUpdate,
    UserList,
    UserPoolRead,
    UserPoolUpdate,
    UserPoolResourceRead,
    UserPoolResourceUpdate,
    UserPoolClientRead,
    UserPoolClientUpdate,
    ClientAuthentication,
    LimitManagement,
}

impl Category {
    /// Requests a second.
    fn rate(self) -> f64 {
        match self {
            Self::ClientAuthentication => 150.0,
            Self::UserAuthentication | Self::UserRead | Self::UserToken => 120.0,
            Self::UserCreation | Self::UserResourceRead => 50.0,
            Self::UserAccountRecovery | Self::UserList => 30.0,
            Self::UserFederation | Self::UserUpdate | Self::UserResourceUpdate => 25.0,
            Self::UserPoolResourceRead => 20.0,
            Self::UserPoolRead
            | Self::UserPoolUpdate
            | Self::UserPoolResourceUpdate
            | Self::UserPoolClientRead
            | Self::UserPoolClientUpdate => 15.0,
            Self::LimitManagement => 1.0,
        }
    }
}

/// Requests a second of one operation in one pool, in the categories that have this limit.
const PER_POOL: f64 = 5.0;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Name {
    Category(Category),
    Pool(String, String),
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    filled_ms: i64,
}

/// Token buckets that hold one second's worth, in virtual time.
#[derive(Debug, Default)]
pub(super) struct Buckets(HashMap<Name, Bucket>);

impl Buckets {
    /// Takes what one call needs, or nothing at all and `false`.
    pub(super) fn take(&mut self, call: Traits<'_>, quota: Quota, now_ms: i64) -> bool {
        let factor = match quota {
            Quota::Off => return true,
            Quota::Default => 1.0,
            Quota::Factor(factor) => factor.max(0.0),
        };
        let mut needed = Vec::new();
        if let Some(category) = call.category {
            needed.push((Name::Category(category), category.rate() * factor));
        }
        if let Some(pool) = call.per_pool {
            needed.push((Name::Pool(pool.to_owned(), call.name.to_owned()), PER_POOL * factor));
        }
        let granted = needed.iter().all(|(name, rate)| self.fill(name, *rate, now_ms) >= 1.0);
        if granted {
            for (name, _) in needed {
                self.0.entry(name).and_modify(|bucket| bucket.tokens -= 1.0);
            }
        }
        granted
    }

    #[expect(clippy::cast_precision_loss, reason = "milliseconds between two calls are small")]
    fn fill(&mut self, name: &Name, rate: f64, now_ms: i64) -> f64 {
        let most = if rate > 0.0 { rate.max(1.0) } else { 0.0 };
        let bucket = self.0.entry(name.clone()).or_insert(Bucket { tokens: most, filled_ms: now_ms });
        let gained = (now_ms - bucket.filled_ms).max(0) as f64 / 1000.0 * rate;
        bucket.tokens = (bucket.tokens + gained).min(most);
        bucket.filled_ms = now_ms;
        bucket.tokens
    }
}
