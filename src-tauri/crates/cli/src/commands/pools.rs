//! `poolctl pools`

use console::Code;
use wire::blueprints::UnansweredPoolView;
use wire::pools::{PoolLineView, pool_id};

use crate::arguments::{Format, GlobalOptions};
use crate::failure::Failure;
use crate::output;

const HEAD: [&str; 4] = ["id", "name", "tier", "estimatedUsers"];

/// Lists the account's pools, or the one that was named (`sts:GetCallerIdentity`, `ListUserPools`, `DescribeUserPool`; free).
pub(crate) async fn run(common: &GlobalOptions) -> Result<(), Failure> {
    let (id, wanted) = (common.online().parse()?, common.pool.as_deref().map(pool_id).transpose()?);
    let console = common.console_or_memory().await?;
    if let Some(wanted) = wanted {
        return write(common.format(), &[PoolLineView::from(&console.describe_pool(&id, &wanted).await?)]);
    }
    let mut lines = Vec::new();
    let connected = console.connect(id.clone()).await?;
    for pool in &connected.pools {
        lines.push(match console.describe_pool(&id, &pool.id).await {
            Ok(described) => PoolLineView::from(&described),
            // Who may read some pools only, as a narrow policy has it, still sees the names of all.
            Err(error) if error.code == Code::AccessDenied => {
                common.note(&format!("{}: {}", pool.id, error.message));
                PoolLineView::from(pool)
            }
            Err(error) => return Err(error.into()),
        });
    }
    if lines.is_empty() {
        common.note(&format!("there are no pools in {}; --region names another Region", connected.region));
    }
    let unanswered = match console.unanswered_pools(&id).await {
        Ok(unanswered) => unanswered,
        // Without a journal nothing was made from here.
        Err(error) if error.code == Code::JournalUnavailable => Vec::new(),
        Err(error) => {
            common.note(&format!("whether a pool was made without an answer is not known: {}", error.message));
            Vec::new()
        }
    };
    for row in unanswered {
        let UnansweredPoolView { name, at } = UnansweredPoolView::from(&row);
        common
            .note(&format!("at {at} a pool {name} was to be made and no answer came: look whether it is in the list"));
    }
    write(common.format(), &lines)
}

fn write(format: Format, lines: &[PoolLineView]) -> Result<(), Failure> {
    output::listed(format, &HEAD, lines, cells)
}

fn cells(line: &PoolLineView) -> Vec<String> {
    let size = line.estimated_users.map(|users| users.to_string()).unwrap_or_default();
    vec![line.id.clone(), line.name.clone(), line.tier.clone().unwrap_or_default(), size]
}
