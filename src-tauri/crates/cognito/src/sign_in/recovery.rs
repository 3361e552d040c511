//! What a user does for themself before they can sign in: signing up, and getting in again without the password.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_cognitoidentityprovider::types::{AttributeType, CodeDeliveryDetailsType};
use model::{ClientId, PoolId};
use secrecy::{ExposeSecret, SecretString};

use super::answer::Answer;
use super::own_account::given;
use super::srp::secret_hash;
use crate::error::{Error, ErrorKind};
use crate::{Session, operations};

/// Who asks, and through which client.
#[derive(Debug, Clone)]
pub struct Applicant {
    /// The pool.
    pub pool: PoolId,
    /// The app client.
    pub client: ClientId,
    /// The client's secret; `None` when it has none.
    pub secret: Option<SecretString>,
    /// The user name or alias.
    pub username: String,
    /// `ClientMetadata` for the pool's triggers.
    pub metadata: BTreeMap<String, String>,
}

impl Applicant {
    fn metadata(&self) -> Option<HashMap<String, String>> {
        let metadata = || self.metadata.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        (!self.metadata.is_empty()).then(metadata)
    }

    fn hash(&self) -> Option<String> {
        let hash = |secret| secret_hash(&self.username, self.client.as_str(), secret);
        self.secret.as_ref().map(hash).map(|hash| hash.expose_secret().to_owned())
    }
}

/// Where a code was sent (`CodeDeliveryDetails`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivery {
    /// `EMAIL`, `SMS` or what AWS adds; `None` when no code was sent.
    pub medium: Option<String>,
    /// The address, masked; `None` when not told.
    pub destination: Option<String>,
}

impl From<Option<CodeDeliveryDetailsType>> for Delivery {
    fn from(details: Option<CodeDeliveryDetailsType>) -> Self {
        let Some(details) = details else { return Self::default() };
        Self {
            medium: details.delivery_medium.map(|medium| medium.as_str().to_owned()),
            destination: details.destination,
        }
    }
}

impl Session {
    /// Creates an account (`SignUp`, unsigned; quota `UserCreation`; makes a monthly active user): whether it is confirmed
    /// already, and where a code went.
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn sign_up(
        &self,
        who: &Applicant,
        password: Option<&SecretString>,
        attributes: &BTreeMap<String, String>,
    ) -> Result<Answer<(bool, Delivery)>, Error> {
        let context = self.about(operations::SIGN_UP, &who.pool, Some(&who.username));
        let all = attributes.iter().map(|(name, value)| AttributeType::builder().name(name).value(value).build());
        let all = all
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| Error::new(ErrorKind::Validation, "An attribute has no name.").of(&context).unsent())?;
        let send = || {
            self.cognito()
                .sign_up()
                .client_id(who.client.as_str())
                .set_secret_hash(who.hash())
                .username(&who.username)
                .set_client_metadata(who.metadata())
                .set_password(password.map(|password| password.expose_secret().to_owned()))
                .set_user_attributes((!all.is_empty()).then(|| all.clone()))
                .send()
        };
        let answer = self.ask(&context, false, send).await?;
        Ok(given(answer, |out| (out.user_confirmed, out.code_delivery_details.into())))
    }

    /// Confirms a new account with the code that was sent (`ConfirmSignUp`, unsigned; quota `UserCreation`; makes a monthly
    /// active user).
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn confirm_sign_up(&self, who: &Applicant, code: &SecretString) -> Result<Answer<()>, Error> {
        let context = self.about(operations::CONFIRM_SIGN_UP, &who.pool, Some(&who.username));
        let send = || {
            self.cognito()
                .confirm_sign_up()
                .client_id(who.client.as_str())
                .set_secret_hash(who.hash())
                .username(&who.username)
                .set_client_metadata(who.metadata())
                .confirmation_code(code.expose_secret())
                .send()
        };
        Ok(given(self.ask(&context, false, send).await?, drop))
    }

    /// Sends the code of a new account again (`ResendConfirmationCode`, unsigned; quota `UserCreation`; AWS does not say
    /// whether it counts).
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn resend_code(&self, who: &Applicant) -> Result<Answer<Delivery>, Error> {
        let context = self.about(operations::RESEND_CONFIRMATION_CODE, &who.pool, Some(&who.username));
        let send = || {
            self.cognito()
                .resend_confirmation_code()
                .client_id(who.client.as_str())
                .set_secret_hash(who.hash())
                .username(&who.username)
                .set_client_metadata(who.metadata())
                .send()
        };
        Ok(given(self.ask(&context, false, send).await?, |out| out.code_delivery_details.into()))
    }

    /// Sends a code for a new password (`ForgotPassword`, unsigned; quota `UserAccountRecovery`; makes a monthly active
    /// user).
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn forgot_password(&self, who: &Applicant) -> Result<Answer<Delivery>, Error> {
        let context = self.about(operations::FORGOT_PASSWORD, &who.pool, Some(&who.username));
        let send = || {
            self.cognito()
                .forgot_password()
                .client_id(who.client.as_str())
                .set_secret_hash(who.hash())
                .username(&who.username)
                .set_client_metadata(who.metadata())
                .send()
        };
        Ok(given(self.ask(&context, false, send).await?, |out| out.code_delivery_details.into()))
    }

    /// Sets a new password with the code that was sent (`ConfirmForgotPassword`, unsigned; quota `UserAccountRecovery`;
    /// makes a monthly active user).
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn confirm_forgot_password(
        &self,
        who: &Applicant,
        code: &SecretString,
        password: &SecretString,
    ) -> Result<Answer<()>, Error> {
        let context = self.about(operations::CONFIRM_FORGOT_PASSWORD, &who.pool, Some(&who.username));
        let send = || {
            self.cognito()
                .confirm_forgot_password()
                .client_id(who.client.as_str())
                .set_secret_hash(who.hash())
                .username(&who.username)
                .set_client_metadata(who.metadata())
                .confirmation_code(code.expose_secret())
                .password(password.expose_secret())
                .send()
        };
        Ok(given(self.ask(&context, false, send).await?, drop))
    }
}
