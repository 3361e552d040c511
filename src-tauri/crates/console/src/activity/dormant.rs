//! Users of whom nothing tells that they were active.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use model::cost::{PricePlan, Touched, session_bill};
use model::estimate::Estimate;
use model::month::Month;
use rust_decimal::Decimal;

use crate::error::Error;
use crate::ledger::LedgerOf;
use crate::open::blocking;
use crate::pool::OpenPool;

/// Users without evidence of activity since a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dormant {
    /// The query of the search language that finds them.
    pub query: String,
    /// How many.
    pub users: u64,
    /// How many of them the ledger knows of a call about since that day, or a look at sign-ins of one in that month or later,
    /// at most.
    pub called: u64,
    /// What it may cost, on each plan, to touch all of them within one month (a bulk change, an `AdminGetUser` for each):
    /// nothing where they are active anyway, at most the dearest price for each. Keeping them untouched costs nothing.
    pub touching: Vec<(PricePlan, Estimate<Decimal>)>,
}

impl OpenPool {
    /// Users whose record did not change since a day (in UTC). A plain sign-in does not change the record, so being among
    /// them proves nothing. Opens no socket.
    ///
    /// # Errors
    /// As [`OpenPool::pool`]; [`Code::Validation`](crate::Code::Validation) on `prices` for a broken price table.
    pub async fn dormant(&self, since: Date) -> Result<Dormant, Error> {
        let query = format!("modified<{since}T00:00:00Z");
        let users = self.count(&query).await?;
        let from = since.to_zoned(jiff::tz::TimeZone::UTC).map(|zoned| zoned.timestamp()).unwrap_or_default();
        let mut names = self.seen_since(Month::of(from)).await?;
        let journal = self.console.vault().journal.clone();
        if let Some(journal) = journal {
            let entries = blocking(move || journal.ledger(from)).await?;
            let here = |entry: &store::Entry| LedgerOf::from(&self.key).has(entry);
            names.extend(entries.into_iter().filter(here).map(|entry| entry.call.person));
        }
        names.remove("");
        let called = self.unchanged(names.into_iter().collect(), from).await?;
        let prices = self.console.table()?.prices(&self.key.region);
        let touched = Touched { may_bill: users, ..Touched::default() };
        // None of them may be free, and each may be of the dearer way of signing in.
        let price = |plan| (plan, session_bill(&prices, plan, touched));
        Ok(Dormant { query, users, called, touching: PricePlan::ALL.map(price).to_vec() })
    }

    /// Who is known to have signed in, in that month or later, by `sub`.
    async fn seen_since(&self, month: Month) -> Result<BTreeSet<String>, Error> {
        let Some(history) = self.console.vault().history.clone() else { return Ok(BTreeSet::new()) };
        let key = self.key.clone();
        Ok(blocking(move || history.seen_since(&key, month)).await?.into_iter().collect())
    }

    /// How many different people of those names have a record that did not change since an instant.
    async fn unchanged(&self, names: Vec<String>, since: Timestamp) -> Result<u64, Error> {
        let mut people = BTreeSet::new();
        for some in names.chunks(super::AT_ONCE) {
            let some = some.to_vec();
            let found = self.read(move |cache| cache.look_up(&some)).await?.found;
            let unchanged = found.into_iter().filter(|user| user.modified_at < since);
            people.extend(unchanged.map(|user| user.username));
        }
        Ok(people.len() as u64)
    }
}
