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

/// The shared request quota that a call draws on, per account and Region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum QuotaCategory {
    /// `ListUsers`, `ListUsersInGroup`: 30 a second, cannot be raised.
    UserList,
    /// `AdminGetUser` and its like: 120 a second.
    UserRead,
    /// `DescribeUserPool`, `ListUserPools`: 15 a second.
    UserPoolRead,
    /// `ListGroups` and other things in a pool: 20 a second, 5 for one operation on one pool.
    UserPoolResourceRead,
    /// App clients: 15 a second, 5 for one operation on one pool.
    UserPoolClientRead,
    /// Calls outside Cognito's user pools (STS): no quota of ours.
    Unmetered,
}

impl QuotaCategory {
    /// AWS's default in requests a second; `None` where we know none.
    #[must_use]
    pub fn default_rate(self) -> Option<u32> {
        match self {
            Self::UserList => Some(30),
            Self::UserRead => Some(120),
            Self::UserPoolRead | Self::UserPoolClientRead => Some(15),
            Self::UserPoolResourceRead => Some(20),
            Self::Unmetered => None,
        }
    }

    /// The further limit for one operation on one pool, in requests a second; `None` where there is none.
    #[must_use]
    pub fn rate_per_pool(self) -> Option<u32> {
        match self {
            Self::UserPoolResourceRead | Self::UserPoolClientRead => Some(5),
            _ => None,
        }
    }

    /// AWS's name of the category.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UserList => "UserList",
            Self::UserRead => "UserRead",
            Self::UserPoolRead => "UserPoolRead",
            Self::UserPoolResourceRead => "UserPoolResourceRead",
            Self::UserPoolClientRead => "UserPoolClientRead",
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

/// One attempt at a call, as it is told to the [`CallSink`] before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallAttempt {
    /// What is called.
    pub operation: Operation,
    /// The pool that it is about; `None` for calls about none.
    pub pool: Option<crate::PoolId>,
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
    /// AWS refused, or the answer never came.
    Failed,
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
