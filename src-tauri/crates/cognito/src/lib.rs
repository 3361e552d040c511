//! The AWS side: profiles, sessions, the gate, and reading users, groups and pools.
//!
//! This is the only crate that names AWS's SDK. Everything it returns is made of `model`'s nouns; the one foreign
//! type in its public API is [`HttpClient`], through which the sandbox answers in place of AWS.
//!
//! Every call goes through the [`Gate`]: it waits for its share of the quota, tells the
//! [`CallSink`](model::call::CallSink) about the attempt, sends it, and repeats reads that failed for a passing reason.

mod clients;
mod convert;
mod credentials;
mod error;
mod gate;
mod groups;
mod http;
pub mod identity_pools;
mod import_jobs;
mod imports;
mod jwks;
mod nearby;
pub mod oauth;
pub mod operations;
mod pools;
mod profiles;
mod reveals;
mod session;
pub mod settings;
pub mod sign_in;
mod users;
mod web;
mod writes;

pub use aws_smithy_runtime_api::client::http::SharedHttpClient as HttpClient;

pub use error::{Error, ErrorKind};
pub use gate::{Gate, QuotaUse, RetryRules, Share};
pub use import_jobs::{ImportStatus, NewImport};
pub use nearby::Busiest;
pub use profiles::{AwsFiles, ConfigError, Profile, ProfileKind, profiles};
pub use reveals::{SecondFactors, SignInEvent, UserDevice};
pub use session::{Session, SessionConfig};
pub use users::{UserFilter, UserPage};
pub use writes::{Applied, Intend, Intent};
