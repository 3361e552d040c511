//! The people of one pool, twice: as they are, and as `ListUsers` shows them.
//!
//! AWS keeps listings eventually consistent. Writes change `current` at once; the orders that listings walk follow
//! when the lag has passed. Without lag both are always the same and nothing is stored twice.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use super::index::{Index, Key, Place, scatter};
use super::schema::id;
use super::user::User;

/// When a write is made, and how long listings take to notice.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) now_ms: i64,
    pub(crate) lag_ms: i64,
    /// The longest that ID and access tokens may live, whatever the app client says; `None` leaves it to the client.
    pub(crate) token_lifetime_ms: Option<i64>,
}

/// Which people of an order a listing wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Match {
    Any,
    Exactly(Vec<u8>),
    Prefix(Vec<u8>),
}

#[derive(Debug, Default)]
struct Rows {
    current: Vec<Option<User>>,
    /// What listings still show, where it differs from `current`.
    shown: HashMap<u32, Option<User>>,
}

impl Rows {
    fn current(&self, id: u32) -> Option<&User> {
        self.current.get(id as usize)?.as_ref()
    }

    fn shown(&self, id: u32) -> Option<&User> {
        match self.shown.get(&id) {
            Some(old) => old.as_ref(),
            None => self.current(id),
        }
    }

    fn shown_key<'a>(&'a self, key: Key) -> impl Fn(u32) -> Option<Cow<'a, [u8]>> {
        move |id| self.shown(id).and_then(|user| key.of(user))
    }
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Users {
    rows: Rows,
    pending: VecDeque<(i64, u32, Option<User>)>,
    by_username: Index,
    username_key: Key,
    orders: BTreeMap<Key, Index>,
    /// Ids that no longer are what the seed made them.
    touched: BTreeSet<u32>,
}

impl Users {
    /// Takes people as they are; their position is their id.
    pub(crate) fn new(people: Vec<Option<User>>, case_sensitive: bool) -> Self {
        let username_key = Key::Username { fold: !case_sensitive };
        let rows = Rows { current: people, shown: HashMap::new() };
        let by_username = Index::build(living(&rows), username_key);
        let mut users = Self {
            rows,
            pending: VecDeque::new(),
            by_username,
            username_key,
            orders: BTreeMap::new(),
            touched: BTreeSet::new(),
        };
        users.order(Key::Everyone);
        users
    }

    pub(crate) fn get(&self, id: u32) -> Option<&User> {
        self.rows.current(id)
    }

    pub(crate) fn shown(&self, id: u32) -> Option<&User> {
        self.rows.shown(id)
    }

    /// Everyone as they are now, by id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &User)> {
        living(&self.rows)
    }

    /// How many people listings show.
    pub(crate) fn shown_count(&self) -> usize {
        self.orders.get(&Key::Everyone).map_or(0, Index::len)
    }

    pub(crate) fn touched(&self) -> &BTreeSet<u32> {
        &self.touched
    }

    /// One past the highest id ever given.
    pub(crate) fn slots(&self) -> usize {
        self.rows.current.len()
    }

    pub(crate) fn username_key(&self) -> Key {
        self.username_key
    }

    pub(crate) fn find(&self, username: &str) -> Option<u32> {
        let wanted = self.username_key.normalise(username);
        let at = self.by_username.seek(&wanted, 0, |id| self.current_username(id));
        let id = *self.by_username.from(at).first()?;
        (self.current_username(id)?.as_ref() == wanted.as_slice()).then_some(id)
    }

    /// Finds people by the exact value of an attribute, as they are now.
    pub(crate) fn find_by(&mut self, attribute: u8, value: &str) -> Vec<u32> {
        let key = Key::Attribute(attribute);
        let wanted = key.normalise(value);
        let (mut ids, _) = self.page(key, &Match::Exactly(wanted.clone()), None, usize::MAX);
        ids.extend(self.rows.shown.keys().copied());
        ids.sort_unstable();
        ids.dedup();
        ids.retain(|&id| self.get(id).and_then(|user| key.of(user)).as_deref() == Some(&wanted));
        ids
    }

    pub(crate) fn find_by_sub(&mut self, sub: &str) -> Option<u32> {
        self.find_by(id::SUB, sub).first().copied()
    }

    /// Adds a person and gives the id.
    pub(crate) fn insert(&mut self, user: User, moment: Moment) -> u32 {
        let id = u32::try_from(self.rows.current.len()).unwrap_or(u32::MAX);
        self.rows.current.push(None);
        self.write(id, Some(user), moment);
        id
    }

    /// Puts a person back under the id a saved state gives.
    pub(crate) fn restore(&mut self, id: u32, user: Option<User>, moment: Moment) {
        while self.rows.current.len() <= id as usize {
            self.rows.current.push(None);
        }
        self.write(id, user, moment);
    }

    /// Replaces (`Some`) or deletes (`None`) a person.
    pub(crate) fn write(&mut self, id: u32, user: Option<User>, moment: Moment) {
        self.touched.insert(id);
        self.drop_username(id);
        let before = std::mem::replace(&mut self.rows.current[id as usize], user.clone());
        self.rows.shown.entry(id).or_insert(before);
        if user.is_some() {
            let name = self.current_username(id).map(Cow::into_owned).unwrap_or_default();
            let at = self.by_username.seek(&name, u64::from(scatter(id)), |id| self.current_username(id));
            self.by_username.insert_at(at, id);
        }
        self.pending.push_back((moment.now_ms + moment.lag_ms, id, user));
        self.settle(moment.now_ms);
    }

    /// Lets listings see every write whose lag has passed.
    pub(crate) fn settle(&mut self, now_ms: i64) {
        while self.pending.front().is_some_and(|(due, ..)| *due <= now_ms) {
            let Some((_, id, user)) = self.pending.pop_front() else { return };
            let keys: Vec<Key> = self.orders.keys().copied().collect();
            for &key in &keys {
                self.unlist(key, id);
            }
            if self.pending.iter().any(|(_, later, _)| *later == id) {
                self.rows.shown.insert(id, user);
            } else {
                self.rows.shown.remove(&id);
            }
            for &key in &keys {
                self.list(key, id);
            }
        }
    }

    /// Up to `limit` ids of an order after `after`, and whether more follow.
    pub(crate) fn page(&mut self, key: Key, wanted: &Match, after: Option<&Place>, limit: usize) -> (Vec<u32>, bool) {
        self.order(key);
        let Some(order) = self.orders.get(&key) else { return (Vec::new(), false) };
        let key_of = self.rows.shown_key(key);
        let start: &[u8] = match wanted {
            Match::Any => &[],
            Match::Exactly(value) | Match::Prefix(value) => value,
        };
        let begin = order.seek(start, 0, &key_of);
        let from = after.map_or(begin, |place| order.seek(&place.key, place.tie, &key_of).max(begin));
        let fits = |id: u32| match wanted {
            Match::Any => true,
            Match::Exactly(value) => key_of(id).as_deref() == Some(value),
            Match::Prefix(value) => key_of(id).is_some_and(|found| found.starts_with(value)),
        };
        let mut ids: Vec<u32> = Vec::new();
        for &id in order.from(from) {
            if !fits(id) {
                return (ids, false);
            }
            if ids.len() == limit {
                return (ids, true);
            }
            ids.push(id);
        }
        (ids, false)
    }

    /// The place just after `id` in an order.
    pub(crate) fn place(&self, key: Key, id: u32) -> Place {
        let found = self.rows.shown(id).and_then(|user| key.of(user)).unwrap_or_default();
        Place { key: found.into_owned(), tie: u64::from(scatter(id)) + 1 }
    }

    fn order(&mut self, key: Key) {
        if !self.orders.contains_key(&key) {
            let rows = &self.rows;
            let ids = (0u32..).take(rows.current.len()).filter_map(|id| rows.shown(id).map(|user| (id, user)));
            let index = Index::build(ids, key);
            self.orders.insert(key, index);
        }
    }

    fn current_username(&self, id: u32) -> Option<Cow<'_, [u8]>> {
        self.rows.current(id).and_then(|user| self.username_key.of(user))
    }

    fn drop_username(&mut self, id: u32) {
        if let Some(name) = self.current_username(id).map(Cow::into_owned) {
            let at = self.by_username.seek(&name, u64::from(scatter(id)), |id| self.current_username(id));
            self.by_username.remove_at(at, id);
        }
    }

    fn unlist(&mut self, key: Key, id: u32) {
        let Some(found) = self.rows.shown_key(key)(id).map(Cow::into_owned) else { return };
        if let Some(order) = self.orders.get_mut(&key) {
            let at = order.seek(&found, u64::from(scatter(id)), self.rows.shown_key(key));
            order.remove_at(at, id);
        }
    }

    fn list(&mut self, key: Key, id: u32) {
        let Some(found) = self.rows.shown_key(key)(id).map(Cow::into_owned) else { return };
        if let Some(order) = self.orders.get_mut(&key) {
            let at = order.seek(&found, u64::from(scatter(id)), self.rows.shown_key(key));
            order.insert_at(at, id);
        }
    }
}

fn living(rows: &Rows) -> impl Iterator<Item = (u32, &User)> {
    (0u32..).zip(&rows.current).filter_map(|(id, user)| user.as_ref().map(|user| (id, user)))
}
