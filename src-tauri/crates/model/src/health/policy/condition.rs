//! The conditions of a statement.

use serde_json::Value;

use super::{covers, is_pattern, many};

/// One key that one operator of a statement looks at.
pub(crate) struct Condition {
    /// The key, such as `cognito-identity.amazonaws.com:aud`. Keys are compared without case.
    pub(super) key: String,
    compares: Compares,
    /// Whether it holds where the values are *not* like these.
    negated: bool,
    /// Whether it holds where the key is not there (`…IfExists`, `ForAllValues:`).
    without: bool,
    values: Vec<String>,
}

/// How an operator compares.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Compares {
    /// As texts, letter by letter.
    Texts,
    /// As texts, without case.
    TextsWithoutCase,
    /// With patterns; names of resources (`Arn…`) always are.
    Patterns,
    /// Whether the key is there (`Null`).
    Absence,
    /// Numbers, dates, addresses and what is not known here.
    Others,
}

impl Condition {
    /// The conditions in the block of a statement, which may be absent; `None` when it is in no form of IAM's.
    pub(super) fn all(block: &Value) -> Option<Vec<Self>> {
        if block.is_null() {
            return Some(Vec::new());
        }
        let mut all = Vec::new();
        for (operator, keys) in block.as_object()? {
            for (key, values) in keys.as_object()? {
                all.push(Self::new(operator, key, values)?);
            }
        }
        Some(all)
    }

    fn new(operator: &str, key: &str, values: &Value) -> Option<Self> {
        let each = operator.strip_prefix("ForAllValues:");
        let name = each.or_else(|| operator.strip_prefix("ForAnyValue:")).unwrap_or(operator);
        let bare = name.strip_suffix("IfExists");
        let without = each.is_some() || bare.is_some();
        let (compares, negated) = match bare.unwrap_or(name) {
            "StringEquals" => (Compares::Texts, false),
            "StringNotEquals" => (Compares::Texts, true),
            "StringEqualsIgnoreCase" => (Compares::TextsWithoutCase, false),
            "StringNotEqualsIgnoreCase" => (Compares::TextsWithoutCase, true),
            "StringLike" | "ArnLike" | "ArnEquals" => (Compares::Patterns, false),
            "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => (Compares::Patterns, true),
            "Null" => (Compares::Absence, false),
            _ => (Compares::Others, false),
        };
        let text = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        };
        let values = many(Some(values)).into_iter().map(text).collect::<Option<_>>()?;
        Some(Self { key: key.to_owned(), compares, negated, without, values })
    }

    /// Whether it holds only where the key is there: `Null` of `false`.
    pub(super) fn asks_for_the_key(&self) -> bool {
        self.compares == Compares::Absence && self.values.iter().all(|value| value.eq_ignore_ascii_case("false"))
    }

    /// Whether it holds only where the key is like one of its values; `there` tells whether another one asks for the key.
    pub(super) fn is_demand(&self, there: bool) -> bool {
        let texts = !matches!(self.compares, Compares::Absence | Compares::Others);
        texts && !self.negated && (there || !self.without)
    }

    /// The values, when each stands for itself alone; `None` when one is a pattern or has a variable, which may be anything.
    pub(crate) fn definite(&self) -> Option<&[String]> {
        let stands_for_more =
            |value: &String| value.contains("${") || (self.compares == Compares::Patterns && is_pattern(value));
        (!self.values.iter().any(stands_for_more)).then_some(self.values.as_slice())
    }

    /// The values as they are written.
    pub(crate) fn values(&self) -> &[String] {
        &self.values
    }

    /// Whether one of the values may be this text: what has a variable may be any.
    pub(crate) fn admits(&self, text: &str) -> bool {
        self.values.iter().any(|value| value.contains("${") || self.is_like(value, text))
    }

    /// Whether one of the values names whoever asks, by a variable that starts so, and has to be met.
    pub(super) fn is_about_the_caller(&self, variables: &[&str]) -> bool {
        !self.negated && self.values.iter().any(|value| variables.iter().any(|variable| value.contains(variable)))
    }

    /// Whether it holds where keys have these values; `None` when its key is none of them, or it is not understood.
    pub(super) fn told(&self, values: &[(&str, &str)]) -> Option<bool> {
        let (_, value) = values.iter().find(|(key, _)| self.key.eq_ignore_ascii_case(key))?;
        match self.compares {
            Compares::Others => None,
            Compares::Absence => Some(self.asks_for_the_key()),
            _ if self.values.iter().any(|pattern| self.is_like(pattern, value)) => Some(!self.negated),
            _ if self.values.iter().any(|pattern| pattern.contains("${")) => None,
            _ => Some(self.negated),
        }
    }

    fn is_like(&self, value: &str, text: &str) -> bool {
        match self.compares {
            Compares::Texts => value == text,
            Compares::TextsWithoutCase => value.eq_ignore_ascii_case(text),
            Compares::Patterns => covers(value, text),
            Compares::Absence | Compares::Others => false,
        }
    }
}
