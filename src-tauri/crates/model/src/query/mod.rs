//! The search language: text to a tree that `store` turns into bound SQL.
//!
//! The tree holds folded text and absolute instants, so whoever evaluates it needs neither a clock nor a time zone.

mod field;
mod fold;
mod tree;

pub use field::{Field, Fields};
pub use fold::fold;
pub use tree::{Bound, Expr, Moment, Pattern, Sort, Term, UserQuery};
