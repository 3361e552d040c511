//! A custom attribute as somebody types it on a command line.

use model::edit::Kind;
use serde_json::{Value, json};

use crate::edits::Meant;
use crate::typed_things::whole;

/// The kinds of values that an attribute can have.
pub use model::edit::ATTRIBUTE_KINDS;

/// What is typed of a custom attribute.
#[derive(Debug, Default)]
pub struct TypedAttribute {
    /// Its kind, one of [`ATTRIBUTE_KINDS`].
    pub kind: String,
    /// The shortest text, or the least number; `None` for any.
    pub least: Option<i64>,
    /// The longest text, or the most; `None` for any.
    pub most: Option<i64>,
    /// Whether it stays as it was first written.
    pub fixed: bool,
}

/// Adds a custom attribute to a pool; the prefix `custom:` may be left out.
#[must_use]
pub fn new_attribute(name: &str, typed: &TypedAttribute) -> Meant {
    let name = name.trim();
    let name = if name.starts_with("custom:") { name.to_owned() } else { format!("custom:{name}") };
    let mut attribute = json!({ "AttributeDataType": typed.kind, "Mutable": !typed.fixed });
    let bounds = |least: &str, most: &str| {
        let told = [(least, typed.least), (most, typed.most)].into_iter();
        told.filter_map(|(name, bound)| Some((name.to_owned(), Value::from(bound?.to_string())))).collect::<Value>()
    };
    if typed.least.is_some() || typed.most.is_some() {
        // What is no text gets bounds of numbers, and where it can have none that is said.
        let (place, bounds) = match typed.kind.as_str() {
            "String" => ("StringAttributeConstraints", bounds("MinLength", "MaxLength")),
            _ => ("NumberAttributeConstraints", bounds("MinValue", "MaxValue")),
        };
        attribute[place] = bounds;
    }
    whole(Kind::Attribute, &name, json!({ "SchemaAttribute": attribute }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_has_its_prefix_and_the_bounds_of_its_kind() {
        let typed = |kind: &str| TypedAttribute { kind: kind.to_owned(), most: Some(20), ..TypedAttribute::default() };
        let made = |name: &str, kind: &str| {
            let (whole, patch) = new_attribute(name, &typed(kind));
            (whole.subject, patch[0].value.clone().unwrap_or_default())
        };
        let (name, text) = made("plan", "String");
        assert_eq!(name, "custom:plan");
        let wanted = json!({ "SchemaAttribute": { "AttributeDataType": "String", "Mutable": true,
            "StringAttributeConstraints": { "MaxLength": "20" } } });
        assert_eq!(text, wanted);
        let (name, number) = made("custom:age", "Number");
        assert_eq!(name, "custom:age");
        assert_eq!(number.pointer("/SchemaAttribute/NumberAttributeConstraints/MaxValue"), Some(&json!("20")));
    }
}
