//! Instants by row, in eight bytes each where they are whole milliseconds, as AWS's are.

use std::collections::HashMap;

use jiff::Timestamp;

/// Milliseconds since 1970, and nanoseconds beyond them.
pub(in crate::cache) type Instant = (i64, u32);

#[derive(Clone, Default)]
pub(super) struct Instants {
    milliseconds: Vec<i64>,
    finer: HashMap<u32, u32>,
}

impl Instants {
    pub(super) fn get(&self, row: u32) -> Instant {
        let at = usize::try_from(row).unwrap_or(usize::MAX);
        let finer = if self.finer.is_empty() { 0 } else { self.finer.get(&row).copied().unwrap_or(0) };
        (self.milliseconds.get(at).copied().unwrap_or(0), finer)
    }

    pub(super) fn set(&mut self, row: u32, at: Timestamp) {
        let (milliseconds, finer) = split(at);
        let place = usize::try_from(row).unwrap_or(usize::MAX);
        if place >= self.milliseconds.len() {
            self.milliseconds.resize(place + 1, 0);
        }
        self.milliseconds[place] = milliseconds;
        if finer == 0 {
            self.finer.remove(&row);
        } else {
            self.finer.insert(row, finer);
        }
    }

    pub(super) fn forget(&mut self, row: u32) {
        self.set(row, Timestamp::UNIX_EPOCH);
    }

    pub(super) fn rows(&self) -> u32 {
        u32::try_from(self.milliseconds.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn shrink(&mut self) {
        self.milliseconds.shrink_to_fit();
    }
}

pub(in crate::cache) fn split(at: Timestamp) -> Instant {
    let nanoseconds = at.as_nanosecond();
    let milliseconds = i64::try_from(nanoseconds.div_euclid(1_000_000)).unwrap_or(i64::MAX);
    (milliseconds, u32::try_from(nanoseconds.rem_euclid(1_000_000)).unwrap_or(0))
}
