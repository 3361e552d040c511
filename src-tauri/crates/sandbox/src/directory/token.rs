//! Page tokens: opaque to clients, bound to what was asked, dead after an hour of virtual time.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::index::Place;
use crate::protocol::ApiError;

/// What a token continues. All of it must be the same when the token comes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Question {
    #[serde(rename = "o")]
    pub(crate) operation: String,
    /// The pool, or the pool and group.
    #[serde(rename = "p")]
    pub(crate) subject: String,
    #[serde(rename = "f")]
    pub(crate) filter: String,
}

impl Question {
    pub(crate) fn new(operation: &str, subject: &str, filter: &str) -> Self {
        Self { operation: operation.to_owned(), subject: subject.to_owned(), filter: filter.to_owned() }
    }
}

#[derive(Serialize, Deserialize)]
struct Content {
    #[serde(flatten)]
    question: Question,
    #[serde(rename = "t")]
    issued_ms: i64,
    #[serde(rename = "k")]
    key: String,
    #[serde(rename = "s")]
    tie: u64,
}

/// Makes the token that continues `question` after `place`.
pub(crate) fn issue(question: &Question, place: &Place, now_ms: i64) -> String {
    let key = hex::encode(&place.key);
    let content = Content { question: question.clone(), issued_ms: now_ms, key, tie: place.tie };
    let json = serde_json::to_vec(&content).unwrap_or_default();
    let mut bytes = seal(&json).to_vec();
    bytes.extend_from_slice(&json);
    hex::encode(bytes)
}

/// The place a token stands for.
///
/// # Errors
/// `InvalidParameterException` when the token was made by someone else, for another question, or over
/// `lifetime_ms` ago.
pub(crate) fn open(token: &str, question: &Question, now_ms: i64, lifetime_ms: i64) -> Result<Place, ApiError> {
    let content = read(token).filter(|c| c.question == *question && now_ms - c.issued_ms <= lifetime_ms);
    let place = content.and_then(|c| Some(Place { key: hex::decode(c.key).ok()?, tie: c.tie }));
    place.ok_or_else(|| ApiError::invalid("Paging Marker is Invalid for Request"))
}

fn read(token: &str) -> Option<Content> {
    let bytes = hex::decode(token).ok()?;
    let (mark, json) = bytes.split_at_checked(8)?;
    if mark != seal(json) {
        return None;
    }
    serde_json::from_slice(json).ok()
}

/// Not a secret, only a guard against tokens made by hand.
fn seal(json: &[u8]) -> [u8; 8] {
    let digest = Sha256::new().chain_update(b"sandbox page token").chain_update(json).finalize();
    let mut mark = [0; 8];
    mark.copy_from_slice(&digest[..8]);
    mark
}
