//! What the window asks for to change users and groups: plans, approvals, jobs under way, the audit.

use std::collections::{BTreeMap, BTreeSet};

use console::jobs::{AuditFilter, AuditPage, Chosen, JobHandle, JobPhase};
use model::plan::{Action, Delivery, Factor, GroupMoves, GroupSettings, ItemState, MfaPreference, NewUser};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::WireError;
use crate::jobs::{AuditView, CountsView, group_name};

/// A way to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum DeliveryKind {
    /// E-mail.
    Email,
    /// SMS.
    Sms,
}

impl From<DeliveryKind> for Delivery {
    fn from(kind: DeliveryKind) -> Self {
        match kind {
            DeliveryKind::Email => Self::Email,
            DeliveryKind::Sms => Self::Sms,
        }
    }
}

/// A second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum FactorKind {
    /// A code by SMS.
    Sms,
    /// A code of an authenticator app.
    Totp,
    /// A code by e-mail.
    Email,
}

impl From<FactorKind> for Factor {
    fn from(kind: FactorKind) -> Self {
        match kind {
            FactorKind::Sms => Self::Sms,
            FactorKind::Totp => Self::Totp,
            FactorKind::Email => Self::Email,
        }
    }
}

/// A group as it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GroupWish {
    /// Its name.
    pub name: String,
    /// What it is for; `null` says nothing about it, and an empty text takes it away.
    pub description: Option<String>,
    /// Lower wins; `null` says nothing about it.
    pub precedence: Option<u32>,
    /// The IAM role of its members; `null` says nothing about it.
    pub role_arn: Option<String>,
}

impl GroupWish {
    fn parse(self) -> Result<GroupSettings, WireError> {
        let Self { name, description, precedence, role_arn } = self;
        Ok(GroupSettings { name: group_name(&name)?, description, precedence, role_arn })
    }
}

/// Groups that one person joins and leaves.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PersonMoves {
    /// The user name.
    pub username: String,
    /// Those that they join.
    pub join: Vec<String>,
    /// Those that they leave.
    pub leave: Vec<String>,
}

/// Groups that somebody joins and leaves, by their names.
///
/// # Errors
/// A validation error on `group`.
pub fn group_moves(join: &[String], leave: &[String]) -> Result<GroupMoves, WireError> {
    let named = |names: &[String]| names.iter().map(|name| group_name(name)).collect::<Result<_, _>>();
    Ok(GroupMoves { join: named(join)?, leave: named(leave)? })
}

/// Everything that can be done to users and groups.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Wish {
    /// Creates a user.
    CreateUser {
        /// The user name; in pools that sign in by e-mail or phone that address.
        username: String,
        /// The attributes, by AWS's names.
        attributes: BTreeMap<String, String>,
        /// How the invitation is sent; empty for not at all.
        invite: Vec<DeliveryKind>,
        /// Whether a temporary password is handed over with the approval; else Cognito makes one.
        own_password: bool,
    },
    /// Sends the invitation again.
    ResendInvitation {
        /// How; `null` for by e-mail where there is an address, else by SMS.
        by: Option<DeliveryKind>,
    },
    /// Sets attributes to the same values for everybody.
    SetAttributes {
        /// The values, by AWS's names.
        attributes: BTreeMap<String, String>,
    },
    /// Replaces a text inside an attribute wherever it occurs.
    ReplaceInAttribute {
        /// The attribute.
        attribute: String,
        /// What is looked for, exactly.
        find: String,
        /// What takes its place.
        replace: String,
    },
    /// Copies one attribute to another for those who have it.
    CopyAttribute {
        /// From this one.
        from: String,
        /// To this one.
        to: String,
    },
    /// Deletes attributes.
    DeleteAttributes {
        /// Their names.
        attributes: Vec<String>,
    },
    /// Lets users sign in.
    EnableUsers,
    /// Keeps users from signing in and ends their sessions.
    DisableUsers,
    /// Confirms users who have signed up.
    ConfirmUsers {
        /// Whether their e-mail address is marked as verified, too.
        verify_email: bool,
    },
    /// Ends passwords and sends codes with which users choose new ones.
    ResetPassword,
    /// Sets a password, which is handed over with the approval.
    SetPassword {
        /// Whether it stays, or must be changed at the next sign-in.
        permanent: bool,
    },
    /// Signs users out everywhere.
    SignOut,
    /// Deletes users.
    DeleteUsers,
    /// Sets which second factors are asked for; factors that are not named stay as they are.
    SetMfa {
        /// Turned on.
        on: Vec<FactorKind>,
        /// Turned off.
        off: Vec<FactorKind>,
        /// The one that is asked for first; `null` for none.
        preferred: Option<FactorKind>,
        /// Whether each user's factors are looked at first (`AdminGetUser`, which counts), so that it can be taken back.
        look_first: bool,
    },
    /// Forgets the authenticator app of users who have lost it.
    ResetAuthenticator,
    /// Forgets a remembered device.
    ForgetDevice {
        /// Its key.
        device_key: String,
    },
    /// Tells threat protection whether a sign-in was the user's own (plan Plus).
    RateSignIn {
        /// The event's id.
        event: String,
        /// Whether it was their own.
        own: bool,
    },
    /// Links an identity of a provider to a user.
    LinkProvider {
        /// The provider's name in the pool.
        provider: String,
        /// Who the person is there.
        subject: String,
    },
    /// Unlinks an identity of a provider.
    UnlinkProvider {
        /// The provider's name in the pool.
        provider: String,
        /// Who the person is there.
        subject: String,
    },
    /// Adds users to a group.
    AddToGroup {
        /// The group.
        group: String,
    },
    /// Removes users from a group.
    RemoveFromGroup {
        /// The group.
        group: String,
    },
    /// Adds users to several groups and removes them from others.
    ChangeGroups {
        /// Those that they join.
        join: Vec<String>,
        /// Those that they leave.
        leave: Vec<String>,
    },
    /// Adds users to groups and removes them from others, each as is said of them. They have to be named, too.
    ArrangeGroups {
        /// What is said of each.
        moves: Vec<PersonMoves>,
    },
    /// Creates a group.
    CreateGroup {
        /// The group.
        settings: GroupWish,
    },
    /// Changes a group.
    UpdateGroup {
        /// The group.
        settings: GroupWish,
    },
    /// Deletes a group; its members stay users.
    DeleteGroup {
        /// The group.
        group: String,
    },
}

impl Wish {
    fn parse(self) -> Result<Action, WireError> {
        Ok(match self {
            Self::CreateUser { username, attributes, invite, own_password } => Action::CreateUser(NewUser {
                username,
                attributes,
                invite: invite.into_iter().map(Delivery::from).collect::<BTreeSet<_>>(),
                own_password,
            }),
            Self::ResendInvitation { by } => Action::ResendInvitation { by: by.map(Delivery::from) },
            Self::SetAttributes { attributes } => Action::SetAttributes { attributes },
            Self::ReplaceInAttribute { attribute, find, replace } => {
                Action::ReplaceInAttribute { attribute, find, replace }
            }
            Self::CopyAttribute { from, to } => Action::CopyAttribute { from, to },
            Self::DeleteAttributes { attributes } => {
                Action::DeleteAttributes { attributes: attributes.into_iter().collect() }
            }
            Self::EnableUsers => Action::EnableUsers,
            Self::DisableUsers => Action::DisableUsers,
            Self::ConfirmUsers { verify_email } => Action::ConfirmUsers { verify_email },
            Self::ResetPassword => Action::ResetPassword,
            Self::SetPassword { permanent } => Action::SetPassword { permanent },
            Self::SignOut => Action::SignOut,
            Self::DeleteUsers => Action::DeleteUsers,
            Self::SetMfa { on, off, preferred, look_first } => {
                let on = on.into_iter().map(|kind| (kind.into(), true));
                let factors = off.into_iter().map(|kind| (kind.into(), false)).chain(on).collect();
                let preference = MfaPreference { factors, preferred: preferred.map(Factor::from) };
                Action::SetMfa { preference, look_first }
            }
            Self::ResetAuthenticator => Action::ResetAuthenticator,
            Self::ForgetDevice { device_key } => Action::ForgetDevice { device_key },
            Self::RateSignIn { event, own } => Action::RateSignIn { event, own },
            Self::LinkProvider { provider, subject } => Action::LinkProvider { provider, subject },
            Self::UnlinkProvider { provider, subject } => Action::UnlinkProvider { provider, subject },
            Self::AddToGroup { group } => Action::AddToGroup { group: group_name(&group)? },
            Self::RemoveFromGroup { group } => Action::RemoveFromGroup { group: group_name(&group)? },
            Self::ChangeGroups { join, leave } => Action::ChangeGroups(group_moves(&join, &leave)?),
            Self::ArrangeGroups { moves } => {
                let of = |one: PersonMoves| Ok((one.username, group_moves(&one.join, &one.leave)?));
                Action::ArrangeGroups { moves: moves.into_iter().map(of).collect::<Result<_, WireError>>()? }
            }
            Self::CreateGroup { settings } => Action::CreateGroup(settings.parse()?),
            Self::UpdateGroup { settings } => Action::UpdateGroup(settings.parse()?),
            Self::DeleteGroup { group } => Action::DeleteGroup { group: group_name(&group)? },
        })
    }
}

/// Makes a plan.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MakePlan {
    /// What is wanted.
    pub wish: Wish,
    /// Everybody whom this query finds; `null` for those who are named.
    pub query: Option<String>,
    /// User names; empty for what is about nobody that exists, or everybody of the query.
    pub names: Vec<String>,
}

impl MakePlan {
    /// What is wanted and for whom.
    ///
    /// # Errors
    /// A validation error on `group`.
    pub fn parse(self) -> Result<(Action, Chosen), WireError> {
        let action = self.wish.parse()?;
        let chosen = match self.query {
            _ if !action.is_about_users() => Chosen::Nobody,
            Some(query) => Chosen::Query(query),
            None => Chosen::Names(self.names),
        };
        Ok((action, chosen))
    }
}

/// Names a job, or a plan that waits for approval.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OneJob {
    /// The id.
    pub id: String,
}

/// Writes a plan or the entries of a job into the folder for downloads.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SaveJob {
    /// The id.
    pub id: String,
    /// `csv`, or `json`: a plan that `poolctl apply` reads; of a plan also `preview`: what it does, takes, costs and sends.
    pub format: String,
}

/// Approves a plan.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ApprovePlan {
    /// The plan.
    pub plan: String,
    /// The pool's name as it was typed, where something cannot be taken back.
    pub pool_name: Option<String>,
    /// Why, for the audit.
    pub reason: Option<String>,
}

/// What an approval gives: it holds once, for ten minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalView {
    /// The token.
    pub token: String,
}

/// Carries out what was approved.
#[derive(Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ApplyPlan {
    /// The token of the approval.
    pub token: String,
    /// The password that is set, where one is.
    pub password: Option<String>,
}

impl std::fmt::Debug for ApplyPlan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ApplyPlan")
    }
}

/// Goes on with a job.
#[derive(Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ResumeJob {
    /// The job.
    pub id: String,
    /// The password that is set, where one is.
    pub password: Option<String>,
    /// Whether failed entries are tried again.
    pub retry: bool,
    /// Whether those are tried again, too, of which it is not known whether they were applied.
    pub retry_unknown: bool,
}

impl std::fmt::Debug for ResumeJob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResumeJob").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Unlocks Production.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UnlockChanges {
    /// The pool's name as it was typed.
    pub pool_name: String,
}

/// Asks for entries of a job.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GetJobItems {
    /// The job.
    pub id: String,
    /// `queued`, `sent`, `done`, `failed`, `unknown` or `skipped`; `null` for all.
    pub state: Option<String>,
    /// From this place on.
    pub from: u32,
    /// So many at most; 500 are the most.
    pub limit: u32,
}

impl GetJobItems {
    /// The state.
    ///
    /// # Errors
    /// A validation error on `state`.
    pub fn state(&self) -> Result<Option<ItemState>, WireError> {
        let Some(word) = &self.state else { return Ok(None) };
        let state = ItemState::of_word(word);
        state.map(Some).ok_or_else(|| WireError::validation("state", "There is no such state of an entry."))
    }
}

/// What a job that this program carries out is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum JobPhaseKind {
    /// Calls are sent.
    Running,
    /// AWS is asked what became of calls whose answer never came.
    Reconciling,
    /// A person paused it.
    Paused,
    /// It cannot go on now and will by itself.
    Waiting,
    /// No entry waits any more.
    Ended,
    /// It stopped with an error; it can go on later.
    Stopped,
}

/// How far a job of this program has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct JobProgressView {
    /// The job.
    pub id: String,
    /// What it is doing.
    pub phase: JobPhaseKind,
    /// Why it waits or stopped, as a sentence.
    pub why: Option<String>,
    /// Its entries by state.
    pub counts: CountsView,
}

impl From<&JobHandle> for JobProgressView {
    fn from(handle: &JobHandle) -> Self {
        let told = handle.progress.borrow();
        let (phase, why) = match &told.phase {
            JobPhase::Running => (JobPhaseKind::Running, None),
            JobPhase::Reconciling => (JobPhaseKind::Reconciling, None),
            JobPhase::Paused => (JobPhaseKind::Paused, None),
            JobPhase::Waiting(why) => (JobPhaseKind::Waiting, Some(why.clone())),
            JobPhase::Ended => (JobPhaseKind::Ended, None),
            JobPhase::Stopped => (JobPhaseKind::Stopped, None),
        };
        let why = why.or_else(|| told.error.as_ref().map(|error| error.message.clone()));
        Self { id: handle.id.clone(), phase, why, counts: CountsView::from(&told.counts) }
    }
}

/// Asks for records of the audit, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ListAudit {
    /// About this user or group, by name or `sub`.
    pub about: Option<String>,
    /// Of this job.
    pub job: Option<String>,
    /// Of all pools, not of the open one alone.
    pub all_pools: bool,
    /// From this day on, as `2026-11-22`.
    pub since: Option<String>,
    /// By those whose ARN has this in it, case ignored.
    pub who: Option<String>,
    /// Of the operations whose name has this in it, case ignored.
    pub operation: Option<String>,
    /// With this outcome, such as `done`.
    pub outcome: Option<String>,
    /// Before this place alone, as [`AuditPageView`] gives it.
    pub before: Option<u32>,
    /// So many at most; 5,000 are the most.
    pub limit: u32,
}

impl ListAudit {
    /// What is let through, of one pool or of all; an empty text stands for no filter.
    ///
    /// # Errors
    /// A validation error on `since`.
    pub fn filter(&self, pool: Option<String>) -> Result<AuditFilter, WireError> {
        let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        Ok(AuditFilter {
            person: text(&self.about),
            job: text(&self.job),
            pool,
            since: self.since()?,
            who: text(&self.who),
            operation: text(&self.operation),
            outcome: text(&self.outcome),
            before: self.before.map(u64::from),
        })
    }

    /// The beginning of the day, in UTC.
    fn since(&self) -> Result<Option<jiff::Timestamp>, WireError> {
        let Some(text) = self.since.as_deref().filter(|text| !text.is_empty()) else { return Ok(None) };
        let day: Result<jiff::civil::Date, _> = text.parse();
        let start = day.and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC));
        match start {
            Ok(start) => Ok(Some(start.timestamp())),
            Err(_) => Err(WireError::validation("since", "Write the day as 2026-11-22.")),
        }
    }
}

/// Asks for the last records of the audit about one user of the open pool.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GetPersonAudit {
    /// The user name or `sub`.
    pub username: String,
    /// Before this place alone, as [`AuditPageView`] gives it.
    pub before: Option<u32>,
    /// So many at most; 5,000 are the most.
    pub limit: u32,
}

/// Records of the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AuditPageView {
    /// The records, the newest first.
    pub records: Vec<AuditView>,
    /// Where earlier ones go on; `null` when these are all.
    pub earlier: Option<u32>,
    /// How many of those that were looked at cannot be read, and are not listed: damaged, or of a newer version.
    pub unreadable: u32,
}

impl From<&AuditPage> for AuditPageView {
    fn from(page: &AuditPage) -> Self {
        Self {
            records: page.records.iter().map(AuditView::from).collect(),
            earlier: page.earlier.map(crate::count),
            unreadable: crate::count(page.unreadable),
        }
    }
}

/// Where records of the audit were written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SavedAuditView {
    /// The file.
    pub path: String,
    /// How many cannot be read, and are not in it.
    pub unreadable: u32,
}

/// Walks the audit's chain.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VerifyAudit {
    /// A hash that was noted earlier and must still be in it.
    pub head: Option<String>,
}

/// A plan as CSV: a row for each change, and for whoever is left out. No cell is a formula.
#[must_use]
pub fn plan_csv(plan: &model::plan::Plan) -> Vec<u8> {
    let head = ["name", "sub", "calls", "field", "before", "after", "skipped"].map(str::to_owned);
    let mut rows = Vec::new();
    for item in &plan.items {
        let calls: Vec<&str> = item.steps.iter().map(model::plan::Step::operation).collect();
        let row = |field: &str, before: Option<&str>, after: Option<&str>| {
            let cells = [
                item.target.name(),
                item.target.sub().unwrap_or_default(),
                &calls.join(" "),
                field,
                before.unwrap_or_default(),
                after.unwrap_or_default(),
                item.skip.as_deref().unwrap_or_default(),
            ];
            cells.map(str::to_owned).to_vec()
        };
        let shown = item.shown();
        let before =
            |change: &model::plan::Change| change.unseen.then(|| "(unknown)".to_owned()).or(change.before.clone());
        rows.extend(shown.iter().map(|change| row(&change.field, before(change).as_deref(), change.after.as_deref())));
        if shown.is_empty() {
            rows.push(row("", None, None));
        }
    }
    console::table_csv(&head, &rows)
}

/// The columns of the entries of a job as CSV.
const ITEM_COLUMNS: [&str; 8] = ["place", "name", "sub", "state", "code", "why", "requestId", "changes"];

/// Entries of a job as CSV, below the names of the columns where they are the first. No cell is a formula.
#[must_use]
pub fn items_csv(items: &[crate::jobs::JobItemView], first: bool) -> Vec<u8> {
    let head = first.then(|| ITEM_COLUMNS.map(str::to_owned).to_vec());
    let rows: Vec<Vec<String>> = head
        .into_iter()
        .chain(items.iter().map(|item| {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let change = |change: &crate::jobs::ChangeView| {
                format!("{}: {} → {}{}", change.field, change.was(), text(&change.after), change.proviso())
            };
            let changes: Vec<String> = item.changes.iter().map(change).collect();
            vec![
                item.seq.to_string(),
                text(&item.name),
                text(&item.sub),
                item.state.clone(),
                text(&item.code),
                text(&item.why),
                text(&item.request_id),
                changes.join("; "),
            ]
        }))
        .collect();
    console::rows_csv(&rows)
}

/// Views as JSON Lines.
#[must_use]
pub fn lines<T: Serialize>(views: &[T]) -> Vec<u8> {
    let mut out = Vec::new();
    for view in views {
        // Views of texts and numbers always become JSON.
        out.extend(serde_json::to_vec(view).unwrap_or_default());
        out.push(b'\n');
    }
    out
}
