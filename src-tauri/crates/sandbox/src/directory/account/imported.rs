//! Passwords that were imported as hashes: their forms, how much work they may ask for, and whether they match.

use std::num::NonZeroU32;
use std::sync::LazyLock;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use regex::{Captures, Regex};
use serde::{Deserialize, Serialize};

/// A password that nobody here has seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Imported {
    /// `PasswordHashingAlgorithmType`.
    algorithm: String,
    hash: String,
}

/// How an algorithm writes a hash.
struct Form {
    algorithm: &'static str,
    pattern: &'static str,
    /// The most that each number of the pattern may be.
    limits: &'static [(&'static str, u32)],
    verify: fn(&Captures<'_>, &str) -> Option<bool>,
}

static FORMS: [Form; 4] = [
    Form {
        algorithm: "BCRYPT",
        pattern: r"^\$2[abxy]\$(?<cost>\d{2})\$[./A-Za-z0-9]{53}$",
        limits: &[("cost", 12)],
        verify: bcrypt,
    },
    Form {
        algorithm: "SCRYPT",
        pattern: r"^(?<n>\d{1,9})\$(?<r>\d{1,9})\$(?<p>\d{1,9})\$(?<salt>(?:[0-9a-fA-F]{2})+)\$(?<hash>(?:[0-9a-fA-F]{2})+)$",
        limits: &[("n", 65_536), ("r", 8), ("p", 1)],
        verify: scrypt,
    },
    Form {
        algorithm: "ARGON2ID",
        pattern: r"^\$argon2id\$(?:v=19\$)?m=(?<m>\d{1,9}),t=(?<t>\d{1,9}),p=(?<p>\d{1,9})\$(?<salt>[A-Za-z0-9+/]+)\$(?<hash>[A-Za-z0-9+/]+)$",
        limits: &[("m", 19_456), ("t", 2), ("p", 1)],
        verify: argon2id,
    },
    Form {
        algorithm: "PBKDF2_SHA256",
        pattern: r"^\$pbkdf2-sha256\$(?:i=)?(?<iterations>\d{1,9})\$(?<salt>[A-Za-z0-9+/.=]+)\$(?<hash>[A-Za-z0-9+/.=]+)$",
        limits: &[("iterations", 600_000)],
        verify: pbkdf2,
    },
];

/// `None` only for a form that is no regular expression, which a test rules out.
static PATTERNS: LazyLock<Vec<Option<Regex>>> =
    LazyLock::new(|| FORMS.iter().map(|form| Regex::new(form.pattern).ok()).collect());

fn read<'a>(algorithm: &str, hash: &'a str) -> Option<(&'static Form, Captures<'a>)> {
    let (form, pattern) = FORMS.iter().zip(PATTERNS.iter()).find(|(form, _)| form.algorithm == algorithm)?;
    Some((form, pattern.as_ref()?.captures(hash)?))
}

/// Why a hash is not taken, as the log of the job says it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HashRefused {
    /// It is not written as the algorithm writes it.
    #[error("The password hash is not one of {algorithm}.")]
    Form { algorithm: String },
    /// It would take too long to check.
    #[error("The password hash asks for more work than {algorithm} may: {name} is at most {most}.")]
    Work { algorithm: String, name: String, most: u32 },
}

impl Imported {
    /// Takes the hash of one row, if the algorithm of the job writes such hashes.
    ///
    /// # Errors
    /// [`HashRefused`].
    pub(crate) fn of(algorithm: &str, hash: &str) -> Result<Self, HashRefused> {
        let (form, found) =
            read(algorithm, hash).ok_or_else(|| HashRefused::Form { algorithm: algorithm.to_owned() })?;
        for (name, most) in form.limits {
            if number(&found, name).is_none_or(|number| number > *most) {
                return Err(HashRefused::Work {
                    algorithm: algorithm.to_owned(),
                    name: (*name).to_owned(),
                    most: *most,
                });
            }
        }
        Ok(Self { algorithm: algorithm.to_owned(), hash: hash.to_owned() })
    }

    /// Whether `password` has this hash.
    pub(crate) fn matches(&self, password: &str) -> bool {
        let found = read(&self.algorithm, &self.hash);
        found.and_then(|(form, found)| (form.verify)(&found, password)).unwrap_or_default()
    }
}

fn number(found: &Captures<'_>, name: &str) -> Option<u32> {
    found.name(name)?.as_str().parse().ok()
}

/// With or without padding, and with a dot for a plus, as some libraries write it.
fn bytes(found: &Captures<'_>, name: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = GeneralPurpose::new(&alphabet::STANDARD, config.with_decode_allow_trailing_bits(true));
    engine.decode(found.name(name)?.as_str().replace('.', "+")).ok()
}

fn bcrypt(found: &Captures<'_>, password: &str) -> Option<bool> {
    bcrypt::verify(password, found.get(0)?.as_str()).ok()
}

fn scrypt(found: &Captures<'_>, password: &str) -> Option<bool> {
    let n = number(found, "n").filter(|n| n.is_power_of_two())?;
    let log_n = u8::try_from(n.trailing_zeros()).ok()?;
    let params = scrypt::Params::new(log_n, number(found, "r")?, number(found, "p")?).ok()?;
    let (salt, hash) = (hex::decode(&found["salt"]).ok()?, hex::decode(&found["hash"]).ok()?);
    let mut made = vec![0; hash.len()];
    scrypt::scrypt(password.as_bytes(), &salt, &params, &mut made).ok()?;
    Some(made == hash)
}

fn argon2id(found: &Captures<'_>, password: &str) -> Option<bool> {
    use argon2::{Algorithm, Argon2, Params, Version};
    let (salt, hash) = (bytes(found, "salt")?, bytes(found, "hash")?);
    let params = Params::new(number(found, "m")?, number(found, "t")?, number(found, "p")?, Some(hash.len())).ok()?;
    let mut made = vec![0; hash.len()];
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon.hash_password_into(password.as_bytes(), &salt, &mut made).ok()?;
    Some(made == hash)
}

fn pbkdf2(found: &Captures<'_>, password: &str) -> Option<bool> {
    use aws_lc_rs::pbkdf2::{PBKDF2_HMAC_SHA256, verify};
    let iterations = NonZeroU32::new(number(found, "iterations")?)?;
    let (salt, hash) = (bytes(found, "salt")?, bytes(found, "hash")?);
    Some(verify(PBKDF2_HMAC_SHA256, iterations, &salt, password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_taken_in_their_form_and_within_their_limits() {
        let bcrypt = |cost: &str| format!("$2b${cost}${}", "a".repeat(53));
        let argon = |m: u32| format!("$argon2id$v=19$m={m},t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g");
        let pbkdf2 = |i: u32| format!("$pbkdf2-sha256${i}$c2FsdA$aGFzaA");
        for (algorithm, good, bad) in [
            ("BCRYPT", bcrypt("12"), bcrypt("13")),
            ("SCRYPT", "65536$8$1$00ff$00ff".to_owned(), "131072$8$1$00ff$00ff".to_owned()),
            ("ARGON2ID", argon(19_456), argon(19_457)),
            ("PBKDF2_SHA256", pbkdf2(600_000), pbkdf2(600_001)),
        ] {
            assert!(Imported::of(algorithm, &good).is_ok(), "{algorithm}");
            for refused in [bad.as_str(), "plain", ""] {
                assert!(Imported::of(algorithm, refused).is_err(), "{algorithm} {refused}");
            }
        }
    }

    /// Made with Python's hashlib, crypt and argon2-cffi.
    const VECTORS: [(&str, &str); 4] = [
        ("BCRYPT", "$2b$04$abcdefghijklmnopqrstuuyZuPnD.u7L3fcm9FHm7XjD4EiTJCDlu"),
        (
            "SCRYPT",
            "1024$8$1$73616c7473616c7473616c7473616c74\
             $f34db91e223634e7d1a7d3e1e1136330893803a5751dfd147bf67d0b9685540f",
        ),
        (
            "ARGON2ID",
            "$argon2id$v=19$m=1024,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$TKaQfS/2yArGW/2gFOFGRyX/uuXgnh5Y2ejZQhGFf84",
        ),
        ("PBKDF2_SHA256", "$pbkdf2-sha256$29000$c2FsdHNhbHRzYWx0c2FsdA$segKZoRt4Qi2aM.L8T.QPXIZ545TaJt1ubBeGdcX0.E"),
    ];

    #[test]
    fn hashes_of_other_libraries_match_their_password_and_no_other() {
        for (algorithm, hash) in VECTORS {
            let imported = Imported::of(algorithm, hash).unwrap();
            assert!(imported.matches("Correct-horse-9"), "{algorithm}");
            assert!(!imported.matches("correct-horse-9"), "{algorithm}");
        }
    }
}
