//! Pools that were opened before and can be read without a network.

use jiff::Timestamp;
use model::connection::{ConnectionId, Environment};
use model::{PoolId, PoolKey};
use store::KnownPool;

use crate::connect::SANDBOX_PLACE;
use crate::error::{Code, Error};
use crate::open::{Console, Inner, blocking};

/// How many pools the first screen offers.
const RECENT: usize = 8;

/// A pool that has a cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecentPool {
    /// Which.
    pub key: PoolKey,
    /// How it was reached.
    pub connection: ConnectionId,
    /// Its name. Foreign text.
    pub name: String,
    /// What a person said the connection is for.
    pub environment: Environment,
    /// Users in the cache; `None` when the cache cannot be read now.
    pub users: Option<u64>,
    /// When its last full sync ended; `None` when none did.
    pub synced_at: Option<Timestamp>,
    /// When it was last opened; `None` when unknown.
    pub opened_at: Option<Timestamp>,
    /// Whether a person wants it at hand.
    pub favourite: bool,
}

impl Console {
    /// The favourites, then the pools that were opened last, with what their caches hold. Opens no socket.
    pub async fn recent_pools(&self) -> Vec<RecentPool> {
        let inner = self.inner.clone();
        if let Err(error) = blocking(move || inner.reread_settings()).await {
            self.inner.notice(error.message);
        }
        let mut known = self.inner.settings().pools;
        known.sort_by_key(|pool| (!pool.favourite, std::cmp::Reverse(pool.opened_at)));
        let favourites = known.iter().filter(|pool| pool.favourite).count();
        let mut recent = Vec::new();
        for pool in known.into_iter().take(favourites + RECENT) {
            let held = match self.inner.has_cache(&pool.key) {
                true => self.open_cached(&pool.key).await.ok(),
                false => None,
            };
            let freshness = match held {
                Some(held) => held.freshness().await.ok(),
                None => None,
            };
            recent.push(RecentPool {
                environment: self.inner.environment(&pool.connection),
                users: freshness.as_ref().map(|freshness| freshness.users),
                synced_at: freshness.and_then(|freshness| freshness.synced_at),
                key: pool.key,
                connection: pool.connection,
                name: pool.name,
                opened_at: pool.opened_at,
                favourite: pool.favourite,
            });
        }
        recent
    }

    /// Finds the cached pool that somebody means, without a network: by pool id where given, and by the connection's
    /// sandbox, endpoint, Region and profile as far as they are given.
    ///
    /// # Errors
    /// [`Code::NotFound`] when no such pool was ever opened; [`Code::Precondition`] when it could be several, which
    /// the message lists.
    pub fn find_cached(&self, pool: Option<&PoolId>, connection: &ConnectionId) -> Result<PoolKey, Error> {
        let known = self.inner.settings().pools;
        let mut fitting: Vec<&KnownPool> = known.iter().filter(|known| fits(known, pool, connection)).collect();
        let same_profile = |known: &&KnownPool| known.connection.profile == connection.profile;
        if fitting.len() > 1 && fitting.iter().any(same_profile) {
            fitting.retain(same_profile);
        }
        match fitting.as_slice() {
            [only] => Ok(only.key.clone()),
            [] => Err(Error::new(
                Code::NotFound,
                match pool {
                    Some(pool) => format!("There is no local copy of the pool {pool}. Sync it first."),
                    None => "There is no local copy of any pool there. Sync one first.".to_owned(),
                },
            )),
            several => {
                let list: Vec<String> = several.iter().map(|known| known.key.to_string()).collect();
                let message = format!(
                    "Several cached pools fit; name one with its pool id, Region, endpoint or profile: {}.",
                    list.join(", ")
                );
                Err(Error::new(Code::Precondition, message))
            }
        }
    }
}

fn fits(known: &KnownPool, pool: Option<&PoolId>, connection: &ConnectionId) -> bool {
    let place = match (&connection.endpoint, connection.sandbox) {
        (_, true) => known.key.place == SANDBOX_PLACE,
        (Some(endpoint), false) => known.key.place.trim_end_matches('/') == endpoint.trim_end_matches('/'),
        (None, false) => true,
    };
    place
        && pool.is_none_or(|pool| known.key.pool == *pool)
        && connection.region.as_ref().is_none_or(|region| known.key.region == *region)
}

impl Inner {
    pub(crate) fn has_cache(&self, key: &PoolKey) -> bool {
        self.data.pool_dir(key).join("cache.sqlite").exists()
    }

    /// What is remembered of a pool; `None` when it was never opened.
    pub(crate) fn known(&self, key: &PoolKey) -> Option<KnownPool> {
        self.settings().pools.into_iter().find(|known| known.key == *key)
    }

    /// Remembers that a pool was opened, and what it is called.
    pub(crate) async fn remember(
        self: &std::sync::Arc<Self>,
        key: &PoolKey,
        connection: &ConnectionId,
        pool: &model::pool::Pool,
    ) -> Result<(), Error> {
        let (inner, now) = (self.clone(), self.now());
        let (key, connection, name, tier) = (key.clone(), connection.clone(), pool.name.clone(), pool.tier.clone());
        blocking(move || {
            inner.change_settings(
                |settings| {
                    let before = settings.pools.iter().find(|known| known.key == key);
                    let history = before.is_none_or(|known| known.history);
                    let favourite = before.is_some_and(|known| known.favourite);
                    let other = before.map(|known| known.other.clone()).unwrap_or_default();
                    settings.pools.retain(|known| known.key != key);
                    settings.pools.push(KnownPool {
                        key,
                        connection,
                        name,
                        tier,
                        history,
                        opened_at: Some(now),
                        favourite,
                        other,
                    });
                },
                false,
            )
        })
        .await?;
        Ok(())
    }
}
