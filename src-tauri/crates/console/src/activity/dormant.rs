//! Users of whom nothing tells that they were active.

use jiff::civil::Date;
use model::cost::{PoolUsage, PricePlan, Touched, Usage, touching};
use model::estimate::Estimate;
use model::month::Month;
use rust_decimal::Decimal;

use crate::error::Error;
use crate::open::blocking;
use crate::pool::OpenPool;

/// Users without evidence of activity since a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dormant {
    /// The query of the search language that finds them.
    pub query: String,
    /// How many.
    pub users: u64,
    /// How many of them the ledger knows of a call about since that day, who are in the query all the same.
    pub called: u64,
    /// What it may cost, on each plan, to touch all of them within one month, on top of this month's users: a bulk change,
    /// an `AdminGetUser` for each. Keeping them untouched costs nothing.
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
        let journal = self.console.vault().journal.clone();
        let called = match journal {
            Some(journal) => {
                let from = since.to_zoned(jiff::tz::TimeZone::UTC).map(|zoned| zoned.timestamp()).unwrap_or_default();
                let entries = blocking(move || journal.ledger(from)).await?;
                let here = |entry: &&store::Entry| entry.call.pool == self.key.pool.as_str();
                let mut names: Vec<&str> =
                    entries.iter().filter(here).map(|entry| entry.call.person.as_str()).collect();
                names.sort_unstable();
                names.dedup();
                names.iter().filter(|name| !name.is_empty()).count() as u64
            }
            None => 0,
        };
        let prices = self.console.table()?.prices(&self.key.region);
        let month = Month::of(self.now());
        let active = self.activity(month).await?.users;
        let now = active.likely.unwrap_or(active.low);
        let touched = Touched { may_bill: users, ..Touched::default() };
        let price = |plan| {
            let usage = Usage { pools: vec![PoolUsage::new(plan, now, 0)], ..Usage::default() };
            (plan, touching(&prices, &usage, 0, touched, month))
        };
        Ok(Dormant { query, users, called: called.min(users), touching: PricePlan::ALL.map(price).to_vec() })
    }
}
