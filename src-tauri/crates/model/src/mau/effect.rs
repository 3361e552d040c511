//! Which operations make a user a monthly active user (Developer Guide, quotas, "Monthly active users").

use crate::call::MauEffect;

/// Whether an operation that went well has surely made its user active. One that begins a sign-in has not, because it may be
/// answered with a challenge: somebody who is asked for a password and goes away came near, and no more.
#[must_use]
pub fn surely_counts(operation: &str) -> bool {
    effect_of(operation) == MauEffect::MayBill && !["InitiateAuth", "AdminInitiateAuth"].contains(&operation)
}

/// Whether an event of threat protection (`SignIn` with `Pass`) says that its user was surely active. A new user counts
/// before anything is confirmed; a code that is sent again is not in AWS's list.
#[must_use]
pub fn event_counts(kind: &str, response: &str) -> bool {
    match kind {
        "SignUp" => response != "Fail",
        "SignIn" | "ForgotPassword" | "PasswordChange" => response == "Pass",
        _ => false,
    }
}

/// What an operation does to the count of the user whom it is about, by AWS's name (`AdminGetUser`) or CloudTrail's name of
/// a page (`Token_POST`). [`MauEffect::Free`] for what is not about one user and for names that we do not know to be.
///
/// Calls that a user's own access token authorises are free: AWS says that they alone count nobody; the sign-in that gave
/// the token did.
#[must_use]
pub fn effect_of(operation: &str) -> MauEffect {
    match operation {
        // Named by AWS.
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
        | "Token_POST" => MauEffect::MayBill,
        // Not in today's list: an older guide, or what the operation is, speaks for it.
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
        | "ResendConfirmationCode"
        // Reads of one user, of which AWS names only AdminGetUser.
        | "AdminListGroupsForUser"
        | "AdminListDevices"
        | "AdminGetDevice"
        | "AdminListUserAuthEvents"
        | "AdminUpdateAuthEventFeedback"
        | "AdminGetUserAuthFactors"
        | "AdminListUserSessions" => MauEffect::Undocumented,
        // Pages of managed login: the events do not tell whether the person came in.
        page if page.ends_with("_POST") || page.ends_with("Response_GET") => MauEffect::Undocumented,
        _ => MauEffect::Free,
    }
}
