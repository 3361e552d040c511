//! The people of one pool, twice: as they are, and as `ListUsers` shows them.
//!
//! AWS keeps listings eventually consistent. Writes change `current` at once; the orders that listings walk follow
//! when the lag has passed. Without lag both are always the same and nothing is stored twice.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use super::index::{Index, Key, Place, scatter};
use super::schema::id;
use super::user::{AttributeId, User};

/// When a write is made, and how long listings take to notice.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) now_ms: i64,
    pub(crate) lag_ms: i64,
    /// How long a page token lives.
    pub(crate) page_token_ms: i64,
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

/// What people can be looked up by while listings lag.
const FOUND_BY: [AttributeId; 4] = [id::SUB, id::EMAIL, id::PHONE, id::PREFERRED_USERNAME];

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
        if self.shown.is_empty() {
            return self.current(id);
        }
        match self.shown.get(&id) {
            Some(old) => old.as_ref(),
            None => self.current(id),
        }
    }

    fn order(&self, key: Key) -> Index {
        let ids = (0u32..).take(self.current.len()).filter_map(|id| self.shown(id).map(|user| (id, user)));
        Index::build(ids, key)
    }

    fn shown_key<'a>(&'a self, key: Key) -> impl Fn(u32) -> Option<Cow<'a, [u8]>> {
        move |id| self.shown(id).and_then(|user| key.of(user))
    }
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Users {
    rows: Rows,
    /// Writes that listings do not show yet, the oldest first.
    pending: VecDeque<(i64, u32, Option<User>)>,
    /// How many of `pending` each person has.
    waiting: HashMap<u32, u32>,
    /// What people with pending writes are found by now, while the orders still hold what they were.
    fresh: BTreeMap<(AttributeId, Vec<u8>), BTreeSet<u32>>,
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
            waiting: HashMap::new(),
            fresh: BTreeMap::new(),
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
        let place = (attribute, wanted);
        ids.extend(self.fresh.get(&place).into_iter().flatten());
        ids.sort_unstable();
        ids.dedup();
        ids.retain(|&id| self.get(id).and_then(|user| key.of(user)).as_deref() == Some(&place.1));
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
        self.settle(moment.now_ms);
        self.touched.insert(id);
        let renamed = self.current_username(id) != user.as_ref().and_then(|user| self.username_key.of(user));
        if renamed {
            self.drop_username(id);
        }
        if moment.lag_ms <= 0 && !self.waiting.contains_key(&id) {
            self.show(id, user);
        } else {
            self.refresh(id, false);
            let before = std::mem::replace(&mut self.rows.current[id as usize], user.clone());
            self.rows.shown.entry(id).or_insert(before);
            self.refresh(id, true);
            *self.waiting.entry(id).or_default() += 1;
            self.pending.push_back((moment.now_ms + moment.lag_ms, id, user));
        }
        if renamed {
            self.add_username(id);
        }
        self.settle(moment.now_ms);
    }

    /// Lets listings see every write whose lag has passed.
    pub(crate) fn settle(&mut self, now_ms: i64) {
        while self.pending.front().is_some_and(|(due, ..)| *due <= now_ms) {
            let Some((_, id, user)) = self.pending.pop_front() else { return };
            let left = self.waiting.get(&id).copied().unwrap_or_default().saturating_sub(1);
            if left > 0 {
                self.waiting.insert(id, left);
            } else {
                self.waiting.remove(&id);
                self.refresh(id, false);
            }
            self.show(id, user);
        }
    }

    /// Makes listings show `user` under `id`, and moves it in every order in which it stands elsewhere.
    fn show(&mut self, id: u32, user: Option<User>) {
        let key_of = |user: Option<&User>, key: Key| user.and_then(|user| key.of(user)).map(Cow::into_owned);
        let tie = u64::from(scatter(id));
        let mut moves = Vec::new();
        for (&key, order) in &mut self.orders {
            let (old, new) = (key_of(self.rows.shown(id), key), key_of(user.as_ref(), key));
            if old == new {
                continue;
            }
            if let Some(old) = old {
                order.remove_at(order.seek(&old, tie, self.rows.shown_key(key)), id);
            }
            moves.extend(new.map(|new| (key, new)));
        }
        if self.waiting.contains_key(&id) {
            self.rows.shown.insert(id, user);
        } else if self.rows.shown.remove(&id).is_none() {
            self.rows.current[id as usize] = user;
        }
        for (key, new) in moves {
            if let Some(order) = self.orders.get_mut(&key) {
                order.insert_at(order.seek(&new, tie, self.rows.shown_key(key)), id);
            }
        }
    }

    /// Adds what a person with pending writes is found by now, or takes it away.
    fn refresh(&mut self, id: u32, add: bool) {
        for attribute in FOUND_BY {
            let Some(value) = self.get(id).and_then(|user| Key::Attribute(attribute).of(user)) else { continue };
            let place = (attribute, value.into_owned());
            if add {
                self.fresh.entry(place).or_default().insert(id);
            } else if let Some(ids) = self.fresh.get_mut(&place) {
                ids.remove(&id);
                if ids.is_empty() {
                    self.fresh.remove(&place);
                }
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

    /// Makes every order that a filter can ask for, so that the first question is as quick as any.
    pub(crate) fn prepare(&mut self) {
        let attributes = FOUND_BY.into_iter().chain([id::NAME, id::GIVEN_NAME, id::FAMILY_NAME]);
        let keys = attributes.map(Key::Attribute).chain([self.username_key, Key::Status, Key::Enabled]);
        let missing: Vec<Key> = keys.filter(|key| !self.orders.contains_key(key)).collect();
        let rows = &self.rows;
        // Two at a time: sorting a million keys takes a good part of a second.
        let made: Vec<(Key, Index)> = std::thread::scope(|scope| {
            let (left, right) = missing.split_at(missing.len() / 2);
            let build = |keys: &[Key]| keys.iter().map(|&key| (key, rows.order(key))).collect::<Vec<_>>();
            let beside = scope.spawn(move || build(left));
            let mut made = build(right);
            made.extend(beside.join().unwrap_or_default());
            made
        });
        self.orders.extend(made);
    }

    fn order(&mut self, key: Key) {
        if !self.orders.contains_key(&key) {
            let index = self.rows.order(key);
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

    fn add_username(&mut self, id: u32) {
        if let Some(name) = self.current_username(id).map(Cow::into_owned) {
            let at = self.by_username.seek(&name, u64::from(scatter(id)), |id| self.current_username(id));
            self.by_username.insert_at(at, id);
        }
    }
}

fn living(rows: &Rows) -> impl Iterator<Item = (u32, &User)> {
    (0u32..).zip(&rows.current).filter_map(|(id, user)| user.as_ref().map(|user| (id, user)))
}
