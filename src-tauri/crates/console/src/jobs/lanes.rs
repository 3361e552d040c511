//! Many entries at a time: those that draw on one quota do not wait for those of another.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::Ordering;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use model::plan::GROUP_LANE;
use store::ItemRow;

use super::run::Run;
use crate::error::Error;
use crate::open::blocking;

/// Entries that are under way at once for each quota that a lane draws on. The gate spaces their calls; this only keeps
/// answers from holding up calls.
const PARALLEL: usize = 32;

/// Entries that are read from the journal at once.
const PAGE: u32 = 200;

impl Run {
    /// Sends what is queued until nothing is or the job is stopped. What comes after a group may need it, so a group is
    /// changed alone.
    pub(super) async fn queue(&self) -> Result<(), Error> {
        let mut from = 0;
        while !self.is_stopping() {
            let group = self.waiting(GROUP_LANE, from..u64::MAX, 1).await?.pop();
            self.side_by_side(from..group.as_ref().map_or(u64::MAX, |group| group.seq)).await?;
            let Some(group) = group.filter(|_| !self.is_stopping()) else { break };
            from = group.seq + 1;
            self.one(group).await?;
        }
        Ok(())
    }

    /// Sends the users of a part of the job, each lane by itself.
    async fn side_by_side(&self, part: Range<u64>) -> Result<(), Error> {
        let (store, id) = (self.journal.clone(), self.job.id.clone());
        let names = blocking(move || store.lanes(&id)).await?;
        let mut lanes = FuturesUnordered::new();
        for name in names.iter().filter(|name| *name != GROUP_LANE) {
            lanes.push(self.lane(name, part.clone()));
        }
        let mut stopped = Ok(());
        while let Some(ended) = lanes.next().await {
            stopped = stopped.and(ended);
        }
        stopped
    }

    /// Sends the entries of one lane, many at a time and in their order.
    async fn lane(&self, name: &str, mut part: Range<u64>) -> Result<(), Error> {
        let most = PARALLEL * name.split(' ').count();
        let (mut rows, mut read_all) = (VecDeque::new(), false);
        let mut under_way = FuturesUnordered::new();
        // What is under way is waited for also when something went wrong: its outcome has to be written down.
        let mut stopped: Option<Error> = None;
        let mut stop = |error: Error| {
            self.broken.store(true, Ordering::Release);
            stopped.get_or_insert(error);
        };
        loop {
            while under_way.len() < most && !self.is_stopping() {
                if rows.is_empty() && !read_all {
                    match self.waiting(name, part.clone(), PAGE).await {
                        Ok(page) => {
                            part.start = page.last().map_or(part.start, |row| row.seq + 1);
                            read_all = page.is_empty();
                            rows = VecDeque::from(page);
                        }
                        Err(error) => stop(error),
                    }
                    continue;
                }
                let Some(row) = rows.pop_front() else { break };
                under_way.push(self.one(row));
            }
            let Some(done) = under_way.next().await else { break };
            done.unwrap_or_else(&mut stop);
        }
        stopped.map_or(Ok(()), Err)
    }

    async fn waiting(&self, lane: &str, part: Range<u64>, most: u32) -> Result<Vec<ItemRow>, Error> {
        let (store, id, lane) = (self.journal.clone(), self.job.id.clone(), lane.to_owned());
        blocking(move || store.queued(&id, &lane, part, most)).await
    }
}
