//! `poolctl billing`: what a pool is billed by, and what a person tells of it. Opens no socket.

use std::io::{self, Write};

use wire::WireError;
use wire::plans::{BillingView, PoolBillingView};

use crate::arguments::{Format, GlobalOptions};
use crate::cost_arguments::Billing;
use crate::failure::Failure;
use crate::output;

/// Keeps what was told, and shows how the pool is billed.
pub(crate) async fn run(common: &GlobalOptions, asked: &Billing) -> Result<(), Failure> {
    let (_console, pool) = common.local_copy().await?;
    let before = BillingView::from(pool.told_billing());
    let told = told(asked, before.clone()).map_err(Failure::usage)?;
    if told != before {
        pool.tell_billing(told.parse().map_err(Failure::usage)?).await?;
    }
    let (plan, billing) = pool.billed_by().await?;
    let view = PoolBillingView { plan: plan.map(|plan| plan.as_str().to_owned()), billing: billing.into() };
    let rows = rows(&view);
    match common.format() {
        Format::Json | Format::Jsonl => output::json(&view)?,
        Format::Csv => output::csv(&["what", "value"], rows)?,
        Format::Table => {
            let mut out = io::stdout().lock();
            rows.iter().try_for_each(|[what, value]| writeln!(out, "{what:<40} {value}"))?;
        }
    }
    Ok(())
}

fn told(asked: &Billing, before: BillingView) -> Result<BillingView, WireError> {
    let yes = |given: &Option<String>, before: bool| given.as_deref().map_or(before, |word| word == "yes");
    let others = match asked.others.as_deref() {
        None => before.others,
        Some("unknown") => None,
        Some(number) => {
            let wrong = |_| WireError::validation("others", "Give how many users the other pools have, or unknown.");
            Some(number.parse().map_err(wrong)?)
        }
    };
    if asked.others_plan.is_some() && others.is_none_or(|users| users == 0) {
        let sentence = "Say how many active users those pools have, too: --others N.";
        return Err(WireError::validation("others", sentence));
    }
    Ok(BillingView {
        legacy: match asked.legacy.as_deref() {
            None => before.legacy,
            Some("unknown") => None,
            Some(word) => Some(word == "yes"),
        },
        advanced_security: yes(&asked.advanced_security, before.advanced_security),
        others,
        others_plan: others.filter(|users| *users > 0).and(asked.others_plan.clone().or(before.others_plan)),
    })
}

fn rows(view: &PoolBillingView) -> Vec<[String; 2]> {
    let BillingView { legacy, advanced_security, others, others_plan } = &view.billing;
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let others = match (others, others_plan) {
        (None, _) => "unknown".to_owned(),
        (Some(0), _) => "there are none".to_owned(),
        (Some(users), plan) => format!("{users} on {}", plan.as_deref().unwrap_or("essentials")),
    };
    [
        ("billed by", view.plan.clone().unwrap_or_else(|| "unknown".to_owned())),
        ("told to have kept the legacy price", legacy.map_or_else(|| "not told".to_owned(), yes)),
        ("pays for advanced security", yes(*advanced_security)),
        ("active users of the account's other pools", others),
    ]
    .map(|(what, value)| [what.to_owned(), value])
    .to_vec()
}
