//! The nouns of Poolkeeper and the rules that need nothing but them.
//!
//! No I/O, no async and no clock of its own: time and time zones are arguments.
//! Everything here can be read by every other crate, so nothing here names AWS's SDK, SQLite or Tauri.

pub mod blueprint;
pub mod call;
pub mod certificate;
pub mod client;
pub mod clock;
pub mod compare;
pub mod configuration;
pub mod connection;
pub mod cost;
pub mod edit;
pub mod estimate;
pub mod group;
pub mod health;
pub mod id;
pub mod identity;
pub mod import;
pub mod link;
pub mod list;
pub mod mau;
pub mod month;
pub mod password;
pub mod plan;
pub mod pool;
pub mod pool_policy;
pub mod query;
pub mod quota;
pub mod setting;
pub mod sync;
pub mod terraform;
pub mod token;
pub mod trigger;
pub mod unseen;
pub mod user;
pub mod view;
pub mod why;

pub use id::{
    AccountId, ClientId, GroupName, IdentityPoolId, InvalidId, PoolId, PoolKey, ProfileName, Region, Sub, Username,
};
