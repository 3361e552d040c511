//! Taking back what was done.

use std::collections::{BTreeMap, BTreeSet};

use super::action::{Factor, GroupSettings, MfaPreference, NewUser};
use super::item::{Change, Item, Record, Target, flag_of, marked_alone};
use super::make::{differences, given};
use super::step::Step;
use crate::Username;
use crate::user::User;

/// The entries that take back one that was done; empty when nothing can be. Of a deleted user a new one is made from
/// the record, but of one who signs in at an identity provider, which makes them again; of a deleted group a new one
/// with its members. In pools where users sign in by `addresses` (attributes such as `email`) a user is made by that,
/// for the user name is Cognito's own there.
///
/// Entries that delete have no record yet: that is of the user or group as they are when it is planned.
#[must_use]
pub fn reversed(item: &Item, addresses: &[String]) -> Vec<Item> {
    match (&item.record, item.steps.first()) {
        // Made anew they would be a user of the pool, and somebody else than who signs in at the provider.
        (Some(Record::User(_)), _) if item.is_of_provider() => Vec::new(),
        (Some(Record::User(user)), _) => created_again(user, addresses),
        (Some(Record::Group { settings, members }), Some(Step::DeleteGroup)) => {
            let made = vec![Step::CreateGroup(settings.clone())];
            let group = Item::new(item.target.clone(), made, differences(None, settings));
            let member = |target: &Target| {
                let joins = vec![Step::AddToGroup { group: settings.name.clone() }];
                Item::new(target.clone(), joins, vec![joined(settings.name.as_str())])
            };
            std::iter::once(group).chain(members.iter().map(member)).collect()
        }
        (Some(Record::Factors { on, preferred }), _) => factors_back(item, on, *preferred),
        (Some(Record::Group { settings, .. }), Some(Step::UpdateGroup(_))) => group_back(item, settings),
        // Groups and the switch go with the user.
        (None, Some(Step::CreateUser(_))) => vec![with(item, vec![Step::Delete])],
        (record, _) => {
            let unseen = |step: &Step| match record {
                Some(Record::Unseen { groups }) => step.moves().is_some_and(|group| groups.contains(group)),
                _ => false,
            };
            let seen = item.steps.iter().rev().filter(|step| !unseen(step));
            let steps: Vec<Step> = seen.flat_map(|step| reverse(step, item)).collect();
            if steps.is_empty() { Vec::new() } else { vec![with(item, steps)] }
        }
    }
}

/// Whether nothing of an entry can be taken back, however it goes. What is looked at first is known only then.
pub(super) fn is_for_good(item: &Item) -> bool {
    !item.steps.contains(&Step::RememberFactors) && reversed(item, &[]).is_empty()
}

/// Sets the second factors that were changed to what they were.
fn factors_back(item: &Item, on: &BTreeSet<Factor>, preferred: Option<Factor>) -> Vec<Item> {
    let Some(Step::SetMfa(set)) = item.steps.iter().find(|step| matches!(step, Step::SetMfa(_))) else {
        return Vec::new();
    };
    let mut factors: BTreeMap<Factor, bool> = set.factors.keys().map(|factor| (*factor, on.contains(factor))).collect();
    let preferred = preferred.filter(|first| on.contains(first));
    factors.extend(preferred.map(|first| (first, true)));
    // Looked at again, so that this can be taken back, too; whoever was looked at before is counted already.
    vec![with(item, vec![Step::RememberFactors, Step::SetMfa(MfaPreference { factors, preferred })])]
}

/// Gives a group what it had before. A role or precedence that it got first by the change stays: none takes them away.
fn group_back(item: &Item, before: &GroupSettings) -> Vec<Item> {
    let description = before.description.clone().unwrap_or_default();
    let settings = GroupSettings { description: Some(description), ..before.clone() };
    let mut back = with(item, vec![Step::UpdateGroup(settings)]);
    back.changes.retain(|change| change.field == "description" || change.after.is_some());
    if back.changes.is_empty() { Vec::new() } else { vec![back] }
}

fn joined(group: &str) -> Change {
    Change::new("group", None, Some(group.to_owned()))
}

/// The same target with the fields turned round, as far as the calls touch them.
fn with(item: &Item, steps: Vec<Step>) -> Item {
    // A mark that is given back is for the address that it was taken from.
    let guards = |step: &Step, change: &Change| match step {
        Step::UpdateAttributes { attributes } => {
            change.is_guard() && marked_alone(attributes).any(|name| name == change.field)
        }
        Step::DeleteAttributes { attributes } => {
            let mark = flag_of(&change.field).filter(|mark| attributes.contains(*mark));
            change.is_guard() && mark.is_some() && !attributes.contains(&change.field)
        }
        _ => false,
    };
    let changes = item
        .changes
        .iter()
        .filter(|change| !change.waits && steps.iter().any(|step| step.touches(change) || guards(step, change)))
        .map(|change| Change::new(&change.field, change.after.clone(), change.before.clone()))
        .collect();
    Item::new(item.target.clone(), steps, changes)
}

fn reverse(step: &Step, item: &Item) -> Vec<Step> {
    match step {
        Step::Enable => vec![Step::Disable],
        Step::Disable => vec![Step::Enable],
        Step::AddToGroup { group } => vec![Step::RemoveFromGroup { group: group.clone() }],
        Step::RemoveFromGroup { group } => vec![Step::AddToGroup { group: group.clone() }],
        Step::Link { provider, subject } => vec![Step::Unlink { provider: provider.clone(), subject: subject.clone() }],
        Step::Unlink { provider, subject } => vec![Step::Link { provider: provider.clone(), subject: subject.clone() }],
        Step::CreateGroup(_) => vec![Step::DeleteGroup],
        Step::CreateUser(_) => vec![Step::Delete],
        Step::UpdateAttributes { .. } | Step::DeleteAttributes { .. } => attributes_back(item, step),
        _ => Vec::new(),
    }
}

fn attributes_back(item: &Item, step: &Step) -> Vec<Step> {
    // An address that waits for its code is still the one before: setting that would take nothing back.
    let changes: Vec<&Change> = item.changes.iter().filter(|change| !change.waits && step.touches(change)).collect();
    let values: BTreeMap<String, String> =
        changes.iter().filter_map(|change| Some((change.field.clone(), change.before.clone()?))).collect();
    let mut gone: BTreeSet<String> =
        changes.iter().filter(|change| change.before.is_none()).map(|change| change.field.clone()).collect();
    // A flag goes with its address.
    let flags: Vec<&str> = gone.iter().filter_map(|name| flag_of(name)).collect();
    gone.retain(|name| !flags.contains(&name.as_str()));
    let mut steps = Vec::new();
    if !values.is_empty() {
        steps.push(Step::UpdateAttributes { attributes: values });
    }
    if !gone.is_empty() {
        steps.push(Step::DeleteAttributes { attributes: gone });
    }
    steps
}

/// A new user like the one that was deleted, uninvited, back in the groups.
fn created_again(user: &User, addresses: &[String]) -> Vec<Item> {
    let own = |name: &str| matches!(name, "sub" | "identities" | "cognito:user_status");
    let attributes: BTreeMap<String, String> = user
        .attributes
        .iter()
        .filter(|(name, _)| !own(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let address = addresses.iter().find_map(|name| user.attribute(name));
    let name = address.and_then(|address| Username::parse(address).ok()).unwrap_or_else(|| user.username.clone());
    let username = name.as_str().to_owned();
    let mut changes = given(&attributes);
    let new = NewUser { username, attributes, invite: BTreeSet::new(), own_password: false };
    let mut steps = vec![Step::CreateUser(new)];
    for group in &user.groups {
        steps.push(Step::AddToGroup { group: group.clone() });
        changes.push(joined(group.as_str()));
    }
    if !user.enabled {
        steps.push(Step::Disable);
        changes.push(Change::new("enabled", None, Some("no".to_owned())));
    }
    vec![Item::new(Target::User { username: name, sub: None }, steps, changes)]
}
