//! Sorted orders over people, so that a page of any listing is a binary search and a short walk.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::user::{AttributeId, User, fold};

/// What a listing is ordered and filtered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    /// Everyone, in an order that has nothing to do with creation.
    Everyone,
    /// The username as it is, or folded in a pool that ignores case.
    Username { fold: bool },
    /// An attribute, ignoring case.
    Attribute(AttributeId),
    /// `cognito:user_status`, ignoring case.
    Status,
    /// `status`: `Enabled` or `Disabled`.
    Enabled,
}

impl Key {
    /// The sort key of `user`, or `None` when the user is not part of this order.
    pub(crate) fn of(self, user: &User) -> Option<Cow<'_, [u8]>> {
        match self {
            Self::Everyone => Some(Cow::Borrowed(&[])),
            Self::Username { fold: true } => Some(fold(user.username_bytes())),
            Self::Username { fold: false } => Some(Cow::Borrowed(user.username_bytes())),
            Self::Attribute(id) => user.attribute_bytes(id).map(fold),
            Self::Status => Some(Cow::Borrowed(user.status.folded())),
            Self::Enabled => Some(Cow::Borrowed(if user.enabled { b"Enabled" } else { b"Disabled" })),
        }
    }

    /// The form in which a filter value meets the keys of this order.
    pub(crate) fn normalise(self, value: &str) -> Vec<u8> {
        match self {
            Self::Username { fold: false } | Self::Enabled | Self::Everyone => value.as_bytes().to_vec(),
            _ => fold(value.as_bytes()).into_owned(),
        }
    }
}

/// A bijection that scatters ids: equal keys are listed in this order.
pub(crate) fn scatter(id: u32) -> u32 {
    let mut x = id.wrapping_add(0x5EED_0001).wrapping_mul(0x9E37_79B1);
    x ^= x >> 15;
    x = x.wrapping_mul(0x85EB_CA6B);
    x ^ (x >> 13)
}

/// A place in an order: everything before it has been given out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Place {
    pub(crate) key: Vec<u8>,
    /// Among equal keys, the least [`scatter`] still to come.
    pub(crate) tie: u64,
}

/// Ids in the order of a [`Key`].
#[derive(Debug, Default)]
pub(crate) struct Index {
    ids: Vec<u32>,
}

impl Index {
    /// Sorts `ids` by their keys. The heads decide nearly every comparison.
    pub(crate) fn build<'a>(ids: impl Iterator<Item = (u32, &'a User)>, key: Key) -> Self {
        let mut rows: Vec<(Head, u32, &User)> =
            ids.filter_map(|(id, user)| key.of(user).map(|bytes| (head(&bytes), id, user))).collect();
        rows.sort_unstable_by(|a, b| {
            a.0.cmp(&b.0)
                .then_with(|| if is_whole(a.0) { Ordering::Equal } else { key.of(a.2).cmp(&key.of(b.2)) })
                .then_with(|| scatter(a.1).cmp(&scatter(b.1)))
        });
        Self { ids: rows.into_iter().map(|(_, id, _)| id).collect() }
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Position of the first id at or after (`key`, `tie`).
    pub(crate) fn seek<'a>(&self, key: &[u8], tie: u64, key_of: impl Fn(u32) -> Option<Cow<'a, [u8]>>) -> usize {
        self.ids.partition_point(|&id| {
            let found = key_of(id).unwrap_or_default();
            found.as_ref().cmp(key).then_with(|| u64::from(scatter(id)).cmp(&tie)) == Ordering::Less
        })
    }

    pub(crate) fn insert_at(&mut self, position: usize, id: u32) {
        self.ids.insert(position, id);
    }

    pub(crate) fn remove_at(&mut self, position: usize, id: u32) {
        if self.ids.get(position) == Some(&id) {
            self.ids.remove(position);
        }
    }

    pub(crate) fn from(&self, position: usize) -> &[u32] {
        self.ids.get(position..).unwrap_or_default()
    }
}

/// The first 31 bytes of a key and its length up to 32: sorts as the key does.
type Head = [u128; 2];

fn head(key: &[u8]) -> Head {
    let mut bytes = [0; 32];
    let len = key.len().min(31);
    bytes[..len].copy_from_slice(&key[..len]);
    bytes[31] = u8::try_from(key.len().min(32)).unwrap_or(32);
    let (front, back) = bytes.split_at(16);
    [front, back].map(|half| half.try_into().map_or(0, u128::from_be_bytes))
}

/// Whether equal heads mean equal keys.
fn is_whole(head: Head) -> bool {
    head[1] & 0xFF < 32
}
