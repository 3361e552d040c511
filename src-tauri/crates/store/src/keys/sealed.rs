//! Keys in `keys.sealed`, encrypted under a passphrase: Argon2id (64 MiB, 3 passes), then XChaCha20-Poly1305.

use std::path::PathBuf;

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{KeyError, Pair, file};
use crate::data_dir::DataDir;

/// The parameters are part of the file, and the header is authenticated, so that they can grow later.
#[derive(Serialize, Deserialize)]
struct Sealed {
    version: u32,
    memory_kib: u32,
    passes: u32,
    salt: String,
    nonce: String,
    sealed: String,
}

pub(super) fn path(dir: &DataDir) -> PathBuf {
    dir.root().join("keys.sealed")
}

/// `None` when there is no such file.
pub(super) fn fetch(passphrase: &SecretString, dir: &DataDir) -> Result<Option<Pair>, KeyError> {
    let Some(text) = file::read_private(&path(dir))? else { return Ok(None) };
    let malformed = || KeyError::Malformed(format!("The file {}", path(dir).display()));
    let sealed: Sealed = serde_json::from_str(&text).map_err(|_| malformed())?;
    let decode = |text: &str| hex::decode(text).map_err(|_| malformed());
    // A forged file must not be able to ask for all the memory there is.
    if sealed.version != 1 || sealed.memory_kib > 1 << 20 || sealed.passes > 64 {
        return Err(malformed());
    }
    let cipher = cipher(passphrase, &decode(&sealed.salt)?, sealed.memory_kib, sealed.passes)?;
    let nonce: [u8; 24] = decode(&sealed.nonce)?.try_into().map_err(|_| malformed())?;
    let aad = header(sealed.memory_kib, sealed.passes);
    let payload = Payload { msg: &decode(&sealed.sealed)?, aad: aad.as_bytes() };
    let plain = cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| KeyError::WrongPassphrase)?;
    let plain = Zeroizing::new(plain);
    let text = std::str::from_utf8(&plain).map_err(|_| malformed())?;
    Pair::from_text(text).ok_or_else(malformed).map(Some)
}

pub(super) fn create(passphrase: &SecretString, dir: &DataDir, pair: &Pair) -> Result<(), KeyError> {
    if passphrase.expose_secret().is_empty() {
        return Err(KeyError::EmptyPassphrase);
    }
    let (memory_kib, passes) = (64 * 1024, 3);
    let (mut salt, mut nonce) = ([0u8; 16], [0u8; 24]);
    getrandom::fill(&mut salt).map_err(|error| KeyError::System(error.to_string()))?;
    getrandom::fill(&mut nonce).map_err(|error| KeyError::System(error.to_string()))?;
    let aad = header(memory_kib, passes);
    let text = pair.to_text();
    let sealed = cipher(passphrase, &salt, memory_kib, passes)?
        .encrypt(&XNonce::from(nonce), Payload { msg: text.as_bytes(), aad: aad.as_bytes() })
        .map_err(|error| KeyError::System(error.to_string()))?;
    let (salt, nonce, sealed) = (hex::encode(salt), hex::encode(nonce), hex::encode(sealed));
    let json = serde_json::to_vec(&Sealed { version: 1, memory_kib, passes, salt, nonce, sealed })
        .map_err(|error| KeyError::System(error.to_string()))?;
    if file::create_private(&path(dir), &json)? {
        return Ok(());
    }
    Err(KeyError::System("keys were made at the same time".to_owned()))
}

fn header(memory_kib: u32, passes: u32) -> String {
    format!("poolkeeper-sealed 1 {memory_kib} {passes}")
}

fn cipher(passphrase: &SecretString, salt: &[u8], memory: u32, passes: u32) -> Result<XChaCha20Poly1305, KeyError> {
    let system = |error: argon2::Error| KeyError::System(error.to_string());
    let parameters = Params::new(memory, passes, 1, Some(32)).map_err(system)?;
    let mut key = Zeroizing::new([0u8; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
        .hash_password_into(passphrase.expose_secret().as_bytes(), salt, &mut *key)
        .map_err(system)?;
    XChaCha20Poly1305::new_from_slice(&*key).map_err(|error| KeyError::System(error.to_string()))
}
