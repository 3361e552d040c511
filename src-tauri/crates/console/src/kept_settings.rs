//! Copies of a pool's settings, so that it can be told what was different on another day.

use jiff::Timestamp;
use model::compare::{self, Compared};
use model::connection::ConnectionId;
use model::health::Snapshot;
use model::{ClientId, PoolId};

use crate::error::{Code, Error};
use crate::open::{Console, blocking};
use crate::pool::OpenPool;

/// Which settings of a pool are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum On {
    /// Those that AWS tells now.
    Now,
    /// Those that held at a time, as a copy has them.
    Then(Timestamp),
}

/// Two sides, and what differs.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The one side, as it was answered.
    pub here: Snapshot,
    /// The other side.
    pub there: Snapshot,
    /// What differs.
    pub compared: Compared,
}

impl Console {
    /// What differs between two pools (free).
    ///
    /// # Errors
    /// As [`Console::pool_settings`].
    pub async fn compare_pools(
        &self,
        connection: &ConnectionId,
        here: &PoolId,
        there: &PoolId,
    ) -> Result<Comparison, Error> {
        let here = self.pool_settings(connection, here).await?;
        let there = self.pool_settings(connection, there).await?;
        let compared = compare::pools(&here, &there);
        Ok(Comparison { here, there, compared })
    }

    /// What differs between two app clients, of one pool or of two (`DescribeUserPoolClient`; free).
    ///
    /// # Errors
    /// [`Code::NotFound`] when one of them is not there; otherwise what stands in the way of every call.
    pub async fn compare_clients(
        &self,
        connection: &ConnectionId,
        here: (&PoolId, &ClientId),
        there: (&PoolId, &ClientId),
    ) -> Result<Comparison, Error> {
        let read = async |(pool, client): (&PoolId, &ClientId)| {
            let snapshot = self.client_settings(connection, pool, Some(client)).await?;
            if snapshot.body("DescribeUserPoolClient", client.as_str()).is_some() {
                return Ok(snapshot);
            }
            // Asked for alone, it tells what stands in the way.
            let asked = self.inner.session(connection).await?.describe_client(pool, client).await;
            // Two were asked for: which one it is has to be said.
            asked.map_err(|error| {
                let error = Error::from(error);
                Error { message: format!("App client {client}: {}", error.message), ..error }
            })?;
            let message = format!("The app client {client} could not be read just now; ask again.");
            Err(Error::new(Code::Unreachable, message))
        };
        let (one, other) = (read(here).await?, read(there).await?);
        let compared = compare::clients((&one, here.1.as_str()), (&other, there.1.as_str()));
        Ok(Comparison { here: one, there: other, compared })
    }
}

impl OpenPool {
    /// What differs in this pool and its clients between two times. Where one is now, AWS is asked (free).
    ///
    /// # Errors
    /// [`Code::NotFound`] when no copy was kept by then; [`Code::JournalUnavailable`] when the history cannot be read;
    /// otherwise what stands in the way of every call.
    pub async fn compare_days(&self, here: &On, there: &On) -> Result<Comparison, Error> {
        let (here, there) = (self.settings_on(here).await?, self.settings_on(there).await?);
        let compared = compare::days(&here, &there);
        Ok(Comparison { here, there, compared })
    }

    /// When copies of the settings were kept, the newest first. Opens no socket.
    ///
    /// # Errors
    /// [`Code::JournalUnavailable`] when the history cannot be read.
    pub async fn settings_kept(&self) -> Result<Vec<Timestamp>, Error> {
        let (history, key) = (self.open_history()?, self.key.clone());
        blocking(move || history.settings_kept(&key)).await
    }

    /// Keeps a copy of the settings when something is not as in the last one: what follows a sync that ended well. Reads the
    /// pool and its clients (free). Nothing is read or kept where the history is off for this pool.
    ///
    /// # Errors
    /// What stands in the way of every call; [`Code::JournalUnavailable`] when it cannot be written.
    pub async fn keep_settings(&self) -> Result<(), Error> {
        let Some(history) = self.recording() else { return Ok(()) };
        let now = self.settings_on(&On::Now).await?;
        let last = self.copy(now.taken_at).await?;
        let key = self.key.clone();
        let keep = move || {
            if last.is_some_and(|last| !compare::is_news(&last, &now)) {
                return Ok(());
            }
            let json = serde_json::to_string(&now).map_err(|error| {
                Error::new(Code::Internal, format!("The settings cannot be written down: {error}."))
            })?;
            history.keep_settings(&key, now.taken_at, &json).map_err(Error::from)
        };
        blocking(keep).await
    }

    async fn settings_on(&self, on: &On) -> Result<Snapshot, Error> {
        let at = match on {
            On::Then(at) => *at,
            On::Now => {
                let session = &self.live()?.session;
                let mut snapshot = Snapshot::new(self.key.pool.clone(), self.now());
                session.read_pool(&mut snapshot).await?;
                session.read_providers_and_tags(&mut snapshot).await?;
                session.read_clients(&mut snapshot, None).await?;
                return Ok(snapshot);
            }
        };
        self.copy(at).await?.ok_or_else(|| {
            let message =
                format!("No copy of the settings was kept by {at}. Each sync keeps one when something changed.");
            Error::new(Code::NotFound, message)
        })
    }

    /// The copy that held at a time; `None` when none was kept by then.
    pub(crate) async fn copy(&self, at: Timestamp) -> Result<Option<Snapshot>, Error> {
        let (history, key) = (self.open_history()?, self.key.clone());
        let read = |text: String| {
            serde_json::from_str(&text).map_err(|error| {
                Error::new(Code::Internal, format!("The history holds a copy that cannot be read: {error}."))
            })
        };
        blocking(move || history.settings_at(&key, at).map_err(Error::from)?.map(read).transpose()).await
    }
}
