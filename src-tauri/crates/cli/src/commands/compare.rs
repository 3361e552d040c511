//! `poolctl compare`, `forecast` and `report`: what is known of a pool's month on every plan, the months to come, and the page
//! for whoever pays. Makes nobody active.

use std::io::{self, Write};
use std::path::{Path, absolute};
use std::sync::Arc;

use console::files::write_file;
use console::{Activity, Clock as _, Console, OpenPool, PlansQuestion, SystemClock};
use wire::activity::{ActivityView, OneMonth};
use wire::plans::{AskPlans, MonthAheadView, PlanView, PlansView, SaveReport, SavedFileView};
use wire::{ErrorCode, WireError};

use super::mau::pool;
use crate::arguments::{Format, GlobalOptions, Written};
use crate::cost_arguments::{OfPool, Report};
use crate::failure::Failure;
use crate::output::{self, safe};

/// The columns of table and csv.
const COLUMNS: [&str; 6] = ["plan", "low", "likely", "high", "present", "wouldBeLost"];

/// A question about a pool's month.
struct Asked {
    console: Console,
    pool: Arc<OpenPool>,
    ask: AskPlans,
    question: PlansQuestion,
    activity: Activity,
}

/// The pool, what is known of its month, and the question with what was given instead.
async fn asked(common: &GlobalOptions, of: &OfPool) -> Result<Asked, Failure> {
    let now = SystemClock.now();
    let month = OneMonth { month: of.month.clone() }.begun(now)?;
    let (console, pool) = pool(common).await?;
    let (known, activity) = pool.look(month).await?;
    let ask = ask(of, &ActivityView::new(&activity)).map_err(Failure::usage)?;
    let question = ask.apply(known, now).map_err(Failure::usage)?;
    Ok(Asked { console, pool, ask, question, activity })
}

fn ask(of: &OfPool, known: &ActivityView) -> Result<AskPlans, WireError> {
    let number = |field: &str, given: u64| {
        let most = || WireError::validation(field, format!("Give at most {} as {field}.", u32::MAX));
        u32::try_from(given).map_err(|_| most())
    };
    let (with, told) = (&of.with, &known.billing);
    let users = |range: Option<u32>| of.mau.or(range);
    Ok(AskPlans {
        month: Some(known.users.month.clone()),
        low: users(known.users.low).unwrap_or_default(),
        likely: users(known.users.likely),
        high: users(known.users.high),
        federated_permille: None,
        linked_permille: None,
        m2m: with.m2m.map_or(Ok(known.token_requests.unwrap_or_default()), |given| number("m2m", given))?,
        m2m_clients: with.m2m_clients.map(|given| number("m2mClients", given)).transpose()?,
        emails: number("emails", with.emails)?,
        others: with.others.map_or(Ok(told.others), |given| number("others", given).map(Some))?,
        others_plan: with.others_plan.clone().or_else(|| told.others_plan.clone()),
        sms: number("sms", with.sms)?,
        sms_price: with.sms_price.clone(),
        extra_rate: with.extra_rate,
        extra_rate_days: with.extra_rate_days,
        replicated: with.replicated.then_some(true),
        advanced_security: with.advanced_security || known.advanced_security,
        plan: of.plan.clone(),
        legacy: of.plan.as_ref().map(|plan| plan == "legacy"),
    })
}

/// Every plan on the same month, and what to do.
pub(crate) async fn run(common: &GlobalOptions, of: &OfPool) -> Result<(), Failure> {
    let Asked { console, question, .. } = asked(common, of).await?;
    let view = PlansView::new(&console.plans(&question)?);
    let is_present = |plan: &PlanView| question.present.is_some_and(|present| present.as_str() == plan.plan);
    let row = |plan: &PlanView| {
        let unknown = || "unknown".to_owned();
        let lost = plan.losses.iter().filter(|loss| loss.used != "notUsed").map(|loss| loss.feature.clone());
        vec![
            plan.plan.clone(),
            plan.low.clone(),
            plan.likely.clone().unwrap_or_else(unknown),
            plan.high.clone().unwrap_or_else(unknown),
            if is_present(plan) { "yes" } else { "no" }.to_owned(),
            lost.collect::<Vec<_>>().join("; "),
        ]
    };
    match common.format() {
        Format::Json | Format::Jsonl => return Ok(output::json(&view)?),
        format => output::listed(format, &COLUMNS, &view.plans, row)?,
    }
    let others = view.others.as_deref().map(|others| format!("The account's other pools would cost {others} alone."));
    let shown = view.plans.iter().find(|plan| is_present(plan));
    let assumed = shown.into_iter().flat_map(|plan| plan.assumptions.iter().cloned());
    for sentence in view.so_far.iter().chain(&view.recommendation).cloned().chain(others).chain(assumed) {
        common.note(&sentence);
    }
    Ok(())
}

/// This month when it is over, and the next ones.
pub(crate) async fn forecast(common: &GlobalOptions) -> Result<(), Failure> {
    let (console, pool) = pool(common).await?;
    let present = OneMonth::default().parse(SystemClock.now())?;
    let view = PlansView::new(&console.plans(&pool.look(present).await?.0)?);
    let head = ["month", "low", "likely", "high", "confidencePercent", "costLow", "costLikely", "costHigh"];
    output::listed(common.format(), &head, &view.ahead, |ahead: &MonthAheadView| {
        let number = |number: Option<u32>| number.map_or_else(|| "unknown".to_owned(), |number| number.to_string());
        let amount = |amount: &Option<String>| amount.clone().unwrap_or_else(|| "unknown".to_owned());
        vec![
            ahead.month.clone(),
            ahead.low.to_string(),
            number(ahead.likely),
            number(ahead.high),
            number(ahead.confidence_percent),
            amount(&ahead.cost_low),
            amount(&ahead.cost_likely),
            amount(&ahead.cost_high),
        ]
    })?;
    if view.ahead.is_empty() {
        common.note("there is no forecast: it needs two months in a row that are over and have a likely number");
    }
    Ok(())
}

/// The page for whoever pays.
pub(crate) async fn report(common: &GlobalOptions, wanted: &Report) -> Result<(), Failure> {
    let format = form(common, wanted)?;
    let Asked { pool, ask, question, activity, .. } = asked(common, &wanted.of).await?;
    let form = SaveReport { plans: ask, format }.format().map_err(Failure::usage)?;
    let bytes = pool.report(activity, &question).await?.write(form);
    let Some(path) = &wanted.output else {
        return Ok(io::stdout().lock().write_all(&bytes)?);
    };
    let path = absolute(path)?;
    write(&path, &bytes, wanted.force)?;
    if common.wants_json() {
        return Ok(output::json(&SavedFileView { path: path.display().to_string() })?);
    }
    Ok(writeln!(io::stdout(), "{}", safe(&path.display().to_string()))?)
}

/// The form: the file's ending, or what `--format` says.
fn form(common: &GlobalOptions, wanted: &Report) -> Result<String, Failure> {
    let told = wanted.output.as_ref().map(|path| path.extension().unwrap_or_default().to_string_lossy().to_lowercase());
    match (told, common.format) {
        (Some(told), None | Some(Written::Json | Written::Jsonl)) => Ok(told),
        (told, Some(Written::Csv)) if told.as_deref().is_none_or(|told| told == "csv") => Ok("csv".to_owned()),
        (told, Some(Written::Html)) if told.as_deref().is_none_or(|told| told == "html") => Ok("html".to_owned()),
        (None, None) if !common.json => Ok("html".to_owned()),
        _ => {
            let sentence = "A report is html, pdf or csv: give --output FILE with that ending, or --format html or csv without \
                            one. The same numbers as JSON are in poolctl compare --json.";
            Err(Failure::usage(WireError::validation("format", sentence)))
        }
    }
}

/// Writes a file that is complete or absent, for its owner alone.
fn write(path: &Path, bytes: &[u8], replace: bool) -> Result<(), Failure> {
    if !replace && path.exists() {
        let sentence = format!("There is a file {} already; --force replaces it.", path.display());
        return Err(Failure::failed(ErrorCode::AlreadyExists, sentence));
    }
    Ok(write_file(path, replace, bytes, SystemClock.now())?)
}
