//! What a custom attribute can be, known before AWS is asked: it stays for good.

use serde_json::Value;

use super::named::CUSTOM;

/// The kinds of values that an attribute can have.
pub const KINDS: [&str; 4] = ["String", "Number", "DateTime", "Boolean"];

/// How many characters the name of a custom attribute can have, without its prefix.
pub const LONGEST_NAME: usize = 20;

/// How long a text can be.
const LONGEST_TEXT: i128 = 2048;

/// Why a new custom attribute cannot be so, in a sentence; `None` when it can. The name has its prefix, `value` is its
/// description under `SchemaAttribute`.
#[must_use]
pub fn new_attribute(name: &str, value: &Value) -> Option<&'static str> {
    let Some(own) = name.strip_prefix(CUSTOM) else {
        return Some("The name of a custom attribute begins with custom:.");
    };
    if own.is_empty() || own.chars().count() > LONGEST_NAME {
        return Some("The name of a custom attribute has 1 to 20 characters behind custom:.");
    }
    if own.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Some("The name of a custom attribute has no spaces.");
    }
    let told = |place: &str| value.pointer(&format!("/SchemaAttribute/{place}"));
    let kind = told("AttributeDataType").and_then(Value::as_str).unwrap_or("String");
    if !KINDS.contains(&kind) {
        return Some("An attribute is a String, a Number, a DateTime or a Boolean.");
    }
    if told("Required").is_some_and(|required| required == true) {
        return Some("Custom attributes cannot be required.");
    }
    bounds(kind, told("StringAttributeConstraints"), told("NumberAttributeConstraints"))
}

/// Why bounds do not fit, each a whole number as text.
fn bounds(kind: &str, text: Option<&Value>, number: Option<&Value>) -> Option<&'static str> {
    if text.is_some() && kind != "String" || number.is_some() && kind != "Number" {
        return Some("Only a text has lengths, and only a number has a least and a most.");
    }
    let read = |bounds: &Value, name: &str| match bounds.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_str().and_then(|text| text.parse::<i128>().ok()).map(Some).ok_or(()),
    };
    for (bounds, least, most) in
        text.map(|it| (it, "MinLength", "MaxLength")).into_iter().chain(number.map(|it| (it, "MinValue", "MaxValue")))
    {
        let (Ok(least), Ok(most)) = (read(bounds, least), read(bounds, most)) else {
            return Some("Bounds are whole numbers.");
        };
        if least.zip(most).is_some_and(|(least, most)| least > most) {
            return Some("The least is above the most.");
        }
        if kind == "String" && least.into_iter().chain(most).any(|length| !(0..=LONGEST_TEXT).contains(&length)) {
            return Some("A text has from 0 to 2048 characters.");
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_aws_would_refuse_is_known_before() {
        let of = |name: &str, attribute: Value| new_attribute(name, &json!({ "SchemaAttribute": attribute }));
        assert_eq!(of("custom:plan", json!({})), None);
        assert_eq!(of(&format!("custom:{}", "a".repeat(20)), json!({ "AttributeDataType": "Boolean" })), None);
        let lengths = |least: &str, most: &str| json!({ "StringAttributeConstraints": { "MinLength": least, "MaxLength": most } });
        assert_eq!(of("custom:plan", lengths("1", "2048")), None);
        let range = json!({ "AttributeDataType": "Number", "NumberAttributeConstraints": { "MinValue": "-5" } });
        assert_eq!(of("custom:plan", range.clone()), None);
        for (name, attribute) in [
            ("plan", json!({})),
            ("custom:", json!({})),
            ("custom:a b", json!({})),
            ("custom:plan", json!({ "AttributeDataType": "Text" })),
            ("custom:plan", json!({ "Required": true })),
            ("custom:plan", lengths("5", "4")),
            ("custom:plan", lengths("0", "2049")),
            ("custom:plan", lengths("few", "9")),
            ("custom:plan", json!({ "AttributeDataType": "DateTime", "NumberAttributeConstraints": {} })),
        ] {
            assert!(of(name, attribute.clone()).is_some(), "{name} {attribute}");
        }
        assert!(of(&format!("custom:{}", "é".repeat(21)), range).is_some());
    }
}
