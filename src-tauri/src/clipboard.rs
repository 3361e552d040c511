//! Secrets on the system's clipboard: put there by us, kept out of its history, taken away again.
//!
//! A secret is taken away after half a minute, and when its own pool is left or the app ends; never what somebody else has
//! copied since.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use wire::{ErrorCode, WireError};

/// How long a secret stays on the clipboard.
pub(crate) const KEPT: Duration = Duration::from_secs(30);

/// How often a clipboard is tried again that cannot be reached when a secret is to be taken away: each [`PAUSE`].
const TRIES: u32 = 60;
const PAUSE: Duration = Duration::from_secs(1);

/// The clipboard cannot be reached now: another program holds it, or there is none.
#[derive(Debug)]
pub(crate) struct Unreachable;

/// A clipboard for text.
pub(crate) trait Board: Send + 'static {
    /// What is on it; `None` when that is no text.
    fn text(&mut self) -> Result<Option<String>, Unreachable>;
    /// Puts a secret on it that no history is to keep.
    fn put(&mut self, secret: &str) -> Result<(), Unreachable>;
    /// Empties it.
    fn clear(&mut self) -> Result<(), Unreachable>;
}

/// The system's. Connected when it is first used: without a desktop there is none.
#[derive(Default)]
pub(crate) struct System(Option<arboard::Clipboard>);

impl System {
    fn board(&mut self) -> Result<&mut arboard::Clipboard, Unreachable> {
        if self.0.is_none() {
            self.0 = arboard::Clipboard::new().ok();
        }
        self.0.as_mut().ok_or(Unreachable)
    }
}

impl Board for System {
    fn text(&mut self) -> Result<Option<String>, Unreachable> {
        match self.board()?.get_text() {
            Ok(text) => Ok(Some(text)),
            // It is empty, or a picture: somebody has copied something else.
            Err(arboard::Error::ContentNotAvailable | arboard::Error::ConversionFailure) => Ok(None),
            Err(_) => Err(Unreachable),
        }
    }

    fn put(&mut self, secret: &str) -> Result<(), Unreachable> {
        hidden(self.board()?.set()).text(secret).map_err(|_| Unreachable)
    }

    fn clear(&mut self) -> Result<(), Unreachable> {
        self.board()?.clear().map_err(|_| Unreachable)
    }
}

/// Asks the desktop to keep no history of it, where desktops can be asked.
fn hidden(set: arboard::Set<'_>) -> arboard::Set<'_> {
    #[cfg(target_os = "linux")]
    return arboard::SetExtLinux::exclude_from_history(set);
    #[cfg(target_os = "windows")]
    return arboard::SetExtWindows::exclude_from_cloud(arboard::SetExtWindows::exclude_from_history(
        arboard::SetExtWindows::exclude_from_monitoring(set),
    ));
    #[cfg(target_os = "macos")]
    return arboard::SetExtApple::exclude_from_history(set);
}

/// Secrets on a clipboard.
pub(crate) struct Clipboard<B = System>(Arc<Mutex<Held<B>>>);

struct Held<B> {
    board: B,
    /// The secret that we put there last, and for the how manieth time.
    secret: Option<SecretString>,
    round: u64,
    /// The key of the pool that it is of.
    pool: String,
}

impl<B: Board + Default> Default for Clipboard<B> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Held { board: B::default(), secret: None, round: 0, pool: String::new() })))
    }
}

impl<B: Board> Clipboard<B> {
    /// Copies a secret of the pool of that key, and takes it away again after [`KEPT`], or as soon after it as the clipboard
    /// can be reached. Call it within a runtime.
    ///
    /// # Errors
    /// [`ErrorCode::Precondition`] when the system has no clipboard that can be reached.
    pub(crate) fn copy(&self, pool: String, secret: SecretString) -> Result<(), WireError> {
        let mut held = lock(&self.0);
        if held.board.put(secret.expose_secret()).is_err() {
            return Err(WireError::new(
                ErrorCode::Precondition,
                "The clipboard cannot be reached, so nothing was copied.",
            ));
        }
        held.secret = Some(secret);
        held.pool = pool;
        held.round += 1;
        let (round, shared) = (held.round, Arc::clone(&self.0));
        drop(held);
        tokio::spawn(async move {
            tokio::time::sleep(KEPT).await;
            for _ in 0..TRIES {
                {
                    let mut held = lock(&shared);
                    if held.round != round || held.take_away().is_ok() {
                        return;
                    }
                }
                tokio::time::sleep(PAUSE).await;
            }
            tracing::warn!("the clipboard could not be reached, so a secret may still be on it");
        });
        Ok(())
    }

    /// Takes the secret away now, if it is still there. When the clipboard cannot be reached, that happens after [`KEPT`].
    pub(crate) fn forget(&self) {
        lock(&self.0).forget();
    }

    /// As [`Clipboard::forget`], if the secret is of the pool of that key: that of another pool stays its time.
    pub(crate) fn forget_of(&self, pool: &str) {
        let mut held = lock(&self.0);
        if held.pool == pool {
            held.forget();
        }
    }
}

impl<B: Board> Held<B> {
    fn forget(&mut self) {
        if self.take_away().is_err() {
            tracing::warn!("the clipboard could not be reached; the secret on it goes later");
        }
    }

    fn take_away(&mut self) -> Result<(), Unreachable> {
        let Some(secret) = &self.secret else { return Ok(()) };
        if self.board.text()?.as_deref() == Some(secret.expose_secret()) {
            self.board.clear()?;
        }
        // Until it is known to be gone, we must know what to look for.
        self.secret = None;
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Board, Clipboard, KEPT, PAUSE, Unreachable, lock};

    const A: &str = "aws/1/eu-west-1/a";

    /// A clipboard in memory.
    #[derive(Default)]
    struct Paper {
        text: Option<String>,
        /// How often it cannot be read, and how often it cannot be emptied, before it can.
        unread: u32,
        uncleared: u32,
    }

    /// Fails as often as it is told to.
    fn fails(left: &mut u32) -> Result<(), Unreachable> {
        let Some(fewer) = left.checked_sub(1) else { return Ok(()) };
        *left = fewer;
        Err(Unreachable)
    }

    impl Board for Paper {
        fn text(&mut self) -> Result<Option<String>, Unreachable> {
            fails(&mut self.unread)?;
            Ok(self.text.clone())
        }

        fn put(&mut self, secret: &str) -> Result<(), Unreachable> {
            self.text = Some(secret.to_owned());
            Ok(())
        }

        fn clear(&mut self) -> Result<(), Unreachable> {
            fails(&mut self.uncleared)?;
            self.text = None;
            Ok(())
        }
    }

    fn shown(clipboard: &Clipboard<Paper>) -> Option<String> {
        lock(&clipboard.0).board.text.clone()
    }

    async fn after(time: Duration) {
        tokio::time::advance(time).await;
        // The task that takes it away runs when we wait.
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_secret_is_taken_away_after_half_a_minute() {
        let clipboard: Clipboard<Paper> = Clipboard::default();
        clipboard.copy(A.to_owned(), "one".to_owned().into()).unwrap();
        tokio::task::yield_now().await;
        after(KEPT - Duration::from_secs(1)).await;
        assert_eq!(shown(&clipboard).as_deref(), Some("one"));
        after(Duration::from_secs(2)).await;
        assert_eq!(shown(&clipboard), None);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_copied_since_stays() {
        let clipboard: Clipboard<Paper> = Clipboard::default();
        clipboard.copy(A.to_owned(), "one".to_owned().into()).unwrap();
        lock(&clipboard.0).board.put("a shopping list").unwrap();
        tokio::task::yield_now().await;
        after(KEPT + Duration::from_secs(1)).await;
        assert_eq!(shown(&clipboard).as_deref(), Some("a shopping list"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_secret_has_half_a_minute_of_its_own() {
        let clipboard: Clipboard<Paper> = Clipboard::default();
        clipboard.copy(A.to_owned(), "one".to_owned().into()).unwrap();
        tokio::task::yield_now().await;
        after(Duration::from_secs(20)).await;
        clipboard.copy(A.to_owned(), "two".to_owned().into()).unwrap();
        tokio::task::yield_now().await;
        after(Duration::from_secs(20)).await;
        assert_eq!(shown(&clipboard).as_deref(), Some("two"));
        after(Duration::from_secs(11)).await;
        assert_eq!(shown(&clipboard), None);
    }

    #[tokio::test(start_paused = true)]
    async fn leaving_takes_it_away_at_once_and_only_ours() {
        let clipboard: Clipboard<Paper> = Clipboard::default();
        clipboard.copy(A.to_owned(), "one".to_owned().into()).unwrap();
        clipboard.forget();
        assert_eq!(shown(&clipboard), None);
        lock(&clipboard.0).board.put("a shopping list").unwrap();
        clipboard.forget();
        assert_eq!(shown(&clipboard).as_deref(), Some("a shopping list"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pool_that_is_left_takes_its_own_secret_with_it_and_no_other_pool_s() {
        let clipboard: Clipboard<Paper> = Clipboard::default();
        clipboard.copy(A.to_owned(), "one".to_owned().into()).unwrap();
        tokio::task::yield_now().await;
        clipboard.forget_of("aws/1/eu-west-1/b");
        assert_eq!(shown(&clipboard).as_deref(), Some("one"));
        clipboard.forget_of(A);
        assert_eq!(shown(&clipboard), None);
        clipboard.copy("aws/1/eu-west-1/b".to_owned(), "two".to_owned().into()).unwrap();
        tokio::task::yield_now().await;
        clipboard.forget_of(A);
        assert_eq!(shown(&clipboard).as_deref(), Some("two"));
        after(KEPT + Duration::from_secs(1)).await;
        assert_eq!(shown(&clipboard), None, "half a minute later it is gone all the same");
    }

    #[tokio::test(start_paused = true)]
    async fn a_clipboard_that_cannot_be_reached_is_tried_again_until_the_secret_is_gone() {
        for (unread, uncleared) in [(1, 0), (0, 1), (2, 2)] {
            let clipboard: Clipboard<Paper> = Clipboard::default();
            clipboard.copy(A.to_owned(), "one".to_owned().into()).unwrap();
            lock(&clipboard.0).board.unread = unread;
            lock(&clipboard.0).board.uncleared = uncleared;
            tokio::task::yield_now().await;
            after(KEPT).await;
            assert_eq!(shown(&clipboard).as_deref(), Some("one"));
            for _ in 0..unread + uncleared {
                after(PAUSE).await;
            }
            assert_eq!(shown(&clipboard), None, "{unread} {uncleared}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_could_not_be_taken_away_on_leaving_goes_later() {
        let clipboard: Clipboard<Paper> = Clipboard::default();
        clipboard.copy(A.to_owned(), "one".to_owned().into()).unwrap();
        tokio::task::yield_now().await;
        lock(&clipboard.0).board.unread = 1;
        clipboard.forget();
        assert_eq!(shown(&clipboard).as_deref(), Some("one"));
        after(KEPT).await;
        assert_eq!(shown(&clipboard), None);
    }
}
