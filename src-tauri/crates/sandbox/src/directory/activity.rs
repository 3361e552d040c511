//! Monthly active users: who was, in which virtual month, and by what.
//!
//! AWS counts a person once in a calendar month. Its list of what counts is in the developer guide (quotas, "Monthly
//! active users"); what the list leaves open is told apart.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Why an operation makes a person active, or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Basis {
    /// AWS's list names it.
    Stated,
    /// AWS's list does not name it, older texts or the nature of the operation do.
    Treated,
    /// AWS says nothing: it may count.
    Possible,
}

impl Basis {
    /// Whether `operation` makes the person it is about active; `None` for what AWS does not count.
    ///
    /// Calls that an access token authorises are left out: AWS says that they alone add nobody.
    pub(crate) fn of(operation: &str) -> Option<Self> {
        match operation {
            "SignUp"
            | "AdminCreateUser"
            | "ConfirmSignUp"
            | "AdminConfirmSignUp"
            | "InitiateAuth"
            | "AdminInitiateAuth"
            | "RespondToAuthChallenge"
            | "AdminRespondToAuthChallenge"
            | "GetTokensFromRefreshToken"
            | "AdminUserGlobalSignOut"
            | "RevokeToken"
            | "ForgotPassword"
            | "ConfirmForgotPassword"
            | "AdminSetUserPassword"
            | "AdminUpdateUserAttributes"
            | "AdminDeleteUserAttributes"
            | "AdminAddUserToGroup"
            | "AdminRemoveUserFromGroup"
            | "AdminGetUser"
            | "login"
            | "signup"
            | "forgotPassword"
            | "oauth2/token"
            | "oauth2/idpresponse"
            | "oauth2/revoke" => Some(Self::Stated),
            "AdminDisableUser"
            | "AdminEnableUser"
            | "AdminDeleteUser"
            | "AdminSetUserMFAPreference"
            | "AdminSetUserSettings"
            | "AdminDeleteSoftwareToken"
            | "AdminForgetDevice"
            | "AdminUpdateDeviceStatus"
            | "AdminLinkProviderForUser"
            | "AdminDisableProviderForUser"
            | "AdminRevokeUserSession"
            | "ResendConfirmationCode" => Some(Self::Treated),
            "AdminListGroupsForUser"
            | "AdminListDevices"
            | "AdminGetDevice"
            | "AdminListUserAuthEvents"
            | "AdminUpdateAuthEventFeedback"
            | "UpdateAuthEventFeedback"
            | "AdminGetUserAuthFactors"
            | "AdminListUserSessions" => Some(Self::Possible),
            _ => None,
        }
    }
}

/// What made a person active in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Active {
    /// Pool id.
    pub user_pool_id: String,
    /// Username at that time: the person may be gone.
    pub username: String,
    /// The operation that did it first, by the strongest [`Basis`] so far.
    pub operation: String,
    /// When.
    pub at: Timestamp,
    /// Why it counts.
    pub basis: Basis,
    /// The dearest feature plan that the pool was on when the person was active: `LITE`, `ESSENTIALS` or `PLUS`.
    pub plan: String,
    /// Whether an identity of a SAML or OIDC provider belongs to the person.
    pub federated: bool,
}

/// Everyone who was active, by month (`2026-11`, UTC), pool and id.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Activity(BTreeMap<String, BTreeMap<String, BTreeMap<u32, Active>>>);

impl Activity {
    /// Notes that `id` was active. The first note of a month stays, unless a later one is surer or the plan dearer.
    pub(crate) fn note(&mut self, id: u32, active: Active) {
        let people = self.0.entry(month(active.at)).or_default().entry(active.user_pool_id.clone()).or_default();
        match people.get_mut(&id) {
            None => {
                people.insert(id, active);
            }
            Some(known) => {
                let plan = if dearness(&active.plan) > dearness(&known.plan) { &active.plan } else { &known.plan };
                let plan = plan.clone();
                let federated = known.federated || active.federated;
                if active.basis < known.basis {
                    *known = active;
                }
                known.plan = plan;
                known.federated = federated;
            }
        }
    }

    /// Everyone active in the month of `at`, by pool and id.
    pub(crate) fn in_month_of(&self, at: Timestamp) -> impl Iterator<Item = &Active> {
        self.0.get(&month(at)).into_iter().flat_map(BTreeMap::values).flat_map(BTreeMap::values)
    }
}

/// The UTC month of a time, as `2026-11`.
pub(crate) fn month(at: Timestamp) -> String {
    at.strftime("%Y-%m").to_string()
}

fn dearness(plan: &str) -> u8 {
    match plan {
        "PLUS" => 2,
        "LITE" => 0,
        _ => 1,
    }
}
