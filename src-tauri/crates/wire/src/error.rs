//! The one error that leaves the house.

use serde::Serialize;
use specta::Type;

/// Why something could not be done, for the window and for `poolctl --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{message}")]
pub struct WireError {
    /// What callers switch on.
    pub code: ErrorCode,
    /// A sentence that a person can act on. Never parsed.
    pub message: String,
    /// The request's field that is wrong, where there is one.
    pub field: Option<String>,
    /// When trying again makes sense, where AWS or the limiter said so.
    pub retry_after_ms: Option<u32>,
    /// AWS's id of the refused request.
    pub request_id: Option<String>,
    /// The IAM action that was denied.
    pub iam_action: Option<String>,
    /// The command that renews an expired SSO session.
    pub sso_login: Option<String>,
}

/// What went wrong, as far as callers do something different.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The request itself is wrong.
    Validation,
    /// The named thing does not exist.
    NotFound,
    /// A thing of that name is already there.
    AlreadyExists,
    /// Something else must be done first.
    Precondition,
    /// Somebody has to say again that they mean it: see the field, `poolName` or `passphrase`.
    ConfirmationNeeded,
    /// AWS refused: see the IAM action.
    AccessDenied,
    /// No credentials were found.
    CredentialsMissing,
    /// The credentials are no longer valid: see the SSO command.
    CredentialsExpired,
    /// Too many requests.
    Throttled,
    /// The network, the endpoint or the Region does not answer.
    Unreachable,
    /// A person stopped it.
    Cancelled,
    /// The local copy cannot be opened or written.
    CacheUnavailable,
    /// The journal cannot be written, so nothing was sent.
    JournalUnavailable,
    /// The pool's feature plan does not include it.
    NotInPlan,
    /// A fault of ours.
    Internal,
}

impl ErrorCode {
    /// The code as it is written on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Validation => "validation",
            Self::NotFound => "not_found",
            Self::AlreadyExists => "already_exists",
            Self::Precondition => "precondition",
            Self::ConfirmationNeeded => "confirmation_needed",
            Self::AccessDenied => "access_denied",
            Self::CredentialsMissing => "credentials_missing",
            Self::CredentialsExpired => "credentials_expired",
            Self::Throttled => "throttled",
            Self::Unreachable => "unreachable",
            Self::Cancelled => "cancelled",
            Self::CacheUnavailable => "cache_unavailable",
            Self::JournalUnavailable => "journal_unavailable",
            Self::NotInPlan => "not_in_plan",
            Self::Internal => "internal",
        }
    }
}

impl From<console::Code> for ErrorCode {
    fn from(code: console::Code) -> Self {
        match code {
            console::Code::Validation => Self::Validation,
            console::Code::NotFound => Self::NotFound,
            console::Code::AlreadyExists => Self::AlreadyExists,
            console::Code::Precondition => Self::Precondition,
            console::Code::ConfirmationNeeded => Self::ConfirmationNeeded,
            console::Code::AccessDenied => Self::AccessDenied,
            console::Code::CredentialsMissing => Self::CredentialsMissing,
            console::Code::CredentialsExpired => Self::CredentialsExpired,
            console::Code::Throttled => Self::Throttled,
            console::Code::Unreachable => Self::Unreachable,
            console::Code::Cancelled => Self::Cancelled,
            console::Code::CacheUnavailable => Self::CacheUnavailable,
            console::Code::JournalUnavailable => Self::JournalUnavailable,
            console::Code::NotInPlan => Self::NotInPlan,
            console::Code::Internal => Self::Internal,
        }
    }
}

/// The one conversion. It logs the failure once, by code and request id; the message may hold foreign text and stays out.
impl From<console::Error> for WireError {
    fn from(error: console::Error) -> Self {
        let own = Self::unlogged(&error);
        tracing::warn!(
            code = own.code.as_str(),
            request.id = own.request_id.as_deref(),
            iam.action = own.iam_action.as_deref(),
            "an operation failed"
        );
        own
    }
}

impl WireError {
    /// The same conversion for what is told again and again: it logs nothing.
    pub(crate) fn unlogged(error: &console::Error) -> Self {
        Self {
            code: error.code.into(),
            message: error.in_full(),
            field: error.field.clone(),
            retry_after_ms: error.retry_after_ms.map(crate::count),
            request_id: error.request_id.clone(),
            iam_action: error.iam_action.clone(),
            sso_login: error.sso_login.clone(),
        }
    }

    /// A failure that is known before `console` is asked.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            field: None,
            retry_after_ms: None,
            request_id: None,
            iam_action: None,
            sso_login: None,
        }
    }

    /// A request whose `field` does not hold.
    #[must_use]
    pub fn validation(field: &str, message: impl Into<String>) -> Self {
        Self { field: Some(field.to_owned()), ..Self::new(ErrorCode::Validation, message) }
    }
}
