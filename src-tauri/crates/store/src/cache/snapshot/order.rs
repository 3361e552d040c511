//! Users in order.

use std::cmp::Ordering;

use super::Snapshot;
use super::bits::Bits;
use super::block::{Block, Column, ROWS};
use super::few::Few;
use super::instants::{Instant, Instants};
use crate::cache::fields::{CREATED, MODIFIED, USERNAME};

/// What users are sorted by: a value, then the user name. Whoever has no value is last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cache) enum Value<'a> {
    Text(&'a [u8]),
    Instant(Instant),
    Absent,
}

/// Where the values of an order come from.
pub(in crate::cache) enum By {
    /// Folded texts of a field.
    Text(u16),
    Created,
    Modified,
    /// The first group: its number by id, 0 for none, and the folded names by number, which are in order.
    Group(Vec<u16>, Vec<String>),
    /// A field that nobody has.
    Nothing,
}

/// One order of one snapshot.
pub(in crate::cache) struct Sorting<'a> {
    snapshot: &'a Snapshot,
    by: By,
    descending: bool,
    /// How a few texts of the field all begin, as others are likely to: that says nothing about their order.
    shared: &'a [u8],
}

/// Keys of one block's values, of which what does not depend on the row has been looked up.
enum Keys<'a> {
    /// By the number of the value.
    Codes(&'a Few, Vec<u64>),
    /// Texts, one by one.
    Texts(&'a Block, u16),
    Instants(&'a Instants),
    /// As for any other user.
    Each,
    Absent,
}

/// So many users are gathered at least before the first of them are picked.
const AT_LEAST: usize = 1_024;

/// A user with the beginning of what it is sorted by.
#[derive(Clone, Copy)]
struct Keyed {
    /// Grows with the value in the direction of the order.
    value: u64,
    /// Grows with the user name.
    name: u64,
    id: u32,
}

impl By {
    pub(in crate::cache) fn field(id: Option<u16>) -> Self {
        match id {
            None => Self::Nothing,
            Some(CREATED) => Self::Created,
            Some(MODIFIED) => Self::Modified,
            Some(field) => Self::Text(field),
        }
    }
}

impl<'a> Sorting<'a> {
    pub(in crate::cache) fn new(snapshot: &'a Snapshot, by: By, descending: bool) -> Self {
        let shared = if let By::Text(field) = by { snapshot.beginning_of_some(field) } else { &[] };
        Self { snapshot, by, descending, shared }
    }

    pub(in crate::cache) fn value(&'a self, id: u32) -> Value<'a> {
        match &self.by {
            By::Text(field) => self.snapshot.value(*field, id).map_or(Value::Absent, Value::Text),
            By::Created | By::Modified => match self.snapshot.at(id) {
                Some((block, row)) => Value::Instant(block.instant(matches!(self.by, By::Created), row)),
                None => Value::Absent,
            },
            By::Group(first, names) => {
                let number =
                    usize::try_from(id).ok().and_then(|id| first.get(id)).map_or(0, |number| usize::from(*number));
                let name = number.checked_sub(1).and_then(|at| names.get(at));
                name.map_or(Value::Absent, |name| Value::Text(name.as_bytes()))
            }
            By::Nothing => Value::Absent,
        }
    }

    fn named(&self, id: u32, value: u64) -> Keyed {
        Keyed { value, name: name_key(self.snapshot.name(id)), id }
    }

    /// Tells the key of each of these. Ids come in their order: each block is looked up once.
    fn each_key(&self, ids: impl Iterator<Item = u32>, mut tell: impl FnMut(u32, u64)) {
        let (mut number, mut keys) = (None, Keys::Each);
        for id in ids {
            if number != Some(id / ROWS) {
                number = Some(id / ROWS);
                keys = self.keys(id);
            }
            let row = id % ROWS;
            let key = match &keys {
                Keys::Codes(few, keys) => keys.get(few.code(row)).copied().unwrap_or(u64::MAX),
                Keys::Texts(block, field) => self.text_key(block.value(*field, row)),
                Keys::Instants(instants) => self.instant_key(instants.get(row)),
                Keys::Each => self.value_key(id),
                Keys::Absent => u64::MAX,
            };
            tell(id, key);
        }
    }

    /// The keys of the block that an id is in.
    fn keys(&self, id: u32) -> Keys<'a> {
        let Some((block, _)) = self.snapshot.at(id) else { return Keys::Absent };
        match &self.by {
            By::Text(USERNAME) => Keys::Texts(block, USERNAME),
            By::Text(field) => match block.columns.get(field) {
                Some(Column::Few(few)) => {
                    let keys = few.values().iter().map(|value| self.text_key(Some(value.folded().as_bytes())));
                    Keys::Codes(few, std::iter::once(u64::MAX).chain(keys).collect())
                }
                Some(Column::Many(_)) => Keys::Texts(block, *field),
                None => Keys::Absent,
            },
            By::Created => Keys::Instants(&block.created),
            By::Modified => Keys::Instants(&block.modified),
            By::Group(..) => Keys::Each,
            By::Nothing => Keys::Absent,
        }
    }

    fn value_key(&self, id: u32) -> u64 {
        match self.value(id) {
            Value::Absent => u64::MAX,
            Value::Text(text) => self.text_key(Some(text)),
            Value::Instant(at) => self.instant_key(at),
        }
    }

    fn instant_key(&self, (milliseconds, _): Instant) -> u64 {
        self.directed_key(milliseconds.cast_unsigned() ^ (1 << 63))
    }

    /// Texts that begin as the others do are told apart by what follows; there is one number for all who come before
    /// them in the first byte, and one for all who come after.
    fn text_key(&self, text: Option<&[u8]>) -> u64 {
        let Some(text) = text else { return u64::MAX };
        let (place, rest) = match text.strip_prefix(self.shared) {
            Some(rest) => (1, rest),
            None if text < self.shared => (0, text),
            None => (2, text),
        };
        self.directed_key(place << 56 | beginning(rest))
    }

    fn directed_key(&self, key: u64) -> u64 {
        if self.descending { !key } else { key }
    }

    fn compare_keyed(&self, a: &Keyed, b: &Keyed) -> Ordering {
        a.value
            .cmp(&b.value)
            .then_with(|| {
                // Most often the beginning is the whole value.
                let whole =
                    matches!(self.by, By::Text(_) | By::Group(..)) && self.directed_key(a.value) & 0xff <= MOST_OF_TEXT;
                if whole || a.value == u64::MAX {
                    Ordering::Equal
                } else {
                    self.compare_values(&self.value(a.id), &self.value(b.id))
                }
            })
            .then_with(|| a.name.cmp(&b.name))
            .then_with(|| self.snapshot.name(a.id).cmp(self.snapshot.name(b.id)))
    }

    fn compare_values(&self, a: &Value<'_>, b: &Value<'_>) -> Ordering {
        let order = match (a, b) {
            (Value::Text(a), Value::Text(b)) => a.cmp(b),
            (Value::Instant(a), Value::Instant(b)) => a.cmp(b),
            (Value::Absent, Value::Absent) => return Ordering::Equal,
            (Value::Absent, _) => return Ordering::Greater,
            (_, Value::Absent) => return Ordering::Less,
            // One order has values of one kind; whatever a stranger's cursor says comes first.
            (Value::Text(_), Value::Instant(_)) => Ordering::Less,
            (Value::Instant(_), Value::Text(_)) => Ordering::Greater,
        };
        if self.descending { order.reverse() } else { order }
    }

    /// How a user stands to a place.
    pub(in crate::cache) fn compare_to(&self, id: u32, value: &Value<'_>, name: &str) -> Ordering {
        let by_value = self.compare_values(&self.value(id), value);
        by_value.then_with(|| self.snapshot.name(id).cmp(name.as_bytes()))
    }

    /// All of these in order.
    pub(in crate::cache) fn sorted(&self, ids: &Bits) -> Vec<u32> {
        let mut keyed = Vec::with_capacity(usize::try_from(ids.len()).unwrap_or(0));
        self.each_key(ids.iter(), |id, value| keyed.push(self.named(id, value)));
        keyed.sort_unstable_by(|a, b| self.compare_keyed(a, b));
        keyed.into_iter().map(|keyed| keyed.id).collect()
    }

    /// The first of these in order.
    pub(in crate::cache) fn first(&self, ids: impl Iterator<Item = u32>, number: usize) -> Vec<u32> {
        let (mut kept, mut last): (Vec<Keyed>, Option<Keyed>) = (Vec::new(), None);
        if number == 0 {
            return Vec::new();
        }
        self.each_key(ids, |id, value| {
            // Whoever comes after enough others is looked at no further; most do by the beginning of their value.
            if last.is_some_and(|last| value > last.value) {
                return;
            }
            let keyed = self.named(id, value);
            if last.is_some_and(|last| self.compare_keyed(&keyed, &last).is_gt()) {
                return;
            }
            kept.push(keyed);
            if kept.len() >= number.saturating_mul(4).max(AT_LEAST) {
                last = self.keep_first(&mut kept, number);
            }
        });
        self.keep_first(&mut kept, number);
        kept.sort_unstable_by(|a, b| self.compare_keyed(a, b));
        kept.into_iter().map(|keyed| keyed.id).collect()
    }

    /// Leaves the first of them, in no order, and tells the last of those.
    fn keep_first(&self, kept: &mut Vec<Keyed>, number: usize) -> Option<Keyed> {
        let at = number.checked_sub(1)?;
        if number < kept.len() {
            kept.select_nth_unstable_by(at, |a, b| self.compare_keyed(a, b));
            kept.truncate(number);
        }
        kept.get(at).copied()
    }
}

/// So many bytes of a text are in its key.
const MOST_OF_TEXT: u64 = 6;

/// In seven bytes: six of the text, and how long it is, as far as that matters, which is seven for longer ones.
fn beginning(text: &[u8]) -> u64 {
    let mut key = [0; 8];
    key[1..7].iter_mut().zip(text).for_each(|(key, byte)| *key = *byte);
    key[7] = u8::try_from(text.len().min(7)).unwrap_or(7);
    u64::from_be_bytes(key)
}

fn name_key(name: &[u8]) -> u64 {
    let mut key = [0; 8];
    key.iter_mut().zip(name).for_each(|(key, byte)| *key = *byte);
    u64::from_be_bytes(key)
}
