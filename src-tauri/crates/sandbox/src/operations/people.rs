//! People as JSON (`UserType`), written straight from their packed form: listings spend nearly all their time here.

use std::io::Write;

use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::directory::schema::Schema;
use crate::directory::user::{AttributeId, User};
use crate::protocol::{ApiError, json};

/// One person in an answer.
pub(super) struct UserType<'a> {
    pub(super) schema: &'a Schema,
    pub(super) user: &'a User,
}

impl Serialize for UserType<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bytes = Vec::new();
        write_user(&mut bytes, &heads(self.schema), self.user, None).map_err(S::Error::custom)?;
        let text = String::from_utf8(bytes).map_err(S::Error::custom)?;
        RawValue::from_string(text).map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// The answer of a listing: `Users`, and the token of the next page under `token_name`.
pub(super) fn page<'a>(
    schema: &Schema,
    users: impl Iterator<Item = &'a User>,
    only: Option<&[AttributeId]>,
    token_name: &str,
    token: Option<&str>,
) -> Result<Vec<u8>, ApiError> {
    let heads = heads(schema);
    let mut out = Vec::with_capacity(64 * 1024);
    out.extend_from_slice(b"{\"Users\":[");
    for (at, user) in users.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write_user(&mut out, &heads, user, only).map_err(|error| json::failed(&error))?;
    }
    out.push(b']');
    if let Some(token) = token {
        write!(out, ",\"{token_name}\":\"{token}\"").map_err(|error| json::failed(&serde_json::Error::io(error)))?;
    }
    out.push(b'}');
    Ok(out)
}

/// For each attribute of the schema, everything of an `AttributeType` before the value.
fn heads(schema: &Schema) -> Vec<Vec<u8>> {
    let head = |name: &str| {
        let mut out = b"{\"Name\":".to_vec();
        write_text(&mut out, name.as_bytes()).map(|()| {
            out.extend_from_slice(b",\"Value\":");
            out
        })
    };
    schema.attributes().iter().map(|attribute| head(&attribute.name).unwrap_or_default()).collect()
}

fn write_user(
    out: &mut Vec<u8>,
    heads: &[Vec<u8>],
    user: &User,
    only: Option<&[AttributeId]>,
) -> serde_json::Result<()> {
    out.extend_from_slice(b"{\"Username\":");
    write_text(out, user.username_bytes())?;
    out.extend_from_slice(b",\"Attributes\":[");
    let mut separator: &[u8] = b"";
    for (id, value) in user.fields() {
        if only.is_some_and(|only| !only.contains(&id)) {
            continue;
        }
        out.extend_from_slice(separator);
        out.extend_from_slice(heads.get(usize::from(id)).map_or(&[], Vec::as_slice));
        write_text(out, value)?;
        out.push(b'}');
        separator = b",";
    }
    out.extend_from_slice(b"],\"UserCreateDate\":");
    write_date(out, user.created_ms)?;
    out.extend_from_slice(b",\"UserLastModifiedDate\":");
    write_date(out, user.modified_ms)?;
    out.extend_from_slice(if user.enabled { b",\"Enabled\":true" } else { b",\"Enabled\":false" });
    out.extend_from_slice(b",\"UserStatus\":\"");
    out.extend_from_slice(user.status.as_str().as_bytes());
    out.push(b'"');
    if user.factors.legacy_sms {
        out.extend_from_slice(b",\"MFAOptions\":[{\"DeliveryMedium\":\"SMS\",\"AttributeName\":\"phone_number\"}]");
    }
    out.push(b'}');
    Ok(())
}

/// Milliseconds since 1970 as seconds with three digits.
fn write_date(out: &mut Vec<u8>, ms: i64) -> serde_json::Result<()> {
    let sign = if ms < 0 { "-" } else { "" };
    let ms = ms.unsigned_abs();
    write!(out, "{sign}{}.{:03}", ms / 1_000, ms % 1_000).map_err(serde_json::Error::io)
}

/// Nearly every text can go out as it is; the others are left to the library.
fn write_text(out: &mut Vec<u8>, text: &[u8]) -> serde_json::Result<()> {
    let special = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
    if text.iter().fold(false, |found, &byte| found | special(byte)) {
        return serde_json::to_writer(out, std::str::from_utf8(text).unwrap_or_default());
    }
    out.push(b'"');
    out.extend_from_slice(text);
    out.push(b'"');
    Ok(())
}
