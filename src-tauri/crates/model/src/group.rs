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

/// Which role Cognito prefers for somebody who is in several groups (`cognito:preferred_role`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PreferredRole<'a> {
    /// No group has a role.
    None,
    /// Groups of one precedence, the lowest, have different roles: none is preferred.
    Tie(&'a Group),
    /// The role of this group.
    Of(&'a Group),
}

/// Which role wins: that of the group with the lowest precedence among those that have one.
///
/// Source: AWS's developer guide, "Adding groups to a user pool", precedence.
#[must_use]
pub fn preferred_role<'a>(groups: impl IntoIterator<Item = &'a Group>) -> PreferredRole<'a> {
    let rank = |group: &Group| group.precedence.unwrap_or(u32::MAX);
    let mut with_role: Vec<&Group> = groups.into_iter().filter(|group| group.role_arn.is_some()).collect();
    with_role.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.name.cmp(&b.name)));
    let Some(first) = with_role.first().copied() else { return PreferredRole::None };
    let mut leading = with_role.iter().take_while(|group| rank(group) == rank(first));
    if leading.all(|group| group.role_arn == first.role_arn) {
        PreferredRole::Of(first)
    } else {
        PreferredRole::Tie(first)
    }
}
