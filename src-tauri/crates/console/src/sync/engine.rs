//! A run from its beginning to its end.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use model::pool::Pool;
use model::sync::SyncReport;
use store::{CacheError, Chain, Finished, SyncKind, SyncState};
use tokio::sync::watch;

use super::chains::{self, Crew};
use super::hold::Hold;
use super::progress::Meter;
use super::{Control, SyncPhase, SyncProgress, plan};
use crate::error::{Code, Error};
use crate::open::blocking;
use crate::pool::{Live, OpenPool};

/// An interrupted generation that began longer ago is given up: much of what it saw has changed since.
const RESUMABLE: SignedDuration = SignedDuration::from_hours(24);

/// One run of a pool's sync.
pub(super) struct Run {
    pub(super) pool: Arc<OpenPool>,
    pub(super) control: Arc<Control>,
    pub(super) meter: Meter,
    pub(super) hold: Hold,
    crew: Mutex<Crew>,
    listed: watch::Sender<Option<SyncReport>>,
}

impl Run {
    pub(super) fn new(
        pool: Arc<OpenPool>,
        control: Arc<Control>,
        progress: watch::Sender<SyncProgress>,
        listed: watch::Sender<Option<SyncReport>>,
    ) -> Self {
        let console = &pool.console;
        let gate = console.gate_of(&pool.connection).clone();
        let meter = Meter::new(progress, console.calls.clone(), gate, pool.key.pool.clone());
        Self { pool, control, meter, hold: Hold::default(), crew: Mutex::default(), listed }
    }

    /// Runs until done, failed or cancelled.
    pub(super) async fn to_the_end(&self) -> Result<SyncReport, Error> {
        let outcome = tokio::select! {
            biased;
            () = self.control.cancel.cancelled() => Err(Error::cancelled()),
            outcome = self.stages() => outcome,
            never = self.meter.tick() => match never {},
        };
        match &outcome {
            Ok(report) => {
                tracing::info!(users = report.users, pages = report.pages, complete = report.complete, "sync done");
                self.meter.end(SyncPhase::Done);
            }
            Err(error) => {
                tracing::warn!(code = error.code.as_str(), "sync ended early");
                self.meter.error(error.clone());
                self.meter.end(SyncPhase::Failed);
            }
        }
        outcome
    }

    async fn stages(&self) -> Result<SyncReport, Error> {
        if self.pool.keeps_history() && self.pool.console.vault().history.is_none() {
            let why = "The history cannot be read, so what this sync of the pool changes is not recorded.";
            self.pool.console.notice(format!("{why} The users are synced all the same."));
            self.pool.forget_watched().await?;
        }
        let _held = self.leases().await?;
        let live = self.live().await?;
        let pool = self.describe(&live).await?;
        let mut state = self.begin(pool.estimated_users).await?;
        let mut began = state.started_at;
        if self.disk(|pool| pool.cache.freshness()).await?.synced_at.is_none() {
            // Who left before a first copy left unseen; also where an earlier copy was lost.
            self.pool.forget_watched().await?;
        }
        if state.kind == SyncKind::Full {
            let report = self.full(&live, state.chains, pool.estimated_users).await?;
            self.listed.send_replace(Some(report));
            if report.complete && report.swept {
                self.end(began).await;
                return Ok(report);
            }
            // Users may hide behind a `sub` that no chain covers.
            began = self.pool.now();
            state = self.disk(|pool| pool.cache.begin(SyncKind::Sweep, &[None], pool.now())).await?;
        }
        let report = self.sweep(&live, state.chains, pool.estimated_users).await?;
        self.end(began).await;
        Ok(report)
    }

    /// Lists everything by chains, with the memberships.
    async fn full(&self, live: &Live, chains: Vec<Chain>, estimated: Option<u64>) -> Result<SyncReport, Error> {
        let unfiltered = chains.iter().any(|chain| chain.prefix.is_none());
        self.take_over(chains, estimated);
        self.meter.phase(if self.crew().is_idle() { SyncPhase::Groups } else { SyncPhase::Listing });
        tokio::try_join!(
            async {
                self.list(live).await?;
                self.meter.phase(SyncPhase::Members);
                Ok(())
            },
            self.memberships(live),
            self.clients(live)
        )?;
        let mut estimated = estimated;
        if !plan::agrees(self.crew().seen(), estimated) {
            // The estimate may be older than the listing by now.
            estimated = self.describe(live).await?.estimated_users;
        }
        let resolved = self.verify(live, unfiltered, estimated).await?;
        let complete = resolved && plan::agrees(self.crew().seen(), estimated);
        self.finish(Finished { complete, swept: unfiltered, estimated_users: estimated }).await
    }

    /// Lists everything once more without a filter.
    async fn sweep(&self, live: &Live, chains: Vec<Chain>, estimated: Option<u64>) -> Result<SyncReport, Error> {
        let before = self.disk(|pool| pool.cache.freshness()).await?;
        self.take_over(chains, estimated);
        // Whom the first sweep finds was there before: that is no news.
        self.crew().newcomers_were_there = !before.swept;
        self.meter.phase(SyncPhase::Sweeping);
        self.list(live).await?;
        let resolved = self.verify(live, true, estimated).await?;
        let complete = resolved && plan::agrees(self.crew().seen(), estimated);
        self.finish(Finished { complete, swept: true, estimated_users: estimated }).await
    }

    /// The session, made when the pool was opened offline. It must lead to where the cache comes from.
    async fn live(&self) -> Result<Live, Error> {
        let (pool, console) = (&self.pool, &self.pool.console);
        let live = pool.live.get_or_try_init(async || {
            let session = console.session(&pool.connection).await?;
            let identity = self.call(|| session.identity()).await?;
            if identity.account != pool.key.account || *session.region() != pool.key.region {
                let (key, region) = (&pool.key, session.region());
                return Err(Error::new(
                    Code::Precondition,
                    format!(
                        "This connection leads to account {} in {region}, but the local copy is of account {} in {}. \
                         Connect anew.",
                        identity.account, key.account, key.region
                    ),
                ));
            }
            Ok(Live { session, identity })
        });
        Ok(live.await?.clone())
    }

    async fn describe(&self, live: &Live) -> Result<Pool, Error> {
        let described = self.call(|| live.session.describe_pool(&self.pool.key.pool)).await?;
        self.meter.estimated(described.estimated_users.filter(|users| *users > 0));
        self.pool.keep_described(&described).await?;
        Ok(described)
    }

    /// The generation to work on: the interrupted one where that still makes sense, else a new one.
    async fn begin(&self, estimated: Option<u64>) -> Result<SyncState, Error> {
        if let Some(state) = self.disk(|pool| pool.cache.sync_state()).await?
            && is_resumable(&state, self.pool.now())
        {
            tracing::info!(generation = state.generation, "an interrupted sync goes on");
            return Ok(state);
        }
        let strays = self.strays("").await?;
        let prefixes = plan::first_prefixes(estimated, strays);
        self.disk(move |pool| pool.cache.begin(SyncKind::Full, &prefixes, pool.now())).await
    }

    async fn finish(&self, finished: Finished) -> Result<SyncReport, Error> {
        let estimated_users = plan::known(finished.estimated_users, self.crew().seen());
        let finished = Finished { estimated_users, ..finished };
        let freshness = self.disk(move |pool| pool.cache.finish(&finished, pool.now())).await?;
        let (requests, throttled) = self.meter.requests();
        Ok(SyncReport {
            users: self.crew().seen(),
            pages: self.meter.pages(),
            requests,
            throttled,
            seconds: self.meter.seconds(),
            complete: freshness.complete,
            swept: freshness.swept,
        })
    }

    /// Keeps who was seen to be gone, before what tells it is forgotten.
    async fn end(&self, began: Timestamp) {
        if let Err(error) = self.pool.watch(began).await {
            self.pool.console.notice(error.message);
        }
        self.purge().await;
    }

    /// Forgets history that is older than the settings say.
    async fn purge(&self) {
        let pool = self.pool.clone();
        let purged = blocking(move || {
            let Some(history) = pool.console.vault().history.clone() else { return Ok(()) };
            let days = i64::from(pool.console.settings().history_days);
            let before = pool.now().checked_sub(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MIN);
            history.purge(before)
        });
        if let Err(error) = purged.await {
            self.pool.console.notice(error.message);
        }
    }

    fn take_over(&self, chains: Vec<Chain>, estimated: Option<u64>) {
        *self.crew() = Crew::new(chains, estimated);
        self.meter.users(self.crew().seen());
    }

    pub(super) fn crew(&self) -> MutexGuard<'_, Crew> {
        self.crew.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works on the cache where it may block.
    pub(super) async fn disk<T, F>(&self, work: F) -> Result<T, Error>
    where
        F: FnOnce(&OpenPool) -> Result<T, CacheError> + Send + 'static,
        T: Send + 'static,
    {
        let pool = self.pool.clone();
        blocking(move || work(&pool)).await
    }
}

/// Whether an interrupted generation is gone on with. A sweep is one chain: with a dead token it would begin anew, and
/// then chains are quicker.
fn is_resumable(state: &SyncState, now: Timestamp) -> bool {
    let alive = match state.kind {
        SyncKind::Full => true,
        SyncKind::Sweep => state.chains.iter().all(|chain| chain.ended || chains::has_fresh_token(chain, now)),
    };
    alive && now.duration_since(state.started_at) < RESUMABLE
}
