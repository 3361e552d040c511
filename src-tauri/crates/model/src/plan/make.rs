//! From a wish to calls: what an action means for one user or group.

use std::collections::{BTreeMap, BTreeSet};

use super::action::{Action, Delivery, Factor, GroupMoves, GroupSettings, NewUser};
use super::compare::{is_linked, is_own};
use super::item::{Change, Item, Record, Target, flag_after, flag_of, kept, marked_alone, waiting};
use super::step::Step;
use crate::group::Group;
use crate::import::{has_form, is_an_alias};
use crate::pool::Pool;
use crate::user::{User, UserStatus};
use crate::{GroupName, Username};

/// The longest value of an attribute that AWS takes, in bytes.
const LONGEST_VALUE: usize = 2_048;

/// The greatest precedence of a group that AWS's API can be sent: a whole number of 32 bits with a sign.
const LAST_PRECEDENCE: u32 = i32::MAX.cast_unsigned();

/// Why an action makes no sense for a pool.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PlanError {
    /// What is wrong: an attribute's name, `username`, `group`, `action`.
    pub field: String,
    /// A sentence to act on.
    pub message: String,
}

impl PlanError {
    /// The refusal to take something away from a group that AWS lets be set and changed alone: a precedence that is left out
    /// of `UpdateGroup` is no other than one that is not spoken of, and a role has at least 20 characters.
    #[must_use]
    pub fn stays(field: &str) -> Self {
        let message = "AWS documents no way to take a role or a precedence away from a group. Give it another one, or delete \
                       the group and create it again without: that takes its members out, so list them first.";
        Self { field: field.to_owned(), message: message.to_owned() }
    }
}

fn wrong<T>(field: &str, message: impl Into<String>) -> Result<T, PlanError> {
    Err(PlanError { field: field.to_owned(), message: message.into() })
}

/// What the action does to a user that exists.
///
/// # Errors
/// [`PlanError`] when it makes sense for nobody in this pool: an attribute that is unknown, immutable or required, a value
/// that is too long. Whoever alone stands in the way becomes a skipped entry.
pub fn item_for(action: &Action, user: &User, pool: &Pool) -> Result<Item, PlanError> {
    let target = Target::User { username: user.username.clone(), sub: user.sub().map(str::to_owned) };
    let one = |step: Step, changes: Vec<Change>| Ok(Item::new(target.clone(), vec![step], changes));
    let skip = |why: &str| Ok(Item::skipped(target.clone(), why));
    let changed = |field: &str, before: Option<&str>, after: Option<&str>| {
        Change::new(field, before.map(str::to_owned), after.map(str::to_owned))
    };
    let status = |after: &str| changed("status", Some(user.status.as_str()), Some(after));
    let forced = user.status == UserStatus::ForceChangePassword;
    let external = user.status == UserStatus::ExternalProvider;
    match action {
        Action::SetAttributes { attributes } => set(user, pool, target, attributes),
        Action::ReplaceInAttribute { attribute, find, replace } => {
            if find.is_empty() {
                return wrong("find", "Say what is to be replaced; an empty text is everywhere.");
            }
            match user.attribute(attribute) {
                Some(value) if value.contains(find.as_str()) => match value.replace(find.as_str(), replace) {
                    left if left.is_empty() && deletable(pool, attribute).is_err() => {
                        settable(pool, attribute, "").and_then(|()| skip("nothing would be left, and it is required"))
                    }
                    left => set(user, pool, target, &BTreeMap::from([(attribute.clone(), left)])),
                },
                _ => settable(pool, attribute, "").and_then(|()| skip("the text does not occur there")),
            }
        }
        Action::CopyAttribute { from, to } => match user.attribute(from).and_then(kept) {
            Some(value) => {
                let mut item = set(user, pool, target, &BTreeMap::from([(to.clone(), value.to_owned())]))?;
                // What is copied is what was looked at.
                if item.skip.is_none() && item.changes.iter().all(|change| change.field != *from) {
                    item.changes.push(Change::stays(from, Some(value)));
                }
                Ok(item)
            }
            None => settable(pool, to, "").and_then(|()| skip("has nothing to copy")),
        },
        Action::DeleteAttributes { attributes } => {
            for name in attributes {
                deletable(pool, name)?;
            }
            let has: Vec<&String> = attributes.iter().filter(|name| user.attribute(name).is_some()).collect();
            if has.is_empty() {
                return skip("has none of these attributes");
            }
            let mut changes: Vec<Change> = has.iter().map(|name| changed(name, user.attribute(name), None)).collect();
            let flags = has.iter().filter_map(|name| flag_of(name)).filter(|flag| !attributes.contains(*flag));
            changes.extend(flags.filter_map(|flag| verified_no_more(user, flag, None)));
            one(Step::DeleteAttributes { attributes: has.into_iter().cloned().collect() }, changes)
        }
        Action::EnableUsers if user.enabled => skip("is enabled already"),
        Action::EnableUsers => one(Step::Enable, vec![changed("enabled", Some("no"), Some("yes"))]),
        Action::DisableUsers if !user.enabled => skip("is disabled already"),
        Action::DisableUsers => one(Step::Disable, vec![changed("enabled", Some("yes"), Some("no"))]),
        Action::ConfirmUsers { verify_email } => confirm(user, target, *verify_email),
        Action::ResendInvitation { .. } if !forced => {
            skip("has signed in before or signed up by themself; there is no invitation")
        }
        Action::ResendInvitation { by } => match way(user, *by) {
            Some(by) => one(Step::Resend { by }, Vec::new()),
            None => skip("has no address to which the invitation could be sent"),
        },
        Action::ResetPassword if pool.recovery.as_ref().is_some_and(Vec::is_empty) => {
            wrong("action", "The pool lets administrators alone recover an account. Set a password instead.")
        }
        Action::ResetPassword if forced => {
            skip("has a temporary password, which cannot be reset; resend the invitation instead")
        }
        Action::ResetPassword if external => skip("signs in at an identity provider and has no password here"),
        Action::ResetPassword if user.status == UserStatus::Unconfirmed => skip("is not confirmed yet"),
        Action::ResetPassword => {
            let reset = Item::new(target, vec![Step::ResetPassword], vec![status("RESET_REQUIRED")]);
            Ok(Item { unreached: !can_be_reached(user, pool), ..reset })
        }
        Action::SetPassword { permanent } => {
            let after = if *permanent { "CONFIRMED" } else { "FORCE_CHANGE_PASSWORD" };
            one(Step::SetPassword { permanent: *permanent }, vec![status(after)])
        }
        Action::SignOut => one(Step::SignOut, Vec::new()),
        Action::DeleteUsers if user.sub().is_none() => skip("has no sub by which to tell them from another"),
        Action::DeleteUsers => {
            let record = Some(Record::User(Box::new(user.clone())));
            Ok(Item { record, ..Item::new(target, vec![Step::Delete], Vec::new()) })
        }
        Action::SetMfa { preference, .. } if preference.factors.is_empty() => {
            wrong("factors", "Name at least one factor to turn on or off.")
        }
        Action::SetMfa { preference, .. }
            if preference.factors.get(&Factor::Email) == Some(&true) && pool.tier.as_deref() == Some("LITE") =>
        {
            wrong("factors", "E-mail as a second factor needs the feature plan Essentials or Plus.")
        }
        Action::SetMfa { preference, .. }
            if preference.preferred.is_some_and(|first| preference.factors.get(&first) != Some(&true)) =>
        {
            wrong("preferred", "The factor that is asked for first has to be turned on by the same change.")
        }
        Action::SetMfa { preference, look_first } => {
            let looks = look_first.then_some(Step::RememberFactors);
            let steps = looks.into_iter().chain([Step::SetMfa(preference.clone())]).collect();
            Ok(Item::new(target, steps, Vec::new()))
        }
        Action::ResetAuthenticator if external => {
            skip("signs in at an identity provider, which asks for factors of its own")
        }
        Action::ResetAuthenticator => one(Step::DeleteSoftwareToken, Vec::new()),
        Action::RateSignIn { .. } if pool.tier.as_deref().is_some_and(|tier| tier != "PLUS") => {
            wrong("action", "Sign-ins are rated only with the feature plan Plus.")
        }
        Action::RateSignIn { event, own } => one(Step::RateSignIn { event: event.clone(), own: *own }, Vec::new()),
        Action::ForgetDevice { device_key } => one(Step::ForgetDevice { device_key: device_key.clone() }, Vec::new()),
        Action::LinkProvider { provider, subject } if is_linked(user, provider, subject) => {
            skip("is linked to this identity already")
        }
        Action::LinkProvider { provider, subject } => {
            one(Step::Link { provider: provider.clone(), subject: subject.clone() }, Vec::new())
        }
        Action::UnlinkProvider { provider, subject } if !is_linked(user, provider, subject) => {
            skip("is not linked to this identity")
        }
        Action::UnlinkProvider { .. } if user.sub().is_none() => skip("has no sub by which to tell them from another"),
        Action::UnlinkProvider { provider, subject } if is_own(user, provider, subject) => {
            skip("came into being by this identity and signs in by it alone; disable the user instead")
        }
        Action::UnlinkProvider { provider, subject } => {
            one(Step::Unlink { provider: provider.clone(), subject: subject.clone() }, Vec::new())
        }
        Action::AddToGroup { group } if user.groups.contains(group) => skip("is in the group already"),
        Action::AddToGroup { group } => {
            one(Step::AddToGroup { group: group.clone() }, vec![changed("group", None, Some(group.as_str()))])
        }
        Action::RemoveFromGroup { group } if !user.groups.contains(group) => skip("is not in the group"),
        Action::RemoveFromGroup { group } => {
            one(Step::RemoveFromGroup { group: group.clone() }, vec![changed("group", Some(group.as_str()), None)])
        }
        Action::ChangeGroups(moves) => moved(user, target, moves),
        Action::ArrangeGroups { moves } => match moves.get(user.username.as_str()) {
            Some(moves) => moved(user, target, moves),
            None => skip("nothing is wanted of this user's groups"),
        },
        Action::CreateUser(_)
        | Action::CreateUsers { .. }
        | Action::CreateGroup(_)
        | Action::UpdateGroup(_)
        | Action::DeleteGroup { .. }
        | Action::Undo { .. } => wrong("action", "This is not something that is done to a user that exists."),
    }
}

/// Joins and leaves groups, as far as the user is not in or out of them already.
fn moved(user: &User, target: Target, moves: &GroupMoves) -> Result<Item, PlanError> {
    if moves.join.is_empty() && moves.leave.is_empty() {
        return wrong("groups", "Name at least one group to join or to leave.");
    }
    if let Some(both) = moves.join.intersection(&moves.leave).next() {
        return wrong("groups", format!("The group {both} cannot be joined and left at once."));
    }
    let leave = moves.leave.iter().filter(|group| user.groups.contains(group));
    let join = moves.join.iter().filter(|group| !user.groups.contains(group));
    let change = |before: Option<&GroupName>, after: Option<&GroupName>| {
        Change::new("group", before.map(ToString::to_string), after.map(ToString::to_string))
    };
    // Whoever moves is in too few groups for a moment rather than in too many.
    let left = leave.map(|group| (Step::RemoveFromGroup { group: group.clone() }, change(Some(group), None)));
    let joined = join.map(|group| (Step::AddToGroup { group: group.clone() }, change(None, Some(group))));
    let (steps, changes): (Vec<Step>, Vec<Change>) = left.chain(joined).unzip();
    if steps.is_empty() {
        return Ok(Item::skipped(target, "is in and out of these groups already"));
    }
    Ok(Item::new(target, steps, changes))
}

/// Whether a code for a new password can reach a user: it goes to verified addresses of those who may sign in, as far as the
/// pool recovers accounts by them. Where nobody looked how it does, any of the two counts.
fn can_be_reached(user: &User, pool: &Pool) -> bool {
    let ways = pool.recovery.as_ref();
    let verified = |name: &str| {
        let flag = flag_of(name).and_then(|flag| user.attribute(flag));
        user.attribute(name).is_some_and(|address| !address.is_empty()) && flag == Some("true")
    };
    let by = |name: &str| ways.is_none_or(|ways| ways.iter().any(|way| way == name));
    user.enabled && ["email", "phone_number"].into_iter().any(|name| by(name) && verified(name))
}

/// How an invitation reaches a user: as wished, else by e-mail, else by SMS; `None` when there is no such address.
fn way(user: &User, wished: Option<Delivery>) -> Option<Delivery> {
    let reaches = |way: &Delivery| match way {
        Delivery::Email => user.attribute("email").is_some_and(|address| !address.is_empty()),
        Delivery::Sms => user.attribute("phone_number").is_some_and(|number| !number.is_empty()),
    };
    match wished {
        Some(way) => Some(way).filter(reaches),
        None => [Delivery::Email, Delivery::Sms].into_iter().find(reaches),
    }
}

/// The ways of an invitation by which it reaches somebody with these attributes.
#[must_use]
pub fn reaching(invite: &BTreeSet<Delivery>, attributes: &BTreeMap<String, String>) -> BTreeSet<Delivery> {
    let has = |way: &Delivery| attributes.get(way.attribute()).is_some_and(|address| !address.is_empty());
    invite.iter().copied().filter(has).collect()
}

fn confirm(user: &User, target: Target, verify_email: bool) -> Result<Item, PlanError> {
    let mut steps = Vec::new();
    let mut changes = Vec::new();
    if user.status == UserStatus::Unconfirmed {
        steps.push(Step::Confirm);
        let before = Some(user.status.as_str().to_owned());
        changes.push(Change::new("status", before, Some("CONFIRMED".to_owned())));
    }
    let unverified = user.attribute("email").is_some() && user.attribute("email_verified") != Some("true");
    if verify_email && unverified {
        let before = user.attribute("email_verified").map(str::to_owned);
        changes.push(Change::new("email_verified", before, Some("true".to_owned())));
        changes.push(Change::stays("email", user.attribute("email")));
        let attributes = BTreeMap::from([("email_verified".to_owned(), "true".to_owned())]);
        steps.push(Step::UpdateAttributes { attributes });
    }
    if steps.is_empty() {
        return Ok(Item::skipped(target, "is confirmed already"));
    }
    Ok(Item::new(target, steps, changes))
}

/// Only what differs is sent; but whoever sets an address sends its verified flag along, for AWS treats the two together:
/// without it a new address is unverified. Where the pool verifies it first, address and flag stay until the code comes, and
/// a flag that says so is not sent.
fn set(user: &User, pool: &Pool, target: Target, wanted: &BTreeMap<String, String>) -> Result<Item, PlanError> {
    if wanted.is_empty() {
        return wrong("attributes", "Name at least one attribute.");
    }
    for (name, value) in wanted {
        // AWS removes what is set to nothing.
        if kept(value).is_none() { deletable(pool, name) } else { settable(pool, name, value) }?;
    }
    let differs = |name: &str| wanted.get(name).is_some_and(|value| user.attribute(name) != kept(value));
    let belongs = |name: &str| {
        differs(name)
            || name.strip_suffix("_verified").is_some_and(&differs)
            || differs(&format!("{name}_verified")) && matches!(name, "email" | "phone_number")
    };
    let mut attributes: BTreeMap<String, String> =
        wanted.iter().filter(|(name, _)| belongs(name)).map(|(name, value)| (name.clone(), value.clone())).collect();
    if attributes.is_empty() {
        return Ok(Item::skipped(target, "has these values already"));
    }
    let waiting: Vec<String> =
        waiting(user, &attributes, &pool.verifies_before_update).into_iter().map(str::to_owned).collect();
    let stays = |flag: &str| waiting.iter().any(|name| flag_of(name) == Some(flag));
    attributes.retain(|name, _| !stays(name));
    let change = |(name, value): (&String, &String)| Change {
        waits: waiting.contains(name),
        ..Change::new(name, user.attribute(name).map(str::to_owned), kept(value).map(str::to_owned))
    };
    let mut changes: Vec<Change> = attributes.iter().map(change).collect();
    changes.extend(attributes.iter().filter(|(name, _)| differs(name)).filter_map(|(name, value)| {
        let flag = flag_of(name).filter(|flag| !attributes.contains_key(*flag) && !stays(flag))?;
        verified_no_more(user, flag, flag_after(value))
    }));
    changes.extend(marked_alone(&attributes).map(|name| Change::stays(name, user.attribute(name))));
    Ok(Item::new(target, vec![Step::UpdateAttributes { attributes }], changes))
}

/// What becomes of the verified flag of an address that is changed or deleted without it; `None` where there was none.
fn verified_no_more(user: &User, flag: &str, after: Option<&str>) -> Option<Change> {
    let before = user.attribute(flag).filter(|is| *is == "true")?.to_owned();
    Some(Change::new(flag, Some(before), after.map(str::to_owned)))
}

/// Whether administrators may set an attribute to a value in this pool.
fn settable(pool: &Pool, name: &str, value: &str) -> Result<(), PlanError> {
    if matches!(name, "sub" | "identities" | "cognito:user_status") {
        return wrong(name, format!("{name} is Cognito's own and cannot be set."));
    }
    if value.len() > LONGEST_VALUE {
        return wrong(name, format!("The value of {name} is longer than the {LONGEST_VALUE} bytes that AWS takes."));
    }
    match pool.schema.iter().find(|attribute| attribute.name == name) {
        Some(attribute) if !attribute.mutable => wrong(
            name,
            format!("{name} is immutable in this pool: it has the value that it got when the user was created."),
        ),
        None if !pool.schema.is_empty() => wrong(name, format!("This pool has no attribute {name}.")),
        _ => Ok(()),
    }
}

fn deletable(pool: &Pool, name: &str) -> Result<(), PlanError> {
    settable(pool, name, "")?;
    let required = pool.schema.iter().any(|attribute| attribute.name == name && attribute.required);
    let signs_in = pool.username_attributes.iter().any(|attribute| attribute == name);
    if required || signs_in {
        return wrong(name, format!("{name} is required in this pool and cannot be deleted."));
    }
    Ok(())
}

/// What a user who is created gets.
pub(super) fn given(attributes: &BTreeMap<String, String>) -> Vec<Change> {
    attributes.iter().map(|(name, value)| Change::new(name, None, Some(value.clone()))).collect()
}

/// The entry that creates a user.
///
/// # Errors
/// [`PlanError`] when the name, an attribute or a required attribute that is missing stand in the way.
pub fn new_user(new: &NewUser, pool: &Pool) -> Result<Item, PlanError> {
    let username = Username::parse(new.username.clone())
        .map_err(|error| PlanError { field: "username".to_owned(), message: format!("{error}.") })?;
    if new.username.contains(char::is_whitespace) {
        return wrong("username", "A user name has no spaces.");
    }
    let mut new = new.clone();
    for (name, mark) in [("email", '@'), ("phone_number", '+')] {
        let by = pool.username_attributes.iter().any(|attribute| attribute == name);
        if by && new.username.contains(mark) {
            new.attributes.entry(name.to_owned()).or_insert_with(|| new.username.clone());
        }
    }
    let by_address = !pool.username_attributes.is_empty();
    if by_address && !new.username.contains('@') && !new.username.starts_with('+') {
        return wrong("username", format!("In this pool the user name is {}.", pool.username_attributes.join(" or ")));
    }
    for (name, value) in &new.attributes {
        let immutable = pool.schema.iter().any(|attribute| attribute.name == *name && !attribute.mutable);
        if !immutable || name == "sub" {
            settable(pool, name, value)?;
        }
    }
    let has = |name: &String| new.attributes.get(name).is_some_and(|value| !value.is_empty());
    let missing =
        pool.schema.iter().find(|attribute| attribute.required && attribute.name != "sub" && !has(&attribute.name));
    if let Some(missing) = missing {
        return wrong(&missing.name, format!("{} is required in this pool.", missing.name));
    }
    // Where people sign in by a name of their own, an address that is another way in is no name.
    let alias = |name: &&String| pool.username_attributes.is_empty() && has_form(name, &new.username);
    if let Some(alias) = pool.alias_attributes.iter().find(alias) {
        return wrong("username", is_an_alias(alias));
    }
    let reaching = reaching(&new.invite, &new.attributes);
    if let (Some(way), true) = (new.invite.first(), reaching.is_empty()) {
        let message = "There is no address to which the invitation could be sent. Give one, or invite in another way or not \
                       at all.";
        return wrong(way.attribute(), message);
    }
    new.invite = reaching;
    let changes = given(&new.attributes);
    let target = Target::User { username, sub: None };
    Ok(Item::new(target, vec![Step::CreateUser(new)], changes))
}

/// The entry of an action on a group. `now` is the group as it is, `None` when there is none; `members` are its members.
///
/// # Errors
/// [`PlanError`] when the group is missing or there already, or the action is about users.
pub fn items_for_group(action: &Action, now: Option<&Group>, members: Vec<Target>) -> Result<Vec<Item>, PlanError> {
    let missing =
        || PlanError { field: "group".to_owned(), message: "There is no such group in this pool.".to_owned() };
    let item = |step: Step, settings: &GroupSettings, changes, record| Item {
        record,
        ..Item::new(Target::Group { name: settings.name.clone() }, vec![step], changes)
    };
    if let Action::CreateGroup(GroupSettings { precedence: Some(wanted), .. })
    | Action::UpdateGroup(GroupSettings { precedence: Some(wanted), .. }) = action
        && *wanted > LAST_PRECEDENCE
    {
        return wrong("precedence", format!("The precedence is a whole number up to {LAST_PRECEDENCE}."));
    }
    match action {
        Action::CreateGroup(_) if now.is_some() => wrong("group", "There is a group of this name already."),
        Action::CreateGroup(settings) => {
            if settings.role_arn.as_deref() == Some("") {
                return wrong("role", "A role is an ARN. Leave it out for a group without one.");
            }
            let changes = differences(None, settings);
            Ok(vec![item(Step::CreateGroup(settings.clone()), settings, changes, None)])
        }
        Action::UpdateGroup(settings) => {
            let before = GroupSettings::of(now.ok_or_else(missing)?);
            if settings.role_arn.as_deref() == Some("") {
                return Err(PlanError::stays("role"));
            }
            let changes = differences(Some(&before), settings);
            if changes.is_empty() {
                return Ok(vec![Item::skipped(Target::Group { name: settings.name.clone() }, "is so already")]);
            }
            // AWS does not say what it does with what is left out (its manual said once that it goes back to the default, and
            // says nothing now): so nothing is left out that the group has.
            let whole = GroupSettings {
                name: settings.name.clone(),
                description: settings.description.clone().or_else(|| before.description.clone()),
                precedence: settings.precedence.or(before.precedence),
                role_arn: settings.role_arn.clone().or_else(|| before.role_arn.clone()),
            };
            let record = Some(Record::Group { settings: before, members: Vec::new() });
            Ok(vec![item(Step::UpdateGroup(whole), settings, changes, record)])
        }
        Action::DeleteGroup { .. } => {
            let settings = GroupSettings::of(now.ok_or_else(missing)?);
            let record = Some(Record::Group { settings: settings.clone(), members });
            Ok(vec![item(Step::DeleteGroup, &settings, Vec::new(), record)])
        }
        _ => wrong("action", "This is not something that is done to a group."),
    }
}

/// What setting a group makes of it; `None` where there is none before. What the settings do not speak of is not in it.
pub(super) fn differences(before: Option<&GroupSettings>, after: &GroupSettings) -> Vec<Change> {
    let number = |settings: &GroupSettings| settings.precedence.map(|precedence| precedence.to_string());
    // Each with the value that is sent, where one is; a description that is sent empty is none.
    let fields: [(&str, Option<String>, Option<String>); 3] = [
        ("description", before.and_then(|group| group.description.clone()), after.description.clone()),
        ("precedence", before.and_then(&number), number(after)),
        ("role", before.and_then(|group| group.role_arn.clone()), after.role_arn.clone()),
    ];
    fields
        .into_iter()
        .filter_map(|(field, before, sent)| sent.map(|sent| (field, before, kept(&sent).map(str::to_owned))))
        .filter(|(_, before, after)| before != after)
        .map(|(field, before, after)| Change::new(field, before, after))
        .collect()
}
