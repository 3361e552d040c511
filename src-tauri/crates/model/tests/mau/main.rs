//! How many were active: evidence, logs, ways of signing in, prepared queries.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod evidence;
mod logs;
mod operations;
mod queries;
mod splitting;

use model::month::Month;

fn november() -> Month {
    Month::parse("2026-11").unwrap()
}
