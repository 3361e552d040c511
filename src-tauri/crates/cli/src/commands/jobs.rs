//! `poolctl jobs`, `groups list` and `audit`: looking at what was done, and going on with it.

use std::io::{self, Write};
use std::time::Duration;

use console::files::{ExportTarget, FileFormat};
use console::jobs::{AuditFilter, ItemState, JobState};
use console::{OpenPool, Protection};
use secrecy::SecretString;
use wire::ErrorCode;
use wire::jobs::{AuditVerdictView, AuditView, JobItemView, JobView};
use wire::pools::GroupView;

use super::change::typed;
use super::follow::{counted, follow, told};
use crate::arguments::{Format, GlobalOptions};
use crate::change_arguments::{Again, Audit, Jobs};
use crate::failure::Failure;
use crate::output::{self, number_of, safe};

/// Entries that are shown at once.
const ENTRIES: u32 = 100_000;

/// Lists jobs, shows one, goes on with one.
pub(crate) async fn run(common: &GlobalOptions, asked: Jobs) -> Result<(), Failure> {
    match asked {
        Jobs::List => {
            let (_console, pool) = common.local_copy().await?;
            let jobs: Vec<JobView> = pool.jobs().await?.iter().map(JobView::from).collect();
            listed(common, &jobs, |job| {
                let counts = counted(&job.counts);
                format!("{}  {}  {:<22} {:<11} {counts}", job.id, job.created_at, job.action, job.state)
            })
        }
        Jobs::Show { id, state } => {
            let (_console, pool) = common.local_copy().await?;
            pool.job(&id).await?;
            let state = state.as_deref().and_then(ItemState::of_word);
            if common.format() == Format::Csv {
                let out = ExportTarget::Out(Box::new(io::stdout()));
                pool.export_outcomes(&id, state, FileFormat::Csv, out).await?;
                return Ok(());
            }
            let rows = pool.job_items(&id, state, 0, ENTRIES).await?;
            let items: Vec<JobItemView> = rows.iter().map(JobItemView::from).collect();
            listed(common, &items, |item| {
                let name = item.name.as_deref().unwrap_or("(erased)");
                format!("{:<8} {}  {}", item.state, safe(name), safe(item.why.as_deref().unwrap_or_default()))
            })
        }
        Jobs::Resume { id, again } => {
            let console = common.console_with_journal().await?;
            let pool = common.pool_online(&console).await?;
            if pool.job(&id).await?.state == JobState::Ended {
                common.note("this job has ended; poolctl jobs retry tries again what failed");
                return told(common, &pool, &id, None).await;
            }
            let password = ready(&pool, &again).await?;
            let job = pool.go_on(&id, password).await?;
            follow(common, &pool, &job, Duration::from_secs(again.patience), None).await
        }
        Jobs::Retry { id, unknown, again } => {
            let console = common.console_with_journal().await?;
            let pool = common.pool_online(&console).await?;
            let password = ready(&pool, &again).await?;
            let job = pool.retry(&id, unknown, password).await?;
            follow(common, &pool, &job, Duration::from_secs(again.patience), None).await
        }
    }
}

/// Unlocks the pool and reads the password, where that was asked for.
async fn ready(pool: &OpenPool, again: &Again) -> Result<Option<SecretString>, Failure> {
    let password = if again.password_stdin { Some(typed()?) } else { None };
    if let Some(name) = &again.unlock {
        pool.unlock_changes(name).await?;
    }
    Ok(password)
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
    if let Protection::Locked { message, .. } = console.protection() {
        return Err(Failure::failed(ErrorCode::JournalUnavailable, message));
    }
    match asked {
        Audit::List { about, job, limit } => {
            let filter = AuditFilter { person: about, job, ..AuditFilter::default() };
            let most = if limit == 0 { usize::MAX } else { limit };
            // One more tells whether some are left out.
            let mut found = console.audit(filter, most.saturating_add(1)).await?;
            if found.len() > most {
                found.truncate(most);
                common.note(&format!("only the newest {most} records are listed; --limit 0 lists all"));
            }
            let records: Vec<AuditView> = found.iter().map(AuditView::from).collect();
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
                writeln!(out, "{}, {verdict}; the last hash is {}", number_of(view.records, "record"), view.head)?;
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
