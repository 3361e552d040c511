//! Signing in on the login page: the steps, whatever page shows them.

use super::grants::Login;
use crate::directory::World;
use crate::directory::user::Status;
use crate::directory::users::Moment;

/// What comes after an answer on the page.
pub(super) enum Step {
    /// Let in.
    Done(Login),
    /// Not let in, with the sentence that says why.
    Refused(String),
}

/// Begins with a username and a password.
pub(super) fn begin(world: &mut World, moment: Moment, pool_id: &str, username: &str, password: &str) -> Step {
    let refused = |message: &str| Step::Refused(message.to_owned());
    let wrong = || refused("Incorrect username or password.");
    let Some(pool) = world.pools.get_mut(pool_id) else { return wrong() };
    let Some(id) = pool.resolve(username).filter(|id| pool.check_password(*id, password)) else { return wrong() };
    let Some(user) = pool.users.get(id) else { return wrong() };
    match user.status {
        _ if !user.enabled => refused("User is disabled."),
        Status::Confirmed => {
            let login = Login {
                pool_id: pool_id.to_owned(),
                user: id,
                auth_time_ms: moment.now_ms,
                amr: Vec::new(),
                event_id: None,
            };
            world.acts(pool_id, id);
            Step::Done(login)
        }
        Status::Unconfirmed => refused("User is not confirmed."),
        _ => refused("Password reset required for the user."),
    }
}
