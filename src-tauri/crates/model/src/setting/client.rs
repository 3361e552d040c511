//! The settings of `DescribeUserPoolClient`.

use super::{Area, Changing, Form, Setting};

use Area::{Attributes, Facts, Flows, OAuth, Protection, Tokens};
use Changing::{Always, Never, Told};
use Form::{Choice, Flag, Json, Number, Text, Texts};

macro_rules! client {
    ($area:expr, $pointer:literal, $title:literal, $form:expr, $changing:expr, $default:literal, $what:literal) => {
        Setting {
            area: $area,
            operation: "DescribeUserPoolClient",
            pointer: concat!("/UserPoolClient/", $pointer),
            title: $title,
            what: $what,
            default: $default,
            changing: $changing,
            form: $form,
        }
    };
}

const FLOWS: &[&str] = &[
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_USER_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_CUSTOM_AUTH",
    "ALLOW_CLIENT_TOKEN_AUTH",
];
const UNITS: &[&str] = &["seconds", "minutes", "hours", "days"];

pub(super) const SETTINGS: &[Setting] = &[
    client!(
        Flows,
        "ExplicitAuthFlows",
        "Ways to sign in",
        Texts(FLOWS),
        Always,
        "SRP, custom, refresh",
        "Flows of the API that this client may begin. Hosted login needs none of them."
    ),
    client!(
        Flows,
        "AuthSessionValidity",
        "A sign-in may take (minutes)",
        Number(3, 15),
        Always,
        "3",
        "How long a challenge waits for its answer."
    ),
    client!(
        Flows,
        "ClientSecret",
        "Secret",
        Text,
        Never,
        "none",
        "With a secret, every call has to prove to know it; so it belongs on servers, never in apps. Whether there is one is decided when the client is made."
    ),
    client!(
        OAuth,
        "AllowedOAuthFlowsUserPoolClient",
        "Hosted login and OAuth",
        Flag,
        Always,
        "off",
        "Whether what is set below counts at all."
    ),
    client!(
        OAuth,
        "AllowedOAuthFlows",
        "Grants",
        Texts(&["code", "implicit", "client_credentials"]),
        Always,
        "none",
        "code is for people, client_credentials for machines. implicit puts tokens into addresses and should be off."
    ),
    client!(
        OAuth,
        "AllowedOAuthScopes",
        "Scopes",
        Texts(&["openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"]),
        Always,
        "none",
        "What tokens of this client may be asked to allow. aws.cognito.signin.user.admin lets people change their own account."
    ),
    client!(
        OAuth,
        "CallbackURLs",
        "Callback addresses",
        Texts(&[]),
        Always,
        "none",
        "Where people may be sent back to with a code; the address has to match exactly."
    ),
    client!(
        OAuth,
        "DefaultRedirectURI",
        "Usual callback address",
        Text,
        Always,
        "none",
        "The one that is taken when an app names none. It has to be among the callback addresses."
    ),
    client!(
        OAuth,
        "LogoutURLs",
        "Addresses after signing out",
        Texts(&[]),
        Always,
        "none",
        "Where people may be sent after they have signed out."
    ),
    client!(
        OAuth,
        "SupportedIdentityProviders",
        "Identity providers",
        Texts(&["COGNITO"]),
        Always,
        "none",
        "Who may vouch for people here. COGNITO is the pool itself."
    ),
    client!(
        Tokens,
        "AccessTokenValidity",
        "Access tokens hold for",
        Number(0, 86_400),
        Always,
        "1 hour",
        "In the unit below. A revoked token is still taken by whoever only checks its signature, so shorter is safer."
    ),
    client!(Tokens, "IdTokenValidity", "ID tokens hold for", Number(0, 86_400), Always, "1 hour", "In the unit below."),
    client!(
        Tokens,
        "RefreshTokenValidity",
        "Refresh tokens hold for",
        Number(0, 315_360_000),
        Always,
        "30 days",
        "In the unit below. So long does nobody have to sign in again, and so long is a stolen one good."
    ),
    client!(
        Tokens,
        "TokenValidityUnits/AccessToken",
        "Unit of access tokens",
        Choice(UNITS),
        Always,
        "hours",
        "What the number above counts."
    ),
    client!(
        Tokens,
        "TokenValidityUnits/IdToken",
        "Unit of ID tokens",
        Choice(UNITS),
        Always,
        "hours",
        "What the number above counts."
    ),
    client!(
        Tokens,
        "TokenValidityUnits/RefreshToken",
        "Unit of refresh tokens",
        Choice(UNITS),
        Always,
        "days",
        "What the number above counts."
    ),
    client!(
        Tokens,
        "EnableTokenRevocation",
        "Tokens can be revoked",
        Flag,
        Always,
        "on in a new client",
        "Signing out ends refresh tokens, and tokens say which sign-in they come from."
    ),
    client!(
        Tokens,
        "RefreshTokenRotation/Feature",
        "Refresh tokens change at each use",
        Choice(&["ENABLED", "DISABLED"]),
        Always,
        "DISABLED",
        "A stolen refresh token stops working as soon as the other one is used. Needs the plan Essentials."
    ),
    client!(
        Tokens,
        "RefreshTokenRotation/RetryGracePeriodSeconds",
        "The old refresh token holds on for (seconds)",
        Number(0, 60),
        Always,
        "0",
        "For apps that ask twice when a network is bad."
    ),
    client!(
        Attributes,
        "ReadAttributes",
        "May read",
        Texts(&[]),
        Always,
        "all standard ones",
        "Attributes that tokens and GetUser of this client show."
    ),
    client!(
        Attributes,
        "WriteAttributes",
        "May write",
        Texts(&[]),
        Always,
        "all standard ones",
        "Attributes that people can change for themselves through this client. Never one that decides about rights."
    ),
    client!(
        Protection,
        "PreventUserExistenceErrors",
        "Hides who has an account",
        Choice(&["ENABLED", "LEGACY"]),
        Always,
        "LEGACY",
        "ENABLED answers a wrong name like a wrong password, so that nobody can find out who is a customer."
    ),
    client!(
        Protection,
        "EnablePropagateAdditionalUserContextData",
        "Takes the address of the person from a server",
        Flag,
        Always,
        "off",
        "A server with the secret may tell whose IP address a sign-in comes from, for threat protection."
    ),
    client!(
        Protection,
        "AnalyticsConfiguration",
        "Pinpoint",
        Json,
        Always,
        "none",
        "Where figures of use are sent. Pinpoint ended in October 2026."
    ),
    client!(Facts, "ClientName", "Name", Text, Always, "", "What the client is called. Nothing depends on it."),
    client!(Facts, "ClientId", "Id", Text, Told, "", "How apps name the client. It is no secret."),
    client!(Facts, "UserPoolId", "Pool", Text, Told, "", "The pool that it belongs to."),
    client!(Facts, "CreationDate", "Made at", Json, Told, "", "When the client was made, in seconds since 1970."),
    client!(
        Facts,
        "LastModifiedDate",
        "Changed at",
        Json,
        Told,
        "",
        "When its settings were last changed, in seconds since 1970."
    ),
];
