//! Blueprints of identity pools. Machines have none: a token that a machine got is no identity.

use super::Given::{Clients, Json, Text};
use super::{Blueprint, Choice, choice};
use crate::edit::Kind;

const NAME: Choice = choice("/IdentityPoolName", "Name", Text("shop"), "For you and whoever else looks after it.");

const TRUSTED: Choice = choice(
    "/CognitoIdentityProviders",
    "App clients that it trusts",
    Clients("1example23456789"),
    "Ids of app clients of this user pool. Whoever signs in through them gets AWS credentials; the user pool is asked whether \
     they were signed out or disabled since.",
);

const NO_GUESTS: Choice = choice(
    "/AllowUnauthenticatedIdentities",
    "Guests",
    Json("false"),
    "Whoever has not signed in gets nothing. With guests, everybody on the internet holds what their role gives.",
);

const NO_CLASSIC: Choice = choice(
    "/AllowClassicFlow",
    "Classic flow",
    Json("false"),
    "AWS keeps credentials of the newer flow within narrower bounds, and no app of today needs the older one.",
);

const ROLE_NEXT: &str = "Make a role in IAM whose trust policy names this identity pool (aud) and people who signed in (amr), \
                         and give it to the pool here (Roles). Until then nobody gets credentials.";

const OF_APPS: &[&str] =
    &[ROLE_NEXT, "Bound the role to ${cognito-identity.amazonaws.com:sub}, so that each reaches their own alone."];

pub(super) const ALL: &[Blueprint] = &[
    Blueprint {
        kind: Kind::IdentityPool,
        id: "identity-web",
        title: "Web app",
        what: "Pages reach AWS by themselves, such as a folder in S3 for each person, once somebody has signed in.",
        choices: &[NAME, TRUSTED, NO_GUESTS, NO_CLASSIC],
        afterwards: &[],
        then: OF_APPS,
    },
    Blueprint {
        kind: Kind::IdentityPool,
        id: "identity-mobile",
        title: "Mobile app",
        what: "As for a web app. The telephone keeps the identity, and credentials hold for an hour.",
        choices: &[NAME, TRUSTED, NO_GUESTS, NO_CLASSIC],
        afterwards: &[],
        then: OF_APPS,
    },
    Blueprint {
        kind: Kind::IdentityPool,
        id: "identity-staff",
        title: "Internal staff",
        what: "Colleagues get the AWS role of their group in the user pool.",
        choices: &[NAME, TRUSTED, NO_GUESTS, NO_CLASSIC],
        afterwards: &[],
        then: &[
            ROLE_NEXT,
            "Give each group its role (Groups), and choose roles by the token (Role mappings, Type Token) with \
             AmbiguousRoleResolution Deny: who is in no group gets nothing.",
        ],
    },
];
