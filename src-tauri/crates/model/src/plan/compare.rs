//! Holding a row of now against what was planned with, and against what a call would have made of it.

use serde::{Deserialize, Serialize};

use super::item::Item;
use super::step::Step;
use crate::user::{User, UserStatus};

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

/// Compares a user's row of now with what was planned. Groups are left out: adding and removing is the same whoever did it
/// before.
#[must_use]
pub fn standing(item: &Item, now: Option<&User>) -> Standing {
    let Some(now) = now else { return Standing::Gone };
    let compared: Vec<_> = item.changes.iter().filter(|change| change.field != "group").collect();
    let differences: Vec<Difference> = compared
        .iter()
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
    if let Some(super::item::Record::User(planned)) = &item.record
        && (planned.attributes != now.attributes || planned.enabled != now.enabled || planned.status != now.status)
    {
        return Standing::Changed(whole(planned, now));
    }
    if differences.is_empty() {
        return Standing::AsPlanned;
    }
    let done = compared.iter().all(|change| value(now, &change.field) == change.after);
    if done && shows_itself(&item.steps) { Standing::Done } else { Standing::Changed(differences) }
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
/// `in_group` tells whether the user is a member of the group that the call is about, where it is about one.
#[must_use]
pub fn evidence(item: &Item, step: &Step, now: Option<&User>, in_group: Option<bool>) -> Evidence {
    let told = |applied: bool| if applied { Evidence::Applied } else { Evidence::NotApplied };
    match (step, now) {
        (Step::Delete, now) => told(now.is_none()),
        (Step::CreateUser(_), now) => told(now.is_some()),
        (_, None) => Evidence::Untold,
        (Step::Enable, Some(now)) => told(now.enabled),
        (Step::Disable, Some(now)) => told(!now.enabled),
        (Step::Confirm, Some(now)) => told(now.status == UserStatus::Confirmed),
        (Step::UpdateAttributes { attributes }, Some(now)) => {
            told(attributes.iter().all(|(name, value)| now.attribute(name) == Some(value)))
        }
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

/// Whether the `identities` of a user name a provider's subject.
fn is_linked(user: &User, provider: &str, subject: &str) -> bool {
    let identities: Vec<serde_json::Value> =
        user.attribute("identities").and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    identities.iter().any(|identity| identity["providerName"] == provider && identity["userId"] == subject)
}
