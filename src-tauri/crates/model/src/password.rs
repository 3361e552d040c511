//! Passwords that fit a pool's policy.

use serde_json::Value;

/// The least length of what we make, whatever the pool allows.
const LENGTH: u32 = 20;

/// The greatest length that Cognito takes.
const LONGEST: u32 = 256;

/// Small letters, capital letters, digits and symbols, without those that are taken for one another. The symbols are of
/// those that Cognito counts.
const KINDS: [&str; 4] = ["abcdefghijkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "!#%*+-.:=?@_~"];

/// What a pool demands of passwords. One that we make has letters of both sizes, digits and symbols anyway, so the length
/// alone is of interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordRules {
    /// The least number of characters.
    pub shortest: u32,
}

impl PasswordRules {
    /// Reads the body of `DescribeUserPool`; eight characters, which is AWS's own rule, where the pool has none.
    #[must_use]
    pub fn read(body: &Value) -> Self {
        let told = body.pointer("/UserPool/Policies/PasswordPolicy/MinimumLength").and_then(Value::as_u64);
        Self { shortest: told.and_then(|length| u32::try_from(length).ok()).unwrap_or(8) }
    }

    /// A password that fits, with at least one character of every kind. `random` gives 32 bits, each time others.
    pub fn made(&self, mut random: impl FnMut() -> u32) -> String {
        let length = self.shortest.clamp(LENGTH, LONGEST);
        let all: Vec<char> = KINDS.concat().chars().collect();
        let mut drawn: Vec<char> =
            KINDS.iter().map(|kind| one(&kind.chars().collect::<Vec<_>>(), &mut random)).collect();
        drawn.extend((KINDS.len() as u64..u64::from(length)).map(|_| one(&all, &mut random)));
        // Which place has which kind must not be known.
        let mut password = String::new();
        while let Some(last) = drawn.len().checked_sub(1) {
            password.push(drawn.swap_remove(below(last + 1, &mut random)));
        }
        password
    }
}

fn one(of: &[char], random: &mut impl FnMut() -> u32) -> char {
    of[below(of.len(), random)]
}

/// A number below another, each as likely as the other.
fn below(end: usize, random: &mut impl FnMut() -> u32) -> usize {
    let end = u32::try_from(end).unwrap_or(1).max(1);
    let fair = u32::MAX - u32::MAX % end;
    loop {
        let drawn = random();
        if drawn < fair {
            return (drawn % end) as usize;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    /// A sequence that repeats itself late and favours nothing.
    fn sequence() -> impl FnMut() -> u32 {
        let mut state = 0x2545_f491_u32;
        move || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state
        }
    }

    #[test]
    fn a_password_has_every_kind_and_at_least_the_length_that_the_pool_demands() {
        let mut random = sequence();
        for (demanded, length) in [(6, 20), (20, 20), (40, 40), (99, 99)] {
            let rules = PasswordRules { shortest: demanded };
            let many: BTreeSet<String> = (0..200).map(|_| rules.made(&mut random)).collect();
            assert_eq!(many.len(), 200, "none comes twice");
            for password in many {
                assert_eq!(password.chars().count(), length);
                for kind in KINDS {
                    assert!(password.chars().any(|c| kind.contains(c)), "{password} has none of {kind}");
                }
            }
        }
    }

    #[test]
    fn every_character_comes_and_none_has_a_place_of_its_own() {
        let mut random = sequence();
        let rules = PasswordRules { shortest: 8 };
        let many: Vec<String> = (0..2_000).map(|_| rules.made(&mut random)).collect();
        let all: BTreeSet<char> = many.iter().flat_map(|password| password.chars()).collect();
        assert_eq!(all, KINDS.concat().chars().collect());
        for place in [0, 1, 2, 3, 19] {
            let there: BTreeSet<char> = many.iter().filter_map(|password| password.chars().nth(place)).collect();
            for kind in KINDS {
                assert!(there.iter().any(|c| kind.contains(*c)), "place {place} never has {kind}");
            }
        }
    }

    #[test]
    fn what_a_pool_does_not_say_is_what_aws_demands_by_itself() {
        assert_eq!(PasswordRules::read(&json!({ "UserPool": {} })).shortest, 8);
        let body = json!({ "UserPool": { "Policies": { "PasswordPolicy": { "MinimumLength": 32 } } } });
        assert_eq!(PasswordRules::read(&body).shortest, 32);
    }
}
