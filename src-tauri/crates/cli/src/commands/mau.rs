//! `poolctl mau`: how many users were active in a month, as far as that can be told. Makes nobody active.

use std::io::{self, Write};
use std::path::absolute;
use std::sync::Arc;

use console::{Clock as _, Console, OpenPool, SystemClock};
use wire::activity::{ActivityView, MetricsPriceView, MonthView, OneMonth, PreparedQueryView, SetBilled};
use wire::cost::MauView;
use wire::pools::pool_id;
use wire::{ErrorCode, WireError};

use crate::arguments::{Format, GlobalOptions};
use crate::cost_arguments::Mau;
use crate::failure::Failure;
use crate::output::{self, safe};

/// The columns of table and csv.
const COLUMNS: [&str; 5] = ["kind", "bound", "users", "says", "caveat"];

/// Tells the range and its evidence.
pub(crate) async fn run(common: &GlobalOptions, asked: &Mau) -> Result<(), Failure> {
    let now = SystemClock.now();
    let month = OneMonth { month: asked.month.clone() }.begun(now)?;
    if asked.queries {
        let unnamed = || Failure::usage(WireError::validation("pool", "Name the pool with --pool."));
        let pool = pool_id(common.pool.as_deref().ok_or_else(unnamed)?)?;
        return queries(common.format(), PreparedQueryView::all(&pool, month));
    }
    // The console lives as long as its pool: its history is written to.
    let (_console, pool) = pool(common).await?;
    if asked.history {
        return history(common, &MonthView::all(&pool.months().await?, month));
    }
    if asked.forget_billed {
        pool.set_billed(month, None).await?;
    }
    if asked.forget_import {
        pool.forget_log(month).await?;
    }
    if !asked.import.is_empty() {
        let files = asked.import.iter().map(absolute).collect::<Result<Vec<_>, _>>()?;
        let imported = pool.import_activity(files, asked.only_pool).await?;
        imported.learnt.iter().chain(&imported.problems).for_each(|sentence| common.note(sentence));
        if imported.learnt.is_empty() {
            let sentence =
                "None of these files told anything that could be used; nothing was kept. See the notes above.";
            return Err(Failure::failed(ErrorCode::Validation, sentence));
        }
    }
    let denied = asked.cloudwatch && !ask_cloudwatch(common, &pool, asked).await?;
    if asked.billed.is_some() {
        let (whole_account, besides_free) = (asked.account, asked.besides_free);
        let billed = SetBilled { month: month.to_string(), users: asked.billed, whole_account, besides_free };
        let (month, billed) = billed.parse(now)?;
        pool.set_billed(month, billed).await?;
    }
    let activity = pool.activity(month).await?;
    for missing in &activity.missing {
        common.note(&format!("{} {}", missing.what, missing.remedy));
    }
    if let Some(policy) = ActivityView::new(&activity).policy.filter(|_| denied) {
        common.note(&format!("This policy permits what was refused:\n{policy}"));
    }
    tell(common.format(), &MauView::new(month, &activity.users))
}

/// The queries to copy for a pool's month.
fn queries(format: Format, views: Vec<PreparedQueryView>) -> Result<(), Failure> {
    match format {
        Format::Json | Format::Jsonl => Ok(output::views(format, &views)?),
        Format::Csv => {
            let rows = views.into_iter().map(|view| [view.runs_on, view.title, view.text, view.notes.join(" ")]);
            output::csv(&["runsOn", "title", "text", "notes"], rows)
        }
        Format::Table => {
            let mut out = io::stdout().lock();
            for PreparedQueryView { runs_on, title, text, notes } in views {
                writeln!(out, "-- {runs_on}: {title}")?;
                notes.iter().try_for_each(|note| writeln!(out, "-- {note}"))?;
                writeln!(out, "{text}\n")?;
            }
            Ok(())
        }
    }
}

/// Every month of which something is known, and those to come.
fn history(common: &GlobalOptions, months: &[MonthView]) -> Result<(), Failure> {
    output::listed(common.format(), &["month", "low", "likely", "high", "kind"], months, |month: &MonthView| {
        let [low, likely, high] = [month.users.low, month.users.likely, month.users.high].map(told);
        vec![month.users.month.clone(), low, likely, high, month.kind.clone()]
    })
}

/// A number, or that it is not known.
fn told(users: Option<u32>) -> String {
    users.map_or_else(|| "unknown".to_owned(), |users| users.to_string())
}

/// Asks CloudWatch, after saying what that costs; whether it may be asked. Where it may not, its sums stay unknown.
async fn ask_cloudwatch(common: &GlobalOptions, pool: &OpenPool, asked: &Mau) -> Result<bool, Failure> {
    let month = OneMonth { month: asked.month.clone() }.parse(SystemClock.now())?;
    let asked = async {
        let cost = MetricsPriceView::from(pool.metrics_price().await?);
        common.note(&format!("CloudWatch is asked for {} metrics, about ${}.", cost.metrics, cost.price));
        pool.read_metrics(month).await
    };
    match asked.await {
        Ok(read) => common.note(&read.learnt),
        Err(error) if error.code == console::Code::AccessDenied => {
            common.note(&format!("What CloudWatch counts is unknown: {}", error.message));
            return Ok(false);
        }
        Err(error) => return Err(error.into()),
    }
    Ok(true)
}

/// What keeps AWS from being asked at all. Whatever else it answers is an answer.
const OFFLINE: [ErrorCode; 3] = [ErrorCode::Unreachable, ErrorCode::CredentialsMissing, ErrorCode::CredentialsExpired];

/// The pool, through AWS where that can be (`GetCallerIdentity`, `DescribeUserPool`; free), else its local copy alone.
pub(super) async fn pool(common: &GlobalOptions) -> Result<(Console, Arc<OpenPool>), Failure> {
    let console = common.console_or_memory().await?;
    match common.pool_online(&console).await {
        Ok(pool) => Ok((console, pool)),
        Err(Failure::Failed(online)) if OFFLINE.contains(&online.code) => match common.local_copy().await {
            Ok(offline) => {
                common.note(&format!("AWS was not asked; this is what the local copy knows. {}", online.message));
                Ok(offline)
            }
            Err(_) => Err(Failure::Failed(online)),
        },
        Err(other) => Err(other),
    }
}

fn tell(format: Format, view: &MauView) -> Result<(), Failure> {
    match format {
        Format::Json | Format::Jsonl => output::json(view)?,
        Format::Csv => output::csv(&COLUMNS, rows(view))?,
        Format::Table => {
            let [low, likely, high] = [view.low, view.likely, view.high].map(told);
            writeln!(io::stdout().lock(), "{}: low {low}, likely {likely}, high {high}", view.month)?;
            output::table(&COLUMNS[..3], &rows(view))?;
            for evidence in &view.evidence {
                let caveat = evidence.caveat.as_deref().unwrap_or_default();
                writeln!(io::stdout().lock(), "{}", safe(format!("{} {caveat}", evidence.says).trim_end()))?;
            }
        }
    }
    Ok(())
}

fn rows(view: &MauView) -> Vec<Vec<String>> {
    let row = |evidence: &wire::cost::EvidenceView| {
        let caveat = evidence.caveat.clone().unwrap_or_default();
        vec![evidence.kind.clone(), evidence.bound.clone(), evidence.users.to_string(), evidence.says.clone(), caveat]
    };
    view.evidence.iter().map(row).collect()
}
