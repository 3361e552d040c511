//! Remembered devices.

use serde::{Deserialize, Serialize};

/// The devices of one person.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Devices {}
