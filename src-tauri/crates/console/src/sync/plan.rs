//! Which prefixes are listed, when a chain is split, and what the whole is compared with.

use store::Chain;

/// Pools that AWS estimates smaller than this are listed in one unfiltered chain, which is a sweep already.
const SMALL: u64 = 1_000;

/// Splitting is worth it only when at least this many users are left for the chain.
const WORTH_SPLITTING: u64 = 1_200;

/// The longest prefix that is split. The ninth character of a UUID is a hyphen, which no child would cover.
const LONGEST_TO_SPLIT: usize = 7;

/// The prefixes that a pool of that size is first listed by; `strays` are known beginnings outside 0–f.
pub(super) fn first_prefixes(estimated: Option<u64>, strays: Vec<String>) -> Vec<Option<String>> {
    if estimated.is_some_and(|users| users < SMALL) {
        return vec![None];
    }
    children("").into_iter().chain(strays).map(Some).collect()
}

/// The prefixes one hexadecimal digit longer.
pub(super) fn children(prefix: &str) -> Vec<String> {
    "0123456789abcdef".chars().map(|digit| format!("{prefix}{digit}")).collect()
}

/// What is known when a chain asks whether to be split.
#[derive(Debug, Clone, Copy)]
pub(super) struct Evidence {
    /// AWS's estimate; without one nothing is split.
    pub(super) estimated: Option<u64>,
    /// Users that all chains have read, each once.
    pub(super) seen: u64,
    /// Users that were read and will be read again because of earlier splits.
    pub(super) wasted: u64,
    /// Chains that run, this one included.
    pub(super) running: usize,
    /// Chains that could run besides.
    pub(super) idle: usize,
}

/// Whether a chain is hot: workers stand idle, and what is left for it outweighs what it has read and would read again.
///
/// Even chains end together, when nothing is left, so they are never split; all splits together may waste a twelfth.
pub(super) fn is_hot(prefix: Option<&str>, read: u64, evidence: Evidence) -> bool {
    let (Some(prefix), Some(estimated)) = (prefix, evidence.estimated) else { return false };
    let left = estimated.saturating_sub(evidence.seen) / (evidence.running.max(1) as u64);
    prefix.len() <= LONGEST_TO_SPLIT
        && evidence.idle > 0
        && left >= WORTH_SPLITTING
        && left >= 2 * read
        && evidence.wasted + read <= estimated / 12
}

/// Users by which every sum may differ: the estimate lags behind.
const SLACK: u64 = 60;

/// The estimate that a sum is compared with. Emulators tell none, which looks like 0, so with users 0 is none.
pub(super) fn known(estimated: Option<u64>, users: u64) -> Option<u64> {
    estimated.filter(|estimated| *estimated > 0 || users == 0)
}

/// Whether a sum agrees with AWS's estimate: 1 % or 60 users. Without an estimate nothing disagrees.
pub(super) fn agrees(users: u64, estimated: Option<u64>) -> bool {
    known(estimated, users).is_none_or(|estimated| users.abs_diff(estimated) <= (estimated / 100).max(SLACK))
}

/// Whether a sum is as good as AWS's estimate: 60 users, whatever the size. Without a real estimate it never is.
pub(super) fn agrees_closely(users: u64, estimated: Option<u64>) -> bool {
    estimated.is_some_and(|estimated| estimated > 0 && users.abs_diff(estimated) <= SLACK)
}

/// Chains that no others have taken over from.
pub(super) fn leaves(chains: &[Chain]) -> impl Iterator<Item = &Chain> {
    chains.iter().filter(|chain| !was_split(chain, chains))
}

/// Users that the chains have read, each once.
pub(super) fn seen(chains: &[Chain]) -> u64 {
    leaves(chains).map(|chain| chain.users).sum()
}

/// Whether the chains, all ended, have listed every user whose `sub` is this.
pub(super) fn covers(chains: &[Chain], sub: Option<&str>) -> bool {
    leaves(chains).any(|chain| match (&chain.prefix, sub) {
        (None, _) => true,
        (Some(prefix), Some(sub)) => sub.starts_with(prefix.as_str()),
        (Some(_), None) => false,
    })
}

fn was_split(chain: &Chain, chains: &[Chain]) -> bool {
    let longer = |other: &Chain, prefix: &str| {
        other.prefix.as_deref().is_some_and(|longer| longer.len() > prefix.len() && longer.starts_with(prefix))
    };
    chain.ended && chain.prefix.as_deref().is_some_and(|prefix| chains.iter().any(|other| longer(other, prefix)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence() -> Evidence {
        Evidence { estimated: Some(100_000), seen: 10_660, wasted: 0, running: 1, idle: 7 }
    }

    #[test]
    fn a_chain_with_nearly_all_users_is_split_once_workers_stand_idle() {
        assert!(is_hot(Some("a"), 660, evidence()));
        assert!(!is_hot(Some("a"), 660, Evidence { idle: 0, ..evidence() }));
    }

    #[test]
    fn even_chains_at_their_end_are_not_split() {
        assert!(!is_hot(Some("a"), 6_000, Evidence { seen: 99_000, ..evidence() }));
        assert!(!is_hot(Some("a"), 5_000, Evidence { seen: 91_000, ..evidence() }));
    }

    #[test]
    fn a_prefix_before_the_hyphen_of_a_uuid_is_not_split() {
        assert!(is_hot(Some("0123456"), 60, evidence()));
        assert!(!is_hot(Some("01234567"), 60, evidence()));
    }

    #[test]
    fn splits_waste_no_more_than_a_twelfth() {
        assert!(!is_hot(Some("a"), 660, Evidence { wasted: 8_000, ..evidence() }));
    }

    #[test]
    fn a_sum_agrees_within_one_percent_or_sixty() {
        assert!(agrees(940, Some(1_000)) && !agrees(939, Some(1_000)));
        assert!(agrees(101_000, Some(100_000)) && !agrees(101_001, Some(100_000)));
        assert!(agrees(5, None));
    }

    #[test]
    fn an_estimate_of_nobody_is_believed_only_where_nobody_is() {
        assert!(agrees(5_000, Some(0)) && agrees(0, Some(0)));
        assert_eq!((known(Some(0), 0), known(Some(0), 1), known(Some(7), 1)), (Some(0), None, Some(7)));
    }

    #[test]
    fn users_are_removed_unasked_only_within_sixty_of_a_real_estimate() {
        assert!(agrees_closely(99_940, Some(100_000)) && !agrees_closely(99_939, Some(100_000)));
        assert!(!agrees_closely(0, Some(0)) && !agrees_closely(5, None));
    }

    #[test]
    fn users_outside_the_children_of_a_split_chain_are_not_covered() {
        let chain = |id, prefix: &str| Chain {
            id,
            prefix: Some(prefix.to_owned()),
            token: None,
            token_at: None,
            users: 60,
            ended: true,
        };
        let chains = [chain(1, "a"), chain(2, "b"), chain(3, "a0"), chain(4, "af")];
        assert!(covers(&chains, Some("b-")) && covers(&chains, Some("a0x")) && covers(&chains, Some("af")));
        assert!(!covers(&chains, Some("a-")) && !covers(&chains, Some("z")) && !covers(&chains, None));
        assert_eq!(seen(&chains), 180);
    }
}
