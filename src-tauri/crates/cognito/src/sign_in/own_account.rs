//! What a user does for themself: enrolling a second factor, registering a device, asking who they are, signing out.

use aws_sdk_cognitoidentityprovider::types::{DeviceRememberedStatusType, DeviceSecretVerifierConfigType};
use model::PoolId;
use model::call::Operation;
use secrecy::{ExposeSecret, SecretString};

use super::answer::Answer;
use super::srp::DeviceVerifier;
use crate::error::{Context, Error};
use crate::{Session, operations};

pub(super) fn given<T, U>(answer: Answer<T>, read: impl FnOnce(T) -> U) -> Answer<U> {
    match answer {
        Answer::Given(out) => Answer::Given(read(out)),
        Answer::Refused(refusal) => Answer::Refused(refusal),
    }
}

impl Session {
    /// What a call about a person is recorded and explained with.
    pub(super) fn about(&self, operation: Operation, pool: &PoolId, person: Option<&str>) -> Context {
        Context {
            pool: Some(pool.clone()),
            person: person.map(str::to_owned),
            personal: true,
            ..self.context(operation)
        }
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

    /// Says that a device is to be remembered, where the pool leaves that to the user (`UpdateDeviceStatus`, unsigned; quota
    /// `UserResourceUpdate`).
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn remember_device(
        &self,
        pool: &PoolId,
        access: &SecretString,
        device_key: &str,
    ) -> Result<Answer<()>, Error> {
        let context = self.about(operations::UPDATE_DEVICE_STATUS, pool, None);
        let send = || {
            self.cognito()
                .update_device_status()
                .access_token(access.expose_secret())
                .device_key(device_key)
                .device_remembered_status(DeviceRememberedStatusType::Remembered)
                .send()
        };
        Ok(given(self.ask(&context, false, send).await?, drop))
    }

    /// Forgets a device (`ForgetDevice`, unsigned; quota `UserResourceUpdate`).
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn forget_device(
        &self,
        pool: &PoolId,
        access: &SecretString,
        device_key: &str,
    ) -> Result<Answer<()>, Error> {
        let context = self.about(operations::FORGET_DEVICE, pool, None);
        let send = || self.cognito().forget_device().access_token(access.expose_secret()).device_key(device_key).send();
        Ok(given(self.ask(&context, false, send).await?, drop))
    }

    /// Changes the user's password (`ChangePassword`, unsigned; quota `UserAccountRecovery`; free, since the sign-in has
    /// counted the user).
    ///
    /// # Errors
    /// As [`Session::initiate_auth`].
    pub async fn change_password(
        &self,
        pool: &PoolId,
        access: &SecretString,
        old: &SecretString,
        new: &SecretString,
    ) -> Result<Answer<()>, Error> {
        let context = self.about(operations::CHANGE_PASSWORD, pool, None);
        let send = || {
            self.cognito()
                .change_password()
                .access_token(access.expose_secret())
                .previous_password(old.expose_secret())
                .proposed_password(new.expose_secret())
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
    pub async fn sign_out_everywhere(
        &self,
        pool: &PoolId,
        username: &str,
        access: &SecretString,
    ) -> Result<Answer<()>, Error> {
        let context = self.about(operations::GLOBAL_SIGN_OUT, pool, Some(username));
        let send = || self.cognito().global_sign_out().access_token(access.expose_secret()).send();
        Ok(given(self.ask(&context, false, send).await?, drop))
    }
}
