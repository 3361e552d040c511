//! Blueprints of app clients.

use super::Given::{Json, Secret, Text, Texts};
use super::{Blueprint, Choice, choice, for_good};
use crate::edit::Kind;

const NAME: Choice = choice("/ClientName", "Name", Text("shop"), "People may see it on pages of your own.");

const SECRET: Choice = for_good(
    "/ClientSecret",
    "Has a secret",
    Secret,
    "AWS makes it. Your server keeps it and proves with it that it is your server that asks.",
);

const CODE: Choice = choice(
    "/AllowedOAuthFlows",
    "OAuth grants",
    Json(r#"["code"]"#),
    "The browser gets a code that is worth nothing by itself; tokens never stand in an address.",
);

const OAUTH: Choice = choice(
    "/AllowedOAuthFlowsUserPoolClient",
    "OAuth is on",
    Json("true"),
    "Without it the grants and scopes below count for nothing.",
);

const SCOPES: Choice = choice(
    "/AllowedOAuthScopes",
    "Scopes",
    Json(r#"["openid","email","profile"]"#),
    "Who somebody is. With aws.cognito.signin.user.admin the token could change its own user, which pages seldom need.",
);

const OWN: Choice = choice(
    "/SupportedIdentityProviders",
    "Sign in with",
    Json(r#"["COGNITO"]"#),
    "The pool's own users. Other providers are added once the pool has them.",
);

const QUIET: Choice = choice(
    "/PreventUserExistenceErrors",
    "Says whether a user exists",
    Json(r#""ENABLED""#),
    "It does not: who tries addresses learns nothing.",
);

const ROTATED: Choice = choice(
    "/RefreshTokenRotation",
    "Refresh tokens are used once",
    Json(r#"{"Feature":"ENABLED","RetryGracePeriodSeconds":30}"#),
    "A stolen one is worth nothing after its next use. Needs the plan Essentials; within 30 seconds a lost answer is asked \
     for again.",
);

const REVOCABLE: Choice =
    choice("/EnableTokenRevocation", "Tokens can be revoked", Json("true"), "Signing out means something.");

const UNITS_DAYS: Choice = choice(
    "/TokenValidityUnits",
    "Units of the lifetimes",
    Json(r#"{"AccessToken":"minutes","IdToken":"minutes","RefreshToken":"days"}"#),
    "What the numbers below count.",
);

const ACCESS: Choice = choice(
    "/AccessTokenValidity",
    "Access tokens hold",
    Json("60"),
    "APIs take a token until it ends, also after it was revoked.",
);

const ID: Choice =
    choice("/IdTokenValidity", "ID tokens hold", Json("60"), "What it says of a person grows old as it is held.");

const MONTH: Choice = choice(
    "/RefreshTokenValidity",
    "People stay signed in for",
    Json("30"),
    "Who does not come back within it signs in again.",
);

const REFRESH: Choice = choice(
    "/ExplicitAuthFlows",
    "Ways to sign in without the pages",
    Json(r#"["ALLOW_REFRESH_TOKEN_AUTH"]"#),
    "None: passwords are typed on the pool's own pages, never in yours.",
);

const CALLBACKS: Choice = choice(
    "/CallbackURLs",
    "Comes back to",
    Texts("https://app.example.com/callback"),
    "Tokens go to these addresses alone, exactly as they are written. Not http, but for localhost.",
);

const LOGOUTS: Choice =
    choice("/LogoutURLs", "Leaves to", Texts("https://app.example.com/"), "Where somebody lands who signed out.");

const DOMAIN_NEXT: &str = "The pool needs a domain for its pages (Pool settings, Providers and domains).";

pub(super) const ALL: &[Blueprint] = &[
    Blueprint {
        kind: Kind::Client,
        afterwards: &[],
        id: "client-web",
        title: "Web app with a server",
        what: "People sign in on the pool's pages, and your server exchanges the code.",
        choices: &[
            NAME, CALLBACKS, LOGOUTS, SECRET, OAUTH, CODE, SCOPES, OWN, REFRESH, QUIET, REVOCABLE, UNITS_DAYS, ACCESS,
            ID, MONTH,
        ],
        then: &[DOMAIN_NEXT, "Give your server the secret: App clients shows it once it is asked for."],
    },
    Blueprint {
        kind: Kind::Client,
        afterwards: &[],
        id: "client-mobile",
        title: "Mobile app, or pages without a server",
        what: "What runs with people can keep no secret: it proves itself by PKCE, and passwords by SRP.",
        choices: &[
            NAME,
            choice(
                "/CallbackURLs",
                "Comes back to",
                Texts("https://app.example.com/callback"),
                "Tokens go to these addresses alone, exactly as they are written. A link of your own domain that the app claims \
                 is nobody else's; a scheme such as myapp:// can be taken by another app.",
            ),
            OAUTH,
            CODE,
            SCOPES,
            OWN,
            choice(
                "/ExplicitAuthFlows",
                "Ways to sign in without the pages",
                Json(r#"["ALLOW_USER_SRP_AUTH"]"#),
                "In the app itself the password is proved and never sent. Signing in anew without one goes by \
                 GetTokensFromRefreshToken.",
            ),
            ROTATED,
            QUIET,
            REVOCABLE,
            UNITS_DAYS,
            ACCESS,
            ID,
            MONTH,
        ],
        then: &[DOMAIN_NEXT, "It has no secret for good: who needs one makes another client."],
    },
    Blueprint {
        kind: Kind::Client,
        afterwards: &[],
        id: "client-machine",
        title: "Machine to machine",
        what: "A program gets tokens for your APIs with its id and secret. Each token that it gets is billed.",
        choices: &[
            NAME,
            SECRET,
            OAUTH,
            choice(
                "/AllowedOAuthFlows",
                "OAuth grants",
                Json(r#"["client_credentials"]"#),
                "No person is there. Other grants cannot be beside it.",
            ),
            choice(
                "/AllowedOAuthScopes",
                "Scopes",
                Texts("https://api.example.com/read"),
                "What it may do at your APIs: identifier and scope of a resource server that the pool has. No more than it needs.",
            ),
            REFRESH,
            QUIET,
            REVOCABLE,
            choice(
                "/TokenValidityUnits",
                "Units of the lifetimes",
                Json(r#"{"AccessToken":"minutes"}"#),
                "What the number below counts.",
            ),
            choice(
                "/AccessTokenValidity",
                "Access tokens hold",
                Json("60"),
                "Each one is billed, so a program keeps its token until it ends.",
            ),
        ],
        then: &[
            DOMAIN_NEXT,
            "Let the program keep its token until it ends: a new one for each call is what makes bills large.",
        ],
    },
    Blueprint {
        kind: Kind::Client,
        afterwards: &[],
        id: "client-staff",
        title: "For your own staff",
        what: "As a web app with a server, for a working day: whoever left is out by the evening.",
        choices: &[
            NAME,
            CALLBACKS,
            LOGOUTS,
            SECRET,
            OAUTH,
            CODE,
            SCOPES,
            OWN,
            REFRESH,
            QUIET,
            REVOCABLE,
            choice(
                "/TokenValidityUnits",
                "Units of the lifetimes",
                Json(r#"{"AccessToken":"minutes","IdToken":"minutes","RefreshToken":"hours"}"#),
                "What the numbers below count.",
            ),
            choice(
                "/AccessTokenValidity",
                "Access tokens hold",
                Json("15"),
                "Whose rights change has the new ones within a quarter of an hour.",
            ),
            choice("/IdTokenValidity", "ID tokens hold", Json("15"), "As long as the access token beside it."),
            choice("/RefreshTokenValidity", "People stay signed in for", Json("10"), "A working day."),
        ],
        then: &[DOMAIN_NEXT, "Give your server the secret: App clients shows it once it is asked for."],
    },
];
