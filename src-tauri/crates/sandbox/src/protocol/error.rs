//! Errors as AWS sends them: a code, a sentence, a status.

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) status: u16,
}

impl ApiError {
    pub(crate) fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), status: 400 }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterException", message)
    }

    /// A value outside what the API model allows.
    pub(crate) fn constraint(value: &str, field: &str, rule: &str) -> Self {
        Self::invalid(format!(
            "1 validation error detected: Value '{value}' at '{field}' failed to satisfy constraint: {rule}"
        ))
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new("ResourceNotFoundException", message)
    }

    pub(crate) fn no_user() -> Self {
        Self::new("UserNotFoundException", "User does not exist.")
    }

    pub(crate) fn disabled() -> Self {
        Self::new("NotAuthorizedException", "User is disabled.")
    }

    pub(crate) fn throttled() -> Self {
        Self::new("TooManyRequestsException", "Too many requests")
    }

    pub(crate) fn unknown_operation() -> Self {
        Self::new("UnknownOperationException", "The sandbox does not know this operation.")
    }

    /// For an operation that AWS has and the sandbox has not.
    pub(crate) fn not_implemented(name: &str) -> Self {
        let message =
            format!("The sandbox does not carry out {name}. `poolctl sandbox --operations` lists what it does.");
        Self { status: 501, ..Self::new("NotImplementedException", message) }
    }
}
