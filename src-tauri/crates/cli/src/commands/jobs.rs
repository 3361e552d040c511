//! `poolctl jobs`, `groups list` and `audit`: looking at what was done, and going on with it.

use std::io::{self, BufWriter, Write};
use std::time::Duration;

use console::files::{ExportTarget, FileFormat};
use console::jobs::{AuditFilter, ItemState, JobState};
use console::{Console, OpenPool, Protection};
use secrecy::SecretString;
use wire::ErrorCode;
use wire::changes::ListAudit;
use wire::jobs::{AuditVerdictView, AuditView, ChangeView, CountsView, DifferenceView, JobItemView, JobView};
use wire::pools::GroupView;

use super::change::typed;
use super::follow::{counted, follow, told};
use super::preview::{changed, cut};
use crate::arguments::{Format, GlobalOptions};
use crate::change_arguments::{Again, Audit, Jobs};
use crate::failure::Failure;
use crate::output::{self, number_of, safe};

/// Entries that are read at once.
const ENTRIES: u32 = 10_000;

/// Lists jobs, shows one, goes on with one.
pub(crate) async fn run(common: &GlobalOptions, asked: Jobs) -> Result<(), Failure> {
    match asked {
        Jobs::List => {
            let (_console, pool) = common.local_copy().await?;
            let jobs: Vec<JobView> = pool.jobs().await?.iter().map(JobView::from).collect();
            match common.format() {
                Format::Csv => output::csv(&JOBS, jobs.iter().map(job_row)),
                format => {
                    output::listed(format, &["id", "createdAt", "action", "state", "entries", "reason"], &jobs, |job| {
                        let (reason, entries) = (job.reason.clone().unwrap_or_default(), counted(&job.counts));
                        vec![
                            job.id.clone(),
                            job.created_at.clone(),
                            job.action.clone(),
                            job.state.clone(),
                            entries,
                            reason,
                        ]
                    })
                }
            }
        }
        Jobs::Show { id, state } => {
            let (_console, pool) = common.local_copy().await?;
            pool.job(&id).await?;
            let state = state.as_deref().and_then(ItemState::of_word);
            if common.format() == Format::Csv {
                let out = ExportTarget::Out(output::data(Format::Csv));
                pool.export_outcomes(&id, state, FileFormat::Csv, out).await?;
                return Ok(());
            }
            let items = all_items(&pool, &id, state).await?;
            match common.format() {
                Format::Table => Ok(items.iter().try_for_each(|item| told_item(&mut io::stdout().lock(), item))?),
                format => Ok(output::views(format, &items)?),
            }
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
        Jobs::GiveUp { id } => {
            let console = common.console_with_journal().await?;
            let pool = common.pool_online(&console).await?;
            let left = pool.job(&id).await?.counts.queued;
            pool.give_up(&id).await?;
            let left = if left == 1 { "1 entry".to_owned() } else { format!("{left} entries") };
            common.note(&format!("{left} given up; what was done stays, and poolctl undo {id} takes it back"));
            if common.wants_json() {
                return Ok(output::json(&JobView::from(&pool.job(&id).await?))?);
            }
            Ok(())
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

/// Every entry of a job, of one state where that is given.
async fn all_items(pool: &OpenPool, id: &str, state: Option<ItemState>) -> Result<Vec<JobItemView>, Failure> {
    let (mut items, mut from) = (Vec::new(), 0);
    loop {
        let rows = pool.job_items(id, state, from, ENTRIES).await?;
        items.extend(rows.iter().map(JobItemView::from));
        match rows.last() {
            Some(last) if rows.len() == ENTRIES as usize => from = last.seq + 1,
            _ => return Ok(items),
        }
    }
}

/// Unlocks the pool and reads the password, where that was asked for.
async fn ready(pool: &OpenPool, again: &Again) -> Result<Option<SecretString>, Failure> {
    let password = if again.password_stdin { Some(typed("password")?) } else { None };
    if let Some(name) = &again.unlock {
        pool.unlock_changes(name).await?;
    }
    Ok(password)
}

/// Lists the groups of the local copy.
pub(crate) async fn groups(common: &GlobalOptions) -> Result<(), Failure> {
    let (_console, pool) = common.local_copy().await?;
    if !pool.freshness().await?.groups_known {
        common.note("not all groups and memberships have been read, so some may be missing; run poolctl sync");
    }
    let groups: Vec<GroupView> = pool.groups().await?.iter().map(GroupView::from).collect();
    output::listed(common.format(), &["name", "users", "precedence", "roleArn", "description"], &groups, |group| {
        let precedence = group.precedence.map(|number| number.to_string()).unwrap_or_default();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![group.name.clone(), group.users.to_string(), precedence, text(&group.role_arn), text(&group.description)]
    })
}

/// The columns of jobs as CSV.
const JOBS: [&str; 13] = [
    "id",
    "createdAt",
    "action",
    "state",
    "queued",
    "sent",
    "done",
    "failed",
    "unknown",
    "skipped",
    "by",
    "reason",
    "undoOf",
];

fn job_row(job: &JobView) -> Vec<String> {
    let CountsView { queued, sent, done, failed, unknown, skipped } = job.counts;
    let counts = [queued, sent, done, failed, unknown, skipped].map(|number| number.to_string());
    let before = [&job.id, &job.created_at, &job.action, &job.state].map(Clone::clone);
    let after = [job.by.clone(), job.reason.clone().unwrap_or_default(), job.undo_of.clone().unwrap_or_default()];
    before.into_iter().chain(counts).chain(after).collect()
}

/// An entry of a job, and under it what somebody else changed before its turn came.
fn told_item(out: &mut impl Write, item: &JobItemView) -> io::Result<()> {
    let name = item.name.as_deref().map_or_else(|| "(erased)".to_owned(), cut);
    writeln!(out, "{:<8} {name}  {}", item.state, safe(item.why.as_deref().unwrap_or_default()))?;
    for difference in &item.differences {
        let value = |value: &Option<String>| value.as_deref().map_or_else(|| "none".to_owned(), cut);
        let DifferenceView { field, planned_with, now, wanted } = difference;
        let (planned_with, now, wanted) = (value(planned_with), value(now), value(wanted));
        writeln!(out, "         {}: planned with {planned_with}, now {now}, wanted {wanted}", cut(field))?;
    }
    Ok(())
}

/// Lists or verifies the audit.
pub(crate) async fn audit(common: &GlobalOptions, asked: Audit) -> Result<(), Failure> {
    let console = common.console().await?;
    if let Protection::Locked { message, .. } = console.protection() {
        return Err(Failure::failed(ErrorCode::JournalUnavailable, message));
    }
    match asked {
        Audit::List { about, job, since, by, operation, outcome, limit } => {
            let asked =
                ListAudit { about, job, all_pools: true, since, who: by, operation, outcome, before: None, limit: 0 };
            let filter = asked.filter(common.pool.clone())?;
            list_audit(common, &console, filter, if limit == 0 { usize::MAX } else { limit }).await
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

/// Lists the newest records, `most` of them at most: lines page by page, an array and CSV at the end.
async fn list_audit(
    common: &GlobalOptions,
    console: &Console,
    filter: AuditFilter,
    most: usize,
) -> Result<(), Failure> {
    let format = common.format();
    let (mut filter, mut left, mut unreadable) = (filter, most, 0);
    let mut records: Vec<AuditView> = Vec::new();
    loop {
        let page = console.audit(filter.clone(), left.min(RECORDS)).await?;
        unreadable += page.unreadable;
        left -= page.records.len();
        let views = page.records.iter().map(AuditView::from);
        match format {
            Format::Table => {
                let mut out = BufWriter::new(io::stdout().lock());
                views.into_iter().try_for_each(|record| told_record(&mut out, &record))?;
                out.flush()?;
            }
            Format::Jsonl => output::views(format, &views.collect::<Vec<_>>())?,
            Format::Csv | Format::Json => records.extend(views),
        }
        filter.before = page.earlier;
        if filter.before.is_none() {
            break;
        }
        if left == 0 {
            common.note(&format!("only the newest {most} records are listed; --limit 0 lists all"));
            break;
        }
    }
    if unreadable > 0 {
        let records = number_of(unreadable, "record");
        common.note(&format!(
            "{records} cannot be read here and are left out: damaged, or written by a newer Poolkeeper; poolctl audit verify \
             tells whether anything was changed"
        ));
    }
    match format {
        Format::Csv => output::csv(&AUDIT, records.iter().map(record)),
        Format::Json => Ok(output::views(format, &records)?),
        Format::Table | Format::Jsonl => Ok(()),
    }
}

/// Records that are read at once.
const RECORDS: usize = 5_000;

/// The columns of records of the audit as CSV.
const AUDIT: [&str; 17] = [
    "seq",
    "at",
    "kind",
    "job",
    "item",
    "who",
    "pool",
    "operation",
    "outcome",
    "code",
    "requestId",
    "reason",
    "name",
    "sub",
    "changes",
    "planDigest",
    "hash",
];

fn record(record: &AuditView) -> Vec<String> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let whole = |change: &ChangeView| format!("{}: {} → {}", change.field, change.was(), text(&change.after));
    vec![
        record.seq.to_string(),
        record.at.clone(),
        record.kind.clone(),
        record.job.clone(),
        record.item.map(|item| item.to_string()).unwrap_or_default(),
        record.who.clone(),
        record.pool.clone(),
        record.operation.clone(),
        text(&record.outcome),
        text(&record.code),
        text(&record.request_id),
        text(&record.reason),
        text(&record.name),
        text(&record.sub),
        record.changes.iter().map(whole).collect::<Vec<_>>().join("; "),
        text(&record.plan_digest),
        record.hash.clone(),
    ]
}

/// A record for people: what was done by whom, and under it where, before and after and why.
fn told_record(out: &mut impl Write, record: &AuditView) -> io::Result<()> {
    // A record about nobody is about what its job says: the rule and resource of an accepted risk.
    let name = record.name.as_deref().unwrap_or(&record.job);
    let code = record.code.as_deref().map(|code| format!(" ({code})")).unwrap_or_default();
    let outcome = format!("{}{code}", record.outcome.as_deref().unwrap_or_default());
    let (seq, at, kind) = (record.seq, &record.at, &record.kind);
    writeln!(
        out,
        "{seq:>6}  {at}  {kind:<8} {:<28} {outcome:<8} {}  {}",
        record.operation,
        cut(name),
        safe(&record.who)
    )?;
    if !record.pool.is_empty() {
        writeln!(out, "        in {}", safe(&record.pool))?;
    }
    for change in &record.changes {
        writeln!(out, "        {}", changed(change))?;
    }
    let calls: Vec<String> = record.plan_calls.iter().map(|(name, calls)| format!("{calls} {name}")).collect();
    if !calls.is_empty() {
        writeln!(out, "        calls: {}", calls.join(", "))?;
    }
    if let Some(digest) = &record.plan_digest {
        writeln!(out, "        plan: {}", safe(digest))?;
    }
    if let Some(reason) = &record.reason {
        writeln!(out, "        reason: {}", cut(reason))?;
    }
    Ok(())
}
