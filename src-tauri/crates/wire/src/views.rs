//! Named searches, their columns, and the links and files by which they and users are shown to others.

use console::KnownPool;
use model::PoolKey;
pub use model::link::LONGEST_LINK;
use model::link::{BadLink, Link};
use model::view;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::WireError;
use crate::connections::place;
use crate::users::{OneUser, SortView};

/// A column of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ColumnChoice {
    /// A field of the query language.
    pub field: String,
    /// In CSS pixels.
    pub width: u32,
    /// Whether it stays while the others scroll.
    pub pinned: bool,
}

/// A query kept by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SavedViewView {
    /// The name.
    pub name: String,
    /// The query as typed.
    pub query: String,
    /// The order.
    pub sort: SortView,
    /// The columns in order; empty for those that the table has.
    pub columns: Vec<ColumnChoice>,
}

impl SavedViewView {
    /// The view, if it can be kept and shown.
    ///
    /// # Errors
    /// A validation error on `view`.
    pub fn parse(&self) -> Result<view::SavedView, WireError> {
        let view = view::SavedView::from(self);
        view.check().map_err(|error| WireError::validation("view", error.to_string()))?;
        Ok(view)
    }

    /// The view as a link.
    ///
    /// # Errors
    /// A validation error when it cannot be shown, or when the link would be longer than links can be.
    pub fn link(&self) -> Result<String, WireError> {
        let link = Link::View(self.parse()?).to_string();
        if link.len() > LONGEST_LINK {
            return Err(WireError::validation("view", "This view is too long for a link. Save it as a file."));
        }
        Ok(link)
    }

    /// The view as a file.
    ///
    /// # Errors
    /// A validation error when it cannot be shown.
    pub fn file(&self) -> Result<Vec<u8>, WireError> {
        self.parse()?;
        let file = ViewFile { poolkeeper: KIND.to_owned(), version: VERSION, view: self.clone() };
        serde_json::to_vec_pretty(&file).map_err(|_| unreadable())
    }

    /// Reads a file that [`SavedViewView::file`] wrote.
    ///
    /// # Errors
    /// A validation error when it is none, or of a newer version.
    pub fn read(file: &[u8]) -> Result<Self, WireError> {
        let file: ViewFile = serde_json::from_slice(file).map_err(|_| unreadable())?;
        if file.poolkeeper != KIND {
            return Err(unreadable());
        }
        if file.version != VERSION {
            return Err(WireError::validation(
                "file",
                "A newer Poolkeeper wrote this file. Update this one to read it.",
            ));
        }
        file.view.parse()?;
        Ok(file.view)
    }
}

/// The longest file of a view, in bytes.
pub const LONGEST_FILE: u64 = 512 * 1024;
const KIND: &str = "view";
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ViewFile {
    /// What the file is.
    poolkeeper: String,
    version: u32,
    view: SavedViewView,
}

fn unreadable() -> WireError {
    WireError::validation(
        "file",
        "This is no file of a saved view. Those are written by “Save as a file” in Poolkeeper.",
    )
}

impl From<&view::ColumnChoice> for ColumnChoice {
    fn from(column: &view::ColumnChoice) -> Self {
        Self { field: column.field.clone(), width: column.width, pinned: column.pinned }
    }
}

impl From<&ColumnChoice> for view::ColumnChoice {
    fn from(column: &ColumnChoice) -> Self {
        Self { field: column.field.clone(), width: column.width, pinned: column.pinned }
    }
}

impl From<&view::SavedView> for SavedViewView {
    fn from(view: &view::SavedView) -> Self {
        Self {
            name: view.name.clone(),
            query: view.query.clone(),
            sort: SortView::from(&view.sort),
            columns: view.columns.iter().map(Into::into).collect(),
        }
    }
}

impl From<&SavedViewView> for view::SavedView {
    fn from(view: &SavedViewView) -> Self {
        Self {
            name: view.name.trim().to_owned(),
            query: view.query.clone(),
            sort: (&view.sort).into(),
            columns: view.columns.iter().map(Into::into).collect(),
        }
    }
}

/// The link to a user of a pool.
///
/// # Errors
/// A validation error on `username`, also when it holds what no link may.
pub fn user_link(pool: &PoolKey, user: &OneUser) -> Result<String, WireError> {
    let link = Link::User { pool: pool.pool.clone(), username: user.parse()? }.to_string();
    // A link that nobody could read is none.
    Link::parse(&link).map_err(|_| {
        WireError::validation(
            "username",
            "This user name holds characters that cannot be seen, so no link to it is made.",
        )
    })?;
    Ok(link)
}

/// Reads a link that was pasted.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReadLink {
    /// The link.
    pub text: String,
}

/// What a link points at. Reading it opens nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum LinkView {
    /// A user of a pool.
    User {
        /// The pool's id.
        pool_id: String,
        /// The user's name in it. Foreign text.
        username: String,
        /// Copies of that pool on this machine.
        copies: Vec<PoolCopyView>,
    },
    /// A view, which belongs to no pool.
    View {
        /// The view. Foreign text.
        view: SavedViewView,
    },
}

/// A local copy of a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PoolCopyView {
    /// What names it.
    pub pool_key: String,
    /// The pool's name. Foreign text.
    pub name: String,
    /// Account and Region, or the endpoint.
    #[serde(rename = "where")]
    pub place: String,
}

/// A link that somebody opened outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OpenedLinkView {
    /// What it points at; `null` when it is refused.
    pub link: Option<LinkView>,
    /// Why it is refused, as a sentence.
    pub refused: Option<String>,
}

impl LinkView {
    /// What a link points at, with the copies that this machine has of its pool.
    ///
    /// # Errors
    /// [`BadLink`].
    pub fn read(text: &str, known: &[KnownPool]) -> Result<Self, BadLink> {
        Ok(match Link::parse(text)? {
            Link::View(view) => Self::View { view: SavedViewView::from(&view) },
            Link::User { pool, username } => Self::User {
                copies: known.iter().filter(|known| known.key.pool == pool).map(PoolCopyView::from).collect(),
                pool_id: pool.to_string(),
                username: username.to_string(),
            },
        })
    }
}

impl From<&KnownPool> for PoolCopyView {
    fn from(known: &KnownPool) -> Self {
        Self { pool_key: known.key.to_string(), name: known.name.clone(), place: place(&known.key, &known.connection) }
    }
}

impl OpenedLinkView {
    /// As [`LinkView::read`], with the refusal as a sentence.
    #[must_use]
    pub fn read(text: &str, known: &[KnownPool]) -> Self {
        match LinkView::read(text, known) {
            Ok(link) => Self { link: Some(link), refused: None },
            Err(error) => Self { link: None, refused: Some(error.to_string()) },
        }
    }
}
