//! Judging a plan that comes from elsewhere, such as a file that somebody may have edited.

use std::collections::{BTreeMap, HashSet};

use super::action::{Action, GroupMoves, NewUser};
use super::item::{Change, Item, Plan, Record, Target, flag_after, flag_of, kept, marked_alone};
use super::make::{PlanError, differences, reaching};
use super::step::Step;

fn wrong<T>(message: impl Into<String>) -> Result<T, PlanError> {
    Err(PlanError { field: "plan".to_owned(), message: message.into() })
}

impl Plan {
    /// Whether it is what the action would have been planned as: each call belongs to the action and to its target, what is
    /// compared before a call names everything that the call changes, and users are named by their `sub`, too.
    ///
    /// # Errors
    /// [`PlanError`] with field `plan` that names the first entry that is not so.
    pub fn check(&self) -> Result<(), PlanError> {
        if self.id.len() != 32 || !self.id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)) {
            return wrong("The plan's id is not 32 hexadecimal digits.");
        }
        if matches!(self.action, Action::Undo { .. }) {
            return wrong("An undo is not taken from a file. Ask for the undo of the job.");
        }
        let mut told = HashSet::new();
        for (at, item) in self.items.iter().enumerate() {
            // Nobody knows in which order two entries about one user would be done.
            if !told.insert(item.target.name()) {
                return wrong(format!("Entry {} of the plan: another entry is about the same user or group.", at + 1));
            }
            item.check(&self.action).or_else(|why| wrong(format!("Entry {} of the plan: {why}.", at + 1)))?;
        }
        Ok(())
    }
}

impl Item {
    fn check(&self, action: &Action) -> Result<(), &'static str> {
        let about_users =
            action.is_about_users() || matches!(action, Action::CreateUser(_) | Action::CreateUsers { .. });
        if about_users != matches!(self.target, Target::User { .. }) {
            return Err("it is about a user or group although the action is not");
        }
        if self.skip.is_some() {
            return if self.steps.is_empty() { Ok(()) } else { Err("it is skipped and yet makes calls") };
        }
        if self.steps.is_empty() {
            return Err("it makes no call and does not say why");
        }
        if self.target.sub().is_none() && action.is_about_users() {
            return Err("the user's sub is missing");
        }
        if !self.steps.iter().all(|step| belongs(step, action, &self.target)) {
            return Err("a call does not belong to the action");
        }
        if let (Action::CreateUsers { invite }, Some(Step::CreateUser(new))) = (action, self.steps.first())
            && new.invite != reaching(invite, &new.attributes)
            && !(new.invite.is_empty() && self.steps.contains(&Step::Disable))
        {
            return Err("the invitation is not that of the action");
        }
        if self.steps.iter().enumerate().any(|(at, step)| self.steps[..at].contains(step)) {
            return Err("it makes a call twice");
        }
        let looks_at = self.steps.iter().position(|step| *step == Step::RememberFactors);
        if looks_at.is_some_and(|at| at > 0 || self.steps.get(at + 1).and_then(Step::factors).is_none()) {
            return Err("second factors are looked at first, before they are set, or not at all");
        }
        if self.changes.iter().any(|change| change.waits && flag_of(&change.field).is_none()) {
            return Err("it lets something wait for a code that is no address");
        }
        if self.unreached && self.steps != [Step::ResetPassword] {
            return Err("it says that a message reaches nobody, and is no reset of a password");
        }
        if self.changes.iter().any(|change| change.unseen) {
            return Err("it says that nobody looked at what it compares");
        }
        if self.changes.iter().enumerate().any(|(at, change)| is_told_before(&self.changes[..at], change)) {
            return Err("it shows a field twice");
        }
        if let Action::CopyAttribute { from, to } = action
            && !self.copies(from, to)
        {
            return Err("what is copied is not what it compares");
        }
        if !self.steps.iter().all(|step| self.tells(step)) {
            return Err("a call changes what the entry does not compare");
        }
        if !self.changes.iter().all(|change| change.is_guard() || self.makes(change)) {
            return Err("it shows a change that none of its calls makes");
        }
        let names = match &self.record {
            None => true,
            Some(Record::User(user)) => user.username.as_str() == self.target.name() && user.sub() == self.target.sub(),
            Some(Record::Group { settings, .. }) => settings.name.as_str() == self.target.name(),
            // What was seen when the calls were made is in no plan.
            Some(Record::Factors { .. } | Record::Unseen { .. }) => false,
        };
        if names { Ok(()) } else { Err("its record is of somebody else") }
    }

    /// Whether what one attribute gets is what the entry saw in the other.
    fn copies(&self, from: &str, to: &str) -> bool {
        let of = |field: &str| self.changes.iter().find(|change| change.field == field);
        of(to).zip(of(from)).is_some_and(|(to, from)| to.after == from.before)
    }

    /// Whether a call makes a change that is shown, to the very value.
    fn makes(&self, change: &Change) -> bool {
        let sent = |attributes: &BTreeMap<String, String>| match attributes.get(&change.field) {
            Some(value) => change.after.as_deref() == kept(value),
            // The mark goes with its address, which is sent without it.
            None => attributes
                .iter()
                .filter(|(name, _)| flag_of(name) == Some(change.field.as_str()))
                .any(|(_, address)| change.after.as_deref() == flag_after(address)),
        };
        let made = |step: &Step| match step {
            Step::CreateUser(new) => {
                change.before.is_none()
                    && new.attributes.get(&change.field).is_some_and(|value| change.after.as_ref() == Some(value))
            }
            Step::UpdateAttributes { attributes } => sent(attributes),
            Step::DeleteAttributes { .. } => change.after.is_none() && step.touches(change),
            Step::AddToGroup { .. } => step.touches(change) && change.before.is_none(),
            Step::RemoveFromGroup { .. } => step.touches(change) && change.after.is_none(),
            _ => step.touches(change),
        };
        self.steps.iter().any(made)
    }

    /// Whether the changes, which are compared before the call, name what the call changes.
    fn tells(&self, step: &Step) -> bool {
        let told = |field: &str, after: Option<&str>| {
            let same = |change: &Change| change.field == field && change.after.as_deref() == after;
            self.changes.iter().any(same)
        };
        match step {
            Step::UpdateAttributes { attributes } => {
                let stays = |name: &str| self.changes.iter().any(|change| change.field == name && change.is_guard());
                attributes.iter().all(|(name, value)| told(name, kept(value))) && marked_alone(attributes).all(stays)
            }
            Step::DeleteAttributes { attributes } => attributes.iter().all(|name| told(name, None)),
            Step::Enable => told("enabled", Some("yes")),
            Step::Disable => told("enabled", Some("no")),
            Step::Confirm | Step::SetPassword { permanent: true } => told("status", Some("CONFIRMED")),
            Step::SetPassword { permanent: false } => told("status", Some("FORCE_CHANGE_PASSWORD")),
            Step::ResetPassword => told("status", Some("RESET_REQUIRED")),
            Step::Delete => matches!(self.record, Some(Record::User(_))),
            Step::AddToGroup { group } => told("group", Some(group.as_str())),
            Step::RemoveFromGroup { group } => {
                let leaves =
                    |change: &Change| change.before.as_deref() == Some(group.as_str()) && change.after.is_none();
                self.changes.iter().any(|change| change.field == "group" && leaves(change))
            }
            Step::CreateUser(new) => new.attributes.iter().all(|(name, value)| told(name, Some(value))),
            Step::CreateGroup(settings) => self.changes == differences(None, settings),
            Step::UpdateGroup(settings) => match &self.record {
                Some(Record::Group { settings: before, .. }) => self.changes == differences(Some(before), settings),
                _ => false,
            },
            Step::DeleteGroup => matches!(self.record, Some(Record::Group { .. })),
            _ => true,
        }
    }
}

/// Whether a field is among those that are told. Somebody may move between several groups.
fn is_told_before(told: &[Change], change: &Change) -> bool {
    let one = |other: &Change| {
        other.field == change.field
            && (change.field != "group" || (&other.before, &other.after) == (&change.before, &change.after))
    };
    told.iter().any(one)
}

impl GroupMoves {
    /// Whether a call is one of these moves.
    fn wants(&self, step: &Step) -> bool {
        match step {
            Step::AddToGroup { group } => self.join.contains(group),
            Step::RemoveFromGroup { group } => self.leave.contains(group),
            _ => false,
        }
    }
}

/// Whether an action makes a call about a target.
fn belongs(step: &Step, action: &Action, target: &Target) -> bool {
    match (action, step) {
        (Action::CreateUser(wanted), Step::CreateUser(new)) => is_same(wanted, new, target),
        (Action::CreateUsers { .. }, Step::CreateUser(new)) => new.username == target.name() && !new.own_password,
        (Action::CreateUsers { .. }, Step::AddToGroup { .. }) => true,
        (Action::CreateUsers { .. }, Step::Disable) => true,
        (Action::ResendInvitation { by: wanted }, Step::Resend { by }) => wanted.is_none_or(|wanted| wanted == *by),
        (Action::SetAttributes { attributes: wanted }, Step::UpdateAttributes { attributes }) => {
            attributes.iter().all(|(name, value)| wanted.get(name) == Some(value))
        }
        (Action::ReplaceInAttribute { attribute: only, .. }, Step::UpdateAttributes { attributes })
        | (Action::CopyAttribute { to: only, .. }, Step::UpdateAttributes { attributes }) => {
            attributes.keys().eq([only])
        }
        (Action::DeleteAttributes { attributes: wanted }, Step::DeleteAttributes { attributes }) => {
            attributes.is_subset(wanted)
        }
        (Action::ConfirmUsers { verify_email: true }, Step::UpdateAttributes { attributes }) => {
            *attributes == BTreeMap::from([("email_verified".to_owned(), "true".to_owned())])
        }
        (Action::EnableUsers, Step::Enable)
        | (Action::DisableUsers, Step::Disable)
        | (Action::ConfirmUsers { .. }, Step::Confirm)
        | (Action::ResetPassword, Step::ResetPassword)
        | (Action::SignOut, Step::SignOut)
        | (Action::DeleteUsers, Step::Delete) => true,
        (Action::SetPassword { permanent: wanted }, Step::SetPassword { permanent }) => wanted == permanent,
        (Action::SetMfa { preference: wanted, .. }, Step::SetMfa(preference)) => wanted == preference,
        (Action::SetMfa { look_first, .. }, Step::RememberFactors) => *look_first,
        (Action::ResetAuthenticator, Step::DeleteSoftwareToken) => true,
        (Action::RateSignIn { event: wanted, own }, Step::RateSignIn { event, own: said }) => {
            (wanted, own) == (event, said)
        }
        (Action::ForgetDevice { device_key: wanted }, Step::ForgetDevice { device_key }) => wanted == device_key,
        (Action::LinkProvider { provider, subject }, Step::Link { provider: at, subject: who })
        | (Action::UnlinkProvider { provider, subject }, Step::Unlink { provider: at, subject: who }) => {
            (provider, subject) == (at, who)
        }
        (Action::AddToGroup { group: wanted }, Step::AddToGroup { group })
        | (Action::RemoveFromGroup { group: wanted }, Step::RemoveFromGroup { group }) => wanted == group,
        (Action::ChangeGroups(moves), step) => moves.wants(step),
        (Action::ArrangeGroups { moves }, step) => moves.get(target.name()).is_some_and(|moves| moves.wants(step)),
        (Action::CreateGroup(wanted), Step::CreateGroup(settings)) => {
            wanted == settings && settings.name.as_str() == target.name()
        }
        (Action::UpdateGroup(wanted), Step::UpdateGroup(settings)) => {
            settings.name == wanted.name
                && settings.name.as_str() == target.name()
                && (wanted.description.is_none() || wanted.description == settings.description)
                && (wanted.precedence.is_none() || wanted.precedence == settings.precedence)
                && (wanted.role_arn.is_none() || wanted.role_arn == settings.role_arn)
        }
        (Action::DeleteGroup { group }, Step::DeleteGroup) => group.as_str() == target.name(),
        _ => false,
    }
}

/// Whether a new user is the one that was wanted, but for the address that the name is.
fn is_same(wanted: &NewUser, new: &NewUser, target: &Target) -> bool {
    let own = |(name, value): (&String, &String)| {
        wanted.attributes.get(name) == Some(value)
            || matches!(name.as_str(), "email" | "phone_number") && *value == new.username
    };
    new.username == target.name()
        && new.username == wanted.username
        && new.invite == reaching(&wanted.invite, &new.attributes)
        && new.own_password == wanted.own_password
        && wanted.attributes.keys().all(|name| new.attributes.contains_key(name))
        && new.attributes.iter().all(own)
}
