//! The passkeys of one person.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::authentication::passkeys::PublicKey;
use crate::protocol::json::Epoch;

/// Most passkeys of one person.
const MOST: usize = 20;

/// A passkey that was registered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Passkey {
    /// The credential's id in base64url.
    pub(crate) id: String,
    pub(crate) key: PublicKey,
    /// How often the authenticator says that it was used; 0 for those that do not count.
    pub(crate) uses: u32,
    pub(crate) relying_party: String,
    /// `platform` or `cross-platform`, where the client told it.
    pub(crate) attachment: Option<String>,
    pub(crate) transports: Vec<String>,
    pub(crate) created_ms: i64,
}

impl Passkey {
    /// `WebAuthnCredentialDescription`.
    pub(crate) fn shown(&self) -> Value {
        let mut out = json!({
            "CredentialId": self.id,
            "FriendlyCredentialName": "Unknown Passkey Provider",
            "RelyingPartyId": self.relying_party,
            "AuthenticatorTransports": self.transports,
            "CreatedAt": Epoch(self.created_ms),
        });
        if let Some(attachment) = &self.attachment {
            out["AuthenticatorAttachment"] = attachment.clone().into();
        }
        out
    }

    /// `PublicKeyCredentialDescriptorJSON`.
    pub(crate) fn descriptor(&self) -> Value {
        json!({ "type": "public-key", "id": self.id, "transports": self.transports })
    }

    /// How tokens call it: a key of this device, or one that is carried along.
    pub(crate) fn method(&self) -> &'static str {
        if self.attachment.as_deref() == Some("cross-platform") { "hwk" } else { "swk" }
    }
}

/// A registration that waits for the authenticator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Registration {
    /// In base64url.
    pub(crate) challenge: String,
    pub(crate) client_id: String,
    pub(crate) expires_ms: i64,
}

/// All of one person.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Passkeys {
    pub(crate) registered: Vec<Passkey>,
    pub(crate) waiting: Option<Registration>,
}

impl Passkeys {
    /// Whether there is no room for one more.
    pub(crate) fn full(&self) -> bool {
        self.registered.len() >= MOST
    }

    /// Those for a relying party.
    pub(crate) fn of<'a>(&'a self, relying_party: &'a str) -> impl Iterator<Item = &'a Passkey> {
        self.registered.iter().filter(move |passkey| passkey.relying_party == relying_party)
    }

    /// Removes one; `false` when it is not there.
    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let before = self.registered.len();
        self.registered.retain(|passkey| passkey.id != id);
        self.registered.len() < before
    }
}
