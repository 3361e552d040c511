//! Reading activity out of logs: exported user activity, and CloudTrail. Pure: somebody else reads the files.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::effect::{effect_of, event_counts, surely_counts};
use super::log_month::{Counted, LogMonth};
use super::sketch::{SmallSketch, Users, key};
use crate::call::MauEffect;
use crate::month::Month;
use crate::{ClientId, PoolId};

/// How many users are kept exactly before sketches take their place: 18 MB. A table of hashes doubles just above it.
const EXACT: usize = 900_000;
/// How many app clients are counted apart in a month.
const CLIENTS: usize = 500;
/// How many months are counted apart.
const MONTHS: usize = 120;

/// Counts different active users in logs, by month and app client, in constant memory.
pub struct LogCounter {
    pool: Option<PoolId>,
    /// The pool's app clients, as far as they are known.
    own_clients: BTreeSet<String>,
    /// Whether what names no pool is about this one.
    alone: bool,
    months: BTreeMap<Month, Growing>,
    /// Users that are kept exactly.
    exact: usize,
    /// How many may be.
    most_exact: usize,
    events: u64,
    other_events: u64,
    other_pools: u64,
    without_user: u64,
    without_pool: u64,
    other_tokens: u64,
    beyond: u64,
}

/// A month while it is being counted.
struct Growing {
    users: Users,
    clients: BTreeMap<String, SmallSketch>,
    /// Whether there were more clients than are counted apart.
    more_clients: bool,
    events: u64,
    token_requests: Option<u64>,
    first: Timestamp,
    last: Timestamp,
}

/// How far a piece of text could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextRead {
    /// Bytes up to the end of the last whole value.
    pub bytes: usize,
    /// Why the rest could not be read; `None` when there is none.
    pub damage: Option<Damage>,
}

/// What is wrong with a piece of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Damage {
    /// It ends in the middle of a value.
    CutOff,
    /// It is not JSON.
    NotJson,
    /// It is JSON, but no event of user activity or CloudTrail.
    NotAnEvent,
    /// It has no time that can be read.
    NoTime,
}

impl Damage {
    /// What is wrong, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::CutOff => "it is cut off",
            Self::NotJson => "it is not JSON",
            Self::NotAnEvent => "it is no event of user activity or CloudTrail",
            Self::NoTime => "it has no time",
        }
    }
}

/// Both kinds of event at once; everything is optional, because logs are foreign.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    #[serde(borrow, default)]
    event_source: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    event_timestamp: Option<&'a RawValue>,
    #[serde(borrow, default)]
    message: Option<&'a RawValue>,
    #[serde(borrow, default)]
    event_time: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    event_name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    error_code: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    request_parameters: Option<&'a RawValue>,
    #[serde(borrow, default)]
    additional_event_data: Option<&'a RawValue>,
}

/// The message of exported user activity.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Activity<'a> {
    #[serde(borrow, default)]
    event_type: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    event_response: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    user_sub: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    user_name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    user_pool_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    client_id: Option<Cow<'a, str>>,
}

/// A text that is there and not empty.
fn given<'a>(text: &'a Option<Cow<'_, str>>) -> Option<&'a str> {
    text.as_deref().filter(|text| !text.is_empty())
}

/// What CloudTrail tells of a request.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Parameters {
    user_pool_id: Option<String>,
    client_id: Option<String>,
    username: Option<String>,
}

/// What CloudTrail adds for Cognito.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Additional {
    sub: Option<String>,
    #[serde(rename = "userPoolId")]
    user_pool_id: Option<String>,
    #[serde(rename = "requestParameters")]
    request: PageRequest,
    #[serde(rename = "responseParameters")]
    response: PageResponse,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct PageRequest {
    client_id: Vec<String>,
    grant_type: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct PageResponse {
    status: Option<f64>,
}

/// What is counted, whichever log it came from.
struct Seen<'a> {
    at: Timestamp,
    pool: Option<&'a str>,
    client: Option<&'a str>,
    user: Option<&'a str>,
    sure: bool,
}

impl LogCounter {
    /// Counts events of a pool, and those that name none; of every pool when it is `None`.
    #[must_use]
    pub fn new(pool: Option<PoolId>) -> Self {
        Self::keeping(pool, EXACT)
    }

    /// The same with another number of users that are kept exactly, some 20 to 40 bytes each.
    #[must_use]
    pub fn keeping(pool: Option<PoolId>, most_exact: usize) -> Self {
        Self {
            pool,
            own_clients: BTreeSet::new(),
            alone: false,
            months: BTreeMap::new(),
            exact: 0,
            most_exact,
            events: 0,
            other_events: 0,
            other_pools: 0,
            without_user: 0,
            without_pool: 0,
            other_tokens: 0,
            beyond: 0,
        }
    }

    /// The same with the pool's app clients: what names one of them is about the pool, also where the pool is not named.
    #[must_use]
    pub fn of_clients(self, clients: impl IntoIterator<Item = ClientId>) -> Self {
        Self { own_clients: clients.into_iter().map(|client| client.to_string()).collect(), ..self }
    }

    /// The same for logs of an account that has no other pool: what names none is about this one.
    #[must_use]
    pub fn alone(self) -> Self {
        Self { alone: true, ..self }
    }

    /// Reads a line, or several values one after the other. Text before the first `{` is skipped: CloudWatch's exports put
    /// the time there.
    pub fn read(&mut self, text: &[u8]) -> TextRead {
        let Some(begin) = text.iter().position(|byte| *byte == b'{') else {
            let blank = text.iter().all(u8::is_ascii_whitespace);
            return TextRead { bytes: text.len(), damage: (!blank).then_some(Damage::NotJson) };
        };
        // A newline in a text that was cut off would pass for a wrong character.
        let mut events = serde_json::Deserializer::from_slice(text[begin..].trim_ascii_end()).into_iter::<Event<'_>>();
        let (mut bytes, mut damage) = (begin, None);
        while let Some(event) = events.next() {
            match event {
                Ok(event) => damage = self.event(&event).err().or(damage),
                Err(error) => {
                    let wrong = match error.classify() {
                        serde_json::error::Category::Eof => Damage::CutOff,
                        serde_json::error::Category::Data => Damage::NotAnEvent,
                        _ => Damage::NotJson,
                    };
                    return TextRead { bytes, damage: Some(wrong) };
                }
            }
            bytes = begin + events.byte_offset();
        }
        TextRead { bytes: text.len(), damage }
    }

    fn event(&mut self, event: &Event<'_>) -> Result<(), Damage> {
        match (event.event_source.as_deref(), event.message, event.event_name.as_deref()) {
            (Some("cognito-idp.amazonaws.com"), _, Some(name)) => self.trail(event, name),
            (Some(service), _, Some(_)) if service.ends_with(".amazonaws.com") => {
                self.other_events += 1;
                Ok(())
            }
            (_, Some(message), _) => self.message(event, message),
            _ => Err(Damage::NotAnEvent),
        }
    }

    /// Exported user activity; or a wrapper of CloudWatch whose message is the event as a text.
    fn message(&mut self, event: &Event<'_>, message: &RawValue) -> Result<(), Damage> {
        if message.get().starts_with('"') {
            let text: String = serde_json::from_str(message.get()).map_err(|_| Damage::NotAnEvent)?;
            let inner: Event<'_> = serde_json::from_str(&text).map_err(|_| Damage::NotAnEvent)?;
            let nested = inner.message.is_some_and(|message| message.get().starts_with('"'));
            return if nested { Err(Damage::NotAnEvent) } else { self.event(&inner) };
        }
        let activity: Activity<'_> = serde_json::from_str(message.get()).map_err(|_| Damage::NotAnEvent)?;
        let kind = activity.event_type.as_deref().ok_or(Damage::NotAnEvent)?;
        let millis = event.event_timestamp.map(|raw| raw.get().trim_matches('"')).ok_or(Damage::NoTime)?;
        let millis: i64 = millis.parse().map_err(|_| Damage::NoTime)?;
        let at = Timestamp::from_millisecond(millis).map_err(|_| Damage::NoTime)?;
        let outcome = activity.event_response.as_deref().unwrap_or_default();
        let sure = event_counts(kind, outcome);

        self.count(&Seen {
            at,
            pool: given(&activity.user_pool_id),
            client: given(&activity.client_id),
            user: given(&activity.user_sub).or(given(&activity.user_name)),
            // A name may belong to somebody whom another event calls by `sub`: two of one would be counted.
            sure: sure && given(&activity.user_sub).is_some(),
        });
        Ok(())
    }

    /// CloudTrail's event of a user pool.
    fn trail(&mut self, event: &Event<'_>, name: &str) -> Result<(), Damage> {
        let effect = effect_of(name);
        if effect == MauEffect::Free {
            self.other_events += 1;
            return Ok(());
        }
        let at: Timestamp = event.event_time.as_deref().and_then(|time| time.parse().ok()).ok_or(Damage::NoTime)?;
        // Their shape differs by operation; what does not fit tells nothing.
        let additional: Additional =
            event.additional_event_data.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
        let parameters: Parameters =
            event.request_parameters.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
        let failed = event.error_code.as_deref().is_some_and(|code| !code.is_empty())
            || additional.response.status.is_some_and(|status| status >= 400.0);
        let pool = parameters.user_pool_id.as_deref().or(additional.user_pool_id.as_deref());
        let client = parameters.client_id.as_deref().or(additional.request.client_id.first().map(String::as_str));
        if additional.request.grant_type.iter().any(|grant| grant == "client_credentials") {
            if !failed && self.is_meant(pool) {
                self.events += 1;
                if !self.is_own(pool, client) {
                    self.other_tokens += 1;
                } else if let Some(month) = self.month(at) {
                    *month.token_requests.get_or_insert_default() += 1;
                }
            }
            return Ok(());
        }
        // CloudTrail hides the names that people type; what it writes there is no user.
        let named = parameters.username.as_deref().filter(|name| !name.starts_with("HIDDEN_DUE_TO"));
        self.count(&Seen {
            at,
            pool,
            client,
            user: additional.sub.as_deref().or(named),
            sure: surely_counts(name) && !failed && additional.sub.is_some(),
        });
        Ok(())
    }

    fn is_meant(&mut self, pool: Option<&str>) -> bool {
        let elsewhere = self.pool.as_ref().is_some_and(|meant| pool.is_some_and(|pool| pool != meant.as_str()));
        if elsewhere {
            self.other_pools += 1;
        }
        !elsewhere
    }

    /// Whether an event that is meant tells that it is about the pool. A trail holds every pool of the account and Region,
    /// and calls of users name no pool.
    fn is_own(&self, pool: Option<&str>, client: Option<&str>) -> bool {
        let named = pool.is_some() || client.is_some_and(|client| self.own_clients.contains(client));
        self.pool.is_none() || self.alone || named
    }

    fn month(&mut self, at: Timestamp) -> Option<&mut Growing> {
        let month = Month::of(at);
        if self.months.len() >= MONTHS && !self.months.contains_key(&month) {
            self.beyond += 1;
            return None;
        }
        let growing = self.months.entry(month).or_insert_with(|| Growing::new(at));
        growing.first = growing.first.min(at);
        growing.last = growing.last.max(at);
        Some(growing)
    }

    fn count(&mut self, seen: &Seen<'_>) {
        if !self.is_meant(seen.pool) {
            return;
        }
        self.events += 1;
        let Some(user) = seen.user else {
            self.without_user += 1;
            return;
        };
        // Without the pool's own id a user name of two pools would be one user; of one pool it always is.
        let key = if self.pool.is_some() { key("", user) } else { key(seen.pool.unwrap_or_default(), user) };
        let own = self.is_own(seen.pool, seen.client);
        self.without_pool += u64::from(!own);
        let sure = seen.sure && own;
        let Some(month) = self.month(seen.at) else { return };
        month.events += 1;
        if let Some(client) = seen.client.filter(|_| sure) {
            month.client(client, key);
        }
        let more = month.users.add(key, sure);
        self.exact += more;
        if self.exact > self.most_exact {
            self.months.values_mut().for_each(|month| month.users.shrink());
            self.exact = 0;
        }
    }

    /// What was found so far, by month.
    #[must_use]
    pub fn months(&self) -> Vec<LogMonth> {
        self.months.iter().map(|(month, growing)| growing.told(*month)).collect()
    }

    /// Events of the pool's users and machines so far.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Events of other services, and of what makes nobody active.
    #[must_use]
    pub fn other_events(&self) -> u64 {
        self.other_events
    }

    /// Events of other pools.
    #[must_use]
    pub fn other_pools(&self) -> u64 {
        self.other_pools
    }

    /// Events that may make somebody active but do not tell whom.
    #[must_use]
    pub fn without_user(&self) -> u64 {
        self.without_user
    }

    /// Events of users that tell neither the pool nor one of its clients. Their users are possible, and no more.
    #[must_use]
    pub fn without_pool(&self) -> u64 {
        self.without_pool
    }

    /// Events of further months than the 120 that are counted apart. They are in no number.
    #[must_use]
    pub fn beyond(&self) -> u64 {
        self.beyond
    }

    /// Token requests of machines that tell neither the pool nor one of its clients. They are not counted.
    #[must_use]
    pub fn other_tokens(&self) -> u64 {
        self.other_tokens
    }
}

impl Growing {
    fn new(at: Timestamp) -> Self {
        Self {
            users: Users::new(),
            clients: BTreeMap::new(),
            more_clients: false,
            events: 0,
            token_requests: None,
            first: at,
            last: at,
        }
    }

    fn client(&mut self, client: &str, key: u64) {
        if let Some(sketch) = self.clients.get_mut(client) {
            sketch.insert_hash(key);
        } else if self.clients.len() < CLIENTS {
            let mut sketch = SmallSketch::new();
            sketch.insert_hash(key);
            self.clients.insert(client.to_owned(), sketch);
        } else {
            self.more_clients = true;
        }
    }

    fn told(&self, month: Month) -> LogMonth {
        let (surely, possibly, exact) = self.users.count();
        let client =
            |(id, sketch): (&String, &SmallSketch)| Some((ClientId::parse(id).ok()?, sketch.estimate() as u64));
        LogMonth {
            month,
            surely: Counted::new(surely, exact),
            possibly: Counted::new(possibly, exact),
            clients: self.clients.iter().filter_map(client).collect(),
            more_clients: self.more_clients,
            by_client_only: false,
            token_requests: self.token_requests,
            tokens_of_all: false,
            events: self.events,
            first: self.first,
            last: self.last,
            named: Some(self.users.named()),
            together: None,
            imports: Vec::new(),
        }
    }
}
