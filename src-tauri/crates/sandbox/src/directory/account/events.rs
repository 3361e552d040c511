//! The history of one person that threat protection keeps.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Most events that are kept of one person; older ones go.
const MOST: usize = 1_000;

/// `FeedbackValue` and who gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Feedback {
    pub(crate) value: String,
    pub(crate) provider: String,
    pub(crate) at_ms: i64,
}

/// `EventType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    SignIn,
    SignUp,
    ForgotPassword,
    PasswordChange,
    ResendCode,
}

/// One `AuthEventType`; fields hold the values of its enums as they go over the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    pub(crate) at_ms: i64,
    /// `Pass`, `Fail` or `InProgress`.
    pub(crate) response: String,
    /// `Password` or `Mfa`, each with `Success` or `Failure`.
    #[serde(default)]
    pub(crate) challenges: BTreeMap<String, String>,
    /// The address that the request said it came from.
    #[serde(default)]
    pub(crate) ip: Option<String>,
    #[serde(default)]
    pub(crate) feedback: Option<Feedback>,
}

/// The events of one person, the oldest first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Events {
    kept: Vec<Event>,
    pushed: u64,
}

impl Events {
    /// Adds the latest event.
    pub(crate) fn push(&mut self, event: Event) {
        if self.kept.len() >= MOST {
            self.kept.remove(0);
        }
        self.pushed += 1;
        self.kept.push(event);
    }

    /// All of them, the latest first, with their position among all that ever were.
    pub(crate) fn latest(&self) -> impl Iterator<Item = (u64, &Event)> {
        (1..=self.pushed).rev().zip(self.kept.iter().rev())
    }

    /// The event with this id.
    pub(crate) fn find(&mut self, id: &str) -> Option<&mut Event> {
        self.kept.iter_mut().find(|event| event.id == id)
    }
}
