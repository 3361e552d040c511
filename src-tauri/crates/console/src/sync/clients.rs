//! App clients, kept so that tokens can be foretold without AWS.

use cognito::ErrorKind;
use model::ClientId;

use super::engine::Run;
use crate::error::Error;
use crate::pool::Live;

/// How many are described: a pool may have a thousand, and each is a call.
const MOST: usize = 200;

/// How many that cannot be described are passed over, before it is taken to be so with all of them.
const MOST_PASSED_OVER: usize = 3;

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
        let (mut clients, mut passed_over) = (Vec::new(), 0);
        for (id, _) in listed.iter().take(MOST) {
            self.unpaused().await;
            match live.session.describe_client(pool, id).await {
                Ok((client, _)) => clients.push(client),
                // Deleted since it was listed.
                Err(error) if error.kind == ErrorKind::NotFound => {}
                // It would be so with each of them.
                Err(error) if is_of_all(&error.kind) => {
                    tracing::info!(%error, "the app clients were not read");
                    break;
                }
                Err(error) => {
                    tracing::info!(%error, "an app client was not read");
                    passed_over += 1;
                    if passed_over == MOST_PASSED_OVER {
                        break;
                    }
                }
            }
        }
        let listed: Vec<ClientId> = listed.into_iter().map(|(id, _)| id).collect();
        self.disk(move |pool| pool.cache.put_clients(&clients, Some(&listed), pool.now())).await
    }
}

/// Whether what stands against one client stands against all.
fn is_of_all(kind: &ErrorKind) -> bool {
    use ErrorKind::{AccessDenied, CredentialsExpired, CredentialsMissing, Throttled, Unreachable};
    matches!(
        kind,
        AccessDenied { .. } | CredentialsMissing | CredentialsExpired { .. } | Throttled { .. } | Unreachable
    )
}
