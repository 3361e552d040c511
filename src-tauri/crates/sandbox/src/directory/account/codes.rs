//! One-time codes that were sent to one person, and how often they were asked for and tried.

use serde::{Deserialize, Serialize};

use crate::directory::user::AttributeId;
use crate::protocol::ApiError;

const HOUR_MS: i64 = 3_600_000;

/// What a code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Purpose {
    /// Confirms a sign-up; 24 hours.
    SignUp,
    /// Resets a password; an hour.
    ForgotPassword,
    /// Verifies an e-mail address or a number; 24 hours.
    Attribute(AttributeId),
}

impl Purpose {
    fn validity_ms(self) -> i64 {
        match self {
            Self::SignUp | Self::Attribute(_) => 24 * HOUR_MS,
            Self::ForgotPassword => HOUR_MS,
        }
    }
}

/// One code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Code {
    pub(crate) purpose: Purpose,
    pub(crate) value: String,
    /// The attribute the code went to.
    pub(crate) attribute: AttributeId,
    /// The address or number the code went to. It may not be the person's yet.
    pub(crate) target: String,
    pub(crate) expires_ms: i64,
}

/// What is limited for each person and hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Action {
    /// `ForgotPassword` and `ConfirmForgotPassword` together; AWS allows 5 to 20 by risk.
    Recovery,
    /// `ResendConfirmationCode`.
    Resend,
    /// `ConfirmSignUp`.
    Confirm,
    /// `ChangePassword`.
    ChangePassword,
    /// `GetUserAttributeVerificationCode`.
    AttributeCode,
    /// `VerifyUserAttribute`.
    VerifyAttribute,
    /// Codes by e-mail to sign in with; AWS allows 5 to 20.
    SignInCode,
}

impl Action {
    fn hourly(self) -> usize {
        match self {
            Self::Recovery | Self::SignInCode => 20,
            Self::Resend | Self::ChangePassword | Self::AttributeCode => 5,
            Self::Confirm | Self::VerifyAttribute => 15,
        }
    }
}

/// The codes of one person.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Codes {
    open: Vec<Code>,
    attempts: Vec<(Action, i64)>,
}

impl Codes {
    /// Keeps a new code; an older one for the same purpose is void.
    pub(crate) fn issue(&mut self, purpose: Purpose, value: &str, sent_to: (AttributeId, &str), now_ms: i64) {
        self.void(purpose);
        self.open.push(Code {
            purpose,
            value: value.to_owned(),
            attribute: sent_to.0,
            target: sent_to.1.to_owned(),
            expires_ms: now_ms + purpose.validity_ms(),
        });
    }

    /// The code for a purpose, whether or not its time is over.
    pub(crate) fn open(&self, purpose: Purpose) -> Option<&Code> {
        self.open.iter().find(|code| code.purpose == purpose)
    }

    /// Holds what was given against the code for a purpose, which stays usable until it is made void.
    ///
    /// # Errors
    /// `CodeMismatchException` for another code; `ExpiredCodeException` when there is none or its time is over.
    pub(crate) fn check(&self, purpose: Purpose, given: &str, now_ms: i64) -> Result<&Code, ApiError> {
        let code = self.open(purpose).filter(|code| now_ms < code.expires_ms).ok_or_else(expired)?;
        if code.value == given { Ok(code) } else { Err(mismatch()) }
    }

    /// Makes the code for a purpose useless.
    pub(crate) fn void(&mut self, purpose: Purpose) {
        self.open.retain(|code| code.purpose != purpose);
    }

    /// Counts one more call of an action.
    ///
    /// # Errors
    /// `LimitExceededException` when the hour has seen as many as AWS allows.
    pub(crate) fn count(&mut self, action: Action, now_ms: i64) -> Result<(), ApiError> {
        self.attempts.retain(|(_, at_ms)| now_ms - at_ms < HOUR_MS);
        if self.attempts.iter().filter(|(counted, _)| *counted == action).count() >= action.hourly() {
            let message = "Attempt limit exceeded, please try after some time.";
            return Err(ApiError::new("LimitExceededException", message));
        }
        self.attempts.push((action, now_ms));
        Ok(())
    }
}

/// The answer to a code that is not the one sent.
pub(crate) fn mismatch() -> ApiError {
    ApiError::new("CodeMismatchException", "Invalid verification code provided, please try again.")
}

/// The answer to a code that is over, or was never sent.
pub(crate) fn expired() -> ApiError {
    ApiError::new("ExpiredCodeException", "Invalid code provided, please request a code again.")
}
