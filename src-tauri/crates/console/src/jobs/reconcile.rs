//! Finding out, without charge, what became of calls whose answer never came.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use cognito::{Applied, UserFilter};
use model::plan::{Evidence, GroupSettings, Item, ItemState, Step, Target, evidence, is_changed, is_ours};
use model::user::{User, UserStatus};
use model::{GroupName, Sub, Username};
use store::{ItemEnd, ItemRow};

use super::handle::JobPhase;
use super::run::{LOST, Run, UNDELIVERED, named};
use crate::error::Error;
use crate::open::blocking;

/// Listings trail behind writes: so long nothing is believed that they do not show.
pub(super) const SETTLED: Duration = Duration::from_secs(3);

/// How long after the first look at what must not be sent twice the second one follows.
const AGAIN: Duration = Duration::from_secs(30);

/// How often a call is sent again after no answer came.
const RESENT: u32 = 3;

/// Entries that are read from the journal at once.
const PAGE: u32 = 1_000;

/// The code of entries that were given up: nobody is asked about them, since they would be sent again.
const GIVEN_UP: &str = "given_up";

/// What is said of a change that was made although its message could not be sent.
const APPLIED: &str = "The change itself was applied.";

/// Whether AWS answered that the message of the present call could not be sent.
fn is_undelivered(row: &ItemRow) -> bool {
    row.end.code.as_deref() == Some(UNDELIVERED)
}

/// What was listed in one round.
#[derive(Default)]
struct Listed {
    members: HashMap<GroupName, HashSet<Username>>,
}

impl Run {
    /// Asks about every entry that is unknown; whether some are queued again.
    ///
    /// What was applied counts as done. What was surely not is queued again, a few times. What a listing cannot show stays
    /// unknown, for a person to decide: it is never sent twice by itself.
    pub(super) async fn reconcile(&self) -> Result<bool, Error> {
        let rows = self.unknown().await?;
        if rows.is_empty() {
            return Ok(false);
        }
        self.enter(JobPhase::Reconciling);
        self.sleep(SETTLED).await;
        let (again, doubtful) = self.judge(rows, false).await?;
        if doubtful.is_empty() || self.is_stopping() {
            return Ok(again);
        }
        self.enter(JobPhase::Reconciling);
        self.sleep(AGAIN).await;
        let (more, _) = self.judge(doubtful, true).await?;
        Ok(again || more)
    }

    /// Asks about entries; whether some are queued again, and which want a second look before they are.
    async fn judge(&self, rows: Vec<ItemRow>, second: bool) -> Result<(bool, Vec<ItemRow>), Error> {
        let (mut listed, mut again, mut doubtful) = (Listed::default(), false, Vec::new());
        for row in rows {
            if self.is_stopping() {
                break;
            }
            let Some(item) = &row.item else { continue };
            let Some(step) = item.steps.get(row.step) else { continue };
            let (found, shown) = self.evidence(&row, item, step, &mut listed).await?;
            match found {
                Evidence::Applied => again |= self.was_applied(&row, item, step, shown).await?,
                Evidence::NotApplied if row.resent >= RESENT => {
                    self.untold().insert(row.seq);
                }
                Evidence::NotApplied if !second && !step.is_idempotent() => doubtful.push(row),
                // AWS said why it was not applied, and would say it again.
                Evidence::NotApplied if is_undelivered(&row) => {
                    let end = ItemEnd { state: ItemState::Failed, ..row.end.clone() };
                    self.write_down(row.seq, Some((item, row.step)), row.step, end, ItemState::Unknown).await?;
                }
                Evidence::NotApplied => {
                    let end = ItemEnd::of(ItemState::Queued);
                    self.write_down(row.seq, Some((item, row.step)), row.step, end, ItemState::Unknown).await?;
                    again = true;
                }
                Evidence::Untold => {
                    self.untold().insert(row.seq);
                }
            }
        }
        Ok((again, doubtful))
    }

    /// Writes down that a call was applied; whether the entry has more calls.
    async fn was_applied(&self, row: &ItemRow, item: &Item, step: &Step, shown: Applied) -> Result<bool, Error> {
        let last = row.step + 1 == item.steps.len();
        let state = if last { ItemState::Done } else { ItemState::Queued };
        let end = match is_undelivered(row) {
            true => {
                let why = row.end.why.as_ref().map(|why| format!("{why} {APPLIED}"));
                let end =
                    ItemEnd { undelivered: why.clone(), request_id: row.end.request_id.clone(), ..ItemEnd::of(state) };
                if last { ItemEnd { code: row.end.code.clone(), why, ..end } } else { end }
            }
            false => ItemEnd { why: Some(LOST.to_owned()), ..ItemEnd::of(state) },
        };
        let target = match (step, &shown.user) {
            (Step::CreateUser(_), Some(user)) => named(user),
            _ => item.target.clone(),
        };
        let item = Item { target, ..item.clone() };
        self.write_down(row.seq, Some((&item, row.step)), row.step + 1, end, ItemState::Unknown).await?;
        self.patch(&item, step, &mut None, shown).await;
        Ok(!last)
    }

    /// The entries that are unknown, were not asked for in vain and were not given up.
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
        all.retain(|row| !untold.contains(&row.seq) && row.end.code.as_deref() != Some(GIVEN_UP));
        Ok(all)
    }

    /// What AWS shows of a call, and the user or group where there is one.
    async fn evidence(
        &self,
        row: &ItemRow,
        item: &Item,
        step: &Step,
        listed: &mut Listed,
    ) -> Result<(Evidence, Applied), Error> {
        let untold = (Evidence::Untold, Applied::default());
        let username = match &item.target {
            Target::Group { name } => return self.group_evidence(name, item, step).await,
            Target::User { username, .. } => username,
        };
        let Some(filter) = self.filter(item, step, username).await else { return Ok(untold) };
        let sent_at = row.sent_at.unwrap_or(row.at);
        let mut asked = match step {
            // Who signs in at an identity provider may have the same address.
            Step::CreateUser(new) => self.ask_for(&filter, |user| is_ours(new, user, sent_at)).await?,
            _ => self.ask(filter.clone()).await?,
        };
        if let (Step::CreateUser(_), Ok(None)) = (step, &asked) {
            let by_name = matches!(filter, UserFilter::UsernameIs(_));
            let has_it = |user: &User| by_name || user.status != UserStatus::ExternalProvider;
            asked = self.ask_for(&filter, has_it).await?;
        }
        let Ok(now) = asked else { return Ok(untold) };
        let inside = match step {
            Step::AddToGroup { group } | Step::RemoveFromGroup { group } => {
                self.is_member(group, username, listed).await?
            }
            _ => None,
        };
        let found = evidence(item, step, now.as_ref(), inside, sent_at, &self.verifies_first);
        Ok((found, Applied { user: now, ..Applied::default() }))
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
            UserFilter::of_address(&new.username)
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
        let Ok(members) = self.members(group, None).await? else { return Ok(None) };
        let inside = members.contains(username);
        listed.members.insert(group.clone(), members);
        Ok(Some(inside))
    }

    async fn group_evidence(&self, name: &GroupName, item: &Item, step: &Step) -> Result<(Evidence, Applied), Error> {
        let Ok(group) = self.group(name).await? else { return Ok((Evidence::Untold, Applied::default())) };
        let now = group.as_ref().map(GroupSettings::of);
        let applied = match step {
            Step::CreateGroup(wanted) => now.as_ref() == Some(&wanted.kept()),
            Step::UpdateGroup(_) => now.is_some_and(|now| is_changed(item, &now)),
            Step::DeleteGroup => now.is_none(),
            _ => return Ok((Evidence::Untold, Applied::default())),
        };
        let found = if applied { Evidence::Applied } else { Evidence::NotApplied };
        Ok((found, Applied { group, ..Applied::default() }))
    }
}
