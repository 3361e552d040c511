//! What a call makes of a row, so that nobody has to read it back.

use super::step::Step;
use crate::user::{User, UserStatus};

/// The row after a call; `None` when a listing would look the same, or the user is made or gone by it.
#[must_use]
pub fn patched(user: &User, step: &Step) -> Option<User> {
    let mut after = user.clone();
    match step {
        Step::Enable => after.enabled = true,
        Step::Disable => after.enabled = false,
        Step::Confirm => after.status = UserStatus::Confirmed,
        Step::ResetPassword => after.status = UserStatus::ResetRequired,
        Step::SetPassword { permanent: true } => after.status = UserStatus::Confirmed,
        Step::SetPassword { permanent: false } => after.status = UserStatus::ForceChangePassword,
        Step::UpdateAttributes { attributes } => {
            after.attributes.extend(attributes.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        Step::DeleteAttributes { attributes } => after.attributes.retain(|name, _| !attributes.contains(name)),
        _ => return None,
    }
    (after != *user).then_some(after)
}
