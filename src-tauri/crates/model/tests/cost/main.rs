//! What Cognito costs: worked examples with exact cents, and what must hold for every usage.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod comparing;
mod examples;
mod features;
mod looking_ahead;
mod properties;
mod table;

use model::Region;
use model::cost::{PriceTable, Prices, Usage, bill, plain};
use model::month::Month;

fn table() -> PriceTable {
    PriceTable::built_in().unwrap()
}

fn prices() -> Prices {
    table().base_prices()
}

fn prices_in(region: &str) -> Prices {
    table().prices(&Region::parse(region).unwrap())
}

/// A month of 30 days.
fn november() -> Month {
    Month::parse("2026-11").unwrap()
}

fn total(usage: &Usage) -> String {
    plain(bill(&prices(), usage, november()).total())
}
