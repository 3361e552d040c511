//! The end of a sign-in: tokens, the device, and what is noted of it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::attempt::Attempt;
use super::{Step, device};
use crate::authentication::levels;
use crate::authentication::sessions::Flow;
use crate::directory::account::events::{Event, Kind};
use crate::protocol::ApiError;
use crate::tokens::{self, Issue, Source};
use crate::triggers::Trigger;

impl Attempt<'_, '_> {
    /// Gives tokens to a person who has proved everything.
    pub(super) fn finish(&mut self) -> Step {
        let user = self.somebody()?;
        let moment = self.call.moment;
        let known_device = self.known_device(user)?;
        let request = json!({ "newDeviceUsed": known_device.is_none(), "clientMetadata": self.metadata });
        self.trigger(Trigger::PostAuthentication, "PostAuthentication_Authentication", request)?;
        let hosted = self.progress.flow == Flow::Hosted;
        let new_device = if known_device.is_none() && !hosted { self.meet_device(user)? } else { None };
        self.lockout().clear();
        let event_id = self.record(true, "Mfa");
        let amr = levels::amr(&self.progress.methods);
        if hosted {
            return Ok(json!({ "Login": { "User": user, "Methods": amr, "EventId": event_id } }));
        }
        let source = match (self.progress.new_password, self.progress.device_proved) {
            (true, _) => Source::NewPasswordChallenge,
            (_, true) => Source::AuthenticateDevice,
            _ => Source::Authentication,
        };
        let metadata = self.metadata.iter().map(|(name, value)| (name.clone(), Value::from(value.clone())));
        let issue = Issue {
            device_key: known_device.or_else(|| new_device.as_ref().map(|(key, _)| key.clone())),
            amr: if self.progress.told_methods { amr } else { Vec::new() },
            event_id,
            client_metadata: metadata.collect(),
            ..Issue::new(&self.progress.pool, &self.client.id, user, source, moment)
        };
        let mut result = tokens::issue(self.call.world, &issue, moment)?;
        if let Some((key, group)) = new_device {
            result["NewDeviceMetadata"] = json!({ "DeviceKey": key, "DeviceGroupKey": group });
        }
        Ok(json!({ "ChallengeParameters": Map::new(), "AuthenticationResult": result }))
    }

    /// The confirmed device that the client says it is, with its last sign-in moved to now.
    fn known_device(&mut self, user: u32) -> Result<Option<String>, ApiError> {
        let (now_ms, ip) = (self.now_ms(), self.progress.ip.clone());
        let Some(key) = self.progress.device.clone() else { return Ok(None) };
        let account = self.pool_mut()?.account_mut(user);
        let device = account.devices.get_mut(&key).ok_or_else(device::missing)?;
        device.authenticated_ms = now_ms;
        device.ip = ip.or(device.ip.take());
        Ok(Some(key))
    }

    /// A key for a device that the pool did not know, where it tracks devices.
    fn meet_device(&mut self, user: u32) -> Result<Option<(String, String)>, ApiError> {
        if device::tracking(self.pool()?).is_none() {
            return Ok(None);
        }
        let uuid = self.call.world.random_uuid();
        let key = format!("{}_{uuid}", self.call.world.region);
        let (now_ms, ip) = (self.now_ms(), self.progress.ip.clone());
        let pool = self.pool_mut()?;
        pool.account_mut(user).devices.meet(&key, ip.as_deref(), now_ms);
        Ok(Some((key, device::group_key(pool))))
    }

    /// Notes a sign-in in the person's history, where threat protection keeps one, and gives the id of the event.
    /// `last` is the challenge that decided: `Password` or `Mfa`.
    pub(super) fn record(&mut self, passed: bool, last: &str) -> Option<String> {
        let user = self.progress.user?;
        let id = self.call.world.random_uuid();
        let mut challenges = BTreeMap::new();
        if self.progress.methods.contains(&"pwd") {
            challenges.insert("Password".to_owned(), "Success".to_owned());
        }
        if self.progress.methods.len() > 1 {
            challenges.insert("Mfa".to_owned(), "Success".to_owned());
        }
        if !passed {
            challenges.insert(last.to_owned(), "Failure".to_owned());
        }
        let event = Event {
            id: id.clone(),
            kind: Kind::SignIn,
            at_ms: self.now_ms(),
            response: if passed { "Pass" } else { "Fail" }.to_owned(),
            challenges,
            ip: self.progress.ip.clone(),
            feedback: None,
        };
        let pool = self.pool_mut().ok()?;
        if !pool.watched() {
            return None;
        }
        pool.account_mut(user).events.push(event);
        Some(id)
    }
}
