//! Whom a log names, as far as it is kept: enough to tell how many different users two logs name together, and nobody's name.

use serde::{Deserialize, Serialize};

/// How many bits of a user's hash choose the register.
const PLACE: u32 = 14;
/// How many registers there are. The standard error is 1.04 divided by the root of it: 0.8 %.
const REGISTERS: usize = 1 << PLACE;
/// The largest value of a register: the bits that are left may all be zero.
const MOST: u8 = 64 - 14 + 1;
/// What a register of zero is written as; the others follow it.
const ZERO: u8 = b'0';

/// Different users, of whom neither names nor whole hashes are kept (HyperLogLog): for each of 16,384 parts of all hashes the
/// rarest one that was seen.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Named(Vec<u8>);

impl Named {
    /// Nobody.
    #[must_use]
    pub fn nobody() -> Self {
        Self(vec![0; REGISTERS])
    }

    /// Adds a user by 64 evenly spread bits.
    pub(super) fn add(&mut self, hash: u64) {
        let place = usize::try_from(hash >> (u64::BITS - PLACE)).unwrap_or_default();
        // A one behind the last bit ends the row of zeros.
        let rest = hash << PLACE | 1 << (PLACE - 1);
        let rank = u8::try_from(rest.leading_zeros() + 1).unwrap_or(MOST);
        if let Some(register) = self.0.get_mut(place) {
            *register = rank.max(*register);
        }
    }

    /// Everybody who is in one of the two.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(one, other)| *one.max(other)).collect())
    }

    /// How many they are, by Ertl's estimator ("New cardinality estimation algorithms for HyperLogLog sketches", 2017), which
    /// is good for few and for many.
    #[must_use]
    pub fn users(&self) -> u64 {
        let mut counts = [0_u32; MOST as usize + 1];
        for register in &self.0 {
            if let Some(count) = counts.get_mut(usize::from(*register)) {
                *count += 1;
            }
        }
        let registers = f64::from(1_u32 << PLACE);
        let (none, all) = (f64::from(counts[0]), f64::from(counts[usize::from(MOST)]));
        if none >= registers {
            return 0;
        }
        let mut sum = registers * beyond(1.0 - all / registers);
        for count in counts[1..usize::from(MOST)].iter().rev() {
            sum = 0.5 * (sum + f64::from(*count));
        }
        sum += registers * below(none / registers);
        let users = registers * registers / (2.0 * std::f64::consts::LN_2 * sum);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of users, above zero")]
        let users = users.round() as u64;
        users
    }
}

/// The series for registers that are empty, of whose part `x` they are (below one).
fn below(mut x: f64) -> f64 {
    let (mut sum, mut weight) = (x, 1.0);
    loop {
        x *= x;
        let before = sum;
        sum += x * weight;
        weight *= 2.0;
        if sum <= before {
            return sum;
        }
    }
}

/// The series for registers that are full, of whom all but the part `x` are.
fn beyond(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut sum, mut weight) = (1.0 - x, 1.0);
    loop {
        x = x.sqrt();
        let before = sum;
        weight *= 0.5;
        sum -= (1.0 - x) * (1.0 - x) * weight;
        if sum >= before {
            return sum / 3.0;
        }
    }
}

impl std::fmt::Debug for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Named(about {})", self.users())
    }
}

/// Why a text is no [`Named`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This is no record of whom a log names.")]
pub struct NotNamed;

impl TryFrom<String> for Named {
    type Error = NotNamed;

    fn try_from(text: String) -> Result<Self, NotNamed> {
        let register = |byte: u8| byte.checked_sub(ZERO).filter(|register| *register <= MOST);
        let registers: Option<Vec<u8>> = text.bytes().map(register).collect();
        registers.filter(|registers| registers.len() == REGISTERS).map(Self).ok_or(NotNamed)
    }
}

impl From<Named> for String {
    fn from(named: Named) -> Self {
        named.0.into_iter().map(|register| char::from(ZERO + register)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::sketch::key;
    use super::*;

    fn named(users: std::ops::Range<u32>) -> Named {
        let mut named = Named::nobody();
        users.for_each(|user| named.add(key("", &user.to_string())));
        named
    }

    #[test]
    fn few_and_many_are_counted_to_within_three_percent_and_nobody_is_nobody() {
        assert_eq!(Named::nobody().users(), 0);
        for users in [1_u32, 2, 40, 1_000, 20_000, 45_000, 70_000, 300_000] {
            let counted = named(0..users).users();
            assert!(counted.abs_diff(users.into()) * 100 <= u64::from(users) * 3, "{counted} of {users}");
        }
    }

    #[test]
    fn two_are_put_together_as_if_they_had_been_one_and_are_kept_as_text() {
        let both = named(0..6_000).with(&named(4_000..10_000));
        assert_eq!(both, named(0..10_000));
        assert_eq!(named(0..6_000).with(&named(100..200)), named(0..6_000));
        let text = String::from(both.clone());
        assert_eq!(Named::try_from(text), Ok(both));
        for wrong in ["", "000", &"~".repeat(REGISTERS)] {
            assert_eq!(Named::try_from(wrong.to_owned()), Err(NotNamed));
        }
    }
}
