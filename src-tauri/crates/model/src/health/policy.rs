//! As much of IAM's policies as the rules read.

use serde_json::Value;

/// The statements of a policy: an object, or JSON in a text, which IAM writes with percent signs.
pub(crate) fn statements(document: &Value) -> Vec<Value> {
    many(plain(document).get("Statement")).into_iter().cloned().collect()
}

/// A policy as an object; `null` when it is none.
#[must_use]
pub fn plain(document: &Value) -> Value {
    match document {
        Value::String(text) => serde_json::from_str(&decoded(text)).unwrap_or(Value::Null),
        other => other.clone(),
    }
}

/// A value that IAM writes alone or in a list.
fn many(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(several)) => several.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

pub(crate) fn allows(statement: &Value) -> bool {
    statement.get("Effect").and_then(Value::as_str) == Some("Allow")
}

/// The texts under a key, such as `Action` or `Resource`.
pub(crate) fn texts<'a>(statement: &'a Value, key: &str) -> Vec<&'a str> {
    many(statement.get(key)).into_iter().filter_map(Value::as_str).collect()
}

/// Whether a principal of the kind (`Service`, `Federated`) is named.
pub(crate) fn trusts(statement: &Value, kind: &str, name: &str) -> bool {
    let principal = statement.get("Principal");
    let named = many(principal.and_then(|principal| principal.get(kind)));
    principal == Some(&Value::from("*"))
        || named.iter().any(|one| one.as_str().is_some_and(|one| one == name || one == "*"))
}

/// The values that a condition on a key allows, whatever its operator; key names are compared without case.
pub(crate) fn condition<'a>(statement: &'a Value, key: &str) -> Vec<&'a str> {
    let operators = statement.get("Condition").and_then(Value::as_object);
    let conditions = operators.into_iter().flat_map(|operators| operators.values()).filter_map(Value::as_object);
    conditions
        .flatten()
        .filter(|(name, _)| name.eq_ignore_ascii_case(key))
        .flat_map(|(_, values)| many(Some(values)))
        .filter_map(Value::as_str)
        .collect()
}

/// Whether a pattern with `*` (anything) and `?` (one character) covers a text.
pub(crate) fn covers(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut here, mut star) = (0, 0, None);
    while let Some(read) = text.get(here) {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, here));
                at += 1;
            }
            Some(wanted) if wanted == read || *wanted == '?' => (at, here) = (at + 1, here + 1),
            // The last star takes one more.
            _ => match &mut star {
                Some((place, taken)) => {
                    *taken += 1;
                    (at, here) = (*place + 1, *taken);
                }
                None => return false,
            },
        }
    }
    pattern.get(at..).is_some_and(|rest| rest.iter().all(|left| *left == '*'))
}

/// Actions that give nearly everything away.
pub(crate) fn sweeping(statement: &Value) -> Vec<&str> {
    let wide = |action: &&str| matches!(*action, "*" | "*:*" | "iam:*" | "sts:*" | "sts:AssumeRole" | "iam:PassRole");
    if allows(statement) { texts(statement, "Action").into_iter().filter(wide).collect() } else { Vec::new() }
}

fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = text.get(at + 1..at + 3).filter(|_| *byte == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(hex.unwrap_or(*byte));
        at += if hex.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}
