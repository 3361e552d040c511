//! Tokens that a user pool signs: reading them, explaining them, judging them. No key and no network is needed here;
//! whether the signature holds is told from outside.

mod claims;
mod compare;
mod decode;
mod find;
mod judge;
mod verdict;

pub use claims::{Explained, explain};
pub use compare::{Difference, compare};
pub use decode::{DecodeError, LONGEST, Part, Token, decode};
pub use find::{Found, find};
pub use judge::{Expectation, LEEWAY_SECONDS, SignatureFact, issuers, judge, pool_of};
pub use verdict::{Check, Outcome, TokenUse, Verdict, unreadable};
