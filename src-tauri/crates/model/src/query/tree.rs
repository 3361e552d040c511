//! The parsed query.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Field;

/// A parsed query. Empty means everybody.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserQuery {
    /// The condition; `None` for everybody.
    pub expr: Option<Expr>,
}

impl UserQuery {
    /// Whether any of its terms is about groups, so that it is answered only by who knows all members.
    #[must_use]
    pub fn is_about_groups(&self) -> bool {
        fn asks(expr: &Expr) -> bool {
            match expr {
                Expr::And(all) | Expr::Or(all) => all.iter().any(asks),
                Expr::Not(inner) => asks(inner),
                Expr::Term(Term::Text(field, _) | Term::Present(field) | Term::Duplicate(field)) => {
                    *field == Field::Group
                }
                Expr::Term(_) => false,
            }
        }
        self.expr.as_ref().is_some_and(asks)
    }
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// All hold. Never empty.
    And(Vec<Expr>),
    /// At least one holds. Never empty.
    Or(Vec<Expr>),
    /// Does not hold, absent values included.
    Not(Box<Expr>),
    /// One term.
    Term(Term),
}

/// The smallest condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// Folded text that is contained in the user name or in any attribute value. Not empty.
    Anywhere(String),
    /// The field's text fits the pattern; for groups, one group's name does. Never `created`, `modified`, `enabled`.
    Text(Field, Pattern),
    /// The field is present and not empty.
    Present(Field),
    /// Whether sign-in is enabled.
    Enabled(bool),
    /// An instant fits the bound.
    When(Moment, Bound),
    /// Another user of the pool has the same value, case ignored. An absent or empty value never has a twin.
    Duplicate(Field),
}

/// How a text fits. The texts are folded but for [`Pattern::Exactly`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// `field:text`, `field:*text*`
    Contains(String),
    /// `field:text*`
    StartsWith(String),
    /// `field:*text`
    EndsWith(String),
    /// `status:NAME`, `group:NAME`: equal, case ignored.
    Equals(String),
    /// `field=text`: equal, case included.
    Exactly(String),
}

/// Which instant of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    /// `created`
    Created,
    /// `modified`
    Modified,
}

/// A one-sided bound in time. Days and ages have been resolved to instants by the parser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// At or after.
    From(Timestamp),
    /// Before.
    Before(Timestamp),
}

/// An order. Case is ignored, absent values are last in both directions, ties go by user name upwards.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sort {
    /// By what. For [`Field::Group`] by the first group's name.
    pub field: Field,
    /// Downwards?
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self { field: Field::Username, descending: false }
    }
}
