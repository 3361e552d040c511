//! Days, instants and ages.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rstest::rstest;

use super::super::{Asked, Bound, Expr, Moment, Term, UserQuery, parse};
use super::{asked, fields};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn just_after(text: &str) -> Timestamp {
    at(text) + jiff::SignedDuration::from_nanos(1)
}

fn bound(query: &str, asked: &Asked) -> Bound {
    match parse(query, &fields(), asked).unwrap() {
        UserQuery { expr: Some(Expr::Term(Term::When(_, bound))) } => bound,
        other => panic!("{query} is {other:?}"),
    }
}

#[rstest]
#[case::after_a_day_begins_on_the_next("created>2026-01-01", Bound::From(at("2026-01-02T00:00:00Z")))]
#[case::from_a_day_begins_on_it("created>=2026-01-01", Bound::From(at("2026-01-01T00:00:00Z")))]
#[case::until_a_day_includes_it("created<=2026-01-01", Bound::Before(at("2026-01-02T00:00:00Z")))]
#[case::before_a_day_ends_with_the_last("created<2026-01-01", Bound::Before(at("2026-01-01T00:00:00Z")))]
#[case::after_an_instant("created>2026-01-01T10:00:00Z", Bound::From(just_after("2026-01-01T10:00:00Z")))]
#[case::from_an_instant("created>=2026-01-01T10:00:00.5+02:00", Bound::From(at("2026-01-01T08:00:00.5Z")))]
#[case::before_an_instant("created<2026-01-01T10:00:00Z", Bound::Before(at("2026-01-01T10:00:00Z")))]
#[case::until_an_instant("created<=2026-01-01t10:00:00z", Bound::Before(just_after("2026-01-01T10:00:00Z")))]
#[case::within_days("created<30d", Bound::From(just_after("2026-03-01T12:00:00Z")))]
#[case::within_days_inclusive("created<=30d", Bound::From(at("2026-03-01T12:00:00Z")))]
#[case::longer_ago("created>30d", Bound::Before(at("2026-03-01T12:00:00Z")))]
#[case::longer_ago_inclusive("created>=30d", Bound::Before(just_after("2026-03-01T12:00:00Z")))]
#[case::hours("created>=36h", Bound::Before(just_after("2026-03-30T00:00:00Z")))]
#[case::weeks("created>2w", Bound::Before(at("2026-03-17T12:00:00Z")))]
#[case::calendar_months("created>1MO", Bound::Before(at("2026-02-28T12:00:00Z")))]
#[case::calendar_years("created>2y", Bound::Before(at("2024-03-31T12:00:00Z")))]
#[case::longer_than_time("created<99999999999999999999y", Bound::From(Timestamp::MIN + jiff::SignedDuration::from_nanos(1)))]
#[case::quoted("created>\"2026-01-01\"", Bound::From(at("2026-01-02T00:00:00Z")))]
#[case::last_day_of_all("created<=9999-12-31", Bound::Before(Timestamp::MAX))]
fn a_time_is_bound(#[case] query: &str, #[case] expected: Bound) {
    assert_eq!(bound(query, &asked()), expected);
}

#[test]
fn modified_is_another_instant_than_created() {
    let query = parse("modified<30d", &fields(), &asked()).unwrap();
    assert!(matches!(query.expr, Some(Expr::Term(Term::When(Moment::Modified, Bound::From(_))))), "{query:?}");
}

fn local(zone: &str, now: &str) -> Asked {
    Asked { now: at(now), zone: TimeZone::posix(zone).unwrap() }
}

const BERLIN: &str = "CET-1CEST,M3.5.0,M10.5.0/3";
/// Clocks go on at midnight: the day begins at one.
const SAO_PAULO: &str = "<-03>3<-02>,M10.3.0/0,M2.3.0/0";
/// Clocks go on at half past eleven in the evening: the next day begins at half past midnight.
const TORONTO_1919: &str = "EST5EDT,M3.5.0/23:30,M10.5.0/0";

#[rstest]
#[case::winter(BERLIN, "created>=2026-01-01", Bound::From(at("2025-12-31T23:00:00Z")))]
#[case::day_of_23_hours_begins(BERLIN, "created>=2026-03-29", Bound::From(at("2026-03-28T23:00:00Z")))]
#[case::day_of_23_hours_ends(BERLIN, "created<=2026-03-29", Bound::Before(at("2026-03-29T22:00:00Z")))]
#[case::day_of_25_hours_ends(BERLIN, "created<=2026-10-25", Bound::Before(at("2026-10-25T23:00:00Z")))]
#[case::day_without_midnight(SAO_PAULO, "created>=2026-10-18", Bound::From(at("2026-10-18T03:00:00Z")))]
#[case::day_before_it(SAO_PAULO, "created<=2026-10-17", Bound::Before(at("2026-10-18T03:00:00Z")))]
#[case::gap_across_midnight(TORONTO_1919, "created>=2026-03-30", Bound::From(at("2026-03-30T04:30:00Z")))]
#[case::age_goes_by_the_calendar(BERLIN, "created>=1d", Bound::Before(just_after("2026-03-28T11:00:00Z")))]
#[case::hours_are_exact(BERLIN, "created>=24h", Bound::Before(just_after("2026-03-28T10:00:00Z")))]
fn days_are_local(#[case] zone: &str, #[case] query: &str, #[case] expected: Bound) {
    // Noon of the day on which Berlin's clocks went on.
    assert_eq!(bound(query, &local(zone, "2026-03-29T10:00:00Z")), expected);
}
