//! Turning what a person gives into what a challenge wants (`ChallengeResponses`).

use std::collections::BTreeMap;

use cognito::sign_in::Challenge;
use secrecy::SecretString;

use crate::error::Error;

/// A person's answer to a challenge.
#[derive(Debug, Clone)]
pub enum Reply {
    /// The code of a message or an app.
    Code(SecretString),
    /// A new password, and the attributes that are required with it.
    NewPassword {
        /// The password.
        password: SecretString,
        /// Attributes by name.
        attributes: BTreeMap<String, String>,
    },
    /// One of what can be chosen: a factor, or a way to sign in.
    Choice(String),
    /// The password; where a way is chosen, that it is the password, and which.
    Password(SecretString),
    /// What a trigger asked for, or a passkey's answer as JSON.
    Text(SecretString),
    /// Nothing more: an authenticator app was enrolled.
    Enrolled,
}

/// The responses by name, for everything but proofs. What does not answer the challenge is an error on `answer`.
pub(super) fn responses(challenge: &Challenge, reply: &Reply) -> Result<BTreeMap<String, SecretString>, Error> {
    let one = |name: &str, value: &SecretString| BTreeMap::from([(name.to_owned(), value.clone())]);
    let plain = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), SecretString::from(value.to_owned()))]);
    Ok(match (challenge.name.as_str(), reply) {
        ("SMS_MFA", Reply::Code(code)) => one("SMS_MFA_CODE", code),
        ("SOFTWARE_TOKEN_MFA", Reply::Code(code)) => one("SOFTWARE_TOKEN_MFA_CODE", code),
        ("EMAIL_OTP", Reply::Code(code)) => one("EMAIL_OTP_CODE", code),
        ("SMS_OTP", Reply::Code(code)) => one("SMS_OTP_CODE", code),
        ("NEW_PASSWORD_REQUIRED", Reply::NewPassword { password, attributes }) => {
            let mut all = one("NEW_PASSWORD", password);
            all.extend(attributes.iter().map(|(name, value)| (format!("userAttributes.{name}"), value.clone().into())));
            all
        }
        ("SELECT_MFA_TYPE" | "SELECT_CHALLENGE", Reply::Choice(choice)) => plain("ANSWER", choice),
        ("PASSWORD", Reply::Password(password)) => one("PASSWORD", password),
        ("CUSTOM_CHALLENGE", Reply::Text(answer)) => one("ANSWER", answer),
        ("WEB_AUTHN", Reply::Text(credential)) => one("CREDENTIAL", credential),
        ("MFA_SETUP", Reply::Enrolled) => BTreeMap::new(),
        (name, _) => {
            let message = format!("This is no answer to {name}.");
            return Err(Error::invalid("answer", message));
        }
    })
}
