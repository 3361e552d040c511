//! As much of IAM's policies as the rules read.
//!
//! What is no policy is never taken for one that allows nothing: [`Policy::read`] says so, and the rules are unknown then.

mod condition;
mod rights;

use serde_json::{Map, Value};

pub(crate) use condition::Condition;
pub(crate) use rights::Limits;

/// A policy that could be read.
pub(crate) struct Policy {
    statements: Vec<Statement>,
}

/// A statement that allows or denies.
pub(crate) struct Statement {
    allows: bool,
    body: Map<String, Value>,
    conditions: Vec<Condition>,
}

/// A policy as an object; `null` when it is none.
#[must_use]
pub fn plain(document: &Value) -> Value {
    match document {
        Value::String(text) => serde_json::from_str(&decoded(text)).unwrap_or(Value::Null),
        other => other.clone(),
    }
}

impl Policy {
    /// Reads a document: an object, or JSON in a text, which IAM writes with percent signs. `None` when it is no policy: without
    /// statements, with one that neither allows nor denies, or with conditions in no form of IAM's.
    pub(crate) fn read(document: &Value) -> Option<Self> {
        let statements = match plain(document).get("Statement")? {
            Value::Array(several) => several.iter().map(Statement::read).collect(),
            one => Statement::read(one).map(|one| vec![one]),
        };
        statements.map(|statements| Self { statements })
    }

    /// The statements that allow something.
    pub(crate) fn allowing(&self) -> impl Iterator<Item = &Statement> {
        self.statements.iter().filter(|statement| statement.allows)
    }

    /// The statements that deny something.
    pub(crate) fn denying(&self) -> impl Iterator<Item = &Statement> {
        self.statements.iter().filter(|statement| !statement.allows)
    }
}

impl Statement {
    fn read(statement: &Value) -> Option<Self> {
        let body = statement.as_object()?.clone();
        let allows = match body.get("Effect")?.as_str()? {
            "Allow" => true,
            "Deny" => false,
            _ => return None,
        };
        let conditions = Condition::all(body.get("Condition").unwrap_or(&Value::Null))?;
        Some(Self { allows, body, conditions })
    }

    /// The texts under a key, such as `Action` or `Resource`, alone or in a list.
    pub(crate) fn texts(&self, key: &str) -> Vec<&str> {
        many(self.body.get(key)).into_iter().filter_map(Value::as_str).collect()
    }

    fn has(&self, key: &str) -> bool {
        self.body.contains_key(key)
    }

    /// Whether it is about an action, such as `sts:AssumeRole`. One that names no action is about all of them.
    pub(crate) fn is_about(&self, action: &str) -> bool {
        let named = |key: &str| self.texts(key).iter().any(|pattern| covers_action(pattern, action));
        if self.has("Action") { named("Action") } else { !named("NotAction") }
    }

    /// Whether it is about everybody, whoever they are: `*` as its principal, or all but some.
    pub(crate) fn is_about_everybody(&self) -> bool {
        let principal = self.body.get("Principal");
        let all = |of: Option<&Value>| many(of).into_iter().any(|one| one == "*");
        all(principal) || all(principal.and_then(|of| of.get("AWS"))) || self.has("NotPrincipal")
    }

    /// Whether it is about a principal of a kind (`Service`, `Federated`) that goes by one of the names that `is` knows.
    pub(crate) fn is_about_principal(&self, kind: &str, is: impl Fn(&str) -> bool) -> bool {
        let names = |key: &str| many(self.body.get(key).and_then(|of| of.get(kind)));
        if self.has("NotPrincipal") {
            return !names("NotPrincipal").into_iter().filter_map(Value::as_str).any(is);
        }
        let named = names("Principal").into_iter().filter_map(Value::as_str).any(|name| name == "*" || is(name));
        named || self.is_about_everybody()
    }

    /// The conditions under which it holds only where a key is there and is like one of their values. One that holds as well
    /// without the key (`…IfExists`, `ForAllValues:`) demands nothing unless another one demands the key (`Null`), and one
    /// that excludes values (`…Not…`) demands nothing.
    pub(crate) fn demands(&self, key: impl Fn(&str) -> bool) -> Vec<&Condition> {
        let there = self.conditions.iter().any(|it| key(&it.key) && it.asks_for_the_key());
        self.conditions.iter().filter(|it| key(&it.key) && it.is_demand(there)).collect()
    }

    /// Whether it holds where keys have these values; `None` when that depends on other keys, or on what is not understood.
    pub(crate) fn holds(&self, values: &[(&str, &str)]) -> Option<bool> {
        let told: Vec<Option<bool>> = self.conditions.iter().map(|condition| condition.told(values)).collect();
        if told.contains(&Some(false)) {
            return Some(false);
        }
        (!told.contains(&None)).then_some(true)
    }

    /// The keys because of which it cannot be told whether it holds.
    pub(crate) fn unknown_keys(&self, values: &[(&str, &str)]) -> Vec<&str> {
        let unknown = self.conditions.iter().filter(|condition| condition.told(values).is_none());
        unknown.map(|condition| condition.key.as_str()).collect()
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

/// Whether a pattern covers an action; the case of letters does not matter.
fn covers_action(pattern: &str, action: &str) -> bool {
    covers(&pattern.to_ascii_lowercase(), &action.to_ascii_lowercase())
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

/// Whether a text is a pattern that covers more than itself.
pub(crate) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
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
