//! Finding out, without charge, what became of calls whose answer never came.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use cognito::{Applied, UserFilter};
use model::plan::{Evidence, GroupSettings, Item, ItemState, Step, Target, evidence};
use model::user::User;
use model::{GroupName, Sub, Username};
use store::{ItemEnd, ItemRow};

use super::handle::JobPhase;
use super::run::Run;
use super::wait::passes;
use crate::error::Error;
use crate::open::blocking;

/// Listings trail behind writes: so long nothing is believed that they do not show.
const SETTLED: Duration = Duration::from_secs(3);

/// Entries that are read from the journal at once.
const PAGE: u32 = 1_000;

/// What was listed in one round.
#[derive(Default)]
struct Listed {
    members: HashMap<GroupName, HashSet<Username>>,
}

impl Run {
    /// Asks about every entry that is unknown; whether some are queued again.
    ///
    /// What was applied counts as done. What was surely not is queued again. What a listing cannot show stays unknown, for
    /// a person to decide: it is never sent twice by itself.
    pub(super) async fn reconcile(&self) -> Result<bool, Error> {
        let rows = self.unknown().await?;
        if rows.is_empty() {
            return Ok(false);
        }
        self.enter(JobPhase::Reconciling);
        tokio::time::sleep(SETTLED).await;
        let mut listed = Listed::default();
        let mut again = false;
        for row in rows {
            if self.is_stopping() {
                break;
            }
            let Some(item) = &row.item else { continue };
            let Some(step) = item.steps.get(row.step) else { continue };
            let (found, now) = self.evidence(item, step, &mut listed).await?;
            match found {
                Evidence::Applied => {
                    let last = row.step + 1 == item.steps.len();
                    let state = if last { ItemState::Done } else { ItemState::Queued };
                    let why = Some("no answer came, but it was applied".to_owned());
                    let end = ItemEnd { why, ..ItemEnd::of(state) };
                    self.write_down(row.seq, Some(item), row.step + 1, end, ItemState::Unknown).await?;
                    let applied = Applied { user: now.clone(), ..Applied::default() };
                    self.patch(item, step, &mut now.clone(), applied).await;
                    again |= !last;
                }
                Evidence::NotApplied => {
                    let end = ItemEnd::of(ItemState::Queued);
                    self.write_down(row.seq, Some(item), row.step, end, ItemState::Unknown).await?;
                    again = true;
                }
                Evidence::Untold => {
                    self.untold().insert(row.seq);
                }
            }
        }
        Ok(again)
    }

    /// The entries that are unknown and were not asked for in vain.
    async fn unknown(&self) -> Result<Vec<ItemRow>, Error> {
        let mut all = Vec::new();
        let mut from = 0;
        loop {
            let (store, id) = (self.journal.clone(), self.job.id.clone());
            let page = blocking(move || store.job_items(&id, Some(ItemState::Unknown), from, PAGE)).await?;
            let Some(last) = page.last() else { break };
            from = last.seq + 1;
            all.extend(page);
        }
        let untold = self.untold();
        all.retain(|row| !untold.contains(&row.seq));
        Ok(all)
    }

    /// What AWS shows of a call, and the user's row where it is about one.
    async fn evidence(&self, item: &Item, step: &Step, listed: &mut Listed) -> Result<(Evidence, Option<User>), Error> {
        let username = match &item.target {
            Target::Group { name } => return Ok((self.group_evidence(name, step).await?, None)),
            Target::User { username, .. } => username,
        };
        let Some(filter) = self.filter(item, step, username).await else { return Ok((Evidence::Untold, None)) };
        let Ok(now) = self.ask(filter).await? else { return Ok((Evidence::Untold, None)) };
        let inside = match step {
            Step::AddToGroup { group } | Step::RemoveFromGroup { group } => {
                self.is_member(group, username, listed).await?
            }
            _ => None,
        };
        Ok((evidence(item, step, now.as_ref(), inside), now))
    }

    /// What finds the user; `None` where AWS has no filter for it.
    async fn filter(&self, item: &Item, step: &Step, username: &Username) -> Option<UserFilter> {
        if let Some(sub) = item.target.sub().and_then(|sub| Sub::parse(sub).ok()) {
            return Some(UserFilter::SubIs(sub));
        }
        let Step::CreateUser(new) = step else { return Some(UserFilter::UsernameIs(username.clone())) };
        let pool = self.pool.pool().await.ok().flatten()?;
        if pool.username_attributes.is_empty() {
            Some(UserFilter::UsernameIs(username.clone()))
        } else {
            new.username.contains('@').then(|| UserFilter::EmailIs(new.username.clone()))
        }
    }

    async fn is_member(
        &self,
        group: &GroupName,
        username: &Username,
        listed: &mut Listed,
    ) -> Result<Option<bool>, Error> {
        if let Some(members) = listed.members.get(group) {
            return Ok(Some(members.contains(username)));
        }
        let (mut members, mut token) = (HashSet::new(), None);
        loop {
            let before = self.hold.before();
            match self.live.session.members(&self.pool.key.pool, group, token.clone()).await {
                Ok((page, next)) => {
                    members.extend(page);
                    token = next;
                    if token.is_none() {
                        break;
                    }
                }
                Err(error) if passes(&error) && !self.is_stopping() => self.wait_out(error, before).await,
                Err(_) => return Ok(None),
            }
        }
        let inside = members.contains(username);
        listed.members.insert(group.clone(), members);
        Ok(Some(inside))
    }

    async fn group_evidence(&self, name: &GroupName, step: &Step) -> Result<Evidence, Error> {
        let (mut found, mut token) = (None, None);
        loop {
            let before = self.hold.before();
            match self.live.session.groups(&self.pool.key.pool, token.clone()).await {
                Ok((groups, next)) => {
                    found = found.or_else(|| groups.into_iter().find(|group| group.name == *name));
                    token = next;
                    if token.is_none() || found.is_some() {
                        break;
                    }
                }
                Err(error) if passes(&error) && !self.is_stopping() => self.wait_out(error, before).await,
                Err(_) => return Ok(Evidence::Untold),
            }
        }
        let now = found.as_ref().map(GroupSettings::of);
        let applied = match step {
            Step::CreateGroup(wanted) | Step::UpdateGroup(wanted) => now.as_ref() == Some(wanted),
            Step::DeleteGroup => now.is_none(),
            _ => return Ok(Evidence::Untold),
        };
        Ok(if applied { Evidence::Applied } else { Evidence::NotApplied })
    }
}
