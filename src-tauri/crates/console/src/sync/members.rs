//! Listing groups and who is in them.

use cognito::ErrorKind;
use futures::{StreamExt as _, TryStreamExt as _};
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
const WORKERS: usize = 3;

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
        self.disk(move |pool| pool.cache.put_groups(&groups, pool.recording().as_ref(), pool.now())).await?;
        if self.crew().is_idle() {
            self.meter.phase(SyncPhase::Members);
        }
        futures::stream::iter(names)
            .map(|group| self.members(live, group))
            .buffer_unordered(WORKERS)
            .try_collect::<()>()
            .await
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

    async fn members(&self, live: &Live, group: GroupName) -> Result<(), Error> {
        let name = group.clone();
        let mut state = self.disk(move |pool| pool.cache.begin_members(&name)).await?;
        let mut circle = Circle::default();
        let mut restarts = 0;
        while !state.ended {
            let asked = self.call(|| live.session.members(&self.pool.key.pool, &group, state.token.clone())).await;
            let (members, next) = match asked {
                Ok((members, next)) if !circle.closes_with(next.as_deref()) => (members, next),
                // The group was deleted in the meantime: nobody is in it.
                Err(error) if error.kind == ErrorKind::NotFound => (Vec::new(), None),
                Err(error) if error.kind != ErrorKind::PageTokenRefused => return Err(error.into()),
                _ => {
                    again(&mut restarts)?;
                    let name = group.clone();
                    self.disk(move |pool| pool.cache.restart_members(&name)).await?;
                    state.token = None;
                    circle = Circle::default();
                    continue;
                }
            };
            state.ended = next.is_none();
            state.token.clone_from(&next);
            let step = MemberStep { token: next, ended: state.ended };
            let name = group.clone();
            self.disk(move |pool| {
                let history = pool.recording();
                pool.cache.write_members(&name, &members, &step, history.as_ref(), pool.now())
            })
            .await?;
            self.meter.page(0);
        }
        Ok(())
    }
}
