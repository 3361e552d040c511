//! Failed sign-ins, and how long the next one is refused.

use serde::{Deserialize, Serialize};

/// The failures of one person.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Lockout {}
