//! Remembered devices.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Most devices that wait for their confirmation; older ones go.
const WAITING: usize = 20;

/// One device of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Device {
    /// `<region>_<uuid>`.
    pub(crate) key: String,
    /// `None` until `ConfirmDevice`.
    pub(crate) confirmed: Option<Confirmed>,
    /// Whether it can sign in for its person: `dev:device_remembered_status`.
    pub(crate) remembered: bool,
    pub(crate) created_ms: i64,
    pub(crate) modified_ms: i64,
    pub(crate) authenticated_ms: i64,
    /// The address that the last sign-in said it came from.
    pub(crate) ip: Option<String>,
}

/// What `ConfirmDevice` told about a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Confirmed {
    /// `DeviceName`.
    pub(crate) name: Option<String>,
    /// `PasswordVerifier` and `Salt` as they came, in Base64.
    pub(crate) verifier: Option<(String, String)>,
}

/// The devices of one person, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Devices {
    all: BTreeMap<String, Device>,
}

impl Devices {
    /// Takes up a device that a sign-in gave a key to. It waits for its confirmation.
    pub(crate) fn meet(&mut self, key: &str, ip: Option<&str>, now_ms: i64) {
        let waiting = self.all.values().filter(|device| device.confirmed.is_none());
        if waiting.clone().count() >= WAITING {
            let oldest = waiting.min_by_key(|device| device.created_ms).map(|device| device.key.clone());
            self.all.remove(&oldest.unwrap_or_default());
        }
        let device = Device {
            key: key.to_owned(),
            confirmed: None,
            remembered: false,
            created_ms: now_ms,
            modified_ms: now_ms,
            authenticated_ms: now_ms,
            ip: ip.map(str::to_owned),
        };
        self.all.insert(key.to_owned(), device);
    }

    /// Any device, confirmed or not.
    pub(crate) fn any_mut(&mut self, key: &str) -> Option<&mut Device> {
        self.all.get_mut(key)
    }

    /// A confirmed device.
    pub(crate) fn get(&self, key: &str) -> Option<&Device> {
        self.all.get(key).filter(|device| device.confirmed.is_some())
    }

    /// A confirmed device.
    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Device> {
        self.all.get_mut(key).filter(|device| device.confirmed.is_some())
    }

    /// Deletes a confirmed device; `false` when there is none.
    pub(crate) fn forget(&mut self, key: &str) -> bool {
        self.get(key).is_some() && self.all.remove(key).is_some()
    }

    /// The confirmed ones, by key.
    pub(crate) fn confirmed(&self) -> impl Iterator<Item = &Device> {
        self.all.values().filter(|device| device.confirmed.is_some())
    }
}
