//! Every AWS operation that this crate calls, with its IAM action, quota category and MAU class.
//!
//! The classes follow AWS's list of what makes a user active. `ListUsersInGroup` is not named there; it is a listing
//! in the same category as `ListUsers` and not a question about one user, so it is held to be free as well.

use model::call::{MauEffect, Operation, QuotaCategory};

/// Pages of users, by filter or all (60 at most).
pub const LIST_USERS: Operation = free("ListUsers", "cognito-idp:ListUsers", QuotaCategory::UserList);

/// Pages of a group's members.
pub const LIST_USERS_IN_GROUP: Operation =
    free("ListUsersInGroup", "cognito-idp:ListUsersInGroup", QuotaCategory::UserList);

/// Pages of a pool's groups.
pub const LIST_GROUPS: Operation = free("ListGroups", "cognito-idp:ListGroups", QuotaCategory::UserPoolResourceRead);

/// Pages of an account's pools in one Region.
pub const LIST_USER_POOLS: Operation = free("ListUserPools", "cognito-idp:ListUserPools", QuotaCategory::UserPoolRead);

/// A pool's settings, schema and estimated size.
pub const DESCRIBE_USER_POOL: Operation =
    free("DescribeUserPool", "cognito-idp:DescribeUserPool", QuotaCategory::UserPoolRead);

/// Who AWS says we are. Needs no permission.
pub const GET_CALLER_IDENTITY: Operation = free("GetCallerIdentity", "sts:GetCallerIdentity", QuotaCategory::Unmetered);

/// All of them.
pub const ALL: [Operation; 6] =
    [LIST_USERS, LIST_USERS_IN_GROUP, LIST_GROUPS, LIST_USER_POOLS, DESCRIBE_USER_POOL, GET_CALLER_IDENTITY];

const fn free(name: &'static str, iam_action: &'static str, category: QuotaCategory) -> Operation {
    Operation { name, iam_action, category, mau: MauEffect::Free }
}
