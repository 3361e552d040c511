//! Jobs from outside: beginning, watching, pausing, going on, trying again.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use model::connection::Identity;
use model::plan::{ItemCounts, ItemState, JobHead, JobState};
use secrecy::SecretString;
use store::{AuditEntry, AuditKind, AuditPlan, ItemRow, JobRow, Journal, NewJob};
use tokio::sync::watch;

use super::reconcile::SETTLED;
use super::run::{Run, lease_of};
use crate::error::{Code, Error};
use crate::open::blocking;
use crate::pool::OpenPool;
use crate::sync::{is_same, role};

/// Why an entry was skipped whose turn had not come.
const GIVEN_UP: &str = "the rest of the job was given up";

/// What a job is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobPhase {
    /// Calls are sent.
    Running,
    /// AWS is asked, without charge, what became of calls whose answer never came.
    Reconciling,
    /// A person paused it.
    Paused,
    /// It cannot go on now and will by itself. Holds why, as a sentence.
    Waiting(String),
    /// No entry waits any more.
    Ended,
    /// It stopped with [`JobProgress::error`]; it can go on later.
    Stopped,
}

/// How far a job has come.
#[derive(Debug, Clone, PartialEq)]
pub struct JobProgress {
    /// What it is doing.
    pub phase: JobPhase,
    /// Its entries by state.
    pub counts: ItemCounts,
    /// Why it stopped or waits.
    pub error: Option<Error>,
}

/// A job that is carried out in the background. Clones are the same job.
#[derive(Clone)]
pub struct JobHandle {
    /// Names it.
    pub id: String,
    /// How far it has come.
    pub progress: watch::Receiver<JobProgress>,
    pub(super) paused: Arc<watch::Sender<bool>>,
}

impl JobHandle {
    /// Sends nothing more until [`OpenPool::go_on`]; what is under way ends.
    pub fn pause(&self) {
        self.paused.send_replace(true);
    }

    /// Waits until it has ended, was paused or stopped, and tells how far it came.
    ///
    /// # Errors
    /// Why it stopped.
    pub async fn finished(&self) -> Result<ItemCounts, Error> {
        let mut progress = self.progress.clone();
        let over = |told: &JobProgress| matches!(told.phase, JobPhase::Ended | JobPhase::Stopped | JobPhase::Paused);
        let told = match progress.wait_for(over).await {
            Ok(told) => told.clone(),
            Err(_) => return Err(Error::new(Code::Internal, "The job ended unexpectedly; see the log.")),
        };
        told.error.map_or(Ok(told.counts), Err)
    }
}

impl OpenPool {
    /// Carries out an approved plan in the background. It is on the disk with all its entries before anything is sent.
    /// `password` is what steps set that set one; it stays in memory.
    ///
    /// # Errors
    /// [`Code::Precondition`] in locked Production, when the credentials are another's by now, the token does not hold, a
    /// password is missing, the plan was carried out already, or it takes a job back that another job takes back or that is
    /// under way again;
    /// [`Code::JournalUnavailable`] when it cannot be written down: then nothing is sent.
    pub async fn apply(self: &Arc<Self>, token: &str, password: Option<SecretString>) -> Result<JobHandle, Error> {
        self.may_change()?;
        let approved = self.approved(token)?;
        let plan = approved.plan;
        if plan.action.needs_password() && password.is_none() {
            return Err(Error::invalid("password", "Give the password that is to be set."));
        }
        if let model::plan::Action::Undo { job } = &plan.action {
            self.may_be_undone(job).await?;
        }
        let journal = self.journal()?;
        let live = self.pinned().await?;
        if !is_same(&self.live()?.identity, &live.identity) {
            let now = role(&live.identity);
            let message = format!("The credentials are those of {now} by now. Open the pool again to go on as that.");
            return Err(Error::new(Code::Precondition, message));
        }
        let head = JobHead::from(&*plan);
        let undo_of = match &plan.action {
            model::plan::Action::Undo { job } => Some(job.clone()),
            _ => None,
        };
        let job = NewJob {
            id: plan.id.clone(),
            head: serde_json::to_string(&head).map_err(|error| Error::new(Code::Internal, error.to_string()))?,
            digest: plan.digest(),
            pool: self.key.to_string(),
            account: live.identity.account.as_str().to_owned(),
            arn: live.identity.arn.clone(),
            reason: approved.reason,
            undo_of,
            at: self.now(),
        };
        let entry = AuditEntry {
            plan: Some(AuditPlan { digest: job.digest.clone(), calls: plan.operations() }),
            ..self.job_record(&job, &live.identity, AuditKind::Approved, plan.action.name())
        };
        let (new, store) = (job.clone(), journal.clone());
        blocking(move || {
            if store.job(&new.id)?.is_some() {
                let message = "This plan was carried out already. Look at its job, or make a new plan.";
                return Err(Error::new(Code::Precondition, message));
            }
            Ok(store.begin_job(&new, &plan.items, &entry)?)
        })
        .await?;
        let run = Run::new(self.clone(), journal, job, password, live).await?;
        self.start(run).await
    }

    /// Goes on with a job that was paused, stopped, or left by a program that ended. One that runs is joined.
    ///
    /// # Errors
    /// [`Code::NotFound`]; [`Code::Precondition`] for a job of another pool, account, user or role, for one that was taken
    /// back, or in locked Production; [`Code::Validation`] on `password` for one that sets a password when none is given.
    pub async fn go_on(self: &Arc<Self>, id: &str, password: Option<SecretString>) -> Result<JobHandle, Error> {
        let (journal, row) = self.job_of_this_pool(id).await?;
        self.may_change()?;
        if let Some(running) = self.running_job(id) {
            return Ok(running);
        }
        has_password(&row.job, password.as_ref())?;
        self.is_not_undone(id).await?;
        self.console.desk.forget_undo_of(id);
        let run = Run::new(self.clone(), journal, row.job, password, self.pinned().await?).await?;
        self.start(run).await
    }

    /// Puts the failed entries of a job into its queue again, with `unknown` also those of which it is not known whether
    /// they were applied, and goes on.
    ///
    /// # Errors
    /// As [`OpenPool::go_on`].
    pub async fn retry(
        self: &Arc<Self>,
        id: &str,
        unknown: bool,
        password: Option<SecretString>,
    ) -> Result<JobHandle, Error> {
        let (journal, row) = self.job_of_this_pool(id).await?;
        if self.running_job(id).is_some() {
            return Err(Error::new(Code::Precondition, "This job is under way. Wait until it has ended."));
        }
        self.may_change()?;
        has_password(&row.job, password.as_ref())?;
        self.is_not_undone(id).await?;
        self.console.desk.forget_undo_of(id);
        // Whoever may not carry it out leaves it as it is.
        let live = self.pinned().await?;
        let what = if unknown { "retry unknown" } else { "retry failed" };
        let record = self.job_record(&row.job, &live.identity, AuditKind::Job, what);
        let run = Run::new(self.clone(), journal.clone(), row.job, password, live).await?;
        let id = id.to_owned();
        blocking(move || journal.retry_items(&id, unknown, &record)).await?;
        self.start(run).await
    }

    /// Gives up what is left of a job that does not run: the entries whose turn has not come are skipped, and it has ended.
    /// Nothing is sent. What was done stays, and can be taken back.
    ///
    /// # Errors
    /// [`Code::NotFound`]; [`Code::Precondition`] for a job that is under way, here or elsewhere, or has ended;
    /// [`Code::JournalUnavailable`].
    pub async fn give_up(self: &Arc<Self>, id: &str) -> Result<(), Error> {
        let (journal, row) = self.job_of_this_pool(id).await?;
        if self.running_job(id).is_some() {
            return Err(Error::new(Code::Precondition, "This job is under way. Pause it first."));
        }
        if row.state == JobState::Ended && row.counts.queued == 0 {
            return Err(Error::new(Code::Precondition, "This job has ended; nothing of it waits."));
        }
        // Nobody begins to carry it out meanwhile.
        let _lease = lease_of(self, id).await?;
        let record = self.job_record(&row.job, &self.live()?.identity, AuditKind::Job, "give up");
        self.console.desk.forget_undo_of(id);
        let job = id.to_owned();
        blocking(move || journal.give_up(&job, GIVEN_UP, &record)).await?;
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        Ok(())
    }

    /// The jobs of this pool, the newest 1,000, the newest first.
    ///
    /// # Errors
    /// [`Code::JournalUnavailable`].
    pub async fn jobs(&self) -> Result<Vec<JobRow>, Error> {
        let (journal, pool) = (self.journal()?, self.key.to_string());
        let rows = blocking(move || journal.jobs(&pool, 1_000)).await?;
        self.judged(rows).await
    }

    /// A job of this pool.
    ///
    /// # Errors
    /// [`Code::NotFound`]; [`Code::JournalUnavailable`].
    pub async fn job(&self, id: &str) -> Result<JobRow, Error> {
        let row = self.job_of_this_pool(id).await?.1;
        let unknown = || Error::new(Code::Internal, "The job's state could not be read.");
        self.judged(vec![row]).await?.pop().ok_or_else(unknown)
    }

    /// Tells the jobs that nobody carries out any more, though they never ended.
    async fn judged(&self, mut rows: Vec<JobRow>) -> Result<Vec<JobRow>, Error> {
        let console = self.console.clone();
        blocking(move || {
            for row in rows.iter_mut().filter(|row| row.state == JobState::Running) {
                if console.data.try_lease(&super::lease_name(&row.job.id))?.is_some() {
                    row.state = JobState::Interrupted;
                }
            }
            Ok::<_, Error>(rows)
        })
        .await
    }

    /// Entries of a job in order, from a place on: all, or those of one state.
    ///
    /// # Errors
    /// As [`OpenPool::job`].
    pub async fn job_items(
        &self,
        id: &str,
        state: Option<ItemState>,
        from: u64,
        limit: u32,
    ) -> Result<Vec<ItemRow>, Error> {
        let (journal, row) = self.job_of_this_pool(id).await?;
        blocking(move || journal.job_items(&row.job.id, state, from, limit)).await
    }

    /// The job of this name that is under way in this program.
    #[must_use]
    pub fn running_job(&self, id: &str) -> Option<JobHandle> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let running = |handle: &&JobHandle| {
            !matches!(handle.progress.borrow().phase, JobPhase::Ended | JobPhase::Stopped | JobPhase::Paused)
        };
        jobs.get(id).filter(running).cloned()
    }

    /// How long a listing may still not show what a call of ours made of a user; `None` when none was made a moment ago.
    pub(super) async fn settles(&self, sub: Option<&str>) -> Result<Option<Duration>, Error> {
        let (Some(sub), Ok(journal)) = (sub.map(str::to_owned), self.journal()) else { return Ok(None) };
        let pool = self.key.to_string();
        let Some(at) = blocking(move || journal.last_call_about(&pool, &sub)).await? else { return Ok(None) };
        let since = Duration::try_from(self.now().duration_since(at)).unwrap_or_default();
        Ok(SETTLED.checked_sub(since).filter(|left| !left.is_zero()))
    }

    pub(crate) fn journal(&self) -> Result<Journal, Error> {
        self.console.vault().journal("The journal cannot be opened, so nothing is changed.")
    }

    /// A record of what was done to a whole job.
    pub(super) fn job_record(&self, job: &NewJob, who: &Identity, kind: AuditKind, operation: &str) -> AuditEntry {
        AuditEntry {
            at: self.now(),
            kind,
            job: job.id.clone(),
            item: None,
            who: who.arn.clone(),
            pool: job.pool.clone(),
            operation: operation.to_owned(),
            outcome: None,
            code: None,
            request_id: None,
            reason: job.reason.clone(),
            plan: None,
            person: None,
        }
    }

    pub(crate) async fn job_of_this_pool(&self, id: &str) -> Result<(Journal, JobRow), Error> {
        let journal = self.journal()?;
        let (store, wanted) = (journal.clone(), id.to_owned());
        let found = blocking(move || store.job(&wanted)).await?;
        let row = found.filter(|row| row.job.pool == self.key.to_string());
        row.map(|row| (journal, row))
            .ok_or_else(|| Error::new(Code::NotFound, "There is no such job in this pool's journal."))
    }

    async fn start(self: &Arc<Self>, run: Run) -> Result<JobHandle, Error> {
        run.count().await?;
        let handle = run.handle();
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.insert(handle.id.clone(), handle.clone());
        drop(jobs);
        tokio::spawn(run.finish());
        Ok(handle)
    }
}

/// Refuses to go on without the password that a job sets.
fn has_password(job: &NewJob, password: Option<&SecretString>) -> Result<(), Error> {
    let head: Option<JobHead> = serde_json::from_str(&job.head).ok();
    if password.is_none() && head.is_some_and(|head| head.needs_password) {
        let message = "This job sets a password, which was kept nowhere. Give it again.";
        return Err(Error::invalid("password", message));
    }
    Ok(())
}
