//! Money and counts as people read them.

use rust_decimal::{Decimal, RoundingStrategy};

/// A number with a comma between thousands: `90,000`.
#[must_use]
pub fn grouped(number: u64) -> String {
    group(&number.to_string())
}

/// Dollars with at least two decimals and as many as are needed: `$495.00`, `$0.0055`, `-$1,500.00`.
#[must_use]
pub fn dollars(amount: Decimal) -> String {
    let text = plain(amount.abs());
    let (whole, rest) = text.split_once('.').unwrap_or((&text, "00"));
    let sign = if amount.is_sign_negative() && !amount.is_zero() { "-" } else { "" };
    format!("{sign}${}.{rest}", group(whole))
}

/// An amount as programs read it, with at least two decimals: `4405.00`, `0.0055`.
#[must_use]
pub fn plain(amount: Decimal) -> String {
    let mut amount = amount.normalize();
    if amount.scale() < 2 {
        amount.rescale(2);
    }
    amount.to_string()
}

/// Half a cent and more becomes a cent.
pub(super) fn cents(amount: Decimal) -> Decimal {
    let mut cents = amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    cents.rescale(2);
    cents
}

fn group(digits: &str) -> String {
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
