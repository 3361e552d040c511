//! What is shown of an entry before it is approved, and kept in the audit: the fields of a row that it is compared by, and
//! what its calls change that no row has.

use super::action::{Delivery, GroupSettings, NewUser};
use super::item::{Change, Item, Record, Target, is_about_factors};
use super::make::differences;
use super::step::Step;
use crate::user::User;

/// What stands for a factor or a switch.
pub(super) fn on_or_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

/// A change of which something is known before, or surely nothing was.
fn known(field: &str, before: Option<&str>, after: Option<&str>) -> Change {
    Change::new(field, before.map(str::to_owned), after.map(str::to_owned))
}

impl Item {
    /// Everything that changes, with what it rests on. What was not looked at before is said to be unseen.
    #[must_use]
    pub fn shown(&self) -> Vec<Change> {
        self.changes.iter().cloned().chain(self.steps.iter().flat_map(|step| self.beyond(step))).collect()
    }

    /// What one of its calls changes.
    #[must_use]
    pub fn shown_by(&self, step: &Step) -> Vec<Change> {
        self.changes.iter().filter(|change| step.touches(change)).cloned().chain(self.beyond(step)).collect()
    }

    /// What a call changes that the row before it is not compared by.
    fn beyond(&self, step: &Step) -> Vec<Change> {
        match step {
            Step::CreateUser(NewUser { invite, own_password, .. }) => {
                let password = own_password.then(|| known("password", None, Some("temporary")));
                invite.iter().map(|by| known("invitation", None, Some(way(*by)))).chain(password).collect()
            }
            Step::Resend { by } => {
                vec![Change::unseen("invitation", Some(way(*by))), Change::unseen("password", Some("temporary"))]
            }
            Step::SetPassword { permanent } => {
                vec![Change::unseen("password", Some(if *permanent { "permanent" } else { "temporary" }))]
            }
            Step::ResetPassword => vec![Change::unseen("password", None)],
            Step::SignOut => vec![Change::unseen("sessions", None)],
            Step::SetMfa(_) if self.changes.iter().any(|change| is_about_factors(&change.field)) => Vec::new(),
            Step::SetMfa(wanted) => {
                let set = wanted.factors.iter();
                let set = set.map(|(factor, on)| Change::unseen(factor.setting(), Some(on_or_off(*on))));
                let first = wanted.preferred.map(|first| Change::unseen(super::item::FIRST, Some(first.setting())));
                set.chain(first).collect()
            }
            Step::DeleteSoftwareToken => vec![Change::unseen("authenticatorApp", None)],
            Step::RateSignIn { event, own } => {
                let said = if *own { "valid" } else { "invalid" };
                vec![Change::unseen("feedback", Some(&format!("{said}: {event}")))]
            }
            Step::ForgetDevice { device_key } => vec![known("device", Some(device_key), None)],
            Step::Link { provider, subject } => vec![known("identity", None, Some(&format!("{provider}: {subject}")))],
            Step::Unlink { provider, subject } => {
                vec![known("identity", Some(&format!("{provider}: {subject}")), None)]
            }
            Step::Delete => match &self.record {
                Some(Record::User(user)) => all_of(user),
                _ => Vec::new(),
            },
            Step::DeleteGroup => match &self.record {
                Some(Record::Group { settings, members }) => group_gone(settings, members),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}

fn way(by: Delivery) -> &'static str {
    match by {
        Delivery::Email => "email",
        Delivery::Sms => "sms",
    }
}

/// Everything about a user who will be gone.
fn all_of(user: &User) -> Vec<Change> {
    let row = [("status", user.status.as_str()), ("enabled", if user.enabled { "yes" } else { "no" })];
    let row = row.into_iter().map(|(field, value)| known(field, Some(value), None));
    let attributes = user.attributes.iter().map(|(name, value)| known(name, Some(value), None));
    let groups = user.groups.iter().map(|group| known("group", Some(group.as_str()), None));
    row.chain(attributes).chain(groups).collect()
}

/// Everything about a group that will be gone. Its members are told by their number alone: they are people, and what is
/// kept of a group is not forgotten with them.
fn group_gone(settings: &GroupSettings, members: &[Target]) -> Vec<Change> {
    let settings = differences(None, settings).into_iter().map(|change| Change::new(change.field, change.after, None));
    settings.chain([Change::new("members", Some(members.len().to_string()), None)]).collect()
}
