//! What each claim says, in words.

use serde_json::{Map, Value};

use crate::query::STANDARD_ATTRIBUTES;

/// A claim with its meaning.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// Its name.
    pub name: String,
    /// Its value as it came. Foreign text.
    pub value: Value,
    /// What it says, in a sentence.
    pub meaning: &'static str,
    /// Where that is written: an RFC, or AWS's developer guide.
    pub source: &'static str,
    /// Whether the value is seconds since 1970.
    pub time: bool,
}

const GUIDE: &str = "Amazon Cognito developer guide, using tokens";
const RFC_7519: &str = "RFC 7519 section 4.1";
const OIDC: &str = "OpenID Connect Core 1.0";

/// Names, meanings and sources of what Cognito writes.
const KNOWN: &[(&str, &str, &str)] = &[
    ("sub", "The user, or the client of a machine-to-machine token. It never changes.", RFC_7519),
    ("iss", "The user pool that issued the token.", RFC_7519),
    (
        "aud",
        "Whom the token is for: the app client of an ID token, the API of a resource-bound access token.",
        RFC_7519,
    ),
    ("exp", "When the token ends.", RFC_7519),
    ("iat", "When the token was issued.", RFC_7519),
    ("nbf", "Before this the token does not hold.", RFC_7519),
    ("jti", "The id of this token.", RFC_7519),
    ("auth_time", "When the user signed in. Refreshing does not change it.", OIDC),
    ("nonce", "What the app sent with its sign-in request, so that an answer cannot be used twice.", OIDC),
    ("at_hash", "A digest of the access token that was issued along with this.", OIDC),
    (
        "c_hash",
        "A digest of the authorization code that was issued along with this, so that no other code is taken for it.",
        "OpenID Connect Core 1.0 section 3.3.2.11",
    ),
    (
        "azp",
        "The authorized party: the app client that the token was issued to, where that is not whom it is for (aud).",
        "OpenID Connect Core 1.0 section 2",
    ),
    ("acr", "How strong the sign-in was.", OIDC),
    ("amr", "How the user proved who they are: pwd, otp, sms, email_otp, swk, hwk, mfa, fed.", "RFC 8176"),
    ("token_use", "What the token is for: id says who the user is, access says what its bearer may do.", GUIDE),
    ("client_id", "The app client that the access token was issued to.", GUIDE),
    (
        "scope",
        "What the bearer may do, separated by spaces. Signing in through the API gives only aws.cognito.signin.user.admin.",
        "RFC 8693 section 4.2",
    ),
    ("username", "The user's name in the pool.", GUIDE),
    ("cognito:username", "The user's name in the pool.", GUIDE),
    ("cognito:groups", "The groups that the user is in.", GUIDE),
    ("cognito:roles", "The IAM roles of those groups.", GUIDE),
    ("cognito:preferred_role", "The role of the group that wins. It is absent when groups tie.", GUIDE),
    ("origin_jti", "The sign-in that this token descends from; revoking the refresh token revokes all of them.", GUIDE),
    ("event_id", "The sign-in event, as threat protection records it.", GUIDE),
    ("device_key", "The remembered device.", GUIDE),
    ("version", "The version of the access token.", GUIDE),
    ("identities", "Where a federated user comes from.", GUIDE),
    ("email", "The e-mail address.", OIDC),
    ("email_verified", "Whether the e-mail address was proved.", OIDC),
    ("phone_number", "The phone number.", OIDC),
    ("phone_number_verified", "Whether the phone number was proved.", OIDC),
];

/// Every claim, those that say the most first.
#[must_use]
pub fn explain(claims: &Map<String, Value>) -> Vec<Explained> {
    let rank = |name: &str| KNOWN.iter().position(|(known, ..)| *known == name).unwrap_or(KNOWN.len());
    let mut names: Vec<&String> = claims.keys().collect();
    names.sort_by_key(|name| (rank(name), *name));
    names.into_iter().map(|name| explained(name, &claims[name])).collect()
}

fn explained(name: &str, value: &Value) -> Explained {
    let (meaning, source) = match KNOWN.iter().find(|(known, ..)| *known == name) {
        Some((_, meaning, source)) => (*meaning, *source),
        None if name.starts_with("custom:") => ("A custom attribute of the user; always text.", GUIDE),
        None if name.starts_with("dev:") => ("A developer attribute of the user.", GUIDE),
        None if name.starts_with("cognito:") => ("Written by Cognito; this version does not know it.", GUIDE),
        None if STANDARD_ATTRIBUTES.contains(&name) => ("An attribute of the user.", OIDC),
        None => ("Added by the pool's pre token generation trigger, or newer than this version.", GUIDE),
    };
    let time = matches!(name, "exp" | "iat" | "nbf" | "auth_time" | "updated_at") && value.is_i64();
    Explained { name: name.to_owned(), value: value.clone(), meaning, source, time }
}
