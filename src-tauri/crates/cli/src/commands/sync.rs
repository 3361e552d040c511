//! `poolctl sync`

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use console::{SyncHandle, SyncPhase, SyncProgress};
use wire::sync::SyncReportView;

use crate::arguments::GlobalOptions;
use crate::failure::Failure;
use crate::output;

/// Makes the local copy equal to the pool. Ctrl C stops it; the next sync goes on from there.
pub(crate) async fn run(common: &GlobalOptions) -> Result<(), Failure> {
    let console = common.console_or_memory().await?;
    let pool = common.pool_online(&console).await?;
    let sync = pool.sync();
    let shown = !common.quiet && io::stderr().is_terminal();
    let report = tokio::select! {
        report = sync.finished() => report,
        () = progress(&sync, shown) => sync.finished().await,
        _ = tokio::signal::ctrl_c() => {
            sync.cancel();
            sync.finished().await
        }
    };
    if shown {
        // A closed stderr is no reason to fail.
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
    let report = report?;
    if let Some(error) = &sync.progress.borrow().error {
        common.note(&error.message);
    }
    let view = SyncReportView::from(&report);
    if common.wants_json() {
        return Ok(output::json(&view)?);
    }
    Ok(writeln!(io::stdout(), "{}", sentence(&view))?)
}

fn sentence(view: &SyncReportView) -> String {
    let whole = if view.complete { "complete" } else { "not complete" };
    let swept = if view.swept { ", swept" } else { "" };
    format!(
        "{} users in {:.1} s: {whole}{swept} ({} pages, {} requests, {} throttled)",
        view.users, view.seconds, view.pages, view.requests, view.throttled
    )
}

/// Shows how far it has come, on one line, until it has ended.
async fn progress(sync: &SyncHandle, shown: bool) {
    let mut told = sync.progress.clone();
    while told.changed().await.is_ok() {
        let line = line(&told.borrow_and_update());
        if shown {
            // A closed stderr is no reason to stop.
            let _ = write!(io::stderr(), "\r\x1b[K{line}");
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
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
