//! People as the local copy had them once.

use jiff::Timestamp;
use model::Username;
use model::user::User;

use crate::error::{Code, Error};
use crate::open::blocking;
use crate::pool::OpenPool;

impl OpenPool {
    /// The user of a name as the local copy had them at an instant, made of what it has now and of what syncs and jobs saw
    /// changing since; `None` when it had nobody of that name.
    ///
    /// # Errors
    /// [`Code::Precondition`] when changes are not kept for this pool, or were not yet, or not any more;
    /// [`Code::JournalUnavailable`] when the history cannot be read; else as [`OpenPool::pool`].
    pub async fn user_at(&self, username: &Username, at: Timestamp) -> Result<Option<User>, Error> {
        let (history, key) = (self.open_history()?, self.key.clone());
        let watched = history.clone();
        let since = blocking(move || watched.whole_since(&key)).await?.filter(|_| self.keeps_history());
        let Some(since) = since else {
            let message = "Changes of this pool are not kept, so only what is now is known. With its history on, each \
                           sync keeps what changed.";
            return Err(Error::new(Code::Precondition, message));
        };
        if at < since {
            let message = format!("Changes of this pool are known since {since:.0}; what was before is not known.");
            return Err(Error::new(Code::Precondition, message));
        }
        let now = self.user(username).await?;
        let (key, name) = (self.key.clone(), username.as_str().to_owned());
        let then = blocking(move || history.as_of(&key, &name, now.as_ref(), at)).await?;
        Ok(then.filter(|user| user.created_at <= at))
    }
}
