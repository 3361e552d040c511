//! What the last questions found, so that the next page and the count do not ask again.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::query::{Sort, UserQuery};
use roaring::RoaringBitmap;

const MATCHES: usize = 6;
const ORDERS: usize = 3;

/// Answers by the revision of the rows that they were made from. Older ones are forgotten by pushing them out.
#[derive(Default)]
pub(in crate::cache) struct Memo {
    last: AtomicU64,
    matches: Mutex<VecDeque<(u64, UserQuery, Arc<RoaringBitmap>)>>,
    orders: Mutex<VecDeque<Ordered>>,
    everybody: Mutex<Option<(u64, Arc<RoaringBitmap>)>>,
    /// The rank of each row id in the order of user names.
    ranks: Mutex<Option<(u64, Arc<[u32]>)>>,
}

/// An order with what it answers.
type Ordered = (u64, UserQuery, Sort, Arc<[u32]>);

/// What an order is an answer to.
pub(super) struct Asked<'a> {
    pub(super) revision: u64,
    pub(super) query: &'a UserQuery,
    pub(super) sort: &'a Sort,
}

impl Memo {
    /// Notes the revision that was read last.
    pub(in crate::cache) fn note(&self, revision: u64) {
        self.last.store(revision, Ordering::Relaxed);
    }

    pub(in crate::cache) fn last(&self) -> u64 {
        self.last.load(Ordering::Relaxed)
    }

    pub(super) fn matched(&self, revision: u64, query: &UserQuery) -> Option<Arc<RoaringBitmap>> {
        let matches = locked(&self.matches);
        matches.iter().find(|(at, asked, _)| *at == revision && asked == query).map(|(.., found)| Arc::clone(found))
    }

    pub(super) fn remember_matched(&self, revision: u64, query: &UserQuery, found: &Arc<RoaringBitmap>) {
        push(&mut locked(&self.matches), (revision, query.clone(), Arc::clone(found)), MATCHES);
    }

    pub(super) fn ordered(&self, asked: &Asked<'_>) -> Option<Arc<[u32]>> {
        let orders = locked(&self.orders);
        let known = orders.iter().find(|(revision, query, sort, _)| {
            *revision == asked.revision && query == asked.query && sort == asked.sort
        });
        known.map(|(.., order)| Arc::clone(order))
    }

    pub(super) fn remember_ordered(&self, asked: &Asked<'_>, order: &Arc<[u32]>) {
        let entry = (asked.revision, asked.query.clone(), asked.sort.clone(), Arc::clone(order));
        push(&mut locked(&self.orders), entry, ORDERS);
    }

    pub(super) fn everybody<E>(
        &self,
        revision: u64,
        make: impl FnOnce() -> Result<RoaringBitmap, E>,
    ) -> Result<Arc<RoaringBitmap>, E> {
        once(&self.everybody, revision, || make().map(Arc::new))
    }

    pub(super) fn ranks<E>(&self, revision: u64, make: impl FnOnce() -> Result<Vec<u32>, E>) -> Result<Arc<[u32]>, E> {
        once(&self.ranks, revision, || make().map(Into::into))
    }
}

fn once<T: Clone, E>(
    known: &Mutex<Option<(u64, T)>>,
    revision: u64,
    make: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    if let Some((at, value)) = &*locked(known)
        && *at == revision
    {
        return Ok(value.clone());
    }
    let value = make()?;
    *locked(known) = Some((revision, value.clone()));
    Ok(value)
}

fn push<T>(queue: &mut VecDeque<T>, entry: T, most: usize) {
    queue.push_front(entry);
    queue.truncate(most);
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is remembered is replaced whole, so a panic leaves nothing half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
