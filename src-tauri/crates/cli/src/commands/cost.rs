//! `poolctl cost`: what a month costs, by the price table that is given or kept, or else by Poolkeeper's. Needs no pool,
//! account or network, but for what was told of a pool (`--told`), which the local copy has.

use std::io::{self, Write};
use std::path::Path;

use console::{Clock as _, SystemClock};

use jiff::tz::TimeZone;
use wire::cost::{AskCost, CostView, PriceTableView};
use wire::plans::BillingView;
use wire::{ErrorCode, WireError};

use crate::arguments::{Format, GlobalOptions};
use crate::cost_arguments::Cost;
use crate::failure::Failure;
use crate::output::{self, Table, safe};

/// The columns of csv.
const COLUMNS: [&str; 5] = ["plan", "what", "quantity", "unitPrice", "amount"];

/// Answers from the price table alone.
pub(crate) async fn run(common: &GlobalOptions, asked: &Cost) -> Result<(), Failure> {
    let now = SystemClock.now();
    let (with, told) = (&asked.with, told(common, asked.told).await?);
    let own = match asked.prices.as_deref() {
        Some(file) => Some(read(file)?),
        None => common.kept_prices()?,
    };
    let ask = AskCost {
        mau: asked.mau,
        federated: asked.federated,
        m2m: with.m2m.unwrap_or_default(),
        m2m_clients: with.m2m_clients,
        emails: with.emails,
        sms: with.sms,
        sms_price: with.sms_price.clone(),
        extra_rate: with.extra_rate,
        extra_rate_days: with.extra_rate_days,
        replicated: with.replicated,
        advanced_security: with.advanced_security || told.advanced_security,
        others: with.others.or(told.others.map(u64::from)).unwrap_or_default(),
        others_plan: with.others_plan.clone().or(told.others_plan),
        plan: asked.plan.clone(),
        month: asked.month.clone(),
        region: common.region.clone(),
    };
    let today = now.to_zoned(TimeZone::UTC).date();
    let question = ask.parse(now)?;
    let answer = console::cost(&question, own.as_deref(), today).map_err(WireError::from)?;
    let bills = CostView::all(&answer);
    match (common.format(), bills.as_slice()) {
        (Format::Json, [only]) if asked.plan.is_some() => output::json(only)?,
        (Format::Json, _) => output::json(&bills)?,
        (Format::Jsonl, _) => bills.iter().try_for_each(output::json)?,
        (Format::Csv, _) => {
            csv(&bills)?;
            doubts(common, &bills);
        }
        (Format::Table, _) => {
            if asked.explain {
                explain(&bills)?;
            } else {
                totals(&bills)?;
                doubts(common, &bills);
            }
            if let Some(bill) = bills.first() {
                if let Some(others) = &bill.others {
                    common.note(&format!("the totals are of the account, whose other pools alone would cost {others}"));
                }
                common.note(&provenance(&bill.price_table));
            }
        }
    }
    Ok(())
}

/// What was told of how the pool is billed; nothing where it was not asked for.
async fn told(common: &GlobalOptions, wanted: bool) -> Result<BillingView, Failure> {
    if !wanted {
        return Ok(BillingView::default());
    }
    let (_console, pool) = common.local_copy().await?;
    let (plan, billing) = pool.billed_by().await?;
    if let Some(plan) = plan {
        common.note(&format!("the pool is billed by {}", plan.as_str()));
    }
    if billing.others.is_none() {
        common.note("other pools of the account are left out: nobody told of any (poolctl billing --others N)");
    }
    Ok(billing.into())
}

/// What the totals rest on, once for all plans that share it.
fn doubts(common: &GlobalOptions, bills: &[CostView]) {
    let mut told: Vec<(&str, Vec<&str>)> = Vec::new();
    for (bill, doubt) in bills.iter().flat_map(|bill| bill.assumptions.iter().map(move |doubt| (bill, doubt))) {
        match told.iter_mut().find(|(known, _)| known == doubt) {
            Some((_, plans)) => plans.push(&bill.plan),
            None => told.push((doubt.as_str(), vec![bill.plan.as_str()])),
        }
    }
    for (doubt, plans) in told {
        let of = if plans.len() == bills.len() { String::new() } else { format!("{}: ", plans.join(", ")) };
        common.note(&format!("{of}{doubt}"));
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| {
        let sentence = format!("The price table {} cannot be read: {error}.", file.display());
        Failure::failed(ErrorCode::Precondition, sentence)
    })
}

fn totals(bills: &[CostView]) -> io::Result<()> {
    let head = ["plan", "total"].map(str::to_owned);
    let rows: Vec<Vec<String>> = bills.iter().map(|bill| vec![bill.plan.clone(), bill.total.clone()]).collect();
    let mut table = Table::new(io::stdout().lock(), &head, &rows)?;
    rows.iter().try_for_each(|row| table.row(row))?;
    table.end()
}

/// Each bill as the calculation that it is.
fn explain(bills: &[CostView]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for (at, bill) in bills.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{} in {}: {} USD", bill.plan, bill.month, bill.total)?;
        let width = bill.lines.iter().map(|line| line.what.len()).max().unwrap_or_default();
        for line in &bill.lines {
            writeln!(out, "  {:<width$}  {}", line.what, line.text)?;
        }
        for assumption in &bill.assumptions {
            // A person's own table may hold anything.
            writeln!(out, "  Note: {}", safe(assumption))?;
        }
    }
    Ok(())
}

/// Every line of every bill, and a line `total` for each.
fn csv(bills: &[CostView]) -> Result<(), Failure> {
    let rows = bills.iter().flat_map(|bill| {
        let line = |line: &wire::cost::CostLineView| {
            let quantity = line.quantity.to_string();
            [&bill.plan, &line.what, &quantity, &line.unit_price, &line.amount].map(Clone::clone)
        };
        let total = [bill.plan.as_str(), "total", "", "", &bill.total].map(str::to_owned);
        bill.lines.iter().map(line).chain([total]).collect::<Vec<_>>()
    });
    output::csv(&COLUMNS, rows)
}

fn provenance(table: &PriceTableView) -> String {
    let whose = if table.built_in { "" } else { " (your own)" };
    let (name, version, read, days) = (&table.name, &table.version, &table.read_on, table.age_days);
    format!("prices: {name} {version}{whose}, read on {read}, {days} days ago, for {}", table.region)
}
