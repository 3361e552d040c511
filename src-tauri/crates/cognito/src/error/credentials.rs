//! Why credentials cannot be had.

use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::result::ConnectorError;

use super::answers::{WRONG_CLOCK, chain};
use super::{Error, ErrorKind};
use crate::profiles::ProfileKind;

/// Explains why a profile gave no credentials.
///
/// The SDK's own errors of the SSO token cache are private, so their text is looked at. It never reaches the message:
/// what a `credential_process` wrote could be a secret.
pub(crate) fn credentials_failure(
    error: &CredentialsError,
    who: &str,
    kind: ProfileKind,
    sso_login: Option<String>,
) -> Error {
    if lost_connection(error) || matches!(error, CredentialsError::ProviderTimedOut(_)) {
        let message = format!(
            "The credentials of {who} cannot be fetched: AWS cannot be reached. Check the network and the proxy (HTTPS_PROXY)."
        );
        return Error::new(ErrorKind::Unreachable, message);
    }
    let text = chain(error);
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["Signature expired", "Signature not yet current", "RequestExpired", "RequestTimeTooSkewed"]) {
        return Error::new(ErrorKind::Refused, WRONG_CLOCK);
    }
    if says(&["ForbiddenException"]) {
        let message = format!("IAM Identity Center gives {who} no access to its account and role.");
        return Error::new(ErrorKind::AccessDenied { iam_action: "sso:GetRoleCredentials".to_owned() }, message);
    }
    if says(&["AccessDenied", "is not authorized to perform"]) {
        let message = format!(
            "The role of {who} may not be assumed: its source needs sts:AssumeRole, and the role must trust it."
        );
        return Error::new(ErrorKind::AccessDenied { iam_action: "sts:AssumeRole".to_owned() }, message);
    }
    if let CredentialsError::InvalidConfiguration(_) = error {
        let message = format!("The configuration of {who} gives no credentials: {}.", last(error));
        return Error::new(ErrorKind::Config, message);
    }
    if let Some(command) = sso_login {
        let message = format!("The sign-in of {who} has expired or has not taken place. Run: {command}");
        return Error::new(ErrorKind::CredentialsExpired { sso_login: Some(command) }, message);
    }
    if says(&["ExpiredToken", "InvalidIdentityToken", "UnrecognizedClient", "InvalidClientTokenId"]) {
        let message = format!("The credentials of {who} have expired. Renew them and try again.");
        return Error::new(ErrorKind::CredentialsExpired { sso_login: None }, message);
    }
    let message = match kind {
        ProfileKind::Process => {
            format!("The credential_process of {who} gave no credentials. Run it in a terminal to see why.")
        }
        ProfileKind::AssumeRole => {
            format!("The role of {who} could not be assumed. Check role_arn and source_profile.")
        }
        ProfileKind::WebIdentity => {
            format!("The web identity token of {who} could not be used. Check its file and role_arn.")
        }
        _ => format!("No credentials were found for {who}. Choose another profile, or set one up with: aws configure"),
    };
    Error::new(ErrorKind::CredentialsMissing, message)
}

fn lost_connection(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.downcast_ref::<ConnectorError>().is_some_and(|lost| lost.is_io() || lost.is_timeout()) {
            return true;
        }
        next = error.source();
    }
    false
}

/// The innermost cause: the SDK's sentence about what is missing in the configuration.
fn last(error: &(dyn StdError + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}
