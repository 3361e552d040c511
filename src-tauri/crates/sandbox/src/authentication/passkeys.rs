//! Passkeys: what an authenticator sends, held against what it was asked (Web Authentication, level 3, sections 7.1 and
//! 7.2). Attestations are not judged, as nobody asks for one.

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use ciborium::Value as Cbor;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Algorithms that are asked for (COSE): ES256 and RS256.
pub(crate) const ALGORITHMS: [i64; 2] = [-7, -257];

/// Bits of the flags of authenticator data.
const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const ATTESTED: u8 = 1 << 6;

/// Bytes of authenticator data before what is attested: digest of the relying party, flags, count.
const HEAD: usize = 37;

/// What is wrong with an answer of an authenticator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// It is not what such an answer looks like.
    Form,
    /// It answers another challenge, or another kind of request.
    Challenge,
    /// It comes from a page of somebody else.
    Origin,
    /// It is for another relying party.
    RelyingParty,
    /// The person was not there, or was not verified where that is required.
    Person,
    /// The key is of a kind that is not asked for.
    Key,
    /// The signature is not that of the key, or of a copy of it.
    Signature,
}

/// What an authenticator was asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// In base64url.
    pub(crate) challenge: &'a str,
    pub(crate) relying_party: &'a str,
    /// Whether the person must be verified, by a finger or a PIN.
    pub(crate) verified: bool,
}

/// The public key of a passkey, its parts in base64url.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PublicKey {
    /// A point of P-256, uncompressed.
    Es256(String),
    /// Modulus and exponent.
    Rs256(String, String),
}

/// A new passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Registered {
    /// In base64url.
    pub(crate) id: String,
    pub(crate) key: PublicKey,
    pub(crate) uses: u32,
}

/// Reads a `RegistrationResponseJSON`.
///
/// # Errors
/// The first [`Flaw`].
pub(crate) fn register(credential: &Value, asked: Asked<'_>) -> Result<Registered, Flaw> {
    client_data(credential, "webauthn.create", asked)?;
    let attestation = bytes(credential.pointer("/response/attestationObject"))?;
    let attestation: Cbor = ciborium::from_reader(attestation.as_slice()).map_err(|_| Flaw::Form)?;
    let data = entry(&attestation, |key| key.as_text() == Some("authData")).and_then(Cbor::as_bytes);
    let data = data.ok_or(Flaw::Form)?;
    let uses = head(data, asked)?;
    // The model of the authenticator takes 16 bytes, the length of the id two.
    let attested = data.get(HEAD + 16..).filter(|_| data[32] & ATTESTED != 0).ok_or(Flaw::Form)?;
    let (length, rest) = attested.split_first_chunk::<2>().ok_or(Flaw::Form)?;
    let (id, key) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or(Flaw::Form)?;
    let id = BASE64.encode(id);
    if credential.get("id").and_then(Value::as_str) != Some(&id) {
        return Err(Flaw::Form);
    }
    let key: Cbor = ciborium::from_reader(key).map_err(|_| Flaw::Form)?;
    Ok(Registered { id, key: PublicKey::read(&key).ok_or(Flaw::Key)?, uses })
}

/// Holds an `AuthenticationResponseJSON` against the key of its passkey, and gives the count of uses.
///
/// # Errors
/// The first [`Flaw`].
pub(crate) fn prove(credential: &Value, key: &PublicKey, uses: u32, asked: Asked<'_>) -> Result<u32, Flaw> {
    let client_data = client_data(credential, "webauthn.get", asked)?;
    let data = bytes(credential.pointer("/response/authenticatorData"))?;
    let now = head(&data, asked)?;
    let signature = bytes(credential.pointer("/response/signature"))?;
    let message = [data.as_slice(), &Sha256::digest(&client_data)].concat();
    let counts = now != 0 || uses != 0;
    if !key.verifies(&message, &signature) || counts && now <= uses {
        return Err(Flaw::Signature);
    }
    Ok(now)
}

/// The bytes of `clientDataJSON`, which the browser wrote.
fn client_data(credential: &Value, kind: &str, asked: Asked<'_>) -> Result<Vec<u8>, Flaw> {
    let bytes = bytes(credential.pointer("/response/clientDataJSON"))?;
    let data: Value = serde_json::from_slice(&bytes).map_err(|_| Flaw::Form)?;
    let text = |name: &str| data.get(name).and_then(Value::as_str);
    if text("type") != Some(kind) || text("challenge").map(|c| c.trim_end_matches('=')) != Some(asked.challenge) {
        return Err(Flaw::Challenge);
    }
    let origin = text("origin").and_then(|origin| url::Url::parse(origin).ok()).ok_or(Flaw::Origin)?;
    let host = origin.host_str().unwrap_or_default();
    let within = host.strip_suffix(asked.relying_party).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    let safe = origin.scheme() == "https" || origin.scheme() == "http" && host == "localhost";
    if within && safe { Ok(bytes) } else { Err(Flaw::Origin) }
}

/// Checks the beginning of authenticator data and gives its count of uses.
fn head(data: &[u8], asked: Asked<'_>) -> Result<u32, Flaw> {
    let (digest, rest) = data.split_first_chunk::<32>().ok_or(Flaw::Form)?;
    let ([flags, count @ ..], _) = rest.split_first_chunk::<5>().ok_or(Flaw::Form)?;
    if digest.as_slice() != Sha256::digest(asked.relying_party).as_slice() {
        return Err(Flaw::RelyingParty);
    }
    let needed = if asked.verified { PRESENT | VERIFIED } else { PRESENT };
    if flags & needed == needed { Ok(u32::from_be_bytes(*count)) } else { Err(Flaw::Person) }
}

fn bytes(value: Option<&Value>) -> Result<Vec<u8>, Flaw> {
    let text = value.and_then(Value::as_str).ok_or(Flaw::Form)?;
    BASE64.decode(text.trim_end_matches('=')).map_err(|_| Flaw::Form)
}

/// The value of the first entry of a map whose key fits.
fn entry(map: &Cbor, fits: impl Fn(&Cbor) -> bool) -> Option<&Cbor> {
    map.as_map()?.iter().find(|(key, _)| fits(key)).map(|(_, value)| value)
}

impl PublicKey {
    /// Reads a COSE key (RFC 9053); `None` for any that is not asked for.
    fn read(key: &Cbor) -> Option<Self> {
        let at = |label: i64| entry(key, |key| key.as_integer() == Some(label.into()));
        let number = |label| at(label).and_then(Cbor::as_integer).and_then(|number| i64::try_from(number).ok());
        let part = |label| at(label).and_then(Cbor::as_bytes);
        match (number(1)?, number(3)?) {
            (2, -7) if number(-1) == Some(1) => {
                let (x, y) = (part(-2)?, part(-3)?);
                (x.len() == 32 && y.len() == 32).then(|| Self::Es256(BASE64.encode([&[4], &x[..], y].concat())))
            }
            (3, -257) => Some(Self::Rs256(BASE64.encode(part(-1)?), BASE64.encode(part(-2)?))),
            _ => None,
        }
    }

    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let decode = |text: &str| BASE64.decode(text).unwrap_or_default();
        match self {
            Self::Es256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, decode(point)).verify(message, signature).is_ok()
            }
            Self::Rs256(n, e) => {
                let key = PublicKeyComponents { n: decode(n), e: decode(e) };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
            }
        }
    }
}
