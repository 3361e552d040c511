//! What this program itself may have added to the bill.

use console::{Entry, LedgerEnd, MonthLedger};
use model::call::MauEffect;
use model::cost::plain;
use serde::Serialize;
use specta::Type;

use crate::count;

/// A month of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LedgerView {
    /// The month.
    pub month: String,
    /// Different people who may have been billed by these calls.
    pub users: u32,
    /// Requests for tokens of machines, each of which is billed.
    pub token_requests: u32,
    /// The least that all of it costs, in dollars.
    pub low: String,
    /// The most.
    pub high: String,
    /// The calls, the oldest first.
    pub calls: Vec<LedgerCallView>,
}

/// A call about one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LedgerCallView {
    /// When it was sent.
    pub at: String,
    /// The account; `null` where it was not known.
    pub account: Option<String>,
    /// The Region.
    pub region: String,
    /// The pool.
    pub pool: String,
    /// Whom it was about, as the call named them; `null` when it did not, or when they were forgotten.
    pub person: Option<String>,
    /// AWS's name of the operation.
    pub operation: String,
    /// `mayBill` when AWS lists it, `undocumented` when AWS says nothing, `perRequest` for a machine's token, which is
    /// billed by itself.
    pub effect: String,
    /// Whether an earlier call of this program had counted the person in the same month.
    pub already_counted: bool,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// `done`, `failed`, or `sent` when its end is not known.
    pub outcome: String,
}

impl From<&MonthLedger> for LedgerView {
    fn from(ledger: &MonthLedger) -> Self {
        let users = ledger.touched.may_bill.saturating_add(ledger.touched.undocumented);
        Self {
            month: ledger.month.to_string(),
            users: count(users),
            token_requests: count(ledger.token_requests),
            low: plain(ledger.cost.low),
            high: plain(ledger.cost.high.unwrap_or_default()),
            calls: ledger.entries.iter().map(LedgerCallView::from).collect(),
        }
    }
}

impl From<&Entry> for LedgerCallView {
    fn from(entry: &Entry) -> Self {
        let call = &entry.call;
        let listed = model::mau::effect_of(&call.operation) == MauEffect::MayBill || call.effect == MauEffect::MayBill;
        Self {
            at: call.at.to_string(),
            account: call.account.clone(),
            region: call.region.clone(),
            pool: call.pool.clone(),
            person: Some(call.person.clone()).filter(|person| !person.is_empty()),
            operation: call.operation.clone(),
            effect: match call.effect {
                MauEffect::Free => "perRequest",
                _ if listed => "mayBill",
                _ => "undocumented",
            }
            .to_owned(),
            already_counted: call.effect == MauEffect::AlreadyCounted,
            attempt: call.attempt,
            outcome: match entry.end {
                LedgerEnd::Done => "done",
                LedgerEnd::Failed => "failed",
                LedgerEnd::Sent => "sent",
            }
            .to_owned(),
        }
    }
}
