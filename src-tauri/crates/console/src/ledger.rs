//! What this program itself may have added to the bill: every call about one person, from the journal.

use std::collections::{BTreeMap, BTreeSet};

use model::call::MauEffect;
use model::cost::{PriceTable, Prices, Touched, session_bill_of_any_plan};
use model::estimate::Estimate;
use model::month::Month;
use model::{PoolId, Region};
use rust_decimal::Decimal;
use store::{Entry, LedgerEnd};

use crate::error::{Code, Error};
use crate::open::{Console, blocking};

/// A month of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthLedger {
    /// The month.
    pub month: Month,
    /// The calls, the oldest first. An effect is [`MauEffect::AlreadyCounted`] where an earlier call of this program in
    /// the same month had counted the person.
    pub entries: Vec<Entry>,
    /// Different people, by what the calls about them can do.
    pub touched: Touched,
    /// What they may cost, if none was active otherwise and none is free: from nothing to the dearest price.
    pub cost: Estimate<Decimal>,
}

impl Console {
    /// The ledger of a month, of one pool or of all. Opens no socket.
    ///
    /// # Errors
    /// [`Code::JournalUnavailable`] when the journal cannot be read; [`Code::Validation`] on `prices` for a broken price
    /// table.
    pub async fn ledger(&self, month: Month, pool: Option<&PoolId>) -> Result<MonthLedger, Error> {
        let journal = self.inner.vault().journal.clone().ok_or_else(|| {
            let sentence = "The journal cannot be read, so what this program has called is not known; see the notices.";
            Error::new(Code::JournalUnavailable, sentence)
        })?;
        let mut entries = blocking(move || journal.ledger(month.begins())).await?;
        entries.retain(|entry| month.contains(entry.call.at));
        entries.retain(|entry| pool.is_none_or(|pool| entry.call.pool == pool.as_str()));
        let touched = touched_by(&entries);
        let table = self.inner.table()?;
        let regions: BTreeSet<&str> = entries.iter().map(|entry| entry.call.region.as_str()).collect();
        let of = |region: &str| -> Vec<&Entry> { entries.iter().filter(|entry| entry.call.region == region).collect() };
        // Which plan the pool is on may not be known, and it may change: the dearest holds for all.
        let cost = regions.into_iter().fold(Estimate::exactly(Decimal::ZERO), |sum, region| {
            sum.with(&session_bill_of_any_plan(&prices_of(&table, region), touched_by(of(region))), |a, b| a + b)
        });
        Ok(MonthLedger { month, entries, touched, cost })
    }
}

/// The prices of a Region by its name; the base's where it has none.
pub(crate) fn prices_of(table: &PriceTable, region: &str) -> Prices {
    Region::parse(region).map_or_else(|_| table.base_prices(), |region| table.prices(&region))
}

/// Each person once. A call that failed may have counted or not; one that names nobody may be about anybody.
fn touched_by<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Touched {
    let mut people: BTreeMap<(&str, &str), bool> = BTreeMap::new();
    let mut nameless = 0;
    for entry in entries {
        if entry.call.person.is_empty() {
            nameless += 1;
            continue;
        }
        let listed = entry.call.effect == MauEffect::MayBill && entry.end != LedgerEnd::Failed;
        *people.entry((&entry.call.pool, &entry.call.person)).or_default() |= listed;
    }
    let may_bill = people.values().filter(|listed| **listed).count() as u64;
    Touched { may_bill, undocumented: people.len() as u64 - may_bill + nameless, already_counted: 0 }
}
