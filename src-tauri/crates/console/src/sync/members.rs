//! Listing groups and who is in them.

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};

use cognito::ErrorKind;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use model::GroupName;
use model::group::Group;
use store::MemberStep;

use super::SyncPhase;
use super::chains::again;
use super::engine::Run;
use super::loops::Circle;
use crate::error::{Code, Error};
use crate::pool::Live;

/// Groups whose members are listed side by side, beside the chains.
const WORKERS: usize = 4;

/// Pages of a group's first turn where nobody knows how large it is. Each further one is twice as long, so that all groups
/// have begun before one is found to be large, and a large one is not left for the end.
const FIRST_TURN: u32 = 4;

/// Members of one page.
const PAGE: u64 = 60;

/// A group and how many pages of its members are listed before others have their turn.
struct Turn {
    group: GroupName,
    pages: u32,
}

impl Run {
    /// Lists all groups and their members. That it is not permitted is told, and users are synced all the same.
    pub(super) async fn memberships(&self, live: &Live) -> Result<(), Error> {
        match self.all_memberships(live).await {
            Err(error) if error.code == Code::AccessDenied => {
                self.meter.error(error);
                Ok(())
            }
            outcome => outcome,
        }
    }

    async fn all_memberships(&self, live: &Live) -> Result<(), Error> {
        let groups = self.groups(live).await?;
        let names: Vec<GroupName> = groups.iter().map(|group| group.name.clone()).collect();
        let mut waiting = self.disk(move |pool| Ok(turns(names, &pool.cache.groups()?))).await?;
        self.disk(move |pool| pool.cache.put_groups(&groups, pool.recording().as_ref(), pool.now())).await?;
        if self.crew().is_idle() {
            self.meter.phase(SyncPhase::Members);
        }
        let mut listing = FuturesUnordered::new();
        loop {
            while listing.len() < WORKERS
                && let Some(turn) = waiting.pop_front()
            {
                listing.push(self.members(live, turn));
            }
            match listing.next().await {
                Some(rest) => waiting.extend(rest?),
                None => return Ok(()),
            }
        }
    }

    async fn groups(&self, live: &Live) -> Result<Vec<Group>, Error> {
        let mut groups = Vec::new();
        let mut circle = Circle::default();
        let mut token: Option<String> = None;
        let mut restarts = 0;
        loop {
            match self.call(|| live.session.groups(&self.pool.key.pool, token.clone())).await {
                Ok((page, next)) if !circle.closes_with(next.as_deref()) => {
                    groups.extend(page);
                    if next.is_none() {
                        return Ok(groups);
                    }
                    token = next;
                }
                Err(error) if error.kind != ErrorKind::PageTokenRefused => return Err(error.into()),
                _ => {
                    again(&mut restarts)?;
                    groups.clear();
                    circle = Circle::default();
                    token = None;
                }
            }
        }
    }

    /// Lists a group for one turn. Gives the next one, `None` when all its members are listed.
    async fn members(&self, live: &Live, turn: Turn) -> Result<Option<Turn>, Error> {
        let Turn { group, pages } = turn;
        let name = group.clone();
        let mut state = self.disk(move |pool| pool.cache.begin_members(&name)).await?;
        let ask = |token: Option<String>| {
            let group = &group;
            self.call(move || live.session.members(&self.pool.key.pool, group, token.clone()))
        };
        let mut circle = Circle::default();
        let mut restarts = 0;
        let mut listed = 0;
        if state.ended {
            return Ok(None);
        }
        let mut asked = ask(state.token.take()).await;
        loop {
            let (members, next) = match asked {
                Ok((members, next)) if !circle.closes_with(next.as_deref()) => (members, next),
                // The group was deleted in the meantime: nobody is in it.
                Err(error) if error.kind == ErrorKind::NotFound => (Vec::new(), None),
                Err(error) if error.kind != ErrorKind::PageTokenRefused => return Err(error.into()),
                _ => {
                    again(&mut restarts)?;
                    let name = group.clone();
                    self.disk(move |pool| pool.cache.restart_members(&name)).await?;
                    circle = Circle::default();
                    asked = ask(None).await;
                    continue;
                }
            };
            let step = MemberStep { token: next.clone(), ended: next.is_none() };
            let name = group.clone();
            let write = self.disk(move |pool| {
                let history = pool.recording();
                pool.cache.write_members(&name, &members, &step, history.as_ref(), pool.now())
            });
            listed += 1;
            if next.is_none() || listed == pages {
                write.await?;
                self.meter.page(0);
                return Ok(next.map(|_| Turn { group, pages: pages.saturating_mul(2) }));
            }
            // The next page is asked for while this one is written: a group is listed page after page, and a large one is
            // what the whole sync waits for.
            let (written, answer) = tokio::join!(write, ask(next));
            written?;
            self.meter.page(0);
            asked = answer;
        }
    }
}

/// The first turns: the largest groups as they were known, then the others.
fn turns(names: Vec<GroupName>, known: &[(Group, u64)]) -> VecDeque<Turn> {
    let members: HashMap<&GroupName, u64> = known.iter().map(|(group, members)| (&group.name, *members)).collect();
    let mut turns: Vec<Turn> = names
        .into_iter()
        .map(|group| {
            let known = members.get(&group).copied().unwrap_or(0) / PAGE + 1;
            Turn { group, pages: u32::try_from(known).unwrap_or(u32::MAX).max(FIRST_TURN) }
        })
        .collect();
    turns.sort_by_key(|turn| Reverse(turn.pages));
    turns.into()
}
