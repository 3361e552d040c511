//! `poolctl why`: why somebody cannot sign in. Asks AWS only what is free.

use std::io::{self, Write};

use wire::why::{AskWhy, ReasonView, WhyView};

use crate::arguments::{Format, GlobalOptions, Why};
use crate::failure::Failure;
use crate::output::{self, safe};

/// Tells what each rule found; those that found nothing only when they are asked for.
pub(crate) async fn run(common: &GlobalOptions, asked: &Why) -> Result<(), Failure> {
    let question = AskWhy {
        username: asked.username.clone(),
        client_id: asked.client.clone(),
        flow: asked.flow.clone(),
        sends_secret: asked.sends_secret.as_deref().map(|word| word == "yes"),
    };
    let question = question.parse()?;
    // The console lives as long as its pool.
    let (_console, pool) = super::mau::pool(common).await?;
    let view = WhyView::from(&pool.why(&question).await?);
    match common.format() {
        Format::Json => output::json(&view)?,
        Format::Jsonl => view.reasons.iter().try_for_each(output::json)?,
        Format::Csv | Format::Table => told(&view, asked.all)?,
    }
    if let Some(reason) = &view.prices_unknown {
        common.note(&format!("what it costs is not known: {}", safe(reason)));
    }
    if !view.asked {
        common.note("AWS was not asked; this is what the local copy knows");
    }
    Ok(())
}

fn told(view: &WhyView, all: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", safe(&view.username))?;
    let told = view.reasons.iter().filter(|reason| all || reason.verdict != "clear");
    let mut none = true;
    for reason in told {
        none = false;
        one(&mut out, reason, &view.username)?;
    }
    if none {
        writeln!(out, "No rule found anything that keeps them out.")?;
    }
    Ok(())
}

fn one(out: &mut impl Write, reason: &ReasonView, username: &str) -> io::Result<()> {
    writeln!(out, "\n{:8}  {} ({})", reason.verdict, reason.title, reason.rule)?;
    writeln!(out, "          {}", safe(&reason.cause))?;
    for evidence in &reason.evidence {
        writeln!(out, "          - {}", safe(evidence))?;
    }
    if let Some(fix) = &reason.fix {
        writeln!(out, "          Do: {}", safe(&fix.say))?;
        if !fix.command.is_empty() {
            writeln!(out, "          {}", safe(&command(&fix.command, username)))?;
        }
        if fix.action.is_some() || fix.reveal.is_some() {
            let high = fix.price_high.as_deref().unwrap_or("unknown");
            writeln!(out, "          Price: {} to {high} USD ({})", fix.price_low, fix.effect)?;
        }
    }
    if let Some(reply) = &reason.reply {
        writeln!(out, "          Reply: {}", safe(reply))?;
    }
    Ok(())
}

/// What to type. A user may have the name of an option (`--all`), which is a name alone behind `--`.
fn command(words: &[String], username: &str) -> String {
    let words = words.iter().map(String::as_str).chain(["--", username]);
    ["poolctl".to_owned()].into_iter().chain(words.map(shell)).collect::<Vec<_>>().join(" ")
}

/// A word as a shell takes it whole.
fn shell(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
