//! *and*, `or`, `-`, parentheses.

use rstest::rstest;

use super::super::{Expr, Term, parse};
use super::{asked, fields, found, person};

fn word(text: &str) -> Expr {
    Expr::Term(Term::Anywhere(text.to_owned()))
}

fn not(expr: Expr) -> Expr {
    Expr::Not(Box::new(expr))
}

#[rstest]
#[case::space_is_and("a b", Expr::And(vec![word("a"), word("b")]))]
#[case::or("a or b", Expr::Or(vec![word("a"), word("b")]))]
#[case::or_in_any_case("a OR b oR c", Expr::Or(vec![word("a"), word("b"), word("c")]))]
#[case::and_binds_tighter("a or b c", Expr::Or(vec![word("a"), Expr::And(vec![word("b"), word("c")])]))]
#[case::and_binds_tighter_on_the_left("a b or c", Expr::Or(vec![Expr::And(vec![word("a"), word("b")]), word("c")]))]
#[case::parentheses_group("(a or b) c", Expr::And(vec![Expr::Or(vec![word("a"), word("b")]), word("c")]))]
#[case::parentheses_need_no_space("(a)or(b)c", Expr::Or(vec![word("a"), Expr::And(vec![word("b"), word("c")])]))]
#[case::dash_negates_a_term("-a b", Expr::And(vec![not(word("a")), word("b")]))]
#[case::dash_negates_a_parenthesis("-(a or b)", not(Expr::Or(vec![word("a"), word("b")])))]
#[case::dash_negates_quotes("-\"-a\"", not(word("-a")))]
#[case::dash_in_a_word_is_a_character("al-farsi a-(b)", Expr::And(vec![word("al-farsi"), word("a-"), word("b")]))]
#[case::two_dashes_cancel("--a", word("a"))]
#[case::three_dashes_negate("---(a)", not(word("a")))]
#[case::and_is_a_word("a and b", Expr::And(vec![word("a"), word("and"), word("b")]))]
#[case::not_is_a_word("a not b", Expr::And(vec![word("a"), word("not"), word("b")]))]
#[case::has_alone_is_a_word("has a", Expr::And(vec![word("has"), word("a")]))]
#[case::quotes_make_words_of_what_the_language_uses(
    "\"or\" \"-5\" \"has:\" \"email:x\" \"(\"",
    Expr::And(["or", "-5", "has:", "email:x", "("].map(word).to_vec())
)]
#[case::wide_white_space_separates("a\u{3000}b\u{a0}c", Expr::And(vec![word("a"), word("b"), word("c")]))]
fn terms_combine(#[case] query: &str, #[case] expected: Expr) {
    assert_eq!(parse(query, &fields(), &asked()).unwrap().expr, Some(expected));
}

#[test]
fn negation_also_finds_people_without_the_field() {
    let users = [
        person("ann", &[("email", "ann@acme.example")]),
        person("bob", &[("email", "b@x.example")]),
        person("cyd", &[]),
    ];
    assert_eq!(found("-email:acme", &users), ["bob", "cyd"]);
    assert_eq!(found("-(email:acme or email:x.)", &users), ["cyd"]);
    assert_eq!(found("-missing:email", &users), ["ann", "bob"]);
}
