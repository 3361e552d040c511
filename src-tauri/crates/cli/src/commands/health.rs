//! `poolctl health`: every rule, with its evidence.

use std::io::{self, Write};

use console::{Report, ReportFormat};
use wire::health::{FindingView, HealthView, fails, sarif};

use crate::arguments::{Format, GlobalOptions, Health, Written};
use crate::failure::Failure;
use crate::output::{self, safe};

/// The columns of table and csv.
const COLUMNS: [&str; 6] = ["result", "severity", "id", "resource", "evidence", "source"];

/// Reads the pool and tells what every rule says. Ends with 1 only when it was asked to.
pub(crate) async fn run(common: &GlobalOptions, asked: &Health) -> Result<(), Failure> {
    let connection = common.online().parse()?;
    let console = common.console_or_memory().await?;
    let pool = common.pool_id(&console).await?;
    let health = console.health(&connection, &pool).await?;
    let view = HealthView::from(&health);
    let written = write(common, &health, &view);
    common.note(&summary(&view));
    match &asked.fail_on {
        // Whoever has read enough still gets the verdict.
        Some(severity) if fails(&health, severity) => match written {
            Err(failure) if !failure.is_closed_pipe() => Err(failure),
            _ => Err(Failure::Told),
        },
        _ => written,
    }
}

fn write(common: &GlobalOptions, health: &console::Health, view: &HealthView) -> Result<(), Failure> {
    match (common.report(), common.format()) {
        (Some(Written::Html), _) => {
            io::stdout().lock().write_all(&Report::of_health(health).write(ReportFormat::Html))?;
        }
        (Some(_), _) => output::json(&sarif(health, env!("CARGO_PKG_VERSION")))?,
        (None, Format::Json) => output::json(view)?,
        (None, Format::Jsonl) => view.findings.iter().try_for_each(output::json)?,
        (None, Format::Csv) => csv(view)?,
        (None, Format::Table) => table(view)?,
    }
    Ok(())
}

fn cells(finding: &FindingView) -> [&str; 6] {
    let FindingView { result, severity, id, resource, evidence, source, .. } = finding;
    [result, severity, id, resource, evidence, source]
}

fn csv(view: &HealthView) -> Result<(), Failure> {
    output::csv(&COLUMNS, view.findings.iter().map(|finding| cells(finding).map(str::to_owned)))
}

/// What fails comes first, the worst first; nothing is cut, because the evidence is what matters.
fn table(view: &HealthView) -> io::Result<()> {
    let place = |list: &[&str], name: &str| list.iter().position(|known| *known == name);
    let mut findings: Vec<&FindingView> = view.findings.iter().collect();
    findings.sort_by_key(|finding| {
        let result = place(&["fail", "unknown", "pass", "n/a"], &finding.result);
        (result, place(&wire::health::SEVERITIES, &finding.severity))
    });
    let width = findings.iter().map(|finding| safe(&finding.resource).chars().count()).max().unwrap_or_default().max(8);
    let mut out = io::stdout().lock();
    writeln!(out, "{:8}  {:8}  {:5}  {:width$}  {}", COLUMNS[0], COLUMNS[1], COLUMNS[2], COLUMNS[3], COLUMNS[4])?;
    for finding in findings {
        let (resource, evidence) = (safe(&finding.resource), safe(&finding.evidence));
        let FindingView { result, severity, id, title, remedy, .. } = finding;
        writeln!(out, "{result:8}  {severity:8}  {id:5}  {resource:width$}  {evidence}")?;
        if result == "fail" {
            writeln!(out, "{:25}  {title}. {remedy}", "")?;
        }
    }
    Ok(())
}

fn summary(view: &HealthView) -> String {
    let count = |result: &str| view.findings.iter().filter(|finding| finding.result == result).count();
    let (failed, unknown, passed, none) = (count("fail"), count("unknown"), count("pass"), count("n/a"));
    format!("{failed} failed, {unknown} unknown, {passed} passed, {none} not applicable")
}
