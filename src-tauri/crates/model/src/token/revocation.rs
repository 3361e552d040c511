//! What was seen of a token's end before it expires. The token itself never tells.

use jiff::Timestamp;

use super::judge::span;
use super::verdict::{Check, Outcome};

/// What was seen of a token, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The refresh token that it came with was revoked (`RevokeToken`).
    Revoked(Timestamp),
    /// Its user was signed out everywhere (`GlobalSignOut`).
    SignedOut(Timestamp),
    /// Cognito refused it, as one that was revoked.
    Refused(Timestamp),
    /// Cognito took it.
    Taken(Timestamp),
}

impl Standing {
    /// Whether it ends the token. What has ended stays ended.
    #[must_use]
    pub fn is_end(self) -> bool {
        !matches!(self, Self::Taken(_))
    }

    /// What is known of the revocation at `now`, in seconds since 1970.
    pub(super) fn check(seen: Option<Self>, now: i64) -> Check {
        let name = "revocation";
        let ago = |at: Timestamp| span(now - at.as_second());
        let offline = "Cognito's own operations refuse it; who verifies it offline takes it until it expires.";
        let (outcome, sentence) = match seen {
            None => (
                Outcome::Unknown,
                "Unknowable offline: a token that was revoked or signed out looks the same, and only Cognito's own operations \
                 refuse it before it expires."
                    .to_owned(),
            ),
            Some(Self::Revoked(at)) => {
                (Outcome::Fail, format!("Its refresh token was revoked here {} ago. {offline}", ago(at)))
            }
            Some(Self::SignedOut(at)) => {
                (Outcome::Fail, format!("Its user was signed out everywhere from here {} ago. {offline}", ago(at)))
            }
            Some(Self::Refused(at)) => {
                (Outcome::Fail, format!("Cognito refused it {} ago as a token that was revoked. {offline}", ago(at)))
            }
            Some(Self::Taken(at)) => {
                (Outcome::Pass, format!("Cognito took it {} ago; what happened since is not known.", ago(at)))
            }
        };
        Check::new(name, outcome, sentence)
    }
}
