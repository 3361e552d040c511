//! What came of looking at a token: a list of checks, each with its reason.

use std::fmt;

use super::decode::DecodeError;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Pass,
    /// It does not hold: the token must be refused.
    Fail,
    /// It does not concern this token, or nothing was given to hold it against.
    NotApplicable,
    /// It cannot be known from here.
    Unknown,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What: `signature`, `issuer`.
    pub name: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// Why, in a sentence.
    pub reason: String,
}

impl Check {
    pub(super) fn new(name: &'static str, outcome: Outcome, reason: impl Into<String>) -> Self {
        Self { name, outcome, reason: reason.into() }
    }
}

/// What a token is for (`token_use`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenUse {
    /// Says who the user is.
    Id,
    /// Says what its bearer may do.
    Access,
}

impl TokenUse {
    /// The value of the claim.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Access => "access",
        }
    }
}

impl fmt::Display for TokenUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// All checks of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What the token says it is for; `None` when it says nothing that we know.
    pub token_use: Option<TokenUse>,
    /// Each check, in the order in which a verifier should make them.
    pub checks: Vec<Check>,
}

impl Verdict {
    /// Whether a verifier may accept the token: its signature, key, algorithm, issuer, use and times were seen to hold
    /// and nothing failed. What is unknown about the signature is no acceptance.
    #[must_use]
    pub fn valid(&self) -> bool {
        let passed = |name: &str| self.checks.iter().any(|check| check.name == name && check.outcome == Outcome::Pass);
        let failed = self.checks.iter().any(|check| check.outcome == Outcome::Fail);
        !failed && MUST_PASS.iter().all(|name| passed(name))
    }
}

/// Checks without which no token is valid.
const MUST_PASS: [&str; 7] = ["format", "algorithm", "key", "signature", "issuer", "token_use", "expiry"];

/// The verdict on what is no token.
#[must_use]
pub fn unreadable(error: &DecodeError) -> Verdict {
    let rest = MUST_PASS[1..].iter().map(|name| {
        Check::new(name, Outcome::NotApplicable, "It was not looked at, because the token cannot be read.")
    });
    let format = Check::new("format", Outcome::Fail, error.to_string());
    Verdict { token_use: None, checks: std::iter::once(format).chain(rest).collect() }
}
