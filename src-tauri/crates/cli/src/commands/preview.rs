//! What a plan will do: for people before they approve it, and as the data of a dry run.

use std::io::{self, Write};

use console::OpenPool;
use console::jobs::Plan;
use serde::Serialize;
use wire::changes::plan_csv;
use wire::jobs::{CategoryView, ChangeView, PlannedView, PreviewView};
use wire::users::OneUser;

use crate::arguments::{Format, GlobalOptions};
use crate::failure::Failure;
use crate::output::{self, number_of, safe};

/// How many characters of a value are shown.
const LONGEST: usize = 80;

/// How many fields of an entry are shown.
const FIELDS: usize = 8;

/// Tells on stderr what a plan will do, and gives it.
pub(super) async fn previewed(common: &GlobalOptions, pool: &OpenPool, plan: &Plan) -> Result<PreviewView, Failure> {
    let view = PreviewView::new(plan, &pool.preview(plan).await?);
    common.note(&sentence(&view));
    common.lines(&details(pool, &view).await?);
    for note in &view.notes {
        common.note(note);
    }
    Ok(view)
}

/// The data of a dry run: nothing is changed. CSV and JSON Lines have every entry, the others count what is beyond the first.
pub(super) async fn told(common: &GlobalOptions, pool: &OpenPool, plan: &Plan) -> Result<(), Failure> {
    match common.format() {
        Format::Json => output::json(&PreviewView::new(plan, &pool.preview(plan).await?))?,
        Format::Jsonl => plan.items.iter().try_for_each(|item| {
            let (sub, skipped) = (item.target.sub(), item.skip.as_deref());
            output::json(&Entry { planned: PlannedView::from(item), sub, skipped })
        })?,
        Format::Csv => {
            let mut out = output::data(Format::Csv);
            out.write_all(&plan_csv(plan))?;
            out.flush()?;
        }
        Format::Table => {
            let view = PreviewView::new(plan, &pool.preview(plan).await?);
            let mut out = io::stdout().lock();
            writeln!(out, "{}", safe(&sentence(&view)))?;
            for line in details(pool, &view).await?.iter().chain(&view.notes) {
                writeln!(out, "{}", safe(line))?;
            }
        }
    }
    common.note("this was a dry run: nothing was changed");
    Ok(())
}

/// An entry of a plan.
#[derive(Serialize)]
struct Entry<'a> {
    #[serde(flatten)]
    planned: PlannedView,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<&'a str>,
}

/// Who comes first and what changes for them, how many more there are, and what takes how long.
async fn details(pool: &OpenPool, view: &PreviewView) -> Result<Vec<String>, Failure> {
    let mut lines = Vec::new();
    for planned in &view.first {
        let mut what: Vec<String> = planned.changes.iter().take(FIELDS).map(changed).collect();
        if what.is_empty() {
            what.clone_from(&planned.calls);
        }
        if planned.changes.len() > FIELDS {
            what.push(format!("and {} more", planned.changes.len() - FIELDS));
        }
        let what = what.join("; ");
        lines.push(format!("    {}  {what}", called(pool, &planned.name).await?));
    }
    let shown = u32::try_from(view.first.len()).unwrap_or(u32::MAX);
    if view.active > shown {
        lines.push(format!("    and {} more; --dry-run --format csv lists all", view.active - shown));
    }
    lines.extend(view.calls.iter().map(rate));
    if let Some(seconds) = view.seconds.filter(|seconds| *seconds >= 1.0) {
        lines.push(format!("    at least {}", duration(seconds)));
    }
    Ok(lines)
}

/// A user's or group's name, with the e-mail address that the local copy has of them: many user names say nothing.
async fn called(pool: &OpenPool, name: &str) -> Result<String, Failure> {
    let Ok(username) = (OneUser { username: name.to_owned() }).parse() else { return Ok(cut(name)) };
    let known = pool.user(&username).await?;
    let email = known.as_ref().and_then(|user| user.attribute("email")).filter(|email| *email != name);
    Ok(email.map_or_else(|| cut(name), |email| format!("{} ({})", cut(name), cut(email))))
}

/// A field before and after.
pub(super) fn changed(change: &ChangeView) -> String {
    let value = |value: Option<&str>| value.map_or_else(|| "none".to_owned(), cut);
    match (change.field.as_str(), &change.before, &change.after) {
        ("group", None, Some(group)) => format!("joins {}", cut(group)),
        ("group", Some(group), None) => format!("leaves {}", cut(group)),
        // What the change rests on: where it is another by then, nothing is done.
        (field, Some(before), Some(after)) if before == after => format!("{} stays {}", cut(field), cut(after)),
        (field, None, after) if change.unseen => {
            format!("{}: unknown → {}", cut(field), value(after.as_deref()))
        }
        (field, before, after) => {
            let (before, after) = (before.as_deref(), after.as_deref());
            let from = before.zip(after).map_or(0, |(before, after)| unlike(before, after));
            let value = |text: Option<&str>| value(text.map(|text| &text[from..]));
            let skipped =
                if from > 0 { format!(" (from character {})", from_character(before, from)) } else { String::new() };
            format!("{}{skipped}: {} → {}", cut(field), value(before), value(after))
        }
    }
}

/// Where two values begin to differ, in bytes, when what is shown of both would be the same; else 0.
fn unlike(before: &str, after: &str) -> usize {
    if before == after || cut(before) != cut(after) {
        return 0;
    }
    let same = before.chars().zip(after.chars()).take_while(|(one, other)| one == other);
    same.map(|(one, _)| one.len_utf8()).sum()
}

/// The number of the character that begins at a byte.
fn from_character(text: Option<&str>, at: usize) -> usize {
    text.map_or(0, |text| text[..at].chars().count()) + 1
}

/// Foreign text that neither fills the screen nor is obeyed by it.
pub(super) fn cut(text: &str) -> String {
    let shown = safe(text);
    match shown.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &shown[..at]),
        None => shown,
    }
}

fn rate(category: &CategoryView) -> String {
    let of = category.quota.map(|quota| format!(" of {quota}")).unwrap_or_default();
    let share = category.per_second.zip(category.quota).filter(|(_, quota)| *quota > 0);
    let share = share.map(|(rate, quota)| format!(" ({:.0} %)", rate / f64::from(quota) * 100.0)).unwrap_or_default();
    let rate = category.per_second.map(|rate| format!(", {rate:.1}{of} a second{share}")).unwrap_or_default();
    format!("    {}: {}{rate}", category.category, number_of(category.calls, "call"))
}

fn duration(seconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "far below what a whole number holds")]
    let whole = seconds.ceil() as u64;
    match whole {
        0..120 => format!("{whole} s"),
        120..7200 => format!("{} min", whole.div_ceil(60)),
        _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
    }
}

/// What a plan will do, in a sentence.
fn sentence(view: &PreviewView) -> String {
    let calls: u32 = view.calls.iter().map(|category| category.calls).sum();
    let high = view.price_high.as_deref().unwrap_or("unknown");
    let likely = view.price_likely.as_deref().filter(|_| view.price_low != high);
    let likely = likely.map(|likely| format!(", likely ${likely}")).unwrap_or_default();
    let mut text = format!(
        "{}: {} to change, {}, ${} to ${high} for monthly active users{likely}",
        view.action,
        view.active,
        number_of(calls, "call"),
        view.price_low
    );
    let operations: Vec<String> = view
        .calls
        .iter()
        .flat_map(|category| &category.operations)
        .map(|(operation, number)| format!("{number} {operation}"))
        .collect();
    if !operations.is_empty() {
        text.push_str(&format!(" ({})", operations.join(", ")));
    }
    if view.messages_high > 0 {
        text.push_str(&format!(", {} to {}", view.messages_low, number_of(view.messages_high, "message")));
    }
    if view.unreached > 0 {
        let whom = number_of(view.unreached, "user");
        text.push_str(&format!("; no message reaches {whom}: disabled, or without a verified address"));
    }
    if let Some(most) = view.mails_a_day {
        text.push_str(&format!("; Cognito's own sender sends {most} e-mails a day for the whole account"));
        if view.emails > most {
            text.push_str(&format!(", and these are up to {}", view.emails));
        }
    }
    for (why, number) in &view.skipped {
        text.push_str(&format!("; {number} skipped: {why}"));
    }
    for undo in view.undo.iter().filter(|undo| undo.undo != "exact") {
        text.push_str(&format!("; undo {}: {}", undo.undo, undo.why.as_deref().unwrap_or_default()));
    }
    text
}
