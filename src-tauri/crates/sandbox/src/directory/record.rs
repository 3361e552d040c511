//! Something that is kept as it came over the wire, with the dates that answers show.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::protocol::json::Epoch;

/// See the module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) settings: Map<String, Value>,
    pub(crate) created_ms: i64,
    pub(crate) modified_ms: i64,
}

impl Record {
    pub(crate) fn new(settings: Map<String, Value>, now_ms: i64) -> Self {
        Self { settings, created_ms: now_ms, modified_ms: now_ms }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.settings.get(name).and_then(Value::as_str)
    }

    /// Writes `changes` over the settings.
    pub(crate) fn change(&mut self, changes: Map<String, Value>, now_ms: i64) {
        self.settings.extend(changes);
        self.modified_ms = now_ms;
    }

    /// The settings with `CreationDate` and `LastModifiedDate`.
    pub(crate) fn shown(&self) -> Map<String, Value> {
        let mut out = self.settings.clone();
        out.insert("CreationDate".to_owned(), json!(Epoch(self.created_ms)));
        out.insert("LastModifiedDate".to_owned(), json!(Epoch(self.modified_ms)));
        out
    }
}
