//! `poolctl pool diff`: what differs from another pool, between two clients, or from another day.

use console::Protection;
use serde::Serialize;
use wire::ErrorCode;
use wire::pool_settings::{CompareSettings, ComparedView, Sides};

use super::settings::lines;
use crate::arguments::{Diff, Format, GlobalOptions};
use crate::failure::Failure;
use crate::output;

/// When a copy was kept.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    at: String,
}

/// Compares, and tells what differs.
pub(crate) async fn run(common: &GlobalOptions, asked: &Diff) -> Result<(), Failure> {
    if asked.kept {
        return kept(common).await;
    }
    let request = CompareSettings {
        pool_id: asked.other.clone(),
        client_id: asked.client.clone(),
        other_client_id: asked.other_client.clone(),
        since: asked.since.clone(),
        until: asked.until.clone(),
    };
    let sides = request.sides().map_err(Failure::usage)?;
    let view = ComparedView::from(&compared(common, sides).await?);
    common.note(&sentence(&view));
    if common.format() == Format::Json {
        return Ok(output::json(&view)?);
    }
    for question in &view.unanswered {
        let about = question.subject.as_deref().map(|subject| format!(" of {subject}")).unwrap_or_default();
        common.note(&format!("not compared: {}{about}. {}", question.operation, question.why));
    }
    lines(common, &["setting", "place", "here", "there"], &view.settings, |line| {
        let value = |value: &Option<String>| value.clone().unwrap_or_default();
        vec![line.title.clone(), line.pointer.clone(), value(&line.here), value(&line.there)]
    })
}

async fn compared(common: &GlobalOptions, sides: Sides) -> Result<console::Comparison, Failure> {
    let connection = common.online().parse()?;
    Ok(match sides {
        Sides::Pools(other) => {
            let console = common.console_or_memory().await?;
            let pool = common.pool_id(&console).await?;
            console.compare_pools(&connection, &pool, &other).await?
        }
        Sides::Clients(client, other, with) => {
            let console = common.console_or_memory().await?;
            let pool = common.pool_id(&console).await?;
            let there = other.as_ref().unwrap_or(&pool);
            console.compare_clients(&connection, (&pool, &client), (there, &with)).await?
        }
        Sides::Days(before, after @ console::On::Then(_)) => {
            let (_console, pool) = common.local_copy().await?;
            pool.compare_days(&before, &after).await?
        }
        Sides::Days(before, now) => {
            let console = common.console().await?;
            if let Protection::Locked { message, .. } = console.protection() {
                return Err(Failure::failed(ErrorCode::CacheUnavailable, message));
            }
            let pool = common.pool_online(&console).await?;
            pool.compare_days(&before, &now).await?
        }
    })
}

/// When copies were kept. No socket is opened.
async fn kept(common: &GlobalOptions) -> Result<(), Failure> {
    let (_console, pool) = common.local_copy().await?;
    let kept = pool.settings_kept().await?;
    let kept: Vec<Kept> = kept.iter().map(|at| Kept { at: at.to_string() }).collect();
    lines(common, &["at"], &kept, |kept| vec![kept.at.clone()])
}

fn sentence(view: &ComparedView) -> String {
    let (count, all) = (view.settings.len(), view.compared);
    match count {
        0 => format!("nothing differs in {all} settings"),
        count => format!("{count} of {all} settings differ"),
    }
}
