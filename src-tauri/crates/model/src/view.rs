//! Named searches with the columns that they are read in, and what one that comes from elsewhere must keep to.

use serde::{Deserialize, Serialize};

use crate::query::{LONGEST_QUERY, Sort};
use crate::unseen::is_hidden;

/// The longest name of a view, in characters.
pub const LONGEST_NAME: usize = 80;
/// The most columns of a table.
pub const MOST_COLUMNS: usize = 100;
/// The narrowest column, in CSS pixels.
pub const NARROWEST: u32 = 60;
/// The widest column, in CSS pixels.
pub const WIDEST: u32 = 900;
/// The longest name of a field, in characters: `dev:custom:` and what Cognito allows behind it are far below.
const LONGEST_FIELD: usize = 128;

/// A column of the table of users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnChoice {
    /// The field's name as in a query.
    pub field: String,
    /// In CSS pixels.
    pub width: u32,
    /// Whether it stays when the table is scrolled sideways.
    #[serde(default)]
    pub pinned: bool,
}

/// A named search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SavedView {
    /// What the person calls it.
    pub name: String,
    /// The query as written.
    pub query: String,
    /// The order.
    #[serde(default)]
    pub sort: Sort,
    /// The columns in order; empty for those that the table has.
    #[serde(default)]
    pub columns: Vec<ColumnChoice>,
}

/// Why a view is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadView {
    /// Nothing to call it by.
    #[error("The view has no name. Give it one.")]
    NoName,
    /// More than [`LONGEST_NAME`] characters.
    #[error("The name of the view is longer than {LONGEST_NAME} characters. Shorten it.")]
    LongName,
    /// The name, the query or a field holds what a person does not see.
    #[error(
        "The view holds characters that cannot be seen, so it could say something else than it shows. It was not taken."
    )]
    Hidden,
    /// More than [`LONGEST_QUERY`] bytes.
    #[error("The query of the view is too long.")]
    LongQuery,
    /// Too many, one twice, without a name, too narrow or too wide.
    #[error("The columns of the view are none that a table could have.")]
    Columns,
}

impl SavedView {
    /// Whether it can be shown and kept, wherever it comes from.
    ///
    /// # Errors
    /// [`BadView`], which repeats nothing of it.
    pub fn check(&self) -> Result<(), BadView> {
        let fields = || self.columns.iter().map(|column| column.field.as_str());
        let texts = [self.name.as_str(), self.query.as_str(), self.sort.field.name()];
        if self.name.trim().is_empty() {
            return Err(BadView::NoName);
        }
        if self.name.chars().count() > LONGEST_NAME {
            return Err(BadView::LongName);
        }
        if self.query.len() > LONGEST_QUERY {
            return Err(BadView::LongQuery);
        }
        if texts.into_iter().chain(fields()).any(|text| text.chars().any(is_hidden)) {
            return Err(BadView::Hidden);
        }
        let long = |field: &str| field.is_empty() || field.chars().count() > LONGEST_FIELD;
        let wide = |column: &ColumnChoice| !(NARROWEST..=WIDEST).contains(&column.width);
        let mut met = std::collections::HashSet::new();
        if self.columns.len() > MOST_COLUMNS
            || long(self.sort.field.name())
            || fields().any(|field| long(field) || !met.insert(field))
            || self.columns.iter().any(wide)
        {
            return Err(BadView::Columns);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{BadView, ColumnChoice, SavedView};
    use crate::query::Sort;

    fn view() -> SavedView {
        let column = |field: &str| ColumnChoice { field: field.to_owned(), width: 120, pinned: false };
        SavedView {
            name: "Ours".to_owned(),
            query: "group:admins".to_owned(),
            sort: Sort::default(),
            columns: vec![column("email"), column("custom:tenant")],
        }
    }

    #[test]
    fn a_view_is_taken_only_when_it_says_what_it_shows() {
        assert_eq!(view().check(), Ok(()));
        assert_eq!(SavedView { columns: Vec::new(), query: String::new(), ..view() }.check(), Ok(()));
        let named = |name: &str| SavedView { name: name.to_owned(), ..view() }.check();
        assert_eq!(named("  "), Err(BadView::NoName));
        assert_eq!(named(&"ä".repeat(80)), Ok(()));
        assert_eq!(named(&"ä".repeat(81)), Err(BadView::LongName));
        for hidden in ['\n', '\0', '\u{202e}', '\u{200b}', '\u{feff}', '\u{e0041}', '\u{2066}', '\u{fe0f}'] {
            assert_eq!(named(&format!("a{hidden}b")), Err(BadView::Hidden), "{}", u32::from(hidden));
            let asked = SavedView { query: format!("ann{hidden}"), ..view() };
            assert_eq!(asked.check(), Err(BadView::Hidden));
        }
        assert_eq!(SavedView { query: "x".repeat(70_000), ..view() }.check(), Err(BadView::LongQuery));
        let with = |change: fn(&mut Vec<ColumnChoice>)| {
            let mut view = view();
            change(&mut view.columns);
            view.check()
        };
        assert_eq!(with(|columns| columns.push(columns[0].clone())), Err(BadView::Columns), "one twice");
        assert_eq!(with(|columns| columns[0].width = 59), Err(BadView::Columns));
        assert_eq!(with(|columns| columns[0].width = 901), Err(BadView::Columns));
        assert_eq!(with(|columns| columns[0].field.clear()), Err(BadView::Columns));
        assert_eq!(with(|columns| columns[0].field = "x".repeat(129)), Err(BadView::Columns));
    }
}
