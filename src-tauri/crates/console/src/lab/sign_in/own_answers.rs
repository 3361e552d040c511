//! The answers that need nobody: the proof of a password, a remembered device, the code of an app whose secret is known.

use std::collections::BTreeMap;

use cognito::sign_in::Challenge;
use cognito::sign_in::srp::{EXPONENT_BYTES, ServerChallenge, Srp, SrpIdentity};
use rand::Rng;
use secrecy::{ExposeSecret, SecretString};
use totp_rs::{Builder, Secret};
use zeroize::Zeroizing;

use super::SignIn;
use crate::error::{Code, Error};

impl SignIn {
    /// The answer that can be given without asking anybody; `None` when a person is needed.
    pub(super) fn own_answer(
        &mut self,
        challenge: &Challenge,
    ) -> Result<Option<BTreeMap<String, SecretString>>, Error> {
        match challenge.name.as_str() {
            "PASSWORD_VERIFIER" => {
                let Some(password) = self.password.clone() else { return Ok(None) };
                let user =
                    challenge.parameters.get("USER_ID_FOR_SRP").cloned().unwrap_or_else(|| self.username.clone());
                let pool = self.start.pool.as_str();
                let group = pool.split_once('_').map_or(pool, |(_, name)| name).to_owned();
                self.prove(challenge, &SrpIdentity { group, user }, &password).map(Some)
            }
            "DEVICE_SRP_AUTH" => {
                let Some(device) = self.device.clone() else { return Ok(None) };
                let srp = srp()?;
                let responses = BTreeMap::from([
                    ("DEVICE_KEY".to_owned(), device.key.into()),
                    ("SRP_A".to_owned(), srp.public_value().into()),
                ]);
                self.srp = Some(srp);
                Ok(Some(responses))
            }
            "DEVICE_PASSWORD_VERIFIER" => {
                let Some(device) = self.device.clone() else { return Ok(None) };
                let identity = SrpIdentity { group: device.group_key, user: device.key.clone() };
                let mut responses = self.prove(challenge, &identity, &device.password)?;
                responses.insert("DEVICE_KEY".to_owned(), device.key.into());
                Ok(Some(responses))
            }
            "PASSWORD_SRP" if self.password.is_some() => {
                let srp = srp()?;
                let responses = BTreeMap::from([("SRP_A".to_owned(), srp.public_value().into())]);
                self.srp = Some(srp);
                Ok(Some(responses))
            }
            "SOFTWARE_TOKEN_MFA" => self.app_code(),
            _ => Ok(None),
        }
    }

    /// The code of the authenticator app, once for each time step.
    fn app_code(&mut self) -> Result<Option<BTreeMap<String, SecretString>>, Error> {
        let Some(secret) = &self.start.totp else { return Ok(None) };
        let seconds = u64::try_from(self.console.now().as_second()).unwrap_or_default();
        if self.used_totp >= Some(seconds / 30) {
            return Ok(None);
        }
        self.used_totp = Some(seconds / 30);
        let code = totp_code(secret, seconds)?;
        Ok(Some(BTreeMap::from([("SOFTWARE_TOKEN_MFA_CODE".to_owned(), code)])))
    }

    fn prove(
        &self,
        challenge: &Challenge,
        identity: &SrpIdentity,
        password: &SecretString,
    ) -> Result<BTreeMap<String, SecretString>, Error> {
        let part = |name: &str| challenge.parameters.get(name).cloned().unwrap_or_default();
        let theirs = ServerChallenge { srp_b: part("SRP_B"), salt: part("SALT"), secret_block: part("SECRET_BLOCK") };
        let Some(srp) = &self.srp else {
            return Err(Error::new(Code::Internal, "Cognito wants a proof that was not begun. Start again."));
        };
        let proof = srp.prove(identity, password, &theirs, self.console.now())?;
        Ok(BTreeMap::from([
            ("PASSWORD_CLAIM_SIGNATURE".to_owned(), proof.signature.into()),
            ("PASSWORD_CLAIM_SECRET_BLOCK".to_owned(), theirs.secret_block.into()),
            ("TIMESTAMP".to_owned(), proof.timestamp.into()),
        ]))
    }

    pub(super) async fn choose(&mut self, challenge: &Challenge, choice: &str) -> Result<(), Error> {
        let mut responses = BTreeMap::from([("ANSWER".to_owned(), SecretString::from(choice.to_owned()))]);
        match (choice, &self.password) {
            ("PASSWORD", Some(password)) => {
                responses.insert("PASSWORD".to_owned(), password.clone());
            }
            ("PASSWORD", None) => {
                let message = "Cognito takes this choice together with the password. Enter the password.";
                return Err(Error::invalid("password", message));
            }
            ("PASSWORD_SRP", _) => {
                let srp = srp()?;
                responses.insert("SRP_A".to_owned(), srp.public_value().into());
                self.srp = Some(srp);
            }
            _ => {}
        }
        self.respond(challenge, responses).await?;
        self.go_on().await
    }
}

pub(super) fn srp() -> Result<Srp, Error> {
    let mut random = Zeroizing::new([0; EXPONENT_BYTES]);
    rand::rng().fill_bytes(random.as_mut_slice());
    Ok(Srp::new(&random)?)
}

/// The code of an authenticator app at a time: SHA-1, six digits, thirty seconds (RFC 6238), which is all that Cognito takes.
fn totp_code(secret: &SecretString, seconds: u64) -> Result<SecretString, Error> {
    let invalid = |_| Error::invalid("totp", "The secret of the authenticator app is not base 32.");
    let plain: String = secret.expose_secret().chars().filter(|c| !c.is_whitespace() && *c != '=').collect();
    let secret = Secret::try_from_base32(plain.to_ascii_uppercase()).map_err(invalid)?;
    let totp = Builder::new().with_secret(secret).build_noncompliant();
    Ok(SecretString::from(totp.generate(seconds).to_string()))
}
