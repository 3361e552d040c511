//! Watching a job until it has ended, or until nobody has the patience any more.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use console::jobs::{ItemCounts, ItemState, JobHandle, JobPhase, JobProgress};
use console::{Code, OpenPool};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use wire::ErrorCode;
use wire::jobs::{CountsView, JobItemView, JobView};

use crate::arguments::GlobalOptions;
use crate::failure::Failure;
use crate::output::{self, safe};

/// How long calls that are under way may take to end once the job was stopped.
const GRACE: Duration = Duration::from_secs(5);

/// How often progress is told where there is no terminal.
const TOLD: Duration = Duration::from_secs(30);

/// Entries that are named when they failed.
const NAMED: u32 = 20;

/// Waits for a job and tells what came of it: exit 1 when an entry failed or is unknown, or when the job was stopped before
/// its end. Ctrl C pauses it; where nobody watches, it is paused after `patience` without progress, and at once when
/// credentials have expired.
pub(crate) async fn follow(
    common: &GlobalOptions,
    pool: &Arc<OpenPool>,
    job: &JobHandle,
    patience: Duration,
    made: Option<&SecretString>,
) -> Result<(), Failure> {
    let watched = io::stderr().is_terminal();
    let mut watch = Watch::new(common, watched, (!watched).then_some(patience));
    let stopped = tokio::select! {
        ended = job.finished() => {
            watch.clear();
            ended?;
            return told(common, pool, &job.id, made).await;
        }
        why = watch.until_given_up(job) => why,
        _ = tokio::signal::ctrl_c() => Failure::failed(ErrorCode::Cancelled, "Stopped."),
    };
    watch.clear();
    job.pause();
    let under_way = tokio::select! {
        ended = tokio::time::timeout(GRACE, job.finished()) => ended.is_err(),
        _ = tokio::signal::ctrl_c() => true,
    };
    let counts = job.progress.borrow().counts;
    Err(stopped.and_then_said(&how_to_go_on(&job.id, &counts, under_way)))
}

/// What is left of a job that was stopped.
fn how_to_go_on(id: &str, counts: &ItemCounts, under_way: bool) -> String {
    let ItemCounts { queued, sent, done, failed, unknown, skipped } = *counts;
    let all = queued + sent + done + failed + unknown + skipped;
    let told = if under_way { " Calls were under way; what became of them is found out then." } else { "" };
    format!("{done} of {all} done, the rest waits. To go on: poolctl jobs resume {id}{told}")
}

/// A job, with the password that was made for its user.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    job: &'a JobView,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
}

/// Tells where a job stands: exit 1 when an entry failed or is unknown. The password that was `made` is told where it may
/// have been set.
pub(crate) async fn told(
    common: &GlobalOptions,
    pool: &OpenPool,
    id: &str,
    made: Option<&SecretString>,
) -> Result<(), Failure> {
    let view = JobView::from(&pool.job(id).await?);
    let set = view.counts.done + view.counts.unknown > 0;
    let password = made.filter(|_| set).map(SecretString::expose_secret);
    if common.wants_json() {
        output::json(&Told { job: &view, password })?;
    } else {
        let mut out = io::stdout().lock();
        writeln!(out, "job {}: {}", view.id, counted(&view.counts))?;
        if let Some(password) = password {
            writeln!(out, "password: {password}")?;
        }
    }
    for state in [ItemState::Failed, ItemState::Unknown] {
        for row in pool.job_items(id, Some(state), 0, NAMED).await? {
            let item = JobItemView::from(&row);
            let name = item.name.unwrap_or_default();
            common.note(&format!("{}: {} {}", safe(&name), item.state, item.why.unwrap_or_default()));
        }
    }
    if view.counts.failed + view.counts.unknown > 0 { Err(Failure::Told) } else { Ok(()) }
}

/// The entries of a job by state; those of a state that none is in are left out, but for what is done.
pub(crate) fn counted(counts: &CountsView) -> String {
    let all = [
        (counts.done, "done"),
        (counts.failed, "failed"),
        (counts.unknown, "unknown"),
        (counts.skipped, "skipped"),
        (counts.queued, "waiting"),
        (counts.sent, "sent without an answer"),
    ];
    let shown = all.iter().filter(|(number, word)| *number > 0 || *word == "done");
    shown.map(|(number, word)| format!("{number} {word}")).collect::<Vec<_>>().join(", ")
}

/// Watches a job for a person or, where there is none, in their place.
struct Watch<'a> {
    common: &'a GlobalOptions,
    /// Whether progress is shown, on one line.
    shown: bool,
    /// How long nothing may go on; `None` where a person decides.
    patience: Option<Duration>,
    /// The reasons for waiting that were said already.
    told: BTreeSet<String>,
    begun: Instant,
    /// Entries that had an end when it began.
    before: Option<u64>,
}

impl<'a> Watch<'a> {
    fn new(common: &'a GlobalOptions, watched: bool, patience: Option<Duration>) -> Self {
        let shown = watched && !common.quiet;
        Self { common, shown, patience, told: BTreeSet::new(), begun: Instant::now(), before: None }
    }

    /// Follows a job and ends only with the reason why it should be stopped.
    async fn until_given_up(&mut self, job: &JobHandle) -> Failure {
        let (mut moved, mut since, mut last) = (None, Instant::now(), Instant::now());
        loop {
            let now = job.progress.borrow().clone();
            if moved.replace(now.counts) != Some(now.counts) || now.phase == JobPhase::Reconciling {
                since = Instant::now();
            }
            if let JobPhase::Waiting(why) = &now.phase {
                self.tell(why);
            }
            if let Some(why) = self.patience.and_then(|most| give_up(&now, since.elapsed(), most)) {
                return why;
            }
            let line = self.line(&now);
            if self.shown {
                // A closed stderr is no reason to stop.
                let _ = write!(io::stderr(), "\r\x1b[K{line}");
            } else if last.elapsed() >= TOLD {
                last = Instant::now();
                self.common.note(&line);
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }

    fn tell(&mut self, why: &str) {
        if self.told.insert(why.to_owned()) {
            self.clear();
            self.common.note(&format!("waiting: {why}"));
        }
    }

    fn clear(&self) {
        if self.shown {
            // A closed stderr is no reason to stop.
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }

    /// How far it has come, how fast, and how long it still takes at that.
    fn line(&mut self, now: &JobProgress) -> String {
        let ItemCounts { queued, sent, done, failed, unknown, skipped } = now.counts;
        let ended = done + failed + unknown + skipped;
        let (all, left) = (ended + queued + sent, queued + sent);
        let before = *self.before.get_or_insert(ended);
        // Counts are far below what a float holds exactly.
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = (ended - before.min(ended)) as f64 / self.begun.elapsed().as_secs_f64().max(0.001);
        let doing = match &now.phase {
            JobPhase::Reconciling => "finding out what became of calls without an answer: ",
            JobPhase::Waiting(_) => "waiting: ",
            _ => "",
        };
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "as above"
        )]
        let eta = (rate > 0.0 && left > 0).then(|| (left as f64 / rate).ceil() as u64);
        let eta = eta.map(|s| format!(", {}:{:02} to go", s / 60, s % 60)).unwrap_or_default();
        let failed = if failed > 0 { format!(", {failed} failed") } else { String::new() };
        format!("{doing}{ended} of {all}, {rate:.1} a second{eta}{failed}")
    }
}

/// Why a job should be stopped that nobody watches; `None` while it may go on by itself.
fn give_up(now: &JobProgress, idle: Duration, most: Duration) -> Option<Failure> {
    let error = now.error.clone();
    if let Some(error) =
        error.clone().filter(|error| matches!(error.code, Code::CredentialsExpired | Code::CredentialsMissing))
    {
        // Nobody is there to renew them.
        return Some(Failure::from(error));
    }
    if idle < most {
        return None;
    }
    let (code, why) = match error {
        Some(error) => (error.code.into(), error.in_full()),
        None => (ErrorCode::Unreachable, "No answer came.".to_owned()),
    };
    let seconds = most.as_secs();
    Some(Failure::failed(code, format!("{why} Nothing went on for {seconds} s, so this job was paused.")))
}
