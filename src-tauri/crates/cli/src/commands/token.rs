//! `poolctl token`: what a token says, whether it holds, how two differ, and which ones somebody would get.

use std::io::{self, Read, Write};

use console::token::Wanted;
use secrecy::ExposeSecret;
use serde::Serialize;
use wire::preview::{AcceptanceAnswer, AcceptanceView, DemandsRequest, PreviewTokens, PreviewView};
use wire::token::{CheckResult, VerdictView, VerifyToken};
use wire::{ErrorCode, WireError};

use crate::arguments::{GlobalOptions, Preview, TokenCommand};
use crate::failure::Failure;
use crate::output::{self, safe};

/// The longest text that is read for tokens, in bytes.
const LONGEST: u64 = 4 * 1024 * 1024;

pub(crate) async fn run(common: &GlobalOptions, command: &TokenCommand) -> Result<(), Failure> {
    match command {
        TokenCommand::Decode { token } => decode(common, &given(token.as_deref())?),
        TokenCommand::Verify { token, client, token_use, issuer, consumers, scope, audience, group } => {
            let request = VerifyToken {
                // White space around it comes with copying; anything within is the token's own fault.
                token: given(token.as_deref())?.trim().to_owned().into(),
                pool_id: common.pool.clone(),
                client_id: client.clone(),
                token_use: token_use.clone(),
                issuer: issuer.clone(),
            };
            let demands = DemandsRequest {
                scopes: scope.clone(),
                audiences: audience.clone(),
                groups: group.clone(),
                identity_pools: true,
            };
            let demands = consumers.then_some(demands);
            verify(common, &request, demands).await
        }
        TokenCommand::Explain { token } => explain(common, &given(token.as_deref())?),
        TokenCommand::Diff { left, right } => compare(common, left, right),
        TokenCommand::Preview(asked) => preview(common, asked).await,
    }
}

/// The token from the command line, or all of standard input.
pub(super) fn given(token: Option<&str>) -> Result<String, Failure> {
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
async fn verify(common: &GlobalOptions, request: &VerifyToken, demands: Option<DemandsRequest>) -> Result<(), Failure> {
    let (wanted, compact) = (request.wanted()?, request.token.expose_secret());
    let connection = common.online().parse()?;
    let console = common.console_or_memory().await?;
    let verified = console.verify_token(&connection, compact, &wanted).await?;
    let verdict = VerdictView::from(&verified);
    let accepted_by = match demands {
        Some(demands) => {
            let read = demands.identity_pools;
            // What is expected here (a client, a use, a form of the issuer) concerns no consumer.
            let unasked = Wanted { pool: wanted.pool.clone(), ..Wanted::default() };
            let held = if unasked == wanted {
                verified.clone()
            } else {
                console.verify_token(&connection, compact, &unasked).await?
            };
            Some(console.acceptances(&connection, compact, &held, demands.into(), read).await)
        }
        None => None,
    };
    let accepted_by: Option<Vec<AcceptanceView>> =
        accepted_by.map(|all| all.iter().map(AcceptanceView::from).collect());
    if common.wants_json() {
        output::json(&Judged { verdict: &verdict, accepted_by: accepted_by.as_deref() })?;
    } else {
        write(&verdict)?;
        write_acceptances(accepted_by.as_deref().unwrap_or_default())?;
    }
    if verdict.valid { Ok(()) } else { Err(Failure::Told) }
}

/// A verdict, and who would accept the token when that was asked.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Judged<'a> {
    #[serde(flatten)]
    verdict: &'a VerdictView,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted_by: Option<&'a [AcceptanceView]>,
}

fn write_acceptances(all: &[AcceptanceView]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for one in all {
        let answer = match one.answer {
            AcceptanceAnswer::Yes => "yes",
            AcceptanceAnswer::No => "NO",
            AcceptanceAnswer::Unknown => "unknown",
        };
        writeln!(out, "{answer:8}{:20}{}", one.consumer, safe(&one.reason))?;
        if let Some(change) = &one.change {
            writeln!(out, "{:28}{}", "", safe(change))?;
        }
    }
    Ok(())
}

/// Foretells tokens from the local copy. The client alone is read from AWS (free).
async fn preview(common: &GlobalOptions, asked: &Preview) -> Result<(), Failure> {
    let response = match asked.trigger.as_deref() {
        None => None,
        Some("-") => Some(given(None)?),
        Some(file) => Some(std::fs::read_to_string(file)?),
    };
    let request = PreviewTokens {
        username: asked.user.clone(),
        client_id: asked.client.clone(),
        scopes: asked.scope.clone(),
        occasion: asked.occasion.clone(),
        metadata: asked.metadata.iter().cloned().collect(),
        version: asked.trigger_version.clone(),
        response,
    };
    let (_, pool) = common.local_copy().await?;
    let view = PreviewView::from(pool.preview_tokens(&request.parse()?).await?);
    if asked.event {
        return Ok(output::json(&view.event)?);
    }
    if common.wants_json() {
        return Ok(output::json(&view)?);
    }
    let mut out = io::stdout().lock();
    writeln!(out, "A prediction: nobody has signed in, and nothing is signed.")?;
    for (title, claims) in [("ID token", view.id_token.as_ref()), ("Access token", Some(&view.access_token))] {
        match claims {
            None => writeln!(out, "\n{title}: none, for openid is not among the scopes")?,
            Some(claims) => {
                writeln!(out, "\n{title}:")?;
                for line in serde_json::to_string_pretty(claims)?.lines() {
                    writeln!(out, "{}", safe(line))?;
                }
            }
        }
    }
    for ignored in &view.ignored {
        let token = ignored.token.as_deref().map(|token| format!(" ({token} token)")).unwrap_or_default();
        writeln!(out, "ignored: {}{token}: {}", safe(&ignored.what), ignored.why)?;
    }
    for note in &view.notes {
        writeln!(out, "note: {}", safe(note))?;
    }
    Ok(())
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
    let failed = verdict.checks.iter().any(|check| check.result == CheckResult::Fail);
    let said = match (verdict.valid, failed) {
        (true, _) => "valid",
        (false, true) => "NOT VALID",
        (false, false) => "could not be verified: see what is unknown",
    };
    writeln!(out, "{said}")
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
