//! The limits that the AWS service model sets on inputs, held against every request before its operation runs.
//!
//! The tables are `shapes/user_pools.json` and `shapes/identity_pools.json`; `shapes/extract.py` makes them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{LazyLock, OnceLock};

use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

use super::{Api, ApiError};

/// Longest value that a message repeats, in characters.
const REPEATED: usize = 256;

#[derive(Deserialize)]
struct Model {
    operations: HashMap<String, String>,
    shapes: HashMap<String, Shape>,
}

#[derive(Deserialize)]
struct Shape {
    #[serde(flatten)]
    kind: Kind,
    min: Option<f64>,
    max: Option<f64>,
    pattern: Option<String>,
    #[serde(rename = "enum")]
    values: Option<Vec<String>>,
    #[serde(default)]
    sensitive: bool,
    #[serde(skip)]
    compiled: OnceLock<Option<Regex>>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Kind {
    Structure { members: BTreeMap<String, String>, required: Vec<String> },
    List { member: String },
    Map { key: String, value: String },
    String,
    Blob,
    Boolean,
    Integer,
    Long,
    Double,
    Timestamp,
    Document,
}

/// `None` only if a file beside this one were not what `extract.py` writes, which a test rules out.
static USER_POOLS: LazyLock<Option<Model>> =
    LazyLock::new(|| serde_json::from_str(include_str!("shapes/user_pools.json")).ok());
static IDENTITY_POOLS: LazyLock<Option<Model>> =
    LazyLock::new(|| serde_json::from_str(include_str!("shapes/identity_pools.json")).ok());

fn model(service: Api) -> Option<&'static Model> {
    match service {
        Api::UserPools => USER_POOLS.as_ref(),
        Api::IdentityPools => IDENTITY_POOLS.as_ref(),
        Api::Sts | Api::CloudWatch => None,
    }
}

/// Holds an input against what the service model says of `operation`.
///
/// # Errors
/// `SerializationException` for a value of another type; `InvalidParameterException`, or
/// `ValidationException` of identity pools, naming every broken limit.
pub(crate) fn check(service: Api, operation: &str, body: &[u8]) -> Result<(), ApiError> {
    let Some(model) = model(service) else { return Ok(()) };
    let Some(shape) = model.operations.get(operation) else { return Ok(()) };
    let input: Value = super::json::read(body)?;
    let mut examiner = Examiner { model, broken: Vec::new() };
    examiner.examine(shape, &input, "")?;
    let count = examiner.broken.len();
    if count == 0 {
        return Ok(());
    }
    let plural = if count == 1 { "" } else { "s" };
    let list = examiner.broken.join("; ");
    // The two services name the same error differently.
    let code = if service == Api::IdentityPools { "ValidationException" } else { "InvalidParameterException" };
    Err(ApiError::new(code, format!("{count} validation error{plural} detected: {list}")))
}

struct Examiner<'a> {
    model: &'a Model,
    broken: Vec<String>,
}

impl Examiner<'_> {
    fn examine(&mut self, name: &str, value: &Value, path: &str) -> Result<(), ApiError> {
        let Some(shape) = self.model.shapes.get(name) else { return Ok(()) };
        match (&shape.kind, value) {
            (Kind::Document, _) => {}
            (Kind::Structure { members, required }, Value::Object(map)) => {
                for (member, of) in members {
                    let path = below(path, &lower_camel(member));
                    match map.get(member).filter(|value| !value.is_null()) {
                        Some(value) => self.examine(of, value, &path)?,
                        None if required.contains(member) => {
                            self.broken.push(format!(
                                "Value null at '{path}' failed to satisfy constraint: Member must not be null"
                            ));
                        }
                        None => {}
                    }
                }
            }
            (Kind::List { member }, Value::Array(list)) => {
                self.size(shape, value, list.len(), path);
                for (at, value) in list.iter().enumerate() {
                    self.examine(member, value, &format!("{path}.{}.member", at + 1))?;
                }
            }
            (Kind::Map { key, value: of }, Value::Object(map)) => {
                self.size(shape, value, map.len(), path);
                for (name, value) in map {
                    self.examine(key, &Value::String(name.clone()), &format!("{path}.key"))?;
                    self.examine(of, value, &below(path, name))?;
                }
            }
            (Kind::String | Kind::Blob, Value::String(text)) => self.text(shape, value, text, path),
            (Kind::Boolean, Value::Bool(_)) | (Kind::Timestamp | Kind::Double, Value::Number(_)) => {}
            (Kind::Integer | Kind::Long, Value::Number(number)) if number.is_i64() || number.is_u64() => {
                self.range(shape, value, number.as_f64().unwrap_or_default(), path);
            }
            _ => {
                let message = format!("The value at '{path}' is not of the type that the operation takes.");
                return Err(ApiError::new("SerializationException", message));
            }
        }
        Ok(())
    }

    fn text(&mut self, shape: &Shape, value: &Value, text: &str, path: &str) {
        let length = if matches!(shape.kind, Kind::Blob) { text.len() / 4 * 3 } else { text.chars().count() };
        self.size(shape, value, length, path);
        if let Some(values) = shape.values.as_ref().filter(|values| !values.iter().any(|known| known == text)) {
            self.breaks(shape, value, path, &format!("Member must satisfy enum value set: [{}]", values.join(", ")));
        }
        if let Some(pattern) = &shape.pattern
            && shape.compiled.get_or_init(|| whole(pattern)).as_ref().is_some_and(|regex| !regex.is_match(text))
        {
            self.breaks(shape, value, path, &format!("Member must satisfy regular expression pattern: {pattern}"));
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "no length comes near the limits of a double")]
    fn size(&mut self, shape: &Shape, value: &Value, size: usize, path: &str) {
        let size = size as f64;
        if let Some(least) = shape.min.filter(|least| size < *least) {
            self.breaks(shape, value, path, &format!("Member must have length greater than or equal to {least}"));
        }
        if let Some(most) = shape.max.filter(|most| size > *most) {
            self.breaks(shape, value, path, &format!("Member must have length less than or equal to {most}"));
        }
    }

    fn range(&mut self, shape: &Shape, value: &Value, number: f64, path: &str) {
        if let Some(least) = shape.min.filter(|least| number < *least) {
            self.breaks(shape, value, path, &format!("Member must have value greater than or equal to {least}"));
        }
        if let Some(most) = shape.max.filter(|most| number > *most) {
            self.breaks(shape, value, path, &format!("Member must have value less than or equal to {most}"));
        }
    }

    /// Secrets are never repeated, and long values not in full.
    fn breaks(&mut self, shape: &Shape, value: &Value, path: &str, rule: &str) {
        let shown = match value {
            _ if shape.sensitive => String::new(),
            Value::String(text) if text.chars().count() > REPEATED => {
                format!(" '{}…'", text.chars().take(REPEATED).collect::<String>())
            }
            Value::String(text) => format!(" '{text}'"),
            Value::Array(_) | Value::Object(_) => String::new(),
            other => format!(" '{other}'"),
        };
        self.broken.push(format!("Value{shown} at '{path}' failed to satisfy constraint: {rule}"));
    }
}

fn below(path: &str, member: &str) -> String {
    if path.is_empty() { member.to_owned() } else { format!("{path}.{member}") }
}

fn lower_camel(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + letters.as_str())
}

/// The pattern as the service reads it: of the whole text, and with ASCII words and spaces.
fn whole(pattern: &str) -> Option<Regex> {
    let ascii = pattern.replace(r"\w", "0-9A-Za-z_").replace(r"\s", r" \t\n\x0B\f\r");
    Regex::new(&format!(r"\A(?:{ascii})\z")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_of_the_table_can_be_read_and_every_pattern_be_matched() {
        for (service, operations) in [(Api::UserPools, 120), (Api::IdentityPools, 22)] {
            let model = model(service).unwrap();
            assert!(model.operations.len() > operations);
            for (name, shape) in &model.shapes {
                assert!(shape.pattern.as_deref().is_none_or(|pattern| whole(pattern).is_some()), "{name}");
            }
        }
    }

    #[test]
    fn every_broken_limit_is_named_and_no_secret_is_repeated() {
        let body =
            br#"{"UserPoolId":"nope","ClientName":"","ClientSecret":"short","TokenValidityUnits":{"IdToken":"years"}}"#;
        let error = check(Api::UserPools, "CreateUserPoolClient", body).unwrap_err();
        assert_eq!(error.code, "InvalidParameterException");
        assert!(error.message.starts_with("5 validation errors detected: "), "{}", error.message);
        assert!(error.message.contains("'years' at 'tokenValidityUnits.idToken'"), "{}", error.message);
        assert!(!error.message.contains("short"), "{}", error.message);
        let error = check(Api::UserPools, "ListUserPools", br#"{"MaxResults":"9"}"#).unwrap_err();
        assert_eq!(error.code, "SerializationException");
    }
}
