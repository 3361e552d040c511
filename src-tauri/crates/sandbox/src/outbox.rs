//! The messages that a real pool would send, kept for tests and people to read: no message ever leaves the sandbox.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// Most messages that are kept; older ones go.
const MOST: usize = 10_000;

/// How a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Channel {
    /// Text message.
    Sms,
    /// E-mail.
    Email,
}

impl Channel {
    /// `DeliveryMedium`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "SMS",
            Self::Email => "EMAIL",
        }
    }
}

/// Why a message is sent: the part of a trigger source after `CustomMessage_`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Occasion {
    /// Confirms a sign-up.
    SignUp,
    /// Invites with a temporary password.
    AdminCreateUser,
    /// Confirms a sign-up, once more.
    ResendCode,
    /// Resets a password.
    ForgotPassword,
    /// Verifies a changed address or number.
    UpdateUserAttribute,
    /// Verifies an address or number on demand.
    VerifyUserAttribute,
    /// Signs in: a second factor or a one-time password.
    Authentication,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Id of the pool that sent it.
    pub pool: String,
    /// Username of the person it is for.
    pub username: String,
    /// Address or number.
    pub to: String,
    /// How it travels.
    pub channel: Channel,
    /// Why it is sent.
    pub occasion: Occasion,
    /// The code, or for an invitation the temporary password; `None` for an invitation without a password.
    pub code: Option<String>,
    /// Subject of an e-mail.
    #[serde(default)]
    pub subject: Option<String>,
    /// The text, with the code in it.
    #[serde(default)]
    pub text: String,
    /// Virtual time, milliseconds since 1970.
    pub sent_ms: i64,
}

/// The messages sent, the oldest first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Outbox(VecDeque<Message>);

impl Outbox {
    /// Keeps a message.
    pub(crate) fn send(&mut self, message: Message) {
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back(message);
    }

    /// All of them, the oldest first.
    pub(crate) fn messages(&self) -> impl Iterator<Item = &Message> {
        self.0.iter()
    }
}
