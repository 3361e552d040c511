//! One limiter per account and Region across processes: whoever syncs holds its lease.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use model::PoolKey;
use store::{DataDir, Lease};

use crate::error::Error;

/// The limiter leases that this process holds. Syncs of several pools in one account share one, since they share the
/// gate's limiter.
#[derive(Default)]
pub(crate) struct Limiters {
    held: Mutex<HashMap<String, Weak<Lease>>>,
}

/// What a running sync holds; dropped, it is free again, also when the process is killed.
pub(crate) struct Held {
    _limiter: Arc<Lease>,
    _pool: Lease,
}

impl Limiters {
    /// Takes the lease of a pool's sync and of its limiter; `None` while another process has one of them. Blocks.
    pub(crate) fn try_hold(&self, data: &DataDir, key: &PoolKey) -> Result<Option<Held>, Error> {
        let Some(limiter) = self.try_limiter(data, key)? else { return Ok(None) };
        let pool = data.try_lease(&format!("sync-{}", name(&key.to_string())))?;
        Ok(pool.map(|pool| Held { _limiter: limiter, _pool: pool }))
    }

    pub(crate) fn try_limiter(&self, data: &DataDir, key: &PoolKey) -> Result<Option<Arc<Lease>>, Error> {
        let name = format!("limiter-{}", name(&format!("{}/{}/{}", key.place, key.account, key.region)));
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lease) = held.get(&name).and_then(Weak::upgrade) {
            return Ok(Some(lease));
        }
        let Some(lease) = data.try_lease(&name)?.map(Arc::new) else { return Ok(None) };
        held.insert(name, Arc::downgrade(&lease));
        Ok(Some(lease))
    }
}

/// A text as a file name.
fn name(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
}
