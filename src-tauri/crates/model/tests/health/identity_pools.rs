//! Rules about identity pools, and about clients through them.

use model::health::{Outcome, judge};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{IDENTITY_POOL, changed, expect, good, only};

const SIGNED_IN: &str = "arn:aws:iam::111122223333:role/signed-in";
const MAPPING: &str = "/RoleMappings/cognito-idp.eu-west-1.amazonaws.com~1eu-west-1_Good00001:web";
const PROVIDER: &str = "/CognitoIdentityProviders/0";

/// Changes of the identity pool.
fn described(places: Value) -> Value {
    json!({ format!("DescribeIdentityPool {IDENTITY_POOL}"): places })
}

/// Changes of its roles.
fn roles(places: Value) -> Value {
    json!({ format!("GetIdentityPoolRoles {IDENTITY_POOL}"): places })
}

/// Rules that choose a role by a claim.
fn rule(claim: &str, match_type: &str) -> Value {
    let rules = json!([{ "Claim": claim, "MatchType": match_type, "Value": "x", "RoleARN": SIGNED_IN }]);
    roles(json!({ format!("{MAPPING}/RulesConfiguration/Rules"): rules }))
}

const ADMINS: &str = "arn:aws:iam::111122223333:role/admins";

/// A trust policy of a role.
fn trusting(role: &str, document: Value) -> Value {
    json!({ format!("GetRole {role}"): { "/Role/AssumeRolePolicyDocument": document } })
}

/// A trust policy of the role of people who have signed in, with a condition.
fn trust(condition: Value) -> Value {
    let statement = json!({ "Effect": "Allow", "Principal": { "Federated": "cognito-identity.amazonaws.com" },
        "Condition": condition });
    trusting(SIGNED_IN, json!({ "Statement": [statement] }))
}

/// A trust policy that names identity pools and keeps guests out.
fn named(audience: Value) -> Value {
    trust(json!({ "StringEquals": { "cognito-identity.amazonaws.com:aud": audience },
        "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": "authenticated" } }))
}

/// A trust policy by which a function alone gets the role.
fn for_functions() -> Value {
    json!({ "Statement": [{ "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" },
        "Action": "sts:AssumeRole" }] })
}

/// Changes put together.
fn both(one: Value, other: Value) -> Value {
    let mut all = one;
    all.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
    all
}

/// The role of people who have signed in may do all with S3 and IAM, and its permissions boundary lets a statement through.
fn bounded(statement: Value) -> Value {
    const EDGE: &str = "arn:aws:iam::111122223333:policy/edge";
    let all = json!({ "Statement": { "Effect": "Allow", "Action": ["s3:*", "iam:*"], "Resource": "*" } });
    let boundary = json!({ "/Role/PermissionsBoundary": { "PermissionsBoundaryArn": EDGE } });
    let let_through = json!({ "/PolicyVersion": { "Document": { "Statement": statement } } });
    let more = json!({ format!("GetRole {SIGNED_IN}"): boundary, format!("GetPolicyVersion {EDGE}"): let_through });
    both(own_files(all), more)
}

/// The role of people who have signed in has `AdministratorAccess`, and its permissions boundary lets a statement through.
fn administrator(statement: Value) -> Value {
    const ALL: &str = "arn:aws:iam::aws:policy/AdministratorAccess";
    let attached = json!([{ "PolicyName": "AdministratorAccess", "PolicyArn": ALL }]);
    let document = json!({ "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*" } });
    let more = json!({ format!("ListAttachedRolePolicies {SIGNED_IN}"): { "/AttachedPolicies": attached },
        format!("GetPolicyVersion {ALL}"): { "/PolicyVersion": { "Document": document } } });
    both(bounded(statement), more)
}

/// The policy of people who have signed in.
fn own_files(document: Value) -> Value {
    json!({ "GetPolicyVersion arn:aws:iam::111122223333:policy/own-files": { "/PolicyVersion/Document": document } })
}

/// Roles that tokens choose among those of groups.
fn by_token(provider: &str) -> Value {
    roles(json!({ "/RoleMappings": { provider: { "Type": "Token", "AmbiguousRoleResolution": "Deny" } } }))
}

fn with_guests(role: Option<&str>, more: Value) -> Value {
    let mut changes = described(json!({ "/AllowUnauthenticatedIdentities": true }));
    let map = changes.as_object_mut().unwrap();
    map.extend(roles(json!({ "/Roles/unauthenticated": role })).as_object().unwrap().clone());
    map.extend(more.as_object().unwrap().clone());
    changes
}

const GUEST: &str = "arn:aws:iam::111122223333:role/guest";

#[rstest]
#[case("IP-01", with_guests(Some(GUEST), json!({})), "fail high")]
#[case("IP-01", with_guests(None, json!({})), "fail medium")]
#[case("IP-01", with_guests(Some(GUEST), json!({ format!("ListAttachedRolePolicies {GUEST}"):
    { "/AttachedPolicies": [{ "PolicyName": "AdministratorAccess" }] } })), "fail critical")]
#[case("IP-01", with_guests(Some(GUEST), json!({ format!("GetIdentityPoolRoles {IDENTITY_POOL}"): "denied" })), "fail high")]
#[case("IP-01", described(json!({ "/AllowUnauthenticatedIdentities": null })), "unknown")]
#[case("IP-02", described(json!({ "/AllowClassicFlow": true })), "fail medium")]
#[case("IP-02", described(json!({ "/AllowClassicFlow": true, "/AllowUnauthenticatedIdentities": true })), "fail high")]
#[case("IP-02", described(json!({ "/AllowClassicFlow": null })), "pass")]
#[case("IP-02", described(json!("denied")), "unknown")]
#[case("IP-03", trust(json!({ "StringEquals": { "cognito-identity.amazonaws.com:aud": "eu-west-1:another" } })), "fail critical")]
#[case("IP-03", trust(json!({})), "fail critical")]
#[case("IP-03", json!({ format!("GetRole {SIGNED_IN}"): "denied" }), "unknown")]
#[case("IP-03", named(json!([IDENTITY_POOL, "eu-west-1:strange"])), "fail critical")]
#[case("IP-03", named(json!([IDENTITY_POOL, "us-east-1:elsewhere"])), "unknown")]
#[case("IP-03", trust(json!({ "StringEqualsIfExists": { "cognito-identity.amazonaws.com:aud": IDENTITY_POOL } })),
    "fail critical")]
#[case("IP-03", trusting(SIGNED_IN, json!("%7Bno policy")), "unknown")]
#[case("IP-03", trusting(SIGNED_IN, for_functions()), "pass")]
#[case("IP-03", both(trusting(SIGNED_IN, for_functions()), roles(json!({ "/RoleMappings": null }))), "n/a")]
#[case("IP-03", trusting(ADMINS, json!({ "Statement": [{ "Effect": "Allow", "Principal": "*", "Action": "sts:*" }] })),
    "fail critical")]
#[case("IP-03", json!({ format!("GetRole {ADMINS}"): "denied" }), "unknown")]
#[case("IP-03", both(by_token("cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Good00001:web"),
    json!({ format!("GetRole {ADMINS}"): "denied" })), "unknown")]
#[case("IP-03", by_token("cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other0001:web"), "unknown")]
#[case("IP-04", trusting(SIGNED_IN, json!({ "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    "Principal": { "Federated": "cognito-identity-us-gov.amazonaws.com" } }] })), "fail high")]
#[case("IP-04", trust(json!({ "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr":
    ["authenticated", "unauthenticated"] } })), "fail high")]
#[case("IP-04", trusting(SIGNED_IN, json!({})), "unknown")]
#[case("IP-04", both(trusting(SIGNED_IN, for_functions()), roles(json!({ "/RoleMappings": null }))), "n/a")]
#[case("IP-04", trust(json!({ "StringEquals": { "cognito-identity.amazonaws.com:aud": IDENTITY_POOL } })), "fail high")]
#[case("IP-04", trust(json!({ "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": "unauthenticated" } })),
    "fail high")]
#[case("IP-04", json!({ format!("GetRole {SIGNED_IN}"): "denied" }), "unknown")]
#[case("IP-05", roles(json!({ format!("{MAPPING}/AmbiguousRoleResolution"): "AuthenticatedRole" })), "fail medium")]
#[case("IP-05", roles(json!({ "/RoleMappings": null })), "n/a")]
#[case("IP-05", roles(json!("denied")), "unknown")]
#[case("IP-06", rule("email", "Contains"), "fail medium")]
#[case("IP-06", rule("name", "NotEqual"), "fail medium")]
#[case("IP-06", rule("name", "Equals"), "pass")]
#[case("IP-06", roles(json!({ "/RoleMappings": null })), "n/a")]
#[case("IP-06", json!({ "DescribeUserPoolClient web": "denied" }), "unknown")]
#[case("IP-07", described(json!({ format!("{PROVIDER}/ServerSideTokenCheck"): false })), "fail medium")]
#[case("IP-07", described(json!({ format!("{PROVIDER}/ServerSideTokenCheck"): null })), "fail medium")]
#[case("IP-07", described(json!("throttled")), "unknown")]
#[case("IP-08", described(json!({ format!("{PROVIDER}/ClientId"): "gone" })), "fail high")]
#[case("IP-08", described(json!({ "/CognitoIdentityProviders/-": {
    "ProviderName": "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Foreign01", "ClientId": "x" } })), "fail high")]
#[case("IP-08", described(json!({ "/CognitoIdentityProviders/-": {
    "ProviderName": "cognito-idp.us-east-1.amazonaws.com/us-east-1_Elsewhere", "ClientId": "x" } })), "unknown")]
#[case("IP-08", json!({ format!("DescribeIdentityPool {IDENTITY_POOL}"): { "/CognitoIdentityProviders/-": {
    "ProviderName": "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Second001", "ClientId": "gone" } },
    "ListUserPools": { "/UserPools/-": { "Id": "eu-west-1_Second001", "Name": "second" } } }), "unknown")]
#[case("IP-08", described(json!({ "/SamlProviderARNs": ["arn:aws:iam::111122223333:saml-provider/okta"] })), "unknown")]
#[case("IP-09", json!({ format!("GetPolicyVersion arn:aws:iam::111122223333:policy/own-files"):
    { "/PolicyVersion/Document": { "Statement": { "Effect": "Allow", "Action": ["s3:GetObject", "iam:*"] } } } }), "fail high")]
#[case("IP-09", bounded(json!({ "Effect": "Allow", "Action": "s3:*",
    "Resource": "arn:aws:s3:::files/${cognito-identity.amazonaws.com:sub}/*" })), "pass")]
#[case("IP-09", bounded(json!({ "Effect": "Allow", "Action": ["s3:*", "iam:Pass*"], "Resource": "*" })), "fail high")]
#[case("IP-09", bounded(json!("no statement")), "unknown")]
#[case("IP-09", administrator(json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "*" })), "fail high")]
#[case("IP-09", administrator(json!({ "Effect": "Allow", "Action": "s3:*",
    "Resource": "arn:aws:s3:::files/${cognito-identity.amazonaws.com:sub}/*" })), "pass")]
#[case("IP-09", own_files(json!({ "Statement": [{ "Effect": "Allow", "Action": ["s3:GetObject", "iam:*"],
    "Resource": "arn:aws:s3:::files/${cognito-identity.amazonaws.com:sub}/*" },
    { "Effect": "Deny", "Action": "iam:*", "Resource": "*" }] })), "pass")]
#[case("IP-09", json!({ "GetPolicyVersion arn:aws:iam::111122223333:policy/own-files": "denied" }), "unknown")]
#[case("IP-09", roles(json!({ "/Roles": {} })), "pass")]
#[case("IP-09", roles(json!({ "/Roles": {}, "/RoleMappings": null })), "n/a")]
#[case("IP-09", own_files(json!("no policy")), "unknown")]
#[case("IP-09", own_files(json!({ "Statement": { "Effect": "Allow", "NotAction": "iam:*", "Resource": "*" } })), "fail high")]
#[case("IP-09", own_files(json!({ "Statement": { "Effect": "Allow", "Action": "cognito-*:*" } })), "fail high")]
#[case("IP-09", own_files(json!({ "Statement": { "Effect": "Allow", "Action": "s3:Get*",
    "Resource": "arn:aws:s3:::files/*" } })), "fail high")]
#[case("IP-09", own_files(json!({ "Statement": { "Effect": "Allow", "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::pictures/*" } })), "fail medium")]
#[case("IP-09", json!({ format!("GetRolePolicy {ADMINS}/inline"): { "/PolicyDocument":
    { "Statement": { "Effect": "Allow", "Action": "iam:Pass*" } } } }), "fail high")]
#[case("IP-09", json!({ format!("GetRolePolicy {ADMINS}/inline"): "denied" }), "unknown")]
#[case("IP-10", json!({ format!("LookupEvents {IDENTITY_POOL}"): { "/Events": [] } }), "fail low")]
#[case("IP-10", described(json!({ "/DeveloperProviderName": null })), "pass")]
#[case("IP-10", json!({ format!("LookupEvents {IDENTITY_POOL}"): "denied" }), "unknown")]
#[case("AC-17", rule("name", "Equals"), "fail critical")]
#[case("AC-17", rule("email", "Equals"), "pass")]
#[case("AC-17", rule("custom:locale", "Equals"), "pass")]
#[case("AC-17", json!({ format!("GetPrincipalTagAttributeMap {IDENTITY_POOL}"): { "/PrincipalTags": { "who": "name" } } }),
    "fail critical")]
#[case("AC-17", json!({ "ListIdentityPools": "denied" }), "unknown")]
#[case("AC-17", json!({ "ListIdentityPools": { "/IdentityPools": [] } }), "n/a")]
fn rules_about_identity_pools(#[case] id: &str, #[case] changes: Value, #[case] expected: &str) {
    expect(id, &changes, expected);
}

#[test]
fn an_identity_pool_of_another_pool_of_the_account_is_judged_with_that_one() {
    let provider = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other0001";
    let other = |pools: Value| {
        let mut changes = described(json!({ format!("{PROVIDER}/ProviderName"): provider }));
        changes["ListUserPools"] = json!({ "/UserPools": pools });
        changed(good(), &changes)
    };
    let own = only(&other(json!([{ "Id": "eu-west-1_Other0001" }])), "IP-01");
    assert_eq!((own.outcome, own.resource.as_str()), (Outcome::NotApplicable, "eu-west-1_Good00001"));
    let orphan = only(&other(json!([])), "IP-08");
    assert_eq!((orphan.outcome, orphan.resource.as_str()), (Outcome::Fail, IDENTITY_POOL), "nobody else looks at it");
    let guests_alone = changed(good(), &described(json!({ "/CognitoIdentityProviders": null })));
    assert!(judge(&guests_alone).iter().any(|it| it.rule.id == "IP-01" && it.resource == IDENTITY_POOL));
}
