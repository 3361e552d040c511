//! Filters: no value can change what is asked.

use cognito::{ErrorKind, UserFilter};
use proptest::prelude::*;

/// AWS's grammar read back: attribute, operator, unescaped value. `None` when something follows the closing quote.
fn read(filter: &str) -> Option<(String, String, String)> {
    let mut words = filter.splitn(3, ' ');
    let (attribute, operator, quoted) = (words.next()?, words.next()?, words.next()?);
    let mut value = String::new();
    let mut chars = quoted.strip_prefix('"')?.chars();
    loop {
        match chars.next()? {
            '\\' => value.push(chars.next()?),
            '"' => break,
            c => value.push(c),
        }
    }
    chars.next().is_none().then(|| (attribute.to_owned(), operator.to_owned(), value))
}

proptest! {
    #[test]
    fn a_value_never_changes_attribute_or_operator(value in r#"(\PC|["\\= ^]){0,80}"#) {
        let expected = |attribute: &str, operator: &str| Some((attribute.to_owned(), operator.to_owned(), value.clone()));
        let prefix = UserFilter::SubPrefix(value.clone()).expression().unwrap().unwrap();
        prop_assert_eq!(read(&prefix), expected("sub", "^="));
        let email = UserFilter::EmailIs(value.clone()).expression().unwrap().unwrap();
        prop_assert_eq!(read(&email), expected("email", "="));
    }
}

#[test]
fn an_injected_condition_stays_a_value() {
    let filter = UserFilter::SubPrefix(r#"a" or username = "b\"#.to_owned());
    assert_eq!(filter.expression().unwrap().unwrap(), r#"sub ^= "a\" or username = \"b\\""#);
}

#[test]
fn every_user_is_no_filter() {
    assert_eq!(UserFilter::None.expression().unwrap(), None);
}

#[test]
fn a_filter_longer_than_aws_accepts_is_refused_before_it_is_sent() {
    let at = |length: usize| UserFilter::SubPrefix("é".repeat(length)).expression();
    assert!(at(256 - r#"sub ^= """#.len()).is_ok());
    assert_eq!(at(257 - r#"sub ^= """#.len()).unwrap_err().kind, ErrorKind::Validation);
}
