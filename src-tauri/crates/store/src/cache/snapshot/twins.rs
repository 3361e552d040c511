//! Whoever has a value that somebody else has.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, BuildHasherDefault, Hasher, RandomState};

use super::Snapshot;
use super::bits::Bits;
use super::block::{Column, ROWS};
use crate::cache::fields::{CREATED, MODIFIED};

/// For each value there is room for so many in the sets that tell most of those apart who share nothing.
const ROOM: usize = 32;

/// What is a hash already.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

type ByHash<T> = HashMap<u64, T, BuildHasherDefault<Hashed>>;

impl Snapshot {
    /// Whoever has a value that somebody else has.
    pub(in crate::cache) fn twins(&self, field: u16) -> Bits {
        let columns = || self.blocks.iter().filter_map(|block| block.columns.get(&field));
        if columns().next().is_some() && columns().all(|column| matches!(column, Column::Few(_))) {
            return self.twins_of_few(field);
        }
        // The keys are made for this question, so nobody knows values that meet: among ten million, two of those that
        // differ have the same hash once in some hundred thousand questions.
        let hasher = RandomState::new();
        let mut hashes = Vec::with_capacity(usize::try_from(self.everybody.len()).unwrap_or(0));
        if let CREATED | MODIFIED = field {
            for id in self.everybody.iter() {
                let at = self.at(id).map(|(block, row)| block.instant(field == CREATED, row));
                hashes.push((hasher.hash_one(at), id));
            }
        } else {
            self.each_value(field, |id, value| hashes.push((hasher.hash_one(value), id)));
        }
        sharing(&hashes)
    }

    /// Of a field with few values each is counted, and nobody's is looked at.
    fn twins_of_few(&self, field: u16) -> Bits {
        let columns = || {
            let blocks = (0_u32..).step_by(ROWS as usize).zip(&self.blocks);
            blocks.filter_map(|(base, block)| match block.columns.get(&field) {
                Some(Column::Few(few)) => Some((base, block, few)),
                _ => None,
            })
        };
        let mut counts: HashMap<&str, u64> = HashMap::new();
        for (_, block, few) in columns() {
            few.counted(&block.live).for_each(|(value, count)| *counts.entry(value.folded()).or_default() += count);
        }
        let mut found = Bits::default();
        for (base, block, few) in columns() {
            let shared = few.values().iter().map(|value| counts.get(value.folded()).is_some_and(|count| *count > 1));
            let wanted: Vec<bool> = std::iter::once(false).chain(shared).collect();
            block.live.iter().filter(|row| wanted[few.code(*row)]).for_each(|row| found.insert(base + row));
        }
        found
    }
}

/// The ids of those whose hashes are equal.
fn sharing(hashes: &[(u64, u32)]) -> Bits {
    // Of those who share nothing nearly all have a place of their own in a set that has room enough.
    let places = hashes.len().saturating_mul(ROOM).next_power_of_two().clamp(64, 1 << 31);
    let place = |hash: u64| u32::try_from(hash & (places as u64 - 1)).unwrap_or_default();
    let (mut once, mut again) = (Bits::none(places / 64), Bits::none(places / 64));
    for (hash, _) in hashes {
        let place = place(*hash);
        if once.contains(place) {
            again.insert(place);
        } else {
            once.insert(place);
        }
    }
    let (mut first, mut found): (ByHash<u32>, _) = (HashMap::default(), Bits::default());
    for (hash, id) in hashes.iter().filter(|(hash, _)| again.contains(place(*hash))) {
        match first.entry(*hash) {
            std::collections::hash_map::Entry::Vacant(entry) => drop(entry.insert(*id)),
            std::collections::hash_map::Entry::Occupied(entry) => {
                found.insert(*entry.get());
                found.insert(*id);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::sharing;

    #[test]
    fn whoever_has_the_hash_of_another_is_found_and_nobody_who_only_has_the_same_place() {
        let few = [(7, 1), (8, 2), (7, 3), (7 | 1 << 60, 4), (9, 5), (8, 6)];
        assert_eq!(sharing(&few).iter().collect::<Vec<_>>(), [1, 2, 3, 6]);
        assert_eq!(sharing(&[]).iter().count(), 0);
        let many: Vec<(u64, u32)> = (0..1_000_u32).map(|i| (u64::from(i % 999) << 40, i)).collect();
        assert_eq!(sharing(&many).iter().collect::<Vec<_>>(), [0, 999]);
    }
}
