//! A compact JWS taken apart, strictly: RFC 7515 section 7.1 and the bounds of RFC 8725.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The longest token that is read, in bytes. Cognito's stay far below.
pub const LONGEST: usize = 64 * 1024;

/// How deep claims may nest.
const DEEPEST: usize = 32;

/// Which part of a token something is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The first: algorithm and key id.
    Header,
    /// The second: the claims.
    Claims,
    /// The third.
    Signature,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Claims => "payload",
            Self::Signature => "signature",
        })
    }
}

/// Why a text is not a token that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Nothing is there.
    #[error("There is no token. Paste one, or give it on standard input.")]
    Empty,
    /// More than [`LONGEST`] bytes.
    #[error("This is {0} bytes long; a token has at most {LONGEST}.")]
    TooLong(usize),
    /// A JWE: five parts.
    #[error("This token is encrypted (five parts). Cognito's refresh tokens are; nobody but Cognito can read them.")]
    Encrypted,
    /// Not three parts.
    #[error("A signed token has three parts separated by dots; this has {0}.")]
    Parts(usize),
    /// White space, padding, or letters outside the alphabet.
    #[error("The {0} is not base64url without padding (RFC 7515): {1}.")]
    Base64(Part, &'static str),
    /// Not JSON, or not UTF-8.
    #[error("The {0} is not a JSON object.")]
    Json(Part),
    /// A member came twice: readers would disagree on which one counts.
    #[error("The {0} names the member {1:?} twice, so readers would disagree on its value.")]
    Duplicate(Part, String),
    /// Nested too deeply.
    #[error("The {0} is nested more than {DEEPEST} levels deep.")]
    TooDeep(Part),
}

/// A token that was read. Its text is a secret while it is valid, so `Debug` shows none of it.
#[derive(Clone, PartialEq)]
pub struct Token {
    compact: String,
    /// The members of the header.
    pub header: Map<String, Value>,
    /// The claims.
    pub claims: Map<String, Value>,
    /// The bytes of the signature; empty for an unsigned token.
    pub signature: Vec<u8>,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("bytes", &self.compact.len()).finish_non_exhaustive()
    }
}

impl Token {
    /// The text it was read from.
    #[must_use]
    pub fn compact(&self) -> &str {
        &self.compact
    }

    /// What was signed (RFC 7515 section 5.2), and the signature as it was written.
    #[must_use]
    pub fn signed(&self) -> (&str, &str) {
        self.compact.rsplit_once('.').unwrap_or((&self.compact, ""))
    }

    /// A claim that is text; `None` when it is absent or something else.
    #[must_use]
    pub fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim).and_then(Value::as_str)
    }
}

/// Takes a compact token apart. Nothing is repaired: no white space, padding or wrapping is tolerated.
///
/// # Errors
/// [`DecodeError`] with the part that is wrong.
pub fn decode(compact: &str) -> Result<Token, DecodeError> {
    if compact.is_empty() {
        return Err(DecodeError::Empty);
    }
    if compact.len() > LONGEST {
        return Err(DecodeError::TooLong(compact.len()));
    }
    let parts: Vec<&str> = compact.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else {
        return Err(if parts.len() == 5 { DecodeError::Encrypted } else { DecodeError::Parts(parts.len()) });
    };
    Ok(Token {
        header: object(Part::Header, &bytes(Part::Header, header)?)?,
        claims: object(Part::Claims, &bytes(Part::Claims, claims)?)?,
        signature: bytes(Part::Signature, signature)?,
        compact: compact.to_owned(),
    })
}

fn bytes(part: Part, text: &str) -> Result<Vec<u8>, DecodeError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| {
        let why = if text.contains('=') {
            "it is padded with ="
        } else if text.contains(char::is_whitespace) {
            "it holds white space"
        } else if text.contains(['+', '/']) {
            "it uses + or /, which belong to plain base64"
        } else if text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
            "it ends in the middle of a byte"
        } else {
            "it holds other letters"
        };
        DecodeError::Base64(part, why)
    })
}

fn object(part: Part, json: &[u8]) -> Result<Map<String, Value>, DecodeError> {
    let mut problem = None;
    let mut reader = serde_json::Deserializer::from_slice(json);
    let value = Strict { depth: 0, problem: &mut problem }.deserialize(&mut reader);
    let value = value.and_then(|value| reader.end().map(|()| value));
    match (problem, value) {
        (Some(Problem::Duplicate(name)), _) => Err(DecodeError::Duplicate(part, name)),
        (Some(Problem::TooDeep), _) => Err(DecodeError::TooDeep(part)),
        (None, Ok(Value::Object(members))) => Ok(members),
        (None, _) => Err(DecodeError::Json(part)),
    }
}

enum Problem {
    Duplicate(String),
    TooDeep,
}

/// Reads JSON like `Value`, but refuses members that come twice and nesting without end.
struct Strict<'a> {
    depth: usize,
    problem: &'a mut Option<Problem>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Strict<'_> {
    fn deeper<E: serde::de::Error>(&mut self) -> Result<Strict<'_>, E> {
        if self.depth >= DEEPEST {
            *self.problem = Some(Problem::TooDeep);
            return Err(E::custom("too deep"));
        }
        Ok(Strict { depth: self.depth + 1, problem: self.problem })
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.deeper()?)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if map.contains_key(&name) {
                *self.problem = Some(Problem::Duplicate(name));
                return Err(A::Error::custom("twice"));
            }
            let value = members.next_value_seed(self.deeper()?)?;
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }
}
