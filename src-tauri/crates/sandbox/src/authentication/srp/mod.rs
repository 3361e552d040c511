//! Cognito's variant of SRP-6a, the server's side, for people and for devices.
//!
//! A proof is made for a *group* (the part of a pool id after `_`, or a device group key) and an *identity* in it (the
//! username, or a device key). Numbers go over the wire as hexadecimal text, verifiers of devices as Base64.

#[cfg(test)]
mod vectors;

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use num_bigint::BigUint;
use sha2::{Digest, Sha256};

/// The 3072-bit prime of RFC 3526, group 15.
const PRIME: &str = "\
FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD\
EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F\
83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B\
E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510\
15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7\
ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C\
BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";

/// Length of the session key, in bytes.
const KEY: usize = 16;

/// Longest public number that is read, in hexadecimal digits: as long as the prime and a sign byte.
const LONGEST: usize = 770;

struct Group {
    prime: BigUint,
    generator: BigUint,
    multiplier: BigUint,
}

static GROUP: LazyLock<Group> = LazyLock::new(|| {
    let prime = BigUint::parse_bytes(PRIME.as_bytes(), 16).unwrap_or_default();
    let generator = BigUint::from(2u8);
    let multiplier = BigUint::from_bytes_be(&hash(&[&padded(&prime), &padded(&generator)]));
    Group { prime, generator, multiplier }
});

/// What the server keeps in place of a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verifier {
    salt: BigUint,
    value: BigUint,
}

impl Verifier {
    /// The verifier of a password that the server knows.
    pub(crate) fn of_password(group: &str, identity: &str, password: &str, salt: &[u8]) -> Self {
        let salt = BigUint::from_bytes_be(salt);
        let exponent = private_exponent(&salt, group, identity, password);
        Self { value: GROUP.generator.modpow(&exponent, &GROUP.prime), salt }
    }

    /// A verifier and salt that a client made, in Base64 as `ConfirmDevice` takes them. `None` for anything else, or
    /// for a verifier that everyone could satisfy.
    pub(crate) fn from_wire(value: &str, salt: &str) -> Option<Self> {
        let number = |text: &str| {
            let bytes = STANDARD.decode(text).ok().filter(|bytes| !bytes.is_empty() && bytes.len() <= LONGEST / 2)?;
            Some(BigUint::from_bytes_be(&bytes))
        };
        let (value, salt) = (number(value)?, number(salt)?);
        let one = BigUint::from(1u8);
        (value > one && value < GROUP.prime).then_some(Self { salt, value })
    }
}

/// One round of proof that waits for its answer.
#[derive(Debug, Clone)]
pub(crate) struct Round {
    salt: BigUint,
    public: BigUint,
    key: [u8; KEY],
}

impl Round {
    /// Answers the client's public number (`SRP_A`). `secret` must be random and used once. `None` when the number is
    /// not hexadecimal or would give the key away (`A mod N == 0`).
    pub(crate) fn answer(verifier: &Verifier, client_public: &str, secret: &[u8; 32]) -> Option<Self> {
        let group = &*GROUP;
        let client_public = number(client_public)?;
        let zero = BigUint::default();
        if &client_public % &group.prime == zero {
            return None;
        }
        let secret = BigUint::from_bytes_be(secret);
        let power = group.generator.modpow(&secret, &group.prime);
        let public = (&group.multiplier * &verifier.value + power) % &group.prime;
        let scrambler = scrambler(&client_public, &public);
        if public == zero || scrambler == zero {
            return None;
        }
        let base = client_public * verifier.value.modpow(&scrambler, &group.prime);
        let shared = base.modpow(&secret, &group.prime);
        Some(Self { salt: verifier.salt.clone(), public, key: session_key(&scrambler, &shared) })
    }

    /// `SALT`: hexadecimal.
    pub(crate) fn salt(&self) -> String {
        self.salt.to_str_radix(16)
    }

    /// `SRP_B`: hexadecimal.
    pub(crate) fn public(&self) -> String {
        self.public.to_str_radix(16)
    }

    /// Whether `signature` (`PASSWORD_CLAIM_SIGNATURE`, Base64) proves that the client has the same key.
    pub(crate) fn proves(&self, claim: &Claim<'_>, signature: &str) -> bool {
        let Ok(signature) = STANDARD.decode(signature) else { return false };
        claim.mac(&self.key).is_some_and(|mac| mac.verify_slice(&signature).is_ok())
    }
}

/// What a proof is made over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim<'a> {
    pub(crate) group: &'a str,
    pub(crate) identity: &'a str,
    /// The bytes of `SECRET_BLOCK`.
    pub(crate) block: &'a [u8],
    /// `TIMESTAMP` as the client wrote it.
    pub(crate) timestamp: &'a str,
}

impl Claim<'_> {
    fn mac(&self, key: &[u8; KEY]) -> Option<Hmac<Sha256>> {
        let parts = [self.group.as_bytes(), self.identity.as_bytes(), self.block, self.timestamp.as_bytes()];
        keyed(key, &parts)
    }
}

/// A salt that looks like any other, made of who it is for: stable as long as the password is.
pub(crate) fn salt(parts: &[&str]) -> [u8; 16] {
    let mut digest = Sha256::new().chain_update(b"sandbox salt");
    for part in parts {
        digest.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        digest.update(part.as_bytes());
    }
    let mut salt = [0; 16];
    salt.copy_from_slice(&digest.finalize()[..16]);
    salt
}

/// The part of a pool id after `_`: the group of its people.
pub(crate) fn pool_group(pool_id: &str) -> &str {
    pool_id.rsplit_once('_').map_or(pool_id, |(_, name)| name)
}

fn number(hexadecimal: &str) -> Option<BigUint> {
    let digits = hexadecimal.as_bytes();
    let plain = !digits.is_empty() && digits.len() <= LONGEST && digits.iter().all(u8::is_ascii_hexdigit);
    plain.then(|| BigUint::parse_bytes(digits, 16)).flatten()
}

/// Big-endian bytes with a zero in front where the first bit is set, as Java writes signed numbers.
fn padded(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes.first().is_some_and(|first| first & 0x80 != 0) {
        bytes.insert(0, 0);
    }
    bytes
}

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    parts.iter().fold(Sha256::new(), Digest::chain_update).finalize().into()
}

fn keyed(key: &[u8], parts: &[&[u8]]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    for part in parts {
        mac.update(part);
    }
    Some(mac)
}

fn scrambler(client_public: &BigUint, server_public: &BigUint) -> BigUint {
    BigUint::from_bytes_be(&hash(&[&padded(client_public), &padded(server_public)]))
}

fn private_exponent(salt: &BigUint, group: &str, identity: &str, password: &str) -> BigUint {
    let inner = hash(&[group.as_bytes(), identity.as_bytes(), b":", password.as_bytes()]);
    BigUint::from_bytes_be(&hash(&[&padded(salt), &inner]))
}

/// HKDF of RFC 5869 with one block of output, the scrambler as salt.
fn session_key(scrambler: &BigUint, shared: &BigUint) -> [u8; KEY] {
    let extract = |key: &[u8], parts: &[&[u8]]| {
        keyed(key, parts).map(|mac| <[u8; 32]>::from(mac.finalize().into_bytes())).unwrap_or_default()
    };
    let pseudorandom = extract(&padded(scrambler), &[&padded(shared)]);
    let block = extract(&pseudorandom, &[b"Caldera Derived Key", &[1]]);
    let mut key = [0; KEY];
    key.copy_from_slice(&block[..KEY]);
    key
}
