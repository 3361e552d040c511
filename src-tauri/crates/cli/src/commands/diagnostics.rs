//! `poolctl diagnostics`

use std::io::{self, Write};

use serde_json::json;

use crate::arguments::GlobalOptions;
use crate::failure::Failure;
use crate::output;

/// Prints a redacted account of this installation.
pub(crate) async fn run(common: &GlobalOptions) -> Result<(), Failure> {
    let text = common.console().await?.diagnostics().await;
    if common.wants_json() {
        return Ok(output::json(&json!({ "diagnostics": text }))?);
    }
    Ok(writeln!(io::stdout(), "{}", text.trim_end())?)
}
