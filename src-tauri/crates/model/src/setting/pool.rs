//! The settings of `DescribeUserPool` and `GetUserPoolMfaConfig`.

use super::{Area, Changing, Form, Setting};

use Area::{Domain, Facts, Messages, Passwords, Plan, Protection, SignIn, SignUp, Tokens, Triggers};
use Changing::{Always, Elsewhere, Forward, Never, Told};
use Form::{Choice, Flag, Json, Number, Text, Texts};

/// One of `DescribeUserPool`.
macro_rules! pool {
    ($area:expr, $pointer:literal, $title:literal, $form:expr, $changing:expr, $default:literal, $what:literal) => {
        Setting {
            area: $area,
            operation: "DescribeUserPool",
            pointer: concat!("/UserPool/", $pointer),
            title: $title,
            what: $what,
            default: $default,
            changing: $changing,
            form: $form,
        }
    };
}

/// One of `GetUserPoolMfaConfig`.
macro_rules! mfa {
    ($pointer:literal, $title:literal, $form:expr, $default:literal, $what:literal) => {
        Setting {
            area: Passwords,
            operation: "GetUserPoolMfaConfig",
            pointer: concat!("/", $pointer),
            title: $title,
            what: $what,
            default: $default,
            changing: Always,
            form: $form,
        }
    };
}

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
    // Passwords and second factors
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
    // Messages
    pool!(
        Messages,
        "EmailConfiguration/EmailSendingAccount",
        "E-mail is sent by",
        Choice(&["COGNITO_DEFAULT", "DEVELOPER"]),
        Always,
        "COGNITO_DEFAULT",
        "Cognito's own sender stops after 50 messages a day for the whole account; DEVELOPER sends through your SES."
    ),
    pool!(
        Messages,
        "EmailConfiguration/SourceArn",
        "SES identity",
        Text,
        Always,
        "none",
        "The verified identity of SES that messages are sent with."
    ),
    pool!(
        Messages,
        "EmailConfiguration/From",
        "From",
        Text,
        Always,
        "no-reply@verificationemail.com",
        "The sender that people see."
    ),
    pool!(Messages, "EmailConfiguration/ReplyToEmailAddress", "Reply to", Text, Always, "none", "Where answers go."),
    pool!(
        Messages,
        "EmailConfiguration/ConfigurationSet",
        "SES configuration set",
        Text,
        Always,
        "none",
        "Where SES tells what became of messages."
    ),
    pool!(
        Messages,
        "EmailConfigurationFailure",
        "E-mail cannot be sent because",
        Text,
        Told,
        "",
        "Why SES refuses to send for this pool, as AWS tells it."
    ),
    pool!(
        Messages,
        "SmsConfiguration",
        "SMS is sent by",
        Json,
        Forward("Once there is a configuration it can be changed and not taken away."),
        "nobody",
        "The role with which Cognito sends SMS, its external id and its Region."
    ),
    pool!(
        Messages,
        "SmsConfigurationFailure",
        "SMS cannot be sent because",
        Text,
        Told,
        "",
        "Why SNS refuses to send for this pool, as AWS tells it."
    ),
    pool!(
        Messages,
        "VerificationMessageTemplate/DefaultEmailOption",
        "Addresses are verified by",
        Choice(&["CONFIRM_WITH_CODE", "CONFIRM_WITH_LINK"]),
        Always,
        "CONFIRM_WITH_CODE",
        "A code to type, or a link to follow."
    ),
    pool!(
        Messages,
        "VerificationMessageTemplate/EmailSubject",
        "Subject of the code",
        Text,
        Always,
        "Your verification code",
        "The subject of the message with the code."
    ),
    pool!(
        Messages,
        "VerificationMessageTemplate/EmailMessage",
        "Message with the code",
        Text,
        Always,
        "Your verification code is {####}",
        "{####} stands for the code."
    ),
    pool!(
        Messages,
        "VerificationMessageTemplate/EmailSubjectByLink",
        "Subject of the link",
        Text,
        Always,
        "Your verification link",
        "The subject of the message with the link."
    ),
    pool!(
        Messages,
        "VerificationMessageTemplate/EmailMessageByLink",
        "Message with the link",
        Text,
        Always,
        "Please click the link below to verify your email address. {##Verify Email##}",
        "{##words##} becomes the link."
    ),
    pool!(
        Messages,
        "VerificationMessageTemplate/SmsMessage",
        "SMS with the code",
        Text,
        Always,
        "Your verification code is {####}",
        "{####} stands for the code."
    ),
    pool!(
        Messages,
        "EmailVerificationSubject",
        "Subject of the code (older field)",
        Text,
        Elsewhere("The template's subject took its place; change that."),
        "",
        "The same as the template's subject."
    ),
    pool!(
        Messages,
        "EmailVerificationMessage",
        "Message with the code (older field)",
        Text,
        Elsewhere("The template's message took its place; change that."),
        "",
        "The same as the template's message."
    ),
    pool!(
        Messages,
        "SmsVerificationMessage",
        "SMS with the code (older field)",
        Text,
        Elsewhere("The template's SMS took its place; change that."),
        "",
        "The same as the template's SMS."
    ),
    pool!(
        Messages,
        "SmsAuthenticationMessage",
        "SMS with a second factor",
        Text,
        Always,
        "Your authentication code is {####}",
        "{####} stands for the code."
    ),
    pool!(
        Messages,
        "AdminCreateUserConfig/InviteMessageTemplate/EmailSubject",
        "Subject of invitations",
        Text,
        Always,
        "Your temporary password",
        "The subject when an administrator creates a user."
    ),
    pool!(
        Messages,
        "AdminCreateUserConfig/InviteMessageTemplate/EmailMessage",
        "Invitations by e-mail",
        Text,
        Always,
        "Your username is {username} and temporary password is {####}",
        "{username} and {####} stand for the name and the temporary password; both have to be there."
    ),
    pool!(
        Messages,
        "AdminCreateUserConfig/InviteMessageTemplate/SMSMessage",
        "Invitations by SMS",
        Text,
        Always,
        "Your username is {username} and temporary password is {####}",
        "{username} and {####} stand for the name and the temporary password; both have to be there."
    ),
    // Protection
    pool!(
        Protection,
        "UserPoolAddOns/AdvancedSecurityMode",
        "Threat protection",
        Choice(&["OFF", "AUDIT", "ENFORCED"]),
        Always,
        "OFF",
        "AUDIT only writes down risky sign-ins, ENFORCED acts on them. Needs the plan Plus."
    ),
    pool!(
        Protection,
        "UserPoolAddOns/AdvancedSecurityAdditionalFlows/CustomAuthMode",
        "Threat protection of custom sign-in",
        Choice(&["AUDIT", "ENFORCED"]),
        Always,
        "off",
        "The same for sign-ins that the pool's own triggers decide."
    ),
    // Tokens
    pool!(
        Tokens,
        "IssuerConfiguration/Type",
        "Issuer",
        Choice(&["ORIGINAL", "UPDATED"]),
        Always,
        "ORIGINAL",
        "The address that tokens name as their issuer. Programs that check the other one refuse every token."
    ),
    pool!(
        Tokens,
        "AcrConfiguration",
        "Levels of assurance",
        Json,
        Always,
        "none",
        "What tokens say in acr about how surely somebody was recognised, by level."
    ),
    pool!(
        Tokens,
        "KeyConfiguration",
        "Encrypted with",
        Json,
        Always,
        "a key of AWS",
        "The key that encrypts what is stored of users."
    ),
    // Domain
    pool!(
        Domain,
        "Domain",
        "Prefix of the domain",
        Text,
        Elsewhere("A domain is made and deleted for itself (CreateUserPoolDomain, DeleteUserPoolDomain)."),
        "none",
        "The pages for signing in are at this prefix of amazoncognito.com."
    ),
    pool!(
        Domain,
        "CustomDomain",
        "Own domain",
        Text,
        Elsewhere("A domain is made and deleted for itself (CreateUserPoolDomain, DeleteUserPoolDomain)."),
        "none",
        "The pages for signing in are at this domain of yours."
    ),
    // Triggers
    pool!(
        Triggers,
        "LambdaConfig",
        "Triggers",
        Json,
        Always,
        "none",
        "Lambda functions that Cognito asks. It waits five seconds for each, and who cannot be asked lets nobody in."
    ),
    // Plan
    pool!(
        Plan,
        "UserPoolTier",
        "Plan",
        Choice(&["LITE", "ESSENTIALS", "PLUS"]),
        Always,
        "ESSENTIALS",
        "What the pool can do and what an active user costs. A lower plan needs what only the higher one has to be off first."
    ),
    pool!(
        Plan,
        "DeletionProtection",
        "Protected from deletion",
        Choice(&["ACTIVE", "INACTIVE"]),
        Always,
        "INACTIVE",
        "While ACTIVE, nobody can delete the pool, and there is no other way back from that."
    ),
    pool!(Plan, "Name", "Name", Text, Always, "", "What the pool is called. Nothing depends on it."),
    pool!(
        Plan,
        "UserPoolTags",
        "Tags",
        Json,
        Always,
        "none",
        "Names and values for sorting costs and for rules about who may do what."
    ),
    // Facts
    pool!(Facts, "Id", "Id", Text, Told, "", "The Region and the pool, for good."),
    pool!(Facts, "Arn", "ARN", Text, Told, "", "How policies name the pool."),
    pool!(Facts, "CreationDate", "Made at", Json, Told, "", "When the pool was made, in seconds since 1970."),
    pool!(
        Facts,
        "LastModifiedDate",
        "Changed at",
        Json,
        Told,
        "",
        "When its settings were last changed, in seconds since 1970."
    ),
    pool!(
        Facts,
        "EstimatedNumberOfUsers",
        "Users, about",
        Json,
        Told,
        "",
        "How many users AWS estimates; the number lags."
    ),
    pool!(Facts, "Status", "Status", Text, Told, "", "Not used by Cognito any more."),
];
