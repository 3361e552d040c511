//! Hashes of passwords in the file: their forms, and how much work they may ask for.

use std::sync::LazyLock;

use regex::Regex;

use crate::directory::account::credentials::Imported;

/// Algorithm, form, and the most that each number of the form may be.
const FORMS: [(&str, &str, &[(&str, u32)]); 4] = [
    ("BCRYPT", r"^\$2[abxy]\$(?<cost>\d{2})\$[./A-Za-z0-9]{53}$", &[("cost", 12)]),
    (
        "SCRYPT",
        r"^(?<n>\d{1,9})\$(?<r>\d{1,9})\$(?<p>\d{1,9})\$([0-9a-fA-F]{2})+\$([0-9a-fA-F]{2})+$",
        &[("n", 65_536), ("r", 8), ("p", 1)],
    ),
    (
        "ARGON2ID",
        r"^\$argon2id\$(v=\d+\$)?m=(?<m>\d{1,9}),t=(?<t>\d{1,9}),p=(?<p>\d{1,9})\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$",
        &[("m", 19_456), ("t", 2), ("p", 1)],
    ),
    (
        "PBKDF2_SHA256",
        r"^\$pbkdf2-sha256\$(i=)?(?<iterations>\d{1,9})(,l=\d+)?\$[A-Za-z0-9+/.=]+\$[A-Za-z0-9+/.=]+$",
        &[("iterations", 600_000)],
    ),
];

/// `None` only for a form that is no regular expression, which a test rules out.
static PATTERNS: LazyLock<Vec<Option<Regex>>> =
    LazyLock::new(|| FORMS.iter().map(|(_, form, _)| Regex::new(form).ok()).collect());

/// Holds the hash of one row against the algorithm of the job. Without a hash the person must reset the password.
pub(super) fn check(algorithm: Option<&str>, hash: Option<&str>) -> Result<Option<Imported>, String> {
    let Some(hash) = hash else { return Ok(None) };
    let Some(algorithm) = algorithm else {
        return Err("The row has a password hash, but the job names no algorithm.".to_owned());
    };
    let form = FORMS.iter().zip(PATTERNS.iter()).find(|((known, ..), _)| *known == algorithm);
    let unreadable = || format!("The password hash is not one of {algorithm}.");
    let ((_, _, limits), pattern) = form.ok_or_else(unreadable)?;
    let found = pattern.as_ref().and_then(|pattern| pattern.captures(hash)).ok_or_else(unreadable)?;
    for (name, most) in *limits {
        let number = found.name(name).and_then(|number| number.as_str().parse::<u32>().ok());
        if number.is_none_or(|number| number > *most) {
            return Err(format!(
                "The password hash asks for more work than {algorithm} may: {name} is at most {most}."
            ));
        }
    }
    Ok(Some(Imported { algorithm: algorithm.to_owned(), hash: hash.to_owned() }))
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
            assert!(check(Some(algorithm), Some(&good)).unwrap().is_some(), "{algorithm}");
            for refused in [bad.as_str(), "plain", ""] {
                assert!(check(Some(algorithm), Some(refused)).is_err(), "{algorithm} {refused}");
            }
        }
        assert!(check(None, Some(&bcrypt("10"))).is_err());
        assert!(check(Some("BCRYPT"), None).unwrap().is_none());
    }
}
