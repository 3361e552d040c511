//! Making plans and counting what they will do.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use cognito::{Share, UserFilter};
use model::month::Month;
use model::plan::{
    Action, Allowance, Basis, FEW, Item, Plan, PlanError, Preview, Record, Target, fit, item_for, items_for_group,
    new_user, preview,
};
use model::pool::Pool;
use model::query::Sort;
use model::user::{User, UserStatus};
use model::{GroupName, Sub, Username};

use crate::error::{Code, Error};
use crate::open::blocking;
use crate::pool::{Live, OpenPool};
use crate::sync::find;

/// The groups that an action removes a user from.
fn left_by<'a>(action: &'a Action, user: &User) -> impl Iterator<Item = &'a GroupName> {
    let (one, several) = match action {
        Action::RemoveFromGroup { group } => (Some(group), None),
        Action::ChangeGroups(moves) => (None, Some(&moves.leave)),
        Action::ArrangeGroups { moves } => (None, moves.get(user.username.as_str()).map(|moves| &moves.leave)),
        _ => (None, None),
    };
    one.into_iter().chain(several.into_iter().flatten())
}

/// What tells which of several names is meant: an error does not repeat it.
fn named(at: usize) -> String {
    format!("users.{at}")
}

/// Users that are read from the local copy at once.
const PAGE: u32 = 500;

/// Up to so many users are asked for at AWS when a plan is made, so that it rests on what is there now.
pub(crate) const ASKED: usize = 10;

/// Whom an action is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// Nobody: it makes a user, or is about a group.
    Nobody,
    /// Everybody whom a query finds in the local copy.
    Query(String),
    /// Users by name.
    Names(Vec<String>),
}

impl From<PlanError> for Error {
    fn from(error: PlanError) -> Self {
        Self::invalid(&error.field, error.message)
    }
}

impl OpenPool {
    /// Makes a plan and keeps it for approval. Reads the local copy; up to ten named users are asked for at AWS
    /// (`ListUsers`; free). Nothing is changed.
    ///
    /// # Errors
    /// [`Code::Validation`] when the action makes no sense in this pool, with the field; [`Code::NotFound`] for a named
    /// user that neither the local copy nor AWS knows; [`Code::AlreadyExists`] for a user to be created.
    pub async fn plan(&self, action: Action, chosen: Chosen) -> Result<Arc<Plan>, Error> {
        let pool = self.described().await?;
        let found = matches!(chosen, Chosen::Query(_));
        let mut items = match &action {
            Action::CreateUser(new) => {
                let item = new_user(new, &pool)?;
                self.is_free(&pool, &new.username).await?;
                vec![item]
            }
            Action::CreateGroup(settings) | Action::UpdateGroup(settings) => {
                self.group_items(&action, &settings.name).await?
            }
            Action::DeleteGroup { group } => self.group_items(&action, group).await?,
            Action::CreateUsers { .. } => return Err(Error::invalid("action", "Import a file to create many users.")),
            Action::Undo { .. } => return Err(Error::invalid("action", "Ask for the undo of a job by the job.")),
            _ => self.items_of(&action, chosen, &pool).await?,
        };
        let about_one = matches!(
            action,
            Action::LinkProvider { .. }
                | Action::UnlinkProvider { .. }
                | Action::ForgetDevice { .. }
                | Action::RateSignIn { .. }
        );
        if about_one && items.len() > 1 {
            return Err(Error::invalid("users", "An identity, a device or a sign-in is one person's. Name one user."));
        }
        let sets = matches!(
            action,
            Action::CreateUser(_)
                | Action::SetAttributes { .. }
                | Action::ReplaceInAttribute { .. }
                | Action::CopyAttribute { .. }
        );
        // What the pool demands of values is asked of AWS. Where it does not tell, each call is told by AWS itself.
        if sets && let Ok(Ok(policy)) = self.policy().await {
            fit(&action, &mut items, &pool, &policy)?;
        }
        let basis = match action.is_about_users() {
            true => Some(Basis { found, copy: self.freshness().await? }),
            false => None,
        };
        let plan = Plan { basis, ..self.new_plan(action, items) };
        Ok(self.console.desk.keep(Plan { notes: plan.told(), ..plan }))
    }

    /// Takes in a plan that was made elsewhere, such as in a file. What a person should know of it is told anew.
    ///
    /// # Errors
    /// [`Code::Validation`] when it is for another pool, or is not what its action would have been planned as.
    pub fn adopt(&self, plan: Plan) -> Result<Arc<Plan>, Error> {
        if plan.pool != self.key {
            return Err(Error::invalid("plan", "This plan was made for another pool, account, Region or endpoint."));
        }
        plan.check()?;
        Ok(self.console.desk.keep(Plan { notes: plan.told(), ..plan }))
    }

    /// A plan that waits for approval.
    ///
    /// # Errors
    /// [`Code::NotFound`] when it is not kept any more: make it again.
    pub fn kept_plan(&self, id: &str) -> Result<Arc<Plan>, Error> {
        let found = self.console.desk.find(id).filter(|plan| plan.pool == self.key);
        found.ok_or_else(|| Error::new(Code::NotFound, "This plan is not kept any more. Make it again."))
    }

    /// What a plan will do, take, cost and send.
    ///
    /// # Errors
    /// [`Code::JournalUnavailable`] when the ledger cannot be read; [`Code::CacheUnavailable`]; [`Code::Validation`] on
    /// `prices` for a price table of a person's own that does not hold.
    pub async fn preview(&self, plan: &Plan) -> Result<Preview, Error> {
        let journal = self.journal()?;
        let (key, month) = (self.key.clone(), Month::of(self.now()).to_string());
        let counted = blocking(move || journal.counted(&key, &month)).await?;
        let pool = self.pool().await?;
        let touch = self.touch_prices().await?;
        let allowance = match self.console.gate_of(&self.connection).share() {
            Share::Fraction(share) => Allowance::Share(share),
            Share::Off => Allowance::Unlimited,
        };
        let moves = plan.items.iter().flat_map(|item| &item.steps).any(|step| step.moves().is_some());
        // The groups of the few who are deleted are listed, too.
        let keeps = |item: &Item| matches!(&item.record, Some(Record::User(user)) if !user.groups.is_empty());
        let lists = moves || plan.items.len() <= FEW as usize && plan.items.iter().any(keeps);
        let members: HashMap<GroupName, u64> = match lists && self.freshness().await?.groups_known {
            true => self.groups().await?.into_iter().map(|(group, members)| (group.name, members)).collect(),
            false => HashMap::new(),
        };
        let counted = |name: &str| counted.contains(name);
        Ok(preview(
            plan,
            |touched| touch.now(touched),
            allowance,
            counted,
            |group| members.get(group).copied(),
            pool.as_ref(),
        ))
    }

    pub(crate) fn put_on_desk(&self, action: Action, items: Vec<Item>, notes: Vec<String>) -> Arc<Plan> {
        self.console.desk.keep(Plan { notes, ..self.new_plan(action, items) })
    }

    fn new_plan(&self, action: Action, items: Vec<Item>) -> Plan {
        let id = uuid::Uuid::new_v4().simple().to_string();
        Plan { id, pool: self.key.clone(), action, made_at: self.now(), items, notes: Vec::new(), basis: None }
    }

    pub(super) async fn described(&self) -> Result<Pool, Error> {
        let empty = || Error::new(Code::CacheUnavailable, "The local copy is empty. Connect to the pool first.");
        self.pool().await?.ok_or_else(empty)
    }

    /// The session and who it is.
    ///
    /// # Errors
    /// [`Code::Precondition`] while the pool was opened from its cache alone.
    pub(crate) fn live(&self) -> Result<&Live, Error> {
        self.live.get().ok_or_else(|| {
            Error::new(Code::Precondition, "Connect to AWS first: the pool is open from its local copy alone.")
        })
    }

    /// A session whose calls are all signed by one person, and who that is (`sts:GetCallerIdentity`; free).
    pub(crate) async fn pinned(&self) -> Result<Live, Error> {
        let session = self.live()?.session.steady().await?;
        let identity = session.identity().await?;
        Ok(Live { session, identity })
    }

    /// The same with credentials that are fetched anew.
    pub(super) async fn renewed(&self) -> Result<Live, Error> {
        self.live()?.session.credentials().await?;
        self.pinned().await
    }

    async fn items_of(&self, action: &Action, chosen: Chosen, pool: &Pool) -> Result<Vec<Item>, Error> {
        // An action that makes sense for nobody is refused also when it would be about nobody.
        let known = self.freshness().await?.groups_known;
        if known {
            self.has_groups(action).await?;
        }
        // Where nobody knows the memberships, whoever may have to leave is planned to: a job looks before it moves them.
        let with_groups = |mut user: User| {
            if !known {
                let left: Vec<GroupName> = left_by(action, &user).cloned().collect();
                user.groups.extend(left.into_iter().filter(|group| !user.groups.contains(group)).collect::<Vec<_>>());
            }
            user
        };
        let mut items = Vec::new();
        match chosen {
            Chosen::Nobody => return Err(Error::invalid("users", "Say whom it is about.")),
            Chosen::Query(text) => {
                let copy = self.freshness().await?;
                if copy.synced_at.is_none() && (copy.users == 0 || copy.started_at.is_none()) {
                    let message = "The local copy was never read, so nobody can be found in it. Sync the pool first (poolctl sync).";
                    return Err(Error::new(Code::Precondition, message));
                }
                if let Some(doubt) = self.doubt_of(&text).await? {
                    return Err(Error::new(Code::Precondition, doubt));
                }
                let mut after = None;
                loop {
                    let page = self.search(&text, &Sort::default(), after, PAGE).await?;
                    for user in page.users {
                        items.push(item_for(action, &with_groups(user), pool)?);
                    }
                    after = page.next;
                    if after.is_none() {
                        break;
                    }
                }
            }
            Chosen::Names(names) => {
                let mut seen = HashSet::new();
                let few = names.len() <= ASKED;
                for (at, name) in names.into_iter().enumerate().filter(|(_, name)| seen.insert(name.clone())) {
                    let username =
                        Username::parse(name).map_err(|error| Error::invalid(&named(at), format!("{error}.")))?;
                    let Some(user) = self.find(&username, few).await? else {
                        let target = Target::User { username, sub: None };
                        if few {
                            let unknown = Error::new(Code::NotFound, "There is no such user in this pool.");
                            return Err(Error { field: Some(named(at)), ..unknown });
                        }
                        items.push(Item::skipped(target, "is not in the local copy"));
                        continue;
                    };
                    items.push(item_for(action, &with_groups(user), pool)?);
                }
            }
        }
        Ok(items)
    }

    /// Refuses an action that moves users into or out of a group that the local copy, which knows the groups, does not have.
    async fn has_groups(&self, action: &Action) -> Result<(), Error> {
        let wanted = action.groups();
        if wanted.is_empty() {
            return Ok(());
        }
        let known: HashSet<GroupName> = self.groups().await?.into_iter().map(|(group, _)| group.name).collect();
        let Some(missing) = wanted.into_iter().find(|group| !known.contains(group)) else { return Ok(()) };
        let message =
            format!("There is no such group in this pool: {missing}. If it was made elsewhere just now, sync first.");
        Err(Error { field: Some("group".to_owned()), ..Error::new(Code::NotFound, message) })
    }

    /// The user of a name: as AWS tells it where `ask`, else as the local copy has it; groups as the local copy has them. Of who
    /// was changed here a moment ago it waits for a listing that shows it.
    pub(crate) async fn find(&self, username: &Username, ask: bool) -> Result<Option<User>, Error> {
        let cached = self.user(username).await?;
        let Ok(live) = self.live() else { return Ok(cached) };
        let sub = cached.as_ref().and_then(User::sub);
        if cached.is_some() && !ask {
            return Ok(cached);
        }
        let filter = match sub.and_then(|sub| Sub::parse(sub).ok()) {
            Some(sub) => UserFilter::SubIs(sub),
            None => UserFilter::UsernameIs(username.clone()),
        };
        let mut now = self.first(live, &filter, |user| user.username == *username).await?;
        let other = cached.as_ref().zip(now.as_ref()).is_some_and(|(cached, now)| {
            (cached.enabled, &cached.status, &cached.attributes) != (now.enabled, &now.status, &now.attributes)
        });
        if other && let Some(left) = self.settles(sub).await? {
            tokio::time::sleep(left).await;
            now = self.first(live, &filter, |user| user.username == *username).await?;
        }
        // A listing trails: who was created a moment ago is in the local copy alone.
        Ok(match (now, cached) {
            (Some(now), Some(cached)) => Some(User { groups: cached.groups, ..now }),
            (now, cached) => now.or(cached),
        })
    }

    async fn first(
        &self,
        live: &Live,
        filter: &UserFilter,
        wanted: impl Fn(&User) -> bool,
    ) -> Result<Option<User>, Error> {
        let pool = &self.key.pool;
        let page = |token: Option<String>| async move { live.session.users(pool, filter.clone(), None, token).await };
        find(page, wanted).await
    }

    /// Refuses a name that somebody has (`ListUsers`; free).
    async fn is_free(&self, pool: &Pool, username: &str) -> Result<(), Error> {
        let live = self.live()?;
        let name = Username::parse(username).map_err(|error| Error::invalid("username", format!("{error}.")))?;
        let address = UserFilter::of_address(username).filter(|_| !pool.username_attributes.is_empty());
        let by_address = address.is_some();
        let filter = address.unwrap_or(UserFilter::UsernameIs(name));
        // Who signs in at an identity provider does not keep an address from others.
        let taken = |user: &User| !by_address || user.status != UserStatus::ExternalProvider;
        if self.first(live, &filter, taken).await?.is_none() {
            return Ok(());
        }
        Err(Error::new(Code::AlreadyExists, "There is a user of this name or address already."))
    }

    /// The group as it is now, and for deleting its members (`ListGroups`, `ListUsersInGroup`; free).
    pub(super) async fn group_items(&self, action: &Action, name: &GroupName) -> Result<Vec<Item>, Error> {
        let live = self.live()?;
        let (mut token, mut now) = (None, None);
        while now.is_none() {
            let (groups, next) = live.session.groups(&self.key.pool, token).await?;
            now = groups.into_iter().find(|group| group.name == *name);
            token = next;
            if token.is_none() {
                break;
            }
        }
        let mut members = Vec::new();
        if matches!(action, Action::DeleteGroup { .. }) && now.is_some() {
            let mut token = None;
            loop {
                let (names, next) = live.session.members(&self.key.pool, name, token).await?;
                for username in names {
                    let sub = self.user(&username).await?.and_then(|user| user.sub().map(str::to_owned));
                    members.push(Target::User { username, sub });
                }
                token = next;
                if token.is_none() {
                    break;
                }
            }
        }
        if now.is_none() && !matches!(action, Action::CreateGroup(_)) {
            return Err(Error::new(Code::NotFound, "There is no such group in this pool."));
        }
        if now.is_some() && matches!(action, Action::CreateGroup(_)) {
            return Err(Error::new(Code::AlreadyExists, "There is a group of this name already."));
        }
        Ok(items_for_group(action, now.as_ref(), members)?)
    }
}
