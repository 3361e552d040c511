//! Ranges that are kept, so that a month is known when what told it is gone.

use jiff::Timestamp;
use model::estimate::{Bound, Estimate, Evidence};
use model::mau::PART_OF_MONTH;
use model::month::Month;
use serde::{Deserialize, Serialize};
use store::{MonthlyEvidence, MonthlyKind};

use crate::error::Error;
use crate::open::blocking;
use crate::pool::OpenPool;

/// A range as it is kept: what was seen, which fades. Logs and bills are kept by themselves.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Kept {
    low: u64,
    likely: Option<u64>,
    high: Option<u64>,
    evidence: Vec<Evidence>,
}

impl Kept {
    pub(super) fn into_estimate(self) -> Estimate<u64> {
        Estimate::new(self.low, self.likely, self.high).because(self.evidence)
    }
}

impl OpenPool {
    /// A range with what was kept of the month before, which is then kept in turn. Where there is no history, the range
    /// as it is.
    pub(super) async fn settled(&self, month: Month, over: bool, users: Estimate<u64>) -> Result<Estimate<u64>, Error> {
        let Some(history) = self.console.vault().history.clone() else { return Ok(users) };
        let before = self.given().await?.estimate(month);
        let settled = match before {
            Some((at, kept)) => together(users, kept, over && at >= month.next().begins(), over),
            None => users,
        };
        if settled.is_unknown() {
            return Ok(settled);
        }
        let kept =
            Kept { low: settled.low, likely: settled.likely, high: settled.high, evidence: settled.evidence.clone() };
        let json = serde_json::to_string(&kept).unwrap_or_default();
        let row = MonthlyEvidence { month, kind: MonthlyKind::Estimate, at: self.now(), json };
        let key = self.key.clone();
        // A range that cannot be kept is shown all the same.
        if let Err(error) = blocking(move || history.keep_month(&key, &row)).await {
            tracing::warn!(%error, "the range of a month was not kept");
        }
        Ok(settled)
    }
}

/// A month only grows, so what was the least before is so now. What was likely or the most before holds only if it was worked
/// out after the month (`closed`): before, it was of a part of it.
fn together(now: Estimate<u64>, before: Kept, closed: bool, over: bool) -> Estimate<u64> {
    let low = now.low.max(before.low);
    let high = if closed { now.high.into_iter().chain(before.high).min() } else { now.high };
    let likely = now.likely.or(before.likely.filter(|_| closed));
    let mut evidence = now.evidence;
    for old in before.evidence.into_iter().filter(|_| over) {
        let part = !closed && old.bound == Bound::About;
        let part_before = part || old.bound == Bound::Hint;
        let told = |new: &Evidence| new.kind == old.kind && (new.bound == old.bound || part_before);
        // Of a month that is over, what was seen while it was not is still evidence, but no ceiling.
        if evidence.iter().any(told) || (!closed && old.bound == Bound::AtMost) {
            continue;
        }
        evidence.push(if part { of_part(old) } else { old });
    }
    Estimate::new(low, likely, high).because(evidence)
}

/// What was about the number while the month went on, once the month is over.
fn of_part(seen: Evidence) -> Evidence {
    let caveat = seen.caveat.iter().fold(PART_OF_MONTH.to_owned(), |part, caveat| format!("{part} {caveat}"));
    Evidence { bound: Bound::Hint, caveat: Some(caveat), ..seen }
}

/// Reads what was kept; nothing of what cannot be read.
pub(super) fn read(row: &MonthlyEvidence) -> Option<(Timestamp, Kept)> {
    Some((row.at, serde_json::from_str(&row.json).ok()?))
}
