//! Two tokens side by side, claim by claim.

use std::collections::BTreeSet;

use serde_json::Value;

use super::decode::Token;

/// A member in which two tokens differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// `header.kid`, `claims.exp`.
    pub path: String,
    /// What the first has; `None` when it lacks it.
    pub left: Option<Value>,
    /// What the second has; `None` when it lacks it.
    pub right: Option<Value>,
}

/// What differs in header and claims, by name. Signatures always differ and are left out.
#[must_use]
pub fn compare(left: &Token, right: &Token) -> Vec<Difference> {
    let mut all = Vec::new();
    for (part, left, right) in [("header", &left.header, &right.header), ("claims", &left.claims, &right.claims)] {
        let names: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
        for name in names.into_iter().filter(|name| left.get(*name) != right.get(*name)) {
            all.push(Difference {
                path: format!("{part}.{name}"),
                left: left.get(name).cloned(),
                right: right.get(name).cloned(),
            });
        }
    }
    all
}
