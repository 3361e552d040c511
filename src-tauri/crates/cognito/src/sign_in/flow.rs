//! Beginning a sign-in and answering its challenges.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_cognitoidentityprovider::operation::admin_initiate_auth::AdminInitiateAuthOutput;
use aws_sdk_cognitoidentityprovider::operation::admin_respond_to_auth_challenge::AdminRespondToAuthChallengeOutput;
use aws_sdk_cognitoidentityprovider::operation::initiate_auth::InitiateAuthOutput;
use aws_sdk_cognitoidentityprovider::operation::respond_to_auth_challenge::RespondToAuthChallengeOutput;
use aws_sdk_cognitoidentityprovider::types::{AuthFlowType, ChallengeNameType};
use model::call::Operation;
use model::{ClientId, PoolId};
use secrecy::{ExposeSecret, SecretString};

use super::answer::{Answer, Progress};
use crate::error::{Context, Error, ErrorKind};
use crate::{Session, operations};

/// What both calls of a sign-in have in common.
#[derive(Debug, Clone)]
pub struct SignInCall {
    /// The pool.
    pub pool: PoolId,
    /// The app client.
    pub client: ClientId,
    /// Whether the administrator's operations are used, which are signed with credentials.
    pub admin: bool,
    /// Whom the ledger names; `None` when the call does not tell.
    pub person: Option<String>,
    /// `AuthParameters` or `ChallengeResponses`.
    pub parameters: BTreeMap<String, SecretString>,
    /// `ClientMetadata`, for the pool's triggers.
    pub metadata: BTreeMap<String, String>,
}

impl SignInCall {
    fn context(&self, session: &Session, operation: Operation) -> Context {
        Context {
            pool: Some(self.pool.clone()),
            person: self.person.clone(),
            personal: true,
            ..session.context(operation)
        }
    }

    fn parameters(&self) -> HashMap<String, String> {
        self.parameters.iter().map(|(name, value)| (name.clone(), value.expose_secret().to_owned())).collect()
    }

    fn metadata(&self) -> Option<HashMap<String, String>> {
        (!self.metadata.is_empty()).then(|| self.metadata.clone().into_iter().collect())
    }
}

impl Session {
    /// Begins a sign-in (`InitiateAuth`, unsigned; or `AdminInitiateAuth`, IAM `cognito-idp:AdminInitiateAuth`; quota
    /// `UserAuthentication`; makes the user a monthly active user). Sent once: an answer that was lost is not asked for again.
    ///
    /// # Errors
    /// What [`Error`] tells of network, credentials and throttling. Cognito's own refusals are an [`Answer`].
    pub async fn initiate_auth(&self, flow: &str, call: &SignInCall) -> Result<Answer<Progress>, Error> {
        let flow = AuthFlowType::from(flow);
        if call.admin {
            let context = call.context(self, operations::ADMIN_INITIATE_AUTH);
            let send = || {
                self.cognito()
                    .admin_initiate_auth()
                    .user_pool_id(call.pool.as_str())
                    .client_id(call.client.as_str())
                    .auth_flow(flow.clone())
                    .set_auth_parameters(Some(call.parameters()))
                    .set_client_metadata(call.metadata())
                    .send()
            };
            let answer = self.ask(&context, true, send).await?;
            return progress(&context, answer);
        }
        let context = call.context(self, operations::INITIATE_AUTH);
        let send = || {
            self.cognito()
                .initiate_auth()
                .client_id(call.client.as_str())
                .auth_flow(flow.clone())
                .set_auth_parameters(Some(call.parameters()))
                .set_client_metadata(call.metadata())
                .send()
        };
        let answer = self.ask(&context, false, send).await?;
        progress(&context, answer)
    }

    /// Answers a challenge (`RespondToAuthChallenge`, unsigned; or `AdminRespondToAuthChallenge`, IAM
    /// `cognito-idp:AdminRespondToAuthChallenge`; quota `UserAuthentication`, for a new password `UserAccountRecovery`).
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn respond_to_challenge(
        &self,
        challenge: &str,
        session: Option<&SecretString>,
        call: &SignInCall,
    ) -> Result<Answer<Progress>, Error> {
        let name = ChallengeNameType::from(challenge);
        let session = session.map(|session| session.expose_secret().to_owned());
        if call.admin {
            let context = call.context(self, operations::ADMIN_RESPOND_TO_AUTH_CHALLENGE);
            let send = || {
                self.cognito()
                    .admin_respond_to_auth_challenge()
                    .user_pool_id(call.pool.as_str())
                    .client_id(call.client.as_str())
                    .challenge_name(name.clone())
                    .set_session(session.clone())
                    .set_challenge_responses(Some(call.parameters()))
                    .set_client_metadata(call.metadata())
                    .send()
            };
            let answer = self.ask(&context, true, send).await?;
            return progress(&context, answer);
        }
        let context = call.context(self, operations::RESPOND_TO_AUTH_CHALLENGE);
        let send = || {
            self.cognito()
                .respond_to_auth_challenge()
                .client_id(call.client.as_str())
                .challenge_name(name.clone())
                .set_session(session.clone())
                .set_challenge_responses(Some(call.parameters()))
                .set_client_metadata(call.metadata())
                .send()
        };
        let answer = self.ask(&context, false, send).await?;
        progress(&context, answer)
    }
}

/// The fields that the answers of all four operations have.
trait Stage {
    fn progress(self) -> Option<Progress>;
}

macro_rules! stage {
    ($($answer:ty),*) => {$(
        impl Stage for $answer {
            fn progress(self) -> Option<Progress> {
                let available = self.available_challenges.unwrap_or_default();
                let available = available.iter().map(|challenge| challenge.as_str().to_owned()).collect();
                let name = self.challenge_name.as_ref().map(ChallengeNameType::as_str);
                Progress::of(self.authentication_result, name, self.session, self.challenge_parameters, available)
            }
        }
    )*};
}

stage!(InitiateAuthOutput, AdminInitiateAuthOutput, RespondToAuthChallengeOutput, AdminRespondToAuthChallengeOutput);

fn progress(context: &Context, answer: Answer<impl Stage>) -> Result<Answer<Progress>, Error> {
    match answer {
        Answer::Refused(refusal) => Ok(Answer::Refused(refusal)),
        Answer::Given(out) => out.progress().map(Answer::Given).ok_or_else(|| {
            let message = "The answer holds neither tokens nor a challenge; is the endpoint Cognito's?";
            Error::new(ErrorKind::WrongRegionOrEndpoint, message).of(context)
        }),
    }
}
