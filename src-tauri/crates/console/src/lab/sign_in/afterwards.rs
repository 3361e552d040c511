//! What belongs to a sign-in beyond its challenges: enrolling an app, the device, the password, asking whether it still
//! holds, signing out. Each call is a step of the recording.

use cognito::sign_in::srp::{SrpIdentity, device_verifier};
use cognito::sign_in::{Answer, Challenge, NewDevice};
use rand::Rng;
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::{Device, Reply, SignIn, Stage, Tokens};
use crate::error::{Code, Error};
use crate::lab::qr::QrCode;
use crate::lab::recorder::{self, Said, Shown, Values};

/// What a signed-in user can do.
#[derive(Debug, Clone)]
pub enum Deed {
    /// Whether Cognito still takes the access token (`GetUser`; free).
    StillSignedIn,
    /// What the token shows of its user at the pool's domain (`userInfo`; free; needs the scope `openid`).
    UserInfo,
    /// Another password (`ChangePassword`; free once signed in).
    ChangePassword {
        /// The one until now.
        old: SecretString,
        /// The new one.
        new: SecretString,
    },
    /// Registers the new device that came with the tokens (`ConfirmDevice`, `UpdateDeviceStatus`).
    RememberDevice,
    /// Forgets the device that was remembered (`ForgetDevice`).
    ForgetDevice,
    /// Ends this refresh token and its access tokens (`RevokeToken`; makes the user a monthly active user).
    Revoke,
    /// Ends every refresh token of the user (`GlobalSignOut`; makes the user a monthly active user).
    SignOutEverywhere,
}

impl SignIn {
    /// Begins enrolling an authenticator app for `MFA_SETUP`: its shared secret in base 32, and a picture of it.
    ///
    /// # Errors
    /// [`Code::Precondition`] when nothing is to be set up and in Production; [`Code::Validation`] with Cognito's refusal.
    pub async fn enrol(&mut self) -> Result<(SecretString, Option<QrCode>), Error> {
        self.refuse_in_production()?;
        let challenge = self.setup()?;
        let session = challenge.session.clone().unwrap_or_default();
        let request = Values::from([("Session".to_owned(), recorder::hidden(&session))]);
        let sent = self.sending("AssociateSoftwareToken", "MFA_SETUP", request);
        match self.session.associate_software_token(&self.start.pool, &session).await {
            Ok(Answer::Given((secret, next))) => {
                let answer = Values::from([("SecretCode".to_owned(), recorder::hidden(&secret))]);
                let meaning = "Cognito gave the secret for an authenticator app.".to_owned();
                self.steps.push(sent.ended(Ok(Answer::Given(())), self.client(), |()| (answer, meaning))?.0);
                self.replace_session(next);
                self.enrolling = Some(secret.clone());
                let code = QrCode::of_authenticator(self.start.pool.as_str(), &self.username, &secret);
                Ok((secret, code))
            }
            Ok(Answer::Refused(refusal)) => {
                let error = self.refusal("enrol", &refusal);
                let refused = Ok(Answer::<()>::Refused(refusal));
                self.steps.push(sent.ended(refused, self.client(), |()| Default::default())?.0);
                Err(error)
            }
            Err(error) => Err(self.failed(sent, error)),
        }
    }

    /// The shared secret of the app that is being enrolled, for who wants to copy it.
    ///
    /// # Errors
    /// [`Code::Precondition`] when none is being enrolled, or it is already.
    pub fn enrolling(&self) -> Result<SecretString, Error> {
        self.enrolling
            .clone()
            .filter(|_| self.setup().is_ok())
            .ok_or_else(|| Error::new(Code::Precondition, "No authenticator app is being enrolled."))
    }

    /// Ends the enrolment with a code of the app and goes on with the sign-in.
    ///
    /// # Errors
    /// As [`SignIn::enrol`].
    pub async fn verify_enrolment(&mut self, code: &str) -> Result<(), Error> {
        self.refuse_in_production()?;
        let challenge = self.setup()?;
        let session = challenge.session.clone().unwrap_or_default();
        let mut request = Values::from([("Session".to_owned(), recorder::hidden(&session))]);
        request.insert("UserCode".to_owned(), Shown::Hidden(code.chars().count()));
        let sent = self.sending("VerifySoftwareToken", "MFA_SETUP", request);
        let answer = match self.session.verify_software_token(&self.start.pool, &session, code).await {
            Ok(answer) => answer,
            Err(error) => return Err(self.failed(sent, error)),
        };
        let refused = match &answer {
            Answer::Refused(refusal) => Some(self.refusal("code", refusal)),
            Answer::Given(_) => None,
        };
        let mut next = None;
        let (step, _) = sent.ended(Ok(answer), self.client(), |given| {
            next = given;
            (Values::new(), "The app is enrolled.".to_owned())
        })?;
        self.steps.push(step);
        if let Some(refused) = refused {
            return Err(refused);
        }
        self.enrolling = None;
        self.replace_session(next);
        self.answer(&Reply::Enrolled).await
    }

    /// Does what a signed-in user can do, as a step of the recording.
    ///
    /// # Errors
    /// [`Code::Precondition`] in Production, and without what it needs: an access token, a refresh token, a device; what
    /// kept the call from being sent. A refusal of Cognito's and a call that failed are in the answer.
    pub async fn carry_out(&mut self, deed: &Deed) -> Result<Said, Error> {
        self.refuse_in_production()?;
        let Stage::Tokens(tokens) = &self.stage else {
            return Err(Error::new(Code::Precondition, "There are no tokens. Sign in first."));
        };
        let tokens = tokens.clone();
        match deed {
            Deed::StillSignedIn => self.still_signed_in(&tokens).await,
            Deed::UserInfo => self.user_info(&tokens).await,
            Deed::ChangePassword { old, new } => self.change_password(&tokens, old, new).await,
            Deed::RememberDevice => self.remember_device(&tokens).await,
            Deed::ForgetDevice => self.forget_device(&tokens).await,
            Deed::Revoke => self.revoke().await,
            Deed::SignOutEverywhere => self.sign_out_everywhere(&tokens).await,
        }
    }

    /// The device that was remembered; `None` when none was.
    #[must_use]
    pub fn device(&self) -> Option<&Device> {
        self.device.as_ref()
    }

    /// The key of the new device that came with the tokens and was not remembered yet; `None` when none did.
    #[must_use]
    pub fn new_device(&self) -> Option<&str> {
        match &self.stage {
            Stage::Tokens(Tokens { device: Some(NewDevice { key, .. }), .. }) => {
                Some(key.as_str()).filter(|key| self.device().is_none_or(|device| device.key != *key))
            }
            _ => None,
        }
    }

    /// The address that ends the browser's own session at the pool's domain.
    ///
    /// # Errors
    /// [`Code::Precondition`] when the client has no sign-out URL; [`Code::NotFound`] when the pool has no domain.
    pub async fn logout_url(&mut self) -> Result<String, Error> {
        let Some(back) = self.client().logout_urls.first().cloned() else {
            let message = "The app client has no allowed sign-out URL. Add one to it, under Login pages.";
            return Err(Error::new(Code::Precondition, message));
        };
        let hosted = self.hosted().await?;
        Ok(hosted.logout_url(&self.client().id, &back)?)
    }

    async fn still_signed_in(&mut self, tokens: &Tokens) -> Result<Said, Error> {
        let access = access(tokens)?;
        let sent = self.sending("GetUser", "session", with_token(access));
        let answer = self.session.whoami(&self.start.pool, access).await;
        let (mut step, mut said) = sent.ended(answer, self.client(), |name| {
            let answer = recorder::plain([("Username", name.as_str())]);
            (answer, "Cognito still takes the access token.".to_owned())
        })?;
        if !said.refused {
            self.console.standings.taken(access, self.console.now());
        }
        if let recorder::Outcome::Refused { code, message, .. } = &step.outcome {
            // The one sentence that tells a revoked token from one that expired.
            if code == "NotAuthorizedException" && message.contains("revoked") {
                self.console.standings.refused(access, self.console.now());
            }
            said.text = format!("Cognito takes the access token no longer: {message}");
            step.meaning.clone_from(&said.text);
        }
        self.steps.push(step);
        Ok(said)
    }

    async fn user_info(&mut self, tokens: &Tokens) -> Result<Said, Error> {
        let access = access(tokens)?;
        let hosted = self.hosted().await?;
        let sent = self.sending("oauth2/userInfo", "session", with_token(access));
        let answer = self.session.user_info(&self.start.pool, &hosted, access).await;
        let (step, said) = sent.ended(answer, self.client(), |claims| {
            let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let shown = claims.iter().map(|(name, value)| (name.clone(), Shown::Plain(text(value)))).collect();
            (shown, format!("The pool's domain tells {} claims of this user.", claims.len()))
        })?;
        self.steps.push(step);
        Ok(said)
    }

    async fn change_password(
        &mut self,
        tokens: &Tokens,
        old: &SecretString,
        new: &SecretString,
    ) -> Result<Said, Error> {
        let access = access(tokens)?;
        let mut request = with_token(access);
        request.insert("PreviousPassword".to_owned(), recorder::hidden(old));
        request.insert("ProposedPassword".to_owned(), recorder::hidden(new));
        let sent = self.sending("ChangePassword", "password", request);
        let answer = self.session.change_password(&self.start.pool, access, old, new).await;
        let (step, said) =
            sent.ended(answer, self.client(), |()| (Values::new(), "The password is changed.".to_owned()))?;
        self.steps.push(step);
        Ok(said)
    }

    async fn revoke(&mut self) -> Result<Said, Error> {
        let refresh = self.refresh_token().cloned().ok_or_else(|| {
            Error::new(Code::Precondition, "This sign-in gave no refresh token, so there is nothing to revoke.")
        })?;
        let (client, secret) = (self.client().id.clone(), self.start.client.secret.clone());
        let mut request = recorder::plain([("ClientId", client.as_str())]);
        request.insert("Token".to_owned(), recorder::hidden(&refresh));
        request.extend(secret.as_ref().map(|secret| ("ClientSecret".to_owned(), recorder::hidden(secret))));
        let sent = self.sending("RevokeToken", "session", request);
        let answer = self.session.revoke(&self.start.pool, &client, secret.as_ref(), &self.username, &refresh).await;
        let meaning = "The refresh token is revoked, and Cognito takes its access tokens no longer. They still verify \
                       offline until they expire.";
        let (step, said) = sent.ended(answer, self.client(), |()| (Values::new(), meaning.to_owned()))?;
        self.steps.push(step);
        if let (false, Stage::Tokens(Tokens { access: Some(access), .. })) = (said.refused, &self.stage) {
            self.console.standings.revoked(access, self.console.now());
        }
        Ok(said)
    }

    async fn sign_out_everywhere(&mut self, tokens: &Tokens) -> Result<Said, Error> {
        let access = access(tokens)?;
        let sent = self.sending("GlobalSignOut", "session", with_token(access));
        let answer = self.session.sign_out_everywhere(&self.start.pool, &self.username, access).await;
        let meaning =
            "Every refresh token of this user is revoked. ID and access tokens verify offline until they expire.";
        let (step, said) = sent.ended(answer, self.client(), |()| (Values::new(), meaning.to_owned()))?;
        self.steps.push(step);
        if !said.refused {
            let now = self.console.now();
            let server = now.saturating_sub(self.session.ahead().unwrap_or_default()).unwrap_or(now);
            self.console.standings.signed_out(access, now, server);
        }
        Ok(said)
    }

    async fn remember_device(&mut self, tokens: &Tokens) -> Result<Said, Error> {
        let access = access(tokens)?;
        let Some(NewDevice { key, group_key }) = tokens.device.clone().filter(|_| self.new_device().is_some()) else {
            let message = "No new device came with the tokens: the pool does not track devices, or it is known.";
            return Err(Error::new(Code::Precondition, message));
        };
        let mut random = Zeroizing::new([0; 40]);
        rand::rng().fill_bytes(random.as_mut_slice());
        let password = SecretString::from(hex::encode(random.as_slice()));
        let mut salt = [0; 16];
        rand::rng().fill_bytes(&mut salt);
        let verifier = device_verifier(&SrpIdentity { group: group_key.clone(), user: key.clone() }, &password, &salt);
        let mut request = with_token(access);
        request.extend(recorder::plain([("DeviceKey", key.as_str()), ("DeviceName", "Poolkeeper")]));
        let sent = self.sending("ConfirmDevice", "device", request);
        let answer = self.session.confirm_device(&self.start.pool, access, &key, &verifier).await;
        let mut ask = false;
        let (step, mut said) = sent.ended(answer, self.client(), |must_say| {
            ask = must_say;
            let meaning = "The device is registered; its own password is kept here. The next sign-in can prove it.";
            (Values::new(), meaning.to_owned())
        })?;
        self.steps.push(step);
        if !said.refused {
            // Cognito knows it from now on: whatever comes of the rest, only this password proves it.
            self.device = Some(Device { key: key.clone(), group_key, password });
        }
        if ask {
            let mut request = with_token(access);
            request.extend(recorder::plain([("DeviceKey", key.as_str()), ("DeviceRememberedStatus", "remembered")]));
            let sent = self.sending("UpdateDeviceStatus", "device", request);
            let answer = self.session.remember_device(&self.start.pool, access, &key).await;
            let (step, then) = sent.ended(answer, self.client(), |()| {
                (Values::new(), "The device is remembered: this pool leaves that to the user.".to_owned())
            })?;
            self.steps.push(step);
            said = then;
        }
        Ok(said)
    }

    async fn forget_device(&mut self, tokens: &Tokens) -> Result<Said, Error> {
        let access = access(tokens)?;
        let Some(key) = self.device().map(|device| device.key.clone()) else {
            return Err(Error::new(Code::Precondition, "No device is remembered here."));
        };
        let mut request = with_token(access);
        request.extend(recorder::plain([("DeviceKey", key.as_str())]));
        let sent = self.sending("ForgetDevice", "device", request);
        let answer = self.session.forget_device(&self.start.pool, access, &key).await;
        let (step, said) = sent.ended(answer, self.client(), |()| {
            (Values::new(), "Cognito forgot the device, and so did Poolkeeper.".to_owned())
        })?;
        self.steps.push(step);
        if !said.refused {
            self.device = None;
            // Doing it again with a device that is gone would be refused.
            self.start.device = None;
        }
        Ok(said)
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

fn access(tokens: &Tokens) -> Result<&SecretString, Error> {
    tokens.access.as_ref().ok_or_else(|| Error::new(Code::Precondition, "This sign-in gave no access token."))
}

fn with_token(access: &SecretString) -> Values {
    Values::from([("AccessToken".to_owned(), recorder::hidden(access))])
}
