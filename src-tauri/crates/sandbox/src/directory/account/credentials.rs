//! The password of one person, and those before it.

use serde::{Deserialize, Serialize};

use super::imported::Imported;

/// Most passwords of the past that a pool can forbid (`PasswordHistorySize`).
const HISTORY: usize = 24;

/// A password as it is: nothing in a sandbox is worth hiding, and every flow can be answered from it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Credentials {
    /// `None` for those who sign in without one, and for those whose password nobody knows.
    pub(crate) password: Option<String>,
    /// When a temporary password stops working; `None` for one that does not.
    pub(crate) expires_ms: Option<i64>,
    /// The hash of a password that was imported, until the person signs in with the password itself.
    pub(crate) imported: Option<Imported>,
    /// Passwords before this one, the latest first.
    pub(crate) history: Vec<String>,
}

impl Credentials {
    /// Replaces the password. Temporary ones are not remembered as used.
    pub(crate) fn set(&mut self, password: &str, expires_ms: Option<i64>) {
        let temporary = self.expires_ms.is_some();
        if let Some(old) = self.password.replace(password.to_owned()).filter(|_| !temporary) {
            self.history.insert(0, old);
            self.history.truncate(HISTORY);
        }
        self.expires_ms = expires_ms;
        self.imported = None;
    }

    /// Takes the password away.
    pub(crate) fn remove(&mut self) {
        *self = Self::default();
    }

    /// Whether there is a password, known or imported.
    pub(crate) fn exist(&self) -> bool {
        self.password.is_some() || self.imported.is_some()
    }

    /// Whether this is the password. An imported one that matches is known from now on.
    pub(crate) fn prove(&mut self, password: &str) -> bool {
        if self.imported.as_ref().is_some_and(|imported| imported.matches(password)) {
            self.set(password, None);
        }
        self.matches(password)
    }

    /// Whether this is the password. Says nothing about whether it has expired.
    pub(crate) fn matches(&self, password: &str) -> bool {
        self.password.as_deref() == Some(password)
    }

    /// Whether the password is a temporary one whose time is over.
    pub(crate) fn expired(&self, now_ms: i64) -> bool {
        self.expires_ms.is_some_and(|expires_ms| expires_ms <= now_ms)
    }

    /// Whether the password is the present one or one of the `size - 1` before it.
    pub(crate) fn used(&self, password: &str, size: usize) -> bool {
        let past = self.password.iter().filter(|_| self.expires_ms.is_none()).chain(&self.history);
        past.take(size).any(|old| old == password)
    }
}
