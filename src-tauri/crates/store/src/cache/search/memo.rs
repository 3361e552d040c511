//! What the last questions found, so that the next page and the count do not ask again.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::query::{Field, Sort, UserQuery};
use roaring::RoaringBitmap;

use crate::cache::snapshot::Bits;

const MATCHES: usize = 6;
const ORDERS: usize = 2;
/// Orders of everybody: whoever sorts by a column goes to and fro.
const EVERYBODY: usize = 3;
const TWINS: usize = 4;

/// Answers by the revision of the rows that they were made from. Older ones are forgotten by pushing them out.
#[derive(Default)]
pub(in crate::cache) struct Memo {
    last: AtomicU64,
    matches: Mutex<VecDeque<(u64, UserQuery, Arc<Bits>)>>,
    orders: Mutex<VecDeque<Ordered>>,
    everybody: Mutex<VecDeque<Ordered>>,
    twins: Mutex<VecDeque<(u64, Field, Arc<Bits>)>>,
    groups: Mutex<Option<(u64, Groups)>>,
}

/// An order with what it answers.
type Ordered = (u64, UserQuery, Sort, Arc<[u32]>);
/// The groups by name with the ids of their members, in the room that the members need: a pool may have 10,000 groups.
type Groups = Arc<[(String, RoaringBitmap)]>;

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

    pub(super) fn matched(&self, revision: u64, query: &UserQuery) -> Option<Arc<Bits>> {
        let matches = locked(&self.matches);
        matches.iter().find(|(at, asked, _)| *at == revision && asked == query).map(|(.., found)| Arc::clone(found))
    }

    pub(super) fn remember_matched(&self, revision: u64, query: &UserQuery, found: &Arc<Bits>) {
        push(&mut locked(&self.matches), (revision, query.clone(), Arc::clone(found)), MATCHES);
    }

    pub(super) fn ordered(&self, asked: &Asked<'_>) -> Option<Arc<[u32]>> {
        let orders = locked(if asked.query.expr.is_none() { &self.everybody } else { &self.orders });
        let known = orders.iter().find(|(revision, query, sort, _)| {
            *revision == asked.revision && query == asked.query && sort == asked.sort
        });
        known.map(|(.., order)| Arc::clone(order))
    }

    pub(super) fn remember_ordered(&self, asked: &Asked<'_>, order: &Arc<[u32]>) {
        push(&mut locked(&self.orders), entry(asked, order), ORDERS);
    }

    pub(super) fn remember_everybody(&self, asked: &Asked<'_>, order: &Arc<[u32]>) {
        push(&mut locked(&self.everybody), entry(asked, order), EVERYBODY);
    }

    /// Who shares a value of a field that changed last in that revision; what else changed since changes none of it.
    pub(super) fn twins<E>(
        &self,
        changed_at: u64,
        field: &Field,
        make: impl FnOnce() -> Result<Bits, E>,
    ) -> Result<Arc<Bits>, E> {
        let known = locked(&self.twins).iter().find(|(at, of, _)| *at == changed_at && of == field).cloned();
        if let Some((.., twins)) = known {
            return Ok(twins);
        }
        let made = Arc::new(make()?);
        push(&mut locked(&self.twins), (changed_at, field.clone(), Arc::clone(&made)), TWINS);
        Ok(made)
    }

    pub(super) fn groups<E>(
        &self,
        revision: u64,
        make: impl FnOnce() -> Result<Vec<(String, RoaringBitmap)>, E>,
    ) -> Result<Groups, E> {
        if let Some((at, groups)) = &*locked(&self.groups)
            && *at == revision
        {
            return Ok(Arc::clone(groups));
        }
        let groups: Groups = make()?.into();
        *locked(&self.groups) = Some((revision, Arc::clone(&groups)));
        Ok(groups)
    }
}

fn entry(asked: &Asked<'_>, order: &Arc<[u32]>) -> Ordered {
    (asked.revision, asked.query.clone(), asked.sort.clone(), Arc::clone(order))
}

fn push<T>(queue: &mut VecDeque<T>, entry: T, most: usize) {
    queue.push_front(entry);
    queue.truncate(most);
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is remembered is replaced whole, so a panic leaves nothing half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
