//! Signing in as a user would: the flows, the challenges, the tokens, and what a user does for themself.
//!
//! Nothing in here is repeated by itself, because a second attempt is a second sign-in; and Cognito's refusals are
//! answers, because understanding them is what the lab is for.

mod answer;
mod flow;
mod own_account;
mod recovery;
pub mod srp;
mod tokens;

pub use answer::{Answer, Challenge, NewDevice, Progress, Refusal, Tokens};
pub use flow::SignInCall;
pub use recovery::{Applicant, Delivery};
