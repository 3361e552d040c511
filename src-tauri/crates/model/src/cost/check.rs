//! Reading a price table: whole or not at all, with every reason why not.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::table::{FreeTier, FreeTiers, Meter, PriceTable, Tariff};

/// The largest file that is read, in bytes.
const LARGEST: usize = 1_000_000;
/// The dearest unit that is believed, in dollars.
const DEAREST: u32 = 1_000;
/// The most digits after the point.
const MOST_DIGITS: u32 = 8;
/// The largest quantity that a bracket or a free tier may name.
const MOST_UNITS: u64 = 1_000_000_000_000;

/// Why a price table is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("This price table is not used: {}", reasons.join(" "))]
pub struct InvalidPriceTable {
    /// Every reason, as a sentence.
    pub reasons: Vec<String>,
}

/// Reads and checks; `today` is `None` where no table can be from the future.
pub(super) fn read(text: &str, today: Option<Date>) -> Result<PriceTable, InvalidPriceTable> {
    let refused = |reason: String| InvalidPriceTable { reasons: vec![reason] };
    if text.len() > LARGEST {
        return Err(refused(format!("It has more than {LARGEST} bytes.")));
    }
    let table: PriceTable = serde_json::from_str(text).map_err(|error| refused(format!("{error}.")))?;
    let mut check = Check { table: &table, reasons: Vec::new() };
    check.head(today);
    check.free(table.base.region.as_str(), &table.base.free);
    for meter in Meter::ALL {
        check.tariff(table.base.region.as_str(), *meter, table.base.tariffs.of(*meter));
    }
    for (region, own) in &table.regions {
        if let Some(free) = &own.free {
            check.free(region.as_str(), free);
        }
        for meter in Meter::ALL {
            if let Some(tariff) = own.tariffs.of(*meter) {
                check.tariff(region.as_str(), *meter, tariff);
            }
        }
    }
    let reasons = check.reasons;
    if reasons.is_empty() { Ok(table) } else { Err(InvalidPriceTable { reasons }) }
}

struct Check<'a> {
    table: &'a PriceTable,
    reasons: Vec<String>,
}

impl Check<'_> {
    fn refuse(&mut self, wrong: bool, reason: impl FnOnce() -> String) {
        if wrong {
            self.reasons.push(reason());
        }
    }

    fn head(&mut self, today: Option<Date>) {
        let table = self.table;
        self.refuse(table.format != 1, || format!("Its format is {}; only 1 is understood.", table.format));
        self.refuse(table.currency != "USD", || format!("Its currency is {}, not USD.", table.currency));
        self.refuse(table.version.trim().is_empty(), || "It has no version.".to_owned());
        self.refuse(table.name.trim().is_empty(), || "It has no name.".to_owned());
        if let Some(today) = today {
            let dates = table.sources.iter().map(|(key, source)| (key.as_str(), source.read_on));
            let dates: Vec<_> = dates.chain([("The table", table.read_on)]).collect();
            for (what, date) in dates {
                self.refuse(date > today, || format!("{what} was read on {date}, which is yet to come."));
            }
        }
        self.refuse(table.regions.contains_key(&table.base.region), || {
            format!("{} is the base and a further Region at once.", table.base.region)
        });
    }

    fn free(&mut self, region: &str, free: &FreeTiers) {
        for (what, tier) in
            [("users", &free.users), ("legacyUsers", &free.legacy_users), ("federated", &free.federated)]
        {
            let place = format!("{region}, free {what}");
            let FreeTier { quantity, sources, .. } = tier;
            self.refuse(*quantity > MOST_UNITS, || format!("{place}: {quantity} is too many."));
            self.sources(&place, sources);
        }
    }

    fn tariff(&mut self, region: &str, meter: Meter, tariff: &Tariff) {
        let place = format!("{region}, {}", meter.words());
        self.sources(&place, &tariff.sources);
        let open = tariff.brackets.last().is_some_and(|last| last.up_to.is_none());
        self.refuse(!open, || format!("{place}: the last bracket must be open (\"upTo\": null)."));
        let mut reached = 0;
        for (at, bracket) in tariff.brackets.iter().enumerate() {
            let number = at + 1;
            let last = number == tariff.brackets.len();
            match bracket.up_to {
                Some(up_to) => {
                    let wrong = up_to <= reached || up_to > MOST_UNITS;
                    self.refuse(wrong, || format!("{place}: bracket {number} ends at {up_to}, not after {reached}."));
                    reached = up_to;
                }
                None => self.refuse(!last, || format!("{place}: bracket {number} is open, but more follow.")),
            }
            let price = bracket.price;
            self.refuse(price < Decimal::ZERO, || format!("{place}: {price} is less than nothing."));
            self.refuse(price > DEAREST.into(), || format!("{place}: {price} for one is more than is believed."));
            self.refuse(price.scale() > MOST_DIGITS, || format!("{place}: {price} has more than 8 decimals."));
        }
    }

    fn sources(&mut self, place: &str, keys: &[String]) {
        self.refuse(keys.is_empty(), || format!("{place}: it names no source."));
        for key in keys {
            let unknown = !self.table.sources.contains_key(key);
            self.refuse(unknown, || format!("{place}: the source {key} is not listed."));
        }
    }
}
