//! The disposable copy of one pool: users, groups, memberships, and everything that finds them.
//!
//! One connection writes, a few read. Each public call is one transaction.

mod body;
mod error;
mod fields;
mod open;
mod read;
mod search;
mod snapshot;
mod types;
mod write;

pub use error::CacheError;
pub use types::{
    Chain, ChainStep, Cursor, Domains, Finished, Listed, LookedUp, MemberState, MemberStep, Page, PageEffect, SetAside,
    Spelling, SyncKind, SyncPhase, SyncState, Why,
};

use std::sync::Arc;

use jiff::Timestamp;
use model::client::AppClient;
use model::group::Group;
use model::pool::Pool;
use model::query::{Field, Fields, Sort, UserQuery};
use model::sync::Freshness;
use model::user::{User, UserStatus};
use model::{ClientId, GroupName, PoolKey, Username};

use crate::data_dir::DataDir;
use crate::history::History;
use crate::keys::Keys;
use open::Inner;
use search::Search;

/// The cache of one pool. Cheap to clone, shared between threads; every method blocks.
#[derive(Clone)]
pub struct Cache {
    inner: Arc<Inner>,
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cache")
    }
}

/// An empty cache in memory, for tests of what is within.
#[cfg(test)]
fn in_memory() -> std::result::Result<Cache, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let dir = DataDir::open(folder.path())?;
    let keys = Keys::unlock(&crate::keys::KeySource::Memory, &dir)?;
    let pool = PoolKey {
        place: "aws".to_owned(),
        account: model::AccountId::parse("123456789012")?,
        region: model::Region::parse("eu-west-1")?,
        pool: model::PoolId::parse("eu-west-1_Example01")?,
    };
    Ok(Cache::open(&dir, &pool, &keys)?.0)
}

type Result<T, E = CacheError> = std::result::Result<T, E>;

impl Cache {
    /// Opens the cache of a pool and creates it when there is none.
    ///
    /// A file that cannot be used (damaged, truncated, another key, a newer version) is renamed, never deleted, and an
    /// empty one is opened instead: that is what [`SetAside`] tells.
    ///
    /// # Errors
    /// [`CacheError`] only when nothing at all can be opened, such as no permission or a full disk.
    pub fn open(dir: &DataDir, pool: &PoolKey, keys: &Keys) -> Result<(Self, Option<SetAside>)> {
        let (inner, aside) = Inner::open(dir, pool, keys)?;
        Ok((Self { inner: Arc::new(inner) }, aside))
    }

    /// What `DescribeUserPool` told last; `None` before the first [`Cache::put_pool`].
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn pool(&self) -> Result<Option<Pool>> {
        self.inner.read(read::state::pool)
    }

    /// When `DescribeUserPool` told that; `None` before the first [`Cache::put_pool`].
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn pool_at(&self) -> Result<Option<Timestamp>> {
        self.inner.read(read::state::pool_at)
    }

    /// The groups by name with the number of members that are known.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn groups(&self) -> Result<Vec<(Group, u64)>> {
        self.inner.read(read::state::groups)
    }

    /// The groups of these names, without those that are not known, in the order of the names. Nobody's memberships are counted.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn groups_named(&self, names: &[GroupName]) -> Result<Vec<Group>> {
        self.inner.read(|connection| read::state::groups_named(connection, names))
    }

    /// The app clients as they were described last, by id, and when.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn clients(&self) -> Result<Vec<(AppClient, Timestamp)>> {
        self.inner.read(read::state::clients)
    }

    /// How fresh and how whole the cache is.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn freshness(&self) -> Result<Freshness> {
        self.inner.read(read::state::freshness)
    }

    /// The fields that a query may name: the standard ones, the schema's and those that users have.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn fields(&self) -> Result<Fields> {
        self.inner.read(read::state::fields)
    }

    /// The users that a query finds, in order, after a place. Pages never repeat or skip while nothing changes.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn search(&self, query: &UserQuery, sort: &Sort, after: Option<&Cursor>, limit: u32) -> Result<Page> {
        if let Some(page) = self.by_name(query, sort, |reader| search::first_by_name(reader, sort, after, limit))? {
            return Ok(page);
        }
        self.searched(|search| search::page(search, query, sort, after, limit))
    }

    /// How many users a query finds, exactly.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn count(&self, query: &UserQuery) -> Result<u64> {
        if query.expr.is_none() {
            return Ok(self.freshness()?.users);
        }
        self.searched(|search| search.count(query))
    }

    /// The row ids of everybody that a query finds, in order.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn order(&self, query: &UserQuery, sort: &Sort) -> Result<Arc<[u32]>> {
        if let Some(order) = self.by_name(query, sort, |reader| search::order_by_name(reader, sort))? {
            return Ok(order);
        }
        self.searched(|search| search.order(query, sort))
    }

    /// Reads everybody into memory, so that the next search need not. A million users take about a second.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn prepare(&self) -> Result<()> {
        self.inner.search(|_, _| Ok(()))
    }

    fn searched<T>(&self, act: impl FnOnce(&Search<'_>) -> Result<T>) -> Result<T> {
        self.inner.search(|reader, everybody| act(&Search::new(reader, &self.inner.memo, everybody)))
    }

    /// Everybody by name is in the database's own order: nobody waits there until all are in memory.
    fn by_name<T>(
        &self,
        query: &UserQuery,
        sort: &Sort,
        read: impl FnOnce(&rusqlite::Connection) -> Result<T>,
    ) -> Result<Option<T>> {
        if query.expr.is_some() || sort.field != Field::Username {
            return Ok(None);
        }
        self.inner.read(
            |reader| {
                if self.inner.is_behind(open::revision(reader)?) { read(reader).map(Some) } else { Ok(None) }
            },
        )
    }

    /// The users of these row ids, in the given order. Ids that are gone are left out.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn users(&self, ids: &[u32]) -> Result<Vec<User>> {
        self.inner.read(|reader| read::users::by_ids(reader, ids))
    }

    /// The user of exactly this name; `None` when the cache has none.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn user(&self, username: &Username) -> Result<Option<User>> {
        self.inner.read(|reader| read::users::by_name(reader, username))
    }

    /// Looks pasted entries up: e-mail, `sub`, user name or phone number, whole, case ignored. The first time after a
    /// change everybody who is near it is read; from then on each entry is a few steps. Whoever has exact user names
    /// asks [`Cache::user`] first, which needs nobody in memory.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn look_up(&self, entries: &[String]) -> Result<LookedUp> {
        self.inner.search(|reader, everybody| read::users::look_up(reader, everybody, entries))
    }

    /// Looks entries up as [`Cache::look_up`] does, for a list of those that were found: in the order of `sort`, or of the
    /// entries without one.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn list(&self, entries: &[String], sort: Option<&Sort>) -> Result<Listed> {
        self.searched(|search| search.list(entries, sort))
    }

    /// Spellings near a text among the words of some fields, the nearest first and of those the most frequent; 64 at the
    /// most. The text itself and what contains it are not among them: a search finds those.
    ///
    /// Up to three letters only one of three may differ, up to seven one may differ, be missing, be too many or change
    /// places with its neighbour, from eight on two. Words of one or two letters have no near ones. Of very large pools
    /// the first two million users are looked at, and of a value its first thirty-two words.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn near(&self, fields: &[Field], text: &str) -> Result<Vec<Spelling>> {
        self.inner.search(|_, everybody| Ok(everybody.near(fields, text)))
    }

    /// How many users have an e-mail address at each domain: the `most` most frequent ones, and what is left.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn domains(&self, most: usize) -> Result<Domains> {
        self.inner.search(|_, everybody| Ok(read::overview::domains(everybody, most)))
    }

    /// How many users were created on each day (`2026-01-31`, UTC) from one on, the oldest first. Days without any are
    /// left out.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn sign_ups_by_day(&self, since: Timestamp) -> Result<Vec<(String, u64)>> {
        self.inner.search(|_, everybody| read::overview::sign_ups_by_day(everybody, since))
    }

    /// How many users have each status, the most frequent first.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn statuses(&self) -> Result<Vec<(UserStatus, u64)>> {
        self.inner.search(|_, everybody| Ok(read::overview::statuses(everybody)))
    }

    /// How many users may sign in, and how many may not.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn enabled(&self) -> Result<(u64, u64)> {
        self.inner.search(|_, everybody| Ok(read::overview::enabled(everybody)))
    }

    /// Values of a field that begin with a text (case ignored), the most frequent first. Where values are many it
    /// looks at no more than 20,000 users, so that it answers while a person types.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn frequent_values(&self, field: &Field, prefix: &str, limit: u32) -> Result<Vec<(String, u64)>> {
        self.inner.search(|reader, everybody| read::overview::frequent_values(reader, everybody, field, prefix, limit))
    }

    /// How many users were created in each month (`2026-01`, UTC), the oldest first. Months without any are left out.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn sign_ups_by_month(&self) -> Result<Vec<(String, u64)>> {
        self.inner.search(|_, everybody| read::overview::sign_ups_by_month(everybody))
    }

    /// A number that is different whenever users, groups or memberships have changed, also by another process.
    #[must_use]
    pub fn change_counter(&self) -> u64 {
        self.inner.revision()
    }

    /// Whether rows have changed that no history recorded, as [`Cache::set_unrecorded`] noted it.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn unrecorded(&self) -> Result<bool> {
        self.inner.read(read::state::unrecorded)
    }

    /// Notes whether rows change without a history that records it; as long as that holds, the history lacks changes.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn set_unrecorded(&self, is: bool) -> Result<()> {
        self.inner.write(|writer| write::state::set_unrecorded(writer, is))
    }

    /// Notes what `DescribeUserPool` told at `at`.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn put_pool(&self, pool: &Pool, at: Timestamp) -> Result<()> {
        self.inner.write(|writer| write::state::put_pool(writer, pool, at))
    }

    /// Keeps app clients as they were described at `at`. Those that are not among the `listed` are forgotten; `None` when
    /// the pool's were not listed.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn put_clients(&self, clients: &[AppClient], listed: Option<&[ClientId]>, at: Timestamp) -> Result<()> {
        self.inner.write(|writer| write::state::put_clients(writer, clients, listed, at))
    }

    /// The generation that began and has not finished; `None` when there is none.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn sync_state(&self) -> Result<Option<SyncState>> {
        self.inner.read(write::state::sync_state)
    }

    /// Begins a generation with one chain for each prefix. One that was running is given up; its rows stay.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn begin(&self, kind: SyncKind, prefixes: &[Option<String>], now: Timestamp) -> Result<SyncState> {
        self.inner.write(|writer| write::state::begin(writer, kind, prefixes, now))
    }

    /// Notes how far the running generation has come.
    ///
    /// # Errors
    /// [`CacheError::NoSuch`] when none is running.
    pub fn enter(&self, phase: SyncPhase) -> Result<()> {
        self.inner.write(|writer| write::state::enter(writer, phase))
    }

    /// Writes a page of users and its chain's checkpoint in one transaction. The groups of the given users are ignored.
    ///
    /// Changes against the rows before go to `history` first, keyed so that a repeat adds nothing. Users are recorded as
    /// added only after the pool has been synced once.
    ///
    /// # Errors
    /// [`CacheError::NoSuch`] without such a chain in a running generation. Nothing of the page is written on errors.
    pub fn write_page(
        &self,
        chain: u32,
        users: &[User],
        step: &ChainStep,
        history: Option<&History>,
        now: Timestamp,
    ) -> Result<PageEffect> {
        let pool = &self.inner.pool;
        self.inner.write(|writer| write::page::write(writer, pool, chain, users, step, history, now))
    }

    /// Lets a chain begin again, because its page token died. Its rows stay; writing them again changes nothing.
    ///
    /// # Errors
    /// [`CacheError::NoSuch`] without such a chain in a running generation.
    pub fn restart_chain(&self, chain: u32) -> Result<()> {
        self.inner.write(|writer| write::state::restart_chain(writer, chain))
    }

    /// Replaces the list of groups. Memberships of groups that are gone go with them; whose they were goes to `history` first.
    ///
    /// # Errors
    /// [`CacheError`]. Nothing is written on errors.
    pub fn put_groups(&self, groups: &[Group], history: Option<&History>, now: Timestamp) -> Result<()> {
        let pool = &self.inner.pool;
        self.inner.write(|writer| write::members::put_groups(writer, pool, groups, history, now))
    }

    /// Begins or goes on listing a group's members: tells where the running generation stands with it.
    ///
    /// # Errors
    /// [`CacheError::NoSuch`] without such a group or running generation.
    pub fn begin_members(&self, group: &GroupName) -> Result<MemberState> {
        self.inner.write(|writer| write::members::begin(writer, group))
    }

    /// Forgets the members that were listed so far, because the page token died.
    ///
    /// # Errors
    /// [`CacheError::NoSuch`] without such a group or running generation.
    pub fn restart_members(&self, group: &GroupName) -> Result<()> {
        self.inner.write(|writer| write::members::restart(writer, group))
    }

    /// Writes a page of a group's members with its checkpoint. The memberships are replaced when the listing has ended;
    /// changes go to `history` first, unless nobody knew who was in the group before.
    ///
    /// # Errors
    /// [`CacheError::NoSuch`] without such a group or running generation. Nothing is written on errors.
    pub fn write_members(
        &self,
        group: &GroupName,
        usernames: &[Username],
        step: &MemberStep,
        history: Option<&History>,
        now: Timestamp,
    ) -> Result<()> {
        let pool = &self.inner.pool;
        self.inner.write(|writer| write::members::write(writer, pool, group, usernames, step, history, now))
    }

    /// The beginnings of subs that are `prefix` and one character that is no hexadecimal digit; of those that differ only
    /// in case one. They are known for prefixes of up to seven characters, and those of users who have gone may be among
    /// them.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn beginnings(&self, prefix: &str, limit: u32) -> Result<Vec<String>> {
        self.inner.read(|reader| read::users::beginnings(reader, prefix, limit))
    }

    /// Users that the running generation has not seen, by row id. Empty when none is running.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn missing(&self, limit: u32) -> Result<Vec<User>> {
        self.inner.read(|reader| read::users::missing(reader, limit))
    }

    /// Notes that users exist although the listing did not show them, so that they are not missing any more.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn keep(&self, usernames: &[Username]) -> Result<()> {
        self.inner.write(|writer| write::page::keep(writer, usernames))
    }

    /// Removes users; their last rows go to `history` first. Names that the cache does not have are success.
    ///
    /// # Errors
    /// [`CacheError`]. Nothing is removed on errors.
    pub fn remove(&self, usernames: &[Username], history: Option<&History>, now: Timestamp) -> Result<()> {
        let pool = &self.inner.pool;
        self.inner.write(|writer| write::page::remove(writer, pool, usernames, history, now))
    }

    /// Puts in a user as a change of ours has left them; the groups are ignored. Differences go to `history` first.
    ///
    /// # Errors
    /// [`CacheError`]. Nothing is written on errors.
    pub fn patch_user(&self, user: &User, history: Option<&History>, now: Timestamp) -> Result<()> {
        let pool = &self.inner.pool;
        self.inner.write(|writer| write::patch::user(writer, pool, user, history, now))
    }

    /// Takes a user out whom we have deleted. The row goes to `history` first.
    ///
    /// # Errors
    /// [`CacheError`]. Nothing is written on errors.
    pub fn patch_removed(&self, username: &Username, history: Option<&History>, now: Timestamp) -> Result<()> {
        let pool = &self.inner.pool;
        self.inner.write(|writer| write::patch::remove_user(writer, pool, username, history, now))
    }

    /// Forgets that a user was changed here, which is otherwise kept until the next sync begins: for whoever is erased. The
    /// row stays.
    ///
    /// # Errors
    /// [`CacheError`]. Nothing is written on errors.
    pub fn forget_changed(&self, usernames: &[String]) -> Result<()> {
        self.inner.write(|writer| usernames.iter().try_for_each(|name| write::ours::forget_user(writer, name)))
    }

    /// Puts a user into a group or takes them out. Users and groups that the cache does not have are left alone.
    ///
    /// # Errors
    /// [`CacheError`]. Nothing is written on errors.
    pub fn patch_member(
        &self,
        group: &GroupName,
        username: &Username,
        inside: bool,
        history: Option<&History>,
        now: Timestamp,
    ) -> Result<()> {
        let pool = &self.inner.pool;
        self.inner.write(|writer| write::patch::member(writer, pool, group, username, inside, history, now))
    }

    /// Puts in one group as it is now; `made` says that this program made it, so that nobody is in it yet.
    ///
    /// # Errors
    /// [`CacheError`].
    pub fn patch_group(&self, group: &Group, made: bool) -> Result<()> {
        self.inner.write(|writer| write::patch::group(writer, group, made))
    }

    /// Removes one group with its memberships, which go to `history` first.
    ///
    /// # Errors
    /// [`CacheError`]. Nothing is removed on errors.
    pub fn remove_group(&self, group: &GroupName, history: Option<&History>, now: Timestamp) -> Result<()> {
        let pool = &self.inner.pool;
        self.inner.write(|writer| write::patch::remove_group(writer, pool, group, history, now))
    }

    /// Ends the running generation.
    ///
    /// # Errors
    /// [`CacheError::NoSuch`] when none is running.
    pub fn finish(&self, finished: &Finished, now: Timestamp) -> Result<Freshness> {
        self.inner.write(|writer| write::state::finish(writer, finished, now))
    }

    /// The plans of every statement that a search may run, for tests: (statement, plan line).
    ///
    /// # Errors
    /// [`CacheError`].
    #[doc(hidden)]
    pub fn search_plans(&self) -> Result<Vec<(String, String)>> {
        self.inner.read(search::plans)
    }
}
