//! What a user does for themself: second factors, devices, refreshing, sign-up, passwords, signing out.

use std::collections::BTreeMap;

use aws_sdk_cognitoidentityprovider::types::{AttributeType, CodeDeliveryDetailsType, DeviceSecretVerifierConfigType};
use model::call::Operation;
use model::{ClientId, PoolId};
use secrecy::{ExposeSecret, SecretString};

use super::answer::{Answer, Refusal, Tokens};
use super::srp::DeviceVerifier;
use crate::error::{Context, Error};
use crate::{Session, operations};

/// Where Cognito sent a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// `EMAIL`, `SMS`, or what AWS adds.
    pub medium: String,
    /// The masked address.
    pub destination: String,
}

impl From<CodeDeliveryDetailsType> for Delivery {
    fn from(details: CodeDeliveryDetailsType) -> Self {
        Self {
            medium: details.delivery_medium.map(|medium| medium.as_str().to_owned()).unwrap_or_default(),
            destination: details.destination.unwrap_or_default(),
        }
    }
}

/// The user and client that an unsigned call is about.
struct Who<'a> {
    pool: &'a PoolId,
    client: &'a ClientId,
    username: &'a str,
    secret: Option<&'a SecretString>,
}

impl Who<'_> {
    fn hash(&self) -> Option<String> {
        let secret = self.secret?;
        Some(super::srp::secret_hash(self.username, self.client.as_str(), secret).expose_secret().to_owned())
    }

    fn context(&self, session: &Session, operation: Operation) -> Context {
        session.about(operation, self.pool, Some(self.username))
    }
}

fn given<T, U>(answer: Answer<T>, read: impl FnOnce(T) -> U) -> Answer<U> {
    match answer {
        Answer::Given(out) => Answer::Given(read(out)),
        Answer::Refused(refusal) => Answer::Refused(refusal),
    }
}

impl Session {
    /// What a call about a person is recorded and explained with.
    fn about(&self, operation: Operation, pool: &PoolId, person: Option<&str>) -> Context {
        Context {
            pool: Some(pool.clone()),
            person: person.map(str::to_owned),
            personal: true,
            ..self.context(operation)
        }
    }

    /// New tokens for a refresh token (`GetTokensFromRefreshToken`, unsigned; quota `UserAuthentication`; makes the user
    /// a monthly active user). With rotation the answer holds a new refresh token.
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn refresh(
        &self,
        pool: &PoolId,
        client: &ClientId,
        secret: Option<&SecretString>,
        refresh: &SecretString,
        device_key: Option<&str>,
    ) -> Result<Answer<Tokens>, Error> {
        let context = self.about(operations::GET_TOKENS_FROM_REFRESH_TOKEN, pool, None);
        let send = || {
            self.cognito()
                .get_tokens_from_refresh_token()
                .client_id(client.as_str())
                .set_client_secret(secret.map(|secret| secret.expose_secret().to_owned()))
                .refresh_token(refresh.expose_secret())
                .set_device_key(device_key.map(str::to_owned))
                .send()
        };
        let answer = self.ask(&context, false, send).await?;
        Ok(match answer {
            Answer::Given(out) => match out.authentication_result {
                Some(result) => Answer::Given(result.into()),
                None => Answer::Refused(empty()),
            },
            Answer::Refused(refusal) => Answer::Refused(refusal),
        })
    }

    /// Begins enrolling an authenticator app during sign-in (`AssociateSoftwareToken`, unsigned; quota
    /// `UserResourceUpdate`): the shared secret in base 32, and the session to go on with.
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn associate_software_token(
        &self,
        pool: &PoolId,
        session: &SecretString,
    ) -> Result<Answer<(SecretString, Option<SecretString>)>, Error> {
        let context = self.about(operations::ASSOCIATE_SOFTWARE_TOKEN, pool, None);
        let send = || self.cognito().associate_software_token().session(session.expose_secret()).send();
        let answer = self.ask(&context, false, send).await?;
        Ok(given(answer, |out| (out.secret_code.unwrap_or_default().into(), out.session.map(Into::into))))
    }

    /// Ends the enrolment with a code of the app (`VerifySoftwareToken`, unsigned; quota `UserResourceUpdate`): the
    /// session with which `MFA_SETUP` is answered.
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn verify_software_token(
        &self,
        pool: &PoolId,
        session: &SecretString,
        code: &str,
    ) -> Result<Answer<Option<SecretString>>, Error> {
        let context = self.about(operations::VERIFY_SOFTWARE_TOKEN, pool, None);
        let send = || self.cognito().verify_software_token().session(session.expose_secret()).user_code(code).send();
        Ok(given(self.ask(&context, false, send).await?, |out| out.session.map(Into::into)))
    }

    /// Registers the device that a sign-in came from (`ConfirmDevice`, unsigned; quota `UserResourceUpdate`): whether
    /// the user must still say that it is to be remembered.
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn confirm_device(
        &self,
        pool: &PoolId,
        access: &SecretString,
        device_key: &str,
        verifier: &DeviceVerifier,
    ) -> Result<Answer<bool>, Error> {
        let context = self.about(operations::CONFIRM_DEVICE, pool, None);
        let config = DeviceSecretVerifierConfigType::builder()
            .password_verifier(&verifier.verifier)
            .salt(&verifier.salt)
            .build();
        let send = || {
            self.cognito()
                .confirm_device()
                .access_token(access.expose_secret())
                .device_key(device_key)
                .device_secret_verifier_config(config.clone())
                .device_name("Poolkeeper")
                .send()
        };
        Ok(given(self.ask(&context, false, send).await?, |out| out.user_confirmation_necessary))
    }

    /// Signs a new user up (`SignUp`, unsigned; quota `UserCreation`; makes the user a monthly active user): whether the
    /// user is confirmed already, and where a code was sent.
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn sign_up(
        &self,
        pool: &PoolId,
        client: &ClientId,
        secret: Option<&SecretString>,
        username: &str,
        password: Option<&SecretString>,
        attributes: &BTreeMap<String, String>,
    ) -> Result<Answer<(bool, Option<Delivery>)>, Error> {
        let who = Who { pool, client, username, secret };
        let context = who.context(self, operations::SIGN_UP);
        // `build` fails without a name, and every one has one.
        let attributes: Vec<AttributeType> = attributes
            .iter()
            .filter_map(|(name, value)| AttributeType::builder().name(name).value(value).build().ok())
            .collect();
        let send = || {
            self.cognito()
                .sign_up()
                .client_id(client.as_str())
                .set_secret_hash(who.hash())
                .username(username)
                .set_password(password.map(|password| password.expose_secret().to_owned()))
                .set_user_attributes(Some(attributes.clone()))
                .send()
        };
        let answer = self.ask(&context, false, send).await?;
        Ok(given(answer, |out| (out.user_confirmed, out.code_delivery_details.map(Into::into))))
    }

    /// Confirms a sign-up with the code (`ConfirmSignUp`, unsigned; quota `UserCreation`; makes the user a monthly
    /// active user).
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn confirm_sign_up(
        &self,
        pool: &PoolId,
        client: &ClientId,
        secret: Option<&SecretString>,
        username: &str,
        code: &str,
    ) -> Result<Answer<()>, Error> {
        let who = Who { pool, client, username, secret };
        let context = who.context(self, operations::CONFIRM_SIGN_UP);
        let send = || {
            self.cognito()
                .confirm_sign_up()
                .client_id(client.as_str())
                .set_secret_hash(who.hash())
                .username(username)
                .confirmation_code(code)
                .send()
        };
        Ok(given(self.ask(&context, false, send).await?, drop))
    }

    /// Sends the code of a sign-up again (`ResendConfirmationCode`, unsigned; quota `UserResourceRead`; AWS does not say
    /// whether it counts).
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn resend_code(
        &self,
        pool: &PoolId,
        client: &ClientId,
        secret: Option<&SecretString>,
        username: &str,
    ) -> Result<Answer<Option<Delivery>>, Error> {
        let who = Who { pool, client, username, secret };
        let context = who.context(self, operations::RESEND_CONFIRMATION_CODE);
        let send = || {
            self.cognito()
                .resend_confirmation_code()
                .client_id(client.as_str())
                .set_secret_hash(who.hash())
                .username(username)
                .send()
        };
        Ok(given(self.ask(&context, false, send).await?, |out| out.code_delivery_details.map(Into::into)))
    }

    /// Asks for a code to reset the password (`ForgotPassword`, unsigned; quota `UserAccountRecovery`; makes the user a
    /// monthly active user).
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn forgot_password(
        &self,
        pool: &PoolId,
        client: &ClientId,
        secret: Option<&SecretString>,
        username: &str,
    ) -> Result<Answer<Option<Delivery>>, Error> {
        let who = Who { pool, client, username, secret };
        let context = who.context(self, operations::FORGOT_PASSWORD);
        let send = || {
            self.cognito()
                .forgot_password()
                .client_id(client.as_str())
                .set_secret_hash(who.hash())
                .username(username)
                .send()
        };
        Ok(given(self.ask(&context, false, send).await?, |out| out.code_delivery_details.map(Into::into)))
    }

    /// Sets a new password with the code (`ConfirmForgotPassword`, unsigned; quota `UserAccountRecovery`; makes the user
    /// a monthly active user).
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn confirm_forgot_password(
        &self,
        pool: &PoolId,
        client: &ClientId,
        secret: Option<&SecretString>,
        username: &str,
        code: &str,
        password: &SecretString,
    ) -> Result<Answer<()>, Error> {
        let who = Who { pool, client, username, secret };
        let context = who.context(self, operations::CONFIRM_FORGOT_PASSWORD);
        let send = || {
            self.cognito()
                .confirm_forgot_password()
                .client_id(client.as_str())
                .set_secret_hash(who.hash())
                .username(username)
                .confirmation_code(code)
                .password(password.expose_secret())
                .send()
        };
        Ok(given(self.ask(&context, false, send).await?, drop))
    }

    /// Changes the password of whoever holds the access token (`ChangePassword`, unsigned; quota `UserAccountRecovery`).
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn change_password(
        &self,
        pool: &PoolId,
        access: &SecretString,
        previous: &SecretString,
        proposed: &SecretString,
    ) -> Result<Answer<()>, Error> {
        let context = self.about(operations::CHANGE_PASSWORD, pool, None);
        let send = || {
            self.cognito()
                .change_password()
                .access_token(access.expose_secret())
                .previous_password(previous.expose_secret())
                .proposed_password(proposed.expose_secret())
                .send()
        };
        Ok(given(self.ask(&context, false, send).await?, drop))
    }

    /// Whether Cognito still takes the access token (`GetUser`, unsigned; quota `UserRead`; free, since the sign-in has
    /// counted the user): the user name.
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn whoami(&self, pool: &PoolId, access: &SecretString) -> Result<Answer<String>, Error> {
        let context = self.about(operations::GET_USER, pool, None);
        let send = || self.cognito().get_user().access_token(access.expose_secret()).send();
        Ok(given(self.ask(&context, false, send).await?, |out| out.username))
    }

    /// Signs the user out everywhere (`GlobalSignOut`, unsigned; quota `UserUpdate`; makes the user a monthly active
    /// user). Tokens that are out still verify offline until they expire.
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn sign_out_everywhere(&self, pool: &PoolId, access: &SecretString) -> Result<Answer<()>, Error> {
        let context = self.about(operations::GLOBAL_SIGN_OUT, pool, None);
        let send = || self.cognito().global_sign_out().access_token(access.expose_secret()).send();
        Ok(given(self.ask(&context, false, send).await?, drop))
    }

    /// Revokes one refresh token and what came of it (`RevokeToken`, unsigned; quota `UserToken`; makes the user a
    /// monthly active user).
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn revoke(
        &self,
        pool: &PoolId,
        client: &ClientId,
        secret: Option<&SecretString>,
        refresh: &SecretString,
    ) -> Result<Answer<()>, Error> {
        let context = self.about(operations::REVOKE_TOKEN, pool, None);
        let send = || {
            self.cognito()
                .revoke_token()
                .client_id(client.as_str())
                .set_client_secret(secret.map(|secret| secret.expose_secret().to_owned()))
                .token(refresh.expose_secret())
                .send()
        };
        Ok(given(self.ask(&context, false, send).await?, drop))
    }
}

fn empty() -> Refusal {
    Refusal {
        code: "EmptyAnswer".to_owned(),
        message: "The answer holds no tokens; is the endpoint Cognito's?".to_owned(),
        request_id: None,
    }
}
