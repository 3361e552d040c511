//! Counting different users in constant memory: exactly while they are few, with a small error when they are many.

use std::collections::HashMap;

use cardinality_estimator::CardinalityEstimator;
use sha2::{Digest as _, Sha256};

use super::named::Named;

/// Different users of one month in a log: surely active, and possibly.
pub(super) enum Users {
    /// Each user, and whether one event makes surely active.
    Exact(HashMap<u64, bool>),
    /// Two sketches of 196 kB with a standard error of 0.2 %, and what is kept of them.
    Sketched { surely: Box<Sketch>, possibly: Box<Sketch>, named: (Named, Named) },
}

/// Never more than 196 kB; small while few are in it.
pub(super) type Sketch = CardinalityEstimator<u64, wyhash_free::Unused, 18, 6>;
/// For the many app clients: never more than 12 kB, with a standard error of 0.8 %.
pub(super) type SmallSketch = CardinalityEstimator<u64, wyhash_free::Unused, 14, 6>;

/// Users are hashed before they come here, so the library's own hasher is never asked.
mod wyhash_free {
    use std::hash::Hasher;

    #[derive(Default)]
    pub(in crate::mau) struct Unused(u64);

    impl Hasher for Unused {
        fn finish(&self) -> u64 {
            self.0
        }

        fn write(&mut self, bytes: &[u8]) {
            for byte in bytes {
                self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
            }
        }
    }
}

/// What stands for a user: the first 64 bits of a SHA-256, so that nobody can write a log that is counted wrong. Among a
/// million users two are the same once in 37 million files.
pub(super) fn key(pool: &str, user: &str) -> u64 {
    let mut hash = Sha256::new();
    hash.update(pool.as_bytes());
    hash.update([0]);
    hash.update(user.as_bytes());
    let hash: [u8; 32] = hash.finalize().into();
    hash.iter().take(8).fold(0, |key, byte| key << 8 | u64::from(*byte))
}

impl Users {
    pub(super) fn new() -> Self {
        Self::Exact(HashMap::new())
    }

    /// Adds a user; gives how many more are kept exactly than before.
    pub(super) fn add(&mut self, key: u64, sure: bool) -> usize {
        match self {
            Self::Exact(users) => {
                let before = users.len();
                *users.entry(key).or_default() |= sure;
                users.len() - before
            }
            Self::Sketched { surely, possibly, named } => {
                possibly.insert_hash(key);
                named.1.add(key);
                if sure {
                    surely.insert_hash(key);
                    named.0.add(key);
                }
                0
            }
        }
    }

    /// Lets go of the users and keeps their sketch.
    pub(super) fn shrink(&mut self) {
        let named = self.named();
        if let Self::Exact(users) = self {
            let (mut surely, mut possibly) = (Box::new(Sketch::new()), Box::new(Sketch::new()));
            for (key, sure) in users.drain() {
                possibly.insert_hash(key);
                if sure {
                    surely.insert_hash(key);
                }
            }
            *self = Self::Sketched { surely, possibly, named };
        }
    }

    /// Who is surely and who is possibly active, as it is kept.
    pub(super) fn named(&self) -> (Named, Named) {
        match self {
            Self::Exact(users) => {
                let (mut surely, mut possibly) = (Named::nobody(), Named::nobody());
                for (key, sure) in users {
                    possibly.add(*key);
                    if *sure {
                        surely.add(*key);
                    }
                }
                (surely, possibly)
            }
            Self::Sketched { named, .. } => named.clone(),
        }
    }

    /// Surely active, possibly active (both more than the former), and whether that is exact.
    pub(super) fn count(&self) -> (u64, u64, bool) {
        match self {
            Self::Exact(users) => {
                let surely = users.values().filter(|sure| **sure).count();
                (surely as u64, users.len() as u64, true)
            }
            Self::Sketched { surely, possibly, .. } => {
                let (surely, possibly) = (surely.estimate() as u64, possibly.estimate() as u64);
                (surely, possibly.max(surely), false)
            }
        }
    }
}
