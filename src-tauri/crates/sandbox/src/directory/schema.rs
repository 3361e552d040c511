//! The attributes a pool knows, in a fixed order: the position is the attribute's id.

use serde::{Deserialize, Serialize};

use super::user::AttributeId;

/// Ids of standard attributes that the directory itself looks at.
pub(crate) mod id {
    use super::AttributeId;
    pub(crate) const SUB: AttributeId = 0;
    pub(crate) const NAME: AttributeId = 1;
    pub(crate) const GIVEN_NAME: AttributeId = 2;
    pub(crate) const FAMILY_NAME: AttributeId = 3;
    pub(crate) const EMAIL: AttributeId = 4;
    pub(crate) const EMAIL_VERIFIED: AttributeId = 5;
    pub(crate) const PHONE: AttributeId = 6;
    pub(crate) const PHONE_VERIFIED: AttributeId = 7;
    pub(crate) const PREFERRED_USERNAME: AttributeId = 8;
    pub(crate) const LOCALE: AttributeId = 9;
    pub(crate) const ZONEINFO: AttributeId = 10;
    pub(crate) const BIRTHDATE: AttributeId = 17;
    pub(crate) const IDENTITIES: AttributeId = 20;
}

const STANDARD: [(&str, &str, &str); 21] = [
    ("sub", "String", "2048"),
    ("name", "String", "2048"),
    ("given_name", "String", "2048"),
    ("family_name", "String", "2048"),
    ("email", "String", "2048"),
    ("email_verified", "Boolean", ""),
    ("phone_number", "String", "2048"),
    ("phone_number_verified", "Boolean", ""),
    ("preferred_username", "String", "2048"),
    ("locale", "String", "2048"),
    ("zoneinfo", "String", "2048"),
    ("middle_name", "String", "2048"),
    ("nickname", "String", "2048"),
    ("profile", "String", "2048"),
    ("picture", "String", "2048"),
    ("website", "String", "2048"),
    ("gender", "String", "2048"),
    ("birthdate", "String", "10"),
    ("address", "String", "2048"),
    ("updated_at", "Number", ""),
    ("identities", "String", ""),
];

/// Longest value of any attribute, in bytes.
pub(crate) const MAX_VALUE: usize = 2048;

/// One entry of `SchemaAttributes`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Attribute {
    pub(crate) name: String,
    #[serde(default = "string_type")]
    pub(crate) attribute_data_type: String,
    #[serde(default)]
    pub(crate) developer_only_attribute: bool,
    #[serde(default = "yes")]
    pub(crate) mutable: bool,
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) string_attribute_constraints: Option<Lengths>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) number_attribute_constraints: Option<Range>,
}

/// `StringAttributeConstraints`: numbers, sent as text.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Lengths {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_length: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_length: Option<String>,
}

/// `NumberAttributeConstraints`: numbers, sent as text.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Range {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_value: Option<String>,
}

fn string_type() -> String {
    "String".to_owned()
}

fn yes() -> bool {
    true
}

/// All attributes of one pool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Schema(Vec<Attribute>);

impl Default for Schema {
    fn default() -> Self {
        Self(STANDARD.iter().map(standard).collect())
    }
}

fn standard(&(name, kind, max): &(&str, &str, &str)) -> Attribute {
    let min = if name == "sub" {
        "1"
    } else if name == "birthdate" {
        "10"
    } else {
        "0"
    };
    Attribute {
        name: name.to_owned(),
        attribute_data_type: kind.to_owned(),
        developer_only_attribute: false,
        mutable: name != "sub",
        required: name == "sub",
        string_attribute_constraints: (kind == "String").then(|| Lengths {
            min_length: (!max.is_empty()).then(|| min.to_owned()),
            max_length: (!max.is_empty()).then(|| max.to_owned()),
        }),
        number_attribute_constraints: (kind == "Number")
            .then(|| Range { min_value: Some("0".to_owned()), max_value: None }),
    }
}

impl Schema {
    pub(crate) fn attributes(&self) -> &[Attribute] {
        &self.0
    }

    pub(crate) fn id(&self, name: &str) -> Option<AttributeId> {
        self.0.iter().position(|a| a.name == name).and_then(|at| AttributeId::try_from(at).ok())
    }

    pub(crate) fn name(&self, id: AttributeId) -> &str {
        self.0.get(usize::from(id)).map_or("", |a| a.name.as_str())
    }

    pub(crate) fn get(&self, id: AttributeId) -> Option<&Attribute> {
        self.0.get(usize::from(id))
    }

    /// Takes one entry of a `Schema` request: a standard name changes that attribute, any other becomes `custom:`.
    pub(crate) fn declare(&mut self, attribute: Attribute) {
        let Some(standard) = self.0.iter_mut().find(|a| a.name == attribute.name) else {
            self.add_custom(attribute);
            return;
        };
        standard.required = attribute.required || standard.name == "sub";
        standard.mutable = attribute.mutable && standard.name != "sub";
        standard.string_attribute_constraints =
            attribute.string_attribute_constraints.or(standard.string_attribute_constraints.take());
        standard.number_attribute_constraints =
            attribute.number_attribute_constraints.or(standard.number_attribute_constraints.take());
    }

    /// Adds an attribute as `custom:`, or as `dev:` where only developers may write it.
    pub(crate) fn add_custom(&mut self, mut attribute: Attribute) {
        attribute.name = custom_name(&attribute.name, attribute.developer_only_attribute);
        attribute.required = false;
        match attribute.attribute_data_type.as_str() {
            "String" => {
                attribute.string_attribute_constraints.get_or_insert_default();
            }
            "Number" => {
                attribute.number_attribute_constraints.get_or_insert_default();
            }
            _ => {}
        }
        self.0.push(attribute);
    }

    /// How many attributes are not standard ones.
    pub(crate) fn customs(&self) -> usize {
        self.0.len() - STANDARD.len()
    }
}

/// The name under which a custom attribute is kept.
pub(crate) fn custom_name(name: &str, developer_only: bool) -> String {
    format!("{}:{name}", if developer_only { "dev" } else { "custom" })
}

/// The data type of a standard attribute.
pub(crate) fn standard_type(name: &str) -> Option<&'static str> {
    STANDARD.iter().find(|(known, ..)| *known == name).map(|(_, kind, _)| *kind)
}
