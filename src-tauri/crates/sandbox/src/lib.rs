//! A Cognito of our own, for tests, demonstrations and benchmarks.
//!
//! It speaks the real protocols (JSON 1.1 for user pools and identity pools, the query protocol for
//! `sts:GetCallerIdentity`) to any AWS SDK, in process through [`Sandbox::http_client`] or on a loopback port through
//! [`Sandbox::serve`]. It depends on no other crate of this project, so that a shared mistake cannot hide.
//!
//! - `protocol` reads requests and words answers; it knows no pool.
//! - `directory` is the data and its rules; it knows no protocol.
//! - `authentication` is how people and app clients prove who they are; `triggers` are the answers of Lambda functions.
//! - `tokens` signs, renews and checks; it knows no protocol either.
//! - `oauth` is the endpoints of a pool's domain and its login page.
//! - `identity` is what identity pools make of a login: an identity, a role, credentials that open nothing.
//! - `operations` joins the two: one function for each operation, one table of all.
//! - `weather` is time, quotas, delay, faults and refusals. It starts calm.
//! - `seed` makes the people.

mod authentication;
mod connector;
mod control;
mod description;
mod directory;
mod error;
mod exchange;
mod handle;
mod identity;
mod messages;
mod oauth;
mod operations;
mod options;
mod outbox;
mod protocol;
mod sandbox;
mod seed;
mod server;
mod state;
mod tokens;
mod triggers;
mod weather;

pub use control::{KnownOperation, Mau};
pub use description::{ClientDescription, Description};
pub use directory::activity::{Active, Basis};
pub use directory::user::Status;
pub use error::Error;
pub use handle::{Directory, SnapshotUser};
pub use options::{Options, Quota, SubShape};
pub use outbox::{Channel, Message, Occasion};
pub use sandbox::Sandbox;
pub use seed::Person;
pub use server::Server;
pub use state::StateLock;
pub use weather::{Calls, Conditions, Fault, PageShape, Planned, Weather, When};
