//! What a call to AWS may cost: its quota category and whether it makes a user billable.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Whether a call can turn a user into a monthly active user (MAU).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MauEffect {
    /// AWS says that it does not count, or it is not about one user.
    Free,
    /// AWS lists it as counting.
    MayBill,
    /// AWS says nothing; treated as if it could count.
    Undocumented,
    /// The user has been counted this month already.
    AlreadyCounted,
}

/// The shared request quota that a call draws on, per account and Region, with AWS's default in requests a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum QuotaCategory {
    /// Sign-in, challenges, refreshing: 120.
    UserAuthentication,
    /// Sign-up, confirmation, `AdminCreateUser`: 50.
    UserCreation,
    /// What identity providers answer: 25.
    UserFederation,
    /// Passwords: 30, cannot be raised.
    UserAccountRecovery,
    /// `AdminGetUser` and its like: 120.
    UserRead,
    /// Attributes, memberships, enabling, deleting, signing out: 25, cannot be raised.
    UserUpdate,
    /// `RevokeToken`: 120.
    UserToken,
    /// Devices, events, groups of one user; sending codes: 50.
    UserResourceRead,
    /// MFA preferences, devices, feedback: 25, cannot be raised.
    UserResourceUpdate,
    /// `ListUsers`, `ListUsersInGroup`: 30, cannot be raised.
    UserList,
    /// `DescribeUserPool`, `ListUserPools`: 15.
    UserPoolRead,
    /// `UpdateUserPool`: 15, cannot be raised.
    UserPoolUpdate,
    /// `ListGroups` and other things in a pool: 20, 5 for one operation on one pool.
    UserPoolResourceRead,
    /// Groups and other things in a pool, changed: 15, cannot be raised, 5 for one operation on one pool.
    UserPoolResourceUpdate,
    /// App clients: 15, 5 for one operation on one pool.
    UserPoolClientRead,
    /// App clients, changed: 15, cannot be raised, 5 for one operation on one pool.
    UserPoolClientUpdate,
    /// Tokens of machines: 150.
    ClientAuthentication,
    /// Reading and buying rates: 1.
    LimitManagement,
    /// Listing and reading identity pools: 5, the least that any of their operations has.
    IdentityPoolRead,
    /// Changing identity pools and their roles: 5, as for reading them; AWS names no rate.
    IdentityPoolUpdate,
    /// Exchanging tokens at an identity pool: 25, that of `GetId`.
    IdentityExchange,
    /// Calls outside Cognito's user pools (STS, keys), and what AWS names no category for: no quota of ours.
    Unmetered,
}

impl QuotaCategory {
    /// Every category.
    pub const ALL: [Self; 22] = [
        Self::UserAuthentication,
        Self::UserCreation,
        Self::UserFederation,
        Self::UserAccountRecovery,
        Self::UserRead,
        Self::UserUpdate,
        Self::UserToken,
        Self::UserResourceRead,
        Self::UserResourceUpdate,
        Self::UserList,
        Self::UserPoolRead,
        Self::UserPoolUpdate,
        Self::UserPoolResourceRead,
        Self::UserPoolResourceUpdate,
        Self::UserPoolClientRead,
        Self::UserPoolClientUpdate,
        Self::ClientAuthentication,
        Self::LimitManagement,
        Self::IdentityPoolRead,
        Self::IdentityPoolUpdate,
        Self::IdentityExchange,
        Self::Unmetered,
    ];

    /// AWS's default in requests a second; `None` where we know none.
    #[must_use]
    pub fn default_rate(self) -> Option<u32> {
        match self {
            Self::UserAuthentication | Self::UserRead | Self::UserToken => Some(120),
            Self::UserCreation | Self::UserResourceRead => Some(50),
            Self::UserAccountRecovery | Self::UserList => Some(30),
            Self::UserFederation | Self::UserUpdate | Self::UserResourceUpdate | Self::IdentityExchange => Some(25),
            Self::IdentityPoolRead | Self::IdentityPoolUpdate => Some(5),
            Self::UserPoolRead
            | Self::UserPoolUpdate
            | Self::UserPoolResourceUpdate
            | Self::UserPoolClientRead
            | Self::UserPoolClientUpdate => Some(15),
            Self::UserPoolResourceRead => Some(20),
            Self::ClientAuthentication => Some(150),
            Self::LimitManagement => Some(1),
            Self::Unmetered => None,
        }
    }

    /// The further limit for one operation on one pool, in requests a second; `None` where there is none.
    #[must_use]
    pub fn rate_per_pool(self) -> Option<u32> {
        match self {
            Self::UserPoolResourceRead
            | Self::UserPoolResourceUpdate
            | Self::UserPoolClientRead
            | Self::UserPoolClientUpdate => Some(5),
            _ => None,
        }
    }

    /// AWS's name of the category.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UserAuthentication => "UserAuthentication",
            Self::UserCreation => "UserCreation",
            Self::UserFederation => "UserFederation",
            Self::UserAccountRecovery => "UserAccountRecovery",
            Self::UserRead => "UserRead",
            Self::UserUpdate => "UserUpdate",
            Self::UserToken => "UserToken",
            Self::UserResourceRead => "UserResourceRead",
            Self::UserResourceUpdate => "UserResourceUpdate",
            Self::UserList => "UserList",
            Self::UserPoolRead => "UserPoolRead",
            Self::UserPoolUpdate => "UserPoolUpdate",
            Self::UserPoolResourceRead => "UserPoolResourceRead",
            Self::UserPoolResourceUpdate => "UserPoolResourceUpdate",
            Self::UserPoolClientRead => "UserPoolClientRead",
            Self::UserPoolClientUpdate => "UserPoolClientUpdate",
            Self::ClientAuthentication => "ClientAuthentication",
            Self::LimitManagement => "LimitManagement",
            Self::IdentityPoolRead => "IdentityPoolRead",
            Self::IdentityPoolUpdate => "IdentityPoolUpdate",
            Self::IdentityExchange => "IdentityExchange",
            Self::Unmetered => "Unmetered",
        }
    }
}

impl fmt::Display for QuotaCategory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An AWS operation that Poolkeeper calls, with what is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Operation {
    /// AWS's name, such as `ListUsers`.
    pub name: &'static str,
    /// The IAM action that permits it, such as `cognito-idp:ListUsers`.
    pub iam_action: &'static str,
    /// The quota that it draws on.
    pub category: QuotaCategory,
    /// Whether it may make a user billable.
    pub mau: MauEffect,
}

impl Operation {
    /// Whether AWS bills each success by itself, and no user for it: tokens of machines.
    #[must_use]
    pub fn is_billed_by_request(&self) -> bool {
        matches!(self.category, QuotaCategory::ClientAuthentication)
    }
}

/// One attempt at a call, as it is told to the [`CallSink`] before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallAttempt {
    /// What is called.
    pub operation: Operation,
    /// The pool that it is about; `None` for calls about none.
    pub pool: Option<crate::PoolId>,
    /// The user that it is about, by user name or `sub`; `None` for calls about none, or where the call does not tell.
    pub person: Option<String>,
    /// The endpoint's URL when one is set, else the partition; `sandbox` for the sandbox.
    pub place: String,
    /// The account, where it is known.
    pub account: Option<crate::AccountId>,
    /// The Region that is asked.
    pub region: crate::Region,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// When.
    pub at: Timestamp,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallOutcome {
    /// AWS answered as wished.
    Done,
    /// AWS refused because too many requests were sent.
    Throttled,
    /// AWS refused, or nothing was sent.
    Failed,
    /// It was sent and no answer came: it may have been applied.
    Unknown,
}

/// Where every attempt is recorded before it is sent. If it cannot be recorded, nothing is sent.
pub trait CallSink: Send + Sync {
    /// Records that an attempt is about to be made.
    ///
    /// # Errors
    /// [`CallRefused`] when it cannot be recorded or must not happen; the call is then not sent.
    fn before(&self, attempt: &CallAttempt) -> Result<(), CallRefused>;

    /// Records how the attempt ended.
    fn after(&self, attempt: &CallAttempt, outcome: CallOutcome);
}

/// A call that was not sent because it could not be recorded or is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the call was not sent: {reason}")]
pub struct CallRefused {
    /// Why, in words.
    pub reason: String,
}
