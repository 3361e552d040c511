//! Calendar months: what AWS counts active users by.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::InvalidId;

/// A calendar month in UTC. AWS says "calendar month" and names no time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month {
    year: i16,
    month: i8,
}

impl Month {
    /// The month that an instant lies in.
    #[must_use]
    pub fn of(instant: Timestamp) -> Self {
        let date = instant.to_zoned(TimeZone::UTC).date();
        Self { year: date.year(), month: date.month() }
    }

    /// Reads `2026-11`.
    ///
    /// # Errors
    /// [`InvalidId`] unless it is four digits, a minus and a month from 01 to 12, from the year 2000 to 2999.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let wrong = InvalidId { kind: "month", reason: "write it as 2026-11" };
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let (year, month) = text.split_once('-').ok_or_else(|| wrong.clone())?;
        if year.len() != 4 || month.len() != 2 || !digits(year) || !digits(month) {
            return Err(wrong);
        }
        let year: i16 = year.parse().map_err(|_| wrong.clone())?;
        let month: i8 = month.parse().map_err(|_| wrong.clone())?;
        let known = (2000..3000).contains(&year) && (1..=12).contains(&month);
        if known { Ok(Self { year, month }) } else { Err(wrong) }
    }

    /// The month after this one.
    #[must_use]
    pub fn next(self) -> Self {
        match self.month {
            12 => Self { year: self.year.saturating_add(1).min(9999), month: 1 },
            month => Self { month: month + 1, ..self },
        }
    }

    /// The month before this one.
    #[must_use]
    pub fn previous(self) -> Self {
        match self.month {
            1 => Self { year: self.year - 1, month: 12 },
            month => Self { month: month - 1, ..self },
        }
    }

    /// How many days it has.
    #[must_use]
    pub fn days(self) -> u32 {
        self.first().days_in_month().unsigned_abs().into()
    }

    /// The first day.
    #[must_use]
    pub fn first(self) -> Date {
        Date::constant(self.year, self.month, 1)
    }

    /// Its first instant.
    #[must_use]
    pub fn begins(self) -> Timestamp {
        self.first().to_zoned(TimeZone::UTC).map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
    }

    /// Whether an instant lies in it.
    #[must_use]
    pub fn contains(self, instant: Timestamp) -> bool {
        Self::of(instant) == self
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl TryFrom<String> for Month {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        Self::parse(&text)
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}
