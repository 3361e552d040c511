//! Asking again before secrets of Production are shown or copied. No desktop offers one way of asking who sits there that a
//! program can rely on, so it is what this program knows: the passphrase where the keys are behind one, else the pool's
//! name, typed.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use model::PoolKey;
use model::connection::Environment;
use secrecy::{ExposeSecret, SecretString};
use store::{KeyError, KeySource, Keys};

use crate::error::{Code, Error};
use crate::open::{Protection, blocking};
use crate::pool::OpenPool;

/// How long a confirmation holds.
const HOLDS: SignedDuration = SignedDuration::from_mins(5);

/// What has to be given before secrets are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// The name or id of the pool.
    PoolName,
    /// The passphrase of the local data.
    Passphrase,
}

impl Confirmation {
    /// The field that errors about it name.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::PoolName => "poolName",
            Self::Passphrase => "passphrase",
        }
    }
}

/// For which pools it was given, and until when it holds.
#[derive(Default)]
pub(crate) struct Confirmed(Mutex<HashMap<PoolKey, Timestamp>>);

impl Confirmed {
    fn locked(&self) -> MutexGuard<'_, HashMap<PoolKey, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OpenPool {
    /// What has to be given before secrets of this pool are shown or copied; `None` when nothing has to, or it was given
    /// within the last five minutes.
    #[must_use]
    pub fn to_confirm(&self) -> Option<Confirmation> {
        let holds = || self.console.confirmed.locked().get(&self.key).is_some_and(|until| self.now() < *until);
        if self.environment() != Environment::Production || holds() {
            return None;
        }
        let console = crate::Console { inner: self.console.clone() };
        Some(match console.protection() {
            Protection::Passphrase => Confirmation::Passphrase,
            _ => Confirmation::PoolName,
        })
    }

    /// Refuses while something has to be given first.
    ///
    /// # Errors
    /// [`Code::ConfirmationNeeded`], whose field is that of the [`Confirmation`].
    pub fn may_show_secrets(&self) -> Result<(), Error> {
        let Some(confirmation) = self.to_confirm() else { return Ok(()) };
        let message = match confirmation {
            Confirmation::PoolName => "This pool is marked Production. Type its name before a secret of it is shown.",
            Confirmation::Passphrase => {
                "This pool is marked Production. Enter the passphrase of the local data before a secret of it is shown."
            }
        };
        Err(Error { field: Some(confirmation.field().to_owned()), ..Error::new(Code::ConfirmationNeeded, message) })
    }

    /// Takes what has to be given. It holds for five minutes, or until it is taken back.
    ///
    /// # Errors
    /// [`Code::Validation`] when it is another name, or another passphrase; [`Code::CacheUnavailable`] when the keys behind
    /// the passphrase cannot be looked at.
    pub async fn confirm(&self, given: &SecretString) -> Result<(), Error> {
        match self.to_confirm() {
            None => return Ok(()),
            Some(Confirmation::PoolName) => {
                let wrong = |error| match error {
                    Error { code: Code::Validation, .. } => Error::invalid("poolName", "That is not the pool's name."),
                    other => other,
                };
                self.is_name(Some(given.expose_secret())).await.map_err(wrong)?;
            }
            Some(Confirmation::Passphrase) => {
                let (console, source) = (self.console.clone(), KeySource::Passphrase(given.clone()));
                let check = move || {
                    Keys::check(&source, &console.data).map_err(|error| match error {
                        KeyError::WrongPassphrase => {
                            Error::invalid("passphrase", "That is not the passphrase of the local data.")
                        }
                        other => other.into(),
                    })
                };
                blocking(check).await?;
            }
        }
        let until = self.now().saturating_add(HOLDS).unwrap_or_else(|_| self.now());
        self.console.confirmed.locked().insert(self.key.clone(), until);
        Ok(())
    }

    /// Takes a confirmation back: secrets were forgotten, or nobody sits there. Previews for which somebody typed a secret go
    /// with it.
    pub fn forget_confirmation(&self) {
        self.console.confirmed.locked().remove(&self.key);
        self.console.edits.forget_secrets(&self.key);
    }
}
