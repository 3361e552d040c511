//! Calendar months.

use jiff::Timestamp;
use model::month::Month;
use rstest::rstest;

#[rstest]
#[case("2026-02", 28)]
#[case("2028-02", 29)]
#[case("2026-11", 30)]
#[case("2026-12", 31)]
fn a_month_is_written_as_it_is_read(#[case] text: &str, #[case] days: u32) {
    let month = Month::parse(text).unwrap();
    assert_eq!((month.to_string().as_str(), month.days()), (text, days));
}

#[rstest]
#[case("")]
#[case("2026")]
#[case("2026-13")]
#[case("2026-00")]
#[case("2026-1")]
#[case("26-11")]
#[case("+026-11")]
#[case("2026-11-01")]
#[case("1999-12")]
fn nothing_else_is_a_month(#[case] text: &str) {
    assert!(Month::parse(text).is_err());
}

#[test]
fn it_begins_and_ends_in_utc() {
    let instant = |text: &str| text.parse::<Timestamp>().unwrap();
    let november = Month::parse("2026-11").unwrap();
    assert!(november.contains(instant("2026-11-01T00:00:00Z")));
    assert!(november.contains(instant("2026-11-30T23:59:59.999Z")));
    assert!(november.contains(instant("2026-12-01T00:30:00+01:00")));
    assert!(!november.contains(instant("2026-12-01T00:00:00Z")));
    assert_eq!(november.next().next().to_string(), "2027-01");
    assert_eq!(Month::parse("2026-01").unwrap().previous().to_string(), "2025-12");
}

#[test]
fn the_end_of_time_has_no_next_month_that_breaks() {
    assert_eq!(Month::of(Timestamp::MAX).next().days(), 31);
}
