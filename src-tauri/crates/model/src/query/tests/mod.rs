//! The definition of the search language, row by row, shown on a few people.

mod bar;
mod combining;
mod dates;
mod errors;
mod random;
mod sorting;
mod terms;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Asked, Field, Fields, ParseError, evaluate, parse};
use crate::user::{User, UserStatus};
use crate::{GroupName, Username};

/// The pool's own attributes beside the standard ones.
fn fields() -> Fields {
    Fields::new(["custom:plan", "custom:tenant", "dev:custom:plan"].map(str::to_owned))
}

/// Asked on 31 March 2026 at noon UTC.
fn asked() -> Asked {
    Asked { now: "2026-03-31T12:00:00Z".parse().unwrap(), zone: TimeZone::UTC }
}

/// An enabled, confirmed user with these attributes and an address in the attribute's name.
fn person(username: &str, attributes: &[(&str, &str)]) -> User {
    let at: Timestamp = "2025-06-01T00:00:00Z".parse().unwrap();
    User {
        username: Username::parse(username).unwrap(),
        enabled: true,
        status: UserStatus::Confirmed,
        created_at: at,
        modified_at: at,
        attributes: attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        groups: Vec::new(),
    }
}

fn groups(names: &[&str]) -> Vec<GroupName> {
    names.iter().map(|name| GroupName::parse(*name).unwrap()).collect()
}

/// The user names that a query finds.
fn found(query: &str, users: &[User]) -> Vec<String> {
    let query = parse(query, &fields(), &asked()).unwrap();
    evaluate::matches(&query, users).into_iter().map(|user| user.username.as_str().to_owned()).collect()
}

fn error(query: &str) -> ParseError {
    parse(query, &fields(), &asked()).unwrap_err()
}

fn replacements(error: &ParseError) -> Vec<&str> {
    error.suggestions.iter().map(|suggestion| suggestion.replacement.as_str()).collect()
}

fn attribute(name: &str) -> Field {
    Field::Attribute(name.to_owned())
}
