//! A user pool as the pickers, the schema-driven columns and the overview need it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::PoolId;

/// A line of `ListUserPools`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PoolSummary {
    /// The pool.
    pub id: PoolId,
    /// Its name. Foreign text.
    pub name: String,
    /// When it was created, where AWS says so.
    pub created_at: Option<Timestamp>,
    /// When its settings last changed, where AWS says so.
    pub modified_at: Option<Timestamp>,
}

/// What `DescribeUserPool` tells, as far as browsing needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pool {
    /// The pool.
    pub id: PoolId,
    /// Its name. Foreign text.
    pub name: String,
    /// The feature plan in its raw form (`LITE`, `ESSENTIALS`, `PLUS` or what AWS adds); `None` when not told.
    pub tier: Option<String>,
    /// AWS's estimate of the number of users; `None` when not told. It may trail by hours.
    pub estimated_users: Option<u64>,
    /// Standard and custom attributes.
    pub schema: Vec<SchemaAttribute>,
    /// Attributes that people sign in with instead of a user name (`email`, `phone_number`).
    pub username_attributes: Vec<String>,
    /// Attributes that may be used as an alias of the user name.
    pub alias_attributes: Vec<String>,
    /// Whether names that differ only in case are different users; `None` when not told.
    pub case_sensitive: Option<bool>,
    /// `OFF`, `ON`, `OPTIONAL` or what AWS adds; `None` when not told.
    pub mfa: Option<String>,
    /// Whether `DeleteUserPool` is refused; `None` when not told.
    pub deletion_protection: Option<bool>,
    /// Whether it writes its issuer in the form of 2026 (`IssuerConfiguration` is `UPDATED`).
    #[serde(default)]
    pub updated_issuer: bool,
    /// The version of its pre token generation trigger (`V1_0`, `V2_0`, `V3_0`); `None` when it has none.
    #[serde(default)]
    pub pre_token_trigger: Option<String>,
    /// Addresses (`email`, `phone_number`) that keep their old value until a code proves the new one.
    #[serde(default)]
    pub verifies_before_update: Vec<String>,
    /// Whether its advanced security is on (`AUDIT` or `ENFORCED`); `None` where it was not looked at.
    #[serde(default)]
    pub advanced_security: Option<bool>,
    /// Whether its e-mails go out through Cognito's own sender, [`MAILS_A_DAY`] at most; `None` where it was not looked at.
    #[serde(default)]
    pub own_sender: Option<bool>,
    /// The addresses (`email`, `phone_number`) to which codes for a new password go, the first choice first; empty where
    /// administrators alone recover an account, `None` where it was not looked at.
    #[serde(default)]
    pub recovery: Option<Vec<String>>,
    /// When it was created, where AWS says so.
    pub created_at: Option<Timestamp>,
    /// When its settings last changed, where AWS says so.
    pub modified_at: Option<Timestamp>,
}

/// E-mails that Cognito's own sender sends in a day for a whole account; the day begins at 09:00 UTC. Cannot be raised.
///
/// Source: AWS's developer guide, "Quotas in Amazon Cognito".
pub const MAILS_A_DAY: u32 = 50;

/// An attribute of a pool's schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SchemaAttribute {
    /// The full name: `email`, `custom:plan`, `dev:custom:plan`.
    pub name: String,
    /// `String`, `Number`, `DateTime`, `Boolean` or what AWS adds.
    pub data_type: String,
    /// Whether it can change after creation.
    pub mutable: bool,
    /// Whether a user must have it.
    pub required: bool,
}

/// An import of users from a CSV file, as `ListUserImportJobs` tells it. Imports make nobody a monthly active user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportJob {
    /// When it was made, where AWS says so.
    pub created_at: Option<Timestamp>,
    /// When it ended; `None` while it runs.
    pub completed_at: Option<Timestamp>,
    /// How many users it has imported so far.
    pub imported: u64,
    /// How far it is.
    pub phase: ImportPhase,
}

/// How far an import of users is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportPhase {
    /// It was not started, or too late: it imports nobody.
    NotStarted,
    /// It was started and has not ended, or AWS tells a state that is not known: it may import more.
    Running,
    /// It has ended.
    Ended,
}
