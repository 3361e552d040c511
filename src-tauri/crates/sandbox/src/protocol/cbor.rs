//! Smithy's RPC over CBOR: the operation is in the path, everything else in the body.

use ciborium::value::Value;

use super::{ApiError, Request};

/// Where CloudWatch's operations are.
const CLOUDWATCH: &str = "/service/GraniteServiceVersion20100801/operation/";

impl Request {
    /// The operation of a path of this protocol; `None` for a path of another kind.
    pub(crate) fn rpc_of(path: &str) -> Option<&str> {
        path.strip_prefix(CLOUDWATCH).filter(|operation| !operation.is_empty() && !operation.contains('/'))
    }
}

pub(super) fn error(error: &ApiError) -> Vec<u8> {
    let code = format!("com.amazonaws.cloudwatch#{}", error.code);
    let fields = [("__type", code), ("message", error.message.clone())];
    let map = fields.into_iter().map(|(name, value)| (Value::from(name), Value::from(value))).collect();
    let mut bytes = Vec::new();
    // Writing text into memory does not fail.
    let _ = ciborium::into_writer(&Value::Map(map), &mut bytes);
    bytes
}
