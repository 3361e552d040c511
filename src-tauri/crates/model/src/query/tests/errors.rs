//! Where, what was found, what was expected, what could be written.

use rstest::rstest;

use super::super::{DEEPEST_NESTING, LONGEST_QUERY, MOST_TERMS, char_offset, parse, utf16_offset};
use super::{asked, error, fields, replacements};

#[rstest]
#[case::unknown_field("a x:y", 2, 5, "the unknown field “x”", &["\"x:y\""])]
#[case::unknown_field_near("emial:ann*", 0, 10, "the unknown field “emial”", &["\"emial:ann*\"", "email:ann*"])]
#[case::unknown_field_short("-phone:1", 1, 8, "the unknown field “phone”", &["\"phone:1\"", "phone_number:1", "phone_number_verified:1"])]
#[case::unknown_custom("custom:plam:x", 0, 13, "the unknown field “custom:plam”", &["\"custom:plam:x\"", "custom:plan:x", "dev:custom:plan:x"])]
#[case::unknown_without_prefix("tenant=42", 0, 9, "the unknown field “tenant”", &["\"tenant=42\"", "custom:tenant=42"])]
#[case::unknown_keyword("mising:email", 0, 12, "the unknown field “mising”", &["\"mising:email\"", "missing:email"])]
#[case::unknown_with_quotes("x:\"y \\\" z\"", 0, 10, "the unknown field “x”", &["\"x:y \\\" z\""])]
#[case::url("https://a.example", 0, 17, "the unknown field “https”", &["\"https://a.example\""])]
#[case::unknown_after_has("has:emial", 4, 9, "the unknown field “emial”", &["email"])]
#[case::known_and_more_after_has("has:email:x", 4, 11, "the unknown field “email:x”", &["email"])]
#[case::star_after_has("has:*", 4, 5, "the unknown field “*”", &[])]
#[case::nothing_after_has("has:", 0, 4, "“has:” with no field after it", &["\"has:\""])]
#[case::no_field(":x", 0, 2, "“:x” with no field before it", &["\":x\""])]
#[case::lone_equals("a = b", 2, 3, "“=” with no field before it", &["\"=\""])]
#[case::markup("<b>", 0, 3, "“<b>” with no field before it", &["\"<b>\""])]
#[case::empty_value("email:", 0, 6, "“email:” with nothing after it", &["has:email", "missing:email", "\"email:\""])]
#[case::empty_exact("email=\"\" a", 0, 8, "“email=\"\"” with nothing after it", &["has:email", "missing:email", "\"email=\\\"\\\"\""])]
#[case::value_in_parentheses("email:(a)", 0, 6, "“email:” with nothing after it", &["has:email", "missing:email", "\"email:\""])]
#[case::empty_quotes("a \"\"", 2, 4, "empty quotes", &[])]
#[case::custom_without_value("custom:plan", 0, 11, "the field “custom:plan” with nothing after it", &["has:custom:plan", "missing:custom:plan", "\"custom:plan\""])]
#[case::unclosed_quote("a email:\"b c", 8, 12, "a quote that is never closed", &["\"b c\""])]
#[case::unclosed_after_escape("\"b\\\"", 0, 4, "a quote that is never closed", &["\"b\\\"\""])]
#[case::unclosed_backslash("\"b\\", 0, 3, "a quote that is never closed", &["\"b\\\\\""])]
#[case::enabled_true("enabled:true", 0, 12, "“true”", &["enabled:yes", "enabled:no"])]
#[case::enabled_exact_case("enabled=Yes", 0, 11, "“Yes”", &["enabled:yes", "enabled:no"])]
#[case::enabled_compared("enabled>no", 0, 10, "a comparison of the field “enabled”", &["enabled:no", "\"enabled>no\""])]
#[case::enabled_empty("enabled:", 0, 8, "“enabled:” with nothing after it", &["enabled:yes", "enabled:no"])]
#[case::text_compared("email>=b", 0, 8, "a comparison of the field “email”", &["email:b", "\"email>=b\""])]
#[case::created_contains("created:2026-01-01", 0, 18, "“created:2026-01-01”", &["created>=2026-01-01", "created<=2026-01-01", "(created>=2026-01-01 created<=2026-01-01)"])]
#[case::created_equals("created=30d", 0, 11, "“created=30d”", &["created>=30d", "created<=30d", "(created>=30d created<=30d)"])]
#[case::created_colon_operator("modified:>30d", 0, 13, "“modified:>30d”", &["modified>30d"])]
#[case::created_empty("created>", 0, 8, "“created>” with nothing after it", &[])]
#[case::created_nonsense("created>soon", 8, 12, "“soon”", &[])]
#[case::no_such_day("created>2026-02-30", 8, 18, "“2026-02-30”", &[])]
#[case::minutes("created<30m", 8, 11, "“30m”", &["30mo"])]
#[case::instant_without_zone("created<2026-01-01T10:00:00", 8, 27, "“2026-01-01T10:00:00”", &["2026-01-01T10:00:00Z"])]
#[case::or_first("or a", 0, 2, "“or” with nothing before it", &["\"or\""])]
#[case::or_last("a or ", 2, 4, "“or” with nothing after it", &["\"or\""])]
#[case::or_twice("a or OR b", 2, 4, "“or” with nothing after it", &["\"or\""])]
#[case::or_before_parenthesis("(a or) b", 3, 5, "“or” with nothing after it", &["\"or\""])]
#[case::or_negated("-or a", 0, 1, "a “-” that stands alone", &["\"-\""])]
#[case::lone_minus("a - b", 2, 3, "a “-” that stands alone", &["\"-\""])]
#[case::minus_last("a -", 2, 3, "a “-” that stands alone", &["\"-\""])]
#[case::empty_parentheses("a ( )", 2, 5, "empty parentheses", &["\"( )\""])]
#[case::not_closed("(a", 2, 2, "the end of the query", &[")"])]
#[case::only_opened("a (", 3, 3, "the end of the query", &[")"])]
#[case::not_opened("a) b", 1, 2, "“)” with no “(” before it", &["\")\""])]
fn a_mistake_is_told(
    #[case] query: &str,
    #[case] start: usize,
    #[case] end: usize,
    #[case] found: &str,
    #[case] offered: &[&str],
) {
    let error = error(query);
    assert_eq!((error.start, error.end, error.found.as_str()), (start, end, found), "{error}");
    assert_eq!(replacements(&error), offered, "{error}");
    assert!(!error.expected.is_empty());
}

#[rstest]
fn taking_a_suggestion_mends_the_query(
    #[values(
        "a x:y",
        "-emial:ann*",
        "has:emial",
        "email:",
        "email=\"\"",
        "custom:plan",
        "\"b\\",
        "email:\"b\\\"",
        "enabled:true",
        "email>=b",
        "-created:2026-01-01",
        "modified:>30d",
        "created<30m",
        "or",
        "a - b",
        "a -",
        "( )",
        "<b>",
        "a = b"
    )]
    query: &str,
) {
    let error = error(query);
    assert!(!error.suggestions.is_empty());
    for suggestion in &error.suggestions {
        let chars: Vec<char> = query.chars().collect();
        let before: String = chars[..error.start].iter().collect();
        let after: String = chars[error.end..].iter().collect();
        let mended = format!("{before}{}{after}", suggestion.replacement);
        assert_eq!(parse(&mended, &fields(), &asked()).map(|_| ()), Ok(()), "{mended}");
    }
}

#[test]
fn the_message_says_where_what_and_what_instead() {
    let error = error("a x:y");
    assert_eq!(
        error.to_string(),
        "At character 3: found the unknown field “x”; expected a field of this pool, or the text in quotes."
    );
    assert_eq!(error.message(), "Found the unknown field “x”; expected a field of this pool, or the text in quotes.");
}

#[test]
fn positions_are_characters_and_can_be_had_in_utf16() {
    let text = "👩‍👩 é x:y";
    let error = error(text);
    assert_eq!((error.start, error.end), (6, 9));
    assert_eq!(error.utf16(text), (8, 11));
    assert_eq!(char_offset(text, 8), 6);
    assert_eq!(char_offset(text, 1), 0, "inside a pair it is the pair's start");
    assert_eq!((char_offset(text, 99), utf16_offset(text, 99)), (9, 11));
}

#[test]
fn parentheses_may_be_nested_a_hundred_times_and_no_more() {
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&nested(DEEPEST_NESTING), &fields(), &asked()).is_ok());
    assert!(parse(&"(a)".repeat(DEEPEST_NESTING + 1), &fields(), &asked()).is_ok(), "side by side is not nested");
    let error = error(&nested(DEEPEST_NESTING + 1));
    assert_eq!((error.start, error.found.as_str()), (100, "more than 100 parentheses inside each other"));
}

#[test]
fn a_thousand_terms_are_taken_and_no_more() {
    assert!(parse(&"a ".repeat(MOST_TERMS), &fields(), &asked()).is_ok());
    let error = error(&"a ".repeat(MOST_TERMS + 1));
    assert_eq!((error.start, error.found.as_str()), (2000, "1001 terms"));
}

#[rstest]
fn an_enormous_query_is_refused(
    #[values("(", "-", "\"", "a", "a:", "\\", "or ", "\u{1f469}", "created>")] piece: &str,
) {
    let longest = piece.repeat(LONGEST_QUERY / piece.len());
    let _ = parse(&longest, &fields(), &asked());
    let error = error(&piece.repeat((1 << 20) / piece.len()));
    assert!(error.message().contains("at most 64 KiB"), "{error}");
}

#[test]
fn a_long_mistake_is_not_repeated_in_full() {
    let error = error(&format!("{}:x", "x".repeat(60_000)));
    assert!(error.to_string().chars().count() < 200, "{error}");
}

#[rstest]
fn the_worst_text_takes_time_in_proportion(
    #[values("(", "-", "a ", "a: ", "custom:", "has:", "\"\\", "- ", "( ", "or ", "-a ", "é")] piece: &str,
) {
    // Quadratic work on 64 KiB would take minutes in a debug build.
    let text = piece.repeat(LONGEST_QUERY / piece.len());
    let begun = std::time::Instant::now();
    let _ = parse(&text, &fields(), &asked());
    let _ = super::super::chips(&text, &fields(), &asked());
    let _ = super::super::complete(&text, text.len(), &fields()).names(&fields());
    assert!(begun.elapsed().as_secs() < 10, "{piece:?} took {:?}", begun.elapsed());
}
