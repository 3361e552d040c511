//! The jobs that this program carries out or has carried out.

use std::sync::PoisonError;

use super::JobHandle;
use crate::pool::OpenPool;

impl OpenPool {
    /// The jobs that this program began or went on with since the pool was opened, those that have ended included.
    #[must_use]
    pub fn followed_jobs(&self) -> Vec<JobHandle> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}
