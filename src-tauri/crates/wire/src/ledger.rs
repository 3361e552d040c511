//! What this program itself may have added to the bill.

use console::{Entry, LedgerEnd, LedgerOf, MonthLedger, Standing};
use model::PoolKey;
use model::call::MauEffect;
use model::cost::plain;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::count;

/// Asks for a month of the ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AskLedger {
    /// Such as `2026-11`; `null` for the present one.
    #[serde(default)]
    pub month: Option<String>,
    /// Whether the calls about all pools are meant, of every account and Region of the place where the open pool is, and
    /// not those about the open pool alone. What was tried in the sandbox is no cost of AWS.
    #[serde(default)]
    pub all_pools: bool,
}

impl AskLedger {
    /// Which calls are meant, with that pool open.
    #[must_use]
    pub fn of(&self, open: &PoolKey) -> LedgerOf {
        if self.all_pools {
            return LedgerOf { place: Some(open.place.clone()), ..LedgerOf::default() };
        }
        LedgerOf::from(open)
    }
}

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
    /// Whether the plan of each pool is known; else the most is that of the dearest of all plans.
    pub plans_known: bool,
    /// The calls, the oldest first.
    pub calls: Vec<LedgerCallView>,
    /// How many calls are left out for where they went alone.
    pub elsewhere: u32,
    /// Whether AWS bills for them. Nobody is billed for the sandbox or an emulator: there the price is what AWS would bill.
    pub billed: bool,
}

/// A call about one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LedgerCallView {
    /// When it was sent.
    pub at: String,
    /// Where it went: a partition of AWS such as `aws`, the URL of an endpoint, or `sandbox`.
    pub place: String,
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
    /// `first` for the first call of this program about the person in the month, `again` where an earlier one may have
    /// counted them or nobody is named, `counted` where an earlier one surely did; `null` for a machine's token, which
    /// counts nobody.
    pub standing: Option<String>,
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
            plans_known: ledger.plans_known,
            calls: ledger
                .entries
                .iter()
                .zip(ledger.standings())
                .map(|(entry, standing)| LedgerCallView::new(entry, standing))
                .collect(),
            elsewhere: count(ledger.elsewhere),
            billed: ledger.billed,
        }
    }
}

impl LedgerCallView {
    fn new(entry: &Entry, standing: Option<Standing>) -> Self {
        let call = &entry.call;
        let listed = model::mau::effect_of(&call.operation) == MauEffect::MayBill || call.effect == MauEffect::MayBill;
        Self {
            at: call.at.to_string(),
            place: call.place.clone(),
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
            standing: standing.map(|standing| {
                match standing {
                    Standing::First => "first",
                    Standing::Again => "again",
                    Standing::Counted => "counted",
                }
                .to_owned()
            }),
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
