//! Taking local data away for good. Nothing in AWS changes.

use std::sync::{Arc, PoisonError};

use model::PoolKey;
use store::{Erased, Settings};

use crate::error::{Code, Error};
use crate::open::{Console, blocking};
use crate::pool::OpenPool;

/// What to erase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Erase {
    /// Caches, history, settings and keys: everything. The console is locked afterwards.
    All,
    /// One pool's cache and history.
    Pool(PoolKey),
}

impl Console {
    /// Erases local data. Running syncs of it are stopped and running jobs paused first.
    ///
    /// # Errors
    /// [`Code::CacheUnavailable`](crate::Code::CacheUnavailable) with the file that could not be removed; what could
    /// be removed is gone then. [`Code::JournalUnavailable`](crate::Code::JournalUnavailable) for one pool when the
    /// history cannot be opened, so that what it holds of the pool would stay; nothing is erased then.
    pub async fn erase(&self, what: Erase) -> Result<Erased, Error> {
        let pools = self.open_pools(&what);
        if matches!(what, Erase::All) {
            // From here on nothing new begins that would have to be written down.
            let inner = self.inner.clone();
            blocking(move || {
                inner.lock_away("Everything is being erased.");
                Ok::<_, Error>(())
            })
            .await?;
        }
        for pool in pools {
            pool.close().await;
        }
        match what {
            Erase::All => self.erase_all().await,
            Erase::Pool(key) => self.erase_pool(key).await,
        }
    }

    async fn erase_all(&self) -> Result<Erased, Error> {
        let inner = self.inner.clone();
        blocking(move || {
            // The databases are closed before their files go.
            inner.pools.lock().unwrap_or_else(PoisonError::into_inner).clear();
            let source = inner.lock_away("Everything was erased. Unlock to begin anew.");
            let erased = store::erase_all(&inner.data, &source)?;
            *inner.settings.lock().unwrap_or_else(PoisonError::into_inner) = Settings::default();
            inner.notices.lock().unwrap_or_else(PoisonError::into_inner).clear();
            Ok::<_, Error>(erased)
        })
        .await
    }

    async fn erase_pool(&self, key: PoolKey) -> Result<Erased, Error> {
        let inner = self.inner.clone();
        blocking(move || {
            let history = inner.vault().history.clone();
            match history {
                Some(history) => history.erase_pool(&key)?,
                None if inner.data.history_file().exists() => {
                    let message = "The history cannot be opened, so what it holds of this pool cannot be erased; nothing was \
                                   erased. Unlock the local data, or erase everything.";
                    return Err(Error::new(Code::JournalUnavailable, message));
                }
                None => {}
            }
            inner.pools.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
            let erased = store::erase_pool(&inner.data, &key)?;
            inner.change_settings(
                |settings| {
                    settings.pools.retain(|known| known.key != key);
                    settings.columns.remove(&key.to_string());
                    settings.tabs.retain(|tab| tab.pool != key.to_string());
                    settings.billing.remove(&key.to_string());
                },
                true,
            )?;
            Ok::<_, Error>(erased)
        })
        .await
    }

    /// The open pools that an erasure concerns.
    fn open_pools(&self, what: &Erase) -> Vec<Arc<OpenPool>> {
        let pools = self.inner.pools.lock().unwrap_or_else(PoisonError::into_inner);
        pools
            .iter()
            .filter(|(key, _)| match what {
                Erase::All => true,
                Erase::Pool(wanted) => *key == wanted,
            })
            .filter_map(|(_, pool)| pool.upgrade())
            .collect()
    }
}
