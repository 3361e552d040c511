//! What a sandbox is made of: its size, its seed, its place and its first weather.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How a new [`crate::Sandbox`] is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Options {
    /// People in the first pool, known and hostile ones included.
    pub users: u32,
    /// The same seed, users, shape and start day give the same people.
    pub seed: u64,
    /// Region the pools live in. A request signed for another Region finds nothing.
    pub region: String,
    /// Twelve-digit account number.
    pub account: String,
    /// Delay before every answer.
    pub latency: Duration,
    /// How request-rate quotas are kept.
    pub quota: Quota,
    /// How `sub` values look.
    pub sub_shape: SubShape,
    /// The virtual time at the start. People signed up during the six years before this day.
    pub start: Timestamp,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            users: 100_000,
            seed: 1,
            region: "eu-west-1".to_owned(),
            account: "123456789012".to_owned(),
            latency: Duration::ZERO,
            quota: Quota::Default,
            sub_shape: SubShape::Plain,
            start: Timestamp::constant(1_795_305_600, 0),
        }
    }
}

/// How request-rate quotas are kept. Rates are those that AWS publishes per account, Region and category.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Quota {
    /// The published rates.
    Default,
    /// No throttling.
    Off,
    /// The published rates times this factor.
    Factor(f64),
}

/// How `sub` values are distributed. AWS promises no format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SubShape {
    /// Evenly spread lower-case hexadecimal, like a version 4 UUID.
    Plain,
    /// Ninety in a hundred begin with the same digit, and a few begin outside `0`–`f`.
    Skewed,
}
