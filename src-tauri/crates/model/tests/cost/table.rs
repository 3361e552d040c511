//! The price table itself, and what is refused.

use jiff::civil::{Date, date};
use model::Region;
use model::cost::{Meter, PricePlan, PriceTable, Usage, bill, plain};
use model::month::Month;
use rstest::rstest;
use serde_json::{Value, json};

use crate::{prices_in, table};

const TODAY: Date = date(2026, 11, 22);

fn file() -> Value {
    serde_json::to_value(table()).unwrap()
}

fn refused(file: &Value) -> Vec<String> {
    PriceTable::parse(&file.to_string(), TODAY).unwrap_err().reasons
}

#[test]
fn the_table_that_comes_along_holds() {
    let written = serde_json::to_string(&table()).unwrap();
    assert_eq!(PriceTable::parse(&written, TODAY), Ok(table()));
}

#[test]
fn every_figure_names_its_source_and_the_date_of_reading() {
    let figures = table().figures();
    assert!(figures.len() > 40, "{}", figures.len());
    for figure in figures {
        assert!(!figure.sources.is_empty(), "{}", figure.what);
        assert!(
            figure.sources.iter().all(|source| source.read_on <= TODAY && !source.what.is_empty()),
            "{}",
            figure.what
        );
    }
}

#[test]
fn its_age_is_counted_from_the_day_of_reading() {
    assert_eq!(table().read_on, date(2026, 9, 6));
    assert_eq!(table().age_in_days(date(2026, 9, 6)), 0);
    assert_eq!(table().age_in_days(TODAY), 77);
    assert_eq!(table().age_in_days(date(2026, 1, 1)), 0);
}

#[test]
fn a_region_is_confirmed_where_it_was_read() {
    let tokyo = prices_in("ap-northeast-1");
    assert!(tokyo.is_confirmed(Meter::Lite) && !tokyo.is_confirmed(Meter::Federated));
    // No price list of Plus was read for any other Region: there the first one's stands in, and it is said.
    assert!(!tokyo.is_confirmed(Meter::Plus));
    let plus = bill(&tokyo, &Usage::one(PricePlan::Plus, 10, 0), Month::parse("2026-11").unwrap());
    assert!(plus.assumptions.iter().any(|told| told.contains("that of us-east-1 stands in")), "{:?}", plus.assumptions);
    assert!(prices_in("us-east-1").is_confirmed(Meter::Federated));
    assert_eq!(prices_in("sa-east-1").confirmed, []);
}

#[test]
fn a_region_may_have_prices_of_its_own() {
    let mut file = file();
    let own = json!({ "brackets": [{ "upTo": null, "price": "0.0165" }], "sources": ["memory"], "note": null });
    file["regions"]["sa-east-1"] = json!({ "note": "Dearer.", "tariffs": { "essentials": own } });
    let table = PriceTable::parse(&file.to_string(), TODAY).unwrap();
    let there = table.prices(&Region::parse("sa-east-1").unwrap());
    assert_eq!(plain(there.tariffs.essentials.brackets[0].price), "0.0165");
    assert_eq!(there.tariffs.plus, table.base.tariffs.plus);
    assert_eq!(there.note.as_deref(), Some("Dearer."));
}

#[rstest]
#[case::format("/format", json!(2), "Its format is 2; only 1 is understood.")]
#[case::currency("/currency", json!("EUR"), "Its currency is EUR, not USD.")]
#[case::version("/version", json!(" "), "It has no version.")]
#[case::future("/readOn", json!("2027-01-01"), "The table was read on 2027-01-01, which is yet to come.")]
#[case::below_nothing("/base/tariffs/plus/brackets/0/price", json!("-0.02"), "us-east-1, Plus users: -0.02 is less than nothing.")]
#[case::beyond_belief("/base/tariffs/plus/brackets/0/price", json!("20000"), "us-east-1, Plus users: 20000 for one is more than is believed.")]
#[case::decimals("/base/tariffs/plus/brackets/0/price", json!("0.0000000001"), "us-east-1, Plus users: 0.0000000001 has more than 8 decimals.")]
#[case::order("/base/tariffs/lite/brackets/1/upTo", json!(90_000), "us-east-1, Lite users: bracket 2 ends at 90000, not after 90000.")]
#[case::open_too_soon("/base/tariffs/lite/brackets/1/upTo", json!(null), "us-east-1, Lite users: bracket 2 is open, but more follow.")]
#[case::never_open("/base/tariffs/plus/brackets/0/upTo", json!(7), "us-east-1, Plus users: the last bracket must be open (\"upTo\": null).")]
#[case::source("/base/free/users/sources/0", json!("hearsay"), "us-east-1, free users: the source hearsay is not listed.")]
#[case::no_source("/base/tariffs/emails/sources", json!([]), "us-east-1, E-mails through SES: it names no source.")]
#[case::of_a_region("/regions/eu-west-2/tariffs/essentials/brackets", json!([]), "eu-west-2, Essentials users: the last bracket must be open (\"upTo\": null).")]
fn what_makes_no_sense_is_refused_with_the_reason(#[case] place: &str, #[case] value: Value, #[case] reason: &str) {
    let mut file = file();
    *file.pointer_mut(place).unwrap() = value;
    assert_eq!(refused(&file), [reason]);
}

#[test]
fn all_reasons_are_given_at_once() {
    let mut file = file();
    file["currency"] = json!("EUR");
    file["base"]["tariffs"]["plus"]["brackets"][0]["price"] = json!("-1");
    assert_eq!(refused(&file).len(), 2);
    let told = PriceTable::parse(&file.to_string(), TODAY).unwrap_err().to_string();
    assert!(
        told.starts_with("This price table is not used: ") && told.contains("EUR") && told.contains("-1"),
        "{told}"
    );
}

#[rstest]
#[case::float("/base/tariffs/plus/brackets/0/price", json!(0.02), "floating point")]
#[case::word("/base/tariffs/plus/brackets/0/price", json!("cheap"), "invalid value")]
#[case::region("/base/region", json!(""), "Region")]
fn what_cannot_be_read_is_refused_with_its_place(#[case] place: &str, #[case] value: Value, #[case] part: &str) {
    let mut file = file();
    *file.pointer_mut(place).unwrap() = value;
    let reasons = refused(&file);
    assert!(reasons[0].contains(part), "{reasons:?}");
}

#[test]
fn missing_and_unknown_parts_are_refused() {
    let mut missing = file();
    missing["base"]["tariffs"].as_object_mut().unwrap().remove("plus");
    assert!(refused(&missing)[0].contains("missing field `plus`"));
    let mut unknown = file();
    unknown["base"]["tariffs"]["gold"] = json!({});
    assert!(refused(&unknown)[0].contains("unknown field `gold`"));
    assert!(PriceTable::parse("", TODAY).is_err());
    assert!(PriceTable::parse(&" ".repeat(1_000_001), TODAY).unwrap_err().reasons[0].contains("bytes"));
}
