//! The public keys of pools, kept so that tokens can be verified without a network. They are no secrets.

use std::fs;
use std::path::PathBuf;

use model::PoolId;

use crate::data_dir::{DataDir, DataDirError, hash, private_dir, write_atomically};

impl DataDir {
    fn public_keys_file(&self, place: &str, pool: &PoolId) -> PathBuf {
        self.root().join("jwks").join(format!("{}.json", hash(&format!("{place}\0{pool}"))))
    }

    /// The keys that were last kept of a pool, as they were published; `None` when none were, or they cannot be read.
    #[must_use]
    pub fn public_keys(&self, place: &str, pool: &PoolId) -> Option<String> {
        fs::read_to_string(self.public_keys_file(place, pool)).ok()
    }

    /// Keeps the keys of a pool. `place` is the endpoint or partition they came from.
    ///
    /// # Errors
    /// [`DataDirError`] when they cannot be written; the old ones are kept then.
    pub fn keep_public_keys(&self, place: &str, pool: &PoolId, json: &str) -> Result<(), DataDirError> {
        let path = self.public_keys_file(place, pool);
        private_dir(&self.root().join("jwks"))?;
        write_atomically(&path, json.as_bytes()).map_err(|source| DataDirError { path, source })
    }
}
