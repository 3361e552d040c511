//! What a call makes of a row, so that nobody has to read it back.

use super::item::{flag_after, flag_of, kept, waiting};
use super::step::Step;
use crate::user::{User, UserStatus};

/// The row after a call; `None` when a listing would look the same, or the user is made or gone by it. `first` names the
/// addresses that the pool verifies before they count.
#[must_use]
pub fn patched(user: &User, step: &Step, first: &[String]) -> Option<User> {
    let mut after = user.clone();
    match step {
        Step::Enable => after.enabled = true,
        Step::Disable => after.enabled = false,
        Step::Confirm => after.status = UserStatus::Confirmed,
        Step::ResetPassword => after.status = UserStatus::ResetRequired,
        Step::SetPassword { permanent: true } => after.status = UserStatus::Confirmed,
        Step::SetPassword { permanent: false } => after.status = UserStatus::ForceChangePassword,
        Step::UpdateAttributes { attributes } => {
            let waiting = waiting(user, attributes, first);
            let stays = |field: &str| waiting.iter().any(|name| *name == field || flag_of(name) == Some(field));
            let attributes: Vec<_> = attributes.iter().filter(|(name, _)| !stays(name)).collect();
            let changed = attributes.iter().filter(|(name, value)| user.attribute(name) != kept(value));
            for (flag, address) in changed.filter_map(|(name, value)| Some((flag_of(name)?, value))) {
                after.attributes.insert(flag.to_owned(), flag_after(address).unwrap_or_default().to_owned());
            }
            after.attributes.extend(attributes.into_iter().map(|(name, value)| (name.clone(), value.clone())));
            after.attributes.retain(|_, value| !value.is_empty());
        }
        Step::DeleteAttributes { attributes } => {
            for name in attributes {
                after.attributes.remove(name);
                flag_of(name).and_then(|flag| after.attributes.remove(flag));
            }
        }
        _ => return None,
    }
    (after != *user).then_some(after)
}
