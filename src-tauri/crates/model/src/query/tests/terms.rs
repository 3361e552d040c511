//! The rows of the table of terms.

use rstest::rstest;

use super::super::{Expr, Field, Pattern, Term, parse};
use super::{asked, attribute, fields, found, groups, person};
use crate::user::{User, UserStatus};

fn pool() -> Vec<User> {
    let mut ann = person(
        "ann",
        &[
            ("sub", "1f00"),
            ("email", "Ann@Acme.example"),
            ("email_verified", "true"),
            ("given_name", "Zoë"),
            ("custom:tenant", "42"),
            ("custom:plan", "50% off_now"),
        ],
    );
    ann.groups = groups(&["Admins", "beta testers"]);
    let mut bob = person(
        "bob",
        &[("sub", "2f00"), ("email", "ann@acme.example"), ("given_name", "Al-Farsi O'Br*n"), ("custom:tenant", "7")],
    );
    bob.status = UserStatus::ForceChangePassword;
    bob.enabled = false;
    let cyd = person("cyd", &[("identities", "[{\"userId\":\"x\"}]"), ("email", ""), ("dev:custom:plan", "gold")]);
    vec![ann, bob, cyd]
}

#[rstest]
// `word`: in the user name or in any attribute value, any length
#[case::word_in_the_username("cy", &["cyd"])]
#[case::word_in_an_attribute("acme", &["ann", "bob"])]
#[case::word_in_sub("1f0", &["ann"])]
#[case::word_in_email_verified("true", &["ann"])]
#[case::word_in_identities("userid", &["cyd"])]
#[case::word_of_one_character("7", &["bob"])]
#[case::word_of_two_characters("42", &["ann"])]
#[case::word_does_not_look_at_status("confirmed", &[])]
#[case::word_does_not_look_at_groups("admins", &[])]
// `field:text` and its stars
#[case::field_contains("email:CME", &["ann", "bob"])]
#[case::field_looks_nowhere_else("given_name:acme", &[])]
#[case::field_starts_with("email:ann*", &["ann", "bob"])]
#[case::field_starts_with_is_not_contains("email:acme*", &[])]
#[case::field_ends_with("email:*EXAMPLE", &["ann", "bob"])]
#[case::field_ends_with_is_not_contains("email:*acme", &[])]
#[case::field_between_stars_contains("email:*acme*", &["ann", "bob"])]
#[case::field_star_is_present("email:*", &["ann", "bob"])]
#[case::field_two_stars_are_present("email:**", &["ann", "bob"])]
// `field=text`
#[case::exact("email=Ann@Acme.example", &["ann"])]
#[case::exact_includes_case("email=ann@acme.example", &["bob"])]
#[case::exact_is_not_contains("email=acme", &[])]
#[case::exact_takes_stars_as_they_are("given_name=Al*", &[])]
// `status:NAME`, `group:NAME`
#[case::status_ignores_case("status:force_change_password", &["bob"])]
#[case::status_is_equal_not_contained("status:CONFIRM", &[])]
#[case::status_with_a_star("status:FORCE*", &["bob"])]
#[case::status_exact("status=confirmed", &[])]
#[case::group_ignores_case("group:ADMINS", &["ann"])]
#[case::group_is_equal_not_contained("group:admin", &[])]
#[case::group_with_a_star("group:*testers", &["ann"])]
#[case::group_quoted("group:\"Beta Testers\"", &["ann"])]
#[case::group_exact("group=admins", &[])]
#[case::group_present("group:*", &["ann"])]
// `enabled`
#[case::enabled_yes("enabled:yes", &["ann", "cyd"])]
#[case::enabled_no("enabled:NO", &["bob"])]
// `has`, `missing`: present and not empty
#[case::has("has:email", &["ann", "bob"])]
#[case::missing_counts_empty_and_absent("missing:email", &["cyd"])]
#[case::has_custom("has:custom:plan", &["ann"])]
#[case::has_dev_custom("has:dev:custom:plan", &["cyd"])]
#[case::has_group("has:group", &["ann"])]
#[case::missing_group("missing:group", &["bob", "cyd"])]
#[case::everybody_has_created("has:created", &["ann", "bob", "cyd"])]
#[case::nobody_misses_status("missing:status", &[])]
#[case::nobody_misses_enabled("missing:enabled", &[])]
// `dup`
#[case::dup_ignores_case("dup:email", &["ann", "bob"])]
#[case::dup_needs_another_user("dup:custom:tenant", &[])]
#[case::dup_of_status("dup:status", &["ann", "cyd"])]
#[case::dup_of_created("dup:created", &["ann", "bob", "cyd"])]
// Case, accents
#[case::case_is_ignored("ZOË", &["ann"])]
#[case::accents_count("zoe", &[])]
// Longest known field
#[case::longest_known_field("custom:tenant:4", &["ann"])]
#[case::dev_custom("dev:custom:plan:gold", &["cyd"])]
#[case::names_in_another_case("EMAIL:ann@ Has:EMAIL", &["ann", "bob"])]
// Quotes and ordinary characters
#[case::quoted_word("\"al-farsi o'br\"", &["bob"])]
#[case::apostrophe_is_ordinary("given_name:o'br", &["bob"])]
#[case::star_in_quotes_is_ordinary("given_name:\"*n\"", &["bob"])]
#[case::star_inside_is_ordinary("given_name:o'br*n", &["bob"])]
#[case::star_in_quotes_inside_stars("given_name:*\"br*\"*", &["bob"])]
#[case::star_in_a_word_is_ordinary("br*", &["bob"])]
#[case::quoted_piece_and_star("given_name:\"al-farsi o\"*", &["bob"])]
#[case::per_cent_is_ordinary("custom:plan:0%", &["ann"])]
#[case::per_cent_is_no_wildcard("email:a%e", &[])]
#[case::underscore_is_ordinary("custom:plan:f_n", &["ann"])]
#[case::underscore_is_no_wildcard("email:a_n", &[])]
#[case::quote_in_quotes("identities:\"\\\"userId\\\"\"", &["cyd"])]
#[case::dash_inside_a_word("al-farsi", &["bob"])]
// Everybody
#[case::empty("", &["ann", "bob", "cyd"])]
#[case::white_space(" \t\u{3000}\n", &["ann", "bob", "cyd"])]
fn a_term_finds(#[case] query: &str, #[case] expected: &[&str]) {
    assert_eq!(found(query, &pool()), expected, "{query}");
}

#[rstest]
#[case::word("Ann", Term::Anywhere("ann".into()))]
#[case::contains("email:Ann", Term::Text(attribute("email"), Pattern::Contains("ann".into())))]
#[case::exactly("email=Ann*", Term::Text(attribute("email"), Pattern::Exactly("Ann*".into())))]
#[case::backslash_outside_quotes(r"email:a\b", Term::Text(attribute("email"), Pattern::Contains(r"a\b".into())))]
#[case::escapes_inside_quotes(r#""a\"b\\c\d""#, Term::Anywhere(r#"a"b\c\d"#.into()))]
#[case::operators_inside_a_value("email:=a:b", Term::Text(attribute("email"), Pattern::Contains("=a:b".into())))]
#[case::quoted_field_is_text("\"email:acme\"", Term::Anywhere("email:acme".into()))]
#[case::quoted_name_is_text("\"email\":acme", Term::Anywhere("email:acme".into()))]
#[case::quoted_or_is_text("\"or\"", Term::Anywhere("or".into()))]
#[case::or_in_a_word("oregon", Term::Anywhere("oregon".into()))]
#[case::field_name_alone_is_text("email", Term::Anywhere("email".into()))]
#[case::zero_width_is_ordinary("a\u{200b}b\u{202e}", Term::Anywhere("a\u{200b}b\u{202e}".into()))]
#[case::turkish_capital("İ", Term::Anywhere("i".into()))]
#[case::three_stars("email:***", Term::Text(attribute("email"), Pattern::Contains("*".into())))]
#[case::created_star("created:*", Term::Present(Field::Created))]
#[case::enabled_star("enabled:*", Term::Present(Field::Enabled))]
fn a_term_means(#[case] query: &str, #[case] term: Term) {
    assert_eq!(parse(query, &fields(), &asked()).unwrap().expr, Some(Expr::Term(term)));
}

#[test]
fn every_kind_of_field_can_be_asked_for() {
    for name in fields().names() {
        for word in ["has", "missing", "dup"] {
            let query = format!("{word}:{name}");
            assert!(parse(&query, &fields(), &asked()).is_ok(), "{query}");
        }
    }
}

#[test]
fn the_longest_known_field_wins_over_its_own_beginning() {
    let fields =
        super::Fields::new(["custom:tenant", "custom:tenant:4", "custom:a(b)", "custom:x=y"].map(str::to_owned));
    let term = |query: &str| match parse(query, &fields, &asked()).unwrap().expr {
        Some(Expr::Term(term)) => term,
        other => panic!("{query} is {other:?}"),
    };
    let contains = |name: &str, text: &str| Term::Text(attribute(name), Pattern::Contains(text.to_owned()));
    assert_eq!(term("custom:tenant:4:x"), contains("custom:tenant:4", "x"));
    assert_eq!(term("custom:tenant:45"), contains("custom:tenant", "45"));
    assert_eq!(term("custom:a(b):x"), contains("custom:a(b)", "x"));
    assert_eq!(term("has:custom:a(b)"), Term::Present(attribute("custom:a(b)")));
    assert_eq!(term("custom:x=y:z"), contains("custom:x=y", "z"));
}

#[test]
fn an_exact_name_wins_over_the_same_name_in_another_case() {
    let fields = super::Fields::new(["custom:Plan", "custom:plan", "custom:PLAN"].map(str::to_owned));
    for name in ["custom:Plan", "custom:plan", "custom:PLAN"] {
        let present = Some(Expr::Term(Term::Present(attribute(name))));
        assert_eq!(parse(&format!("has:{name}"), &fields, &asked()).unwrap().expr, present);
        assert_eq!(parse(&format!("{name}:*"), &fields, &asked()).unwrap().expr, present);
    }
}

#[test]
fn an_exact_name_wins_over_a_longer_one_in_another_case() {
    let fields = super::Fields::new(["custom:TENANT", "custom:tenant:4"].map(str::to_owned));
    let contains = |name: &str, text: &str| Term::Text(attribute(name), Pattern::Contains(text.to_owned()));
    let parsed = |query: &str| parse(query, &fields, &asked()).unwrap().expr;
    assert_eq!(parsed("custom:TENANT:4:x"), Some(Expr::Term(contains("custom:TENANT", "4:x"))));
    assert_eq!(parsed("CUSTOM:tenant:4:x"), Some(Expr::Term(contains("custom:tenant:4", "x"))));
}
