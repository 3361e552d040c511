//! What the directory keeps of one person beside the profile: secrets, codes, devices, sessions, history.
//!
//! Only people who have something of this have an [`Account`]; of a million that a seed makes, hardly anyone has.

pub(crate) mod codes;
pub(crate) mod credentials;
pub(crate) mod devices;
pub(crate) mod events;
pub(crate) mod factors;
pub(crate) mod grants;
pub(crate) mod imported;
pub(crate) mod links;
pub(crate) mod lockout;
pub(crate) mod passkeys;

use serde::{Deserialize, Serialize};

/// One person's account; every part in its own file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Account {
    pub(crate) credentials: credentials::Credentials,
    pub(crate) factors: factors::SecondFactors,
    pub(crate) passkeys: passkeys::Passkeys,
    pub(crate) codes: codes::Codes,
    pub(crate) lockout: lockout::Lockout,
    pub(crate) devices: devices::Devices,
    pub(crate) grants: grants::Grants,
    pub(crate) events: events::Events,
    pub(crate) links: Vec<links::Link>,
}
