//! Changing settings: `poolctl pool set`, `clients set`, `pool edits`, and `undo` of such a change. All go through the door
//! that reads whole, writes whole and reads again.

use std::io::{self, Write};
use std::sync::Arc;

use console::OpenPool;
use console::edits::{Edit, EditRow, EditState, Put, Whole};
use console::jobs::Approval;
use serde::Serialize;
use wire::ErrorCode;
use wire::edits::{EditStep, EditView, MadeEditView, SettingChangeView};
use wire::typed_settings;

use super::change::{ask, unlock};
use crate::arguments::GlobalOptions;
use crate::change_arguments::{Agreement, SetSettings};
use crate::failure::Failure;
use crate::output::{self, number_of, safe};

/// How many edits are listed.
const LISTED: u32 = 1000;

/// How much of a value is shown.
const LONGEST: usize = 200;

/// `pool set`
pub(crate) async fn pool(common: &GlobalOptions, asked: &SetSettings) -> Result<(), Failure> {
    set(common, &typed_settings::of_pool(&asked.words).map_err(Failure::usage)?, &asked.consent).await
}

/// `clients set`
pub(crate) async fn client(common: &GlobalOptions, client: &str, asked: &SetSettings) -> Result<(), Failure> {
    set(common, &typed_settings::of_client(client, &asked.words).map_err(Failure::usage)?, &asked.consent).await
}

/// Carries out one change of settings.
pub(super) async fn set(
    common: &GlobalOptions,
    (whole, patch): &(Whole, Vec<Put>),
    consent: &Agreement,
) -> Result<(), Failure> {
    let console =
        if consent.dry_run { common.console_or_memory().await? } else { common.console_with_journal().await? };
    let pool = common.pool_online(&console).await?;
    let edit = pool.plan_edit(whole.clone(), patch.clone(), None).await?;
    carry_out(common, &pool, &edit, consent).await
}

/// Takes a change of settings back.
pub(super) async fn undo(
    common: &GlobalOptions,
    pool: &OpenPool,
    id: &str,
    consent: &Agreement,
) -> Result<(), Failure> {
    let edit = pool.plan_undo_edit(id).await?;
    carry_out(common, pool, &edit, consent).await
}

/// What a dry run says.
pub(super) fn only_tell(common: &GlobalOptions, view: &impl Serialize, told: &[String]) -> Result<(), Failure> {
    if common.wants_json() {
        output::json(view)?;
    } else {
        let mut out = io::stdout().lock();
        told.iter().try_for_each(|line| writeln!(out, "{}", safe(line)))?;
    }
    common.note("this was a dry run: nothing was changed");
    Ok(())
}

pub(super) async fn carry_out(
    common: &GlobalOptions,
    pool: &OpenPool,
    edit: &Arc<Edit>,
    consent: &Agreement,
) -> Result<(), Failure> {
    if consent.dry_run {
        let view = EditView::new(edit, None);
        return only_tell(common, &view, &told(&view));
    }
    let row = made(common, pool, edit, consent).await?;
    let made = MadeEditView::from(&row);
    if common.wants_json() {
        output::json(&made)?;
    } else {
        writeln!(io::stdout(), "{} {}", made.id, made.state)?;
    }
    // AWS gave it its id just now.
    if let Some(id) = made.subject.as_ref().filter(|_| edit.whole.kind.is_named_by_aws(edit.step())) {
        common.note(&format!("its id is {id}"));
    }
    ended(common, &row)
}

/// Tells what a change does, asks whether it is agreed to, and makes it.
pub(super) async fn made(
    common: &GlobalOptions,
    pool: &OpenPool,
    edit: &Arc<Edit>,
    consent: &Agreement,
) -> Result<EditRow, Failure> {
    let view = EditView::new(edit, None);
    unlock(pool, consent.unlock.as_deref()).await?;
    common.lines(&told(&view));
    let named = pool.key().pool.as_str().to_owned();
    let pool_name = if consent.yes { Some(named) } else { ask(view.forward.is_some(), &named)? };
    let token = pool.approve_edit(edit, Approval { pool_name, reason: consent.reason.clone() }).await?;
    Ok(pool.apply_edit(&token).await?)
}

/// Says how a change can be taken back, and what of it is not as it was meant.
pub(super) fn ended(common: &GlobalOptions, row: &EditRow) -> Result<(), Failure> {
    let made = MadeEditView::from(row);
    if made.undoable {
        common.note(&format!("to take it back: poolctl undo {}", made.id));
    }
    if row.state == EditState::Done {
        return Ok(());
    }
    for change in &made.others {
        common.note(&changed(change));
    }
    let why = made.why.unwrap_or_else(|| "What came of it is not known.".to_owned());
    Err(Failure::failed(ErrorCode::Precondition, why))
}

/// `pool edits`
pub(crate) async fn list(common: &GlobalOptions) -> Result<(), Failure> {
    let console = common.console_with_journal().await?;
    let pool = common.pool_online(&console).await?;
    let edits: Vec<MadeEditView> = pool.edits(LISTED).await?.iter().map(MadeEditView::from).collect();
    let head = ["id", "at", "state", "operation", "subject", "by", "reason", "why"];
    output::listed(common.format(), &head, &edits, |edit| {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let (subject, reason, why) = (text(&edit.subject), text(&edit.reason), text(&edit.why));
        let (id, at, who) = (edit.id.clone(), edit.at.clone(), edit.who.clone());
        vec![id, at, edit.state.clone(), edit.operation.clone(), subject, who, reason, why]
    })
}

/// The preview, line by line.
pub(super) fn told(view: &EditView) -> Vec<String> {
    let subject = view.subject.as_deref().map(|subject| format!(" of {subject}")).unwrap_or_default();
    let mut lines = vec![format!("One call to {}{subject}, which is free:", view.operation)];
    lines.extend(view.changes.iter().map(|change| format!("    {}", changed(change))));
    if view.step == EditStep::Update {
        lines.push(format!("    {} are read first and sent back as they are", number_of(view.kept, "other setting")));
    }
    let notes = [&view.price, &view.effect, &view.forward, &view.lost];
    lines.extend(notes.into_iter().flatten().cloned());
    lines
}

pub(super) fn changed(change: &SettingChangeView) -> String {
    let short = |value: &Option<String>| match value {
        None => "nothing".to_owned(),
        Some(json) => {
            let line = json.lines().map(str::trim).collect::<Vec<_>>().join(" ");
            let cut: String = line.chars().take(LONGEST).collect();
            if cut.len() < line.len() { format!("{cut}…") } else { line }
        }
    };
    format!("{} ({}): {} -> {}", change.title, change.pointer, short(&change.before), short(&change.after))
}
