//! The sandbox as a Cognito, over the wire.
//!
//! One program for all of it: each of its own would link the same code again.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![recursion_limit = "256"]

mod choice;
mod clients;
mod control;
mod custom_challenges;
mod devices;
mod factors;
mod federation;
mod history;
mod hosted_pages;
mod identity_pools;
mod imports;
mod invitations;
mod linking;
mod listing;
mod login_page;
mod machine;
mod metrics;
mod mutations;
mod oauth;
mod operations;
mod orders;
mod passkeys;
mod pool_resources;
mod pools;
mod profile;
mod protocol;
mod quotas;
mod recovery;
mod second_factors;
mod seed;
mod sign_in;
mod sign_up;
mod state;
mod step_up;
mod support;
mod token_exchange;
mod tokens;
mod triggers;
mod user_sessions;
mod weather;
mod well_known;
