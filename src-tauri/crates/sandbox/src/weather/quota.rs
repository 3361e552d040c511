//! Request-rate quotas: one bucket per category for the account and Region, some also per pool and operation.

use std::collections::HashMap;

use super::Traits;
use crate::options::Quota;

/// Quota categories of user pools, as AWS names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

/// Name, requests a second, and whether AWS raises it on request.
const CATEGORIES: [(Category, &str, f64, bool); 18] = [
    (Category::UserAuthentication, "UserAuthentication", 120.0, true),
    (Category::UserCreation, "UserCreation", 50.0, true),
    (Category::UserFederation, "UserFederation", 25.0, true),
    (Category::UserAccountRecovery, "UserAccountRecovery", 30.0, false),
    (Category::UserRead, "UserRead", 120.0, true),
    (Category::UserUpdate, "UserUpdate", 25.0, false),
    (Category::UserToken, "UserToken", 120.0, true),
    (Category::UserResourceRead, "UserResourceRead", 50.0, true),
    (Category::UserResourceUpdate, "UserResourceUpdate", 25.0, false),
    (Category::UserList, "UserList", 30.0, false),
    (Category::UserPoolRead, "UserPoolRead", 15.0, false),
    (Category::UserPoolUpdate, "UserPoolUpdate", 15.0, false),
    (Category::UserPoolResourceRead, "UserPoolResourceRead", 20.0, false),
    (Category::UserPoolResourceUpdate, "UserPoolResourceUpdate", 15.0, false),
    (Category::UserPoolClientRead, "UserPoolClientRead", 15.0, false),
    (Category::UserPoolClientUpdate, "UserPoolClientUpdate", 15.0, false),
    (Category::ClientAuthentication, "ClientAuthentication", 150.0, false),
    (Category::LimitManagement, "LimitManagement", 1.0, false),
];

impl Category {
    /// The category that AWS calls `name`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        CATEGORIES.iter().find(|(_, known, ..)| *known == name).map(|(category, ..)| *category)
    }

    fn line(self) -> &'static (Self, &'static str, f64, bool) {
        CATEGORIES.iter().find(|(category, ..)| *category == self).unwrap_or(&CATEGORIES[0])
    }

    /// The name that AWS gives it.
    pub(crate) fn name(self) -> &'static str {
        self.line().1
    }

    /// Requests a second that AWS publishes for one account and Region.
    pub(crate) fn rate(self) -> f64 {
        self.line().2
    }

    /// Whether AWS raises it on request.
    pub(crate) fn adjustable(self) -> bool {
        self.line().3
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
