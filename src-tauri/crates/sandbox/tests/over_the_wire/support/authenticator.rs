//! An authenticator of the tests' own.

use std::cell::Cell;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use ciborium::Value as Cbor;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub const PARTY: &str = "app.example";

/// The person was there, and was verified; with a key attested.
pub const FLAGS: u8 = 0b101;
const ATTESTED: u8 = 0b100_0000;

pub struct Authenticator {
    id: Vec<u8>,
    key: EcdsaKeyPair,
    pub uses: Cell<u32>,
}

impl Authenticator {
    pub fn new(id: &str) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        Self { id: id.as_bytes().to_vec(), key, uses: Cell::new(0) }
    }

    pub fn id(&self) -> String {
        BASE64.encode(&self.id)
    }

    fn head(&self, party: &str, flags: u8) -> Vec<u8> {
        self.uses.set(self.uses.get() + 1);
        [Sha256::digest(party).as_slice(), &[flags], &self.uses.get().to_be_bytes()].concat()
    }

    /// `RegistrationResponseJSON`.
    pub fn register(&self, options: &Value, origin: &str, party: &str, algorithm: i64) -> Value {
        let point = self.key.public_key().as_ref();
        let entry = |label: i64, value: Cbor| (Cbor::from(label), value);
        let key = Cbor::Map(vec![
            entry(1, 2.into()),
            entry(3, algorithm.into()),
            entry(-1, 1.into()),
            entry(-2, Cbor::Bytes(point[1..33].to_vec())),
            entry(-3, Cbor::Bytes(point[33..].to_vec())),
        ]);
        let mut data = self.head(party, FLAGS | ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        ciborium::into_writer(&key, &mut data).unwrap();
        let attestation = Cbor::Map(vec![
            (Cbor::from("fmt"), Cbor::from("none")),
            (Cbor::from("attStmt"), Cbor::Map(Vec::new())),
            (Cbor::from("authData"), Cbor::Bytes(data)),
        ]);
        let mut object = Vec::new();
        ciborium::into_writer(&attestation, &mut object).unwrap();
        json!({
            "id": self.id(), "rawId": self.id(), "type": "public-key", "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": BASE64.encode(client_data("webauthn.create", options, origin)),
                "attestationObject": BASE64.encode(object),
                "transports": ["internal"],
            },
        })
    }

    /// `AuthenticationResponseJSON`.
    pub fn sign_in(&self, options: &Value, origin: &str, flags: u8) -> Value {
        let data = self.head(PARTY, flags);
        let client_data = client_data("webauthn.get", options, origin);
        let message = [data.as_slice(), &Sha256::digest(&client_data)].concat();
        let signature = self.key.sign(&SystemRandom::new(), &message).unwrap();
        json!({
            "id": self.id(), "rawId": self.id(), "type": "public-key", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": BASE64.encode(&client_data),
                "authenticatorData": BASE64.encode(&data),
                "signature": BASE64.encode(signature.as_ref()),
            },
        })
    }
}

fn client_data(kind: &str, options: &Value, origin: &str) -> String {
    json!({ "type": kind, "challenge": options["challenge"], "origin": origin, "crossOrigin": false }).to_string()
}
