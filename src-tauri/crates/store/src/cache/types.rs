//! What the cache takes and gives, apart from the nouns of `model`.

use jiff::Timestamp;
use model::user::User;
use serde::{Deserialize, Serialize};

/// A cache file that could not be used and was renamed; an empty one took its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// Where the unusable file is now.
    pub path: std::path::PathBuf,
    /// What was wrong with it.
    pub why: Why,
}

impl std::fmt::Display for SetAside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = self.path.display();
        match self.why {
            Why::Damaged => write!(f, "The cached pool was damaged. It was kept as {path}; sync to fill a new cache."),
            Why::Unreadable => write!(
                f,
                "The cached pool was encrypted with another key or is damaged. It was kept as {path}; sync to fill a \
                 new cache."
            ),
            Why::Newer => write!(
                f,
                "The cached pool was written by a newer Poolkeeper. It was kept as {path}; sync to fill a new cache."
            ),
            Why::Earlier => write!(
                f,
                "The cached pool was written by an earlier Poolkeeper, in a layout that is not carried over. It was kept \
                 as {path}; sync to fill a new cache."
            ),
        }
    }
}

/// Why a cache file was set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Pages are missing or do not verify.
    Damaged,
    /// The key does not open it, or it is no database at all; the two cannot be told apart.
    Unreadable,
    /// A newer version of Poolkeeper wrote it.
    Newer,
    /// A build before 0.1.0 wrote it, in a layout of its own.
    Earlier,
}

impl Why {
    /// The word that is put into the file's new name.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::Unreadable => "unreadable",
            Self::Newer => "newer",
            Self::Earlier => "earlier",
        }
    }
}

/// A page of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The users in order. Fewer than asked for only at the end.
    pub users: Vec<User>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Cursor>,
}

/// A place in an order: just after one user. Written as one line of text.
///
/// It names the sort value and the user name of that user and stays valid when the user changes or goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cursor {
    /// The sort value of the last user that was given; `None` when it has none.
    pub(crate) value: Option<String>,
    /// The user name of that user.
    pub(crate) username: String,
}

impl From<Cursor> for String {
    fn from(cursor: Cursor) -> Self {
        serde_json::json!([cursor.value, cursor.username]).to_string()
    }
}

impl TryFrom<String> for Cursor {
    type Error = serde_json::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let (value, username) = serde_json::from_str(&text)?;
        Ok(Self { value, username })
    }
}

/// The outcome of an exact look-up of pasted entries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LookedUp {
    /// The users, each once, in the order of the entries that found them first.
    pub found: Vec<User>,
    /// The entries that no user has as e-mail, `sub`, user name or phone number.
    pub missing: Vec<String>,
}

/// What kind of generation runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncKind {
    /// Chains by `sub` prefix.
    Full,
    /// One unfiltered listing, so that no user can hide behind an odd `sub`.
    Sweep,
}

/// How far the running generation has come, for whoever resumes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncPhase {
    /// Users are listed.
    Users,
    /// Groups and memberships are listed.
    Members,
    /// Users that were not seen are being verified.
    Verifying,
}

/// A generation that began and has not finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncState {
    /// Its number; grows with every generation, also when the cache was made anew in between.
    pub generation: u64,
    /// What kind it is.
    pub kind: SyncKind,
    /// When it began.
    pub started_at: Timestamp,
    /// How far it has come.
    pub phase: SyncPhase,
    /// Its chains by id.
    pub chains: Vec<Chain>,
}

/// One listing of users with its checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// Names the chain within the generation.
    pub id: u32,
    /// The `sub` prefix that it is limited to; `None` for an unfiltered listing.
    pub prefix: Option<String>,
    /// The page token to go on with; `None` at the start.
    pub token: Option<String>,
    /// When the token was given; `None` without a token.
    pub token_at: Option<Timestamp>,
    /// Users that this chain has written so far.
    pub users: u64,
    /// Whether the listing has come to its end (or was split).
    pub ended: bool,
}

/// The checkpoint that is written together with a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChainStep {
    /// The token of the next page.
    pub token: Option<String>,
    /// When that token was given.
    pub token_at: Option<Timestamp>,
    /// Whether this was the last page.
    pub ended: bool,
    /// Prefixes of new chains that take over from this one, which thereby ends. Usually empty.
    pub split_into: Vec<String>,
    /// When AWS was asked for the page; `None` when nothing can have changed since. Rows that we changed ourselves about
    /// then or later are left as they are.
    pub asked_at: Option<Timestamp>,
    /// Whether those who are met for the first time were there before, so that they are no news.
    pub newcomers_were_there: bool,
}

/// What a page changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PageEffect {
    /// Users that were not in the cache.
    pub added: u32,
    /// Users that were, and are different now.
    pub changed: u32,
    /// Users of whom nothing was written but that they were seen.
    pub unchanged: u32,
}

/// Where the listing of a group's members stands in the running generation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemberState {
    /// The page token to go on with; `None` at the start.
    pub token: Option<String>,
    /// Whether the listing has come to its end.
    pub ended: bool,
}

/// The checkpoint that is written together with a page of members.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemberStep {
    /// The token of the next page.
    pub token: Option<String>,
    /// Whether this was the last page: the group's memberships are replaced now.
    pub ended: bool,
}

/// What of a pasted list was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The row ids, each once.
    pub ids: std::sync::Arc<[u32]>,
    /// The user names to them.
    pub names: Vec<String>,
    /// Entries that fit nobody, in their order.
    pub missing: Vec<String>,
}

/// A spelling near another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelling {
    /// The spelling, folded. Foreign text.
    pub text: String,
    /// How many letters are different, missing, too many or have changed places.
    pub distance: usize,
    /// How many values have it.
    pub values: u64,
}

/// How many users have an e-mail address at which domain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Domains {
    /// The most frequent ones, folded, with their users. Foreign text.
    pub most: Vec<(String, u64)>,
    /// How many domains there are.
    pub number: u64,
    /// Users at domains that are not among the most frequent.
    pub others: u64,
    /// Users whose address has nothing behind an `@`.
    pub unreadable: u64,
    /// Users without an address.
    pub without: u64,
}

/// How a generation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Finished {
    /// Whether every chain ended and the sum agrees with AWS's estimate.
    pub complete: bool,
    /// Whether this generation was an unfiltered sweep that ended. Once true for a pool it stays true.
    pub swept: bool,
    /// AWS's estimate at this time; `None` when not told.
    pub estimated_users: Option<u64>,
}
