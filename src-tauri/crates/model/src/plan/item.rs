//! What a plan consists of: one entry for each user or group.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::action::{Action, Factor, GroupSettings};
use super::compare::Difference;
use super::preview::FEW;
use super::shown::on_or_off;
use super::step::{Step, Undo};
use crate::call::{MauEffect, QuotaCategory};
use crate::mau::effect_of;
use crate::sync::Freshness;
use crate::user::{User, UserStatus};
use crate::{GroupName, PoolKey, Username};

/// The lane of entries that are about a group.
pub const GROUP_LANE: &str = "group";

/// Whom or what an entry is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Target {
    /// A user.
    User {
        /// The name; for a user to be created the name that is asked for.
        username: Username,
        /// The `sub`; `None` for a user who does not exist yet, or of whom the listing told none.
        sub: Option<String>,
    },
    /// A group.
    Group {
        /// The name.
        name: GroupName,
    },
}

impl Target {
    /// The name of the user or group. Hostile text.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::User { username, .. } => username.as_str(),
            Self::Group { name } => name.as_str(),
        }
    }

    /// The user's `sub`; `None` for groups and where there is none.
    #[must_use]
    pub fn sub(&self) -> Option<&str> {
        match self {
            Self::User { sub, .. } => sub.as_deref(),
            Self::Group { .. } => None,
        }
    }
}

/// A field as it was planned with and as it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// An attribute, or `enabled`, `status`, `group`, `description`, `precedence`, `role`; `SMS_MFA`, `SOFTWARE_TOKEN_MFA`,
    /// `EMAIL_OTP` and `PreferredMfaSetting` for second factors. Of what no row shows: `invitation`, `password`, `sessions`,
    /// `authenticatorApp`, `feedback`, `device`, `identity`, `members`.
    pub field: String,
    /// Its value when the plan was made; `None` when absent, or not looked at.
    pub before: Option<String>,
    /// Its value afterwards; `None` when absent.
    pub after: Option<String>,
    /// Whether AWS keeps the value before until the person enters the code that it sends to the new address.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waits: bool,
    /// Whether nobody looked what it was before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unseen: bool,
}

impl Change {
    /// A change that shows as soon as its call is made.
    #[must_use]
    pub fn new(field: impl Into<String>, before: Option<String>, after: Option<String>) -> Self {
        Self { field: field.into(), before, after, waits: false, unseen: false }
    }

    /// A change of what nobody looked at before.
    pub(super) fn unseen(field: &str, after: Option<&str>) -> Self {
        Self { unseen: true, ..Self::new(field, None, after.map(str::to_owned)) }
    }

    /// What a call rests on without changing it: when it is another one by then, the call is not made.
    pub(super) fn stays(field: &str, value: Option<&str>) -> Self {
        Self::new(field, value.map(str::to_owned), value.map(str::to_owned))
    }

    /// Whether the field is as it was afterwards, too.
    pub(super) fn is_guard(&self) -> bool {
        self.before == self.after
    }
}

/// What there is of an attribute that is set to a value: AWS removes one that is set to nothing.
pub(super) fn kept(value: &str) -> Option<&str> {
    (!value.is_empty()).then_some(value)
}

/// The flag that says whether an address is verified; `None` for whatever is no address.
pub(super) fn flag_of(attribute: &str) -> Option<&'static str> {
    match attribute {
        "email" => Some("email_verified"),
        "phone_number" => Some("phone_number_verified"),
        _ => None,
    }
}

/// The addresses whose verified flag is set without them: the mark is for the address that was looked at.
pub(super) fn marked_alone(sent: &BTreeMap<String, String>) -> impl Iterator<Item = &'static str> {
    let alone = |name: &str| flag_of(name).is_some_and(|flag| sent.contains_key(flag)) && !sent.contains_key(name);
    ["email", "phone_number"].into_iter().filter(move |name| alone(name))
}

/// The verified flag after an address was set without it: a new one is unverified, and none has no flag.
pub(super) fn flag_after(address: &str) -> Option<&'static str> {
    kept(address).map(|_| "false")
}

/// The addresses among attributes that are sent of which AWS keeps the present value, and whether it is verified, until a
/// code proves the new one: those that are new, are not sent as verified, and that the pool verifies `first`.
pub(super) fn waiting<'a>(user: &User, sent: &'a BTreeMap<String, String>, first: &[String]) -> Vec<&'a str> {
    let is_new = |name: &str, value: &str| kept(value).is_some() && user.attribute(name) != Some(value);
    let is_verified = |name: &str| flag_of(name).and_then(|flag| sent.get(flag)).is_some_and(|flag| flag == "true");
    sent.iter()
        .filter(|(name, value)| first.contains(name) && is_new(name, value) && !is_verified(name))
        .map(|(name, _)| name.as_str())
        .collect()
}

/// Whether a change is of second factors, which no row shows.
pub(super) fn is_about_factors(field: &str) -> bool {
    field == FIRST || Factor::of_setting(field).is_some()
}

/// The field of the second factor that is asked for first.
pub(super) const FIRST: &str = "PreferredMfaSetting";

/// What is kept of something that will be gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Record {
    /// A user who is deleted.
    User(Box<User>),
    /// The second factors of a user before they are changed, as they were when the call was made.
    Factors {
        /// Those that were on.
        on: BTreeSet<Factor>,
        /// The one that was asked for first.
        preferred: Option<Factor>,
    },
    /// Of these groups it could not be seen whether the user was in them when the calls were made: those moves are not
    /// known to be ours, and are not taken back.
    Unseen {
        /// The groups.
        groups: BTreeSet<GroupName>,
    },
    /// A group that is changed or deleted, with its members where it is deleted.
    Group {
        /// Its settings.
        settings: GroupSettings,
        /// Its members.
        members: Vec<Target>,
    },
}

/// One user or group of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// Whom it is about.
    pub target: Target,
    /// The calls, in order. Empty when it is skipped.
    pub steps: Vec<Step>,
    /// What changes.
    pub changes: Vec<Change>,
    /// Why nothing is done; `None` when something is.
    pub skip: Option<String>,
    /// What is kept for taking it back; `None` where [`Item::changes`] are enough.
    pub record: Option<Record>,
    /// Whether the message of its calls reaches nobody: the user is disabled, or no address of theirs is verified.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unreached: bool,
}

impl Item {
    /// An entry that does something and keeps nothing.
    #[must_use]
    pub fn new(target: Target, steps: Vec<Step>, changes: Vec<Change>) -> Self {
        Self { target, steps, changes, skip: None, record: None, unreached: false }
    }

    /// An entry with nothing to do.
    #[must_use]
    pub fn skipped(target: Target, why: impl Into<String>) -> Self {
        Self { skip: Some(why.into()), ..Self::new(target, Vec::new(), Vec::new()) }
    }

    /// Keeps which second factors there were, as AWS names them, with what becomes of those that are changed. `on` are
    /// those that are on now, `preferred` the one that is asked for first.
    pub fn remember_factors(&mut self, on: &[String], preferred: Option<&str>) {
        self.changes = self.factors_now(on, preferred);
        let on: BTreeSet<Factor> = on.iter().filter_map(|name| Factor::of_setting(name)).collect();
        self.record = Some(Record::Factors { on, preferred: preferred.and_then(Factor::of_setting) });
    }

    /// In what second factors are otherwise now than the entry has them in mind; nothing where it has none in mind.
    #[must_use]
    pub fn factor_differences(&self, on: &[String], preferred: Option<&str>) -> Vec<Difference> {
        let now = self.factors_now(on, preferred);
        let differs = |planned: &Change| {
            let now = now.iter().find(|now| now.field == planned.field)?.before.clone();
            (now != planned.before).then(|| Difference {
                field: planned.field.clone(),
                planned_with: planned.before.clone(),
                now,
                wanted: planned.after.clone(),
            })
        };
        self.changes.iter().filter(|change| is_about_factors(&change.field)).filter_map(differs).collect()
    }

    /// What its call makes of second factors as they are now.
    fn factors_now(&self, on: &[String], preferred: Option<&str>) -> Vec<Change> {
        let Some(wanted) = self.steps.iter().find_map(Step::factors) else { return Vec::new() };
        let word = |on: bool| Some(on_or_off(on).to_owned());
        let change = |(factor, after): (&Factor, &bool)| {
            Change::new(factor.setting(), word(on.iter().any(|name| name == factor.setting())), word(*after))
        };
        let stays = |first: &Factor| !wanted.factors.contains_key(first);
        let kept = preferred.filter(|name| Factor::of_setting(name).as_ref().is_none_or(stays));
        let after = wanted.preferred.map(Factor::setting).or(kept).map(str::to_owned);
        let first = Change::new(FIRST, preferred.map(str::to_owned), after);
        wanted.factors.iter().map(change).chain([first]).collect()
    }

    /// Leaves out the moves into and out of groups that are so already: whoever made them, it was not this entry, and it
    /// does not take them back. `is_member` tells whether the user is in a group, `None` where nobody could see. A call that
    /// `may_be_ours`, for no answer came, stays. Whether anything is left to do.
    pub fn leave_out_moves(&mut self, may_be_ours: bool, is_member: impl Fn(&GroupName) -> Option<bool>) -> bool {
        let is_so = |step: &Step| match step {
            Step::AddToGroup { group } => is_member(group) == Some(true),
            Step::RemoveFromGroup { group } => is_member(group) == Some(false),
            _ => false,
        };
        let unseen: BTreeSet<GroupName> =
            self.steps.iter().filter_map(Step::moves).filter(|group| is_member(group).is_none()).cloned().collect();
        let stays = |(at, step): &(usize, &Step)| *at == 0 && may_be_ours || !is_so(step);
        let left: Vec<Step> = self.steps.iter().enumerate().filter(stays).map(|(_, step)| step.clone()).collect();
        if !unseen.is_empty() {
            self.record = Some(Record::Unseen { groups: unseen });
        }
        if left.is_empty() {
            return false;
        }
        self.changes.retain(|change| change.field != "group" || left.iter().any(|step| step.touches(change)));
        self.steps = left;
        true
    }

    /// The calls from one on, with what they change and rest on.
    #[must_use]
    pub fn rest(&self, first: usize) -> Self {
        let steps: Vec<Step> = self.steps.iter().skip(first).cloned().collect();
        let stays = |change: &&Change| {
            steps.iter().any(|step| step.touches(change))
                || change.is_guard() && !self.steps.iter().any(|step| step.touches(change))
        };
        // A mark that goes with its address went with it in the calls before.
        let went = |change: &Change| {
            let by =
                |other: &Change| flag_of(&other.field) == Some(change.field.as_str()) && other.before != other.after;
            self.changes.iter().any(by)
        };
        let changes = self.changes.iter().filter(stays).filter(|change| !went(change)).cloned().collect();
        Self::new(self.target.clone(), steps, changes)
    }

    /// Takes what is left of the calls from one on, as [`Item::leave_out_moves`] may have made it.
    pub fn go_on_with(&mut self, first: usize, rest: Self) {
        self.steps.truncate(first);
        self.steps.extend(rest.steps);
        let steps = &self.steps;
        self.changes.retain(|change| change.field != "group" || steps.iter().any(|step| step.touches(change)));
        match (&mut self.record, rest.record) {
            (Some(Record::Unseen { groups }), Some(Record::Unseen { groups: more })) => groups.extend(more),
            (record @ None, more) => *record = more,
            _ => {}
        }
    }

    /// The groups that its record has of a user, and those that its calls move the user into or out of.
    pub fn groups(&self) -> impl Iterator<Item = &GroupName> {
        let recorded = match &self.record {
            Some(Record::User(user)) => user.groups.as_slice(),
            _ => &[],
        };
        recorded.iter().chain(self.steps.iter().filter_map(Step::moves))
    }

    /// What its calls draw on, as one word: entries of different lanes need not wait for each other. Those of a group have one
    /// of their own, for what comes after them may need the group.
    #[must_use]
    pub fn lane(&self) -> String {
        match self.target {
            Target::Group { .. } => GROUP_LANE.to_owned(),
            Target::User { .. } => {
                let quotas: BTreeSet<QuotaCategory> = self.steps.iter().map(Step::category).collect();
                quotas.into_iter().map(QuotaCategory::as_str).collect::<Vec<_>>().join(" ")
            }
        }
    }

    /// The strongest effect on the bill of its calls.
    #[must_use]
    pub fn effect(&self) -> MauEffect {
        crate::cost::strongest(self.steps.iter().map(|step| effect_of(step.operation())))
    }

    /// Whether it sets addresses that wait for a code.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.changes.iter().any(|change| change.waits)
    }

    /// Whether it keeps a user who signs in at an identity provider.
    pub(super) fn is_of_provider(&self) -> bool {
        matches!(&self.record, Some(Record::User(user)) if user.status == UserStatus::ExternalProvider)
    }

    /// Whether it can be taken back: the worst of its calls. Second factors that are looked at first can be set back; an
    /// address that waits for its code cannot.
    #[must_use]
    pub fn undo(&self) -> Undo {
        let remembered = self.steps.contains(&Step::RememberFactors);
        let of = |step: &Step| {
            match step {
            Step::SetMfa(_) if remembered => Undo::Exact,
            Step::Delete if self.is_of_provider() => Undo::Impossible {
                why: "who signs in at an identity provider is not made anew: they come back by themself at the next sign-in \
                      there, with a new sub and without their groups"
                    .to_owned(),
            },
            Step::UpdateAttributes { .. } if self.changes.iter().all(|change| change.waits || change.is_guard()) => {
                Undo::Impossible { why: "the address waits for a code, and whoever has it can enter it".to_owned() }
            }
            Step::UpdateAttributes { .. } if self.waits() => Undo::Approximate {
                why: "an address that waits for a code stays so, and whoever has it can enter it".to_owned(),
            },
            step => step.undo(),
        }
        };
        self.steps.iter().map(of).max().unwrap_or(Undo::Exact)
    }
}

/// Everything that will be done, before anything is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// Names it; random.
    pub id: String,
    /// The pool.
    pub pool: PoolKey,
    /// What is wanted.
    pub action: Action,
    /// When it was made.
    pub made_at: Timestamp,
    /// The entries, in the order in which they are done.
    pub items: Vec<Item>,
    /// What a person should know, as sentences.
    pub notes: Vec<String>,
    /// What it rests on; `None` where that is AWS's own answers alone, or nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
}

/// The local copy that tells whom a plan is about, and which groups they are in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Basis {
    /// Whether a query found them there; else they were named.
    pub found: bool,
    /// How fresh and whole it was.
    pub copy: Freshness,
}

impl Plan {
    /// What a person should know of it whoever made it, as sentences: what follows from the action and from what it rests on.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        let mut notes = self.action.notes();
        let Some(Basis { found, copy }) = &self.basis else { return notes };
        let synced = copy.synced_at.map(|at| at.strftime("%Y-%m-%d %H:%M UTC"));
        if *found && !copy.complete {
            let of = copy.estimated_users.map(|all| format!(" of about {all}")).unwrap_or_default();
            notes.push(format!(
                "The local copy is partial: it has {}{of} users. Whoever was not read is left out; sync to the end to find \
                 everybody.",
                copy.users
            ));
        } else if *found && let Some(at) = &synced {
            notes.push(format!("Whom it is about was found in the local copy, last synced {at}."));
        }
        if !copy.groups_known && self.active().flat_map(|item| &item.steps).any(|step| step.moves().is_some()) {
            notes.push(
                "Who is in these groups is not known here. AWS is asked before anybody is moved, and who is in or out \
                 already is left as they are."
                    .to_owned(),
            );
        }
        if self.active().any(|item| matches!(item.record, Some(Record::User(_)))) {
            notes.push(match synced.filter(|_| copy.groups_known) {
                Some(at) => {
                    let left = if self.items.len() > FEW as usize {
                        ""
                    } else {
                        ", but for those that they have left by then"
                    };
                    format!("The record that is kept of them has their groups as of the sync of {at}{left}.")
                }
                None => "Their groups are not known here: the record that is kept of them may lack some.".to_owned(),
            });
        }
        notes
    }

    /// The entries that do something.
    pub fn active(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| item.skip.is_none())
    }

    /// The SHA-256 of all that it says, in hexadecimal digits: one that was edited has another.
    #[must_use]
    pub fn digest(&self) -> String {
        use std::fmt::Write as _;

        use sha2::{Digest as _, Sha256};
        // A plan is text and numbers, and its maps are sorted: it can always be written, in one way.
        let text = serde_json::to_vec(self).unwrap_or_default();
        Sha256::digest(&text).iter().fold(String::new(), |mut digits, byte| {
            // A text takes whatever is written to it.
            let _ = write!(digits, "{byte:02x}");
            digits
        })
    }

    /// Its calls that change something, by operation.
    #[must_use]
    pub fn operations(&self) -> BTreeMap<String, u64> {
        let mut operations = BTreeMap::new();
        for step in self.active().flat_map(|item| &item.steps) {
            *operations.entry(step.operation().to_owned()).or_default() += 1;
        }
        operations
    }

    /// Whether something in it cannot be taken back.
    #[must_use]
    pub fn is_irreversible(&self) -> bool {
        self.active().any(|item| matches!(item.undo(), Undo::Impossible { .. }))
    }
}
