//! Credentials that look like those of STS and open nothing.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::directory::World;
use crate::directory::users::Moment;

/// What every access key id begins with, so that nobody takes it for a real one.
const PREFIX: &str = "ASIASANDBOX";
/// Most sessions that are remembered; older ones go.
const MOST: usize = 10_000;

/// A role that somebody has assumed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RoleSession {
    /// `arn:aws:sts::…:assumed-role/<role>/<session>`.
    pub(crate) arn: String,
    /// The role's id and the session's name.
    pub(crate) user_id: String,
    pub(crate) expires_ms: i64,
}

/// Sessions by access key id. They live in memory: a restart ends them.
#[derive(Debug, Default)]
pub(crate) struct RoleSessions(BTreeMap<String, RoleSession>);

impl RoleSessions {
    pub(crate) fn get(&self, access_key_id: &str) -> Option<&RoleSession> {
        self.0.get(access_key_id)
    }

    fn add(&mut self, access_key_id: String, session: RoleSession, now_ms: i64) {
        if self.0.len() >= MOST {
            self.0.retain(|_, old| now_ms < old.expires_ms);
        }
        if self.0.len() >= MOST {
            self.0.pop_first();
        }
        self.0.insert(access_key_id, session);
    }
}

/// New credentials.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_key: String,
    /// Text that tells, in base64url JSON, what the credentials would allow.
    pub(crate) session_token: String,
    pub(crate) expires_ms: i64,
    pub(crate) session: RoleSession,
}

/// Makes credentials of `role` for `subject`, an identity id, with session tags.
pub(crate) fn issue(
    world: &mut World,
    role: &str,
    session_name: &str,
    subject: &str,
    tags: &Value,
    seconds: i64,
    moment: Moment,
) -> Credentials {
    const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let access_key_id = format!("{PREFIX}{}", world.random_text(UPPER, 9));
    let secret = world.random_text(crate::directory::ALPHANUMERIC, 32);
    let role_id = format!("AROASANDBOX{}", role_mark(role));
    let expires_ms = moment.now_ms + seconds * 1000;
    let name = role.rsplit('/').next().unwrap_or_default();
    let arn = format!("arn:{}:sts::{}:assumed-role/{name}/{session_name}", world.partition(), world.account);
    let session = RoleSession { arn, user_id: format!("{role_id}:{session_name}"), expires_ms };
    world.role_sessions.add(access_key_id.clone(), session.clone(), moment.now_ms);
    let told = json!({ "role": role, "identity": subject, "tags": tags, "sandbox": "These credentials open nothing." });
    Credentials {
        secret_key: format!("sandbox/{secret}"),
        session_token: format!("sandbox.{}", BASE64_URL_SAFE_NO_PAD.encode(told.to_string())),
        access_key_id,
        expires_ms,
        session,
    }
}

/// Ten letters that stay the same for a role.
fn role_mark(role: &str) -> String {
    use sha2::Digest as _;
    hex::encode_upper(&sha2::Sha256::digest(role.as_bytes())[..5])
}
