//! App clients, kept so that tokens can be foretold without AWS.

use super::engine::Run;
use crate::error::Error;
use crate::pool::Live;

/// How many are described: a pool may have a thousand, and each is a call.
const MOST: usize = 200;

impl Run {
    /// Describes the app clients. Users do not depend on it, so whatever stands against it leaves what was kept.
    pub(super) async fn clients(&self, live: &Live) -> Result<(), Error> {
        if let Err(error) = self.describe_clients(live).await {
            tracing::info!(code = error.code.as_str(), "the app clients were not read");
        }
        Ok(())
    }

    async fn describe_clients(&self, live: &Live) -> Result<(), Error> {
        let pool = &self.pool.key.pool;
        self.unpaused().await;
        let listed = live.session.clients(pool).await?;
        let mut clients = Vec::new();
        for (id, _) in listed.iter().take(MOST) {
            self.unpaused().await;
            clients.push(live.session.describe_client(pool, id).await?.0);
        }
        let all = listed.len() <= MOST;
        self.disk(move |pool| pool.cache.put_clients(&clients, all, pool.now())).await
    }
}
