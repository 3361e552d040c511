//! What belongs to a sign-in beyond its challenges: enrolling an app, asking whether it still holds, signing out, the device.

use cognito::sign_in::srp::{SrpIdentity, device_verifier};
use cognito::sign_in::{Answer, Challenge, NewDevice};
use rand::Rng;
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::{Device, Reply, SignIn, Stage, Tokens};
use crate::error::{Code, Error};

impl SignIn {
    /// Begins enrolling an authenticator app for `MFA_SETUP`: its shared secret in base 32.
    ///
    /// # Errors
    /// [`Code::Precondition`] when nothing is to be set up; [`Code::Validation`] with Cognito's refusal.
    pub async fn enrol(&mut self) -> Result<SecretString, Error> {
        let challenge = self.setup()?;
        let session = challenge.session.clone().unwrap_or_default();
        match self.session.associate_software_token(&self.start.pool, &session).await? {
            Answer::Given((secret, next)) => {
                self.replace_session(next);
                Ok(secret)
            }
            Answer::Refused(refusal) => Err(self.refusal("enrol", &refusal)),
        }
    }

    /// Ends the enrolment with a code of the app and goes on with the sign-in.
    ///
    /// # Errors
    /// As [`SignIn::enrol`].
    pub async fn verify_enrolment(&mut self, code: &str) -> Result<(), Error> {
        let challenge = self.setup()?;
        let session = challenge.session.clone().unwrap_or_default();
        match self.session.verify_software_token(&self.start.pool, &session, code).await? {
            Answer::Given(next) => self.replace_session(next),
            Answer::Refused(refusal) => return Err(self.refusal("code", &refusal)),
        }
        self.answer(&Reply::Enrolled).await
    }

    /// Signs the user out everywhere (`GlobalSignOut`; makes the user a monthly active user). Tokens that are out, those
    /// held here too, verify offline until they expire.
    ///
    /// # Errors
    /// [`Code::Precondition`] without an access token; [`Code::Validation`] with Cognito's refusal.
    pub async fn sign_out_everywhere(&self) -> Result<(), Error> {
        let Stage::Tokens(Tokens { access: Some(access), .. }) = &self.stage else {
            return Err(Error::new(Code::Precondition, "There is no access token to sign out with."));
        };
        match self.session.sign_out_everywhere(&self.start.pool, &self.username, access).await? {
            Answer::Given(()) => Ok(()),
            Answer::Refused(refusal) => Err(self.refusal("token", &refusal)),
        }
    }

    /// Whether Cognito still takes the access token (`GetUser`; free): the sentence to show.
    ///
    /// # Errors
    /// [`Code::Precondition`] without an access token.
    pub async fn still_signed_in(&self) -> Result<String, Error> {
        let Stage::Tokens(Tokens { access: Some(access), .. }) = &self.stage else {
            return Err(Error::new(Code::Precondition, "There is no access token to ask with."));
        };
        Ok(match self.session.whoami(&self.start.pool, access).await? {
            Answer::Given(_) => "Cognito still takes the access token.".to_owned(),
            Answer::Refused(refusal) => format!("Cognito takes the access token no longer: {}", refusal.message),
        })
    }

    /// Registers the new device that came with the tokens, so that it is remembered.
    ///
    /// # Errors
    /// [`Code::Precondition`] when no new device came; [`Code::Validation`] with Cognito's refusal.
    pub async fn remember_device(&self) -> Result<Device, Error> {
        let Stage::Tokens(Tokens { access: Some(access), device: Some(NewDevice { key, group_key }), .. }) =
            &self.stage
        else {
            return Err(Error::new(
                Code::Precondition,
                "No new device came with the tokens: the pool does not track devices, or it is known.",
            ));
        };
        let mut random = Zeroizing::new([0; 40]);
        rand::rng().fill_bytes(random.as_mut_slice());
        let password = SecretString::from(hex::encode(random.as_slice()));
        let mut salt = [0; 16];
        rand::rng().fill_bytes(&mut salt);
        let identity = SrpIdentity { group: group_key.clone(), user: key.clone() };
        let verifier = device_verifier(&identity, &password, &salt);
        match self.session.confirm_device(&self.start.pool, access, key, &verifier).await? {
            Answer::Given(_) => Ok(Device { key: key.clone(), group_key: group_key.clone(), password }),
            Answer::Refused(refusal) => Err(self.refusal("device", &refusal)),
        }
    }

    fn setup(&self) -> Result<&Challenge, Error> {
        self.challenge
            .as_ref()
            .filter(|challenge| challenge.name == "MFA_SETUP")
            .ok_or_else(|| Error::new(Code::Precondition, "No second factor is to be set up now."))
    }

    fn replace_session(&mut self, session: Option<SecretString>) {
        if let Some(challenge) = &mut self.challenge
            && session.is_some()
        {
            challenge.session = session;
        }
    }
}
