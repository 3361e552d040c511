//! Who signs in with what, and how accounts come to be.

use super::pool;
use crate::setting::{Area, Changing, Form, Setting};

use Area::{SignIn, SignUp};
use Changing::{Always, Elsewhere, Never};
use Form::{Choice, Flag, Json, Number, Texts};

const CONTACTS: &[&str] = &["email", "phone_number"];

pub(super) const SETTINGS: &[Setting] = &[
    // Sign-in
    pool!(
        SignIn,
        "UsernameAttributes",
        "Sign in with",
        Texts(CONTACTS),
        Never,
        "a user name",
        "People sign in with this address or number instead of a user name, which Cognito then makes up."
    ),
    pool!(
        SignIn,
        "AliasAttributes",
        "Also sign in with",
        Texts(&["email", "phone_number", "preferred_username"]),
        Never,
        "nothing else",
        "Besides the user name, people may sign in with these once they are verified."
    ),
    pool!(
        SignIn,
        "UsernameConfiguration",
        "User names and capital letters",
        Json,
        Never,
        "capital letters matter",
        "Whether Anna and anna are two accounts. Where capital letters matter, one person easily gets two."
    ),
    pool!(
        SignIn,
        "Policies/SignInPolicy/AllowedFirstAuthFactors",
        "First factors",
        Texts(&["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"]),
        Always,
        "PASSWORD",
        "What people may begin to sign in with where a client lets them choose (USER_AUTH)."
    ),
    pool!(
        SignIn,
        "DeviceConfiguration/ChallengeRequiredOnNewDevice",
        "Remembered devices skip the second factor",
        Flag,
        Always,
        "off",
        "People are asked for a second factor on new devices only. Without device settings, devices are not remembered."
    ),
    pool!(
        SignIn,
        "DeviceConfiguration/DeviceOnlyRememberedOnUserPrompt",
        "People choose which devices are remembered",
        Flag,
        Always,
        "off",
        "When off, every device that an app registers is remembered."
    ),
    pool!(
        SignIn,
        "AccountRecoverySetting/RecoveryMechanisms",
        "Forgotten passwords",
        Json,
        Always,
        "a telephone before an e-mail address",
        "Where the code for a new password goes, in order of priority. admin_only lets nobody help themselves."
    ),
    // Sign-up
    pool!(
        SignUp,
        "AdminCreateUserConfig/AllowAdminCreateUserOnly",
        "Only administrators create users",
        Flag,
        Always,
        "off",
        "When off, anybody who knows a client's id can make an account."
    ),
    pool!(
        SignUp,
        "AdminCreateUserConfig/UnusedAccountValidityDays",
        "Invitations hold for (older field)",
        Number(0, 365),
        Elsewhere("TemporaryPasswordValidityDays took its place; change that."),
        "7 days",
        "How long a temporary password holds, as older pools say it."
    ),
    pool!(
        SignUp,
        "AutoVerifiedAttributes",
        "Verify at sign-up",
        Texts(CONTACTS),
        Always,
        "nothing",
        "Cognito sends a code to these when an account is made, and marks them as verified when it comes back."
    ),
    pool!(
        SignUp,
        "UserAttributeUpdateSettings/AttributesRequireVerificationBeforeUpdate",
        "Keep the old value until the new one is verified",
        Texts(CONTACTS),
        Always,
        "nothing",
        "Whoever changes such an attribute keeps signing in with the old value until a code has proved the new one."
    ),
    pool!(
        SignUp,
        "SchemaAttributes",
        "Attributes",
        Json,
        Elsewhere(
            "Custom attributes can be added (AddCustomAttributes); none can be taken away, renamed, or made mutable."
        ),
        "the standard ones",
        "What a user can have: standard and custom attributes, which of them are required, and which can change."
    ),
    pool!(
        SignUp,
        "DcrConfiguration/EnableStatus",
        "Dynamic client registration",
        Choice(&["ENABLED", "DISABLED"]),
        Always,
        "DISABLED",
        "Whether programs may register app clients for themselves (RFC 7591)."
    ),
    pool!(
        SignUp,
        "DcrConfiguration/OpenDcrEnabled",
        "Registration without credentials",
        Flag,
        Always,
        "off",
        "Anybody may register an app client, and with client credentials mint tokens that you pay for."
    ),
    pool!(
        SignUp,
        "DcrConfiguration/AuthenticatedGrantTypes",
        "Grants of registered clients",
        Texts(&["code", "implicit", "client_credentials"]),
        Always,
        "none",
        "Grants that whoever registers with credentials may ask for."
    ),
    pool!(
        SignUp,
        "DcrConfiguration/OpenDcrGrantTypes",
        "Grants of strangers' clients",
        Texts(&["code", "implicit", "client_credentials"]),
        Always,
        "none",
        "Grants that whoever registers without credentials may ask for."
    ),
    pool!(
        SignUp,
        "DcrConfiguration/AllowedScopes",
        "Scopes of registered clients",
        Texts(&[]),
        Always,
        "none",
        "Scopes that a registered client may ask for."
    ),
];
