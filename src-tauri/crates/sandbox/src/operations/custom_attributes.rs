//! The schema of a pool: standard attributes as a new pool wants them, and custom ones.

use serde_json::Value;

use super::input::Input;
use super::{Answered, Call, nothing, pools};
use crate::directory::schema::{Attribute, MAX_VALUE, Schema, custom_name, standard_type};
use crate::protocol::{ApiError, json};

/// Most custom attributes of one pool.
const MOST: usize = 50;

/// Reads the entries of a `Schema` or `CustomAttributes` list.
fn read(entries: &[Value]) -> Result<Vec<Attribute>, ApiError> {
    entries.iter().map(|entry| json::read(entry.to_string().as_bytes())).collect()
}

/// Makes the schema of a new pool.
pub(super) fn schema(entries: &[Value]) -> Result<Schema, ApiError> {
    let mut schema = Schema::default();
    for (at, (attribute, entry)) in read(entries)?.into_iter().zip(entries).enumerate() {
        let name = attribute.name.clone();
        if entries[..at].iter().any(|earlier| earlier.get("Name").and_then(Value::as_str) == Some(&name)) {
            return Err(ApiError::invalid(format!("{name}: the schema names this attribute twice.")));
        }
        match standard_type(&name) {
            Some(kind) => check_standard(&attribute, entry, kind)?,
            None => check_custom(&schema, &attribute)?,
        }
        schema.declare(attribute);
    }
    Ok(schema)
}

fn check_standard(attribute: &Attribute, entry: &Value, kind: &str) -> Result<(), ApiError> {
    let given = entry.get("AttributeDataType").and_then(Value::as_str);
    if given.is_some_and(|given| given != kind) || attribute.developer_only_attribute {
        let name = &attribute.name;
        return Err(ApiError::invalid(format!(
            "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute {name}"
        )));
    }
    check_constraints(attribute, kind)
}

fn check_custom(schema: &Schema, attribute: &Attribute) -> Result<(), ApiError> {
    let name = custom_name(&attribute.name, attribute.developer_only_attribute);
    if attribute.required {
        return Err(ApiError::invalid("Required custom attributes are not supported currently."));
    }
    if schema.id(&name).is_some() {
        return Err(ApiError::invalid(format!("{name}: Existing attribute already has name {name}.")));
    }
    if schema.customs() >= MOST {
        return Err(ApiError::invalid(format!("A user pool can have at most {MOST} custom attributes.")));
    }
    check_constraints(attribute, &attribute.attribute_data_type)
}

fn check_constraints(attribute: &Attribute, kind: &str) -> Result<(), ApiError> {
    let name = &attribute.name;
    let refused = |why: &str| Err(ApiError::invalid(format!("{name}: {why}")));
    let lengths = attribute.string_attribute_constraints.as_ref();
    let range = attribute.number_attribute_constraints.as_ref();
    if (lengths.is_some() && kind != "String") || (range.is_some() && kind != "Number") {
        return refused("The constraints are not those of the data type.");
    }
    let lengths = lengths.map(|l| (l.min_length.as_deref(), l.max_length.as_deref()));
    let range = range.map(|r| (r.min_value.as_deref(), r.max_value.as_deref()));
    for (least, most) in lengths.into_iter().chain(range) {
        let number = |text: Option<&str>| text.map(str::parse::<i128>).transpose();
        let (Ok(least), Ok(most)) = (number(least), number(most)) else {
            return refused("The constraints must be whole numbers.");
        };
        if least.zip(most).is_some_and(|(least, most)| least > most) {
            return refused("The least value of the constraints is above the most.");
        }
        let longest = i128::try_from(MAX_VALUE).unwrap_or(i128::MAX);
        if kind == "String" && least.into_iter().chain(most).any(|length| !(0..=longest).contains(&length)) {
            return refused("Lengths must be between 0 and 2048.");
        }
    }
    Ok(())
}

/// `AddCustomAttributes`: all of them or none.
pub(super) fn add(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let now_ms = call.moment.now_ms;
    let pool = call.pool(input.maybe("UserPoolId"))?;
    pools::refuse_while_importing(pool)?;
    let mut schema = pool.schema.clone();
    for attribute in read(input.list("CustomAttributes"))? {
        check_custom(&schema, &attribute)?;
        schema.add_custom(attribute);
    }
    pool.schema = schema;
    pool.modified_ms = now_ms;
    nothing()
}
