//! Refresh tokens: what they stand for, encrypted, so that nobody reads them and no list of them is kept.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};

use crate::protocol::ApiError;

/// The protected header of a JSON Web Encryption (RFC 7516), which is the shape of a refresh token.
const HEADER: &str = r#"{"cty":"JWT","enc":"A256GCM","alg":"dir"}"#;

/// What a refresh token stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Content {
    #[serde(rename = "u")]
    pub(super) user: u32,
    /// Id of the grant.
    #[serde(rename = "g")]
    pub(super) grant: String,
    /// How many tokens the grant had before this one.
    #[serde(rename = "n")]
    pub(super) generation: u32,
}

/// Encrypts `content` with the key of a pool.
///
/// # Errors
/// `InternalErrorException`, which cannot happen with a key of the right length.
pub(super) fn seal(key: &[u8; 32], nonce: [u8; NONCE_LEN], content: &Content) -> Result<String, ApiError> {
    let broken = || ApiError { status: 500, ..ApiError::new("InternalErrorException", "A token could not be made.") };
    let header = BASE64.encode(HEADER);
    let mut bytes = serde_json::to_vec(content).map_err(|_| broken())?;
    let tag = cipher(key)
        .ok_or_else(broken)?
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(header.as_bytes()), &mut bytes)
        .map_err(|_| broken())?;
    let [iv, text, tag] = [BASE64.encode(nonce), BASE64.encode(&bytes), BASE64.encode(tag.as_ref())];
    Ok(format!("{header}..{iv}.{text}.{tag}"))
}

/// What `token` stands for; `None` when this key did not make it.
pub(super) fn open(key: &[u8; 32], token: &str) -> Option<Content> {
    let mut parts = token.split('.');
    let mut part = || parts.next();
    let (header, direct, iv, text, tag) = (part()?, part()?, part()?, part()?, part()?);
    if part().is_some() || !direct.is_empty() {
        return None;
    }
    let mut bytes = BASE64.decode(text).ok()?;
    bytes.extend(BASE64.decode(tag).ok()?);
    let nonce = Nonce::try_assume_unique_for_key(&BASE64.decode(iv).ok()?).ok()?;
    let plain = cipher(key)?.open_in_place(nonce, Aad::from(header.as_bytes()), &mut bytes).ok()?;
    serde_json::from_slice(plain).ok()
}

fn cipher(key: &[u8; 32]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, key).ok().map(LessSafeKey::new)
}
