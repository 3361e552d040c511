//! What can go wrong between us and AWS, each as a sentence that a person can act on.

mod answers;
mod credentials;

use std::time::Duration;

use model::PoolId;
use model::call::Operation;

pub(crate) use answers::{failure, refusal, write_failure};
pub(crate) use credentials::credentials_failure;

/// A call that did not end well. `Display` is the message; it holds no attribute values, names or secrets. `Debug` may.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What to do about it.
    pub kind: ErrorKind,
    /// A sentence to act on.
    pub message: String,
    /// AWS's id of the request; `None` when AWS never saw it or told none.
    pub request_id: Option<String>,
    /// The operation, such as `ListUsers`; `None` when it is about none.
    pub operation: Option<&'static str>,
    /// AWS's own words on why a call about a person was refused; `None` where it gave none, or where they are in the
    /// message. Foreign text that may repeat what was asked: never logged.
    pub said: Option<String>,
    /// Whether nothing was sent at all: it could not be written down, the credentials could not be had, or what was to be
    /// sent cannot be.
    pub unsent: bool,
}

/// The kinds of failure between which callers distinguish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErrorKind {
    /// The credentials are good, but may not do this.
    AccessDenied {
        /// The IAM action that is needed, such as `cognito-idp:ListUsers`.
        iam_action: String,
    },
    /// No credentials were found.
    CredentialsMissing,
    /// There were credentials, but they hold no longer.
    CredentialsExpired {
        /// The command that renews them; `None` when they are not from IAM Identity Center (SSO).
        sso_login: Option<String>,
    },
    /// AWS refused because too many requests were sent, also after waiting and trying again.
    Throttled {
        /// How long AWS asks to wait; `None` when it does not say.
        retry_after: Option<Duration>,
    },
    /// No answer: no network, no such host, a timeout, or a server that fails.
    Unreachable,
    /// Something answered, but not like AWS.
    WrongRegionOrEndpoint,
    /// The pool, group, device or whatever else it is about does not exist there.
    NotFound,
    /// The pool has no such user.
    UserNotFound,
    /// There is a user or group of this name, or somebody else has the address.
    AlreadyExists,
    /// The call was not sent because the sink refused it: it could not be written down.
    NotRecorded,
    /// A change was sent and no answer came: it may have been applied.
    OutcomeUnknown,
    /// A change was answered with that its message could not be sent: the change itself may have been applied.
    Undelivered,
    /// AWS calls the request invalid.
    Validation,
    /// The page token is dead or came twice: list again from the start.
    PageTokenRefused,
    /// AWS does not offer it for this pool, or the user's state does not allow it.
    Refused,
    /// The profile, Region, endpoint or certificate bundle is not usable as configured.
    Config,
    /// None of the above.
    Internal,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), request_id: None, operation: None, said: None, unsent: false }
    }

    /// The same, where nothing was sent.
    pub(crate) fn unsent(self) -> Self {
        Self { unsent: true, ..self }
    }

    pub(crate) fn of(mut self, context: &Context) -> Self {
        self.operation = Some(context.operation.name);
        self
    }
}

/// What a failure is explained with.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    pub(crate) operation: Operation,
    pub(crate) pool: Option<PoolId>,
    /// The user that it is about, for the ledger alone: never in a message.
    pub(crate) person: Option<String>,
    /// Whether the request carried a page token.
    pub(crate) paged: bool,
    /// Whether the request carried something about a person, so that AWS's own words may repeat it.
    pub(crate) personal: bool,
    /// Whether it is one of many that may be sent in any order: it waits its turn behind those, one at a time, so that
    /// what somebody waits for, and a listing that cannot be split, go ahead.
    pub(crate) bulk: bool,
    /// "The profile staging" or "These credentials".
    pub(crate) who: String,
    pub(crate) region: String,
    /// The endpoint when one is set.
    pub(crate) endpoint: Option<String>,
    /// The command that renews the credentials, where there is one.
    pub(crate) sso_login: Option<String>,
}
