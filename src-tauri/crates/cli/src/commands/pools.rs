//! `poolctl pools`

use std::io;

use wire::pools::PoolLineView;

use crate::arguments::{Format, GlobalOptions};
use crate::failure::Failure;
use crate::output::{self, Table, defused};

const HEAD: [&str; 4] = ["id", "name", "tier", "estimatedUsers"];

/// Lists the account's pools (`sts:GetCallerIdentity`, `ListUserPools`, `DescribeUserPool`; free).
pub(crate) async fn run(common: &GlobalOptions) -> Result<(), Failure> {
    let console = common.console_or_memory().await?;
    let id = common.connection().parse()?;
    let wanted = common.pool.as_deref();
    let mut lines = Vec::new();
    for pool in console.connect(id.clone()).await?.pools {
        if wanted.is_none_or(|wanted| wanted == pool.id.as_str()) {
            lines.push(PoolLineView::from(&console.describe_pool(&id, &pool.id).await?));
        }
    }
    write(common.format(), &lines)
}

fn write(format: Format, lines: &[PoolLineView]) -> Result<(), Failure> {
    match format {
        Format::Json => output::json(&lines)?,
        Format::Jsonl => lines.iter().try_for_each(output::json)?,
        Format::Csv => {
            let mut out = csv::Writer::from_writer(io::stdout().lock());
            out.write_record(HEAD)?;
            for line in lines {
                out.write_record(cells(line).iter().map(|cell| defused(cell)))?;
            }
            out.flush()?;
        }
        Format::Table => {
            let rows: Vec<Vec<String>> = lines.iter().map(cells).collect();
            let mut table = Table::new(io::stdout().lock(), &HEAD.map(str::to_owned), &rows)?;
            rows.iter().try_for_each(|row| table.row(row))?;
            table.end()?;
        }
    }
    Ok(())
}

fn cells(line: &PoolLineView) -> Vec<String> {
    let size = line.estimated_users.map(|users| users.to_string()).unwrap_or_default();
    vec![line.id.clone(), line.name.clone(), line.tier.clone().unwrap_or_default(), size]
}
