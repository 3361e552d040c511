//! Users of whom nothing tells that they were active.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use model::cost::{PricePlan, Touched};
use model::estimate::Estimate;
use model::month::Month;
use rust_decimal::Decimal;

use crate::error::Error;
use crate::ledger::LedgerOf;
use crate::open::blocking;
use crate::pool::OpenPool;

/// The most people whom a query leaves out one by one: it may have a thousand terms.
const MOST_LEFT_OUT: usize = 900;

/// Users without evidence of activity since a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dormant {
    /// The query of the search language that finds them; `None` where it would have to leave out more than 900 one by one.
    pub query: Option<String>,
    /// How many.
    pub users: u64,
    /// How many more have a record that did not change since that day and are left out: the ledger knows of a call about them
    /// since, or a look at their sign-ins of one in that month or later.
    pub called: u64,
    /// What it may cost, on each plan, to touch all of them within one month (a bulk change, an `AdminGetUser` for each):
    /// nothing where they are active anyway, at most the dearest price for each. Keeping them untouched costs nothing.
    pub touching: Vec<(PricePlan, Estimate<Decimal>)>,
}

impl OpenPool {
    /// Users whose record did not change since a day (in UTC), and of whom neither the ledger nor a look at their sign-ins
    /// tells otherwise. A plain sign-in does not change the record, so being among them proves nothing. Opens no socket.
    ///
    /// # Errors
    /// As [`OpenPool::pool`]; [`Code::Validation`](crate::Code::Validation) on `prices` for a broken price table.
    pub async fn dormant(&self, since: Date) -> Result<Dormant, Error> {
        let unchanged = format!("modified<{since}T00:00:00Z");
        let from = since.to_zoned(jiff::tz::TimeZone::UTC).map(|zoned| zoned.timestamp()).unwrap_or_default();
        let mut names = self.seen_since(Month::of(from)).await?;
        let journal = self.console.vault().journal.clone();
        if let Some(journal) = journal {
            let entries = blocking(move || journal.ledger(from)).await?;
            let here = |entry: &store::Entry| LedgerOf::from(&self.key).has(entry);
            names.extend(entries.into_iter().filter(here).map(|entry| entry.call.person));
        }
        names.remove("");
        let active = self.unchanged(names.into_iter().collect(), from).await?;
        let called = active.len() as u64;
        let users = self.count(&unchanged).await?.saturating_sub(called);
        let query = (active.len() <= MOST_LEFT_OUT).then(|| without(unchanged, &active));
        let prices = self.touch_prices().await?;
        let touched = Touched { may_bill: users, ..Touched::default() };
        let price = |plan| (plan, prices.on(plan, touched));
        Ok(Dormant { query, users, called, touching: PricePlan::ALL.map(price).to_vec() })
    }

    /// Who is known to have signed in, in that month or later, by `sub`.
    async fn seen_since(&self, month: Month) -> Result<BTreeSet<String>, Error> {
        let Some(history) = self.console.vault().history.clone() else { return Ok(BTreeSet::new()) };
        let key = self.key.clone();
        Ok(blocking(move || history.seen_since(&key, month)).await?.into_iter().collect())
    }

    /// The different people of those names with a record that did not change since an instant, by a term that finds each.
    async fn unchanged(&self, names: Vec<String>, since: Timestamp) -> Result<BTreeSet<String>, Error> {
        let mut people = BTreeSet::new();
        for some in names.chunks(super::AT_ONCE) {
            let some = some.to_vec();
            let found = self.read(move |cache| cache.look_up(&some)).await?.found;
            let unchanged = found.into_iter().filter(|user| user.modified_at < since);
            people.extend(unchanged.map(|user| match user.sub() {
                Some(sub) => exactly("sub", sub),
                None => exactly("username", user.username.as_str()),
            }));
        }
        Ok(people)
    }
}

/// The term that finds exactly this value.
fn exactly(field: &str, value: &str) -> String {
    format!("{field}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A query without those whom terms find.
fn without(query: String, terms: &BTreeSet<String>) -> String {
    match terms.len() {
        0 => query,
        1 => terms.iter().fold(query, |query, term| format!("{query} -{term}")),
        _ => format!("{query} -({})", terms.iter().map(String::as_str).collect::<Vec<_>>().join(" or ")),
    }
}
