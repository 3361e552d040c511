//! A client of SRP as Cognito wants it, written from the description alone.

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use num_bigint::{BigInt, BigUint, Sign};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

const N: &str = concat!(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B",
    "302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE6",
    "49286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D",
    "670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718",
    "3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7D",
    "B3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C",
    "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
);

pub const TIMESTAMP: &str = "Sun Nov 22 09:05:07 UTC 2026";

fn prime() -> BigUint {
    BigUint::parse_bytes(N.as_bytes(), 16).unwrap()
}

/// The bytes of a non-negative number in two's complement, which is what "padding" comes to.
fn bytes(n: &BigUint) -> Vec<u8> {
    BigInt::from_biguint(Sign::Plus, n.clone()).to_signed_bytes_be()
}

fn sha(parts: &[&[u8]]) -> Vec<u8> {
    Sha256::digest(parts.concat()).to_vec()
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

/// One attempt to prove a password.
pub struct Prover {
    a: BigUint,
}

impl Prover {
    pub fn new(seed: u8) -> Self {
        Self { a: BigUint::from_bytes_be(&[seed | 1; 128]) }
    }

    /// `SRP_A`.
    pub fn public(&self) -> String {
        BigUint::from(2u8).modpow(&self.a, &prime()).to_str_radix(16)
    }

    /// The answer to a verifier challenge with these parameters.
    pub fn answer(&self, group: &str, identity: &str, password: &str, asked: &Value) -> Map<String, Value> {
        let text = |name: &str| asked[name].as_str().unwrap();
        let hex = |name: &str| BigUint::parse_bytes(text(name).as_bytes(), 16).unwrap();
        let (n, g) = (prime(), BigUint::from(2u8));
        let (b, salt) = (hex("SRP_B"), hex("SALT"));
        let k = BigUint::from_bytes_be(&sha(&[&bytes(&n), &bytes(&g)]));
        let u = BigUint::from_bytes_be(&sha(&[&bytes(&g.modpow(&self.a, &n)), &bytes(&b)]));
        let who = sha(&[format!("{group}{identity}:{password}").as_bytes()]);
        let x = BigUint::from_bytes_be(&sha(&[&bytes(&salt), &who]));
        let base = (BigInt::from(b) - BigInt::from(k * g.modpow(&x, &n))) % BigInt::from(n.clone());
        let base = if base.sign() == Sign::Minus { base + BigInt::from(n.clone()) } else { base };
        let s = base.to_biguint().unwrap().modpow(&(&self.a + &u * x), &n);
        let prk = hmac(&bytes(&u), &bytes(&s));
        let key = hmac(&prk, b"Caldera Derived Key\x01")[..16].to_vec();
        let block = BASE64.decode(text("SECRET_BLOCK")).unwrap();
        let message = [group.as_bytes(), identity.as_bytes(), &block, TIMESTAMP.as_bytes()].concat();
        let Value::Object(answer) = json!({
            "PASSWORD_CLAIM_SIGNATURE": BASE64.encode(hmac(&key, &message)),
            "PASSWORD_CLAIM_SECRET_BLOCK": text("SECRET_BLOCK"),
            "TIMESTAMP": TIMESTAMP,
        }) else {
            unreachable!()
        };
        answer
    }
}

/// What `ConfirmDevice` needs to know a device again.
pub fn device_verifier(group: &str, key: &str, password: &str) -> Value {
    let salt = BigUint::from_bytes_be(&[0xC3; 16]);
    let x = BigUint::from_bytes_be(&sha(&[&bytes(&salt), &sha(&[format!("{group}{key}:{password}").as_bytes()])]));
    let verifier = BigUint::from(2u8).modpow(&x, &prime());
    json!({ "PasswordVerifier": BASE64.encode(bytes(&verifier)), "Salt": BASE64.encode(bytes(&salt)) })
}

/// `SECRET_HASH`.
pub fn secret_hash(username: &str, client: &str, secret: &str) -> String {
    BASE64.encode(hmac(secret.as_bytes(), format!("{username}{client}").as_bytes()))
}
