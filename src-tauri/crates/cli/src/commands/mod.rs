//! One file for each command.

pub(crate) mod change;
pub(crate) mod cost;
pub(crate) mod credentials;
pub(crate) mod diagnostics;
pub(crate) mod diff;
pub(crate) mod edits;
pub(crate) mod erase;
pub(crate) mod export;
pub(crate) mod follow;
pub(crate) mod health;
pub(crate) mod import;
pub(crate) mod jobs;
pub(crate) mod ledger;
pub(crate) mod looks;
pub(crate) mod making;
pub(crate) mod mau;
pub(crate) mod nearby;
pub(crate) mod pools;
mod preview;
pub(crate) mod sandbox;
pub(crate) mod settings;
pub(crate) mod sign_in;
pub(crate) mod sync;
pub(crate) mod things;
pub(crate) mod token;
pub(crate) mod users;
pub(crate) mod why;
