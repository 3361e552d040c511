//! Signing keys: two for each user pool, so that an ID token never passes for an access token, and one of identity pools.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Header};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::protocol::ApiError;

/// An RSA key of 2,048 bits, kept as PKCS #8.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct SigningKey {
    /// PKCS #8 in base 64.
    secret: String,
    #[serde(skip)]
    pair: OnceLock<Option<Arc<KeyPair>>>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").finish_non_exhaustive()
    }
}

impl SigningKey {
    fn generate() -> Result<Self, ApiError> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| broken())?;
        let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| broken())?;
        let secret = BASE64_STANDARD.encode(der.as_ref());
        Ok(Self { secret, pair: OnceLock::from(Some(Arc::new(pair))) })
    }

    fn pair(&self) -> Result<&KeyPair, ApiError> {
        let read = || Some(Arc::new(KeyPair::from_pkcs8(&BASE64_STANDARD.decode(&self.secret).ok()?).ok()?));
        self.pair.get_or_init(read).as_deref().ok_or_else(broken)
    }

    /// Modulus and exponent, big-endian.
    fn public(&self) -> Result<(Vec<u8>, Vec<u8>), ApiError> {
        let key = self.pair()?.public_key();
        let (modulus, exponent) = (key.modulus(), key.exponent());
        Ok((modulus.big_endian_without_leading_zero().to_vec(), exponent.big_endian_without_leading_zero().to_vec()))
    }

    /// The name under which the key is published: a digest of its public part, so that it stays when the key does.
    pub(crate) fn id(&self) -> Result<String, ApiError> {
        Ok(BASE64_STANDARD.encode(Sha256::digest(&self.public()?.0)))
    }

    /// A JSON Web Token with these claims (RFC 7519), signed with RS256.
    pub(crate) fn sign(&self, claims: &Map<String, Value>) -> Result<String, ApiError> {
        let header = json!({ "kid": self.id()?, "alg": "RS256" });
        let part = |json: Vec<u8>| BASE64_URL_SAFE_NO_PAD.encode(json);
        let message = format!(
            "{}.{}",
            part(header.to_string().into_bytes()),
            part(serde_json::to_vec(claims).map_err(|_| broken())?)
        );
        let pair = self.pair()?;
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).map_err(|_| broken())?;
        Ok(format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The claims of a token that this key signed; `None` for any other. Says nothing about dates or audience.
    pub(crate) fn read(&self, token: &str) -> Option<Map<String, Value>> {
        let header: Header = jsonwebtoken::decode_header(token).ok()?;
        if header.kid? != self.id().ok()? {
            return None;
        }
        let (modulus, exponent) = self.public().ok()?;
        let mut validation = jsonwebtoken::Validation::new(Algorithm::RS256);
        // The clock of the sandbox is a virtual one: callers compare dates with that.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        let key = DecodingKey::from_rsa_raw_components(&modulus, &exponent);
        Some(jsonwebtoken::decode(token, &key, &validation).ok()?.claims)
    }

    /// The public part as a JSON Web Key (RFC 7517).
    pub(crate) fn published(&self) -> Result<Value, ApiError> {
        let (modulus, exponent) = self.public()?;
        Ok(json!({
            "alg": "RS256",
            "e": BASE64_URL_SAFE_NO_PAD.encode(exponent),
            "kid": self.id()?,
            "kty": "RSA",
            "n": BASE64_URL_SAFE_NO_PAD.encode(modulus),
            "use": "sig",
        }))
    }
}

/// The keys of one user pool.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PoolKeys {
    pub(crate) id: SigningKey,
    pub(crate) access: SigningKey,
    /// Encrypts refresh tokens: 32 bytes in hexadecimal.
    refresh: String,
}

impl PoolKeys {
    fn generate() -> Result<Self, ApiError> {
        let mut refresh = [0; 32];
        aws_lc_rs::rand::fill(&mut refresh).map_err(|_| broken())?;
        // Finding primes takes a while: both keys at once.
        let (id, access) = std::thread::scope(|scope| {
            let id = scope.spawn(SigningKey::generate);
            let access = SigningKey::generate();
            (id.join().unwrap_or_else(|_| Err(broken())), access)
        });
        Ok(Self { id: id?, access: access?, refresh: hex::encode(refresh) })
    }

    /// The key that encrypts refresh tokens.
    ///
    /// # Errors
    /// `InternalErrorException` when a saved state holds something else.
    pub(super) fn refresh_key(&self) -> Result<[u8; 32], ApiError> {
        let mut key = [0; 32];
        hex::decode_to_slice(&self.refresh, &mut key).map_err(|_| broken())?;
        Ok(key)
    }
}

/// Every key of the account, made when it is first asked for and saved with the state.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Keys {
    #[serde(default)]
    pools: BTreeMap<String, PoolKeys>,
    #[serde(default)]
    identities: Option<SigningKey>,
}

impl Keys {
    /// The keys of a user pool.
    ///
    /// # Errors
    /// `InternalErrorException` when the machine cannot make a key.
    pub(crate) fn pool(&mut self, id: &str) -> Result<&PoolKeys, ApiError> {
        if !self.pools.contains_key(id) {
            self.pools.insert(id.to_owned(), PoolKeys::generate()?);
        }
        self.pools.get(id).ok_or_else(broken)
    }

    /// The keys of a user pool that has signed or published before.
    pub(crate) fn known(&self, id: &str) -> Option<&PoolKeys> {
        self.pools.get(id)
    }

    /// The key that signs the OpenID tokens of identity pools.
    ///
    /// # Errors
    /// `InternalErrorException` when the machine cannot make a key.
    pub(crate) fn identities(&mut self) -> Result<&SigningKey, ApiError> {
        if self.identities.is_none() {
            self.identities = Some(SigningKey::generate()?);
        }
        self.identities.as_ref().ok_or_else(broken)
    }
}

fn broken() -> ApiError {
    ApiError { status: 500, ..ApiError::new("InternalErrorException", "The sandbox could not make or use a key.") }
}
