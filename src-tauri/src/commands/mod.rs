//! The commands that the web view may call. A body is: parse, ask `console`, convert.

pub(crate) mod app;
pub(crate) mod changes;
pub(crate) mod connections;
pub(crate) mod cost;
mod desk;
pub(crate) mod edits;
pub(crate) mod files;
pub(crate) mod imports;
pub(crate) mod lab;
pub(crate) mod pools;
pub(crate) mod reveals;
mod saving;
pub(crate) mod secrets;
pub(crate) mod settings;
pub(crate) mod sync;
pub(crate) mod to_aws;
pub(crate) mod tokens;
pub(crate) mod users;
pub(crate) mod views;

/// What every command answers.
type Answer<T> = Result<T, wire::WireError>;

use desk::Desk;
