//! The fault plan: which call fails, and how.

use rand::Rng;

/// How a call fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// This error instead of an answer; nothing is applied.
    Error {
        /// The exception, such as `InternalErrorException`.
        code: String,
        /// HTTP status.
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
}

/// Which of the matching calls fail.
#[derive(Debug, Clone, Copy, PartialEq)]
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

#[derive(Debug)]
struct Rule {
    operation: Option<String>,
    when: When,
    fault: Fault,
    seen: u64,
}

/// Rules in the order they were made; the first that strikes decides.
#[derive(Debug, Default)]
pub(super) struct Plan {
    rules: Vec<Rule>,
}

impl Plan {
    pub(super) fn add(&mut self, operation: Option<&str>, when: When, fault: Fault) {
        self.rules.push(Rule { operation: operation.map(str::to_owned), when, fault, seen: 0 });
    }

    /// Counts a call against every rule it matches.
    pub(super) fn strike(&mut self, operation: &str, random: &mut impl Rng) -> Option<Fault> {
        let mut struck = None;
        for rule in &mut self.rules {
            if rule.operation.as_deref().is_some_and(|wanted| wanted != operation) {
                continue;
            }
            rule.seen += 1;
            let strikes = match rule.when {
                When::Nth(n) => rule.seen == n,
                When::First(n) => rule.seen <= n,
                When::After(n) => rule.seen > n,
                When::Share(share) => f64::from(random.next_u32()) < share * f64::from(u32::MAX),
            };
            if strikes && struck.is_none() {
                struck = Some(rule.fault.clone());
            }
        }
        struck
    }
}
