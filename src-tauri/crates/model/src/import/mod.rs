//! Importing people from a file: which column is what, whether a row can become a user, and the file that Cognito's own
//! import takes. Nothing here reads or sends anything.

mod check;
mod hash;
mod job_file;
mod mapping;

use std::collections::{BTreeMap, BTreeSet};

pub use check::{Checker, Keys, WholeFile, unfit};
pub(crate) use check::{has_form, is_an_alias};
pub use hash::{HashAlgorithm, InvalidHash};
pub use job_file::{JOB_BYTES, JOB_ROWS, job_row};
pub use mapping::{Mapping, MappingError, Target};

use crate::GroupName;

/// How people get in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// By Cognito's own import: makes nobody active, sends nothing, and knows no groups.
    Job {
        /// How the passwords of the file are hashed; `None` when it has none.
        hashes: Option<HashAlgorithm>,
    },
    /// One by one (`AdminCreateUser`), each of which makes the user active.
    Create,
}

/// A row as it will be a user. Everything textual is foreign.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Person {
    /// The user name; in pools that sign in by e-mail or phone that address.
    pub username: String,
    /// The attributes, by AWS's names, in the form that the API takes.
    pub attributes: BTreeMap<String, String>,
    /// The groups.
    pub groups: BTreeSet<GroupName>,
    /// Whether sign-in is enabled; `None` when the file does not say.
    pub enabled: Option<bool>,
    /// Whether codes by SMS are asked for; `None` when the file does not say.
    pub mfa: Option<bool>,
    /// The hash of the password; `None` when the file has none.
    pub hash: Option<String>,
}

/// What is wrong with a cell or a row. The sentence repeats no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The column as the file calls it; `None` when it is about the whole row.
    pub column: Option<String>,
    /// A sentence to act on.
    pub message: String,
}

#[cfg(test)]
mod tests;
