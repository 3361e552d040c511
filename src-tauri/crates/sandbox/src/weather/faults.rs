//! The fault plan: which call fails, and how.

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::Traits;

/// How a call fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Fault {
    /// This error instead of an answer; nothing is applied.
    Error {
        /// The exception, such as `InternalErrorException`.
        code: String,
        /// HTTP status; 400 where nothing else is said.
        #[serde(default = "bad_request")]
        http_status: u16,
    },
    /// `TooManyRequestsException`; nothing is applied.
    Throttle,
    /// No answer, and nothing is applied.
    TimeoutBefore,
    /// No answer, though the call was applied.
    TimeoutAfter,
    /// The connection breaks before anything is applied.
    ConnectionReset,
    /// The call is applied and half of the answer arrives.
    TruncatedBody,
    /// For this call the clock of the service is off: its answer is dated so, and a signature that is more than five
    /// minutes from it is refused with `InvalidSignatureException`, as when the client's own clock is wrong.
    ClockSkew {
        /// How much it is ahead; negative is behind.
        seconds: i64,
    },
}

fn bad_request() -> u16 {
    400
}

impl Fault {
    pub(super) fn is_possible(&self) -> bool {
        !matches!(self, Self::Error { http_status, .. } if !(400..600).contains(http_status))
    }
}

/// Which of the matching calls fail.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum When {
    /// The one with this number, counted from 1.
    Nth(u64),
    /// Every one up to this number.
    First(u64),
    /// Every one after this many went well.
    After(u64),
    /// This share of them, 0.0 to 1.0, by the sandbox's own seeded dice.
    Share(f64),
}

impl When {
    pub(super) fn is_possible(self) -> bool {
        !matches!(self, Self::Share(share) if !(0.0..=1.0).contains(&share))
    }
}

/// One rule of the fault plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Planned {
    /// The operation by name, with or without the prefix of IAM; absent is any. Forms of the OAuth server are operations
    /// too, such as `oauth2/token`.
    #[serde(default)]
    pub operation: Option<String>,
    /// Which of its calls.
    pub when: When,
    /// How they fail.
    pub fault: Fault,
}

/// Rules in the order they were made, and how many calls each has seen; the first that strikes decides.
#[derive(Debug, Default)]
pub(super) struct Plan(Vec<(Planned, u64)>);

impl Plan {
    pub(super) fn new(rules: Vec<Planned>) -> Self {
        Self(rules.into_iter().map(|rule| (rule, 0)).collect())
    }

    pub(super) fn add(&mut self, rule: Planned) {
        self.0.push((rule, 0));
    }

    pub(super) fn rules(&self) -> Vec<Planned> {
        self.0.iter().map(|(rule, _)| rule.clone()).collect()
    }

    /// Counts a call against every rule it matches.
    pub(super) fn strike(&mut self, call: &Traits<'_>, random: &mut impl Rng) -> Option<Fault> {
        let mut struck = None;
        for (rule, seen) in &mut self.0 {
            if rule.operation.as_deref().is_some_and(|wanted| !call.is_called(wanted)) {
                continue;
            }
            *seen += 1;
            let strikes = match rule.when {
                When::Nth(n) => *seen == n,
                When::First(n) => *seen <= n,
                When::After(n) => *seen > n,
                When::Share(share) => f64::from(random.next_u32()) < share * f64::from(u32::MAX),
            };
            if strikes && struck.is_none() {
                struck = Some(rule.fault.clone());
            }
        }
        struck
    }
}
