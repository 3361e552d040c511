//! What lives between two requests of a browser: authorization codes, who is signed in, and who went to another provider.

use std::collections::BTreeMap;

use super::request::Authorization;

/// Life of an authorization code.
const CODE_MS: i64 = 5 * 60 * 1000;
/// How long somebody may stay at another provider.
const AWAY_MS: i64 = 5 * 60 * 1000;
/// Most codes, logins and departures that are kept; the oldest go first.
const MOST: usize = 10_000;

/// What an authorization code stands for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Code {
    pub(super) pool_id: String,
    pub(super) client_id: String,
    pub(super) user: u32,
    pub(super) redirect_uri: String,
    pub(super) scopes: Vec<String>,
    pub(super) nonce: Option<String>,
    /// `code_challenge`, always of the method S256.
    pub(super) challenge: Option<String>,
    pub(super) resource: Option<String>,
    pub(super) login: Login,
    /// The cookie of the login.
    pub(super) login_id: String,
}

/// A person whom the login page has let in.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Login {
    pub(super) pool_id: String,
    pub(super) user: u32,
    pub(super) auth_time_ms: i64,
    pub(super) amr: Vec<String>,
    /// Auth event of the sign-in.
    pub(super) event_id: Option<String>,
    /// When tokens were last given for it.
    pub(super) active_ms: i64,
    /// The client it was made for.
    pub(super) client_id: String,
}

/// A browser that was led to another provider.
#[derive(Debug, Clone)]
pub(super) struct Departure {
    pub(super) asked: Authorization,
    pub(super) provider: String,
}

/// A login as lists of sessions show it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LoginSession {
    /// What the grants that came of it remember.
    pub(crate) id: String,
    pub(crate) client_id: String,
    pub(crate) created_ms: i64,
    pub(crate) active_ms: i64,
}

#[derive(Debug)]
struct Timed<T> {
    value: T,
    expires_ms: i64,
}

/// All of them. They live in memory: a restart ends them.
#[derive(Debug, Default)]
pub(crate) struct Browsers {
    codes: BTreeMap<String, Timed<Code>>,
    logins: BTreeMap<String, Timed<Login>>,
    departures: BTreeMap<String, Timed<Departure>>,
}

impl Browsers {
    pub(super) fn add_code(&mut self, id: String, value: Code, now_ms: i64) {
        insert(&mut self.codes, id, Timed { value, expires_ms: now_ms + CODE_MS }, now_ms);
    }

    /// What a code of this client stands for, once. `None` for one that was used, is too old or another client's.
    pub(super) fn take_code(&mut self, id: &str, client_id: &str, now_ms: i64) -> Option<Code> {
        if self.codes.get(id)?.value.client_id != client_id {
            return None;
        }
        self.codes.remove(id).filter(|code| now_ms < code.expires_ms).map(|code| code.value)
    }

    /// The pool and the person of a code, whatever its age.
    pub(super) fn holder(&self, id: &str) -> Option<(&str, u32)> {
        self.codes.get(id).map(|code| (code.value.pool_id.as_str(), code.value.user))
    }

    pub(super) fn add_departure(&mut self, state: String, value: Departure, now_ms: i64) {
        insert(&mut self.departures, state, Timed { value, expires_ms: now_ms + AWAY_MS }, now_ms);
    }

    /// Who left with this state, while they are waited for.
    pub(super) fn departure(&self, state: &str, now_ms: i64) -> Option<&Departure> {
        self.departures.get(state).filter(|departure| now_ms < departure.expires_ms).map(|departure| &departure.value)
    }

    /// Waits no longer.
    pub(super) fn forget_departure(&mut self, state: &str) {
        self.departures.remove(state);
    }

    pub(super) fn add_login(&mut self, id: String, value: Login, expires_ms: i64, now_ms: i64) {
        insert(&mut self.logins, id, Timed { value, expires_ms }, now_ms);
    }

    /// Notes that a login was used.
    pub(super) fn touch_login(&mut self, id: &str, now_ms: i64) {
        if let Some(login) = self.logins.get_mut(id) {
            login.value.active_ms = now_ms;
        }
    }

    /// The logins of one person.
    pub(crate) fn logins_of(&self, pool_id: &str, user: u32, now_ms: i64) -> Vec<LoginSession> {
        let alive = self.logins.iter().filter(|(_, login)| now_ms < login.expires_ms);
        let theirs = alive.filter(|(_, login)| login.value.pool_id == pool_id && login.value.user == user);
        let shown = |(id, login): (&String, &Timed<Login>)| LoginSession {
            id: id.clone(),
            client_id: login.value.client_id.clone(),
            created_ms: login.value.auth_time_ms,
            active_ms: login.value.active_ms,
        };
        theirs.map(shown).collect()
    }

    /// Who is signed in to a pool with this cookie.
    pub(super) fn login(&self, id: &str, pool_id: &str, now_ms: i64) -> Option<&Login> {
        let login = self.logins.get(id).filter(|login| now_ms < login.expires_ms)?;
        Some(&login.value).filter(|login| login.pool_id == pool_id)
    }

    /// Ends a login.
    pub(crate) fn forget_login(&mut self, id: &str) {
        self.logins.remove(id);
    }
}

fn insert<T>(map: &mut BTreeMap<String, Timed<T>>, id: String, timed: Timed<T>, now_ms: i64) {
    if map.len() >= MOST {
        map.retain(|_, old| now_ms < old.expires_ms);
    }
    if map.len() >= MOST {
        let oldest = map.iter().min_by_key(|(_, old)| old.expires_ms).map(|(id, _)| id.clone());
        oldest.map(|id| map.remove(&id));
    }
    map.insert(id, timed);
}
