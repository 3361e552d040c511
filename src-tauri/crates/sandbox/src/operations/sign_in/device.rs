//! Signing in with a device that the person knows.

use serde_json::{Map, Value};

use super::attempt::Attempt;
use super::{Step, Texts, password, required, wrong};
use crate::authentication::sessions::{Challenge, Proof};
use crate::authentication::srp::{Verifier, salt};
use crate::directory::Pool;
use crate::protocol::ApiError;

/// Whether a text can be a device key.
pub(in crate::operations) fn is_key(key: &str) -> bool {
    let region = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    let id = |text: &str| !text.is_empty() && text.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f' | '-'));
    key.len() <= 55 && key.rsplit_once('_').is_some_and(|(before, after)| region(before) && id(after))
}

/// `DEVICE_KEY` has the form of one, if it is there.
pub(super) fn demand_key(key: Option<&str>) -> Result<(), ApiError> {
    if key.is_none_or(is_key) { Ok(()) } else { Err(ApiError::invalid("Invalid device key given.")) }
}

pub(in crate::operations) fn missing() -> ApiError {
    ApiError::not_found("Device does not exist.")
}

/// `DeviceConfiguration`, where the pool tracks devices.
pub(in crate::operations) fn tracking(pool: &Pool) -> Option<&Value> {
    pool.settings.get("DeviceConfiguration").filter(|setting| setting.is_object())
}

/// Whether a setting of `DeviceConfiguration` is on.
pub(in crate::operations) fn tracks(pool: &Pool, setting: &str) -> bool {
    tracking(pool).and_then(|tracking| tracking.get(setting)).and_then(Value::as_bool) == Some(true)
}

/// `DeviceGroupKey`: one for each pool.
pub(super) fn group_key(pool: &Pool) -> String {
    use base64::Engine;
    let digest = salt(&[&pool.id, "device group"]);
    format!("-{}", &base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(digest)[..8])
}

impl Attempt<'_, '_> {
    /// Asks a remembered device for its proof; `None` when there is none.
    pub(super) fn ask_device(&mut self) -> Result<Option<Value>, ApiError> {
        let Some(key) = self.progress.device.clone() else { return Ok(None) };
        let pool = self.pool()?;
        let account = pool.account(self.somebody()?);
        let device = account.and_then(|account| account.devices.get(&key)).ok_or_else(missing)?;
        let verifiable = device.confirmed.as_ref().is_some_and(|confirmed| confirmed.verifier.is_some());
        if !device.remembered || !verifiable || tracking(pool).is_none() {
            return Ok(None);
        }
        let parameters = Map::from_iter([("DEVICE_KEY".to_owned(), key.into())]);
        self.ask(Challenge::DeviceSrp, parameters).map(Some)
    }

    /// The answer to `DEVICE_SRP_AUTH`.
    pub(super) fn with_device(&mut self, responses: &Texts) -> Step {
        let key = self.same_device(responses)?;
        let public = required(responses, "SRP_A")?;
        let verifier = self.device_verifier(&key)?;
        let parameters = Map::from_iter([("DEVICE_KEY".to_owned(), key.into())]);
        self.ask_proof(&verifier, public, Challenge::DeviceVerifier, parameters)
    }

    /// The answer to `DEVICE_PASSWORD_VERIFIER`.
    pub(super) fn with_device_proof(&mut self, proof: &Proof, responses: &Texts) -> Step {
        let key = self.same_device(responses)?;
        let group = group_key(self.pool()?);
        if !password::proves(proof, &group, &key, responses, self.now_ms())? {
            self.count_failure();
            self.record(false, "Password");
            return Err(wrong());
        }
        self.progress.device_proved = true;
        if tracks(self.pool()?, "ChallengeRequiredOnNewDevice") {
            return self.after_second_factor();
        }
        self.ask_second_factor()
    }

    fn same_device(&self, responses: &Texts) -> Result<String, ApiError> {
        let key = required(responses, "DEVICE_KEY")?;
        if self.progress.device.as_deref() == Some(key) { Ok(key.to_owned()) } else { Err(missing()) }
    }

    fn device_verifier(&self, key: &str) -> Result<Verifier, ApiError> {
        let account = self.pool()?.account(self.somebody()?);
        let confirmed = account.and_then(|account| account.devices.get(key)?.confirmed.as_ref());
        let (verifier, salt) = confirmed.and_then(|confirmed| confirmed.verifier.as_ref()).ok_or_else(missing)?;
        Verifier::from_wire(verifier, salt).ok_or_else(missing)
    }
}
