//! `poolctl sync`

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use console::{Code, SyncHandle, SyncPhase, SyncProgress};
use wire::ErrorCode;
use wire::sync::SyncReportView;

use crate::arguments::GlobalOptions;
use crate::failure::Failure;
use crate::output;

/// Makes the local copy equal to the pool. Ctrl C stops it; the next sync goes on from there.
///
/// Why it waits is said once for each reason. Where nobody watches, it gives up after `patience` without progress, and
/// at once when credentials have expired.
pub(crate) async fn run(common: &GlobalOptions, patience: Duration) -> Result<(), Failure> {
    let console = common.console_on_disk("A sync keeps a local copy, for which there is no place.").await?;
    let pool = common.pool_online(&console).await?;
    let sync = pool.sync();
    let watched = io::stderr().is_terminal();
    let shown = !common.quiet && watched;
    let mut watch = Watch { common, shown, patience: (!watched).then_some(patience), told: BTreeSet::new() };
    let usable = tell_usable(common, &sync, shown);
    let gave_up = tokio::select! {
        _ = sync.finished() => None,
        never = usable => match never {},
        failure = watch.follow(&sync) => failure,
        _ = tokio::signal::ctrl_c() => {
            sync.cancel();
            None
        }
    };
    if gave_up.is_some() {
        sync.cancel();
    }
    let report = sync.finished().await;
    if shown {
        // A closed stderr is no reason to fail.
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
    if let Some(failure) = gave_up {
        return Err(failure);
    }
    let report = report?;
    if let Some(error) = &sync.progress.borrow().error {
        common.note(&error.message);
    }
    let kept = tokio::select! {
        kept = pool.keep_settings() => kept,
        _ = tokio::signal::ctrl_c() => Ok(()),
    };
    if let Err(error) = kept {
        common.note(&format!("no copy of the settings was kept: {}", error.message));
    }
    let view = SyncReportView::from(&report);
    if common.wants_json() {
        return Ok(output::json(&view)?);
    }
    Ok(writeln!(io::stdout(), "{}", sentence(&view))?)
}

/// Says once that everybody has been listed, when a sweep still follows: from then on the local copy can be used.
async fn tell_usable(common: &GlobalOptions, sync: &SyncHandle, shown: bool) -> Infallible {
    if let Ok(report) = sync.listed().await
        && !(report.complete && report.swept)
        && !sync.has_ended()
    {
        if shown {
            // A closed stderr is no reason to stop.
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
        let listed = sentence(&SyncReportView::from(&report));
        common.note(&format!("{listed}; it can be used while a sweep looks for people whom no chain covers"));
    }
    std::future::pending().await
}

fn sentence(view: &SyncReportView) -> String {
    let whole = if view.complete { "complete" } else { "not complete" };
    let swept = if view.swept { ", swept" } else { "" };
    format!(
        "{} in {:.1} s: {whole}{swept} ({}, {}, {} throttled)",
        output::number_of(view.users, "user"),
        view.seconds,
        output::number_of(view.pages, "page"),
        output::number_of(view.requests, "request"),
        view.throttled
    )
}

/// Watches a sync for a person or, where there is none, in their place.
struct Watch<'a> {
    common: &'a GlobalOptions,
    /// Whether progress is shown, on one line.
    shown: bool,
    /// How long nothing may go on; `None` where a person decides.
    patience: Option<Duration>,
    /// The reasons for waiting that were said already.
    told: BTreeSet<String>,
}

impl Watch<'_> {
    /// Follows it until it has ended, or gives the reason why it should.
    async fn follow(&mut self, sync: &SyncHandle) -> Option<Failure> {
        let mut seen = sync.progress.clone();
        let (mut moved, mut since) = (None, None);
        loop {
            let now = seen.borrow_and_update().clone();
            let counts = (now.users, now.pages);
            if moved.replace(counts) != Some(counts) {
                since = None;
            }
            if let SyncPhase::Waiting(why) = &now.phase {
                let waiting = since.get_or_insert_with(Instant::now).elapsed();
                self.tell(why);
                if let Some(failure) = self.patience.and_then(|most| give_up(&now, why, waiting, most)) {
                    return Some(failure);
                }
            }
            if self.shown {
                // A closed stderr is no reason to stop.
                let _ = write!(io::stderr(), "\r\x1b[K{}", line(&now));
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
            // Told once a second at least while it runs.
            seen.changed().await.ok()?;
        }
    }

    fn tell(&mut self, why: &str) {
        if self.told.insert(why.to_owned()) {
            if self.shown {
                // A closed stderr is no reason to stop.
                let _ = write!(io::stderr(), "\r\x1b[K");
            }
            self.common.note(&format!("waiting: {why}"));
        }
    }
}

/// Why a sync that waits should end; `None` while it may go on by itself.
fn give_up(now: &SyncProgress, why: &str, waiting: Duration, most: Duration) -> Option<Failure> {
    let error = now.error.clone().filter(|e| matches!(e.code, Code::CredentialsExpired | Code::CredentialsMissing));
    if let Some(error) = error {
        // Nobody is there to renew them.
        return Some(Failure::from(error));
    }
    if waiting < most {
        return None;
    }
    // Without a single request it waits for its turn: another process syncs.
    let code = if now.requests == 0 { ErrorCode::Precondition } else { ErrorCode::Unreachable };
    let seconds = most.as_secs();
    let kept = "What was read is kept, and the next sync goes on from there.";
    Some(Failure::failed(code, format!("{why} Nothing went on for {seconds} s, so this sync gave up. {kept}")))
}

fn line(progress: &SyncProgress) -> String {
    let doing = match &progress.phase {
        SyncPhase::Listing => "listing people",
        SyncPhase::Groups => "listing groups",
        SyncPhase::Members => "listing members",
        SyncPhase::Verifying => "verifying",
        SyncPhase::Sweeping => "sweeping",
        SyncPhase::Paused => "paused",
        SyncPhase::Waiting(why) => return format!("waiting: {}", output::safe(why)),
        SyncPhase::Done => "done",
        SyncPhase::Failed => "failed",
    };
    let of = progress.estimated_users.map(|users| format!(" of about {users}")).unwrap_or_default();
    let left = progress.eta_seconds.map(|s| format!(", {}:{:02} to go", s / 60, s % 60)).unwrap_or_default();
    format!("{doing}: {}{of}, {:.0} a second{left}", progress.users, progress.users_per_second)
}
