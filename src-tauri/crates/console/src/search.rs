//! Searches that stay open: the first rows at once, any other row by its place.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use model::query::{Sort, UserQuery};
use model::user::User;
use store::Listed;
use tokio::sync::OnceCell;
use tokio::task::JoinHandle;

use crate::error::{Code, Error};
use crate::pool::OpenPool;

/// Rows that come with the answer to a search.
const FIRST: u32 = 200;

/// The most rows that are handed out at once.
const MOST_ROWS: u32 = 1_000;

/// Searches that are kept open for one pool. A million rows take four megabytes.
const KEPT: usize = 4;

/// What a search shows first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchView {
    /// Names the search in [`OpenPool::search_rows`] and [`OpenPool::search_count`].
    pub search: u32,
    /// The first rows, 200 at most.
    pub rows: Vec<User>,
    /// How many match; `None` while that is not known without counting.
    pub total: Option<u32>,
    /// Why what was found may be wrong, as a sentence; see [`OpenPool::doubt_of`].
    pub doubt: Option<&'static str>,
}

/// The most entries of a list that is searched for.
pub const MOST_LISTED: usize = 100_000;

/// Whom a pasted list found, as an open search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListView {
    /// The search, whose total is known.
    pub found: SearchView,
    /// How many entries the list has, repeated ones once.
    pub asked: u32,
    /// Entries that fit nobody.
    pub missing: Vec<String>,
    /// The user names of those who were found, in order.
    pub names: Vec<String>,
}

/// The searches of a pool, the last used at the back.
#[derive(Default)]
pub(crate) struct Searches {
    next: AtomicU32,
    open: Mutex<VecDeque<Arc<Search>>>,
}

struct Search {
    id: u32,
    /// What was asked, and in which order; `None` for a list, which is asked anew each time.
    asked: Option<(String, Sort)>,
    query: UserQuery,
    /// The state of the cache that the search was made for.
    counter: u64,
    order: OnceCell<Arc<[u32]>>,
}

impl Searches {
    fn reuse(&self, text: &str, sort: &Sort, counter: u64) -> Option<Arc<Search>> {
        let same = |asked: &(String, Sort)| asked.0 == text && asked.1 == *sort;
        self.touch(|search| search.asked.as_ref().is_some_and(same) && search.counter == counter)
    }

    fn open(&self, text: &str, sort: &Sort, query: UserQuery, counter: u64) -> Arc<Search> {
        let id = self.next.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        let asked = Some((text.to_owned(), sort.clone()));
        self.keep(Search { id, asked, query, counter, order: OnceCell::new() })
    }

    fn open_list(&self, ids: Arc<[u32]>) -> Arc<Search> {
        let id = self.next.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        let order = OnceCell::new_with(Some(ids));
        self.keep(Search { id, asked: None, query: UserQuery::default(), counter: 0, order })
    }

    fn keep(&self, search: Search) -> Arc<Search> {
        let search = Arc::new(search);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.push_back(search.clone());
        if open.len() > KEPT {
            open.pop_front();
        }
        search
    }

    fn get(&self, id: u32) -> Result<Arc<Search>, Error> {
        self.touch(|search| search.id == id)
            .ok_or_else(|| Error::new(Code::Precondition, "This search is no longer open. Search again."))
    }

    fn touch(&self, wanted: impl Fn(&Search) -> bool) -> Option<Arc<Search>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let at = open.iter().position(|search| wanted(search))?;
        let search = open.remove(at)?;
        open.push_back(search.clone());
        Some(search)
    }
}

impl OpenPool {
    /// Starts a search: the first rows at once, the rest by [`OpenPool::search_rows`].
    ///
    /// What the search found stays as it is while the cache changes, until it is asked anew: rows then have the values
    /// of the moment, but their order and number do not move under the reader.
    ///
    /// # Errors
    /// [`Code::Validation`] with field `query` when the query cannot be understood; [`Code::CacheUnavailable`].
    pub async fn search_view(&self, text: &str, sort: &Sort) -> Result<SearchView, Error> {
        let counter = self.read(|cache| Ok::<_, Error>(cache.change_counter())).await?;
        let search = match self.searches.reuse(text, sort, counter) {
            Some(search) => search,
            None => {
                let query = self.understood(text).await?;
                self.searches.open(text, sort, query, counter)
            }
        };
        let doubt = self.doubt(&search.query).await?;
        if let Some(order) = search.order.get() {
            let rows = self.rows_of(order, 0, FIRST).await?;
            return Ok(SearchView { search: search.id, rows, total: Some(length(order)), doubt });
        }
        let (query, sort) = (search.query.clone(), sort.clone());
        let first = self.read(move |cache| cache.search(&query, &sort, None, FIRST)).await?;
        let total = first.next.is_none().then(|| u32::try_from(first.users.len()).unwrap_or(u32::MAX));
        self.prepare();
        Ok(SearchView { search: search.id, rows: first.users, total, doubt })
    }

    /// Looks a pasted list up as [`OpenPool::look_up`] does, and keeps whom it found as a search: in the order of `sort`, or
    /// of the list without one.
    ///
    /// # Errors
    /// [`Code::Validation`] with field `text` for more than [`MOST_LISTED`] entries; [`Code::CacheUnavailable`].
    pub async fn search_list(&self, text: &str, sort: Option<&Sort>) -> Result<ListView, Error> {
        let (asked, listed) = self.listed(text, sort).await?;
        let search = self.searches.open_list(listed.ids.clone());
        let rows = self.rows_of(&listed.ids, 0, FIRST).await?;
        let found = SearchView { search: search.id, rows, total: Some(length(&listed.ids)), doubt: None };
        Ok(ListView { found, asked, missing: listed.missing, names: listed.names })
    }

    /// How many entries a pasted list has, and what of them was found.
    pub(crate) async fn listed(&self, text: &str, sort: Option<&Sort>) -> Result<(u32, Listed), Error> {
        let entries = model::list::split_pasted(text);
        if entries.len() > MOST_LISTED {
            let message = format!("This list has {} entries. Paste at most {MOST_LISTED} at once.", entries.len());
            return Err(Error::invalid("text", message));
        }
        let asked = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        let sort = sort.cloned();
        Ok((asked, self.read(move |cache| cache.list(&entries, sort.as_ref())).await?))
    }

    /// Everybody comes without the users being in memory. The next search will want them there; nobody waits for it now.
    fn prepare(&self) {
        let mut preparing = self.preparing.lock().unwrap_or_else(PoisonError::into_inner);
        if preparing.as_ref().is_none_or(JoinHandle::is_finished) {
            let cache = self.cache.clone();
            *preparing = Some(tokio::task::spawn_blocking(move || {
                if let Err(error) = cache.prepare() {
                    // The next search meets it and says so.
                    tracing::warn!(%error, "the users could not be read into memory");
                }
            }));
        }
    }

    /// Rows of an open search by place. `count` is cut to 1,000; past the end there are none. Rows that have gone from
    /// the cache since are left out.
    ///
    /// # Errors
    /// [`Code::Precondition`] when the search is no longer open: search again. [`Code::CacheUnavailable`].
    pub async fn search_rows(&self, search: u32, start: u32, count: u32) -> Result<Vec<User>, Error> {
        let order = self.order(search).await?;
        self.rows_of(&order, start, count).await
    }

    /// How many users an open search found.
    ///
    /// # Errors
    /// As [`OpenPool::search_rows`].
    pub async fn search_count(&self, search: u32) -> Result<u32, Error> {
        Ok(length(&self.order(search).await?))
    }

    /// The ids of all rows in order, worked out once for each search.
    async fn order(&self, search: u32) -> Result<Arc<[u32]>, Error> {
        let search = self.searches.get(search)?;
        let order = search.order.get_or_try_init(|| {
            let sort = search.asked.as_ref().map(|(_, sort)| sort.clone()).unwrap_or_default();
            let query = search.query.clone();
            self.read(move |cache| cache.order(&query, &sort))
        });
        Ok(order.await?.clone())
    }

    async fn rows_of(&self, order: &Arc<[u32]>, start: u32, count: u32) -> Result<Vec<User>, Error> {
        let start = usize::try_from(start).unwrap_or(usize::MAX).min(order.len());
        let count = usize::try_from(count.min(MOST_ROWS)).unwrap_or_default();
        let ids: Vec<u32> = order[start..].iter().take(count).copied().collect();
        self.read(move |cache| cache.users(&ids)).await
    }
}

fn length(order: &Arc<[u32]>) -> u32 {
    u32::try_from(order.len()).unwrap_or(u32::MAX)
}
