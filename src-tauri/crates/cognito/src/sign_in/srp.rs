//! Cognito's variant of SRP-6a: the wrapping around big integers and hashes that libraries do.
//!
//! It is not RFC 5054: numbers are padded as Java's `BigInteger` writes them (a zero byte before a set top bit, and no
//! fixed width), the identity is the pool's name and the user's, and the proof is an HMAC over Cognito's secret block.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto_bigint::modular::ConstMontyForm;
use crypto_bigint::{U3072, const_monty_params};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const_monty_params!(
    Group,
    U3072,
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    "The 3072-bit MODP prime of RFC 3526, group 15."
);

type Element = ConstMontyForm<Group, { U3072::LIMBS }>;

/// Bytes of the group's numbers.
const WIDTH: usize = 384;

/// Bytes of the client's random exponent.
pub const EXPONENT_BYTES: usize = 128;

/// The exponent is the random one plus a product of two hashes.
const EXPONENT_BITS: u32 = 1_025;

/// Why a challenge of the server is refused, or cannot be read. Nothing secret is in here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SrpError {
    /// The random exponent is zero, so that the public value would give it away.
    #[error("The random number of this sign-in is not usable. Try again.")]
    WeakExponent,
    /// `SRP_B` is no hexadecimal number, or too long.
    #[error("Cognito's answer holds no usable SRP_B.")]
    PublicValue,
    /// `SRP_B` is a multiple of the modulus, or the scrambling hash is zero: whoever answered does not know the verifier.
    #[error("Cognito's SRP_B is one that no honest server sends, so the password was not used.")]
    Dishonest,
    /// `SALT` is no hexadecimal number, or too long.
    #[error("Cognito's answer holds no usable SALT.")]
    Salt,
    /// `SECRET_BLOCK` is not base64.
    #[error("Cognito's answer holds no usable SECRET_BLOCK.")]
    SecretBlock,
}

/// What the server sent with `PASSWORD_VERIFIER` or `DEVICE_PASSWORD_VERIFIER`.
#[derive(Debug, Clone)]
pub struct ServerChallenge {
    /// `SRP_B`.
    pub srp_b: String,
    /// `SALT`.
    pub salt: String,
    /// `SECRET_BLOCK`.
    pub secret_block: String,
}

/// Whose password is proved.
#[derive(Debug, Clone)]
pub struct SrpIdentity {
    /// The part of the pool's id after the `_`; for a device its group key.
    pub group: String,
    /// `USER_ID_FOR_SRP`; for a device its key.
    pub user: String,
}

/// The fields of the answer.
#[derive(Clone)]
pub struct Proof {
    /// `PASSWORD_CLAIM_SIGNATURE`.
    pub signature: String,
    /// `TIMESTAMP`.
    pub timestamp: String,
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proof").field("timestamp", &self.timestamp).finish_non_exhaustive()
    }
}

/// One sign-in: the random exponent, which is used once and overwritten when dropped, and its public value.
pub struct Srp {
    exponent: Zeroizing<U3072>,
    public: U3072,
}

impl fmt::Debug for Srp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Srp")
    }
}

impl Srp {
    /// Begins with 128 random bytes.
    ///
    /// # Errors
    /// [`SrpError::WeakExponent`] when they are all zero.
    pub fn new(random: &[u8; EXPONENT_BYTES]) -> Result<Self, SrpError> {
        let exponent = Zeroizing::new(number(random).ok_or(SrpError::WeakExponent)?);
        if bool::from(exponent.is_zero()) {
            return Err(SrpError::WeakExponent);
        }
        let public = generator().pow_bounded_exp(&exponent, EXPONENT_BITS).retrieve();
        Ok(Self { exponent, public })
    }

    /// `SRP_A`: lower-case hexadecimal digits without padding.
    #[must_use]
    pub fn public_value(&self) -> String {
        let digits = hex::encode(self.public.to_be_bytes());
        digits.trim_start_matches('0').to_owned()
    }

    /// Proves the password at `now` without sending it.
    ///
    /// # Errors
    /// [`SrpError`]; the password was not used then.
    pub fn prove(
        &self,
        identity: &SrpIdentity,
        password: &SecretString,
        challenge: &ServerChallenge,
        now: Timestamp,
    ) -> Result<Proof, SrpError> {
        let block = STANDARD.decode(&challenge.secret_block).map_err(|_| SrpError::SecretBlock)?;
        let key = self.session_key(identity, password, challenge)?;
        let timestamp = timestamp(now);
        let mut mac = keyed(key.as_slice());
        mac.update(identity.group.as_bytes());
        mac.update(identity.user.as_bytes());
        mac.update(&block);
        mac.update(timestamp.as_bytes());
        Ok(Proof { signature: STANDARD.encode(mac.finalize().into_bytes()), timestamp })
    }

    /// The 16 bytes that both sides derive.
    fn session_key(
        &self,
        identity: &SrpIdentity,
        password: &SecretString,
        challenge: &ServerChallenge,
    ) -> Result<Zeroizing<[u8; 16]>, SrpError> {
        let server = from_hex(&challenge.srp_b).ok_or(SrpError::PublicValue)?;
        let salt = from_hex(&challenge.salt).ok_or(SrpError::Salt)?;
        let server_element = Element::new(&server);
        if bool::from(server_element.retrieve().is_zero()) {
            return Err(SrpError::Dishonest);
        }
        let scrambler = Sha256::new().chain_update(pad(&self.public)).chain_update(pad(&server)).finalize();
        let scrambler = number(&scrambler).ok_or(SrpError::Dishonest)?;
        if bool::from(scrambler.is_zero()) {
            return Err(SrpError::Dishonest);
        }
        let secret = private_key(identity, password, &salt);
        let verifier = generator().pow_bounded_exp(&secret, 256);
        let base = server_element - multiplier() * verifier;
        let exponent = Zeroizing::new(self.exponent.wrapping_add(&scrambler.wrapping_mul(&*secret)));
        let shared = Zeroizing::new(base.pow_bounded_exp(&exponent, EXPONENT_BITS).retrieve());
        let mut key = Zeroizing::new([0; 16]);
        Hkdf::<Sha256>::new(Some(&pad(&scrambler)), &pad(&shared))
            .expand(b"Caldera Derived Key", key.as_mut_slice())
            .map_err(|_| SrpError::PublicValue)?;
        Ok(key)
    }
}

/// What a new device registers (`DeviceSecretVerifierConfig`), so that it can later prove itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceVerifier {
    /// `PasswordVerifier`.
    pub verifier: String,
    /// `Salt`.
    pub salt: String,
}

/// Makes the verifier of a device's password with 16 random bytes of salt.
#[must_use]
pub fn device_verifier(identity: &SrpIdentity, password: &SecretString, salt: &[u8; 16]) -> DeviceVerifier {
    let salt = number(salt).unwrap_or(U3072::ZERO);
    let secret = private_key(identity, password, &salt);
    let verifier = generator().pow_bounded_exp(&secret, 256).retrieve();
    DeviceVerifier { verifier: STANDARD.encode(pad(&verifier)), salt: STANDARD.encode(pad(&salt)) }
}

/// `SECRET_HASH`, which clients with a secret demand: a digest of the user name as it is sent and the client's id.
#[must_use]
pub fn secret_hash(username: &str, client_id: &str, client_secret: &SecretString) -> SecretString {
    let mut mac = keyed(client_secret.expose_secret().as_bytes());
    mac.update(username.as_bytes());
    mac.update(client_id.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes()).into()
}

/// `EEE MMM d HH:mm:ss 'UTC' yyyy` in English: the day of the month is not padded.
fn timestamp(now: Timestamp) -> String {
    now.to_zoned(TimeZone::UTC).strftime("%a %b %-d %H:%M:%S UTC %Y").to_string()
}

fn private_key(identity: &SrpIdentity, password: &SecretString, salt: &U3072) -> Zeroizing<U3072> {
    let inner = Sha256::new()
        .chain_update(&identity.group)
        .chain_update(&identity.user)
        .chain_update(":")
        .chain_update(password.expose_secret())
        .finalize();
    let outer = Zeroizing::new(<[u8; 32]>::from(Sha256::new().chain_update(pad(salt)).chain_update(inner).finalize()));
    Zeroizing::new(number(outer.as_slice()).unwrap_or(U3072::ZERO))
}

fn generator() -> Element {
    Element::new(&U3072::from_u8(2))
}

/// `k`: a hash of modulus and generator.
fn multiplier() -> Element {
    let hash = Sha256::new().chain_update(pad(Element::MODULUS.as_ref())).chain_update([2]).finalize();
    Element::new(&number(&hash).unwrap_or(U3072::ZERO))
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    // HMAC takes keys of any length (RFC 2104), which the type cannot say.
    Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| Hmac::<Sha256>::new(&Default::default()))
}

/// A number from big-endian bytes; `None` when it is wider than the group.
fn number(bytes: &[u8]) -> Option<U3072> {
    let first = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    let significant = &bytes[first..];
    let start = WIDTH.checked_sub(significant.len())?;
    let mut wide = Zeroizing::new([0; WIDTH]);
    wide[start..].copy_from_slice(significant);
    Some(U3072::from_be_slice(wide.as_slice()))
}

/// A number from hexadecimal digits, as many or few as there are; `None` for anything else and for what is too wide.
fn from_hex(digits: &str) -> Option<U3072> {
    // Twice the width is generous: leading zeros are allowed, novels are not.
    if digits.is_empty() || digits.len() > 4 * WIDTH {
        return None;
    }
    let even = if digits.len().is_multiple_of(2) { digits.to_owned() } else { format!("0{digits}") };
    number(&hex::decode(even).ok()?)
}

/// Big-endian bytes as Java's `BigInteger.toByteArray` gives them.
fn pad(number: &U3072) -> Zeroizing<Vec<u8>> {
    let bytes = number.to_be_bytes();
    let first = bytes.as_ref().iter().position(|byte| *byte != 0).unwrap_or(WIDTH - 1);
    let significant = &bytes.as_ref()[first..];
    let mut padded = Zeroizing::new(Vec::with_capacity(significant.len() + 1));
    if significant[0] & 0x80 != 0 {
        padded.push(0);
    }
    padded.extend_from_slice(significant);
    padded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small(value: u64) -> [u8; EXPONENT_BYTES] {
        let mut bytes = [0; EXPONENT_BYTES];
        bytes[EXPONENT_BYTES - 8..].copy_from_slice(&value.to_be_bytes());
        bytes
    }

    #[test]
    fn constants_are_those_that_everybody_computes() {
        let modulus = Sha256::digest(Element::MODULUS.as_ref().to_be_bytes());
        assert_eq!(hex::encode(modulus), "48cf8b092fbce4359d9871abf74f98e25b6163379eaa15cd9087e800c6d1c55c");
        let k = hex::encode(multiplier().retrieve().to_be_bytes());
        assert_eq!(k.trim_start_matches('0'), "538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6");
    }

    #[test]
    fn padding_is_java_s() {
        let padded = |digits: &str| hex::encode(from_hex(digits).map(|number| pad(&number).to_vec()).unwrap());
        assert_eq!(padded("123abc"), "123abc");
        assert_eq!(padded("123abcd"), "0123abcd");
        assert_eq!(padded("8123abcd"), "008123abcd");
        assert_eq!(padded("0"), "00");
        assert_eq!(padded("00000001"), "01");
    }

    #[test]
    fn the_published_vector_is_reproduced() {
        let srp = Srp::new(&small(1_234_567_890)).unwrap();
        let identity = SrpIdentity { group: "myPool".to_owned(), user: "test".to_owned() };
        let number = format!("{:x}", 1_234_567_890);
        let challenge = ServerChallenge {
            srp_b: number.clone(),
            salt: number,
            secret_block: STANDARD.encode("secretssecrestssecrets"),
        };
        let key = srp.session_key(&identity, &"test".to_owned().into(), &challenge).unwrap();
        assert_eq!(hex::encode(*key), "d96cde6c95dda17175c1293140c5a81f");
        let at: Timestamp = "2018-07-10T11:01:00Z".parse().unwrap();
        let proof = srp.prove(&identity, &"test".to_owned().into(), &challenge, at).unwrap();
        assert_eq!(proof.timestamp, "Tue Jul 10 11:01:00 UTC 2018");
        assert_eq!(proof.signature, "tdvQu/Li/qWl8Nni0aFPs+MwY4rvKZm0kSMrGIMSUHk=");
    }

    #[test]
    fn the_day_of_the_month_is_not_padded() {
        assert_eq!(timestamp("2000-02-01T03:04:05Z".parse().unwrap()), "Tue Feb 1 03:04:05 UTC 2000");
    }

    #[test]
    fn secret_hashes_are_the_published_ones() {
        let hash = |name: &str, client: &str, secret: &str| {
            secret_hash(name, client, &secret.to_owned().into()).expose_secret().to_owned()
        };
        assert_eq!(hash("test", "123abd", "clientSecret"), "LoIX/oPJWZzFYv8liJYRo+CHv16FNDY10JlZEDjL3Vg=");
        let long = "ps50nb7hd1umdnmlt1xa9nwiscqvdvzy5ijw63vcacd09yihc2b";
        assert_eq!(
            hash("username", "EPswPGbpdBLZnh9XW134hK7qYe", long),
            "oUkNFqfm7UjLds8vXFWarT1l3gqORGoztf+EyFmoX2Q="
        );
    }

    #[test]
    fn dishonest_servers_are_refused() {
        let srp = Srp::new(&small(7)).unwrap();
        let identity = SrpIdentity { group: "p".to_owned(), user: "u".to_owned() };
        let modulus = hex::encode(Element::MODULUS.as_ref().to_be_bytes());
        let refused = |srp_b: &str, salt: &str, block: &str| {
            let challenge = ServerChallenge { srp_b: srp_b.into(), salt: salt.into(), secret_block: block.into() };
            srp.prove(&identity, &"x".to_owned().into(), &challenge, Timestamp::UNIX_EPOCH).unwrap_err()
        };
        assert_eq!(refused("0", "1", ""), SrpError::Dishonest);
        assert_eq!(refused(&modulus, "1", ""), SrpError::Dishonest);
        assert_eq!(refused("", "1", ""), SrpError::PublicValue);
        assert_eq!(refused("xyz", "1", ""), SrpError::PublicValue);
        assert_eq!(refused(&"f".repeat(769), "1", ""), SrpError::PublicValue);
        assert_eq!(refused("+f", "1", ""), SrpError::PublicValue);
        assert_eq!(refused("5", "", ""), SrpError::Salt);
        assert_eq!(refused("5", "1", "***"), SrpError::SecretBlock);
        assert_eq!(Srp::new(&[0; EXPONENT_BYTES]).unwrap_err(), SrpError::WeakExponent);
    }
}
