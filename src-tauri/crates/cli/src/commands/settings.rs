//! Reading settings: `poolctl pool show`, `clients`, `identity-pools`, `quotas`, `triggers`. Nothing is changed.

use std::io::{self, Write};

use console::{Console, PoolId};
use serde::Serialize;
use wire::settings::{ClientLineView, IdentityPoolNearbyView, LimitView, SettingsView, TriggerView};
use wire::{ErrorCode, WireError};

use crate::arguments::{Format, GlobalOptions};
use crate::failure::Failure;
use crate::output::{self, safe};

/// The console, the way to AWS and the pool that is meant.
pub(super) async fn meant(common: &GlobalOptions) -> Result<(Console, PoolId), Failure> {
    let console = common.console_or_memory().await?;
    let pool = common.pool_id(&console).await?;
    Ok((console, pool))
}

/// `pool show`
pub(crate) async fn pool(common: &GlobalOptions) -> Result<(), Failure> {
    let (console, pool) = meant(common).await?;
    let snapshot = console.pool_settings(&common.online().parse()?, &pool).await?;
    whole(common, &SettingsView::from(&snapshot))
}

/// `clients show`
pub(crate) async fn client(common: &GlobalOptions, client: &str) -> Result<(), Failure> {
    let client = wire::lab::client_id(client)?;
    let (console, pool) = meant(common).await?;
    let snapshot = console.client_settings(&common.online().parse()?, &pool, Some(&client)).await?;
    let known = ClientLineView::all(&snapshot).is_ok_and(|all| all.iter().any(|line| line.id == client.as_str()));
    let mut view = SettingsView::from(&snapshot);
    view.answers.retain(|answer| answer.subject.is_some());
    if !known && view.answers.iter().all(|answer| answer.body.is_none()) {
        let sentence = format!("The pool {pool} has no app client {client}, or it may not be read.");
        return Err(Failure::failed(ErrorCode::NotFound, sentence));
    }
    whole(common, &view)
}

/// `clients list`
pub(crate) async fn clients(common: &GlobalOptions) -> Result<(), Failure> {
    let (console, pool) = meant(common).await?;
    let snapshot = console.client_settings(&common.online().parse()?, &pool, None).await?;
    let clients = ClientLineView::all(&snapshot).map_err(WireError::from)?;
    let head = ["id", "name", "secret", "flows", "grants", "unknown"];
    lines(common, &head, &clients, |client| {
        let secret = client.has_secret.map(yes_or_no).unwrap_or_default();
        let unknown = client.unknown.clone().unwrap_or_default();
        vec![client.id.clone(), client.name.clone(), secret, client.flows.join(" "), client.grants.join(" "), unknown]
    })
}

/// `identity-pools`
pub(crate) async fn identity_pools(common: &GlobalOptions) -> Result<(), Failure> {
    let (console, pool) = meant(common).await?;
    let snapshot = console.identity_pool_settings(&common.online().parse()?, &pool).await?;
    let pools = IdentityPoolNearbyView::all(&snapshot).map_err(WireError::from)?;
    let head = ["id", "name", "trusts", "guests", "classicFlow", "roles", "unknown"];
    lines(common, &head, &pools, |pool| {
        let flag = |flag: Option<bool>| flag.map(yes_or_no).unwrap_or_default();
        let roles: Vec<String> = pool.roles.iter().map(|(kind, arn)| format!("{kind}={arn}")).collect();
        let unknown = pool.unknown.clone().unwrap_or_default();
        let (id, name) = (pool.id.clone(), pool.name.clone());
        vec![id, name, flag(pool.trusts), flag(pool.guests), flag(pool.classic_flow), roles.join(" "), unknown]
    })
}

/// `quotas`
pub(crate) async fn quotas(common: &GlobalOptions) -> Result<(), Failure> {
    let connection = common.online().parse()?;
    let console = common.console_or_memory().await?;
    let limits = LimitView::all(&console.limits(&connection).await?);
    let head = ["category", "provisionedPerSecond", "defaultPerSecond", "adjustable", "unknown"];
    lines(common, &head, &limits, |limit| {
        let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
        let unknown = limit.unknown.clone().unwrap_or_default();
        let (has, default) = (number(limit.provisioned_per_second), number(limit.default_per_second));
        vec![limit.category.clone(), has, default, yes_or_no(limit.adjustable), unknown]
    })
}

/// `triggers`
pub(crate) async fn triggers(common: &GlobalOptions) -> Result<(), Failure> {
    let (console, pool) = meant(common).await?;
    let snapshot = console.pool_settings(&common.online().parse()?, &pool).await?;
    let triggers = TriggerView::all(&snapshot).map_err(WireError::from)?;
    lines(common, &["trigger", "category", "version", "function", "sources"], &triggers, |trigger| {
        let (category, version) = (trigger.category.clone(), trigger.version.clone());
        let sources = trigger.sources.join(" ");
        let name = trigger.trigger.clone();
        vec![name, category.unwrap_or_default(), version.unwrap_or_default(), trigger.function.clone(), sources]
    })
}

pub(super) fn yes_or_no(yes: bool) -> String {
    if yes { "yes" } else { "no" }.to_owned()
}

/// Settings whole: as JSON, or each value with its place.
fn whole(common: &GlobalOptions, view: &SettingsView) -> Result<(), Failure> {
    match common.format() {
        Format::Json => output::json(view)?,
        Format::Jsonl => view.answers.iter().try_for_each(output::json)?,
        Format::Csv => {
            let cells = |answer: &wire::settings::AnswerView| {
                let subject = answer.subject.clone().unwrap_or_default();
                let unknown = answer.unknown.iter().map(|why| (String::new(), why.clone()));
                let values = answer.values().into_iter().chain(unknown);
                values
                    .map(|(place, value)| [answer.operation.clone(), subject.clone(), place, value])
                    .collect::<Vec<_>>()
            };
            output::csv(&["operation", "subject", "setting", "value"], view.answers.iter().flat_map(cells))?;
        }
        Format::Table => {
            let mut out = io::stdout().lock();
            for answer in &view.answers {
                let subject =
                    answer.subject.as_deref().map(|subject| format!(" {}", safe(subject))).unwrap_or_default();
                writeln!(out, "{}{subject}", answer.operation)?;
                for (place, value) in answer.values() {
                    writeln!(out, "  {} = {}", safe(&place), safe(&value))?;
                }
                if let Some(why) = &answer.unknown {
                    writeln!(out, "  unknown: {}", safe(why))?;
                }
            }
        }
    }
    Ok(())
}

/// A list in any format.
pub(super) fn lines<V: Serialize>(
    common: &GlobalOptions,
    head: &[&str],
    views: &[V],
    row: impl Fn(&V) -> Vec<String>,
) -> Result<(), Failure> {
    output::listed(common.format(), head, views, row)
}
