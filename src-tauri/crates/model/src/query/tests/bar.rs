//! What the query bar needs: quoting, chips, completion.

use rstest::rstest;

use super::super::{ChipKind, Field, Moment, Sought, chips, complete, quote};
use super::{asked, attribute, fields};

#[rstest]
#[case::plain("admins", "admins")]
#[case::apostrophe("o'br", "o'br")]
#[case::dash_inside("al-farsi", "al-farsi")]
#[case::dash_first("-a", "\"-a\"")]
#[case::space("beta testers", "\"beta testers\"")]
#[case::star_last("a*", "\"a*\"")]
#[case::star_inside("a*b", "a*b")]
#[case::or("Or", "\"Or\"")]
#[case::colon("x:y", "\"x:y\"")]
#[case::quotes_and_backslash("\\\"", "\"\\\\\\\"\"")]
fn a_text_is_quoted_only_where_needed(#[case] text: &str, #[case] written: &str) {
    assert_eq!(quote(text), written);
}

fn shown(text: &str) -> Vec<(String, String, String, bool, ChipKind)> {
    chips(text, &fields(), &asked())
        .into_iter()
        .map(|chip| {
            let at: String = text.chars().skip(chip.start).take(chip.end - chip.start).collect();
            assert_eq!(at, chip.text, "the text stands where the chip says");
            (chip.text, chip.key, chip.value, chip.negated, chip.kind)
        })
        .collect()
}

fn chip(text: &str, key: &str, value: &str, negated: bool, kind: ChipKind) -> (String, String, String, bool, ChipKind) {
    (text.to_owned(), key.to_owned(), value.to_owned(), negated, kind)
}

#[test]
fn top_level_terms_become_chips() {
    use ChipKind::{Compound, Date, Duplicate, Enabled, Field, Group, Presence, Status, Text};
    let query = "é \"a b\" custom:tenant=42 -group:\"x y\" status:confirmed enabled:no created>2025-01-01 \
                 missing:phone_number dup:email (a or b) -(c d)";
    let expected = [
        chip("é", "", "é", false, Text),
        chip("\"a b\"", "", "a b", false, Text),
        chip("custom:tenant=42", "custom:tenant=", "42", false, Field),
        chip("-group:\"x y\"", "group:", "x y", true, Group),
        chip("status:confirmed", "status:", "confirmed", false, Status),
        chip("enabled:no", "enabled:", "no", false, Enabled),
        chip("created>2025-01-01", "created>", "2025-01-01", false, Date),
        chip("missing:phone_number", "missing:", "phone_number", false, Presence),
        chip("dup:email", "dup:", "email", false, Duplicate),
        chip("(a or b)", "", "(a or b)", false, Compound),
        chip("-(c d)", "", "(c d)", true, Compound),
    ];
    assert_eq!(shown(query), expected);
}

#[rstest]
#[case::or_at_the_top("a or -b c", &[chip("a or -b c", "", "a or -b c", false, ChipKind::Compound)])]
#[case::or_after_a_dash("-a or b", &[chip("-a or b", "", "-a or b", false, ChipKind::Compound)])]
#[case::empty(" ", &[])]
#[case::one_wrong_term("a x:y", &[chip("a", "", "a", false, ChipKind::Text), chip("x:y", "", "x:y", false, ChipKind::Wrong)])]
#[case::unclosed_quote("a \"b c", &[chip("a", "", "a", false, ChipKind::Text), chip("\"b c", "", "b c", false, ChipKind::Wrong)])]
#[case::unclosed_parenthesis("a (b", &[chip("a (b", "", "a (b", false, ChipKind::Wrong)])]
#[case::unopened_parenthesis("a) b", &[chip("a) b", "", "a) b", false, ChipKind::Wrong)])]
#[case::lone_dash("a -", &[chip("a", "", "a", false, ChipKind::Text), chip("-", "", "-", false, ChipKind::Wrong)])]
fn chips_of_other_queries(#[case] query: &str, #[case] expected: &[(String, String, String, bool, ChipKind)]) {
    assert_eq!(shown(query), expected);
}

/// `|` is the cursor.
#[rstest]
#[case::start("|", 0, 0, "", Sought::Term)]
#[case::new_term("a |", 2, 2, "", Sought::Term)]
#[case::word("a em|x", 2, 5, "em", Sought::Term)]
#[case::after_a_dash("-|", 1, 1, "", Sought::Term)]
#[case::negated("-gr|", 1, 3, "gr", Sought::Term)]
#[case::in_parentheses("(em|)", 1, 3, "em", Sought::Term)]
#[case::half_an_or("o|r", 0, 2, "o", Sought::Term)]
#[case::name_before_its_operator("em|ail:x", 0, 6, "em", Sought::Term)]
#[case::unknown_name("custom:p|", 0, 8, "custom:p", Sought::Term)]
#[case::has("has:em|", 4, 6, "em", Sought::Name)]
#[case::status("status:|", 7, 7, "", Sought::Value(Field::Status))]
#[case::group("é -group:be|", 9, 11, "be", Sought::Value(Field::Group))]
#[case::group_in_open_quotes("group:\"beta t|", 6, 13, "beta t", Sought::Value(Field::Group))]
#[case::enabled("enabled:y|", 8, 9, "y", Sought::Value(Field::Enabled))]
#[case::exact_value("custom:tenant=4|2", 14, 16, "4", Sought::Value(attribute("custom:tenant")))]
#[case::value_after_a_star("email:*ac|", 6, 9, "ac", Sought::Value(attribute("email")))]
#[case::time("created>=20|", 9, 11, "20", Sought::Time(Moment::Created))]
#[case::comparison("modified:|", 0, 9, "", Sought::Comparison(Moment::Modified))]
#[case::quoted_text("\"em|", 0, 3, "em", Sought::Nothing)]
fn completion_knows_what_is_wanted(
    #[case] marked: &str,
    #[case] start: usize,
    #[case] end: usize,
    #[case] prefix: &str,
    #[case] what: Sought,
) {
    let cursor = marked.chars().position(|c| c == '|').unwrap();
    let wanted = complete(&marked.replace('|', ""), cursor, &fields());
    assert_eq!((wanted.start, wanted.end, wanted.prefix.as_str(), &wanted.what), (start, end, prefix, &what));
}

#[rstest]
#[case::begins_before_contains("em", &["email:", "email_verified:"])]
#[case::contained("plan", &["custom:plan:", "dev:custom:plan:"])]
#[case::case_ignored("CREA", &["created>"])]
#[case::keywords("mis", &["missing:"])]
#[case::after_has("has:gi", &["given_name"])]
#[case::nothing_for_values("email:gi", &[])]
fn completion_offers_names(#[case] text: &str, #[case] expected: &[&str]) {
    assert_eq!(complete(text, text.chars().count(), &fields()).names(&fields()), expected);
}

#[test]
fn an_empty_query_offers_every_field_and_keyword() {
    let names = complete("", 0, &fields()).names(&fields());
    assert_eq!(names.len(), fields().names().len() + 3);
}
