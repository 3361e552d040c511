//! Dates, instants and ages.

use jiff::civil::{Date, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Span, Timestamp};

use super::Bound;
use super::lexer::Op;

/// When and where a query is asked: what ages are counted from and whose days bare dates are.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The present.
    pub now: Timestamp,
    /// The local zone in the window, UTC in `poolctl`.
    pub zone: TimeZone,
}

/// A point in time as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Point {
    /// A whole day: its first instant and the first of the next day.
    Day(Timestamp, Timestamp),
    Instant(Timestamp),
    /// So long ago.
    Age(Timestamp),
}

impl Point {
    /// A date, an RFC 3339 instant or an age; `None` when the text is none of them.
    pub(super) fn read(text: &str, asked: &Asked) -> Option<Self> {
        day(text, &asked.zone).or_else(|| age(text, asked)).or_else(|| text.parse().ok().map(Self::Instant))
    }

    /// The bound of `created OP point`; `None` for an operator that does not compare.
    pub(super) fn bound(self, op: Op) -> Option<Bound> {
        match (self, op) {
            (_, Op::Has | Op::Is) => None,
            (Self::Day(_, next), Op::Above) => Some(Bound::From(next)),
            (Self::Day(first, _), Op::AtLeast) => Some(Bound::From(first)),
            (Self::Day(first, _), Op::Below) => Some(Bound::Before(first)),
            (Self::Day(_, next), Op::AtMost) => Some(Bound::Before(next)),
            (Self::Instant(at), Op::Above) => Some(Bound::From(just_after(at))),
            (Self::Instant(at), Op::AtLeast) => Some(Bound::From(at)),
            (Self::Instant(at), Op::Below) => Some(Bound::Before(at)),
            (Self::Instant(at), Op::AtMost) => Some(Bound::Before(just_after(at))),
            // A greater age is an earlier instant.
            (Self::Age(at), Op::Above) => Self::Instant(at).bound(Op::Below),
            (Self::Age(at), Op::AtLeast) => Self::Instant(at).bound(Op::AtMost),
            (Self::Age(at), Op::Below) => Self::Instant(at).bound(Op::Above),
            (Self::Age(at), Op::AtMost) => Self::Instant(at).bound(Op::AtLeast),
        }
    }
}

fn just_after(at: Timestamp) -> Timestamp {
    at.checked_add(Span::new().nanoseconds(1)).unwrap_or(Timestamp::MAX)
}

fn day(text: &str, zone: &TimeZone) -> Option<Point> {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| if matches!(i, 4 | 7) { b == b'-' } else { b.is_ascii_digit() });
    let date: Date = if shape { text.parse().ok()? } else { return None };
    let next = date.tomorrow().map_or(Timestamp::MAX, |next| first_instant(next, zone));
    Some(Point::Day(first_instant(date, zone), next))
}

/// The first instant of a day, also of one that a change of clocks robs of its midnight.
fn first_instant(date: Date, zone: &TimeZone) -> Timestamp {
    let midnight = date.to_datetime(Time::midnight());
    let ambiguous = zone.to_ambiguous_timestamp(midnight);
    if let AmbiguousOffset::Gap { after, .. } = ambiguous.offset()
        && let Ok(before_gap) = after.to_timestamp(midnight)
        && let Some(change) = zone.following(before_gap).next()
    {
        return change.timestamp();
    }
    // Only the last day that can be written has no instant in some zones.
    ambiguous.compatible().unwrap_or(Timestamp::MAX)
}

/// `30d`: hours are exact; days, weeks, months and years go by the calendar of the zone.
fn age(text: &str, asked: &Asked) -> Option<Point> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    if number.is_empty() {
        return None;
    }
    let span: fn(i64) -> Result<Span, jiff::Error> = match unit.to_ascii_lowercase().as_str() {
        "h" => |n| Span::new().try_hours(n),
        "d" => |n| Span::new().try_days(n),
        "w" => |n| Span::new().try_weeks(n),
        "mo" => |n| Span::new().try_months(n),
        "y" => |n| Span::new().try_years(n),
        _ => return None,
    };
    let now = asked.now.to_zoned(asked.zone.clone());
    let then = number.parse().ok().and_then(|n| span(n).ok()).and_then(|span| now.checked_sub(span).ok());
    // Longer ago than time reaches: everything is younger.
    Some(Point::Age(then.map_or(Timestamp::MIN, |then| then.timestamp())))
}
