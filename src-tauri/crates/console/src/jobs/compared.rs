//! Looking at a user or group as it is now, before the first call about it.

use std::collections::{HashMap, HashSet};

use cognito::{Error as CallError, ErrorKind, UserFilter, UserPage};
use model::group::Group;
use model::plan::{
    Difference, FEW, GroupSettings, Item, ItemState, Record, Standing, Step, Target, group_differences, group_standing,
    over, standing,
};
use model::user::User;
use model::{GroupName, Sub, Username};
use store::ItemEnd;

use super::reconcile::SETTLED;
use super::run::{LOST, Run, refused};
use crate::error::{Code, Error};
use crate::open::blocking;
use crate::sync::find;

/// Who is in groups, as it was listed once for all entries of a run; `None` where AWS did not tell.
#[derive(Default)]
pub(super) struct Inside {
    groups: HashMap<GroupName, Listed>,
}

/// Users by the groups in which a job of a few entries has to see them.
pub(super) type Few = HashMap<GroupName, HashSet<Username>>;

struct Listed {
    members: Option<HashSet<Username>>,
    /// Whether what was written before the run shows in it: listings trail.
    settled: bool,
}

impl Inside {
    fn has(&self, group: &GroupName, username: &Username) -> Option<bool> {
        Some(self.groups.get(group)?.members.as_ref()?.contains(username))
    }
}

/// The row as it is now, when it is as it was planned with; else how the entry ends, and which call is next.
type Compared = Result<Option<User>, (usize, ItemEnd)>;

/// What AWS tells, or how the entry ends that asked.
pub(super) type Asked<T> = Result<Option<T>, ItemEnd>;

pub(super) fn changed(why: &str, differences: &[Difference]) -> (usize, ItemEnd) {
    let end = ItemEnd {
        code: Some("changed".to_owned()),
        why: Some(why.to_owned()),
        detail: serde_json::to_string(differences).ok(),
        ..ItemEnd::of(ItemState::Skipped)
    };
    (0, end)
}

/// What is as it shall be: by us when a call about it may have been applied, though no answer came.
fn done(item: &Item, resent: bool) -> (usize, ItemEnd) {
    let (step, why) = if resent { (item.steps.len(), LOST) } else { (0, "it was so already") };
    (step, ItemEnd { why: Some(why.to_owned()), ..ItemEnd::of(ItemState::Done) })
}

/// Whether an entry of this state is not compared again while the job goes on.
fn has_ended(state: ItemState) -> bool {
    matches!(state, ItemState::Done | ItemState::Failed | ItemState::Skipped)
}

fn gone(what: &str) -> (usize, ItemEnd) {
    let end = ItemEnd {
        code: Some(Code::NotFound.as_str().to_owned()),
        why: Some(what.to_owned()),
        ..ItemEnd::of(ItemState::Failed)
    };
    (0, end)
}

/// Why nobody was asked: the job was paused.
fn paused() -> CallError {
    let message = "The job was paused.".to_owned();
    CallError { kind: ErrorKind::Unreachable, message, request_id: None, operation: None, said: None, unsent: true }
}

impl Run {
    /// Compares what is there now with what the calls from one on were planned with: what was made before is ours. Who was
    /// created by the entry is compared with nothing, for listings trail.
    pub(super) async fn rest_compared(&self, item: &mut Item, first: usize, resent: bool) -> Result<Compared, Error> {
        if first == 0 {
            return self.compared(item, resent).await;
        }
        if matches!(item.steps.first(), Some(Step::CreateUser(_))) {
            return Ok(Ok(None));
        }
        let mut rest = item.rest(first);
        let compared = self.compared(&mut rest, resent).await?;
        if compared.is_ok() {
            item.go_on_with(first, rest);
        }
        Ok(compared.map_err(|(step, end)| (first + step, end)))
    }

    /// Compares what is there now with what was planned. `resent` says that a call about it may have been applied.
    pub(super) async fn compared(&self, item: &mut Item, resent: bool) -> Result<Compared, Error> {
        let (username, sub) = match &item.target {
            Target::Group { name } => {
                let name = name.clone();
                return self.group_compared(&name, item, resent).await;
            }
            Target::User { username, sub } => {
                (username.clone(), sub.as_ref().and_then(|sub| Sub::parse(sub.as_str()).ok()))
            }
        };
        let Some(sub) = sub else {
            // Unlinking names the identity alone, and whose it is shows only in a row that is surely theirs.
            let unlinks = item.steps.iter().any(|step| matches!(step, Step::Unlink { .. }));
            return Ok(if unlinks {
                Err(gone("There is no sub by which to tell this user from another."))
            } else {
                Ok(None)
            });
        };
        let mut now = match self.ask(UserFilter::SubIs(sub.clone())).await? {
            Ok(now) => now,
            Err(end) => return Ok(Err((0, end))),
        };
        let deletes = item.steps.iter().any(|step| matches!(step, Step::Delete));
        let doubtful = match standing(item, now.as_ref(), resent) {
            Standing::AsPlanned => false,
            Standing::Done => !resent,
            Standing::Gone => !deletes,
            Standing::Changed(_) => true,
        };
        // What was written here a moment ago is not taken for somebody else's, nor for undone.
        if doubtful && let Some(left) = self.pool.settles(Some(sub.as_str())).await? {
            self.sleep(left).await;
            now = match self.ask(UserFilter::SubIs(sub)).await? {
                Ok(now) => now,
                Err(end) => return Ok(Err((0, end))),
            };
        }
        if now.as_ref().is_some_and(|now| now.username != username) {
            return Ok(Err(changed("The user of this sub has another name, so nothing was changed.", &[])));
        }
        Ok(match standing(item, now.as_ref(), resent) {
            Standing::AsPlanned => {
                if !self.moves_compared(&username, item, resent).await? {
                    return Ok(Err(done(item, resent)));
                }
                self.groups_kept(&username, item).await?;
                Ok(now)
            }
            Standing::Done => Err(done(item, resent)),
            Standing::Gone if deletes => return self.name_is_theirs(&username).await,
            Standing::Gone => Err(gone("There is no such user in this pool.")),
            Standing::Changed(differences) => Err(changed(
                "Somebody changed this user after the plan was made, so nothing was overwritten.",
                &differences,
            )),
        })
    }

    /// Leaves out the moves between groups that are so already; whether anything is left to do. Where that is otherwise than
    /// planned, the listing is made once more when what was written lately shows in it.
    async fn moves_compared(&self, username: &Username, item: &mut Item, resent: bool) -> Result<bool, Error> {
        let groups: Vec<GroupName> = item.steps.iter().filter_map(Step::moves).cloned().collect();
        if groups.is_empty() {
            return Ok(true);
        }
        let few = self.few.get_or_try_init(|| self.named()).await?.as_ref();
        let mut inside = self.inside.lock().await;
        for group in groups {
            let few = few.and_then(|few| few.get(&group)).filter(|few| few.contains(username));
            let joins = item.steps.contains(&Step::AddToGroup { group: group.clone() });
            self.look_inside(&mut inside, &group, few, |now| now.has(&group, username) == Some(joins)).await?;
        }
        Ok(item.leave_out_moves(resent, |group| inside.has(group, username)))
    }

    /// Lists a group once for all entries, and once more, when what was written lately shows in it, where the first listing
    /// is doubted.
    async fn look_inside(
        &self,
        inside: &mut Inside,
        group: &GroupName,
        few: Option<&HashSet<Username>>,
        is_doubted: impl Fn(&Inside) -> bool,
    ) -> Result<(), Error> {
        if !inside.groups.contains_key(group) {
            let members = self.members(group, few).await?.ok();
            inside.groups.insert(group.clone(), Listed { members, settled: false });
        }
        if is_doubted(inside) && !inside.groups[group].settled {
            self.sleep(SETTLED).await;
            let members = self.members(group, few).await?.ok();
            inside.groups.insert(group.clone(), Listed { members, settled: true });
        }
        Ok(())
    }

    /// Takes the groups that a user has left meanwhile out of the record that is kept of them, where the job is about few:
    /// nobody gets a membership back that somebody took away.
    async fn groups_kept(&self, username: &Username, item: &mut Item) -> Result<(), Error> {
        let Some(Record::User(user)) = &mut item.record else { return Ok(()) };
        if user.groups.is_empty() {
            return Ok(());
        }
        let Some(few) = self.few.get_or_try_init(|| self.named()).await? else { return Ok(()) };
        let mut inside = self.inside.lock().await;
        for group in &user.groups {
            let Some(few) = few.get(group).filter(|few| few.contains(username)) else { continue };
            self.look_inside(&mut inside, group, Some(few), |now| now.has(group, username) == Some(false)).await?;
        }
        user.groups.retain(|group| inside.has(group, username) != Some(false));
        Ok(())
    }

    /// Whom the entries of the job have in each group, or move into or out of it; `None` where the entries are more than a
    /// few. Of a few a job asks only for these among the members of a group, and for nobody who was never said to be there.
    /// `AdminListGroupsForUser` would tell each of them with one call, but it may count them as active; a listing never does.
    async fn named(&self) -> Result<Option<Few>, Error> {
        let (store, id) = (self.journal.clone(), self.job.id.clone());
        let rows = blocking(move || store.job_items(&id, None, 0, FEW + 1)).await?;
        if rows.len() > FEW as usize {
            return Ok(None);
        }
        let mut few = Few::new();
        // Who is done already is not looked for once more.
        for item in rows.into_iter().filter(|row| !has_ended(row.end.state)).filter_map(|row| row.item) {
            let Target::User { username, .. } = &item.target else { continue };
            for group in item.groups() {
                few.entry(group.clone()).or_default().insert(username.clone());
            }
        }
        Ok(Some(few))
    }

    /// Whether nobody else has the name of a user whom no listing shows. Listings trail, so only the call itself can tell
    /// that the user is gone.
    async fn name_is_theirs(&self, username: &Username) -> Result<Compared, Error> {
        Ok(match self.ask(UserFilter::UsernameIs(username.clone())).await? {
            Ok(None) => Ok(None),
            Ok(Some(_)) => Err(changed("Another user has this name now, so nobody was deleted.", &[])),
            Err(end) => Err((0, end)),
        })
    }

    /// Compares a group that is to be changed, and lets the call leave what it leaves out as it is now.
    async fn group_compared(&self, name: &GroupName, item: &mut Item, resent: bool) -> Result<Compared, Error> {
        let wanted = match item.steps.as_slice() {
            [Step::UpdateGroup(wanted)] => wanted.clone(),
            [Step::DeleteGroup] => return self.deletion_compared(name, item, resent).await,
            _ => return Ok(Ok(None)),
        };
        let now = match self.group(name).await? {
            Ok(Some(group)) => GroupSettings::of(&group),
            Ok(None) => return Ok(Err(gone("There is no such group in this pool."))),
            Err(end) => return Ok(Err((0, end))),
        };
        Ok(match group_standing(item, &now) {
            Standing::Done => Err(done(item, resent)),
            Standing::Changed(differences) => Err(changed(
                "Somebody changed this group after the plan was made, so nothing was overwritten.",
                &differences,
            )),
            _ => {
                item.steps = vec![Step::UpdateGroup(over(item, &wanted, &now))];
                Ok(None)
            }
        })
    }

    /// Compares a group that is to be deleted, with its members: what is put back is what was planned with.
    async fn deletion_compared(&self, name: &GroupName, item: &mut Item, resent: bool) -> Result<Compared, Error> {
        let now = match self.group(name).await? {
            Ok(Some(group)) => GroupSettings::of(&group),
            Ok(None) if resent => return Ok(Err(done(item, resent))),
            Ok(None) => return Ok(Err(gone("There is no such group in this pool."))),
            Err(end) => return Ok(Err((0, end))),
        };
        let inside = match self.members(name, None).await? {
            Ok(inside) => inside,
            Err(end) => return Ok(Err((0, end))),
        };
        let differences = group_differences(item, &now, &inside.iter().map(Username::as_str).collect());
        if differences.is_empty() {
            return Ok(Ok(None));
        }
        let why = "Somebody changed this group or its members after the plan was made, so it was not deleted.";
        Ok(Err(changed(why, &differences)))
    }

    /// The user whom a filter finds (`ListUsers`; free), waiting for whatever passes.
    pub(super) async fn ask(&self, filter: UserFilter) -> Result<Asked<User>, Error> {
        self.ask_for(&filter, |_| true).await
    }

    /// The first of the users whom a filter finds who is wanted, as [`Run::ask`].
    pub(super) async fn ask_for(
        &self,
        filter: &UserFilter,
        wanted: impl Fn(&User) -> bool,
    ) -> Result<Asked<User>, Error> {
        let page = |token: Option<String>| async move { self.page(filter, token).await };
        Ok(find(page, wanted).await.map_err(refused))
    }

    async fn page(&self, filter: &UserFilter, token: Option<String>) -> Result<UserPage, CallError> {
        loop {
            let before = self.hold.before();
            let live = self.live();
            let asked = live.session.users(&self.pool.key.pool, filter.clone(), Some(2), token.clone());
            let answer = tokio::select! {
                biased;
                answer = asked => answer,
                () = self.pausing() => Err(paused()),
            };
            match answer {
                Ok(page) => {
                    self.hold.went_well();
                    return Ok(page);
                }
                Err(error) if self.hold.passes(&error) && !self.is_stopping() => self.wait_out(error, before).await,
                Err(error) => return Err(error),
            }
        }
    }

    /// The group of a name (`ListGroups`; free), waiting for whatever passes.
    pub(super) async fn group(&self, name: &GroupName) -> Result<Asked<Group>, Error> {
        let mut token: Option<String> = None;
        loop {
            let before = self.hold.before();
            match self.live().session.groups(&self.pool.key.pool, token.clone()).await {
                Ok((groups, next)) => {
                    self.hold.went_well();
                    let found = groups.into_iter().find(|group| group.name == *name);
                    token = next;
                    if token.is_none() || found.is_some() {
                        return Ok(Ok(found));
                    }
                }
                Err(error) if self.hold.passes(&error) && !self.is_stopping() => self.wait_out(error, before).await,
                Err(error) => return Ok(Err(refused(error.into()))),
            }
        }
    }

    /// The members of a group (`ListUsersInGroup`; free), waiting for whatever passes: all, or no more pages than until
    /// those of `few` were all seen. Who of them is no member shows only at the end.
    pub(super) async fn members(
        &self,
        name: &GroupName,
        few: Option<&HashSet<Username>>,
    ) -> Result<Result<HashSet<Username>, ItemEnd>, Error> {
        let (mut members, mut token) = (HashSet::new(), None);
        loop {
            let before = self.hold.before();
            match self.live().session.members(&self.pool.key.pool, name, token.clone()).await {
                Ok((page, next)) => {
                    self.hold.went_well();
                    members.extend(page);
                    token = next;
                    if token.is_none() || few.is_some_and(|few| few.is_subset(&members)) {
                        return Ok(Ok(members));
                    }
                }
                Err(error) if self.hold.passes(&error) && !self.is_stopping() => self.wait_out(error, before).await,
                Err(error) => return Ok(Err(refused(error.into()))),
            }
        }
    }
}
