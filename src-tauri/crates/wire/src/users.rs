//! People: rows of the table, the whole person, the timeline, lists that were pasted, the overview.

use std::collections::BTreeMap;

use model::Username;
use model::group::Group;
use model::query::{Field, Sort};
use model::user::User;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::pools::{FreshnessView, PreferredRoleView, sentence};
use crate::{WireError, count};

/// The longest attribute value in a row; the whole value is in [`UserView`].
const LONGEST_CELL: usize = 256;

/// A person, whole: what `poolctl` prints and what the window shows as raw JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UserRecord {
    /// The name in the pool. Foreign text.
    pub username: String,
    /// The `sub`; `null` when the listing did not return one.
    pub sub: Option<String>,
    /// Whether sign-in is enabled.
    pub enabled: bool,
    /// The raw status.
    pub status: String,
    /// When the user was created.
    pub created_at: String,
    /// When the record last changed.
    pub modified_at: String,
    /// Every attribute, `sub` included. Foreign text.
    pub attributes: BTreeMap<String, String>,
    /// The groups, sorted.
    pub groups: Vec<String>,
}

impl From<&User> for UserRecord {
    fn from(user: &User) -> Self {
        Self {
            username: user.username.to_string(),
            sub: user.sub().map(str::to_owned),
            enabled: user.enabled,
            status: user.status.to_string(),
            created_at: user.created_at.to_string(),
            modified_at: user.modified_at.to_string(),
            attributes: user.attributes.clone(),
            groups: user.groups.iter().map(ToString::to_string).collect(),
        }
    }
}

/// A person in the inspector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UserView {
    /// The name in the pool. Foreign text.
    pub username: String,
    /// The `sub`; `null` when the listing did not return one.
    pub sub: Option<String>,
    /// Whether sign-in is enabled.
    pub enabled: bool,
    /// The raw status.
    pub status: String,
    /// When the user was created.
    pub created_at: String,
    /// When the record last changed.
    pub modified_at: String,
    /// Every attribute, `sub` included. Foreign text.
    pub attributes: BTreeMap<String, String>,
    /// The groups, sorted.
    pub groups: Vec<String>,
    /// Which of their roles Cognito prefers; `null` where the memberships are not known.
    pub preferred_role: Option<PreferredRoleView>,
    /// The [`UserRecord`] as indented JSON.
    pub raw: String,
}

impl UserView {
    /// A person with the groups that they are in; without these where the memberships are not known.
    #[must_use]
    pub fn new(user: &User, groups: Option<&[Group]>) -> Self {
        let preferred_role = groups.map(PreferredRoleView::new);
        let record = UserRecord::from(user);
        // A record of texts cannot fail to become JSON.
        let raw = serde_json::to_string_pretty(&record).unwrap_or_default();
        let UserRecord { username, sub, enabled, status, created_at, modified_at, attributes, groups } = record;
        Self { username, sub, enabled, status, created_at, modified_at, attributes, groups, preferred_role, raw }
    }
}

/// A person in the table: as [`UserRecord`], with long values cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UserRow {
    /// The name in the pool. Foreign text.
    pub username: String,
    /// The `sub`; `null` when the listing did not return one.
    pub sub: Option<String>,
    /// Whether sign-in is enabled.
    pub enabled: bool,
    /// The raw status.
    pub status: String,
    /// When the user was created.
    pub created_at: String,
    /// When the record last changed.
    pub modified_at: String,
    /// Every attribute; values of more than 256 characters are cut and end in `…`. Foreign text.
    pub attributes: BTreeMap<String, String>,
    /// The groups, sorted.
    pub groups: Vec<String>,
}

impl From<&User> for UserRow {
    fn from(user: &User) -> Self {
        let UserRecord { username, sub, enabled, status, created_at, modified_at, attributes, groups } =
            UserRecord::from(user);
        let attributes = attributes.into_iter().map(|(name, value)| (name, cut(value))).collect();
        Self { username, sub, enabled, status, created_at, modified_at, attributes, groups }
    }
}

fn cut(value: String) -> String {
    match value.char_indices().nth(LONGEST_CELL) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value,
    }
}

/// An order of rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SortView {
    /// A field of the query language.
    pub field: String,
    /// Downwards?
    pub descending: bool,
}

impl From<&Sort> for SortView {
    fn from(sort: &Sort) -> Self {
        Self { field: sort.field.name().to_owned(), descending: sort.descending }
    }
}

impl From<&SortView> for Sort {
    fn from(sort: &SortView) -> Self {
        Self { field: Field::named(&sort.field), descending: sort.descending }
    }
}

/// Searches the open pool's local copy.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SearchUsers {
    /// The query as typed.
    pub query: String,
    /// The order.
    pub sort: SortView,
}

/// The beginning of a search's result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SearchView {
    /// What names this search in `get_rows` and `count_users`. A later search replaces it.
    pub search: u32,
    /// The first rows.
    pub rows: Vec<UserRow>,
    /// How many match; `null` while that is still being counted (`count_users`).
    pub total: Option<u32>,
    /// Why what was found may be wrong, as a sentence; `null` when nothing stands against it.
    pub doubt: Option<String>,
}

/// Names a search.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CountUsers {
    /// As given by [`SearchView`].
    pub search: u32,
}

/// Asks for rows at any position.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GetRows {
    /// As given by [`SearchView`].
    pub search: u32,
    /// The first row, from 0.
    pub start: u32,
    /// How many, 500 at most.
    pub count: u32,
}

/// Names a person of the open pool.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OneUser {
    /// The exact name.
    pub username: String,
}

impl OneUser {
    /// The name.
    ///
    /// # Errors
    /// A validation error when it is empty or too long.
    pub fn parse(&self) -> Result<Username, WireError> {
        Username::parse(self.username.clone()).map_err(|error| WireError::validation("username", sentence(&error)))
    }
}

/// A pasted list to be looked up exactly.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LookUp {
    /// Lines, commas or semicolons between e-mail addresses, subs, user names or phone numbers.
    pub text: String,
}

/// What of a pasted list was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LookUpView {
    /// The people.
    pub found: Vec<UserRow>,
    /// Entries that fit nobody.
    pub missing: Vec<String>,
}

/// Whom the entries of a list mean in the local copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MeantView {
    /// Each entry that means one user.
    pub found: Vec<MeantOneView>,
    /// Entries that fit nobody here. Foreign text.
    pub missing: Vec<String>,
    /// Entries that fit several users each: nobody is meant by them.
    pub ambiguous: Vec<AmbiguousView>,
}

/// An entry that means one user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MeantOneView {
    /// The entry. Foreign text.
    pub entry: String,
    /// The user name. Foreign text.
    pub username: String,
}

/// An entry that fits several users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AmbiguousView {
    /// The entry. Foreign text.
    pub entry: String,
    /// Their user names. Foreign text.
    pub usernames: Vec<String>,
}

impl From<&console::Meant> for MeantView {
    fn from(meant: &console::Meant) -> Self {
        let one = |(entry, username): &(String, Username)| MeantOneView {
            entry: entry.clone(),
            username: username.to_string(),
        };
        let several = |(entry, usernames): &(String, Vec<Username>)| AmbiguousView {
            entry: entry.clone(),
            usernames: usernames.iter().map(ToString::to_string).collect(),
        };
        Self {
            found: meant.found.iter().map(one).collect(),
            missing: meant.missing.clone(),
            ambiguous: meant.ambiguous.iter().map(several).collect(),
        }
    }
}

/// Looks a pasted list up and keeps whom it found as a search.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SearchList {
    /// As in [`LookUp`]; at most 100,000 entries.
    pub text: String,
    /// The order; `null` for that of the list.
    pub sort: Option<SortView>,
}

impl SearchList {
    /// The order, if one is given.
    #[must_use]
    pub fn sort(&self) -> Option<Sort> {
        self.sort.as_ref().map(Sort::from)
    }
}

/// Whom a pasted list found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ListView {
    /// The search, whose total is known.
    pub found: SearchView,
    /// How many entries the list has, repeated ones once.
    pub asked: u32,
    /// Entries that fit nobody.
    pub missing: Vec<String>,
    /// The user names of those who were found, in order. Foreign text.
    pub names: Vec<String>,
}

impl From<&console::ListView> for ListView {
    fn from(list: &console::ListView) -> Self {
        let (missing, names) = (list.missing.clone(), list.names.clone());
        Self { found: SearchView::from(&list.found), asked: list.asked, missing, names }
    }
}

/// Asks for spellings near those of a query.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GetNear {
    /// The query as typed.
    pub query: String,
}

/// A spelling near one of a query. It is an offer and no part of what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NearView {
    /// What was looked for.
    pub asked: String,
    /// The spelling, in small letters. Foreign text.
    pub spelling: String,
    /// The query with it.
    pub query: String,
    /// How many people that finds.
    pub users: u32,
    /// The first of them.
    pub rows: Vec<UserRow>,
}

impl From<&console::Near> for NearView {
    fn from(near: &console::Near) -> Self {
        let (asked, spelling, query) = (near.asked.clone(), near.spelling.clone(), near.query.clone());
        Self { asked, spelling, query, users: count(near.users), rows: rows(&near.rows) }
    }
}

/// What syncs saw of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TimelineView {
    /// Whether changes are kept.
    pub state: HistoryState,
    /// Why they are not.
    pub message: Option<String>,
    /// Days that changes are kept.
    pub days: u32,
    /// The changes, the latest first.
    pub changes: Vec<ChangeView>,
}

/// Whether changes of people are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum HistoryState {
    /// They are.
    On,
    /// Turned off for this pool.
    Off,
    /// The history cannot be read; the file was left as it is.
    Unreadable,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChangeView {
    /// When a sync saw it.
    pub at: String,
    /// The sync before: it happened between the two.
    pub since: Option<String>,
    /// What kind of change.
    pub kind: ChangeKind,
    /// The field that changed, or the group.
    pub name: Option<String>,
    /// The value before. Foreign text.
    pub before: Option<String>,
    /// The value after. Foreign text.
    pub after: Option<String>,
}

/// What kind of change a sync saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ChangeKind {
    /// The person is new in the pool.
    Added,
    /// The person is gone from the pool.
    Removed,
    /// The person came back.
    Reappeared,
    /// A value changed.
    Field,
    /// Joined a group.
    GroupAdded,
    /// Left a group.
    GroupRemoved,
}

/// The open pool in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OverviewView {
    /// Users in the local copy.
    pub users: u32,
    /// By raw status.
    pub statuses: Vec<StatusCountView>,
    /// Sign-in enabled.
    pub enabled: u32,
    /// Sign-in disabled.
    pub disabled: u32,
    /// By group.
    pub groups: Vec<NameCountView>,
    /// By month of creation (`2026-01`), the oldest first.
    pub sign_ups: Vec<MonthCountView>,
    /// How fresh the figures are.
    pub freshness: FreshnessView,
    /// AWS's estimate.
    pub estimated_users: Option<u32>,
}

/// How people of the open pool are spread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DistributionsView {
    /// The most frequent domains of e-mail addresses.
    pub domains: Vec<FoundCountView>,
    /// How many domains there are.
    pub all_domains: u32,
    /// People at domains that are not among the most frequent.
    pub other_domains: u32,
    /// People whose address has nothing behind an `@`.
    pub without_domain: u32,
    /// People without an address.
    pub without_email: u32,
    /// Since when records did not change, the latest first; the name is the query. Everybody is in one.
    pub ages: Vec<FoundCountView>,
    /// By day of creation in the last 90 days (`2026-01-31`, UTC), the oldest first; days without any are left out.
    pub days: Vec<DayCountView>,
}

/// How many a query finds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FoundCountView {
    /// What it stands for. Foreign text.
    pub name: String,
    /// The query that finds them.
    pub query: String,
    /// How many.
    pub count: u32,
}

/// How many belong to a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DayCountView {
    /// `2026-01-31`, in UTC.
    pub day: String,
    /// How many.
    pub count: u32,
}

impl From<&console::Distributions> for DistributionsView {
    fn from(spread: &console::Distributions) -> Self {
        let found = |name: &str, query: String, users: u64| FoundCountView {
            name: name.to_owned(),
            query,
            count: count(users),
        };
        let domains = &spread.domains;
        Self {
            domains: domains.most.iter().map(|(name, n)| found(name, console::at_domain(name), *n)).collect(),
            all_domains: count(domains.number),
            other_domains: count(domains.others),
            without_domain: count(domains.unreadable),
            without_email: count(domains.without),
            ages: spread.ages.iter().map(|age| found(age.query, age.query.to_owned(), age.users)).collect(),
            days: spread.days.iter().map(|(day, n)| DayCountView { day: day.clone(), count: count(*n) }).collect(),
        }
    }
}

/// How many have a status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StatusCountView {
    /// The raw status.
    pub status: String,
    /// How many.
    pub count: u32,
}

/// How many belong to a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NameCountView {
    /// The name. Foreign text.
    pub name: String,
    /// How many.
    pub count: u32,
}

/// How many belong to a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MonthCountView {
    /// `2026-01`, in UTC.
    pub month: String,
    /// How many.
    pub count: u32,
}

/// `poolctl count --json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CountView {
    /// How many match.
    pub count: u32,
}

impl From<&console::Overview> for OverviewView {
    fn from(overview: &console::Overview) -> Self {
        let statuses = overview.statuses.iter();
        let groups = overview.groups.iter();
        let sign_ups = overview.sign_ups.iter();
        let now = overview.pool.as_ref().and_then(|pool| pool.estimated_users);
        Self {
            users: count(overview.freshness.users),
            statuses: statuses.map(|(s, n)| StatusCountView { status: s.to_string(), count: count(*n) }).collect(),
            enabled: count(overview.enabled),
            disabled: count(overview.disabled),
            groups: groups.map(|(g, n)| NameCountView { name: g.name.to_string(), count: count(*n) }).collect(),
            sign_ups: sign_ups.map(|(m, n)| MonthCountView { month: m.clone(), count: count(*n) }).collect(),
            freshness: FreshnessView::from(&overview.freshness),
            estimated_users: now.or(overview.freshness.estimated_users).map(count),
        }
    }
}

impl From<&console::SearchView> for SearchView {
    fn from(search: &console::SearchView) -> Self {
        let doubt = search.doubt.map(str::to_owned);
        Self { search: search.search, rows: rows(&search.rows), total: search.total, doubt }
    }
}

impl From<&console::LookedUp> for LookUpView {
    fn from(looked_up: &console::LookedUp) -> Self {
        Self { found: rows(&looked_up.found), missing: looked_up.missing.clone() }
    }
}

/// People as rows of the table.
#[must_use]
pub fn rows(users: &[User]) -> Vec<UserRow> {
    users.iter().map(UserRow::from).collect()
}

impl From<&console::Change> for ChangeView {
    fn from(change: &console::Change) -> Self {
        use console::What;
        let (kind, name, before, after) = match change.what.clone() {
            What::Added => (ChangeKind::Added, None, None, None),
            What::Removed => (ChangeKind::Removed, None, None, None),
            What::Reappeared => (ChangeKind::Reappeared, None, None, None),
            What::Field { name, before, after } => (ChangeKind::Field, Some(name), before, after),
            What::GroupAdded(name) => (ChangeKind::GroupAdded, Some(name), None, None),
            What::GroupRemoved(name) => (ChangeKind::GroupRemoved, Some(name), None, None),
        };
        let since = change.since.map(|at| at.to_string());
        Self { at: change.at.to_string(), since, kind, name, before, after }
    }
}

impl TimelineView {
    /// The changes of one person, or why there are none.
    #[must_use]
    pub fn new(keeps: bool, days: u32, changes: Result<Vec<console::Change>, console::Error>) -> Self {
        let off = "Changes of this pool's people are not kept. What was seen before is still here.";
        match changes {
            Err(error) => {
                Self { state: HistoryState::Unreadable, message: Some(error.message), days, changes: Vec::new() }
            }
            Ok(changes) => Self {
                state: if keeps { HistoryState::On } else { HistoryState::Off },
                message: (!keeps).then(|| off.to_owned()),
                days,
                changes: changes.iter().map(ChangeView::from).collect(),
            },
        }
    }
}
