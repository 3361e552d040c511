//! Sets of row numbers, as bits side by side.

/// A set of small numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::cache) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// No numbers, with room for `words` times 64.
    pub(in crate::cache) fn none(words: usize) -> Self {
        Self { words: vec![0; words] }
    }

    pub(in crate::cache) fn contains(&self, number: u32) -> bool {
        self.words.get(word(number)).is_some_and(|word| word & bit(number) != 0)
    }

    pub(in crate::cache) fn insert(&mut self, number: u32) {
        let at = word(number);
        if at >= self.words.len() {
            self.words.resize(at + 1, 0);
        }
        self.words[at] |= bit(number);
    }

    pub(in crate::cache) fn remove(&mut self, number: u32) {
        if let Some(word) = self.words.get_mut(word(number)) {
            *word &= !bit(number);
        }
    }

    pub(in crate::cache) fn len(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    pub(in crate::cache) fn words(&self) -> &[u64] {
        &self.words
    }

    /// Each word is made of those of both at the same place.
    pub(in crate::cache) fn combine(&mut self, other: &[u64], make: impl Fn(u64, u64) -> u64) {
        if self.words.len() < other.len() {
            self.words.resize(other.len(), 0);
        }
        let others = other.iter().copied().chain(std::iter::repeat(0));
        self.words.iter_mut().zip(others).for_each(|(word, other)| *word = make(*word, other));
    }

    pub(in crate::cache) fn extend_words(&mut self, words: &[u64]) {
        self.words.extend_from_slice(words);
    }

    pub(in crate::cache) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        (0_u32..).step_by(64).zip(&self.words).flat_map(|(base, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let next = (rest != 0).then(|| base + rest.trailing_zeros())?;
                rest &= rest - 1;
                Some(next)
            })
        })
    }
}

impl FromIterator<u32> for Bits {
    fn from_iter<I: IntoIterator<Item = u32>>(numbers: I) -> Self {
        let mut bits = Self::default();
        numbers.into_iter().for_each(|number| bits.insert(number));
        bits
    }
}

fn word(number: u32) -> usize {
    usize::try_from(number / 64).unwrap_or(usize::MAX)
}

fn bit(number: u32) -> u64 {
    1 << (number % 64)
}
