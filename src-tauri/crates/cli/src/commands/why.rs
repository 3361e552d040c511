//! `poolctl why`: why somebody cannot sign in. Asks AWS only what is free.

use std::io::{self, Write};

use console::Reveal;
use wire::ErrorCode;
use wire::why::{AskWhy, ReasonView, WhyView};

use super::looks;
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
        look: false,
    };
    let mut question = question.parse()?;
    // The console lives as long as its pool.
    let (_console, pool) = super::mau::pool(common).await?;
    let mut view = WhyView::from(&pool.why(&question).await?);
    if asked.look {
        if !view.reasons.iter().any(|reason| reason.fix.as_ref().is_some_and(|fix| fix.reveal.is_some())) {
            let why = "A look would tell nothing here: no rule asks for this user's second factors. Leave out --look.";
            return Err(Failure::failed(ErrorCode::Precondition, why));
        }
        looks::agreed(common, &pool, &view.username, Reveal::SecondFactors, asked.yes).await?;
        question.who.clone_from(&view.username);
        question.look = true;
        view = WhyView::from(&pool.why(&question).await?);
    }
    match common.format() {
        Format::Json => output::json(&view)?,
        Format::Jsonl => view.reasons.iter().try_for_each(output::json)?,
        Format::Csv => {
            let row = |reason: &ReasonView| {
                let say = reason.fix.as_ref().map(|fix| fix.say.clone()).unwrap_or_default();
                let (rule, verdict, evidence) = (&reason.rule, &reason.verdict, reason.evidence.join("; "));
                [rule.clone(), verdict.clone(), reason.cause.clone(), evidence, say]
            };
            output::csv(&["rule", "verdict", "cause", "evidence", "fix"], view.reasons.iter().map(row))?;
        }
        Format::Table => told(&view, asked)?,
    }
    if let Some(reason) = &view.prices_unknown {
        common.note(&format!("what it costs is not known: {}", safe(reason)));
    }
    if !view.asked {
        common.note("AWS was not asked; this is what the local copy knows");
    }
    Ok(())
}

/// What was found comes first; what is not known is no fault and comes after it, the same reason once.
fn told(view: &WhyView, asked: &Why) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let of = |verdict: &'static str| view.reasons.iter().filter(move |reason| reason.verdict == verdict);
    let headline = match (of("blocks").count(), of("hinders").count()) {
        (0, 0) => "no rule found anything that keeps them out",
        (0, _) => "nothing keeps them out on every way, but this gets in the way",
        _ => "this keeps them out",
    };
    writeln!(out, "{}: {headline}", safe(&view.username))?;
    for reason in of("blocks").chain(of("hinders")) {
        one(&mut out, reason, &view.username, asked)?;
    }
    let mut causes: Vec<&str> = Vec::new();
    for reason in of("unknown") {
        if !causes.contains(&reason.cause.as_str()) {
            causes.push(&reason.cause);
        }
    }
    if !causes.is_empty() {
        writeln!(out, "\nNot known, and so not ruled out:")?;
    }
    for cause in causes {
        let same: Vec<&ReasonView> = of("unknown").filter(|reason| reason.cause == cause).collect();
        let titles: Vec<&str> = same.iter().map(|reason| reason.title.as_str()).collect();
        let client = titles.iter().all(|title| title.contains("client")) && asked.client.is_none();
        let hint = if client { " Give --client ID to ask about it." } else { "" };
        if let [only] = same.as_slice()
            && !client
        {
            one(&mut out, only, &view.username, asked)?;
        } else {
            writeln!(out, "\n          {}{hint}", safe(cause))?;
            titles.iter().try_for_each(|title| writeln!(out, "          - {title}"))?;
        }
    }
    if asked.all {
        of("clear").try_for_each(|reason| one(&mut out, reason, &view.username, asked))?;
    }
    Ok(())
}

fn one(out: &mut impl Write, reason: &ReasonView, username: &str, asked: &Why) -> io::Result<()> {
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
        if fix.reveal.is_some() {
            writeln!(out, "          {}", safe(&command(&with_look(asked), username)))?;
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

/// The same question with a look.
fn with_look(asked: &Why) -> Vec<String> {
    let said = [("--client", &asked.client), ("--flow", &asked.flow), ("--sends-secret", &asked.sends_secret)];
    let said = said.into_iter().filter_map(|(option, value)| Some([option.to_owned(), value.clone()?])).flatten();
    ["why".to_owned(), "--look".to_owned()].into_iter().chain(said).collect()
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
