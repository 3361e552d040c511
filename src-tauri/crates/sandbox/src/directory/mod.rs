//! Plain data: what exists in the account, and the rules that hold without any protocol.

pub(crate) mod account;
pub(crate) mod activity;
pub(crate) mod filter;
pub(crate) mod identities;
pub(crate) mod identity_pool;
pub(crate) mod import;
pub(crate) mod index;
pub(crate) mod metrics;
pub(crate) mod pool;
pub(crate) mod record;
pub(crate) mod resources;
pub(crate) mod schema;
pub(crate) mod token;
pub(crate) mod user;
pub(crate) mod users;

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::authentication::sessions::{self, Session, Sessions};
use crate::identity::RoleSessions;
use crate::oauth::Browsers;
use crate::outbox::Outbox;
use crate::tokens::Keys;
pub(crate) use account::Account;
use identities::Identities;
pub(crate) use identity_pool::IdentityPool;
pub(crate) use pool::{Client, Group, Pool};

/// Everything in one account and Region.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) region: String,
    pub(crate) account: String,
    pub(crate) pools: BTreeMap<String, Pool>,
    pub(crate) identity_pools: Vec<IdentityPool>,
    pub(crate) identities: Identities,
    /// Roles that somebody has assumed.
    pub(crate) role_sessions: RoleSessions,
    /// Where the sandbox can be reached, while it has an open port.
    pub(crate) endpoint: Option<String>,
    /// Messages that a real account would have sent.
    pub(crate) outbox: Outbox,
    /// Who was active in which month.
    pub(crate) activity: activity::Activity,
    /// What CloudWatch counts.
    pub(crate) metrics: metrics::Metrics,
    /// The pool and the person that the call at hand turned out to be about, where its input does not name them.
    acting: Option<(String, u32)>,
    /// Sign-ins that wait for an answer.
    pub(crate) sessions: Sessions,
    /// What tokens are signed with.
    pub(crate) keys: Keys,
    /// Authorization codes and logins of browsers.
    pub(crate) browsers: Browsers,
    /// For ids and secrets made while running.
    pub(crate) random: ChaCha8Rng,
}

impl World {
    pub(crate) fn new(region: &str, account: &str, seed: u64) -> Self {
        Self {
            region: region.to_owned(),
            account: account.to_owned(),
            pools: BTreeMap::new(),
            identity_pools: Vec::new(),
            identities: Identities::default(),
            role_sessions: RoleSessions::default(),
            endpoint: None,
            outbox: Outbox::default(),
            activity: activity::Activity::default(),
            metrics: metrics::Metrics::default(),
            acting: None,
            sessions: Sessions::default(),
            keys: Keys::default(),
            browsers: Browsers::default(),
            random: ChaCha8Rng::seed_from_u64(seed ^ 0x5A4D_B0C5),
        }
    }

    /// Says whom the call at hand is about, where its input does not name a person but a token does (a refresh, a
    /// revocation, a hosted sign-in): whoever runs the call counts them as active if the operation counts.
    pub(crate) fn acts(&mut self, pool: &str, user: u32) {
        self.acting = Some((pool.to_owned(), user));
    }

    /// Whom the last call turned out to be about.
    pub(crate) fn take_acting(&mut self) -> Option<(String, u32)> {
        self.acting.take()
    }

    /// The partition of the Region, as ARNs name it.
    pub(crate) fn partition(&self) -> &'static str {
        match self.region.split('-').next() {
            Some("cn") => "aws-cn",
            Some("us") if self.region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    pub(crate) fn pool_arn(&self, id: &str) -> String {
        format!("arn:{}:cognito-idp:{}:{}:userpool/{id}", self.partition(), self.region, self.account)
    }

    /// Who every caller is.
    pub(crate) fn caller_arn(&self) -> String {
        format!("arn:{}:iam::{}:user/sandbox", self.partition(), self.account)
    }

    /// Random text of `len` characters out of `alphabet`.
    pub(crate) fn random_text(&mut self, alphabet: &[u8], len: usize) -> String {
        random_text(&mut self.random, alphabet, len)
    }

    /// A random code of six digits.
    pub(crate) fn random_code(&mut self) -> String {
        self.random_text(b"0123456789", 6)
    }

    /// The id of the pool that an app client belongs to.
    pub(crate) fn pool_of_client(&self, client_id: &str) -> Option<&str> {
        self.pools.values().find(|pool| pool.clients.contains_key(client_id)).map(|pool| pool.id.as_str())
    }

    /// Opens a sign-in session and gives its id.
    pub(crate) fn open_session(&mut self, session: Session, now_ms: i64) -> String {
        let id = sessions::new_id(&mut self.random);
        self.sessions.open(&id, session, now_ms);
        id
    }

    /// A random version 4 UUID.
    pub(crate) fn random_uuid(&mut self) -> String {
        random_uuid(&mut self.random)
    }
}

/// Letters and digits, for pool ids.
pub(crate) const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// Lower-case letters and digits, for client ids and secrets.
pub(crate) const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";

pub(crate) fn random_text(random: &mut impl Rng, alphabet: &[u8], len: usize) -> String {
    (0..len).map(|_| char::from(alphabet[random.next_u32() as usize % alphabet.len()])).collect()
}

/// A version 4 UUID out of `random`.
pub(crate) fn random_uuid(random: &mut impl Rng) -> String {
    let mut bytes = [0; 16];
    random.fill_bytes(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}
