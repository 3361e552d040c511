//! One call that changes something, as data.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::action::{Delivery, GroupSettings, MfaPreference, NewUser};
use super::item::{Change, flag_of, is_about_factors};
use crate::GroupName;
use crate::call::{MauEffect, QuotaCategory};
use crate::mau::effect_of;

/// One call about one user or group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Step {
    /// `AdminCreateUser`.
    CreateUser(NewUser),
    /// `AdminCreateUser` with `RESEND`.
    Resend {
        /// How the invitation is sent.
        by: Delivery,
    },
    /// `AdminUpdateUserAttributes`.
    UpdateAttributes {
        /// The values.
        attributes: BTreeMap<String, String>,
    },
    /// `AdminDeleteUserAttributes`.
    DeleteAttributes {
        /// The names.
        attributes: BTreeSet<String>,
    },
    /// `AdminEnableUser`.
    Enable,
    /// `AdminDisableUser`.
    Disable,
    /// `AdminConfirmSignUp`.
    Confirm,
    /// `AdminResetUserPassword`.
    ResetPassword,
    /// `AdminSetUserPassword`.
    SetPassword {
        /// Whether it stays.
        permanent: bool,
    },
    /// `AdminUserGlobalSignOut`.
    SignOut,
    /// `AdminDeleteUser`.
    Delete,
    /// `AdminGetUser`: which second factors there are is kept, so that they can be set back.
    RememberFactors,
    /// `AdminSetUserMFAPreference`.
    SetMfa(MfaPreference),
    /// `AdminDeleteSoftwareToken`.
    DeleteSoftwareToken,
    /// `AdminUpdateAuthEventFeedback`.
    RateSignIn {
        /// The event's id.
        event: String,
        /// Whether the sign-in was the user's own.
        own: bool,
    },
    /// `AdminForgetDevice`.
    ForgetDevice {
        /// The device.
        device_key: String,
    },
    /// `AdminLinkProviderForUser`.
    Link {
        /// The provider.
        provider: String,
        /// Who the person is there.
        subject: String,
    },
    /// `AdminDisableProviderForUser`.
    Unlink {
        /// The provider.
        provider: String,
        /// Who the person is there.
        subject: String,
    },
    /// `AdminAddUserToGroup`.
    AddToGroup {
        /// The group.
        group: GroupName,
    },
    /// `AdminRemoveUserFromGroup`.
    RemoveFromGroup {
        /// The group.
        group: GroupName,
    },
    /// `CreateGroup`.
    CreateGroup(GroupSettings),
    /// `UpdateGroup`.
    UpdateGroup(GroupSettings),
    /// `DeleteGroup`.
    DeleteGroup,
}

/// Whether something can be taken back. The worst of several is the greatest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "undo", rename_all = "camelCase")]
pub enum Undo {
    /// Everything is as before.
    Exact,
    /// Nearly everything.
    Approximate {
        /// What is not.
        why: String,
    },
    /// It cannot be taken back.
    Impossible {
        /// Why not.
        why: String,
    },
}

impl Step {
    /// AWS's name of the operation.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        match self {
            Self::CreateUser(_) | Self::Resend { .. } => "AdminCreateUser",
            Self::UpdateAttributes { .. } => "AdminUpdateUserAttributes",
            Self::DeleteAttributes { .. } => "AdminDeleteUserAttributes",
            Self::Enable => "AdminEnableUser",
            Self::Disable => "AdminDisableUser",
            Self::Confirm => "AdminConfirmSignUp",
            Self::ResetPassword => "AdminResetUserPassword",
            Self::SetPassword { .. } => "AdminSetUserPassword",
            Self::SignOut => "AdminUserGlobalSignOut",
            Self::Delete => "AdminDeleteUser",
            Self::RememberFactors => "AdminGetUser",
            Self::SetMfa(_) => "AdminSetUserMFAPreference",
            Self::DeleteSoftwareToken => "AdminDeleteSoftwareToken",
            Self::RateSignIn { .. } => "AdminUpdateAuthEventFeedback",
            Self::ForgetDevice { .. } => "AdminForgetDevice",
            Self::Link { .. } => "AdminLinkProviderForUser",
            Self::Unlink { .. } => "AdminDisableProviderForUser",
            Self::AddToGroup { .. } => "AdminAddUserToGroup",
            Self::RemoveFromGroup { .. } => "AdminRemoveUserFromGroup",
            Self::CreateGroup(_) => "CreateGroup",
            Self::UpdateGroup(_) => "UpdateGroup",
            Self::DeleteGroup => "DeleteGroup",
        }
    }

    /// The quota that it draws on.
    #[must_use]
    pub fn category(&self) -> QuotaCategory {
        match self {
            Self::CreateUser(_) | Self::Resend { .. } | Self::Confirm => QuotaCategory::UserCreation,
            Self::ResetPassword | Self::SetPassword { .. } => QuotaCategory::UserAccountRecovery,
            Self::RememberFactors => QuotaCategory::UserRead,
            Self::SetMfa(_) | Self::DeleteSoftwareToken | Self::RateSignIn { .. } | Self::ForgetDevice { .. } => {
                QuotaCategory::UserResourceUpdate
            }
            Self::CreateGroup(_) | Self::UpdateGroup(_) | Self::DeleteGroup => QuotaCategory::UserPoolResourceUpdate,
            _ => QuotaCategory::UserUpdate,
        }
    }

    /// Whether it may make the user billable.
    #[must_use]
    pub fn effect(&self) -> MauEffect {
        effect_of(self.operation())
    }

    /// The group that it moves a user into or out of; `None` for every other call.
    #[must_use]
    pub fn moves(&self) -> Option<&GroupName> {
        match self {
            Self::AddToGroup { group } | Self::RemoveFromGroup { group } => Some(group),
            _ => None,
        }
    }

    /// The second factors that it sets; `None` for every other call.
    #[must_use]
    pub fn factors(&self) -> Option<&MfaPreference> {
        match self {
            Self::SetMfa(preference) => Some(preference),
            _ => None,
        }
    }

    /// Whether it makes a change, or its reverse, and leaves the user or group.
    #[must_use]
    pub fn touches(&self, change: &Change) -> bool {
        let field = change.field.as_str();
        match self {
            Self::Enable | Self::Disable => field == "enabled",
            Self::Confirm | Self::ResetPassword | Self::SetPassword { .. } => field == "status",
            Self::AddToGroup { group } | Self::RemoveFromGroup { group } => {
                let named = |name: &Option<String>| name.as_deref() == Some(group.as_str());
                field == "group" && (named(&change.before) || named(&change.after))
            }
            Self::CreateGroup(_) | Self::UpdateGroup(_) => matches!(field, "description" | "precedence" | "role"),
            Self::CreateUser(NewUser { attributes, .. }) | Self::UpdateAttributes { attributes } => {
                is_among(attributes.keys(), field)
            }
            Self::DeleteAttributes { attributes } => is_among(attributes.iter(), field),
            Self::SetMfa(_) => is_about_factors(field),
            _ => false,
        }
    }

    /// Whether making the call twice leaves everything as once does: no second message, no password or address that is
    /// not the person's own any more, no app that they have set up since.
    #[must_use]
    pub fn is_idempotent(&self) -> bool {
        match self {
            Self::CreateUser(_)
            | Self::Resend { .. }
            | Self::ResetPassword
            | Self::SetPassword { .. }
            | Self::DeleteSoftwareToken => false,
            Self::UpdateAttributes { attributes } => {
                !attributes.keys().any(|name| matches!(name.as_str(), "email" | "phone_number"))
            }
            _ => true,
        }
    }

    /// Whether it can be taken back, and why not.
    #[must_use]
    pub fn undo(&self) -> Undo {
        let impossible = |why: &str| Undo::Impossible { why: why.to_owned() };
        let approximate = |why: &str| Undo::Approximate { why: why.to_owned() };
        match self {
            Self::UpdateAttributes { attributes } if sets_unverified(attributes) => approximate(
                "an address gets its verified mark back, but a code that was sent to the new one stays sent",
            ),
            Self::UpdateAttributes { .. }
            | Self::DeleteAttributes { .. }
            | Self::RememberFactors
            | Self::Enable
            | Self::Link { .. }
            | Self::AddToGroup { .. }
            | Self::RemoveFromGroup { .. } => Undo::Exact,
            Self::Unlink { .. } => approximate(
                "it can be linked again only until the person signs in at the provider: by that they get a user of their own",
            ),
            Self::Disable => approximate("the sessions that it ended stay ended"),
            Self::UpdateGroup(_) => approximate(
                "a precedence or role that the group did not have before stays: AWS documents no way to take it away",
            ),
            Self::CreateGroup(_) => approximate("the group is deleted again; who joined it meanwhile leaves it"),
            Self::DeleteGroup => {
                approximate("the group is created anew and its members are added again, each with a call that may bill")
            }
            Self::CreateUser(new) if new.invite.is_empty() => {
                approximate("the user is deleted again, but has been counted")
            }
            Self::CreateUser(_) => approximate("the user is deleted again, but the invitation was sent"),
            Self::Resend { .. } => impossible("a message that was sent cannot be taken back"),
            Self::Confirm => impossible("a confirmed user cannot become unconfirmed"),
            Self::ResetPassword => impossible("the old password is gone and the message was sent"),
            Self::SetPassword { .. } => impossible("the old password cannot be read and so not be set again"),
            Self::SignOut => impossible("the sessions are over"),
            Self::Delete => impossible(
                "sub, password and second factors are gone; a record is kept, from which a new user can be made",
            ),
            Self::SetMfa(_) => impossible(
                "which factors were preferred before is not known; it can be looked at first, by a call that bills",
            ),
            Self::DeleteSoftwareToken => impossible("the app's secret is gone, and the person has to set one up anew"),
            Self::RateSignIn { .. } => impossible("what was said before is not known; say the opposite"),
            Self::ForgetDevice { .. } => impossible("a forgotten device has to be remembered at a new sign-in"),
        }
    }
}

/// Whether an address is set without being called verified, so that AWS may send a code to it.
fn sets_unverified(attributes: &BTreeMap<String, String>) -> bool {
    let verified = |flag: &str| attributes.get(flag).is_some_and(|is| is == "true");
    attributes.iter().any(|(name, value)| !value.is_empty() && flag_of(name).is_some_and(|flag| !verified(flag)))
}

/// Whether a field is one of these attributes, or the verified flag of one.
fn is_among<'a>(mut attributes: impl Iterator<Item = &'a String>, field: &str) -> bool {
    attributes.any(|name| name == field || flag_of(name) == Some(field))
}
