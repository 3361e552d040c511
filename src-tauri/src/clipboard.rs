//! Secrets on the system's clipboard: put there by us, kept out of its history, taken away again.
//!
//! A secret is taken away after half a minute, and when its pool is left or the app ends; never what somebody else has
//! copied since.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use wire::{ErrorCode, WireError};

/// How long a secret stays on the clipboard.
pub(crate) const KEPT: Duration = Duration::from_secs(30);

/// A clipboard for text.
pub(crate) trait Board: Send + 'static {
    /// What is on it; `None` when that is no text or cannot be read.
    fn text(&mut self) -> Option<String>;
    /// Puts a secret on it that no history is to keep; whether that worked.
    fn put(&mut self, secret: &str) -> bool;
    /// Empties it.
    fn clear(&mut self);
}

/// The system's. Connected when it is first used: without a desktop there is none.
#[derive(Default)]
pub(crate) struct System(Option<arboard::Clipboard>);

impl System {
    fn board(&mut self) -> Option<&mut arboard::Clipboard> {
        if self.0.is_none() {
            self.0 = arboard::Clipboard::new().ok();
        }
        self.0.as_mut()
    }
}

impl Board for System {
    fn text(&mut self) -> Option<String> {
        self.board()?.get_text().ok()
    }

    fn put(&mut self, secret: &str) -> bool {
        self.board().is_some_and(|board| hidden(board.set()).text(secret).is_ok())
    }

    fn clear(&mut self) {
        if let Some(Err(error)) = self.board().map(arboard::Clipboard::clear) {
            tracing::warn!(%error, "the clipboard was not cleared");
        }
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
}

impl<B: Board + Default> Default for Clipboard<B> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Held { board: B::default(), secret: None, round: 0 })))
    }
}

impl<B: Board> Clipboard<B> {
    /// Copies a secret, and takes it away again after [`KEPT`]. Call it within a runtime.
    ///
    /// # Errors
    /// [`ErrorCode::Precondition`] when the system has no clipboard that can be reached.
    pub(crate) fn copy(&self, secret: SecretString) -> Result<(), WireError> {
        let mut held = lock(&self.0);
        if !held.board.put(secret.expose_secret()) {
            return Err(WireError::new(
                ErrorCode::Precondition,
                "The clipboard cannot be reached, so nothing was copied.",
            ));
        }
        held.secret = Some(secret);
        held.round += 1;
        let (round, shared) = (held.round, Arc::clone(&self.0));
        drop(held);
        tokio::spawn(async move {
            tokio::time::sleep(KEPT).await;
            let mut held = lock(&shared);
            if held.round == round {
                held.take_away();
            }
        });
        Ok(())
    }

    /// Takes the secret away now, if it is still there.
    pub(crate) fn forget(&self) {
        lock(&self.0).take_away();
    }
}

impl<B: Board> Held<B> {
    fn take_away(&mut self) {
        let Some(secret) = self.secret.take() else { return };
        if self.board.text().as_deref() == Some(secret.expose_secret()) {
            self.board.clear();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Board, Clipboard, KEPT, lock};

    /// A clipboard in memory.
    #[derive(Default)]
    struct Paper(Option<String>);

    impl Board for Paper {
        fn text(&mut self) -> Option<String> {
            self.0.clone()
        }

        fn put(&mut self, secret: &str) -> bool {
            self.0 = Some(secret.to_owned());
            true
        }

        fn clear(&mut self) {
            self.0 = None;
        }
    }

    fn shown(clipboard: &Clipboard<Paper>) -> Option<String> {
        lock(&clipboard.0).board.text()
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
        clipboard.copy("one".to_owned().into()).unwrap();
        tokio::task::yield_now().await;
        after(KEPT - Duration::from_secs(1)).await;
        assert_eq!(shown(&clipboard).as_deref(), Some("one"));
        after(Duration::from_secs(2)).await;
        assert_eq!(shown(&clipboard), None);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_copied_since_stays() {
        let clipboard: Clipboard<Paper> = Clipboard::default();
        clipboard.copy("one".to_owned().into()).unwrap();
        lock(&clipboard.0).board.put("a shopping list");
        tokio::task::yield_now().await;
        after(KEPT + Duration::from_secs(1)).await;
        assert_eq!(shown(&clipboard).as_deref(), Some("a shopping list"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_secret_has_half_a_minute_of_its_own() {
        let clipboard: Clipboard<Paper> = Clipboard::default();
        clipboard.copy("one".to_owned().into()).unwrap();
        tokio::task::yield_now().await;
        after(Duration::from_secs(20)).await;
        clipboard.copy("two".to_owned().into()).unwrap();
        tokio::task::yield_now().await;
        after(Duration::from_secs(20)).await;
        assert_eq!(shown(&clipboard).as_deref(), Some("two"));
        after(Duration::from_secs(11)).await;
        assert_eq!(shown(&clipboard), None);
    }

    #[tokio::test(start_paused = true)]
    async fn leaving_takes_it_away_at_once_and_only_ours() {
        let clipboard: Clipboard<Paper> = Clipboard::default();
        clipboard.copy("one".to_owned().into()).unwrap();
        clipboard.forget();
        assert_eq!(shown(&clipboard), None);
        lock(&clipboard.0).board.put("a shopping list");
        clipboard.forget();
        assert_eq!(shown(&clipboard).as_deref(), Some("a shopping list"));
    }
}
