//! `poolctl ledger`: the calls of this program that may have been billed. Opens no socket.

use console::{Clock as _, LedgerOf, Protection, SystemClock};
use wire::ErrorCode;
use wire::activity::OneMonth;
use wire::ledger::{LedgerCallView, LedgerView};
use wire::pools::pool_id;

use crate::arguments::GlobalOptions;
use crate::cost_arguments::Ledger;
use crate::failure::Failure;
use crate::output::{self, number_of};

/// The columns of table and csv.
const COLUMNS: [&str; 10] =
    ["at", "place", "account", "region", "pool", "person", "operation", "effect", "standing", "outcome"];

/// Lists the calls of a month: of a pool, an endpoint or a Region where it is named. Without an endpoint those that went to
/// AWS, for nobody is billed elsewhere.
pub(crate) async fn run(common: &GlobalOptions, asked: &Ledger) -> Result<(), Failure> {
    let month = OneMonth { month: asked.month.clone() }.parse(SystemClock.now())?;
    let pool = common.pool.as_deref().map(pool_id).transpose()?;
    // As the connection writes it.
    let place = common.endpoint.as_deref().map(|endpoint| endpoint.trim().trim_end_matches('/').to_owned());
    let aws_only = place.is_none();
    let of = LedgerOf { pool, place, aws_only, region: common.region.clone(), ..LedgerOf::default() };
    let console = common.console().await?;
    if let Protection::Locked { message, .. } = console.protection() {
        return Err(Failure::failed(ErrorCode::CacheUnavailable, message));
    }
    let view = LedgerView::from(&console.ledger(month, &of).await?);
    output::listed(common.format(), &COLUMNS, &view.calls, row)?;
    let users = number_of(view.users, "user");
    let tokens = match view.token_requests {
        0 => String::new(),
        requests => format!(", {} of machines billed", number_of(requests, "token request")),
    };
    common.note(&format!("{users} may have been billed{tokens}, {} to {} USD", view.low, view.high));
    if !view.plans_known {
        common.note("the most is at the dearest of all plans: which plan each pool was on is not known");
    }
    if !view.calls.is_empty() && !view.billed {
        common.note("nobody is billed there: it is what AWS would have billed");
    }
    if aws_only && view.elsewhere > 0 {
        let calls = number_of(view.elsewhere, "call");
        common.note(&format!(
            "{calls} to the sandbox or an endpoint left out, which AWS bills nobody for (--endpoint lists them)"
        ));
    }
    Ok(())
}

fn row(call: &LedgerCallView) -> Vec<String> {
    vec![
        call.at.clone(),
        call.place.clone(),
        call.account.clone().unwrap_or_default(),
        call.region.clone(),
        call.pool.clone(),
        call.person.clone().unwrap_or_default(),
        call.operation.clone(),
        call.effect.clone(),
        call.standing.clone().unwrap_or_default(),
        call.outcome.clone(),
    ]
}
