//! What was seen here of sign-ins and their tokens since the program started: which were revoked, who was signed out,
//! which Cognito took or refused. No token is kept, only the ids that it carries.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use model::PoolId;
use model::token::{Standing, Token, decode, pool_of};
use secrecy::{ExposeSecret, SecretString};

/// A pool, and the `origin_jti`, `jti` or `sub` of one of its tokens.
type Id = (PoolId, String);

/// What was seen.
#[derive(Default)]
pub(crate) struct Standings(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    sign_ins: HashMap<Id, Standing>,
    tokens: HashMap<Id, Standing>,
    /// Who was signed out everywhere, and when by the server's clock.
    people: HashMap<Id, Timestamp>,
}

impl Standings {
    /// The sign-in that a token belongs to was revoked.
    pub(crate) fn revoked(&self, token: &SecretString, at: Timestamp) {
        self.sign_in(token, Standing::Revoked(at));
    }

    /// The user of a token was signed out everywhere, at `server` by the server's clock.
    pub(crate) fn signed_out(&self, token: &SecretString, at: Timestamp, server: Timestamp) {
        self.sign_in(token, Standing::SignedOut(at));
        if let Some(sub) = read(token).and_then(|token| id(&token, "sub")) {
            self.locked().people.insert(sub, server);
        }
    }

    /// Cognito refused a token as one that was revoked.
    pub(crate) fn refused(&self, token: &SecretString, at: Timestamp) {
        self.sign_in(token, Standing::Refused(at));
    }

    /// Cognito took a token.
    pub(crate) fn taken(&self, token: &SecretString, at: Timestamp) {
        if let Some(jti) = read(token).and_then(|token| id(&token, "jti")) {
            self.locked().tokens.insert(jti, Standing::Taken(at));
        }
    }

    /// What was seen of a token; `None` when nothing was.
    pub(crate) fn of(&self, token: &Token) -> Option<Standing> {
        let seen = self.locked();
        let found = |kept: &HashMap<Id, Standing>, claim| kept.get(&id(token, claim)?).copied();
        let signed_out = || {
            let at = *seen.people.get(&id(token, "sub")?)?;
            let issued = token.claims.get("iat")?.as_i64()?;
            (issued < at.as_second()).then_some(Standing::SignedOut(at))
        };
        found(&seen.sign_ins, "origin_jti").or_else(signed_out).or_else(|| found(&seen.tokens, "jti"))
    }

    /// What ended a sign-in first is what is told of it.
    fn sign_in(&self, token: &SecretString, standing: Standing) {
        if let Some(origin) = read(token).and_then(|token| id(&token, "origin_jti")) {
            self.locked().sign_ins.entry(origin).or_insert(standing);
        }
    }

    fn locked(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(token: &SecretString) -> Option<Token> {
    decode(token.expose_secret()).ok()
}

fn id(token: &Token, claim: &str) -> Option<Id> {
    Some((pool_of(token)?, token.text(claim)?.to_owned()))
}
