//! AWS JSON 1.1: inputs and outputs in PascalCase, dates as seconds with a fraction.

use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};
use serde_json::json;

use super::ApiError;

/// Reads an input. An empty body is an empty input.
///
/// # Errors
/// `SerializationException` when it is not JSON or a field has another type.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| {
        let place = format!("line {} column {}", error.line(), error.column());
        ApiError::new("SerializationException", format!("The request is not what the operation takes, at {place}."))
    })
}

/// Writes an output.
///
/// # Errors
/// `InternalErrorException`, which cannot happen with the types in this crate.
pub(crate) fn write(output: &impl Serialize) -> Result<Vec<u8>, ApiError> {
    serde_json::to_vec(output).map_err(|error| failed(&error))
}

/// `InternalErrorException` for an output that cannot be written.
pub(crate) fn failed(error: &serde_json::Error) -> ApiError {
    ApiError { status: 500, ..ApiError::new("InternalErrorException", error.to_string()) }
}

pub(super) fn error(error: &ApiError) -> Vec<u8> {
    json!({ "__type": error.code, "message": error.message }).to_string().into_bytes()
}

/// Milliseconds since 1970, written as seconds with a fraction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Epoch(pub(crate) i64);

impl Serialize for Epoch {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of any plausible date are exact in a double")]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0 as f64 / 1000.0)
    }
}
