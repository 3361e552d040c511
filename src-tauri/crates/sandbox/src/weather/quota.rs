//! Request-rate quotas: one bucket per category for the account and Region, others per pool, per person, per operation
//! of identity pools and per domain.

use std::collections::{BTreeMap, HashMap};

use super::Traits;
use crate::options::Quota;

/// Quota categories of user pools as AWS names them, and the operations of identity pools that have a rate.
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
    // Identity pools have a rate for each operation.
    GetId,
    GetOpenIdToken,
    GetCredentialsForIdentity,
    GetOpenIdTokenForDeveloperIdentity,
    ListIdentities,
    DeleteIdentities,
    TagIdentityPool,
    UntagIdentityPool,
    ListTagsForIdentityPool,
}

/// What an operation does to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Access {
    Read,
    Write,
}

/// Name, requests a second, and whether AWS raises it on request.
const CATEGORIES: [(Category, &str, f64, bool); 27] = [
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
    (Category::GetId, "GetId", 25.0, true),
    (Category::GetOpenIdToken, "GetOpenIdToken", 200.0, true),
    (Category::GetCredentialsForIdentity, "GetCredentialsForIdentity", 200.0, true),
    (Category::GetOpenIdTokenForDeveloperIdentity, "GetOpenIdTokenForDeveloperIdentity", 50.0, true),
    (Category::ListIdentities, "ListIdentities", 5.0, true),
    (Category::DeleteIdentities, "DeleteIdentities", 10.0, true),
    (Category::TagIdentityPool, "TagIdentityPool", 5.0, true),
    (Category::UntagIdentityPool, "UntagIdentityPool", 5.0, true),
    (Category::ListTagsForIdentityPool, "ListTagsForIdentityPool", 10.0, true),
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

    /// Whether each of its operations also has a rate of its own in every pool.
    fn limited_per_pool(self) -> bool {
        matches!(
            self,
            Self::UserPoolResourceRead
                | Self::UserPoolResourceUpdate
                | Self::UserPoolClientRead
                | Self::UserPoolClientUpdate
        )
    }

    /// Whether its operations read or write one person; `None` for those that do not count to a person's own rate.
    fn access(self) -> Option<Access> {
        match self {
            Self::UserRead | Self::UserResourceRead => Some(Access::Read),
            Self::UserUpdate | Self::UserResourceUpdate | Self::UserAccountRecovery | Self::UserCreation => {
                Some(Access::Write)
            }
            _ => None,
        }
    }
}

/// Requests a second of one operation in one pool, in the categories that have this limit.
const PER_POOL: (&str, f64) = ("perPool", 5.0);
/// Reads a second of one person, and as many writes.
const PER_USER: (&str, f64) = ("perUser", 10.0);
/// Requests a second to the domain of a pool: in all, from one address, with one app client.
const DOMAIN: [(&str, f64); 3] = [("domain", 500.0), ("domainAddress", 300.0), ("domainClient", 300.0)];
/// Answers to challenges have this many times the rate of `UserAuthentication` before they count to it.
const ANSWERS: f64 = 3.0;
/// How many buckets are kept before those that are full again go.
const MOST_BUCKETS: usize = 4_096;

/// Whether a rate of this name can be set.
pub(super) fn is_rate(name: &str) -> bool {
    let mut others = DOMAIN.iter().chain([&PER_POOL, &PER_USER]);
    Category::named(name).is_some() || others.any(|(known, _)| *known == name)
}

/// The rates in force.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rates<'a> {
    pub(super) quota: Quota,
    /// Seconds' worth of tokens in a full bucket.
    pub(super) burst: f64,
    /// Set by name for tests.
    pub(super) set: &'a BTreeMap<String, f64>,
    /// Raised by `UpdateProvisionedLimit`.
    pub(super) provisioned: &'a BTreeMap<String, f64>,
}

impl Rates<'_> {
    fn named(&self, (name, published): (&str, f64)) -> f64 {
        self.set.get(name).or_else(|| self.provisioned.get(name)).copied().unwrap_or(published)
    }

    fn category(&self, category: Category) -> f64 {
        self.named((category.name(), category.rate()))
    }

    /// What the rates are multiplied by; `None` lifts them all.
    fn factor(&self) -> Option<f64> {
        match self.quota {
            Quota::Off => None,
            Quota::Default => Some(1.0),
            Quota::Factor(factor) => Some(factor.max(0.0)),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Name {
    Category(Category),
    /// Answers to challenges before they count to `UserAuthentication`.
    Answers,
    Pool(String, String),
    User(String, Access),
    Domain(&'static str, String),
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    filled_ms: i64,
}

/// Token buckets, in virtual time.
#[derive(Debug, Default)]
pub(super) struct Buckets(HashMap<Name, Bucket>);

impl Buckets {
    /// Takes what one call needs, or nothing at all and `false`.
    pub(super) fn take(&mut self, call: &Traits<'_>, rates: Rates<'_>, now_ms: i64) -> bool {
        let Some(factor) = rates.factor() else { return true };
        let mut needed = Vec::with_capacity(3);
        if let Some(category) = call.category {
            needed.push(self.counted(call, category, rates, factor, now_ms));
        }
        if let Some(pool) = call.pool.filter(|_| call.category.is_some_and(Category::limited_per_pool)) {
            needed.push((Name::Pool(pool.to_owned(), call.name.to_owned()), rates.named(PER_POOL)));
        }
        if let (Some(person), Some(access)) = (call.person, call.category.and_then(Category::access)) {
            let person = format!("{} {person}", call.pool.or(call.client).unwrap_or_default());
            needed.push((Name::User(person, access), rates.named(PER_USER)));
        }
        self.take_all(&needed, rates.burst, factor, now_ms)
    }

    /// The same for a request to the domain of `pool` that names `client`.
    pub(super) fn take_domain(&mut self, pool: &str, client: Option<&str>, rates: Rates<'_>, now_ms: i64) -> bool {
        let Some(factor) = rates.factor() else { return true };
        let [domain, address, by_client] = DOMAIN;
        let mut needed = vec![
            (Name::Domain(domain.0, pool.to_owned()), rates.named(domain)),
            // Whoever calls is on this machine.
            (Name::Domain(address.0, pool.to_owned()), rates.named(address)),
        ];
        if let Some(client) = client {
            needed.push((Name::Domain(by_client.0, client.to_owned()), rates.named(by_client)));
        }
        self.take_all(&needed, rates.burst, factor, now_ms)
    }

    /// The bucket of a category that a call counts to.
    fn counted(
        &mut self,
        call: &Traits<'_>,
        category: Category,
        rates: Rates<'_>,
        factor: f64,
        now_ms: i64,
    ) -> (Name, f64) {
        let plain = |category| (Name::Category(category), rates.category(category));
        if !matches!(call.name, "RespondToAuthChallenge" | "AdminRespondToAuthChallenge") {
            return plain(category);
        }
        if call.new_password {
            return plain(Category::UserAccountRecovery);
        }
        let answers = (Name::Answers, rates.category(Category::UserAuthentication) * ANSWERS);
        if self.fill(&answers.0, answers.1 * factor, rates.burst, now_ms) >= 1.0 { answers } else { plain(category) }
    }

    fn take_all(&mut self, needed: &[(Name, f64)], burst: f64, factor: f64, now_ms: i64) -> bool {
        if self.0.len() > MOST_BUCKETS {
            let oldest = now_ms.saturating_sub(60_000);
            self.0.retain(|_, bucket| bucket.filled_ms > oldest);
        }
        let granted = needed.iter().all(|(name, rate)| self.fill(name, rate * factor, burst, now_ms) >= 1.0);
        if granted {
            for (name, _) in needed {
                self.0.entry(name.clone()).and_modify(|bucket| bucket.tokens -= 1.0);
            }
        }
        granted
    }

    #[expect(clippy::cast_precision_loss, reason = "milliseconds between two calls are small")]
    fn fill(&mut self, name: &Name, rate: f64, burst: f64, now_ms: i64) -> f64 {
        let most = if rate > 0.0 { (rate * burst).max(1.0) } else { 0.0 };
        let bucket = self.0.entry(name.clone()).or_insert(Bucket { tokens: most, filled_ms: now_ms });
        let gained = (now_ms - bucket.filled_ms).max(0) as f64 / 1000.0 * rate;
        bucket.tokens = (bucket.tokens + gained).min(most);
        bucket.filled_ms = now_ms;
        bucket.tokens
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str, category: Option<Category>) -> Traits<'_> {
        Traits { name, service: None, category, pool: None, client: None, person: None, new_password: false }
    }

    /// How many of `n` calls in the same millisecond go through.
    fn granted(buckets: &mut Buckets, call: &Traits<'_>, n: usize) -> usize {
        let (set, provisioned) = (BTreeMap::new(), BTreeMap::from([("UserRead".to_owned(), 200.0)]));
        let rates = Rates { quota: Quota::Default, burst: 1.0, set: &set, provisioned: &provisioned };
        (0..n).filter(|_| buckets.take(call, rates, 0)).count()
    }

    #[test]
    fn answers_to_challenges_have_three_times_the_rate_before_they_count_to_sign_in() {
        let mut buckets = Buckets::default();
        let authentication = Some(Category::UserAuthentication);
        let answer = call("RespondToAuthChallenge", authentication);
        assert_eq!(granted(&mut buckets, &answer, 360), 360);
        let start = call("InitiateAuth", authentication);
        assert_eq!(granted(&mut buckets, &start, 100), 100, "nothing of it was used by the answers");
        assert_eq!(granted(&mut buckets, &answer, 50), 20, "what is more than the allowance counts to sign-in");
        assert_eq!(granted(&mut buckets, &start, 1), 0);
        let new_password = Traits { new_password: true, ..answer };
        assert_eq!(granted(&mut buckets, &new_password, 40), 30, "a new password counts to recovery");
    }

    #[test]
    fn operations_of_identity_pools_have_rates_of_their_own() {
        let mut buckets = Buckets::default();
        assert_eq!(granted(&mut buckets, &call("ListIdentities", Some(Category::ListIdentities)), 9), 5);
        assert_eq!(granted(&mut buckets, &call("GetId", Some(Category::GetId)), 30), 25);
        assert_eq!(granted(&mut buckets, &call("ListIdentityPools", None), 500), 500);
    }

    #[test]
    fn a_provisioned_rate_takes_the_place_of_the_published_one() {
        let mut buckets = Buckets::default();
        let reading = call("AdminGetUser", Some(Category::UserRead));
        assert_eq!(granted(&mut buckets, &reading, 250), 200);
    }

    #[test]
    fn a_domain_takes_five_hundred_in_all_and_three_hundred_from_one_client_and_one_address() {
        let mut buckets = Buckets::default();
        let (set, none) = (BTreeMap::new(), BTreeMap::new());
        let rates = Rates { quota: Quota::Default, burst: 1.0, set: &set, provisioned: &none };
        let granted = (0..400).filter(|_| buckets.take_domain("pool", Some("client"), rates, 0)).count();
        assert_eq!(granted, 300);
        assert!(buckets.take_domain("other", Some("another"), rates, 0));
        assert!(!buckets.take_domain("other", Some("client"), rates, 0));
    }
}
