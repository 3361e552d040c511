//! Instants by row, in five bytes each where they are whole milliseconds of our time, as AWS's are.

use std::collections::HashMap;

use jiff::Timestamp;

/// Milliseconds since 1970, and nanoseconds beyond them.
pub(in crate::cache) type Instant = (i64, u32);

/// The beginning of 2010, before there was a Cognito; five bytes of milliseconds last from there to 2044.
const FIRST: i64 = 1_262_304_000_000;

/// The lower four bytes and the upper one by row; what fits in no five is elsewhere.
#[derive(Clone, Default)]
pub(super) struct Instants {
    low: Vec<u32>,
    high: Vec<u8>,
    elsewhere: HashMap<u32, Instant>,
}

impl Instants {
    pub(super) fn get(&self, row: u32) -> Instant {
        if !self.elsewhere.is_empty()
            && let Some(instant) = self.elsewhere.get(&row)
        {
            return *instant;
        }
        let at = usize::try_from(row).unwrap_or(usize::MAX);
        match (self.low.get(at), self.high.get(at)) {
            (Some(low), Some(high)) => (FIRST + (i64::from(*high) << 32 | i64::from(*low)), 0),
            _ => (0, 0),
        }
    }

    pub(super) fn set(&mut self, row: u32, at: Timestamp) {
        let (milliseconds, finer) = split(at);
        let bytes = u64::try_from(milliseconds - FIRST).ok().filter(|since| finer == 0 && *since < 1 << 40);
        if bytes.is_none() {
            self.elsewhere.insert(row, (milliseconds, finer));
        } else {
            self.elsewhere.remove(&row);
        }
        self.put(row, bytes.unwrap_or(0));
    }

    /// Whoever had it is gone.
    pub(super) fn forget(&mut self, row: u32) {
        self.elsewhere.remove(&row);
        self.put(row, 0);
    }

    fn put(&mut self, row: u32, bytes: u64) {
        let place = usize::try_from(row).unwrap_or(usize::MAX);
        if place >= self.low.len() {
            self.low.resize(place + 1, 0);
            self.high.resize(place + 1, 0);
        }
        self.low[place] = u32::try_from(bytes & u64::from(u32::MAX)).unwrap_or_default();
        self.high[place] = u8::try_from(bytes >> 32).unwrap_or_default();
    }

    pub(super) fn rows(&self) -> u32 {
        u32::try_from(self.low.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn shrink(&mut self) {
        self.low.shrink_to_fit();
        self.high.shrink_to_fit();
    }
}

pub(in crate::cache) fn split(at: Timestamp) -> Instant {
    let nanoseconds = at.as_nanosecond();
    let milliseconds = i64::try_from(nanoseconds.div_euclid(1_000_000)).unwrap_or(i64::MAX);
    (milliseconds, u32::try_from(nanoseconds.rem_euclid(1_000_000)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{Instants, split};

    #[test]
    fn every_instant_is_kept_as_it_was_also_what_fits_in_no_five_bytes() -> Result<(), jiff::Error> {
        let texts = [
            "1970-01-01T00:00:00Z",
            "2009-12-31T23:59:59.999Z",
            "2010-01-01T00:00:00Z",
            "2026-11-23T18:30:01.234Z",
            "2026-11-23T18:30:01.234567891Z",
            "2044-11-03T19:53:47.775Z",
            "2044-11-03T19:53:47.776Z",
            "9999-01-01T00:00:00Z",
            "-000001-01-01T00:00:00Z",
        ];
        let mut instants = Instants::default();
        let times = texts.map(str::parse::<Timestamp>).into_iter().collect::<Result<Vec<_>, _>>()?;
        for turn in 0..times.len() {
            for (row, at) in (0..).zip(times[turn..].iter().chain(&times[..turn])) {
                instants.set(row, *at);
                assert_eq!(instants.get(row), split(*at), "{at}");
            }
        }
        instants.forget(3);
        assert_eq!(instants.get(4), split(times[3]), "only that one is forgotten");
        Ok(())
    }
}
