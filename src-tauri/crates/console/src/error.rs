//! What can go wrong, by what a person or the window can do about it.

use std::time::Duration;

/// What kind of failure it is. A code exists only where the window does something different.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// What was asked for is not well formed; see [`Error::field`].
    Validation,
    /// It does not exist.
    NotFound,
    /// It exists already.
    AlreadyExists,
    /// It cannot be done in this state of things.
    Precondition,
    /// Somebody has to say again that they mean it; see [`Error::field`] and [`crate::Confirmation`].
    ConfirmationNeeded,
    /// AWS refuses; see [`Error::iam_action`].
    AccessDenied,
    /// No credentials were found.
    CredentialsMissing,
    /// The credentials hold no longer; see [`Error::sso_login`].
    CredentialsExpired,
    /// Too many requests, also after waiting.
    Throttled,
    /// No network, or no such host.
    Unreachable,
    /// A person stopped it.
    Cancelled,
    /// The cache or the keys cannot be opened.
    CacheUnavailable,
    /// The journal or the history cannot be opened.
    JournalUnavailable,
    /// The pool's feature plan does not offer it.
    NotInPlan,
    /// None of the above.
    Internal,
}

impl Code {
    /// The name on the wire, such as `access_denied`.
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

/// A failure, as a sentence that a person can act on. But for [`Error::said`] it holds no attribute values, user names or
/// secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What kind of failure it is.
    pub code: Code,
    /// The sentence.
    pub message: String,
    /// Which input is wrong (`query`, `poolId`); `None` when it is about none.
    pub field: Option<String>,
    /// How long to wait before trying again, in milliseconds; `None` when unknown.
    pub retry_after_ms: Option<u64>,
    /// AWS's id of the request; `None` when AWS saw none or told none.
    pub request_id: Option<String>,
    /// The IAM action that is needed; `None` unless access was denied.
    pub iam_action: Option<String>,
    /// The command that renews the credentials; `None` unless they come from IAM Identity Center.
    pub sso_login: Option<String>,
    /// AWS's own words on why it refused a call about a person. Foreign text that may repeat what was asked: it is shown to
    /// whoever asked, and never logged.
    pub said: Option<String>,
}

impl Error {
    /// A failure with nothing but a code and a sentence.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            field: None,
            retry_after_ms: None,
            request_id: None,
            iam_action: None,
            sso_login: None,
            said: None,
        }
    }

    /// The sentence with AWS's own words behind it, where there are any.
    #[must_use]
    pub fn in_full(&self) -> String {
        match &self.said {
            Some(said) => format!("{} AWS says: {}", self.message, crate::foreign::shown(said)),
            None => self.message.clone(),
        }
    }

    /// An input that is not well formed.
    #[must_use]
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self { field: Some(field.to_owned()), ..Self::new(Code::Validation, message) }
    }

    pub(crate) fn cancelled() -> Self {
        Self::new(
            Code::Cancelled,
            "The sync was cancelled. What it has read is kept, and the next sync goes on from there.",
        )
    }

    pub(crate) fn locked(why: &str) -> Self {
        Self::new(Code::CacheUnavailable, format!("The local data is locked: {why}"))
    }
}

impl From<cognito::Error> for Error {
    fn from(error: cognito::Error) -> Self {
        use cognito::ErrorKind as Kind;
        let code = match &error.kind {
            Kind::AccessDenied { .. } => Code::AccessDenied,
            Kind::CredentialsMissing => Code::CredentialsMissing,
            Kind::CredentialsExpired { .. } => Code::CredentialsExpired,
            Kind::Throttled { .. } => Code::Throttled,
            Kind::Unreachable => Code::Unreachable,
            Kind::NotFound | Kind::UserNotFound => Code::NotFound,
            Kind::NotRecorded => Code::JournalUnavailable,
            Kind::AlreadyExists => Code::AlreadyExists,
            Kind::OutcomeUnknown => Code::Unreachable,
            Kind::Validation | Kind::Config | Kind::WrongRegionOrEndpoint => Code::Validation,
            Kind::Refused | Kind::Undelivered | Kind::PageTokenRefused => Code::Precondition,
            Kind::Internal => Code::Internal,
        };
        let mut own = Self { request_id: error.request_id, said: error.said, ..Self::new(code, error.message) };
        match error.kind {
            Kind::AccessDenied { iam_action } => own.iam_action = Some(iam_action),
            Kind::CredentialsExpired { sso_login } => own.sso_login = sso_login,
            Kind::Throttled { retry_after } => own.retry_after_ms = retry_after.map(millis),
            _ => {}
        }
        own
    }
}

impl From<store::DataDirError> for Error {
    fn from(error: store::DataDirError) -> Self {
        Self::new(Code::CacheUnavailable, error.to_string())
    }
}

impl From<store::SettingsError> for Error {
    fn from(error: store::SettingsError) -> Self {
        Self::new(Code::CacheUnavailable, error.to_string())
    }
}

impl From<store::KeyError> for Error {
    fn from(error: store::KeyError) -> Self {
        Self::new(Code::CacheUnavailable, error.to_string())
    }
}

impl From<store::EraseError> for Error {
    fn from(error: store::EraseError) -> Self {
        Self::new(Code::CacheUnavailable, error.to_string())
    }
}

impl From<store::HistoryError> for Error {
    fn from(error: store::HistoryError) -> Self {
        Self::new(Code::JournalUnavailable, error.to_string())
    }
}

impl From<store::JournalError> for Error {
    fn from(error: store::JournalError) -> Self {
        Self::new(Code::JournalUnavailable, error.to_string())
    }
}

impl From<store::CacheError> for Error {
    fn from(error: store::CacheError) -> Self {
        let code = match &error {
            store::CacheError::History(_) => Code::JournalUnavailable,
            store::CacheError::NoSuch(_) => Code::Precondition,
            store::CacheError::Internal(_) => Code::Internal,
            _ => Code::CacheUnavailable,
        };
        Self::new(code, error.to_string())
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
