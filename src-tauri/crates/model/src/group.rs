//! A group of a pool.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::GroupName;

/// A group as `ListGroups` returns it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// The name in the pool.
    pub name: GroupName,
    /// What somebody wrote about it.
    pub description: Option<String>,
    /// Lower wins when a user is in several; `None` loses to every number.
    pub precedence: Option<u32>,
    /// The IAM role that its members get through an identity pool.
    pub role_arn: Option<String>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    pub modified_at: Option<Timestamp>,
}
