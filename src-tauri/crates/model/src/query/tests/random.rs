//! Whatever somebody types.

use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use proptest::sample::Index;

use super::super::evaluate::{compare, matches};
use super::super::generate::{self, people, query_text, sort};
use super::super::{Expr, Pattern, Term, UserQuery, chips, complete, fold, parse, quote};
use super::{asked, attribute, fields};

/// Text made of what the language treats specially.
const LIKELY: &str =
    r#"([-()"\\*:=<>' ]|or|has:|dup:|email|custom:plan|created>|30d|2026-01-01|[aé👩\u{3000}\u{200b}]){0,30}"#;

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused_at_a_place_in_it(text in ".*", likely in LIKELY) {
        for text in [text, likely] {
            if let Err(error) = parse(&text, &fields(), &asked()) {
                prop_assert!(error.start <= error.end && error.end <= text.chars().count(), "{error:?}");
                let (start, end) = error.utf16(&text);
                prop_assert!(start <= end && end <= text.encode_utf16().count());
            }
        }
    }

    #[test]
    fn chips_cover_everything_but_white_space(text in ".*", likely in LIKELY) {
        for text in [text, likely] {
            let chips = chips(&text, &fields(), &asked());
            let mut at = 0;
            for chip in &chips {
                prop_assert!(text.chars().skip(at).take(chip.start - at).all(char::is_whitespace));
                at = chip.end;
            }
            prop_assert!(text.chars().skip(at).all(char::is_whitespace));
        }
    }

    #[test]
    fn completion_answers_at_every_cursor(text in ".*", likely in LIKELY) {
        for text in [text, likely] {
            let length = text.chars().count();
            for cursor in 0..=length + 1 {
                let wanted = complete(&text, cursor, &fields());
                prop_assert!(wanted.start <= cursor.min(length) && cursor.min(length) <= wanted.end && wanted.end <= length);
                let prefix = fold(&wanted.prefix);
                prop_assert!(wanted.names(&fields()).iter().all(|name| fold(name).contains(&prefix)));
            }
        }
    }

    #[test]
    fn a_quoted_text_is_that_text(text in ".+", likely in LIKELY, value in generate::value()) {
        for text in [text, likely, value].into_iter().filter(|text| !text.is_empty()) {
            let word = parse(&quote(&text), &fields(), &asked());
            prop_assert_eq!(word, Ok(UserQuery { expr: Some(Expr::Term(Term::Anywhere(fold(&text)))) }));
            let exact = parse(&format!("email={}", quote(&text)), &fields(), &asked());
            let pattern = Pattern::Exactly(text.clone());
            prop_assert_eq!(exact, Ok(UserQuery { expr: Some(Expr::Term(Term::Text(attribute("email"), pattern))) }));
            let contained = parse(&format!("email:{}", quote(&text)), &fields(), &asked());
            let pattern = Pattern::Contains(fold(&text));
            prop_assert_eq!(contained, Ok(UserQuery { expr: Some(Expr::Term(Term::Text(attribute("email"), pattern))) }));
        }
    }

    #[test]
    fn generated_queries_are_valid_and_negation_is_the_rest(query in query_text(), users in people()) {
        let parsed = parse(&query, &generate::fields(), &generate::asked());
        prop_assert!(parsed.is_ok(), "{query:?}: {parsed:?}");
        let found = matches(&parsed.unwrap(), &users).len();
        if !query.trim().is_empty() {
            let negated = parse(&format!("-({query})"), &generate::fields(), &generate::asked()).unwrap();
            prop_assert_eq!(found + matches(&negated, &users).len(), users.len());
        }
    }

    #[test]
    fn the_order_is_total(sort in sort(), users in people(), picks in any::<(Index, Index, Index)>()) {
        if !users.is_empty() {
            let (a, b, c) = (picks.0.get(&users), picks.1.get(&users), picks.2.get(&users));
            prop_assert_eq!(compare(&sort, a, b), compare(&sort, b, a).reverse());
            prop_assert_eq!(compare(&sort, a, b).is_eq(), a.username == b.username);
            if compare(&sort, a, b).is_le() && compare(&sort, b, c).is_le() {
                prop_assert!(compare(&sort, a, c).is_le());
            }
        }
    }
}

#[test]
fn generated_queries_find_some_people_and_miss_some() {
    use proptest::strategy::{Strategy, ValueTree};
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut mixed, mut runs) = (0, 0);
    while runs < 400 {
        let query = query_text().new_tree(&mut runner).unwrap().current();
        let users = people().new_tree(&mut runner).unwrap().current();
        let found = matches(&parse(&query, &generate::fields(), &generate::asked()).unwrap(), &users).len();
        mixed += usize::from(found > 0 && found < users.len());
        runs += 1;
    }
    assert!(mixed * 4 > runs, "only {mixed} of {runs} queries tell people apart");
}
