//! What an operator wants done.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::item::kept;
use crate::GroupName;

/// What a person should know of users who are made without an invitation and without a password of ours.
pub const UNINVITED: &str = "Without an invitation their first password is one that nobody knows, and \u{201c}Forgot password\u{201d} \
                         is refused before they have signed in: nobody can sign in until you resend the invitation or set a \
                         password.";

/// Everything that can be done to users and groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Action {
    /// Creates a user.
    CreateUser(NewUser),
    /// Creates users from a file.
    CreateUsers {
        /// How the invitations are sent; empty for not at all.
        invite: BTreeSet<Delivery>,
    },
    /// Sends the invitation again to users who have never signed in; the temporary password changes.
    ResendInvitation {
        /// How; `None` for by e-mail where there is an address, else by SMS.
        by: Option<Delivery>,
    },
    /// Sets attributes to the same values for everybody.
    SetAttributes {
        /// The values, by AWS's names.
        attributes: BTreeMap<String, String>,
    },
    /// Replaces a text inside an attribute wherever it occurs.
    ReplaceInAttribute {
        /// The attribute.
        attribute: String,
        /// What is looked for, exactly.
        find: String,
        /// What takes its place.
        replace: String,
    },
    /// Copies one attribute to another for those who have it.
    CopyAttribute {
        /// From this one.
        from: String,
        /// To this one.
        to: String,
    },
    /// Deletes attributes.
    DeleteAttributes {
        /// Their names.
        attributes: BTreeSet<String>,
    },
    /// Lets users sign in.
    EnableUsers,
    /// Keeps users from signing in and ends their sessions.
    DisableUsers,
    /// Confirms users who have signed up.
    ConfirmUsers {
        /// Whether their e-mail address is marked as verified, too.
        verify_email: bool,
    },
    /// Ends passwords and sends codes with which users choose new ones.
    ResetPassword,
    /// Sets a password, which is handed over apart from the plan.
    SetPassword {
        /// Whether it stays, or must be changed at the next sign-in.
        permanent: bool,
    },
    /// Signs users out everywhere.
    SignOut,
    /// Deletes users.
    DeleteUsers,
    /// Sets which second factors are asked for.
    SetMfa {
        /// What is turned on and off.
        preference: MfaPreference,
        /// Whether each user's factors are looked at first, so that the change can be taken back.
        look_first: bool,
    },
    /// Forgets the authenticator app of users who have lost it; they set one up anew.
    ResetAuthenticator,
    /// Forgets a remembered device.
    ForgetDevice {
        /// Its key.
        device_key: String,
    },
    /// Tells threat protection whether a sign-in was the user's own (plan Plus).
    RateSignIn {
        /// The event's id.
        event: String,
        /// Whether it was their own.
        own: bool,
    },
    /// Links an identity of a provider to a user.
    LinkProvider {
        /// The provider's name in the pool.
        provider: String,
        /// Who the person is there.
        subject: String,
    },
    /// Unlinks an identity of a provider.
    UnlinkProvider {
        /// The provider's name in the pool.
        provider: String,
        /// Who the person is there.
        subject: String,
    },
    /// Adds users to a group.
    AddToGroup {
        /// The group.
        group: GroupName,
    },
    /// Removes users from a group.
    RemoveFromGroup {
        /// The group.
        group: GroupName,
    },
    /// Adds users to several groups and removes them from others.
    ChangeGroups(GroupMoves),
    /// Adds users to groups and removes them from others, each as is said of them.
    ArrangeGroups {
        /// What is said, by user name.
        moves: BTreeMap<String, GroupMoves>,
    },
    /// Creates a group.
    CreateGroup(GroupSettings),
    /// Changes a group. What is absent stays as it is.
    UpdateGroup(GroupSettings),
    /// Deletes a group; its members stay users.
    DeleteGroup {
        /// The group.
        group: GroupName,
    },
    /// Takes back what a job did.
    Undo {
        /// The job.
        job: String,
    },
}

impl Action {
    /// A short name for lists: `disable users`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::CreateUser(_) => "create user",
            Self::CreateUsers { .. } => "create users",
            Self::ResendInvitation { .. } => "resend invitation",
            Self::SetAttributes { .. } => "set attributes",
            Self::ReplaceInAttribute { .. } => "replace in attribute",
            Self::CopyAttribute { .. } => "copy attribute",
            Self::DeleteAttributes { .. } => "delete attributes",
            Self::EnableUsers => "enable users",
            Self::DisableUsers => "disable users",
            Self::ConfirmUsers { .. } => "confirm users",
            Self::ResetPassword => "reset password",
            Self::SetPassword { .. } => "set password",
            Self::SignOut => "sign out",
            Self::DeleteUsers => "delete users",
            Self::SetMfa { .. } => "set MFA preference",
            Self::ResetAuthenticator => "reset authenticator app",
            Self::ForgetDevice { .. } => "forget device",
            Self::RateSignIn { .. } => "rate sign-in",
            Self::LinkProvider { .. } => "link provider",
            Self::UnlinkProvider { .. } => "unlink provider",
            Self::AddToGroup { .. } => "add to group",
            Self::RemoveFromGroup { .. } => "remove from group",
            Self::ChangeGroups(_) | Self::ArrangeGroups { .. } => "change groups",
            Self::CreateGroup(_) => "create group",
            Self::UpdateGroup(_) => "update group",
            Self::DeleteGroup { .. } => "delete group",
            Self::Undo { .. } => "undo",
        }
    }

    /// Whether it is about users that exist, and so wants to know which.
    #[must_use]
    pub fn is_about_users(&self) -> bool {
        !matches!(
            self,
            Self::CreateUser(_)
                | Self::CreateUsers { .. }
                | Self::CreateGroup(_)
                | Self::UpdateGroup(_)
                | Self::DeleteGroup { .. }
                | Self::Undo { .. }
        )
    }

    /// The groups into or out of which it moves users.
    #[must_use]
    pub fn groups(&self) -> BTreeSet<&GroupName> {
        match self {
            Self::AddToGroup { group } | Self::RemoveFromGroup { group } => BTreeSet::from([group]),
            Self::ChangeGroups(moves) => moves.groups().collect(),
            Self::ArrangeGroups { moves } => moves.values().flat_map(GroupMoves::groups).collect(),
            _ => BTreeSet::new(),
        }
    }

    /// What a person should know before it is approved, as sentences.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let address = |name: &str| matches!(name, "email" | "phone_number");
        let unverified = match self {
            Self::SetAttributes { attributes } => {
                let verified =
                    |name: &String| attributes.get(&format!("{name}_verified")).is_some_and(|is| is == "true");
                attributes.keys().any(|name| address(name) && !verified(name))
            }
            Self::ReplaceInAttribute { attribute, .. } => address(attribute),
            Self::CopyAttribute { to, .. } => address(to),
            _ => false,
        };
        if unverified {
            notes.push(
                "A new address loses its verified mark. Where the pool wants addresses verified before they change, the old one \
                 stays until the person enters the code that is sent to the new one. Set the verified attribute to true as well \
                 to change it at once."
                    .to_owned(),
            );
        }
        match self {
            Self::DisableUsers => {
                notes.push("Tokens that are out still verify offline until they expire.".to_owned());
            }
            Self::SignOut => {
                notes.push("Access and ID tokens that are out still verify offline until they expire.".to_owned());
            }
            Self::ResetAuthenticator => notes.push(
                "Do it only for people of whom you know who they are. Whoever must have a second factor is asked to set one up at \
                 the next sign-in, with the password alone."
                    .to_owned(),
            ),
            Self::CreateUser(new) if new.invite.is_empty() && !new.own_password => notes.push(UNINVITED.to_owned()),
            Self::CreateUsers { invite } if invite.is_empty() => notes.push(UNINVITED.to_owned()),
            Self::SetPassword { .. } => {
                notes.push("Also a user of an identity provider gets a password of this pool by it.".to_owned());
            }
            _ => {}
        }
        notes
    }

    /// Whether a password has to be handed over with the approval. It is never part of a plan.
    #[must_use]
    pub fn needs_password(&self) -> bool {
        match self {
            Self::CreateUser(new) => new.own_password,
            Self::SetPassword { .. } => true,
            _ => false,
        }
    }
}

/// A user to be created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewUser {
    /// The user name; in pools that sign in by e-mail or phone that address.
    pub username: String,
    /// The attributes, by AWS's names.
    pub attributes: BTreeMap<String, String>,
    /// How the invitation is sent; empty for not at all.
    pub invite: BTreeSet<Delivery>,
    /// Whether the temporary password is ours, handed over apart from the plan; else Cognito makes one.
    pub own_password: bool,
}

/// A way to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Delivery {
    /// E-mail.
    Email,
    /// SMS.
    Sms,
}

impl Delivery {
    /// The attribute with the address that it goes to.
    #[must_use]
    pub fn attribute(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "phone_number",
        }
    }
}

/// A second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Factor {
    /// A code by SMS.
    Sms,
    /// A code of an authenticator app.
    Totp,
    /// A code by e-mail.
    Email,
}

impl Factor {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sms, Self::Totp, Self::Email];

    /// AWS's name of it as a user's setting: `SMS_MFA`, `SOFTWARE_TOKEN_MFA` or `EMAIL_OTP`.
    #[must_use]
    pub fn setting(self) -> &'static str {
        match self {
            Self::Sms => "SMS_MFA",
            Self::Totp => "SOFTWARE_TOKEN_MFA",
            Self::Email => "EMAIL_OTP",
        }
    }

    /// The one of AWS's name; `None` for one that we do not know.
    #[must_use]
    pub fn of_setting(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|factor| factor.setting() == name)
    }
}

/// Which second factors are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MfaPreference {
    /// On or off; factors that are not named stay as they are.
    pub factors: BTreeMap<Factor, bool>,
    /// The one that is asked for first; `None` for none.
    pub preferred: Option<Factor>,
}

/// Groups that somebody joins and leaves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupMoves {
    /// Those that they join.
    pub join: BTreeSet<GroupName>,
    /// Those that they leave.
    pub leave: BTreeSet<GroupName>,
}

impl GroupMoves {
    /// All of them.
    pub fn groups(&self) -> impl Iterator<Item = &GroupName> {
        self.join.iter().chain(&self.leave)
    }
}

/// A group as it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupSettings {
    /// Its name, which never changes.
    pub name: GroupName,
    /// What it is for; `None` says nothing about it, and an empty text takes it away.
    pub description: Option<String>,
    /// Lower wins; `None` says nothing about it.
    pub precedence: Option<u32>,
    /// The IAM role of its members; `None` says nothing about it.
    pub role_arn: Option<String>,
}

impl GroupSettings {
    /// A group's settings as they are.
    #[must_use]
    pub fn of(group: &crate::group::Group) -> Self {
        Self {
            name: group.name.clone(),
            description: group.description.as_deref().and_then(kept).map(str::to_owned),
            precedence: group.precedence,
            role_arn: group.role_arn.clone(),
        }
    }

    /// What AWS keeps of them: a description that is sent empty is none.
    #[must_use]
    pub fn kept(&self) -> Self {
        Self { description: self.description.as_deref().and_then(kept).map(str::to_owned), ..self.clone() }
    }
}
