//! `poolctl jobs`, `groups list` and `audit`: looking at what was done, and going on with it.

use std::io::{self, Write};

use console::jobs::{AuditFilter, ItemState};
use wire::jobs::{AuditVerdictView, AuditView, JobItemView, JobView};
use wire::pools::GroupView;

use super::change::follow;
use crate::arguments::{Format, GlobalOptions};
use crate::change_arguments::{Audit, Jobs};
use crate::failure::Failure;
use crate::output::{self, safe};

/// Entries that are shown at once.
const ENTRIES: u32 = 100_000;

/// Lists jobs, shows one, goes on with one.
pub(crate) async fn run(common: &GlobalOptions, asked: Jobs) -> Result<(), Failure> {
    match asked {
        Jobs::List => {
            let (_console, pool) = common.local_copy().await?;
            let jobs: Vec<JobView> = pool.jobs().await?.iter().map(JobView::from).collect();
            listed(common, &jobs, |job| {
                let counts = &job.counts;
                let (done, failed, unknown, waits) = (counts.done, counts.failed, counts.unknown, counts.queued);
                format!(
                    "{}  {}  {:<22} {:<8} {done} done, {failed} failed, {unknown} unknown, {waits} waiting",
                    job.id, job.created_at, job.action, job.state
                )
            })
        }
        Jobs::Show { id, state } => {
            let (_console, pool) = common.local_copy().await?;
            pool.job(&id).await?;
            let state = state.as_deref().and_then(ItemState::of_word);
            let rows = pool.job_items(&id, state, 0, ENTRIES).await?;
            let items: Vec<JobItemView> = rows.iter().map(JobItemView::from).collect();
            listed(common, &items, |item| {
                let name = item.name.as_deref().unwrap_or("(erased)");
                format!("{:<8} {}  {}", item.state, safe(name), safe(item.why.as_deref().unwrap_or_default()))
            })
        }
        Jobs::Resume { id, unlock } => {
            let console = common.console_with_journal().await?;
            let pool = common.pool_online(&console).await?;
            if let Some(name) = unlock {
                pool.unlock_changes(&name).await?;
            }
            let job = pool.go_on(&id, None).await?;
            follow(common, &pool, &job).await
        }
        Jobs::Retry { id, unknown, unlock } => {
            let console = common.console_with_journal().await?;
            let pool = common.pool_online(&console).await?;
            if let Some(name) = unlock {
                pool.unlock_changes(&name).await?;
            }
            let job = pool.retry(&id, unknown, None).await?;
            follow(common, &pool, &job).await
        }
    }
}

/// Lists the groups of the local copy.
pub(crate) async fn groups(common: &GlobalOptions) -> Result<(), Failure> {
    let (_console, pool) = common.local_copy().await?;
    let groups: Vec<GroupView> = pool.groups().await?.iter().map(GroupView::from).collect();
    listed(common, &groups, |group| {
        let precedence = group.precedence.map(|number| number.to_string()).unwrap_or_default();
        format!("{:<40} {:>8} {precedence:>6}", safe(&group.name), group.users)
    })
}

/// Lists or verifies the audit.
pub(crate) async fn audit(common: &GlobalOptions, asked: Audit) -> Result<(), Failure> {
    let console = common.console().await?;
    match asked {
        Audit::List { about, job, limit } => {
            let filter = AuditFilter { person: about, job, ..AuditFilter::default() };
            let records: Vec<AuditView> = console.audit(filter, limit).await?.iter().map(AuditView::from).collect();
            listed(common, &records, |record| {
                let name = record.name.as_deref().unwrap_or_default();
                let outcome = record.outcome.as_deref().unwrap_or_default();
                format!(
                    "{:>6}  {}  {:<8} {:<28} {:<8} {}  {}",
                    record.seq,
                    record.at,
                    record.kind,
                    record.operation,
                    outcome,
                    safe(name),
                    record.who
                )
            })
        }
        Audit::Verify { head } => {
            let view = AuditVerdictView::from(&console.verify_audit(head).await?);
            if common.wants_json() {
                output::json(&view)?;
            } else {
                let mut out = io::stdout().lock();
                for fault in &view.faults {
                    writeln!(out, "{:>6}  {}", fault.seq, fault.what)?;
                }
                let verdict = if view.valid { "whole" } else { "not whole" };
                writeln!(out, "{} records, {verdict}; the last hash is {}", view.records, view.head)?;
            }
            if view.valid { Ok(()) } else { Err(Failure::Told) }
        }
    }
}

fn listed<T: serde::Serialize>(common: &GlobalOptions, all: &[T], line: impl Fn(&T) -> String) -> Result<(), Failure> {
    match common.format() {
        Format::Json => output::json(&all)?,
        Format::Jsonl => all.iter().try_for_each(output::json)?,
        _ => {
            let mut out = io::stdout().lock();
            all.iter().try_for_each(|one| writeln!(out, "{}", line(one)))?;
        }
    }
    Ok(())
}
