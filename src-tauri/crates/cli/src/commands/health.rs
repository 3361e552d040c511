//! `poolctl health`: every rule, with its evidence.

use std::io::{self, Write};

use console::{Clock, Report, ReportFormat, SystemClock};
use wire::WireError;
use wire::edits::{AcceptRisk, HealthRecordView, WaiverView};
use wire::health::{FindingView, HealthView, fails, sarif};

use super::change::unlock;
use super::settings::lines;
use crate::arguments::{Format, GlobalOptions, Health, Risk, RiskOf, Written};
use crate::failure::Failure;
use crate::output::{self, safe};

/// The columns of table and csv.
const COLUMNS: [&str; 6] = ["result", "severity", "id", "resource", "evidence", "source"];

/// Reads the pool and tells what every rule says. Ends with 1 only when it was asked to.
pub(crate) async fn run(common: &GlobalOptions, asked: &Health) -> Result<(), Failure> {
    if let Some(risk) = &asked.risk {
        return about_risk(common, risk).await;
    }
    let connection = common.online().parse()?;
    let console = common.console_or_memory().await?;
    let pool = common.pool_id(&console).await?;
    let health = console.health(&connection, &pool, asked.beyond).await?;
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

/// Accepts a risk, accepts it no longer, or lists those that are accepted.
async fn about_risk(common: &GlobalOptions, risk: &Risk) -> Result<(), Failure> {
    if common.report().is_some() {
        let sentence = "Accepted risks are a table, json, jsonl or csv; sarif and html have them with their findings.";
        return Err(Failure::usage(WireError::validation("format", sentence)));
    }
    let console = common.console_with_journal().await?;
    let pool = common.pool_online(&console).await?;
    let resource = |of: &RiskOf| of.resource.clone().unwrap_or_else(|| pool.key().pool.to_string());
    match risk {
        Risk::Accepted => {}
        Risk::Accept { finding, reason, until } => {
            unlock(&pool, finding.unlock.as_deref()).await?;
            let (rule, resource) = (finding.rule.clone(), resource(finding));
            let wish = AcceptRisk { rule, resource, reason: reason.clone(), until: until.clone() };
            let until = wish.until().map_err(Failure::usage)?;
            pool.waive(&wish.rule, &wish.resource, &wish.reason, until).await?;
        }
        Risk::Withdraw { finding } => {
            unlock(&pool, finding.unlock.as_deref()).await?;
            pool.end_waiver(&finding.rule, &resource(finding)).await?;
        }
    }
    let record = HealthRecordView::new(&pool.waivers().await?, &[], SystemClock.now());
    let head = ["rule", "resource", "until", "over", "who", "reason"];
    lines(common, &head, &record.waivers, |it: &WaiverView| {
        let over = if it.over { "yes" } else { "no" };
        [&it.rule, &it.resource, &it.until, over, &it.who, &it.reason].map(str::to_owned).to_vec()
    })
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
        if let Some(accepted) = &finding.accepted {
            let (who, reason) = (safe(&accepted.who), safe(&accepted.reason));
            writeln!(out, "{:25}  Accepted until {} by {who}: {reason}", "", accepted.until)?;
        }
    }
    Ok(())
}

fn summary(view: &HealthView) -> String {
    let count = |result: &str| view.findings.iter().filter(|finding| finding.result == result).count();
    let (failed, unknown, passed, none) = (count("fail"), count("unknown"), count("pass"), count("n/a"));
    let accepted = match view.findings.iter().filter(|finding| finding.accepted.is_some()).count() {
        0 => String::new(),
        accepted => format!(" ({accepted} of them accepted)"),
    };
    let unread = view.accepted_unknown.as_deref().map(|why| format!(". Which risks are accepted is not known: {why}"));
    let unread = unread.unwrap_or_default();
    format!("{failed} failed{accepted}, {unknown} unknown, {passed} passed, {none} not applicable{unread}")
}
