//! What is behind a refusal: what Cognito says, what it hides, and what to do.

use cognito::sign_in::Refusal;
use model::client::AppClient;

/// Explains a refusal of a sign-in through `client`. Deterministic; where Cognito hides the reason, that is said.
#[must_use]
pub fn explain(refusal: &Refusal, client: &AppClient) -> String {
    let said = refusal.message.as_str();
    let has = |words: &str| said.to_ascii_lowercase().contains(words);
    match refusal.code.as_str() {
        "NotAuthorizedException" if has("secret hash") || has("secret_hash") => {
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
        "NotAuthorizedException" if has("client id or secret") || has("client secret") => {
            "The client's secret is wrong. It may have been rotated: read the client again.".to_owned()
        }
        "NotAuthorizedException" if has("access token") => {
            format!("The access token has expired, was revoked, or lacks a scope that this call wants. {}", quoted(said))
        }
        "NotAuthorizedException" if has("incorrect username or password") && client.hides_users => {
            "The password is wrong, or there is no such user: this client hides which (PreventUserExistenceErrors)."
                .to_owned()
        }
        "NotAuthorizedException" if has("incorrect username or password") => "The password is wrong.".to_owned(),
        "NotAuthorizedException" => format!("Cognito does not allow it. {}", quoted(said)),
        "RefreshTokenReuseException" => {
            "This refresh token was replaced by a newer one, and the time in which the old one still holds is over. Use the \
             newer one, or sign in again."
                .to_owned()
        }
        "invalid_grant" => {
            "The code or refresh token is used up, expired, or of another client or redirect URL; or the PKCE verifier does \
             not fit."
                .to_owned()
        }
        "invalid_scope" => "The client may not ask for one of the scopes. Add it to the client's allowed scopes.".to_owned(),
        "invalid_client" => "The client is not known, or its secret is wrong.".to_owned(),
        "unauthorized_client" => "The client may not use this grant. Allow it in the client's OAuth flows.".to_owned(),
        "redirect_mismatch" => {
            "The redirect URL is none of the client's callback URLs. They must be the same to the letter.".to_owned()
        }
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

/// Cognito's words, where there are any.
fn quoted(said: &str) -> String {
    if said.is_empty() { "It does not say why.".to_owned() } else { format!("It says: {said}") }
}
