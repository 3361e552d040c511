//! Lambda triggers as response files: what each trigger of a pool answers.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The answers of one pool's triggers, under the names of `LambdaConfig`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Triggers(pub(crate) Map<String, Value>);
