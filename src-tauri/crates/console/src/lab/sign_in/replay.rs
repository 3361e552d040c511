//! Doing a sign-in again.

use model::connection::ConnectionId;

use super::{Reply, SignIn};
use crate::error::Error;
use crate::open::Console;

impl Console {
    /// Does a sign-in again as it began, with what was typed the first time and taken: passwords, choices and answers. Codes
    /// count once, so they are asked for again, as is whatever the first time did not come to. Makes the user a monthly active user, as the
    /// first one did.
    ///
    /// # Errors
    /// As [`Console::sign_in`].
    pub async fn replay(&self, connection: &ConnectionId, before: &SignIn) -> Result<SignIn, Error> {
        let mut again = self.sign_in_after(connection, before.start.clone(), before.used_totp).await?;
        let kept = before.replies.iter().filter(|(_, reply)| !matches!(reply, Reply::Code(_) | Reply::Enrolled));
        for (name, reply) in kept {
            if again.open_challenge().is_none_or(|open| open.name != *name) || again.is_ended() {
                break;
            }
            again.answer(reply).await?;
        }
        Ok(again)
    }
}

impl SignIn {
    fn is_ended(&self) -> bool {
        matches!(self.stage, super::Stage::Refused { .. } | super::Stage::Failed(_))
    }
}
