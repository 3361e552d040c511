//! Token grants: what refresh tokens are alive.

use serde::{Deserialize, Serialize};

/// The grants of one person.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Grants {}
