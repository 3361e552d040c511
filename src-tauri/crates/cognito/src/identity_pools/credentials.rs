//! Temporary credentials of a role, and who they are.

use std::fmt;

use aws_credential_types::Credentials;
use jiff::Timestamp;
use model::AccountId;
use model::connection::Identity;
use secrecy::{ExposeSecret, SecretString};
use tracing::Instrument;

use crate::error::{Error, ErrorKind};
use crate::sign_in::Answer;
use crate::{Session, operations};

/// Temporary credentials. Secrets but for the key's id.
#[derive(Clone)]
pub struct AwsCredentials {
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_key: SecretString,
    /// `AWS_SESSION_TOKEN`.
    pub session_token: SecretString,
    /// When they end.
    pub expires_at: Timestamp,
}

impl fmt::Debug for AwsCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsCredentials").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

impl Session {
    /// Who temporary credentials are (`GetCallerIdentity`; needs no permission; free).
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn identity_of(&self, credentials: &AwsCredentials) -> Result<Answer<Identity>, Error> {
        let context = self.context(operations::GET_CALLER_IDENTITY);
        let used = Credentials::new(
            &credentials.access_key_id,
            credentials.secret_key.expose_secret(),
            Some(credentials.session_token.expose_secret().to_owned()),
            None,
            "identity pool",
        );
        let config = self.sts().config().to_builder().credentials_provider(used).build();
        let theirs = aws_sdk_sts::Client::from_conf(config);
        let send = || theirs.get_caller_identity().send();
        let span = tracing::debug_span!("sts.get_caller_identity");
        match self.ask(&context, false, send).instrument(span).await? {
            Answer::Refused(refusal) => Ok(Answer::Refused(refusal)),
            Answer::Given(answer) => {
                let account = answer.account.and_then(|account| AccountId::parse(account).ok()).ok_or_else(|| {
                    let message = "The answer names no account; is the endpoint AWS's?";
                    Error::new(ErrorKind::WrongRegionOrEndpoint, message).of(&context)
                })?;
                Ok(Answer::Given(Identity { account, arn: answer.arn.unwrap_or_default() }))
            }
        }
    }
}
