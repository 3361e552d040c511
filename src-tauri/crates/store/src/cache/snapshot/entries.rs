//! Looking whole entries up: user names, and what people paste in their place.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::OnceLock;

use super::Snapshot;
use super::block::{Block, ROWS};

/// A row of a block takes so many bits.
const ROW_BITS: u32 = ROWS.trailing_zeros();

/// The entries of a block: the hash of each with its row in the lowest bits, in order. Made when first asked for.
#[derive(Default)]
pub(super) struct Entries(OnceLock<Box<[u64]>>);

impl Clone for Entries {
    /// A block is copied to be changed.
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Entries {
    /// The block has changed.
    pub(super) fn forget(&mut self) {
        self.0.take();
    }

    fn of(&self, block: &Block, fields: &[u16], hasher: &RandomState) -> &[u64] {
        self.0.get_or_init(|| {
            let mut entries = Vec::new();
            for row in block.live.iter() {
                let values = fields.iter().filter_map(|field| block.value(*field, row));
                entries.extend(values.map(|value| from(hasher.hash_one(value)) | u64::from(row)));
            }
            // One value in two fields, as a `sub` that is the user name, is one entry.
            entries.sort_unstable();
            entries.dedup();
            entries.into()
        })
    }
}

/// The hash without the bits of the row.
fn from(hash: u64) -> u64 {
    hash >> ROW_BITS << ROW_BITS
}

impl Snapshot {
    /// The ids of those who have one of these folded texts as the whole value of one of the fields, by the text. A
    /// block is asked for the same fields each time, apart from those that nobody in it has.
    pub(in crate::cache) fn having<'t>(
        &self,
        fields: &[u16],
        texts: impl Iterator<Item = &'t str>,
    ) -> HashMap<&'t str, Vec<u32>> {
        let mut found: HashMap<&str, Vec<u32>> = texts.map(|text| (text, Vec::new())).collect();
        let mut asked: Vec<_> =
            found.iter_mut().map(|(text, ids)| (from(self.hasher.hash_one(text.as_bytes())), *text, ids)).collect();
        asked.sort_unstable_by_key(|(hash, ..)| *hash);
        for (base, block) in (0_u32..).step_by(ROWS as usize).zip(&self.blocks) {
            let mut entries = block.entries.of(block, fields, &self.hasher);
            for (hash, text, ids) in &mut asked {
                entries = &entries[entries.partition_point(|entry| *entry < *hash)..];
                for entry in entries.iter().take_while(|entry| from(**entry) == *hash) {
                    let row = u32::try_from(*entry - *hash).unwrap_or(u32::MAX);
                    // Two texts may have one hash.
                    if fields.iter().any(|field| block.value(*field, row) == Some(text.as_bytes())) {
                        ids.push(base + row);
                    }
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use model::Username;
    use model::query::Field;
    use model::user::{User, UserStatus};

    use super::ROWS;
    use crate::cache::fields::USERNAME;
    use crate::cache::{Cache, in_memory};

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    fn user(name: &str, email: &str) -> Result<User, Box<dyn std::error::Error>> {
        Ok(User {
            username: Username::parse(name)?,
            enabled: true,
            status: UserStatus::Confirmed,
            created_at: Timestamp::UNIX_EPOCH,
            modified_at: Timestamp::UNIX_EPOCH,
            attributes: [("email".to_owned(), email.to_owned())].into(),
            groups: Vec::new(),
        })
    }

    /// Where the entries of each block are in memory: a block that was read again has them elsewhere.
    fn places(cache: &Cache) -> crate::cache::Result<Vec<usize>> {
        cache.inner.search(|_, everybody| {
            let fields: Vec<u16> =
                std::iter::once(USERNAME).chain(everybody.fields.id(&Field::named("email"))).collect();
            let place = |block: &std::sync::Arc<super::Block>| {
                block.entries.of(block, &fields, &everybody.hasher).as_ptr().addr()
            };
            Ok(everybody.blocks.iter().map(place).collect())
        })
    }

    #[test]
    fn everybody_is_read_once_for_looking_up_and_again_only_where_somebody_has_changed() -> Outcome {
        let cache = in_memory()?;
        let chain = cache.begin(crate::SyncKind::Full, &[None], Timestamp::UNIX_EPOCH)?.chains[0].id;
        let users = (0..ROWS + 10).map(|i| user(&format!("u{i}"), &format!("Mail{i}@a.example")));
        let users = users.collect::<Result<Vec<_>, _>>()?;
        cache.write_page(chain, &users, &crate::ChainStep::default(), None, Timestamp::UNIX_EPOCH)?;
        let found = |entry: &str| cache.look_up(&[entry.to_owned()]).map(|looked| looked.found);
        let last = ROWS + 9;
        assert_eq!(found(&format!("mail{last}@A.example"))?, [users[users.len() - 1].clone()]);
        let before = places(&cache)?;
        assert_eq!(found("U7")?, [users[7].clone()]);
        assert_eq!(places(&cache)?, before);
        let changed = user("u7", "other@a.example")?;
        cache.patch_user(&changed, None, Timestamp::UNIX_EPOCH)?;
        assert_eq!((found("OTHER@a.example")?, found("mail7@a.example")?), (vec![changed], Vec::new()));
        assert_eq!(places(&cache)?[1..], before[1..], "nobody of the second block has changed");
        let name = |cache: &Cache| cache.inner.search(|_, everybody| Ok(everybody.name(4).to_vec()));
        assert_eq!(name(&cache)?, b"u3");
        cache.remove(&[users[3].username.clone()], None, Timestamp::UNIX_EPOCH)?;
        assert_eq!((found("u3")?, name(&cache)?), (Vec::new(), Vec::new()), "whoever is gone does not stay in memory");
        Ok(())
    }
}
