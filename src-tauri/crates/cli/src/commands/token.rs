//! `poolctl token`: what a token says, whether it holds, and how two differ.

use std::io::{self, Read, Write};

use wire::token::{CheckResult, VerdictView, VerifyToken};
use wire::{ErrorCode, WireError};

use crate::arguments::{GlobalOptions, TokenCommand};
use crate::failure::Failure;
use crate::output::{self, safe};

/// The longest text that is read for tokens, in bytes.
const LONGEST: u64 = 4 * 1024 * 1024;

pub(crate) async fn run(common: &GlobalOptions, command: &TokenCommand) -> Result<(), Failure> {
    match command {
        TokenCommand::Decode { token } => decode(common, &given(token.as_deref())?),
        TokenCommand::Verify { token, client, token_use } => {
            let request = VerifyToken {
                // White space around it comes with copying; anything within is the token's own fault.
                token: given(token.as_deref())?.trim().to_owned(),
                pool_id: common.pool.clone(),
                client_id: client.clone(),
                token_use: token_use.clone(),
            };
            verify(common, &request).await
        }
        TokenCommand::Explain { token } => explain(common, &given(token.as_deref())?),
        TokenCommand::Diff { left, right } => compare(common, left, right),
    }
}

/// The token from the command line, or all of standard input.
fn given(token: Option<&str>) -> Result<String, Failure> {
    if let Some(token) = token.filter(|token| *token != "-") {
        return Ok(token.to_owned());
    }
    let mut bytes = Vec::new();
    io::stdin().lock().take(LONGEST).read_to_end(&mut bytes)?;
    // What is not UTF-8 is no token; that is for the verdict to say.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn decode(common: &GlobalOptions, text: &str) -> Result<(), Failure> {
    let decoded = wire::token::decode(text)?;
    if common.wants_json() {
        return Ok(output::json(&decoded)?);
    }
    let mut out = io::stdout().lock();
    for token in &decoded.tokens {
        if let Some(label) = &token.label {
            writeln!(out, "{}:", safe(label))?;
        }
        for part in [&token.header, &token.claims].into_iter().flatten() {
            for line in serde_json::to_string_pretty(part)?.lines() {
                writeln!(out, "{}", safe(line))?;
            }
        }
        if let Some(error) = &token.error {
            writeln!(out, "{}", safe(error))?;
        }
    }
    Ok(())
}

/// Exits 1 when the token is not valid; the verdict is written all the same.
async fn verify(common: &GlobalOptions, request: &VerifyToken) -> Result<(), Failure> {
    let wanted = request.wanted()?;
    let connection = common.online().parse()?;
    let console = common.console_or_memory().await?;
    let verdict = VerdictView::from(&console.verify_token(&connection, &request.token, &wanted).await?);
    if common.wants_json() {
        output::json(&verdict)?;
    } else {
        write(&verdict)?;
    }
    if verdict.valid { Ok(()) } else { Err(Failure::Told) }
}

fn write(verdict: &VerdictView) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for check in &verdict.checks {
        let result = match check.result {
            CheckResult::Pass => "pass",
            CheckResult::Fail => "FAIL",
            CheckResult::NotApplicable => "n/a",
            CheckResult::Unknown => "unknown",
        };
        writeln!(out, "{result:8}{:12}{}", check.name, safe(&check.reason))?;
    }
    writeln!(out, "{}", if verdict.valid { "valid" } else { "NOT VALID" })
}

fn explain(common: &GlobalOptions, compact: &str) -> Result<(), Failure> {
    let claims = wire::token::explain(compact)?;
    if common.wants_json() {
        return Ok(output::json(&claims)?);
    }
    let mut out = io::stdout().lock();
    for claim in &claims {
        let value = claim.at.clone().unwrap_or_else(|| claim.value.clone());
        writeln!(out, "{} = {}\n    {} ({})", safe(&claim.name), safe(&value), claim.meaning, claim.source)?;
    }
    Ok(())
}

fn compare(common: &GlobalOptions, left: &str, right: &str) -> Result<(), Failure> {
    if left == "-" || right == "-" {
        let sentence = "Give both tokens as arguments.";
        return Err(Failure::usage(WireError::new(ErrorCode::Validation, sentence)));
    }
    let differences = wire::token::compare(left, right)?;
    if common.wants_json() {
        return Ok(output::json(&differences)?);
    }
    let mut out = io::stdout().lock();
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "(absent)".to_owned());
    for difference in &differences {
        writeln!(
            out,
            "{}\n  - {}\n  + {}",
            safe(&difference.path),
            safe(&text(&difference.left)),
            safe(&text(&difference.right))
        )?;
    }
    Ok(())
}
