//! What passwords and second factors must be like.

use super::{mfa, pool};
use crate::setting::{Area, Changing, Form, Setting};

use Area::Passwords;
use Changing::{Always, Elsewhere};
use Form::{Choice, Flag, Json, Number, Text};

pub(super) const SETTINGS: &[Setting] = &[
    pool!(
        Passwords,
        "Policies/PasswordPolicy/MinimumLength",
        "Shortest password",
        Number(6, 99),
        Always,
        "8",
        "Length does more than any mix of characters. It holds for passwords that are set from now on."
    ),
    pool!(
        Passwords,
        "Policies/PasswordPolicy/RequireLowercase",
        "Needs a lower-case letter",
        Flag,
        Always,
        "on in a new pool",
        "A new password has at least one letter from a to z."
    ),
    pool!(
        Passwords,
        "Policies/PasswordPolicy/RequireUppercase",
        "Needs an upper-case letter",
        Flag,
        Always,
        "on in a new pool",
        "A new password has at least one letter from A to Z."
    ),
    pool!(
        Passwords,
        "Policies/PasswordPolicy/RequireNumbers",
        "Needs a digit",
        Flag,
        Always,
        "on in a new pool",
        "A new password has at least one digit."
    ),
    pool!(
        Passwords,
        "Policies/PasswordPolicy/RequireSymbols",
        "Needs a symbol",
        Flag,
        Always,
        "on in a new pool",
        "A new password has at least one special character."
    ),
    pool!(
        Passwords,
        "Policies/PasswordPolicy/PasswordHistorySize",
        "Former passwords that are refused",
        Number(0, 24),
        Always,
        "0",
        "So many former passwords cannot be set again. Needs the plan Essentials."
    ),
    pool!(
        Passwords,
        "Policies/PasswordPolicy/TemporaryPasswordValidityDays",
        "Temporary passwords hold for (days)",
        Number(0, 365),
        Always,
        "7",
        "After that many days an invitation has to be sent again. 0 means 7."
    ),
    pool!(
        Passwords,
        "MfaConfiguration",
        "Second factor (in the pool's description)",
        Choice(&["OFF", "OPTIONAL", "ON"]),
        Elsewhere("Change it with the settings of second factors, below."),
        "OFF",
        "The same as the second factor below, as DescribeUserPool tells it."
    ),
    mfa!(
        "MfaConfiguration",
        "Second factor",
        Choice(&["OFF", "OPTIONAL", "ON"]),
        "OFF",
        "ON asks everybody who signs in with a password; OPTIONAL asks who has set one up."
    ),
    mfa!(
        "SoftwareTokenMfaConfiguration/Enabled",
        "Authenticator apps",
        Flag,
        "off",
        "A code from an app on the telephone (TOTP): free, works without a network, and cannot be diverted."
    ),
    mfa!(
        "SmsMfaConfiguration/SmsAuthenticationMessage",
        "Text of the code by SMS",
        Text,
        "Your authentication code is {####}.",
        "{####} stands for the code."
    ),
    mfa!(
        "SmsMfaConfiguration/SmsConfiguration",
        "Second factor by SMS",
        Json,
        "off",
        "Codes by SMS cost money, and a stolen number receives them too. This is the role with which Cognito sends."
    ),
    mfa!(
        "EmailMfaConfiguration/Message",
        "Text of the code by e-mail",
        Text,
        "off",
        "A second factor by e-mail is on where there is a text or subject. Needs the plan Essentials and SES."
    ),
    mfa!(
        "EmailMfaConfiguration/Subject",
        "Subject of the code by e-mail",
        Text,
        "Cognito's own",
        "The subject of that message."
    ),
    mfa!(
        "WebAuthnConfiguration/RelyingPartyId",
        "Passkeys belong to",
        Text,
        "the pool's own domain",
        "The domain that passkeys are made for. With another domain, those that exist work no more."
    ),
    mfa!(
        "WebAuthnConfiguration/UserVerification",
        "Passkeys check the person",
        Choice(&["preferred", "required"]),
        "preferred",
        "required has the device ask for a fingerprint, a face or a PIN each time."
    ),
    mfa!(
        "WebAuthnConfiguration/FactorConfiguration",
        "Passkeys count as",
        Choice(&["SINGLE_FACTOR", "MULTI_FACTOR_WITH_USER_VERIFICATION"]),
        "SINGLE_FACTOR",
        "Whether a passkey that checks the person counts as both factors."
    ),
];
