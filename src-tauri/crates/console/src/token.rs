//! The token workbench: verifying a token with its pool's own keys.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cognito::{ErrorKind, Session};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::{JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use model::connection::ConnectionId;
use model::identity::IdentityPool;
use model::token::{
    self, Acceptance, Demands, DescribedIssuer, Expectation, IssuerForm, SignatureFact, Token, TokenUse, Verdict,
};
use model::{ClientId, PoolId, Region};

use crate::error::{Code, Error};
use crate::open::{Console, blocking};

/// How long a pool's keys are not asked for again, whatever key a token names: nobody can make us ask in a loop.
const ASK_AGAIN: SignedDuration = SignedDuration::from_secs(60);

/// What a token is to be held against.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The pool that must have issued it; `None` for the one that the token names.
    pub pool: Option<PoolId>,
    /// The client that it must be for; `None` for any.
    pub client: Option<ClientId>,
    /// What it must be for; `None` for either.
    pub token_use: Option<TokenUse>,
    /// The form in which its issuer must be written; `None` for either.
    pub issuer: Option<IssuerForm>,
    /// The form in which the pool wrote it when it was described; `None` when that is not known. Another one is said and no
    /// fault.
    pub described: Option<DescribedIssuer>,
}

/// What came of verifying.
#[derive(Debug, Clone)]
pub struct Verified {
    /// Check by check.
    pub verdict: Verdict,
    /// The pool whose keys were used; `None` when there was none to ask.
    pub pool: Option<PoolId>,
    /// The instant by which its times were judged.
    pub at: Timestamp,
}

impl Verified {
    /// What API Gateway, a load balancer, AppSync and identity pools would do with the token.
    #[must_use]
    pub fn acceptances(&self, compact: &str, demands: &Demands) -> Vec<Acceptance> {
        token::acceptances(token::decode(compact).ok().as_ref(), &self.verdict, demands, self.at)
    }
}

/// The keys of the pools, by place and pool, and when they were asked for.
#[derive(Default)]
pub(crate) struct PublicKeys(Mutex<HashMap<(String, PoolId), Kept>>);

/// A pool's keys as they were had last, and what came of asking for them since.
#[derive(Clone, Default)]
struct Kept {
    /// `None` when there were never any.
    keys: Option<JwkSet>,
    /// Why there are none, or none newer than these; `None` when they are what the pool answered last.
    lacking: Option<String>,
    /// When the pool answered last; `None` when it has not in this run.
    asked: Option<Timestamp>,
}

impl Kept {
    fn key(&self, kid: &str) -> Option<DecodingKey> {
        key(self.keys.as_ref()?, kid)
    }

    /// Whether nothing has to be asked for a key of that id.
    fn will_do(&self, kid: &str, now: Timestamp) -> bool {
        let lately = self.asked.is_some_and(|asked| now.duration_since(asked).abs() < ASK_AGAIN);
        lately || self.key(kid).is_some()
    }

    /// What these keys say of a signature.
    fn fact(&self, token: &Token, kid: &str) -> SignatureFact {
        match (self.key(kid), &self.lacking) {
            (Some(key), _) if holds(token, &key) => SignatureFact::Holds,
            (Some(_), _) => SignatureFact::Broken,
            // The key may be among those that were not had.
            (None, Some(why)) => SignatureFact::KeysUnknown(why.clone()),
            (None, None) => SignatureFact::NoSuchKey,
        }
    }
}

impl PublicKeys {
    fn locked(&self) -> MutexGuard<'_, HashMap<(String, PoolId), Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many identity pools are read to learn whether one takes a token.
const MOST_IDENTITY_POOLS: usize = 20;

impl Console {
    /// What each consumer would do with a token that was verified. With `read` the account's identity pools are read
    /// first (`ListIdentityPools`, then two calls each; free); where they cannot be, that answer stays open.
    pub async fn acceptances(
        &self,
        connection: &ConnectionId,
        compact: &str,
        verified: &Verified,
        mut demands: Demands,
        read: bool,
    ) -> Vec<Acceptance> {
        if read && let Ok(pools) = self.identity_pools(connection).await {
            let mut found = Vec::new();
            for (id, _) in pools.iter().take(MOST_IDENTITY_POOLS) {
                found.extend(self.identity_pool(connection, id).await.ok());
            }
            // Of pools that were not all read, none can be said to be missing.
            let whole = found.len() == pools.len();
            let trusts = |pool: &IdentityPool| {
                token::decode(compact).is_ok_and(|token| pool.provider_of(&token.claims).is_some())
            };
            demands.identity_pools = (whole || found.iter().any(trusts)).then_some(found);
        }
        verified.acceptances(compact, &demands)
    }

    /// Verifies exactly one compact token; nothing is repaired. Asks the pool for its keys (a public file, free) when the
    /// kept ones do not do, or when this clock was wrong the last time: the answer tells whether it still is. Without a
    /// network the kept ones count.
    ///
    /// # Errors
    /// Only when the connection itself is not usable as configured. Whatever is wrong with the token is in the verdict.
    pub async fn verify_token(
        &self,
        connection: &ConnectionId,
        compact: &str,
        wanted: &Wanted,
    ) -> Result<Verified, Error> {
        let token = match token::decode(compact) {
            Ok(token) => token,
            Err(error) => {
                let verdict = token::unreadable(&error);
                return Ok(Verified { verdict, pool: wanted.pool.clone(), at: self.inner.now() });
            }
        };
        let pool = wanted.pool.clone().or_else(|| token::pool_of(&token));
        let fact = self.signature(connection, &token, pool.as_ref()).await?;
        let ahead = match &pool {
            Some(pool) => self.session_of(connection, pool).await?.ahead(),
            None => None,
        };
        let expected = Expectation {
            client: wanted.client.clone(),
            token_use: wanted.token_use,
            issuer: wanted.issuer,
            described: wanted.described,
            standing: self.inner.standings.of(&token),
            ahead,
            ..Expectation::of(pool.clone())
        };
        let now = self.inner.now();
        let at = expected.instant(now);
        Ok(Verified { verdict: token::judge(&token, &expected, &fact, now), pool, at })
    }

    async fn signature(
        &self,
        connection: &ConnectionId,
        token: &Token,
        pool: Option<&PoolId>,
    ) -> Result<SignatureFact, Error> {
        let is_rs256 = token.header.get("alg").and_then(|alg| alg.as_str()) == Some("RS256");
        let (Some(kid), true) = (token.header.get("kid").and_then(|kid| kid.as_str()), is_rs256) else {
            return Ok(SignatureFact::NotTried);
        };
        let Some(pool) = pool else {
            let why = "No pool was given, and the token's issuer names none, so there are no keys to ask for.";
            return Ok(SignatureFact::KeysUnknown(why.to_owned()));
        };
        Ok(self.public_keys(connection, pool, kid).await?.fact(token, kid))
    }

    /// A session in the pool's own Region where the connection names none.
    async fn session_of(&self, connection: &ConnectionId, pool: &PoolId) -> Result<Session, Error> {
        let region = connection.region.clone().or_else(|| region_of(pool));
        self.inner.session(&ConnectionId { region, ..connection.clone() }).await
    }

    /// The pool's keys, fresh when the kept ones lack `kid` or the server's time has to be heard again.
    async fn public_keys(&self, connection: &ConnectionId, pool: &PoolId, kid: &str) -> Result<Kept, Error> {
        let session = self.session_of(connection, pool).await?;
        let place = session.place();
        let id = (place.clone(), pool.clone());
        let known = self.inner.public_keys.locked().get(&id).cloned();
        let kept = match known {
            Some(kept) => kept,
            None => Kept { keys: self.kept_on_disk(&place, pool).await, ..Kept::default() },
        };
        let now = self.inner.now();
        // Nothing tells when a clock was set right but the next answer.
        let wrong_clock = session.ahead().is_some_and(token::is_wrong_clock);
        let kept = if kept.will_do(kid, now) && !wrong_clock {
            kept
        } else {
            match session.jwks(pool).await {
                Ok(json) => match serde_json::from_str(&json) {
                    Ok(keys) => {
                        self.keep_on_disk(place, pool.clone(), json).await;
                        Kept { keys: Some(keys), lacking: None, asked: Some(now) }
                    }
                    Err(_) => {
                        let why = "What was published as the pool's keys is no set of keys.".to_owned();
                        Kept { lacking: Some(why), asked: Some(now), ..kept }
                    }
                },
                Err(error) => {
                    // Whom nobody answered asks again at once.
                    let asked = if matches!(error.kind, ErrorKind::Unreachable) { kept.asked } else { Some(now) };
                    Kept { lacking: Some(error.to_string()), asked, ..kept }
                }
            }
        };
        self.inner.public_keys.locked().insert(id, kept.clone());
        Ok(kept)
    }

    async fn kept_on_disk(&self, place: &str, pool: &PoolId) -> Option<JwkSet> {
        let (inner, place, pool) = (self.inner.clone(), place.to_owned(), pool.clone());
        let read = blocking(move || Ok::<_, Error>(inner.data.public_keys(&place, &pool))).await;
        serde_json::from_str(&read.ok()??).ok()
    }

    async fn keep_on_disk(&self, place: String, pool: PoolId, json: String) {
        if self.inner.memory_only() {
            return;
        }
        let inner = self.inner.clone();
        if let Err(error) = blocking(move || inner.data.keep_public_keys(&place, &pool, &json)).await {
            tracing::warn!(code = error.code.as_str(), "the keys of a pool were not kept");
        }
    }
}

fn region_of(pool: &PoolId) -> Option<Region> {
    Region::parse(pool.as_str().split_once('_')?.0).ok()
}

/// The pool's signing key of that id. Two keys of one id are none: nobody could say which one counts.
fn key(keys: &JwkSet, kid: &str) -> Option<DecodingKey> {
    let mut named = keys.keys.iter().filter(|jwk| jwk.common.key_id.as_deref() == Some(kid));
    let (jwk, None) = (named.next()?, named.next()) else { return None };
    let signs = jwk.common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature);
    if signs { DecodingKey::from_jwk(jwk).ok() } else { None }
}

fn holds(token: &Token, key: &DecodingKey) -> bool {
    let (message, signature) = token.signed();
    jsonwebtoken::crypto::verify(signature, message.as_bytes(), key, Algorithm::RS256).unwrap_or(false)
}

/// A token that cannot be read, as an error of ours.
impl From<token::DecodeError> for Error {
    fn from(error: token::DecodeError) -> Self {
        Self { field: Some("token".to_owned()), ..Self::new(Code::Validation, error.to_string()) }
    }
}
