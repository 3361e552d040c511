//! What the status of a person forbids.

use super::attempt::Attempt;
use super::{refused, wrong};
use crate::directory::user::Status;
use crate::protocol::ApiError;

/// Refuses people who are disabled: at every step, because it can happen on the way.
pub(super) fn demand_enabled(attempt: &Attempt<'_, '_>) -> Result<(), ApiError> {
    if attempt.user().is_some_and(|user| !user.enabled) { Err(refused("User is disabled.")) } else { Ok(()) }
}

/// Refuses people whose password an administrator reset, whatever they prove: the old one no longer counts.
pub(super) fn demand_password_kept(attempt: &Attempt<'_, '_>) -> Result<(), ApiError> {
    if attempt.user().is_some_and(|user| user.status == Status::ResetRequired) {
        let message = "Password reset required for the user";
        return Err(ApiError::new("PasswordResetRequiredException", message));
    }
    Ok(())
}

/// Refuses people who have not confirmed their sign-up. Only who has proved the first factor learns it.
pub(super) fn demand_confirmed(attempt: &Attempt<'_, '_>) -> Result<(), ApiError> {
    if attempt.user().is_some_and(|user| user.status == Status::Unconfirmed) {
        return Err(ApiError::new("UserNotConfirmedException", "User is not confirmed."));
    }
    Ok(())
}

/// Refuses people of other identity providers, who sign in there.
pub(super) fn demand_local(attempt: &Attempt<'_, '_>) -> Result<(), ApiError> {
    if attempt.user().is_some_and(|user| user.status == Status::ExternalProvider) { Err(wrong()) } else { Ok(()) }
}

/// Refuses temporary passwords whose time is over.
pub(super) fn demand_fresh(attempt: &Attempt<'_, '_>) -> Result<(), ApiError> {
    let now_ms = attempt.now_ms();
    let account = attempt.progress.user.and_then(|user| attempt.pool().ok()?.account(user));
    if account.is_some_and(|account| account.credentials.expired(now_ms)) {
        return Err(refused("Temporary password has expired and must be reset by an administrator."));
    }
    Ok(())
}
