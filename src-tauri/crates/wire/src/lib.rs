//! What crosses to the window and out of `poolctl`: requests, views and the one error.
//!
//! Requests are only read, views are only written. Both are camelCase; an absent value is `null`; instants are RFC 3339
//! in UTC; counts are `u32`, because a web view's numbers hold no `u64` (more than four thousand million is shown as that
//! many). This crate knows neither Tauri nor AWS: it converts what `console` says.

pub mod activity;
pub mod app;
pub mod blueprints;
pub mod changes;
pub mod connections;
pub mod cost;
pub mod edits;
pub mod error;
pub mod files;
pub mod health;
pub mod identities;
pub mod jobs;
pub mod lab;
pub mod ledger;
pub mod nearby;
pub mod plans;
pub mod pool_settings;
pub mod pools;
pub mod preview;
pub mod query;
pub mod reveals;
pub mod settings;
pub mod sync;
pub mod to_aws;
pub mod token;
pub mod typed_attribute;
pub mod typed_identity;
pub mod typed_settings;
pub mod typed_style;
pub mod typed_things;
pub mod users;
pub mod views;
pub mod why;

pub use error::{ErrorCode, WireError};

/// A count for the wire. What does not fit is shown as the largest number that does.
#[must_use]
pub fn count(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
