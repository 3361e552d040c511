//! Blueprints of pools.

use super::Given::{Json, Text};
use super::{Blueprint, Choice, choice, for_good};
use crate::edit::Kind;

const NAME: Choice =
    choice("/Name", "Name", Text("shop"), "For you and whoever else looks after it. It can be changed.");

const BY_ADDRESS: Choice = for_good(
    "/UsernameAttributes",
    "Sign in with",
    Json(r#"["email"]"#),
    "An e-mail address in place of a user name: nobody forgets it, and it can change. The name behind it is made up.",
);

const CAPITALS: Choice = for_good(
    "/UsernameConfiguration",
    "User names and capital letters",
    Json(r#"{"CaseSensitive":false}"#),
    "Anna and anna are one account. AWS's default makes two of them, and one person easily gets both.",
);

const ADDRESS_NEEDED: Choice = for_good(
    "/SchemaAttributes",
    "Attributes that everybody has",
    Json(r#"[{"Name":"email","Required":true,"Mutable":true}]"#),
    "Nothing but the address, which may change. What is required can never be made optional; others can be added later.",
);

const VERIFIED: Choice = choice(
    "/AutoVerifiedAttributes",
    "Verify at sign-up",
    Json(r#"["email"]"#),
    "A code proves that the address is theirs. Without it anybody could sign up with anybody's address.",
);

const KEPT_UNTIL_VERIFIED: Choice = choice(
    "/UserAttributeUpdateSettings/AttributesRequireVerificationBeforeUpdate",
    "Keep the old value until the new one is verified",
    Json(r#"["email"]"#),
    "Otherwise whoever has a token for a minute makes the account theirs by another address.",
);

const ANYBODY: Choice = choice(
    "/AdminCreateUserConfig/AllowAdminCreateUserOnly",
    "Only administrators create users",
    Json("false"),
    "People sign up by themselves.",
);

const INVITED: Choice = choice(
    "/AdminCreateUserConfig/AllowAdminCreateUserOnly",
    "Only administrators create users",
    Json("true"),
    "Nobody is here who was not invited.",
);

const PASSWORDS: Choice = choice(
    "/Policies/PasswordPolicy",
    "Passwords",
    Json(
        r#"{"MinimumLength":14,"RequireLowercase":true,"RequireUppercase":true,"RequireNumbers":true,"RequireSymbols":true,"PasswordHistorySize":5,"TemporaryPasswordValidityDays":3}"#,
    ),
    "Long ones, none of the last five again, and an invitation that holds for three days. It is what reviewers ask for; take \
     the signs away later if length is enough for you.",
);

const BY_MAIL: Choice = choice(
    "/AccountRecoverySetting/RecoveryMechanisms",
    "Forgotten passwords",
    Json(r#"[{"Priority":1,"Name":"verified_email"}]"#),
    "A code by e-mail. AWS's default prefers text messages, which cost money and follow a stolen number.",
);

const BY_ADMINISTRATORS: Choice = choice(
    "/AccountRecoverySetting/RecoveryMechanisms",
    "Forgotten passwords",
    Json(r#"[{"Priority":1,"Name":"admin_only"}]"#),
    "Administrators alone help, who know whom they talk to.",
);

const PROTECTED: Choice = choice(
    "/DeletionProtection",
    "Deletion protection",
    Json(r#""ACTIVE""#),
    "A deleted pool takes every account with it, and no copy of passwords exists. Turn it off before you take the making back.",
);

const PLAN: Choice = choice(
    "/UserPoolTier",
    "Plan",
    Json(r#""ESSENTIALS""#),
    "Passkeys, the newer login pages, refresh tokens that are used once, former passwords. Nobody pays before the first 10,000 \
     who are active in a month; it can be changed.",
);

const OPTIONAL: Choice = choice(
    "/MfaConfiguration",
    "Second factor",
    Json(r#""OPTIONAL""#),
    "Who sets one up is asked for it. ON asks everybody, once your app can enrol them.",
);

const REQUIRED: Choice = choice(
    "/MfaConfiguration",
    "Second factor",
    Json(r#""ON""#),
    "Everybody enrols an app at their first sign-in, on the pool's own pages or on yours.",
);

const APPS: Choice = choice(
    "/SoftwareTokenMfaConfiguration/Enabled",
    "Authenticator apps",
    Json("true"),
    "They cost nothing, work without a network, and no number can be stolen.",
);

const CLIENT_NEXT: &str =
    "Make an app client (App clients) and a domain for the login pages (Pool settings, Providers and domains).";

const MAIL_NEXT: &str =
    "Send through SES before real people come: Cognito's own sender stops at 50 e-mails a day (UP-36).";

const WATCH_NEXT: &str = "Threat protection needs the plan Plus (UP-30, UP-31, UP-32, UP-33), the export of logs a place to write \
                          to (UP-42), and a key of your own one in KMS (UP-20).";

const PEOPLE: &[Choice] = &[
    NAME,
    BY_ADDRESS,
    CAPITALS,
    ADDRESS_NEEDED,
    VERIFIED,
    KEPT_UNTIL_VERIFIED,
    ANYBODY,
    PASSWORDS,
    BY_MAIL,
    PROTECTED,
    PLAN,
];

const OPEN_NEXT: &str =
    "Anybody can sign up (UP-01): put a web ACL before the pool or a trigger before sign-up where that is too many.";

const FACTOR_NEXT: &str = "Ask everybody for a second factor once your app can enrol them (UP-10).";

pub(super) const ALL: &[Blueprint] = &[
    Blueprint {
        kind: Kind::Pool,
        id: "pool-web",
        title: "Web app",
        what: "Customers sign up by themselves and sign in with their e-mail address.",
        choices: PEOPLE,
        afterwards: &[OPTIONAL, APPS],
        then: &[CLIENT_NEXT, MAIL_NEXT, OPEN_NEXT, FACTOR_NEXT, WATCH_NEXT],
    },
    Blueprint {
        kind: Kind::Pool,
        id: "pool-mobile",
        title: "Mobile app",
        what: "As for a web app, and telephones are remembered, so that people can see and end what they are signed in on.",
        choices: &[
            NAME,
            BY_ADDRESS,
            CAPITALS,
            ADDRESS_NEEDED,
            VERIFIED,
            KEPT_UNTIL_VERIFIED,
            ANYBODY,
            PASSWORDS,
            BY_MAIL,
            choice(
                "/DeviceConfiguration",
                "Remembered devices",
                Json(r#"{"ChallengeRequiredOnNewDevice":false,"DeviceOnlyRememberedOnUserPrompt":true}"#),
                "People choose which are remembered. None of them takes the place of a second factor.",
            ),
            PROTECTED,
            PLAN,
        ],
        afterwards: &[OPTIONAL, APPS],
        then: &[CLIENT_NEXT, MAIL_NEXT, OPEN_NEXT, FACTOR_NEXT, WATCH_NEXT],
    },
    Blueprint {
        kind: Kind::Pool,
        id: "pool-machine",
        title: "Machine to machine",
        what: "Programs get tokens for your APIs. No person belongs here, and nobody can sign up.",
        choices: &[NAME, CAPITALS, INVITED, PASSWORDS, BY_ADMINISTRATORS, PROTECTED, PLAN],
        afterwards: &[REQUIRED, APPS],
        then: &[
            "Make a resource server with its scopes and a domain (Pool settings, Providers and domains), then an app client for \
             each program.",
            "Each token that a program gets is billed; people are not, as there are none.",
            WATCH_NEXT,
            "Nothing is ever mailed from here, so Cognito's own sender will do (UP-36).",
        ],
    },
    Blueprint {
        kind: Kind::Pool,
        id: "pool-staff",
        title: "Internal staff",
        what: "Colleagues are invited, and everybody has a second factor.",
        choices: &[
            NAME,
            BY_ADDRESS,
            CAPITALS,
            ADDRESS_NEEDED,
            VERIFIED,
            KEPT_UNTIL_VERIFIED,
            INVITED,
            PASSWORDS,
            BY_ADMINISTRATORS,
            PROTECTED,
            PLAN,
        ],
        afterwards: &[REQUIRED, APPS],
        then: &[
            CLIENT_NEXT,
            MAIL_NEXT,
            "Where your company has a provider of identities, add it, so that whoever leaves is out everywhere.",
            WATCH_NEXT,
        ],
    },
];
