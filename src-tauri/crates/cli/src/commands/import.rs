//! `poolctl import`: a file of people is checked whole, then becomes users by a plan or by Cognito's own import.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::absolute;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use console::OpenPool;
use console::files::{ImportHandle, ImportStatus};
use serde_json::json;
use wire::files::{
    CheckImport, CheckedImportView, ColumnView, ImportAtAwsView, ImportView, PlanImport, RowProblemView, StartImport,
};
use wire::{ErrorCode, WireError};

use super::change::{Passwords, carry_out, unlock};
use super::export::Out;
use crate::arguments::{Format, GlobalOptions, Import};
use crate::failure::Failure;
use crate::output::{self, safe};

/// The target of a column that is not imported.
const IGNORED: &str = "-";

/// Checks the file, and imports it unless only the check was asked for.
pub(crate) async fn run(common: &GlobalOptions, asked: Import) -> Result<(), Failure> {
    let changes = asked.file.is_some() && !asked.check || asked.stop.is_some();
    let only_looks = !changes || asked.consent.agreement.dry_run;
    let console = if only_looks { common.console_or_memory().await? } else { common.console_with_journal().await? };
    let pool = common.pool_online(&console).await?;
    if let Some(job) = &asked.stop {
        return stop(common, &pool, job, &asked).await;
    }
    let Some(file) = &asked.file else {
        return match &asked.status {
            Some(job) => look(common, &pool, job).await,
            None => list(common, &pool).await,
        };
    };
    let path = absolute(file)?;
    let columns = columns(&pool, &path, &asked.map).await?;
    let way = asked.way.clone();
    let request = CheckImport { columns, way, hashes: asked.hashes.clone() }.of(path)?;
    let checked = CheckedImportView::from(&*pool.check_import(request, |_| Ok(())).await?);
    for note in &checked.notes {
        common.note(note);
    }
    common
        .note(&format!("{} rows, {} can become users, {} problems", checked.rows, checked.good, checked.problem_count));
    let ignored: Vec<String> =
        checked.columns.iter().filter(|column| column.target == IGNORED).map(|column| safe(&column.name)).collect();
    if !ignored.is_empty() {
        common.note(&format!("columns that are left out: {} (--map COLUMN=ATTRIBUTE takes one)", ignored.join(", ")));
    }
    let stands = !checked.against.is_empty() || checked.problem_count > 0 && !asked.skip_invalid;
    if asked.check || stands {
        tell(common, &pool, &checked).await?;
        if !asked.check && checked.against.is_empty() && checked.good > 0 {
            common.note("nothing was imported; --skip-invalid leaves the rows with problems out");
        }
        return if checked.against.is_empty() && checked.problem_count == 0 { Ok(()) } else { Err(Failure::Told) };
    }
    if asked.way == "job" && asked.consent.agreement.dry_run {
        return tell(common, &pool, &checked).await;
    }
    if asked.way == "job" {
        return by_job(common, &pool, &checked, &asked).await;
    }
    let wish = PlanImport { id: checked.id.clone(), invite: asked.invite.clone() };
    let plan = pool.plan_import(&wish.id, wish.deliveries()?).await?;
    carry_out(common, &pool, &plan, &asked.consent, Passwords::default()).await
}

/// The guess by the names with what was said over it; `None` when nothing was said.
async fn columns(pool: &OpenPool, path: &std::path::Path, said: &[String]) -> Result<Option<Vec<ColumnView>>, Failure> {
    if said.is_empty() {
        return Ok(None);
    }
    let guessed = pool.guess_columns(path, || Ok(())).await?;
    let column = |(name, target): &(String, console::files::Target)| ColumnView {
        name: name.clone(),
        target: target.word().to_owned(),
    };
    let mut columns: Vec<ColumnView> = guessed.columns.iter().map(column).collect();
    for word in said {
        let wrong = |sentence: String| Failure::usage(WireError::validation("map", sentence));
        let (name, target) =
            word.rsplit_once('=').ok_or_else(|| wrong("A column is mapped as COLUMN=TARGET.".to_owned()))?;
        let found = columns.iter_mut().find(|column| column.name == name);
        found.ok_or_else(|| wrong(format!("The file has no column {name}.")))?.target = target.to_owned();
    }
    Ok(Some(columns))
}

async fn by_job(
    common: &GlobalOptions,
    pool: &Arc<OpenPool>,
    checked: &CheckedImportView,
    asked: &Import,
) -> Result<(), Failure> {
    unlock(pool, asked.consent.agreement.unlock.as_deref()).await?;
    let named = pool.key().pool.as_str().to_owned();
    let what = format!("{} users are imported, which cannot be taken back at once.", checked.good);
    let pool_name = if asked.consent.agreement.yes { named } else { ask(&what, &named)? };
    let start = StartImport {
        id: checked.id.clone(),
        name: asked.name.clone(),
        role_arn: asked.role.clone().unwrap_or_default(),
        pool_name: Some(pool_name),
        reason: asked.consent.agreement.reason.clone(),
    };
    let (id, settings, approval) = start.parse();
    let import = pool.begin_import(&id, settings, approval).await?;
    let followed = tokio::select! {
        () = followed(common, &import) => import.finished().await.map(drop).map_err(Failure::from),
        _ = tokio::signal::ctrl_c() => Err(Failure::failed(ErrorCode::Cancelled, "Stopped.")),
    };
    let view = ImportView::from(&*import.progress.borrow());
    followed.map_err(|why| why.and_then_said(&how_to_look(&view)))?;
    ended(common, &view)?;
    let whole = view.status.as_deref() == Some("Succeeded") && view.failed == 0;
    if whole { Ok(()) } else { Err(Failure::Told) }
}

/// Tells how far it has come until it has ended.
async fn followed(common: &GlobalOptions, import: &ImportHandle) {
    let mut progress = import.progress.clone();
    let mut told = String::new();
    loop {
        let view = ImportView::from(&*progress.borrow_and_update());
        let line = match (&view.status, view.phase.as_str()) {
            (Some(status), "importing") => format!("{status}: {} of {}", view.imported, view.total),
            (_, phase) => phase.to_owned(),
        };
        if line != told && view.phase != "ended" {
            common.note(&line);
            told = line;
        }
        if view.phase == "ended" || progress.changed().await.is_err() {
            return;
        }
    }
}

/// How to look after an import that nobody follows here any more: it may go on at AWS.
fn how_to_look(view: &ImportView) -> String {
    match &view.job {
        Some(job) => format!("What has become of it at AWS: poolctl import --status {job}"),
        None => "No import was started.".to_owned(),
    }
}

/// Lists the newest imports, whoever began them.
async fn list(common: &GlobalOptions, pool: &OpenPool) -> Result<(), Failure> {
    let found: Vec<ImportAtAwsView> = pool.newest_imports().await?.iter().map(ImportAtAwsView::from).collect();
    let head = ["job", "name", "status", "imported", "skipped", "failed"];
    output::listed(common.format(), &head, &found, |one| {
        let counts = [one.imported, one.skipped, one.failed].map(|number| number.to_string());
        [one.id.clone(), one.name.clone(), one.status.clone()].into_iter().chain(counts).collect()
    })
}

/// Stops an import, which somebody has to mean: it cannot go on.
async fn stop(common: &GlobalOptions, pool: &Arc<OpenPool>, job: &str, asked: &Import) -> Result<(), Failure> {
    let agreement = &asked.consent.agreement;
    if agreement.dry_run {
        return look(common, pool, job).await;
    }
    unlock(pool, agreement.unlock.as_deref()).await?;
    let named = pool.key().pool.as_str();
    let what = format!("The import {job} is stopped and cannot go on.");
    if !agreement.yes && ask(&what, named)? != named {
        return Err(Failure::failed(ErrorCode::Cancelled, "Nothing was stopped."));
    }
    pool.stop_import(job).await?;
    look(common, pool, job).await
}

/// Looks at an import once.
async fn look(common: &GlobalOptions, pool: &OpenPool, job: &str) -> Result<(), Failure> {
    let status = pool.import_status(job).await?;
    let ImportStatus { id, name, status, imported, skipped, failed, message } = &status;
    if common.wants_json() {
        let told = json!({ "job": id, "name": name, "status": status, "imported": imported, "skipped": skipped,
            "failed": failed, "message": message, "logStream": format!("{id}/{name}") });
        return Ok(output::json(&told)?);
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{}: {imported} imported, {skipped} skipped, {failed} failed", safe(status))?;
    if let Some(message) = message {
        writeln!(out, "{}", safe(message))?;
    }
    writeln!(out, "Log: stream {} in the group of the pool", safe(&format!("{id}/{name}")))?;
    Ok(())
}

fn ended(common: &GlobalOptions, view: &ImportView) -> Result<(), Failure> {
    if common.wants_json() {
        return Ok(output::json(view)?);
    }
    let mut out = io::stdout().lock();
    let status = view.status.as_deref().unwrap_or_default();
    writeln!(out, "{status}: {} imported, {} skipped, {} failed", view.imported, view.skipped, view.failed)?;
    if view.unknown > 0 {
        writeln!(out, "Which rows these are stands in the log alone:")?;
        writeln!(out, "  group  {}", safe(view.log_group.as_deref().unwrap_or_default()))?;
        writeln!(out, "  stream {}", safe(view.log_stream.as_deref().unwrap_or_default()))?;
    }
    Ok(())
}

/// Says what will be, and asks on the terminal for the pool's id.
fn ask(what: &str, pool: &str) -> Result<String, Failure> {
    if !io::stdin().is_terminal() {
        let sentence = "Nothing was changed: nobody is there to ask. Give --yes to approve.";
        return Err(Failure::usage(WireError::new(ErrorCode::Precondition, sentence)));
    }
    write!(io::stderr().lock(), "{} Type the pool's id {pool}: ", safe(what))?;
    let mut typed = String::new();
    io::stdin().lock().read_line(&mut typed)?;
    Ok(typed.trim().to_owned())
}

/// What was found, with the place of each problem: in JSON and for people the first ones, in lines and CSV all.
async fn tell(common: &GlobalOptions, pool: &OpenPool, checked: &CheckedImportView) -> Result<(), Failure> {
    let hidden = u64::from(checked.problem_count) - checked.problems.len() as u64;
    match common.format() {
        Format::Json => {
            output::json(checked)?;
            if hidden > 0 {
                common.note(&format!("{hidden} more problems; --format csv tells all of them"));
            }
        }
        format @ (Format::Jsonl | Format::Csv) if hidden > 0 => return all_problems(pool, &checked.id, format).await,
        Format::Jsonl => checked.problems.iter().try_for_each(output::json)?,
        Format::Csv => output::csv(&PROBLEM, checked.problems.iter().map(problem))?,
        Format::Table => {
            let mut out = io::stdout().lock();
            for against in &checked.against {
                writeln!(out, "{}", safe(against))?;
            }
            for problem in &checked.problems {
                let column = problem.column.as_deref().unwrap_or("(row)");
                writeln!(out, "line {:<7} {:<24} {}", problem.line, safe(column), safe(&problem.message))?;
            }
            if hidden > 0 {
                writeln!(out, "and {hidden} more problems; --format csv tells all of them")?;
            }
        }
    }
    Ok(())
}

/// The columns of problems as CSV.
const PROBLEM: [&str; 3] = ["line", "column", "message"];

fn problem(problem: &RowProblemView) -> [String; 3] {
    [problem.line.to_string(), problem.column.clone().unwrap_or_default(), problem.message.clone()]
}

/// Reads the file once more and writes each problem as it is found.
async fn all_problems(pool: &OpenPool, id: &str, format: Format) -> Result<(), Failure> {
    let gone = Arc::new(AtomicBool::new(false));
    let mut out = Out { out: output::data(format), gone: gone.clone() };
    if format == Format::Csv {
        out.write_all(&console::rows_csv(&[PROBLEM.map(str::to_owned).to_vec()]))?;
    }
    let told = pool.import_problems(id, move |found| {
        let view = RowProblemView::from(found);
        let written = match format {
            Format::Csv => out.write_all(&console::rows_csv(&[problem(&view).to_vec()])),
            _ => output::write_json(&mut out, &view).and_then(|()| out.write_all(b"\n")),
        };
        let broken = |error: io::Error| format!("The problems could not be written: {error}.");
        written.map_err(|error| console::Error::new(console::Code::Cancelled, broken(error)))
    });
    let told = told.await;
    if gone.load(Ordering::Relaxed) {
        return Err(Failure::from(io::Error::from(io::ErrorKind::BrokenPipe)));
    }
    Ok(told?)
}
