//! The search language: text to a tree that `store` turns into bound SQL.
//!
//! The tree holds folded text and absolute instants, so whoever evaluates it needs neither a clock nor a time zone.

mod complete;
mod error;
pub mod evaluate;
mod field;
mod fold;
#[cfg(any(test, feature = "generate"))]
pub mod generate;
mod lexer;
mod parse;
mod print;
mod term;
#[cfg(test)]
mod tests;
mod tree;
mod when;

pub use complete::{Sought, Wanted, complete};
pub use error::{ParseError, Suggestion, char_offset, utf16_offset};
pub use field::{Field, Fields, STANDARD_ATTRIBUTES};
pub use fold::fold;
pub use parse::{DEEPEST_NESTING, LONGEST_QUERY, MOST_TERMS, parse};
pub use print::{Chip, ChipKind, chips, quote};
pub use tree::{Bound, Expr, Moment, Pattern, Sort, Term, UserQuery};
pub use when::Asked;
