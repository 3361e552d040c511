//! What is used in a month.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::table::Meter;

/// What a pool is billed by: its feature plan, or the price from before the plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PricePlan {
    /// Lite.
    Lite,
    /// Essentials, the default of new pools.
    Essentials,
    /// Plus.
    Plus,
    /// A pool from before 22 November 2024 that stayed on Lite and keeps its free 50,000.
    Legacy,
}

impl PricePlan {
    /// Every plan, the present ones first.
    pub const ALL: [Self; 4] = [Self::Lite, Self::Essentials, Self::Plus, Self::Legacy];

    /// The plan of AWS's `UserPoolTier`; `None` for what AWS added since. Whether a pool on Lite has the legacy price, AWS
    /// does not tell.
    #[must_use]
    pub fn of_tier(tier: &str) -> Option<Self> {
        match tier {
            "LITE" => Some(Self::Lite),
            "ESSENTIALS" => Some(Self::Essentials),
            "PLUS" => Some(Self::Plus),
            _ => None,
        }
    }

    /// The plan of a word such as `essentials`; `None` when it is none.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|plan| plan.as_str() == word)
    }

    /// `lite`, `essentials`, `plus` or `legacy`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lite => "lite",
            Self::Essentials => "essentials",
            Self::Plus => "plus",
            Self::Legacy => "legacy",
        }
    }

    /// The meter of its direct and social users.
    #[must_use]
    pub fn meter(self) -> Meter {
        match self {
            Self::Lite => Meter::Lite,
            Self::Essentials => Meter::Essentials,
            Self::Plus => Meter::Plus,
            Self::Legacy => Meter::Legacy,
        }
    }

    /// Which plan counts when a user was active under several in one month: the highest.
    pub(super) fn rank(self) -> u8 {
        match self {
            Self::Legacy => 0,
            Self::Lite => 1,
            Self::Essentials => 2,
            Self::Plus => 3,
        }
    }
}

impl fmt::Display for PricePlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lite => "Lite",
            Self::Essentials => "Essentials",
            Self::Plus => "Plus",
            Self::Legacy => "Legacy",
        })
    }
}

/// What all pools of an account (or organization) use in one month and Region.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Usage {
    /// The pools. Free tiers and brackets are shared by all of them.
    pub pools: Vec<PoolUsage>,
    /// Tokens of machines.
    pub tokens: TokenUse,
    /// Request rates above the default that were bought.
    pub extra_rates: Vec<ExtraRate>,
    /// E-mails through Amazon SES. Those of Cognito's own sender cost nothing.
    pub emails: u64,
    /// SMS, at prices that the person gives.
    pub sms: Vec<Sms>,
}

/// What one pool uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolUsage {
    /// What it is billed by.
    pub plan: PricePlan,
    /// Active users who sign in directly or through Google, Facebook, Apple or Amazon.
    pub users: u64,
    /// Active users of SAML and OIDC providers, in addition.
    pub federated: u64,
    /// Whether it has advanced security. Only legacy pools pay for that apart.
    pub advanced_security: bool,
    /// Whether it is replicated to another Region. Needs Essentials or Plus.
    pub replicated: bool,
}

impl PoolUsage {
    /// A pool with nothing but active users.
    #[must_use]
    pub fn new(plan: PricePlan, users: u64, federated: u64) -> Self {
        Self { plan, users, federated, advanced_security: false, replicated: false }
    }
}

/// Tokens of the client credentials grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TokenUse {
    /// Successful requests.
    pub requests: u64,
    /// App clients, where they shall be charged although AWS seems to have withdrawn that; `None` for no such charge.
    pub clients: Option<u64>,
}

/// A bought request rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtraRate {
    /// Requests a second above the default.
    pub requests_per_second: u32,
    /// For how many days; `None` for the whole month.
    pub days: Option<u32>,
}

/// SMS to one kind of destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sms {
    /// How many.
    pub messages: u64,
    /// Dollars for one, as the person gives it.
    pub price: Decimal,
}

impl Usage {
    /// One pool with nothing but active users.
    #[must_use]
    pub fn one(plan: PricePlan, users: u64, federated: u64) -> Self {
        Self { pools: vec![PoolUsage::new(plan, users, federated)], ..Self::default() }
    }

    /// Sums something over the pools of a plan.
    pub(super) fn sum(&self, plan: PricePlan, of: impl Fn(&PoolUsage) -> u64) -> u64 {
        self.pools.iter().filter(|pool| pool.plan == plan).fold(0, |sum, pool| sum.saturating_add(of(pool)))
    }
}
