//! The operations that change users and groups, and the priced reads of one user.

use model::call::{MauEffect, Operation, QuotaCategory};
use model::plan::Step;

use super::{bills, free};

/// Creates a user, or sends the invitation again.
pub const ADMIN_CREATE_USER: Operation =
    bills("AdminCreateUser", "cognito-idp:AdminCreateUser", QuotaCategory::UserCreation);

/// Sets attributes.
pub const ADMIN_UPDATE_USER_ATTRIBUTES: Operation =
    bills("AdminUpdateUserAttributes", "cognito-idp:AdminUpdateUserAttributes", QuotaCategory::UserUpdate);

/// Deletes attributes.
pub const ADMIN_DELETE_USER_ATTRIBUTES: Operation =
    bills("AdminDeleteUserAttributes", "cognito-idp:AdminDeleteUserAttributes", QuotaCategory::UserUpdate);

/// Lets a user sign in. AWS does not say whether it counts.
pub const ADMIN_ENABLE_USER: Operation =
    untold("AdminEnableUser", "cognito-idp:AdminEnableUser", QuotaCategory::UserUpdate);

/// Keeps a user from signing in. AWS does not say whether it counts.
pub const ADMIN_DISABLE_USER: Operation =
    untold("AdminDisableUser", "cognito-idp:AdminDisableUser", QuotaCategory::UserUpdate);

/// Confirms a user.
pub const ADMIN_CONFIRM_SIGN_UP: Operation =
    bills("AdminConfirmSignUp", "cognito-idp:AdminConfirmSignUp", QuotaCategory::UserCreation);

/// Ends a password. AWS names it as one that does not count.
pub const ADMIN_RESET_USER_PASSWORD: Operation =
    free("AdminResetUserPassword", "cognito-idp:AdminResetUserPassword", QuotaCategory::UserAccountRecovery);

/// Sets a password.
pub const ADMIN_SET_USER_PASSWORD: Operation =
    bills("AdminSetUserPassword", "cognito-idp:AdminSetUserPassword", QuotaCategory::UserAccountRecovery);

/// Signs a user out everywhere.
pub const ADMIN_USER_GLOBAL_SIGN_OUT: Operation =
    bills("AdminUserGlobalSignOut", "cognito-idp:AdminUserGlobalSignOut", QuotaCategory::UserUpdate);

/// Deletes a user. AWS does not say whether it counts.
pub const ADMIN_DELETE_USER: Operation =
    untold("AdminDeleteUser", "cognito-idp:AdminDeleteUser", QuotaCategory::UserUpdate);

/// Says which second factors are asked for. AWS does not say whether it counts.
pub const ADMIN_SET_USER_MFA_PREFERENCE: Operation =
    untold("AdminSetUserMFAPreference", "cognito-idp:AdminSetUserMFAPreference", QuotaCategory::UserResourceUpdate);

/// Lists a user's devices. AWS does not say whether it counts.
pub const ADMIN_LIST_DEVICES: Operation =
    untold("AdminListDevices", "cognito-idp:AdminListDevices", QuotaCategory::UserResourceRead);

/// Reads a user with their second factors. AWS names it as one that counts.
pub const ADMIN_GET_USER: Operation = bills("AdminGetUser", "cognito-idp:AdminGetUser", QuotaCategory::UserRead);

/// Lists a user's sign-ins, in the plan Plus. AWS does not say whether it counts.
pub const ADMIN_LIST_USER_AUTH_EVENTS: Operation =
    untold("AdminListUserAuthEvents", "cognito-idp:AdminListUserAuthEvents", QuotaCategory::UserResourceRead);

/// Says whether a sign-in was the user's own. AWS does not say whether it counts.
pub const ADMIN_UPDATE_AUTH_EVENT_FEEDBACK: Operation = untold(
    "AdminUpdateAuthEventFeedback",
    "cognito-idp:AdminUpdateAuthEventFeedback",
    QuotaCategory::UserResourceUpdate,
);

/// Forgets a device. AWS does not say whether it counts.
pub const ADMIN_FORGET_DEVICE: Operation =
    untold("AdminForgetDevice", "cognito-idp:AdminForgetDevice", QuotaCategory::UserResourceUpdate);

/// Deletes a user's authenticator app. AWS does not say whether it counts.
pub const ADMIN_DELETE_SOFTWARE_TOKEN: Operation =
    untold("AdminDeleteSoftwareToken", "cognito-idp:AdminDeleteSoftwareToken", QuotaCategory::UserResourceUpdate);

/// Links a provider's identity to a user. AWS does not say whether it counts.
pub const ADMIN_LINK_PROVIDER_FOR_USER: Operation =
    untold("AdminLinkProviderForUser", "cognito-idp:AdminLinkProviderForUser", QuotaCategory::UserUpdate);

/// Unlinks a provider's identity. AWS does not say whether it counts.
pub const ADMIN_DISABLE_PROVIDER_FOR_USER: Operation =
    untold("AdminDisableProviderForUser", "cognito-idp:AdminDisableProviderForUser", QuotaCategory::UserUpdate);

/// Adds a user to a group.
pub const ADMIN_ADD_USER_TO_GROUP: Operation =
    bills("AdminAddUserToGroup", "cognito-idp:AdminAddUserToGroup", QuotaCategory::UserUpdate);

/// Removes a user from a group.
pub const ADMIN_REMOVE_USER_FROM_GROUP: Operation =
    bills("AdminRemoveUserFromGroup", "cognito-idp:AdminRemoveUserFromGroup", QuotaCategory::UserUpdate);

/// Creates a group.
pub const CREATE_GROUP: Operation =
    free("CreateGroup", "cognito-idp:CreateGroup", QuotaCategory::UserPoolResourceUpdate);

/// Changes a group.
pub const UPDATE_GROUP: Operation =
    free("UpdateGroup", "cognito-idp:UpdateGroup", QuotaCategory::UserPoolResourceUpdate);

/// Deletes a group.
pub const DELETE_GROUP: Operation =
    free("DeleteGroup", "cognito-idp:DeleteGroup", QuotaCategory::UserPoolResourceUpdate);

/// All of them.
pub const WRITES: [Operation; 24] = [
    ADMIN_CREATE_USER,
    ADMIN_UPDATE_USER_ATTRIBUTES,
    ADMIN_DELETE_USER_ATTRIBUTES,
    ADMIN_ENABLE_USER,
    ADMIN_DISABLE_USER,
    ADMIN_CONFIRM_SIGN_UP,
    ADMIN_RESET_USER_PASSWORD,
    ADMIN_SET_USER_PASSWORD,
    ADMIN_USER_GLOBAL_SIGN_OUT,
    ADMIN_DELETE_USER,
    ADMIN_SET_USER_MFA_PREFERENCE,
    ADMIN_GET_USER,
    ADMIN_LIST_DEVICES,
    ADMIN_LIST_USER_AUTH_EVENTS,
    ADMIN_UPDATE_AUTH_EVENT_FEEDBACK,
    ADMIN_DELETE_SOFTWARE_TOKEN,
    ADMIN_FORGET_DEVICE,
    ADMIN_LINK_PROVIDER_FOR_USER,
    ADMIN_DISABLE_PROVIDER_FOR_USER,
    ADMIN_ADD_USER_TO_GROUP,
    ADMIN_REMOVE_USER_FROM_GROUP,
    CREATE_GROUP,
    UPDATE_GROUP,
    DELETE_GROUP,
];

/// The operation of a step.
#[must_use]
pub fn of_step(step: &Step) -> Operation {
    match step {
        Step::CreateUser(_) | Step::Resend { .. } => ADMIN_CREATE_USER,
        Step::UpdateAttributes { .. } => ADMIN_UPDATE_USER_ATTRIBUTES,
        Step::DeleteAttributes { .. } => ADMIN_DELETE_USER_ATTRIBUTES,
        Step::Enable => ADMIN_ENABLE_USER,
        Step::Disable => ADMIN_DISABLE_USER,
        Step::Confirm => ADMIN_CONFIRM_SIGN_UP,
        Step::ResetPassword => ADMIN_RESET_USER_PASSWORD,
        Step::SetPassword { .. } => ADMIN_SET_USER_PASSWORD,
        Step::SignOut => ADMIN_USER_GLOBAL_SIGN_OUT,
        Step::Delete => ADMIN_DELETE_USER,
        Step::RememberFactors => ADMIN_GET_USER,
        Step::SetMfa(_) => ADMIN_SET_USER_MFA_PREFERENCE,
        Step::DeleteSoftwareToken => ADMIN_DELETE_SOFTWARE_TOKEN,
        Step::RateSignIn { .. } => ADMIN_UPDATE_AUTH_EVENT_FEEDBACK,
        Step::ForgetDevice { .. } => ADMIN_FORGET_DEVICE,
        Step::Link { .. } => ADMIN_LINK_PROVIDER_FOR_USER,
        Step::Unlink { .. } => ADMIN_DISABLE_PROVIDER_FOR_USER,
        Step::AddToGroup { .. } => ADMIN_ADD_USER_TO_GROUP,
        Step::RemoveFromGroup { .. } => ADMIN_REMOVE_USER_FROM_GROUP,
        Step::CreateGroup(_) => CREATE_GROUP,
        Step::UpdateGroup(_) => UPDATE_GROUP,
        Step::DeleteGroup => DELETE_GROUP,
    }
}

const fn untold(name: &'static str, iam_action: &'static str, category: QuotaCategory) -> Operation {
    Operation { name, iam_action, category, mau: MauEffect::Undocumented }
}
