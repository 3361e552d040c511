//! How long the certificates hold with which a SAML provider signs, and with which it is encrypted to: read from its metadata
//! and from what AWS tells. Nothing of them is verified here.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

/// How long a certificate holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// From then on.
    pub from: Timestamp,
    /// Until then.
    pub until: Timestamp,
}

/// A certificate of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// What it is for, as the metadata say: `signing`, `encryption`; `None` where they do not, and it is for both.
    pub usage: Option<String>,
    /// How long it holds; `None` when it cannot be read as a certificate.
    pub validity: Option<Validity>,
}

impl Validity {
    /// Reads a certificate (X.509, RFC 5280) in letters of base 64, with or without lines around and between them; `None` when
    /// it is none.
    #[must_use]
    pub fn of(letters: &str) -> Option<Self> {
        let body: String = letters.lines().filter(|line| !line.trim_start().starts_with("-----")).collect();
        let body: String = body.chars().filter(|c| !c.is_whitespace()).collect();
        Self::of_der(&STANDARD.decode(body).ok()?)
    }

    fn of_der(der: &[u8]) -> Option<Self> {
        let (_, certificate, _) = element(der).filter(|(tag, ..)| *tag == SEQUENCE)?;
        let (_, mut rest, _) = element(certificate).filter(|(tag, ..)| *tag == SEQUENCE)?;
        if rest.first() == Some(&VERSION) {
            rest = element(rest)?.2;
        }
        // The serial number, the algorithm of the signature and the issuer come before it.
        for _ in 0..3 {
            rest = element(rest)?.2;
        }
        let (_, validity, _) = element(rest).filter(|(tag, ..)| *tag == SEQUENCE)?;
        let (tag, from, rest) = element(validity)?;
        let (last, until, _) = element(rest)?;
        Some(Self { from: time(tag, from)?, until: time(last, until)? })
    }
}

/// The tags of DER that are looked at.
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const SHORT_TIME: u8 = 0x17;
const LONG_TIME: u8 = 0x18;

/// The first element: its tag, what is in it, and what comes after it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&length, rest) = rest.split_first()?;
    let (length, rest) = match length {
        short @ 0..=0x7f => (usize::from(short), rest),
        long => {
            // So many bytes tell the length; more than four are nobody's certificate.
            let bytes = usize::from(long & 0x7f);
            if bytes == 0 || bytes > 4 || bytes > rest.len() {
                return None;
            }
            let (told, rest) = rest.split_at(bytes);
            (told.iter().fold(0_usize, |all, byte| all << 8 | usize::from(*byte)), rest)
        }
    };
    (length <= rest.len()).then(|| (tag, &rest[..length], &rest[length..]))
}

/// `YYMMDDHHMMSSZ`, where 50 and above are of the last century, or `YYYYMMDDHHMMSSZ`.
fn time(tag: u8, text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let text = match tag {
        SHORT_TIME => {
            let century = if text.get(..2)?.parse::<u8>().ok()? < 50 { "20" } else { "19" };
            format!("{century}{text}")
        }
        LONG_TIME => text.to_owned(),
        _ => return None,
    };
    if text.len() != 14 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let [year, month, day] = [part(0, 4), part(4, 6), part(6, 8)];
    let [hour, minute, second] = [part(8, 10), part(10, 12), part(12, 14)];
    format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z").parse().ok()
}

/// The certificates in the metadata of a SAML provider, in their order. The metadata are foreign text: what is no element of
/// that name, in a comment or in none, is passed over.
#[must_use]
pub fn in_metadata(xml: &str) -> Vec<Certificate> {
    let mut found = Vec::new();
    let mut usage = None;
    let mut rest = xml;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let Some((tag, after)) = rest.split_once('>') else { break };
        rest = after;
        let name = tag.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
        match name.rsplit(':').next() {
            Some("KeyDescriptor") if !tag.starts_with('/') => usage = attribute(tag, "use"),
            Some("X509Certificate") if !tag.starts_with('/') && !tag.ends_with('/') => {
                let letters = rest.split('<').next().unwrap_or_default();
                found.push(Certificate { usage: usage.clone(), validity: Validity::of(letters) });
            }
            _ => {}
        }
    }
    found
}

/// The value of an attribute of a tag.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let mut parts = tag.split_whitespace().skip(1);
    let value = parts.find_map(|part| part.strip_prefix(name)?.strip_prefix('='))?;
    let value = value.trim_end_matches('/').trim_matches(['"', '\'']);
    Some(value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with `openssl ca`, of the first version and without extensions.
    const ONE: &str = "MIIBJzCBzQIUKvlzIbJh4Fpvb6qary6udYd3kuUwCgYIKoZIzj0EAwIwFjEUMBIGA1UEAwwLaWRwLmV4YW1wbGUwHhcNMjYwMTAxMDAwMDAwWhcNMjcwMTAxMDAwMDAwWjAWMRQwEgYDVQQDDAtpZHAuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABPfra/2NcH/v9/2+JfcyoPVEDP0rkAvdwThL7uv8BgF//s1c3PizazuILj7eqrxJaUpGguKhRsHR9SD1BUvCHdwwCgYIKoZIzj0EAwIDSQAwRgIhAJjztwUQy51HbF8rMet//Ye5AcWhY69Jf2iME2haWkj8AiEA4zzTfekA9o+mxqsY1gmhBEjQ4ERXv9fkBarOXhAPgNo=";
    /// The same, until after 2050.
    const TWO: &str = "MIIBKTCBzwIUIp4BukQw9bCxRCUlQPKi4S1wObUwCgYIKoZIzj0EAwIwFjEUMBIGA1UEAwwLaWRwLmV4YW1wbGUwIBcNNDkwMTAxMDAwMDAwWhgPMjA1MjAxMDExMjMwMDBaMBYxFDASBgNVBAMMC2lkcC5leGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9+tr/Y1wf+/3/b4l9zKg9UQM/SuQC93BOEvu6/wGAX/+zVzc+LNrO4guPt6qvElpSkaC4qFGwdH1IPUFS8Id3DAKBggqhkjOPQQDAgNJADBGAiEAyNIlqZZ5XnhDg+N2QnTcNLp8N4t2vCz9bSsrtGR55CICIQDolYM1Xj+Ad4f0jUkITdWPrSLM24sW+bWRAidoUnWQrA==";
    /// Made with `openssl req -x509`, of the third version.
    const THREE: &str = "MIIBgTCCASegAwIBAgIUS/s+2AwOXGmBphpuQ49JAij3kckwCgYIKoZIzj0EAwIwFjEUMBIGA1UEAwwLaWRwLmV4YW1wbGUwHhcNMjYxMTIzMTkwODI0WhcNMjYxMjAzMTkwODI0WjAWMRQwEgYDVQQDDAtpZHAuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABOFUKh57ju8hjG2sxixnTgzwLJJpdrZRs5PmtOsY7ljriedmj9O94/4hvhL0YDyAFAot83fENaf848HaFFfQROOjUzBRMB0GA1UdDgQWBBQ9BJiGWCmXq8OSzDG+iMj+EEDyeTAfBgNVHSMEGDAWgBQ9BJiGWCmXq8OSzDG+iMj+EEDyeTAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIA9DNp6IZNPsWyepiREOZ/DZyqUX6PchEgYjwiyCYZKzAiEA0M7kw8VfB396BkMwXrM+lw3Ss6CiaZ/FuScP5GRavbY=";

    fn dates(letters: &str) -> Option<(String, String)> {
        Validity::of(letters).map(|it| (it.from.to_string(), it.until.to_string()))
    }

    fn told(from: &str, until: &str) -> Option<(String, String)> {
        Some((from.to_owned(), until.to_owned()))
    }

    #[test]
    fn certificates_of_every_form_say_how_long_they_hold() {
        assert_eq!(dates(ONE), told("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"));
        assert_eq!(dates(TWO), told("2049-01-01T00:00:00Z", "2052-01-01T12:30:00Z"));
        assert_eq!(dates(THREE), told("2026-11-23T19:08:24Z", "2026-12-03T19:08:24Z"));
        let lines =
            format!("-----BEGIN CERTIFICATE-----\n{}\n {}\n-----END CERTIFICATE-----\n", &ONE[..64], &ONE[64..]);
        assert_eq!(dates(&lines), dates(ONE));
        for wrong in ["", "AAAA", "MIIB", "no certificate", &ONE[4..], &ONE[..40]] {
            assert_eq!(dates(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_certificate_that_was_cut_anywhere_is_none_and_stops_nothing() {
        let der = STANDARD.decode(THREE).unwrap();
        let whole = Validity::of_der(&der);
        assert!(whole.is_some());
        for at in 0..der.len() {
            let cut = Validity::of_der(&der[..at]);
            assert!(cut.is_none(), "{at}");
            let mut spoiled = der.clone();
            spoiled[at] ^= 0xff;
            let _ = Validity::of_der(&spoiled);
        }
    }

    #[test]
    fn metadata_tell_what_each_certificate_is_for() {
        let xml = format!(
            "<md:EntityDescriptor><!-- <ds:X509Certificate>{TWO}</ds:X509Certificate> --><md:IDPSSODescriptor>\n\
             <md:KeyDescriptor use=\"signing\"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\n{}\n{}\n\
             </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>\
             <KeyDescriptor use='encryption'><X509Certificate>strange</X509Certificate></KeyDescriptor>\
             <KeyDescriptor><X509Certificate id=\"a\">{TWO}</X509Certificate><X509Certificate/></KeyDescriptor>",
            &ONE[..64],
            &ONE[64..]
        );
        let found = in_metadata(&xml);
        let usages: Vec<Option<&str>> = found.iter().map(|it| it.usage.as_deref()).collect();
        assert_eq!(usages, [Some("signing"), Some("encryption"), None]);
        let known: Vec<bool> = found.iter().map(|it| it.validity.is_some()).collect();
        assert_eq!(known, [true, false, true]);
        for strange in ["", "<", "<X509Certificate>", "no <xml", "<!--", "<a b=>"] {
            assert!(in_metadata(strange).iter().all(|it| it.validity.is_none()), "{strange}");
        }
    }
}
