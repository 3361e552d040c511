//! What differs between two descriptions.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One place that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// The place, as a JSON pointer.
    pub pointer: String,
    /// What was there; `None` for nothing.
    pub before: Option<Value>,
    /// What is there; `None` for nothing.
    pub after: Option<Value>,
}

/// Every place that differs, member by member. Lists are one value, and their order does not count where AWS keeps none.
#[must_use]
pub fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(String::new(), Some(before), Some(after), &mut found);
    found
}

fn compare(pointer: String, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Difference>) {
    let told = |value: Option<&Value>| value.filter(|value| !value.is_null()).cloned();
    match (before, after) {
        (Some(Value::Object(left)), Some(Value::Object(right))) => {
            let below = |name: &str| format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
            for (name, value) in left {
                compare(below(name), Some(value), right.get(name), found);
            }
            for (name, value) in right.iter().filter(|(name, _)| !left.contains_key(*name)) {
                compare(below(name), None, Some(value), found);
            }
        }
        (left, right) if is_same(left, right) => {}
        (left, right) => found.push(Difference { pointer, before: told(left), after: told(right) }),
    }
}

/// Whether two values say the same. Nothing, `null`, an empty list and an empty object are one.
fn is_same(left: Option<&Value>, right: Option<&Value>) -> bool {
    let empty = |value: Option<&Value>| match value {
        None | Some(Value::Null) => true,
        Some(Value::Array(list)) => list.is_empty(),
        Some(Value::Object(map)) => map.is_empty(),
        Some(_) => false,
    };
    match (left, right) {
        (Some(Value::Array(left)), Some(Value::Array(right))) => sorted(left) == sorted(right),
        (left, right) => (empty(left) && empty(right)) || left == right,
    }
}

/// Plain lists and scopes without an order; lists of other objects, of which the first may decide, as they are.
fn sorted(list: &[Value]) -> Vec<String> {
    let mut texts: Vec<String> = list.iter().map(ToString::to_string).collect();
    if list.iter().all(|entry| !entry.is_object() || entry.get("ScopeName").is_some()) {
        texts.sort_unstable();
    }
    texts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_compared_one_by_one_and_lists_as_they_are_meant() {
        let before = json!({ "A": { "x": 1, "y": [2, 3] }, "gone": "g", "rules": [{ "n": 1 }, { "n": 2 }], "e": [] });
        let after = json!({ "A": { "x": 2, "y": [3, 2] }, "new": null, "rules": [{ "n": 2 }, { "n": 1 }] });
        let found: Vec<String> = differences(&before, &after).into_iter().map(|it| it.pointer).collect();
        assert_eq!(found, ["/A/x", "/gone", "/rules"]);
    }
}
