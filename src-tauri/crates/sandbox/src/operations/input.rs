//! An input whose members are mostly kept as they came.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::protocol::{ApiError, check};

/// The members of an input. Null is the same as absent, at every depth.
#[derive(Deserialize)]
#[serde(from = "Map<String, Value>")]
pub(super) struct Input(Map<String, Value>);

impl From<Map<String, Value>> for Input {
    fn from(map: Map<String, Value>) -> Self {
        Self(dense(map))
    }
}

fn dense(map: Map<String, Value>) -> Map<String, Value> {
    let keep = |(name, value)| match value {
        Value::Null => None,
        Value::Object(map) => Some((name, Value::Object(dense(map)))),
        other => Some((name, other)),
    };
    map.into_iter().filter_map(keep).collect()
}

impl Input {
    /// A required member.
    pub(super) fn text(&self, name: &str) -> Result<&str, ApiError> {
        check::required(self.maybe(name), name)
    }

    pub(super) fn maybe(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.0.get(name).and_then(Value::as_i64)
    }

    pub(super) fn yes(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    pub(super) fn list(&self, name: &str) -> &[Value] {
        self.0.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// These members, where they were given.
    pub(super) fn only(&self, names: &[&str]) -> Map<String, Value> {
        let given = |&name: &&str| self.0.get(name).map(|value| (name.to_owned(), value.clone()));
        names.iter().filter_map(given).collect()
    }
}
