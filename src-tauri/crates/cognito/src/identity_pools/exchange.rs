//! From a login to credentials: the enhanced flow, and the basic one through STS.
//!
//! Every operation here is public: no credentials are used. Refusals are answers, as in signing in.

use std::collections::HashMap;

use aws_smithy_types::DateTime;
use jiff::Timestamp;
use model::IdentityPoolId;
use secrecy::{ExposeSecret, SecretString};
use tracing::Instrument;

use super::AwsCredentials;
use crate::error::{Context, Error, ErrorKind};
use crate::sign_in::Answer;
use crate::{Session, operations};

/// Provider and token of who has signed in; empty for a guest.
#[derive(Clone, Default)]
pub struct Logins(Option<(String, SecretString)>);

impl std::fmt::Debug for Logins {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Logins").field(&self.0.as_ref().map(|(provider, _)| provider)).finish()
    }
}

impl Logins {
    /// A guest.
    #[must_use]
    pub fn none() -> Self {
        Self(None)
    }

    /// Somebody with an ID token of a user pool. `provider` is `cognito-idp.<region>.amazonaws.com/<pool>`.
    #[must_use]
    pub fn of(provider: String, id_token: SecretString) -> Self {
        Self(Some((provider, id_token)))
    }

    fn map(&self) -> Option<HashMap<String, String>> {
        let (provider, token) = self.0.as_ref()?;
        Some([(provider.clone(), token.expose_secret().to_owned())].into())
    }
}

impl Session {
    /// The identity of a login, made when there is none yet (`GetId`, unsigned; 25 a second; free).
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn identity_id(&self, pool: &IdentityPoolId, logins: &Logins) -> Result<Answer<String>, Error> {
        let context = self.exchanging(operations::GET_ID);
        let send = || {
            let get = self.identities().get_id().identity_pool_id(pool.as_str());
            get.set_logins(logins.map()).send()
        };
        let span = tracing::debug_span!("cognito.get_id", identity_pool.id = %pool);
        match self.ask(&context, false, send).instrument(span).await? {
            Answer::Given(out) => out.identity_id.map(Answer::Given).ok_or_else(|| incomplete(&context)),
            Answer::Refused(refusal) => Ok(Answer::Refused(refusal)),
        }
    }

    /// Credentials of an identity for an hour: the enhanced flow (`GetCredentialsForIdentity`, unsigned; 200 a second;
    /// free). `role` is the role that is asked for; `None` lets the identity pool choose. Answers with the identity, too,
    /// which is another one when logins were merged.
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn credentials_for_identity(
        &self,
        identity: &str,
        logins: &Logins,
        role: Option<&str>,
    ) -> Result<Answer<(String, AwsCredentials)>, Error> {
        let context = self.exchanging(operations::GET_CREDENTIALS_FOR_IDENTITY);
        let send = || {
            let get = self.identities().get_credentials_for_identity().identity_id(identity);
            get.set_logins(logins.map()).set_custom_role_arn(role.map(str::to_owned)).send()
        };
        let span = tracing::debug_span!("cognito.get_credentials_for_identity");
        let out = match self.ask(&context, false, send).instrument(span).await? {
            Answer::Given(out) => out,
            Answer::Refused(refusal) => return Ok(Answer::Refused(refusal)),
        };
        let credentials = out.credentials.and_then(|given| {
            Some(AwsCredentials {
                access_key_id: given.access_key_id?,
                secret_key: given.secret_key?.into(),
                session_token: given.session_token?.into(),
                expires_at: instant(&given.expiration?)?,
            })
        });
        let credentials = credentials.ok_or_else(|| incomplete(&context))?;
        Ok(Answer::Given((out.identity_id.unwrap_or_else(|| identity.to_owned()), credentials)))
    }

    /// A token of an identity that STS takes, for ten minutes: the first half of the basic flow (`GetOpenIdToken`,
    /// unsigned; 200 a second; free).
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn open_id_token(&self, identity: &str, logins: &Logins) -> Result<Answer<SecretString>, Error> {
        let context = self.exchanging(operations::GET_OPEN_ID_TOKEN);
        let send = || self.identities().get_open_id_token().identity_id(identity).set_logins(logins.map()).send();
        let span = tracing::debug_span!("cognito.get_open_id_token");
        match self.ask(&context, false, send).instrument(span).await? {
            Answer::Given(out) => {
                out.token.map(|token| Answer::Given(token.into())).ok_or_else(|| incomplete(&context))
            }
            Answer::Refused(refusal) => Ok(Answer::Refused(refusal)),
        }
    }

    /// Credentials of a role for such a token, for an hour: the second half of the basic flow
    /// (`sts:AssumeRoleWithWebIdentity`, unsigned; free).
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn assume_role(&self, role: &str, token: &SecretString) -> Result<Answer<AwsCredentials>, Error> {
        let context = self.exchanging(operations::ASSUME_ROLE_WITH_WEB_IDENTITY);
        let send = || {
            let assume = self.sts().assume_role_with_web_identity().role_arn(role).role_session_name("poolkeeper");
            assume.web_identity_token(token.expose_secret()).send()
        };
        let span = tracing::debug_span!("sts.assume_role_with_web_identity");
        match self.ask(&context, false, send).instrument(span).await? {
            Answer::Given(out) => {
                let given = out.credentials.ok_or_else(|| incomplete(&context))?;
                Ok(Answer::Given(AwsCredentials {
                    access_key_id: given.access_key_id,
                    secret_key: given.secret_access_key.into(),
                    session_token: given.session_token.into(),
                    expires_at: instant(&given.expiration).ok_or_else(|| incomplete(&context))?,
                }))
            }
            Answer::Refused(refusal) => Ok(Answer::Refused(refusal)),
        }
    }

    fn exchanging(&self, operation: model::call::Operation) -> Context {
        Context { personal: true, ..self.context(operation) }
    }
}

fn incomplete(context: &Context) -> Error {
    let message = format!("The answer of {} is not complete; is the endpoint AWS's?", context.operation.name);
    Error::new(ErrorKind::WrongRegionOrEndpoint, message).of(context)
}

fn instant(date: &DateTime) -> Option<Timestamp> {
    Timestamp::from_second(date.secs()).ok()
}
