//! Protection, tokens, domain, triggers, the plan, and what AWS says about the pool itself.

use super::pool;
use crate::setting::{Area, Changing, Form, Setting};

use Area::{Domain, Facts, Plan, Protection, Tokens, Triggers};
use Changing::{Always, Elsewhere, Told};
use Form::{Choice, Json, Text};

pub(super) const SETTINGS: &[Setting] = &[
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
