//! What is behind a refusal: what Cognito says, what it hides, and what to do.

use cognito::sign_in::Refusal;
use model::client::AppClient;

/// Explains a refusal of a sign-in through `client`. Deterministic; where Cognito hides the reason, that is said.
#[must_use]
pub fn explain(refusal: &Refusal, client: &AppClient) -> String {
    let said = refusal.message.as_str();
    let has = |words: &str| said.to_ascii_lowercase().contains(words);
    match refusal.code.as_str() {
        "NotAuthorizedException" if has("secret hash") => {
            "The SECRET_HASH is missing or wrong. A client with a secret wants the digest of user name and client id, with \
             the user name exactly as it is sent."
                .to_owned()
        }
        "NotAuthorizedException" if has("attempts exceeded") => {
            "The user is locked out after too many wrong passwords. The lock grows from a second to about a quarter of an \
             hour and ends by itself."
                .to_owned()
        }
        "NotAuthorizedException" if has("disabled") => "The user is disabled. Enable the user to let them in.".to_owned(),
        "NotAuthorizedException" if has("temporary password has expired") || has("password has expired") => {
            "The temporary password has expired. Send the invitation again or set a new password.".to_owned()
        }
        "NotAuthorizedException" if has("session") => {
            "The session of this sign-in is used up or has expired (three minutes unless the client says otherwise). Start \
             again."
                .to_owned()
        }
        "NotAuthorizedException" if has("refresh token") => {
            "The refresh token is revoked, expired, or of another client or device. Sign in again.".to_owned()
        }
        "NotAuthorizedException" if client.hides_users => {
            "The password is wrong, or there is no such user: this client hides which (PreventUserExistenceErrors)."
                .to_owned()
        }
        "NotAuthorizedException" => "The password is wrong.".to_owned(),
        "UserNotFoundException" => {
            "There is no such user. Whoever reads this answer learns it too: the client does not hide it \
             (PreventUserExistenceErrors)."
                .to_owned()
        }
        "UserNotConfirmedException" => {
            "The user has signed up but not confirmed the code. Send the code again, or confirm the user.".to_owned()
        }
        "PasswordResetRequiredException" => {
            "The password must be reset before signing in: forgot password, then the code and a new one.".to_owned()
        }
        "InvalidParameterException" if has("not enabled for the client") || has("flow not enabled") => {
            "The app client does not allow this flow. Add it to the client's authentication flows.".to_owned()
        }
        "InvalidParameterException" => format!("Cognito calls the request invalid: {said}"),
        "CodeMismatchException" => "The code is wrong. It can be tried again while it holds.".to_owned(),
        "ExpiredCodeException" => "The code has expired or was used. Ask for a new one.".to_owned(),
        "EnableSoftwareTokenMFAException" => {
            "The code of the authenticator app is wrong or too old; check the clock of the device.".to_owned()
        }
        "InvalidPasswordException" => format!("The new password does not meet the pool's policy. {said}"),
        "PasswordHistoryPolicyViolationException" => "The new password was used before.".to_owned(),
        "UserLambdaValidationException" => format!("A trigger of the pool said no: {said}"),
        "UnexpectedLambdaException" | "InvalidLambdaResponseException" => {
            format!("A trigger of the pool failed or answered what Cognito does not understand: {said}")
        }
        "LimitExceededException" | "TooManyFailedAttemptsException" => {
            "It was tried too often. Wait, at the most an hour, and try again.".to_owned()
        }
        "ResourceNotFoundException" => "There is no such app client in this pool and Region.".to_owned(),
        "UnsupportedOperationException" | "FeatureUnavailableInTierException" => {
            "The pool's plan does not offer this way of signing in.".to_owned()
        }
        "ForbiddenException" => "A web application firewall in front of the pool refused the request.".to_owned(),
        code => format!("Cognito answered with {code}: {said}"),
    }
}
