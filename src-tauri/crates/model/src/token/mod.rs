//! Tokens that a user pool signs: reading them, explaining them, judging them. No key and no network is needed here;
//! whether the signature holds is told from outside.

mod accept;
mod claims;
mod compare;
mod decode;
mod find;
mod judge;
mod predict;
mod revocation;
mod trigger;
mod verdict;

pub use accept::{Acceptance, Answer, Consumer, Demands, acceptances};
pub use claims::{Explained, explain};
pub use compare::{Difference, compare};
pub use decode::{DecodeError, LONGEST, Part, Token, decode};
pub use find::{Found, find};
pub use judge::{
    DescribedIssuer, Expectation, IssuerForm, LEEWAY_SECONDS, SignatureFact, is_wrong_clock, issuers, judge, pool_of,
};
pub use predict::{Occasion, Predicted, Prediction, VARYING, predict};
pub use revocation::Standing;
pub use trigger::{Ignored, InvalidResponse, TriggerVersion};
pub use verdict::{Check, Outcome, TokenUse, Verdict, unreadable};
