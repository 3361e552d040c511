//! Pools: the line in a picker, the open pool, its groups and its freshness.

use model::group::{Group, PreferredRole, preferred_role};
use model::pool::{Pool, PoolSummary, SchemaAttribute};
use model::sync::Freshness;
use model::{AccountId, PoolId, PoolKey, Region};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::connections::{ConnectedView, ConnectionIdView, Environment};
use crate::{WireError, count};

/// A pool in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PoolLineView {
    /// The pool's id.
    pub id: String,
    /// Its name. Foreign text.
    pub name: String,
    /// The feature plan; `null` until it has been asked for.
    pub tier: Option<String>,
    /// AWS's estimate; `null` until it has been asked for.
    pub estimated_users: Option<u32>,
    /// When it was created.
    pub created_at: Option<String>,
}

impl From<&PoolSummary> for PoolLineView {
    fn from(pool: &PoolSummary) -> Self {
        Self {
            id: pool.id.to_string(),
            name: pool.name.clone(),
            tier: None,
            estimated_users: None,
            created_at: pool.created_at.map(|at| at.to_string()),
        }
    }
}

impl From<&Pool> for PoolLineView {
    fn from(pool: &Pool) -> Self {
        Self {
            id: pool.id.to_string(),
            name: pool.name.clone(),
            tier: pool.tier.clone(),
            estimated_users: pool.estimated_users.map(count),
            created_at: pool.created_at.map(|at| at.to_string()),
        }
    }
}

/// A pool's settings, as far as browsing needs them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PoolView {
    /// The pool's id.
    pub id: String,
    /// Its name. Foreign text.
    pub name: String,
    /// The feature plan in its raw form.
    pub tier: Option<String>,
    /// AWS's estimate of the number of users.
    pub estimated_users: Option<u32>,
    /// Standard and custom attributes.
    pub schema: Vec<SchemaAttributeView>,
    /// What people sign in with instead of a user name.
    pub username_attributes: Vec<String>,
    /// Aliases of the user name.
    pub alias_attributes: Vec<String>,
    /// Whether names that differ only in case are different users.
    pub case_sensitive: Option<bool>,
    /// `OFF`, `ON`, `OPTIONAL`.
    pub mfa: Option<String>,
    /// Whether the pool refuses to be deleted.
    pub deletion_protection: Option<bool>,
    /// When it was created.
    pub created_at: Option<String>,
    /// When its settings last changed.
    pub modified_at: Option<String>,
}

/// An attribute of the schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SchemaAttributeView {
    /// The full name, such as `custom:plan`.
    pub name: String,
    /// `String`, `Number`, `DateTime`, `Boolean`.
    pub data_type: String,
    /// Whether it can change after creation.
    pub mutable: bool,
    /// Whether a user must have it.
    pub required: bool,
}

impl From<&SchemaAttribute> for SchemaAttributeView {
    fn from(attribute: &SchemaAttribute) -> Self {
        Self {
            name: attribute.name.clone(),
            data_type: attribute.data_type.clone(),
            mutable: attribute.mutable,
            required: attribute.required,
        }
    }
}

impl From<&Pool> for PoolView {
    fn from(pool: &Pool) -> Self {
        Self {
            id: pool.id.to_string(),
            name: pool.name.clone(),
            tier: pool.tier.clone(),
            estimated_users: pool.estimated_users.map(count),
            schema: pool.schema.iter().map(SchemaAttributeView::from).collect(),
            username_attributes: pool.username_attributes.clone(),
            alias_attributes: pool.alias_attributes.clone(),
            case_sensitive: pool.case_sensitive,
            mfa: pool.mfa.clone(),
            deletion_protection: pool.deletion_protection,
            created_at: pool.created_at.map(|at| at.to_string()),
            modified_at: pool.modified_at.map(|at| at.to_string()),
        }
    }
}

/// A group with its size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GroupView {
    /// The name. Foreign text.
    pub name: String,
    /// What somebody wrote about it. Foreign text.
    pub description: Option<String>,
    /// Lower wins.
    pub precedence: Option<u32>,
    /// The IAM role of its members.
    pub role_arn: Option<String>,
    /// Members in the local copy.
    pub users: u32,
}

impl From<&(Group, u64)> for GroupView {
    fn from((group, members): &(Group, u64)) -> Self {
        Self {
            name: group.name.to_string(),
            description: group.description.clone(),
            precedence: group.precedence,
            role_arn: group.role_arn.clone(),
            users: count(*members),
        }
    }
}

/// Which of somebody's groups gives the role that Cognito prefers (`cognito:preferred_role`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum PreferredRoleView {
    /// No group has a role.
    None,
    /// Groups of one precedence, the lowest, have different roles: none is preferred.
    Tie {
        /// Their precedence; `null` where they have none.
        precedence: Option<u32>,
    },
    /// The role of one group.
    Role {
        /// The group. Foreign text.
        group: String,
        /// The role's ARN. Foreign text.
        role: String,
        /// The group's precedence; `null` where it has none.
        precedence: Option<u32>,
    },
}

impl PreferredRoleView {
    /// For somebody who is in these groups.
    #[must_use]
    pub fn new(own: &[Group]) -> Self {
        match preferred_role(own.iter()) {
            PreferredRole::None => Self::None,
            PreferredRole::Tie(group) => Self::Tie { precedence: group.precedence },
            PreferredRole::Of(group) => Self::Role {
                group: group.name.to_string(),
                role: group.role_arn.clone().unwrap_or_default(),
                precedence: group.precedence,
            },
        }
    }

    /// Which role and why, for people; `None` where no group has a role. Foreign text.
    #[must_use]
    pub fn told(&self) -> Option<String> {
        let with = |precedence: &Option<u32>| match precedence {
            Some(number) => format!("precedence {number}"),
            None => "no precedence".to_owned(),
        };
        match self {
            Self::None => None,
            Self::Tie { precedence } => {
                Some(format!("none: several groups with {} have different roles", with(precedence)))
            }
            Self::Role { group, role, precedence } => {
                Some(format!("{role}, of {group}: no group with a role goes before its {}", with(precedence)))
            }
        }
    }
}

/// How fresh and how whole the local copy is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FreshnessView {
    /// Users in the local copy.
    pub users: u32,
    /// When the last full sync ended; `null` when none did.
    pub synced_at: Option<String>,
    /// When the running or interrupted sync began.
    pub started_at: Option<String>,
    /// Whether all of it was read and the sum agrees with AWS's estimate.
    pub complete: bool,
    /// Whether an unfiltered pass has ended once.
    pub swept: bool,
    /// AWS's estimate at that time.
    pub estimated_users: Option<u32>,
    /// Whether group memberships have been read.
    pub groups_known: bool,
}

impl From<&Freshness> for FreshnessView {
    fn from(freshness: &Freshness) -> Self {
        Self {
            users: count(freshness.users),
            synced_at: freshness.synced_at.map(|at| at.to_string()),
            started_at: freshness.started_at.map(|at| at.to_string()),
            complete: freshness.complete,
            swept: freshness.swept,
            estimated_users: freshness.estimated_users.map(count),
            groups_known: freshness.groups_known,
        }
    }
}

/// The pool that the window shows.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OpenPoolView {
    /// What names the local copy in other requests.
    pub pool_key: String,
    /// The connection it was opened through; `null` when offline.
    pub connection: Option<ConnectedView>,
    /// The pool's settings.
    pub pool: PoolView,
    /// How fresh the local copy is.
    pub freshness: FreshnessView,
    /// Names that a query may use in this pool.
    pub fields: Vec<String>,
    /// The groups by name.
    pub groups: Vec<GroupView>,
    /// What the connection is said to be for.
    pub environment: Environment,
    /// Whether writing is locked.
    pub read_only: bool,
    /// Whether it was opened without AWS.
    pub offline: bool,
    /// Whether changes of people are kept.
    pub history: bool,
    /// What a person should know about the local copy, such as files that were set aside.
    pub notices: Vec<String>,
}

/// Asks for one pool's plan and size.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DescribePool {
    /// The connection.
    pub connection: ConnectionIdView,
    /// The pool's id.
    pub pool_id: String,
}

/// Opens a pool through AWS.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OpenPool {
    /// The connection.
    pub connection: ConnectionIdView,
    /// The pool's id.
    pub pool_id: String,
}

/// Names a local copy.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CachedPool {
    /// As given by the views.
    pub pool_key: String,
}

impl CachedPool {
    /// The key.
    ///
    /// # Errors
    /// A validation error when the text is not one of ours.
    pub fn key(&self) -> Result<PoolKey, WireError> {
        let mut parts = self.pool_key.rsplitn(4, '/');
        let mut part = || parts.next().unwrap_or_default().to_owned();
        let (pool, region, account, place) = (part(), part(), part(), part());
        let wrong = |_| WireError::validation("poolKey", "This is not the key of a local copy.");
        Ok(PoolKey {
            place,
            account: AccountId::parse(account).map_err(wrong)?,
            region: Region::parse(region).map_err(wrong)?,
            pool: PoolId::parse(pool).map_err(wrong)?,
        })
    }
}

/// Checks a pool's id.
///
/// # Errors
/// A validation error that names the field.
pub fn pool_id(text: &str) -> Result<PoolId, WireError> {
    PoolId::parse(text).map_err(|error| WireError::validation("poolId", sentence(&error)))
}

/// An [`model::InvalidId`] as a sentence.
#[must_use]
pub fn sentence(error: &model::InvalidId) -> String {
    format!("This is not a {}: {}.", error.kind, error.reason)
}
