//! Carrying a job out: intent on the disk, call, outcome on the disk, cache.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cognito::{Applied, ErrorKind};
use model::plan::{Item, ItemCounts, ItemState, JobState, Step, Target, patched};
use model::user::User;
use secrecy::SecretString;
use store::{AuditEntry, AuditKind, AuditPerson, ItemEnd, ItemRow, Journal, Lease, NewJob};
use tokio::sync::watch;

use super::compared::{Few, Inside, changed};
use super::handle::{JobHandle, JobPhase, JobProgress};
use super::turn::Turn;
use super::wait::Hold;
use crate::error::{Code, Error};
use crate::open::blocking;
use crate::pool::{Live, OpenPool};

/// How often a lease is asked for that another process has.
const LEASE: Duration = Duration::from_secs(1);

/// How often a job's own lease is asked for, and how long in between.
const LOOKS: u32 = 3;
const LOOK: Duration = Duration::from_millis(50);

/// Why an entry is done whose call got no answer.
pub(super) const LOST: &str = "no answer came, but it was applied";

/// The code of a call that AWS answered with that its message could not be sent.
pub(super) const UNDELIVERED: &str = "undelivered";

/// A job that is being carried out.
pub(super) struct Run {
    pub(super) pool: Arc<OpenPool>,
    /// Whose credentials sign each call; others take their place only once they are seen to be the same person's.
    pub(super) live: Mutex<Live>,
    pub(super) journal: Journal,
    pub(super) job: NewJob,
    pub(super) hold: Hold,
    pub(super) paused: Arc<watch::Sender<bool>>,
    /// Entries of which AWS could not tell what became of them: they are not asked for again.
    pub(super) untold: Mutex<HashSet<u64>>,
    /// Who is in the groups that entries move users into and out of.
    pub(super) inside: tokio::sync::Mutex<Inside>,
    /// Whom the entries have in which groups, where they are few.
    pub(super) few: tokio::sync::OnceCell<Option<Few>>,
    /// Addresses that the pool verifies before they count.
    pub(super) verifies_first: Vec<String>,
    password: Option<SecretString>,
    progress: watch::Sender<JobProgress>,
    pub(super) broken: AtomicBool,
    _lease: Lease,
}

impl Run {
    pub(super) async fn new(
        pool: Arc<OpenPool>,
        journal: Journal,
        job: NewJob,
        password: Option<SecretString>,
        live: Live,
    ) -> Result<Self, Error> {
        let lease = lease_of(&pool, &job.id).await?;
        let described = pool.pool().await.ok().flatten();
        let counts = ItemCounts::default();
        let (progress, _) = watch::channel(JobProgress { phase: JobPhase::Running, counts, error: None });
        let run = Self {
            pool,
            live: Mutex::new(live),
            journal,
            job,
            hold: Hold::default(),
            paused: Arc::new(watch::channel(false).0),
            untold: Mutex::default(),
            inside: tokio::sync::Mutex::default(),
            few: tokio::sync::OnceCell::new(),
            verifies_first: described.map(|pool| pool.verifies_before_update).unwrap_or_default(),
            password,
            progress,
            broken: AtomicBool::new(false),
            _lease: lease,
        };
        if run.is_approver(&run.live().identity) {
            return Ok(run);
        }
        let message = format!("This job was approved as {} and goes on only as that.", run.job.arn);
        Err(Error::new(Code::Precondition, message))
    }

    /// Counts the entries as they are in the journal.
    pub(super) async fn count(&self) -> Result<(), Error> {
        let (store, id) = (self.journal.clone(), self.job.id.clone());
        let counts = blocking(move || store.job(&id)).await?.map(|row| row.counts).unwrap_or_default();
        self.progress.send_modify(|told| told.counts = counts);
        Ok(())
    }

    pub(super) fn live(&self) -> Live {
        self.live.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn handle(&self) -> JobHandle {
        JobHandle { id: self.job.id.clone(), progress: self.progress.subscribe(), paused: self.paused.clone() }
    }

    /// Carries everything out and says how it ended.
    pub(super) async fn finish(self) {
        let ended = self.carry_out().await;
        let (phase, error) = match ended {
            Ok(phase) => (phase, None),
            Err(error) => {
                tracing::warn!(code = error.code.as_str(), "a job stopped");
                (JobPhase::Stopped, Some(error))
            }
        };
        let (store, id) = (self.journal.clone(), self.job.id.clone());
        let counts = blocking(move || store.job(&id)).await.ok().flatten().map(|row| row.counts);
        self.progress.send_modify(|told| {
            told.counts = counts.unwrap_or(told.counts);
            told.error = error;
            told.phase = phase;
        });
    }

    async fn carry_out(&self) -> Result<JobPhase, Error> {
        let Some(_limiter) = self.limiter().await? else { return self.halt().await };
        self.enter(JobPhase::Running);
        self.set_state(JobState::Running, "begin").await?;
        // Whatever was under way when a program ended: nobody knows what became of it.
        let (store, id) = (self.journal.clone(), self.job.id.clone());
        let left = blocking(move || store.move_items(&id, ItemState::Sent, ItemState::Unknown)).await?;
        if left > 0 {
            self.progress.send_modify(|told| {
                told.counts.sent = 0;
                told.counts.unknown += left;
            });
        }
        loop {
            self.queue().await?;
            let again = !self.is_paused() && self.reconcile().await?;
            if self.is_paused() {
                return self.halt().await;
            }
            if !again {
                break;
            }
            self.enter(JobPhase::Running);
        }
        self.set_state(JobState::Ended, "end").await?;
        Ok(JobPhase::Ended)
    }

    /// Writes down that it was paused.
    async fn halt(&self) -> Result<JobPhase, Error> {
        self.set_state(JobState::Paused, "pause").await?;
        Ok(JobPhase::Paused)
    }

    /// One limiter for each account and Region, across processes; `None` when the job is paused while it waits.
    async fn limiter(&self) -> Result<Option<Arc<Lease>>, Error> {
        while !self.is_paused() {
            let pool = self.pool.clone();
            let held = blocking(move || pool.console.limiters.try_limiter(&pool.console.data, &pool.key)).await?;
            if let Some(held) = held {
                return Ok(Some(held));
            }
            let why = "Another Poolkeeper is at work in this account and Region; this job starts when that one ends.";
            self.wait_for(Error::new(Code::Precondition, why));
            self.sleep(LEASE).await;
        }
        Ok(None)
    }

    /// Carries out one entry.
    pub(super) async fn one(&self, row: ItemRow) -> Result<(), Error> {
        let said = undelivered_before(&row);
        let Some(mut item) = row.item else {
            let end = ItemEnd { why: Some("the person was erased".to_owned()), ..ItemEnd::of(ItemState::Skipped) };
            return self.write_down(row.seq, None, row.step, end, ItemState::Queued).await;
        };
        // Factors that were looked at before may be others by now, unless an unanswered call of ours made them so.
        let looks_again = row.step > 0 && row.resent == 0 && item.steps.get(row.step).and_then(Step::factors).is_some();
        let first = if looks_again { 0 } else { row.step };
        if looks_again {
            let end = ItemEnd::of(ItemState::Queued);
            self.write_down(row.seq, Some((&item, 0)), first, end, ItemState::Queued).await?;
        }
        let mut now = match self.rest_compared(&mut item, first, row.resent > 0).await? {
            Ok(user) => user,
            Err(_) if self.is_stopping() => return Ok(()),
            Err((step, end)) => {
                return self.write_down(row.seq, Some((&item, first)), step, end, ItemState::Queued).await;
            }
        };
        for at in first..item.steps.len() {
            let resent = row.resent > 0 && at == first;
            if !self.step(row.seq, &mut item, at, &mut now, resent, &said).await? {
                break;
            }
        }
        Ok(())
    }

    /// Makes one call of an entry; whether the next one may be made. `resent` says that it may have been applied earlier,
    /// `said` is how the entry ends when all goes well.
    async fn step(
        &self,
        seq: u64,
        item: &mut Item,
        at: usize,
        now: &mut Option<User>,
        resent: bool,
        said: &ItemEnd,
    ) -> Result<bool, Error> {
        let step = &item.steps[at].clone();
        let last = at + 1 == item.steps.len();
        while !self.is_stopping() {
            let before = self.hold.before();
            let turn = Turn::new(self, seq, item, step);
            let live = self.live();
            let called = live.session.apply(&self.pool.key.pool, &item.target, step, self.password.as_ref(), &turn);
            let done = tokio::select! {
                biased;
                done = called => Some(done),
                () = turn.dropped() => None,
            };
            let (unwritten, was) = turn.end();
            if let Some(error) = unwritten {
                return Err(error.into());
            }
            let Some(done) = done else {
                if was == ItemState::Sent {
                    self.write_down(seq, Some((item, at)), at, ItemEnd::of(ItemState::Queued), was).await?;
                }
                return Ok(false);
            };
            let error = match done {
                Ok(applied) => {
                    self.hold.went_well();
                    let end = if last { said.clone() } else { ItemEnd::of(ItemState::Queued) };
                    let end = ItemEnd { request_id: applied.request_id.clone(), ..end };
                    if let (Step::CreateUser(_), Some(user)) = (step, &applied.user) {
                        item.target = named(user);
                    }
                    if let Some(factors) = &applied.factors {
                        let differences = item.factor_differences(&factors.on, factors.preferred.as_deref());
                        // What is taken back is what the job made of them, and no choice that somebody made later.
                        if self.job.undo_of.is_some() && !differences.is_empty() {
                            let why = "Somebody chose other second factors meanwhile, so nothing was set back.";
                            let (step, end) = changed(why, &differences);
                            let end = ItemEnd { request_id: applied.request_id, ..end };
                            self.write_down(seq, Some((item, at)), step, end, was).await?;
                            return Ok(false);
                        }
                        item.remember_factors(&factors.on, factors.preferred.as_deref());
                    }
                    self.write_down(seq, Some((item, at)), at + 1, end, was).await?;
                    self.patch(item, step, now, applied).await;
                    return Ok(true);
                }
                Err(error) => error,
            };
            if error.kind == ErrorKind::NotRecorded {
                return Err(error.into());
            }
            // Of an invitation that is sent again nothing but the message counts.
            let undelivered = error.kind == ErrorKind::Undelivered && !matches!(step, Step::Resend { .. });
            if undelivered || error.kind == ErrorKind::OutcomeUnknown {
                let error = Error::from(error);
                let end = ItemEnd {
                    code: Some(if undelivered { UNDELIVERED } else { "unknown" }.to_owned()),
                    why: Some(error.in_full()),
                    request_id: error.request_id,
                    ..ItemEnd::of(ItemState::Unknown)
                };
                self.write_down(seq, Some((item, at)), at, end, was).await?;
                return Ok(false);
            }
            if self.hold.passes(&error) {
                // It was not applied, so it is where it was.
                self.write_down(seq, Some((item, at)), at, ItemEnd::of(ItemState::Queued), was).await?;
                self.wait_out(error, before).await;
                continue;
            }
            match (&error.kind, step) {
                (ErrorKind::UserNotFound, Step::Delete) | (ErrorKind::NotFound, Step::ForgetDevice { .. }) => {
                    let gone = match step {
                        Step::Delete => "the user was gone already",
                        _ => "the device was forgotten already",
                    };
                    let (next, why) = if resent { (at + 1, LOST) } else { (at, gone) };
                    let end = ItemEnd { why: Some(why.to_owned()), ..ItemEnd::of(ItemState::Done) };
                    self.write_down(seq, Some((item, at)), next, end, was).await?;
                    self.patch(item, step, now, Applied::default()).await;
                }
                // Whether the one who is there is ours is seen when they are asked for.
                (ErrorKind::AlreadyExists, Step::CreateUser(_)) if resent => {
                    let end = ItemEnd { state: ItemState::Unknown, ..refused(error.into()) };
                    self.write_down(seq, Some((item, at)), at, end, was).await?;
                }
                // What was looked at before may be otherwise when it is tried again, and then that is what is set back. What an
                // unanswered call may have made of it is no such thing.
                (_, Step::SetMfa(_)) if !resent => {
                    self.write_down(seq, Some((item, at)), 0, refused(error.into()), was).await?;
                }
                _ => self.write_down(seq, Some((item, at)), at, refused(error.into()), was).await?,
            }
            return Ok(false);
        }
        Ok(false)
    }

    /// Puts what was changed into the cache; a cache that cannot be written is synced again sooner or later.
    pub(super) async fn patch(&self, item: &Item, step: &Step, now: &mut Option<User>, applied: Applied) {
        let at = self.pool.now();
        let history = self.pool.recording();
        let cached = match (&item.target, &now) {
            (Target::User { username, .. }, None) => self.pool.user(username).await.ok().flatten(),
            _ => None,
        };
        if now.is_none() {
            *now = cached;
        }
        let after = now.as_ref().and_then(|user| patched(user, step, &self.verifies_first));
        if let Some(after) = &after {
            *now = Some(after.clone());
        }
        let (target, step) = (item.target.clone(), step.clone());
        let unrecorded = history.is_none() && self.pool.keeps_history();
        let patch = move |cache: &store::Cache| {
            if unrecorded {
                cache.set_unrecorded(true)?;
            }
            match (&step, &target) {
                (Step::CreateUser(_), _) => match &applied.user {
                    Some(user) => cache.patch_user(user, history.as_ref(), at),
                    None => Ok(()),
                },
                (Step::Delete, Target::User { username, .. }) => cache.patch_removed(username, history.as_ref(), at),
                (Step::AddToGroup { group }, Target::User { username, .. }) => {
                    cache.patch_member(group, username, true, history.as_ref(), at)
                }
                (Step::RemoveFromGroup { group }, Target::User { username, .. }) => {
                    cache.patch_member(group, username, false, history.as_ref(), at)
                }
                (Step::CreateGroup(_) | Step::UpdateGroup(_), _) => match &applied.group {
                    Some(group) => cache.patch_group(group, matches!(step, Step::CreateGroup(_))),
                    None => Ok(()),
                },
                (Step::DeleteGroup, Target::Group { name }) => cache.remove_group(name, history.as_ref(), at),
                // What AWS showed goes before what we make of it.
                _ => match applied.user.as_ref().or(after.as_ref()) {
                    Some(after) => cache.patch_user(after, history.as_ref(), at),
                    None => Ok(()),
                },
            }
        };
        if let Err(error) = self.pool.read(patch).await {
            tracing::warn!(code = error.code.as_str(), "a change was not put into the cache; the next sync brings it");
        }
    }

    /// Writes down where an entry stands, with its record in the audit. `call` is the entry and which of its calls it came of;
    /// `step` is the one that is next.
    pub(super) async fn write_down(
        &self,
        seq: u64,
        call: Option<(&Item, usize)>,
        step: usize,
        end: ItemEnd,
        was: ItemState,
    ) -> Result<(), Error> {
        let item = call.map(|(item, _)| item);
        // What was so already was changed by nobody here, and the audit says no more than that.
        let was_so = end.state == ItemState::Done && call.is_some_and(|(_, at)| at == step);
        let call = call.and_then(|(item, at)| Some((item, item.steps.get(at)?)));
        let mut record = AuditEntry {
            outcome: Some(end.state.as_str().to_owned()),
            code: end.code.clone(),
            request_id: end.request_id.clone(),
            ..self.record(AuditKind::Outcome, seq, call)
        };
        // All that somebody had is told of a deletion that was made, or may have been.
        let kept =
            matches!(call, Some((_, Step::Delete))) && !matches!(end.state, ItemState::Done | ItemState::Unknown);
        if let Some(person) = record.person.as_mut().filter(|_| was_so || kept) {
            person.changes.clear();
        }
        let (store, id) = (self.journal.clone(), self.job.id.clone());
        let state = end.state;
        let learns = |item: &&Item| {
            matches!(item.steps.first(), Some(Step::CreateUser(_) | Step::RememberFactors | Step::Delete))
        };
        let made = item.filter(|item| step > 0 && learns(item)).cloned();
        blocking(move || store.item_ended(&id, seq, step, &end, made.as_ref(), &record)).await?;
        self.moved(was, state);
        Ok(())
    }

    pub(super) fn record(&self, kind: AuditKind, seq: u64, call: Option<(&Item, &Step)>) -> AuditEntry {
        let person = call.map(|(item, step)| AuditPerson {
            name: item.target.name().to_owned(),
            sub: item.target.sub().map(str::to_owned),
            changes: item.shown_by(step),
        });
        let operation = call.map_or("", |(_, step)| step.operation());
        AuditEntry { item: Some(seq), person, ..self.job_record(kind, operation) }
    }

    fn job_record(&self, kind: AuditKind, operation: &str) -> AuditEntry {
        self.pool.job_record(&self.job, &self.live().identity, kind, operation)
    }

    async fn set_state(&self, state: JobState, what: &str) -> Result<(), Error> {
        let record = self.job_record(AuditKind::Job, what);
        let (store, id) = (self.journal.clone(), self.job.id.clone());
        blocking(move || store.set_job_state(&id, state, &record)).await
    }

    /// Whether nothing more is to be sent.
    pub(super) fn is_stopping(&self) -> bool {
        self.is_paused() || self.broken.load(Ordering::Acquire)
    }

    fn is_paused(&self) -> bool {
        *self.paused.borrow()
    }

    pub(super) fn enter(&self, phase: JobPhase) {
        self.progress.send_modify(|told| {
            told.phase = phase;
            told.error = None;
        });
    }

    /// Says that it cannot go on now, and why.
    pub(super) fn wait_for(&self, why: Error) {
        self.progress.send_modify(|told| {
            told.phase = JobPhase::Waiting(why.in_full());
            told.error = Some(why);
        });
    }

    pub(super) fn moved(&self, from: ItemState, to: ItemState) {
        if from == to {
            return;
        }
        self.progress.send_modify(|told| {
            let counts: &mut ItemCounts = &mut told.counts;
            let left = counts.of(from);
            *left = left.saturating_sub(1);
            *counts.of(to) += 1;
        });
    }

    pub(super) fn untold(&self) -> MutexGuard<'_, HashSet<u64>> {
        self.untold.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to carry a job out. Whoever looks whether anybody has it takes it for a moment, too.
pub(super) async fn lease_of(pool: &Arc<OpenPool>, id: &str) -> Result<Lease, Error> {
    for _ in 0..LOOKS {
        let (data, name) = (pool.console.clone(), super::lease_name(id));
        if let Some(lease) = blocking(move || data.data.try_lease(&name)).await? {
            return Ok(lease);
        }
        tokio::time::sleep(LOOK).await;
    }
    Err(Error::new(Code::Precondition, "Another Poolkeeper is carrying out this job."))
}

/// How an entry ends when all goes well from where it stands: that the message of an earlier call could not be sent is
/// still said then.
fn undelivered_before(row: &ItemRow) -> ItemEnd {
    let why = row.end.undelivered.clone();
    ItemEnd { code: why.as_ref().map(|_| UNDELIVERED.to_owned()), why, ..ItemEnd::of(ItemState::Done) }
}

/// The user that a call made.
pub(super) fn named(user: &User) -> Target {
    Target::User { username: user.username.clone(), sub: user.sub().map(str::to_owned) }
}

/// How an entry ends that AWS refused.
pub(super) fn refused(error: Error) -> ItemEnd {
    let why = match &error.iam_action {
        Some(action) if !error.message.contains(action.as_str()) => format!("{} It needs {action}.", error.message),
        _ => error.in_full(),
    };
    ItemEnd {
        code: Some(error.code.as_str().to_owned()),
        why: Some(why),
        request_id: error.request_id,
        ..ItemEnd::of(ItemState::Failed)
    }
}
