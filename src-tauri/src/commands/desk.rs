//! The desk as a command finds it.

use std::ops::Deref;
use std::sync::Arc;

use console::OpenPool;
use specta::Types;
use specta::datatype::DataType;
use specta::function::FunctionArg;
use tauri::ipc::{CommandArg, CommandItem, InvokeError};
use tauri::{Runtime, State};
use wire::{ErrorCode, WireError};

use crate::opened::Opened;
use crate::state;

/// The header in which the window says which open pool a call is about: its key, or nothing for none.
const ABOUT: &str = "poolkeeper-pool";

/// The desk, and the pool that the command is about. Which one that is was said when the command was called, and holds to its
/// end, whatever tab comes to the front meanwhile.
pub(crate) struct Desk<'a> {
    desk: State<'a, state::Desk>,
    opened: Option<Arc<Opened>>,
}

impl Desk<'_> {
    /// What belongs to the pool that the command is about.
    pub(crate) fn opened(&self) -> Result<&Arc<Opened>, WireError> {
        let none = || WireError::new(ErrorCode::Precondition, "No pool is open. Open one first.");
        self.opened.as_ref().ok_or_else(none)
    }

    /// The pool that the command is about.
    pub(crate) fn pool(&self) -> Result<Arc<OpenPool>, WireError> {
        Ok(self.opened()?.pool.clone())
    }

    /// Before a secret is shown: whether it may be, and the window is kept out of screenshots.
    ///
    /// # Errors
    /// [`ErrorCode::ConfirmationNeeded`] where somebody has to say again that they mean it.
    pub(crate) fn shows_secret(&self) -> Result<(), WireError> {
        self.pool()?.may_show_secrets()?;
        self.shield(true);
        Ok(())
    }
}

impl Deref for Desk<'_> {
    type Target = state::Desk;

    fn deref(&self) -> &state::Desk {
        &self.desk
    }
}

impl<'a, 'de: 'a, R: Runtime> CommandArg<'de, R> for Desk<'a> {
    fn from_command(command: CommandItem<'de, R>) -> Result<Self, InvokeError> {
        let about = command.message.headers().get(ABOUT).map(|key| key.to_str().unwrap_or_default().to_owned());
        let desk: State<'a, state::Desk> = State::from_command(command)?;
        let opened = match about {
            Some(key) => desk.named(&key),
            None => desk.last(),
        };
        Ok(Self { desk, opened })
    }
}

/// The page sends none of it, so its TypeScript names none.
impl FunctionArg for Desk<'_> {
    fn to_datatype(_: &mut Types) -> Option<DataType> {
        None
    }
}
