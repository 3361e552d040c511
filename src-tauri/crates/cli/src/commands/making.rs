//! Making pools, app clients and identity pools from blueprints: `poolctl pool new`, `clients new`, `identity-pools new`.

use std::io::{self, Write};

use console::edits::EditState;
use console::jobs::Approval;
use wire::blueprints::{BlueprintView, ChoiceView, MadePoolView, PlanBlueprint, PoolPlanView, typed};
use wire::{ErrorCode, WireError};

use super::change::ask;
use super::edits;
use crate::arguments::GlobalOptions;
use crate::change_arguments::NewThing;
use crate::failure::Failure;
use crate::output;

/// `clients new`
pub(crate) async fn client(common: &GlobalOptions, asked: &NewThing) -> Result<(), Failure> {
    in_pool(common, "client", asked).await
}

/// `identity-pools new`
pub(crate) async fn identity_pool(common: &GlobalOptions, asked: &NewThing) -> Result<(), Failure> {
    in_pool(common, "identityPool", asked).await
}

async fn in_pool(common: &GlobalOptions, makes: &str, asked: &NewThing) -> Result<(), Failure> {
    let wanted = typed(makes, &asked.blueprint, &asked.answers).map_err(Failure::usage)?;
    let console =
        if asked.consent.dry_run { common.console_or_memory().await? } else { common.console_with_journal().await? };
    let pool = common.pool_online(&console).await?;
    let (whole, patch) = wanted.parse(&pool.key().pool).map_err(Failure::usage)?;
    let edit = pool.plan_edit(whole, patch, None).await?;
    common.lines(&reasons(&wanted)?);
    edits::carry_out(common, &pool, &edit, &asked.consent).await
}

/// `pool new`
pub(crate) async fn pool(common: &GlobalOptions, asked: &NewThing) -> Result<(), Failure> {
    let consent = &asked.consent;
    let wanted = typed("pool", &asked.blueprint, &asked.answers).map_err(Failure::usage)?;
    let (body, second) = wanted.pool().map_err(Failure::usage)?;
    let console =
        if consent.dry_run { common.console_or_memory().await? } else { common.console_with_journal().await? };
    let connection = common.connection().parse()?;
    let edit = console.plan_pool(&connection, body, second).await?;
    let view = PoolPlanView::new(&edit, console.asks_name(&connection));
    let mut told = edits::told(&view.edit);
    if let Some(second) = &view.second {
        told.push(format!("Then one call to {second}, which is free:"));
        told.extend(view.second_changes.iter().map(|change| format!("    {}", edits::changed(change))));
    }
    common.lines(&reasons(&wanted)?);
    if consent.dry_run {
        return edits::only_tell(common, &view, &told);
    }
    common.lines(&told);
    if view.asks_name && consent.unlock.is_none() {
        let sentence = "This connection is marked Production: give --unlock with the name of the new pool.";
        return Err(Failure::usage(WireError::validation("unlock", sentence)));
    }
    if !consent.yes {
        ask(false, "")?;
    }
    let approval = Approval { pool_name: consent.unlock.clone(), reason: consent.reason.clone() };
    let made = MadePoolView::from(&console.make_pool(&connection, &edit, approval).await?);
    if common.wants_json() {
        output::json(&made)?;
    } else {
        writeln!(io::stdout(), "{}", made.pool_id.as_deref().unwrap_or("unknown"))?;
    }
    if let (Some(id), Some(edit)) = (&made.pool_id, made.edits.first()) {
        common.note(&format!("to take it back while it is empty: poolctl undo {} --pool {id}", edit.id));
    }
    let undone = made.edits.iter().find(|edit| edit.state != EditState::Done.as_str());
    match made.why.or_else(|| undone?.why.clone()) {
        Some(why) => Err(Failure::failed(ErrorCode::Precondition, why)),
        None => Ok(()),
    }
}

/// Every choice of a blueprint with its reason, and what is left to do.
fn reasons(wanted: &PlanBlueprint) -> Result<Vec<String>, Failure> {
    let blueprint = BlueprintView::from(wanted.blueprint().map_err(Failure::usage)?);
    let line = |choice: &ChoiceView| {
        let forever = if choice.forever { " (for good)" } else { "" };
        format!("    {}{forever}: {}", choice.title, choice.why)
    };
    let mut lines = vec![format!("{}. {}", blueprint.title, blueprint.what)];
    lines.extend(blueprint.choices.iter().chain(&blueprint.afterwards).map(line));
    lines.push("Left to do afterwards:".to_owned());
    lines.extend(blueprint.then.iter().map(|sentence| format!("    {sentence}")));
    Ok(lines)
}
