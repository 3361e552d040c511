//! Keys in the system's keyring, one entry for each data folder.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use keyring::{Entry, Error};
use zeroize::Zeroizing;

use super::{KeyError, Pair};
use crate::data_dir::DataDir;

const SERVICE: &str = "poolkeeper";
const PATIENCE: Duration = Duration::from_secs(3);

/// The keyring's name on this system.
pub(super) fn name() -> &'static str {
    if cfg!(target_os = "macos") {
        "Keychain"
    } else if cfg!(target_os = "windows") {
        "Credential Manager"
    } else {
        "Secret Service"
    }
}

/// `None` when the keyring answers that it has no such entry.
pub(super) fn fetch(dir: &DataDir) -> Result<Option<Pair>, KeyError> {
    let got = with_entry(dir, |entry| match entry.get_secret() {
        Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(error),
    })?;
    let Some(bytes) = got else { return Ok(None) };
    let pair = std::str::from_utf8(&bytes).ok().and_then(Pair::from_text);
    pair.map(Some).ok_or_else(|| KeyError::Malformed("The keyring's entry \"poolkeeper\"".to_owned()))
}

pub(super) fn store(pair: &Pair, dir: &DataDir) -> Result<(), KeyError> {
    let text = pair.to_text();
    with_entry(dir, move |entry| entry.set_secret(text.as_bytes()))
}

/// Absent is success.
pub(super) fn delete(dir: &DataDir) -> Result<(), KeyError> {
    with_entry(dir, |entry| match entry.delete_credential() {
        Err(Error::NoEntry) => Ok(()),
        other => other,
    })
}

/// Which step a keyring has not answered.
enum Answer<T> {
    Reached,
    Done(Result<T, Error>),
}

/// Asks in a thread of its own, because a keyring may wait for a person for ever. The thread is left behind then.
fn with_entry<T: Send + 'static>(
    dir: &DataDir,
    ask: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
) -> Result<T, KeyError> {
    let (sender, receiver) = mpsc::channel();
    let user = std::path::absolute(dir.root()).unwrap_or_else(|_| dir.root().to_owned());
    let user = user.to_string_lossy().into_owned();
    let asking = move || {
        // Nobody listens any more when the time was up.
        if let Err(error) = Entry::store_status() {
            let _ = sender.send(Err(KeyError::Unavailable(error.to_string())));
            return;
        }
        let _ = sender.send(Ok(Answer::Reached));
        let answer = Entry::new(SERVICE, &user).and_then(|entry| ask(&entry));
        let _ = sender.send(Ok(Answer::Done(answer)));
    };
    let spawned = thread::Builder::new().name("keyring".to_owned()).spawn(asking);
    spawned.map_err(|error| KeyError::System(error.to_string()))?;
    let mut reached = false;
    loop {
        match receiver.recv_timeout(PATIENCE) {
            Ok(Err(error)) => return Err(error),
            Ok(Ok(Answer::Reached)) => reached = true,
            Ok(Ok(Answer::Done(answer))) => return answer.map_err(said),
            // It was there but did not answer: it asks a person to unlock it.
            Err(_) if reached => return Err(KeyError::Locked),
            Err(_) => return Err(KeyError::Unavailable("it did not answer within three seconds".to_owned())),
        }
    }
}

fn said(error: Error) -> KeyError {
    match error {
        Error::NoStorageAccess(_) => KeyError::Locked,
        Error::NoDefaultStore | Error::NotSupportedByStore(_) => KeyError::Unavailable(error.to_string()),
        other => KeyError::Refused(other.to_string()),
    }
}
