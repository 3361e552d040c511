//! `poolctl dormant`: who has no evidence of activity since a day, and what touching them would cost. Opens no socket.

use wire::ErrorCode;
use wire::activity::{AskDormant, DormantView, TouchingView};

use super::users;
use crate::arguments::{Format, GlobalOptions};
use crate::cost_arguments::Dormant;
use crate::failure::Failure;
use crate::output::{self, number_of};

/// Counts them, or lists them.
pub(crate) async fn run(common: &GlobalOptions, asked: &Dormant) -> Result<(), Failure> {
    let since = AskDormant { since: asked.since.clone() }.parse().map_err(Failure::usage)?;
    let (_console, pool) = common.local_copy().await?;
    let view = DormantView::from(&pool.dormant(since).await?);
    let called = match view.called {
        0 => String::new(),
        called => format!("; {} with an old record are left out, of whom more is known", number_of(called, "user")),
    };
    let caveat = "a plain sign-in changes no record, so being among them does not prove that somebody stayed away";
    common.note(&format!("{} without evidence of activity since {since}{called}", number_of(view.users, "user")));
    common.note(caveat);
    if asked.list {
        let Some(query) = &view.query else {
            let sentence =
                "More users would have to be left out one by one than a query can name. Take an earlier day.";
            return Err(Failure::failed(ErrorCode::Precondition, sentence));
        };
        return users::listed(common, &pool, query, "username", &asked.columns, asked.limit).await;
    }
    match common.format() {
        Format::Json | Format::Jsonl => Ok(output::json(&view)?),
        format => {
            output::listed(format, &["plan", "likely", "high"], &view.touching, |touching: &TouchingView| {
                let likely = touching.likely.clone().unwrap_or_else(|| "unknown".to_owned());
                vec![touching.plan.clone(), likely, touching.high.clone()]
            })?;
            common.note(
                "that is what touching all of them would cost on each plan; keeping them untouched costs nothing",
            );
            if let Some(query) = &view.query {
                common.note(&format!("the query that finds them: {query}"));
            }
            Ok(())
        }
    }
}
