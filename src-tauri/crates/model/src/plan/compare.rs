//! Holding a row of now against what was planned with, and against what a call would have made of it.

use std::collections::{BTreeMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::action::{GroupSettings, NewUser};
use super::item::{Item, Record, Target, flag_of, is_about_factors, kept, waiting};
use super::step::Step;
use crate::user::{User, UserStatus};

/// How far AWS's clock and ours may differ: what is signed further off is refused.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// A field that somebody else changed after the plan was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// The field.
    pub field: String,
    /// Its value when the plan was made.
    pub planned_with: Option<String>,
    /// Its value now.
    pub now: Option<String>,
    /// The value that the plan would have given it.
    pub wanted: Option<String>,
}

/// How a row stands before the first call about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// As it was planned with.
    AsPlanned,
    /// It is as it shall be already.
    Done,
    /// Somebody changed what we would change.
    Changed(Vec<Difference>),
    /// It is gone.
    Gone,
}

/// What a row says about whether a call was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// It was.
    Applied,
    /// It was not.
    NotApplied,
    /// A listing does not show it.
    Untold,
}

/// The value of a field of a row.
fn value(user: &User, field: &str) -> Option<String> {
    match field {
        "enabled" => Some(if user.enabled { "yes" } else { "no" }.to_owned()),
        "status" => Some(user.status.as_str().to_owned()),
        name => user.attribute(name).map(str::to_owned),
    }
}

/// Compares a user's row of now with what was planned. Groups and second factors are left out: no row shows them. An
/// identity that is linked or unlinked already is so by somebody else, and unlinking names the identity alone: it would take
/// it from whoever has it now. `resent` says that a call about it may have been applied earlier although no answer came: what is as it shall be
/// is then ours.
#[must_use]
pub fn standing(item: &Item, now: Option<&User>, resent: bool) -> Standing {
    let Some(now) = now else { return Standing::Gone };
    let hidden = |field: &str| field == "group" || is_about_factors(field);
    let compared: Vec<_> = item.changes.iter().filter(|change| !hidden(&change.field)).collect();
    let differences: Vec<Difference> = compared
        .iter()
        .filter(|change| !follows(item, &change.field))
        .filter_map(|change| {
            let value = value(now, &change.field);
            (value != change.before).then(|| Difference {
                field: change.field.clone(),
                planned_with: change.before.clone(),
                now: value,
                wanted: change.after.clone(),
            })
        })
        .collect();
    if let Some(Record::User(planned)) = &item.record
        && (planned.attributes != now.attributes || planned.enabled != now.enabled || planned.status != now.status)
    {
        return Standing::Changed(whole(planned, now));
    }
    if differences.is_empty() {
        return if is_so(&item.steps, now) { Standing::Done } else { Standing::AsPlanned };
    }
    let done = compared.iter().all(|change| {
        let value = value(now, &change.field);
        // An address that a call of ours may have set shows nothing before its code is entered.
        value == change.after || resent && change.waits && value == change.before
    });
    if done && (resent || shows_itself(&item.steps)) { Standing::Done } else { Standing::Changed(differences) }
}

/// Whether an identity is linked or unlinked already.
fn is_so(steps: &[Step], now: &User) -> bool {
    match steps {
        [Step::Link { provider, subject }] => is_linked(now, provider, subject),
        [Step::Unlink { provider, subject }] => !is_linked(now, provider, subject),
        _ => false,
    }
}

/// Whether a field is the verified flag of an address that changes: AWS changes it with the address, which tells enough.
fn follows(item: &Item, field: &str) -> bool {
    item.changes.iter().any(|change| flag_of(&change.field) == Some(field) && change.before != change.after)
}

/// A field of a group's settings, by the name that changes have.
fn setting(settings: &GroupSettings, field: &str) -> Option<String> {
    match field {
        "description" => settings.description.clone(),
        "precedence" => settings.precedence.map(|number| number.to_string()),
        _ => settings.role_arn.clone(),
    }
}

/// Compares a group as it is now with what was planned.
#[must_use]
pub fn group_standing(item: &Item, now: &GroupSettings) -> Standing {
    let difference = |change: &super::item::Change| {
        let value = setting(now, &change.field);
        (value != change.before).then(|| Difference {
            field: change.field.clone(),
            planned_with: change.before.clone(),
            now: value,
            wanted: change.after.clone(),
        })
    };
    let differences: Vec<Difference> = item.changes.iter().filter_map(difference).collect();
    match differences.is_empty() {
        true => Standing::AsPlanned,
        false if is_changed(item, now) => Standing::Done,
        false => Standing::Changed(differences),
    }
}

/// What is otherwise about a group that is to be deleted than when the plan was made. Its members are told by their number
/// alone, for a difference names nobody.
#[must_use]
pub fn group_differences(item: &Item, now: &GroupSettings, inside: &HashSet<&str>) -> Vec<Difference> {
    let Some(Record::Group { settings, members }) = &item.record else { return Vec::new() };
    let differs = |field: &str, planned_with: Option<String>, now: Option<String>| {
        (planned_with != now).then(|| Difference { field: field.to_owned(), planned_with, now, wanted: None })
    };
    let field = |name: &&str| differs(name, setting(settings, name), setting(now, name));
    let mut differences: Vec<Difference> = ["description", "precedence", "role"].iter().filter_map(field).collect();
    let planned: HashSet<&str> = members.iter().map(Target::name).collect();
    let (joined, left) = (inside.difference(&planned).count(), planned.difference(inside).count());
    if joined + left > 0 {
        let now = format!("{} ({joined} joined, {left} left)", inside.len());
        differences.extend(differs("members", Some(planned.len().to_string()), Some(now)));
    }
    differences
}

/// Whether a group is as a change of it shall leave it.
#[must_use]
pub fn is_changed(item: &Item, now: &GroupSettings) -> bool {
    item.changes.iter().all(|change| setting(now, &change.field) == change.after)
}

/// The settings that a change of a group sends: what it leaves out as it is now, for AWS does not say whether it keeps or
/// empties what it is not sent.
#[must_use]
pub fn over(item: &Item, wanted: &GroupSettings, now: &GroupSettings) -> GroupSettings {
    let changes = |field: &str| item.changes.iter().any(|change| change.field == field);
    let of = |field: &str| if changes(field) { wanted } else { now };
    GroupSettings {
        name: wanted.name.clone(),
        description: of("description").description.clone(),
        precedence: of("precedence").precedence,
        role_arn: of("role").role_arn.clone(),
    }
}

/// Whether the fields of a row tell that the calls are done. They do not when the same fields may come from elsewhere.
fn shows_itself(steps: &[Step]) -> bool {
    !steps.iter().any(|step| matches!(step, Step::SetPassword { .. } | Step::ResetPassword))
}

fn whole(planned: &User, now: &User) -> Vec<Difference> {
    let names: std::collections::BTreeSet<&str> = planned
        .attributes
        .keys()
        .chain(now.attributes.keys())
        .map(String::as_str)
        .chain(["enabled", "status"])
        .collect();
    names
        .into_iter()
        .filter_map(|name| {
            let (before, now) = (value(planned, name), value(now, name));
            let field = name.to_owned();
            (before != now).then_some(Difference { field, planned_with: before, now, wanted: None })
        })
        .collect()
}

/// Whether a call whose answer never came was applied, by the row of now; `None` when the user is not found.
///
/// `in_group` tells whether the user is a member of the group that the call is about, where it is about one. A row that
/// changed after `sent_at` does not tell that a call was not applied which must not be made twice: it may have been, and
/// the person may have gone on from there. Listings trail, so such a call wants a second look before it is believed. An
/// address that the pool verifies `first` shows nothing before the person has entered its code.
#[must_use]
pub fn evidence(
    item: &Item,
    step: &Step,
    now: Option<&User>,
    in_group: Option<bool>,
    sent_at: Timestamp,
    first: &[String],
) -> Evidence {
    let shown = match (step, now) {
        (Step::UpdateAttributes { attributes }, Some(now)) => updated(attributes, now, first),
        _ => shown(item, step, now, in_group, sent_at),
    };
    let later = now.is_some_and(|now| now.modified_at >= earliest(sent_at));
    if shown == Evidence::NotApplied && later && !step.is_idempotent() { Evidence::Untold } else { shown }
}

fn earliest(sent_at: Timestamp) -> Timestamp {
    sent_at.saturating_sub(SKEW).unwrap_or(Timestamp::MIN)
}

fn shown(item: &Item, step: &Step, now: Option<&User>, in_group: Option<bool>, sent_at: Timestamp) -> Evidence {
    let told = |applied: bool| if applied { Evidence::Applied } else { Evidence::NotApplied };
    match (step, now) {
        (Step::Delete, None) => told(was_listed(item, sent_at)),
        (Step::Delete, Some(_)) | (Step::CreateUser(_), None) => Evidence::NotApplied,
        (Step::CreateUser(new), Some(now)) if is_ours(new, now, sent_at) => Evidence::Applied,
        (Step::CreateUser(_), Some(_)) | (_, None) => Evidence::Untold,
        // A look changes nothing, so it can be made again.
        (Step::RememberFactors, Some(_)) => Evidence::NotApplied,
        (Step::Enable, Some(now)) => told(now.enabled),
        (Step::Disable, Some(now)) => told(!now.enabled),
        (Step::Confirm, Some(now)) => told(now.status == UserStatus::Confirmed),
        (Step::DeleteAttributes { attributes }, Some(now)) => {
            told(attributes.iter().all(|name| now.attribute(name).is_none()))
        }
        (Step::Link { provider, subject }, Some(now)) => told(is_linked(now, provider, subject)),
        (Step::Unlink { provider, subject }, Some(now)) => told(!is_linked(now, provider, subject)),
        (Step::AddToGroup { .. }, Some(_)) => in_group.map_or(Evidence::Untold, told),
        (Step::RemoveFromGroup { .. }, Some(_)) => in_group.map_or(Evidence::Untold, |inside| told(!inside)),
        // A status that it had before proves nothing; one that it got only now does.
        (Step::ResetPassword | Step::SetPassword { .. }, Some(now)) => {
            let change = item.changes.iter().find(|change| change.field == "status");
            match change {
                Some(change) if change.before != change.after => {
                    told(change.after.as_deref() == Some(now.status.as_str()))
                }
                _ => Evidence::Untold,
            }
        }
        _ => Evidence::Untold,
    }
}

/// Whether attributes were set, by those that show at once: a call sets all of them or none.
fn updated(attributes: &BTreeMap<String, String>, now: &User, first: &[String]) -> Evidence {
    let waiting = waiting(now, attributes, first);
    let stays = |field: &str| waiting.iter().any(|name| *name == field || flag_of(name) == Some(field));
    let mut shown = attributes.iter().filter(|(name, _)| !stays(name)).peekable();
    if shown.peek().is_none() {
        return Evidence::Untold;
    }
    let applied = shown.all(|(name, value)| now.attribute(name) == kept(value));
    if applied { Evidence::Applied } else { Evidence::NotApplied }
}

/// Whether a user is old enough that listings show them, so that who is not listed is gone. Who is not may be deleted
/// twice, which harms nobody.
fn was_listed(item: &Item, sent_at: Timestamp) -> bool {
    matches!(&item.record, Some(Record::User(user)) if user.created_at < earliest(sent_at))
}

/// Whether a user is the one that a call would have made, and not somebody else of the same name.
#[must_use]
pub fn is_ours(new: &NewUser, now: &User, sent_at: Timestamp) -> bool {
    now.created_at >= earliest(sent_at) && new.attributes.iter().all(|(name, value)| now.attribute(name) == kept(value))
}

/// Whether the `identities` of a user name a provider's subject.
pub(super) fn is_linked(user: &User, provider: &str, subject: &str) -> bool {
    identity(user, provider, subject).is_some()
}

/// Whether a user came into being by this identity: AWS calls it the primary one, and without it nobody signs in as them.
pub(super) fn is_own(user: &User, provider: &str, subject: &str) -> bool {
    identity(user, provider, subject).is_some_and(|one| one["primary"] == true || one["primary"] == "true")
}

fn identity(user: &User, provider: &str, subject: &str) -> Option<serde_json::Value> {
    let identities: Vec<serde_json::Value> =
        user.attribute("identities").and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    identities.into_iter().find(|identity| identity["providerName"] == provider && identity["userId"] == subject)
}
