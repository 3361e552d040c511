//! Codes of authenticator apps (RFC 6238: SHA-1, six digits, thirty seconds).

use totp_rs::{Builder, Secret};

/// The 30-second step that a code belongs to, at most one away from now; `None` for a wrong code.
pub(crate) fn step(secret: &str, code: &str, now_ms: i64) -> Option<u64> {
    let secret = Secret::try_from_base32(secret).ok()?;
    let seconds = u64::try_from(now_ms / 1000).ok()?;
    let readable = code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit());
    if !readable {
        return None;
    }
    Builder::new().with_secret(secret).with_skew(1).build_noncompliant().check(code, seconds)
}

#[cfg(test)]
mod tests {
    use super::step;

    /// RFC 6238, appendix B: the last six of the eight digits for SHA-1.
    #[test]
    fn the_published_codes_are_right_within_one_step() {
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        assert_eq!(step(secret, "287082", 59_000), Some(1));
        assert_eq!(step(secret, "081804", 1_111_111_109_000), Some(37_037_036));
        assert_eq!(step(secret, "287082", 89_000), Some(1));
        assert_eq!(step(secret, "287082", 90_000), None);
        for wrong in ["287083", "28708", "0287082", "", "28708a", "２８７０８２"] {
            assert_eq!(step(secret, wrong, 59_000), None, "{wrong}");
        }
    }
}
