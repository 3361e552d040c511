//! Rules about the pool, its groups and whoever asks.

use model::health::{Outcome, judge};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{changed, expect, good, only};

/// A change of the pool's description.
fn pool(place: &str, value: Value) -> Value {
    json!({ "DescribeUserPool": { format!("/UserPool/{place}"): value } })
}

/// A change of the pool's risk configuration, or of that of a client.
fn risk(question: &str, place: &str, value: Value) -> Value {
    json!({ question: { format!("/RiskConfiguration/{place}"): value } })
}

/// Optional MFA with an action at high and at low risk.
fn optional_with(high: Value, low: Value) -> Value {
    json!({ "GetUserPoolMfaConfig": { "/MfaConfiguration": "OPTIONAL" },
        RISK: { format!("/RiskConfiguration/{HIGH}"): high, format!("/RiskConfiguration/{LOW}"): low } })
}

const OPEN: &str = "AdminCreateUserConfig/AllowAdminCreateUserOnly";
const POLICY: &str = "Policies/PasswordPolicy";
const HIGH: &str = "AccountTakeoverRiskConfiguration/Actions/HighAction/EventAction";
const LOW: &str = "AccountTakeoverRiskConfiguration/Actions/LowAction/EventAction";
const STOLEN: &str = "CompromisedCredentialsRiskConfiguration/Actions/EventAction";
const SKIPPED: &str = "RiskExceptionConfiguration/SkippedIPRangeList";
const RISK: &str = "DescribeRiskConfiguration";
const OF_CLIENT: &str = "DescribeRiskConfiguration web";

#[rstest]
#[case("UP-01", pool(OPEN, json!(false)), "fail high")]
#[case("UP-01", pool(OPEN, Value::Null), "unknown")]
#[case("UP-02", pool("Policies/PasswordPolicy/MinimumLength", json!(7)), "fail medium")]
#[case("UP-02", pool("Policies/PasswordPolicy/MinimumLength", json!(8)), "fail low")]
#[case("UP-02", pool("Policies/PasswordPolicy/MinimumLength", json!(13)), "fail low")]
#[case("UP-02", pool("Policies/PasswordPolicy/MinimumLength", Value::Null), "unknown")]
#[case("UP-03", pool("Policies/PasswordPolicy/RequireLowercase", json!(false)), "fail low")]
#[case("UP-03", pool(POLICY, Value::Null), "unknown")]
#[case("UP-04", pool("Policies/PasswordPolicy/RequireUppercase", json!(false)), "fail low")]
#[case("UP-04", pool(POLICY, Value::Null), "unknown")]
#[case("UP-05", pool("Policies/PasswordPolicy/RequireNumbers", json!(false)), "fail low")]
#[case("UP-05", pool(POLICY, Value::Null), "unknown")]
#[case("UP-06", pool("Policies/PasswordPolicy/RequireSymbols", json!(false)), "fail low")]
#[case("UP-06", pool(POLICY, Value::Null), "unknown")]
#[case("UP-07", pool("Policies/PasswordPolicy/PasswordHistorySize", json!(0)), "fail low")]
#[case("UP-07", pool("Policies/PasswordPolicy/PasswordHistorySize", Value::Null), "fail low")]
#[case("UP-07", pool(POLICY, Value::Null), "unknown")]
#[case("UP-08", pool("Policies/PasswordPolicy/TemporaryPasswordValidityDays", json!(8)), "fail medium")]
#[case("UP-08", pool("Policies/PasswordPolicy/TemporaryPasswordValidityDays", json!(7)), "pass")]
#[case("UP-08", pool(POLICY, Value::Null), "unknown")]
#[case("UP-09", json!({ "GetUserPoolMfaConfig": { "/MfaConfiguration": "OFF" } }), "fail high")]
#[case("UP-09", json!({ "GetUserPoolMfaConfig": { "/MfaConfiguration": "OPTIONAL" } }), "pass")]
#[case("UP-09", json!({ "GetUserPoolMfaConfig": "denied" }), "unknown")]
#[case("UP-10", json!({ "GetUserPoolMfaConfig": { "/MfaConfiguration": "OPTIONAL" } }), "pass")]
#[case("UP-10", json!({ "GetUserPoolMfaConfig": { "/MfaConfiguration": "OPTIONAL" },
    "DescribeUserPool": { "/UserPool/UserPoolAddOns/AdvancedSecurityMode": "AUDIT" } }), "fail medium")]
#[case("UP-10", json!({ "GetUserPoolMfaConfig": { "/MfaConfiguration": "OPTIONAL" }, RISK: "denied" }), "unknown")]
#[case("UP-10", optional_with(json!("BLOCK"), json!("NO_ACTION")), "pass")]
#[case("UP-10", optional_with(json!("MFA_REQUIRED"), json!("NO_ACTION")), "pass")]
#[case("UP-10", optional_with(json!("MFA_IF_CONFIGURED"), json!("MFA_REQUIRED")), "fail medium")]
#[case("UP-10", optional_with(Value::Null, json!("MFA_REQUIRED")), "fail medium")]
#[case("UP-10", json!({ "GetUserPoolMfaConfig": { "/MfaConfiguration": "OFF" } }), "n/a")]
#[case("UP-11", json!({ "GetUserPoolMfaConfig": { "/SoftwareTokenMfaConfiguration": null, "/WebAuthnConfiguration": null } }),
    "fail medium")]
#[case("UP-11", json!({ "GetUserPoolMfaConfig": { "/SoftwareTokenMfaConfiguration": null, "/WebAuthnConfiguration": null,
    "/SmsMfaConfiguration": null } }), "unknown")]
#[case("UP-11", json!({ "GetUserPoolMfaConfig": { "/SoftwareTokenMfaConfiguration": null, "/WebAuthnConfiguration": null,
    "/EmailMfaConfiguration": { "Subject": "Code" } } }), "pass")]
#[case("UP-12", json!({ "GetUserPoolMfaConfig": { "/WebAuthnConfiguration/UserVerification": "preferred" } }), "fail info")]
#[case("UP-12", json!({ "GetUserPoolMfaConfig": { "/WebAuthnConfiguration": null } }), "n/a")]
#[case("UP-12", json!({ "GetUserPoolMfaConfig": { "/WebAuthnConfiguration/UserVerification": null } }), "unknown")]
#[case("UP-13", pool("DeviceConfiguration/ChallengeRequiredOnNewDevice", json!(true)), "fail low")]
#[case("UP-13", pool("DeviceConfiguration", Value::Null), "pass")]
#[case("UP-13", json!({ "GetUserPoolMfaConfig": "denied" }), "unknown")]
#[case("UP-14", pool("AccountRecoverySetting", Value::Null), "fail medium")]
#[case("UP-14", pool("AccountRecoverySetting/RecoveryMechanisms",
    json!([{ "Priority": 1, "Name": "verified_phone_number" }])), "fail medium")]
#[case("UP-14", pool("AccountRecoverySetting/RecoveryMechanisms", json!([{ "Priority": 1, "Name": "admin_only" }])), "pass")]
#[case("UP-14", json!({ "DescribeUserPool": "throttled" }), "unknown")]
#[case("UP-15", pool("UsernameConfiguration/CaseSensitive", json!(true)), "fail medium")]
#[case("UP-15", pool("UsernameConfiguration", Value::Null), "fail medium")]
#[case("UP-15", json!({ "DescribeUserPool": "failed" }), "unknown")]
#[case("UP-16", pool("UserAttributeUpdateSettings", Value::Null), "fail high")]
#[case("UP-16", json!({ "DescribeUserPool": { "/UserPool/UserAttributeUpdateSettings": null,
    "/UserPool/UsernameAttributes": null } }), "fail medium")]
#[case("UP-16", json!({ "DescribeUserPool": { "/UserPool/AutoVerifiedAttributes": null,
    "/UserPool/UsernameAttributes": null } }), "n/a")]
#[case("UP-16", json!({ "DescribeUserPool": "denied" }), "unknown")]
#[case("UP-17", pool("AliasAttributes", json!(["phone_number", "preferred_username"])), "fail medium")]
#[case("UP-17", pool("UsernameAttributes", Value::Null), "n/a")]
#[case("UP-17", json!({ "DescribeUserPool": "denied" }), "unknown")]
#[case("UP-18", pool("DeletionProtection", json!("INACTIVE")), "fail medium")]
#[case("UP-18", pool("DeletionProtection", Value::Null), "unknown")]
#[case("UP-19", pool("DcrConfiguration", json!({ "OpenDcrEnabled": true })), "fail high")]
#[case("UP-19", pool("DcrConfiguration", json!({ "OpenDcrEnabled": true, "OpenDcrGrantTypes": ["client_credentials"] })),
    "fail critical")]
#[case("UP-19", pool("DcrConfiguration", Value::Null), "pass")]
#[case("UP-19", pool("DcrConfiguration", json!({})), "unknown")]
#[case("UP-20", pool("KeyConfiguration/KeyType", json!("AWS_OWNED_KEY")), "fail info")]
#[case("UP-20", pool("KeyConfiguration", Value::Null), "fail info")]
#[case("UP-20", json!({ "DescribeUserPool": "denied" }), "unknown")]
fn rules_about_who_comes_in(#[case] id: &str, #[case] changes: Value, #[case] expected: &str) {
    expect(id, &changes, expected);
}

#[rstest]
#[case("UP-30", pool("UserPoolAddOns/AdvancedSecurityMode", json!("AUDIT")), "fail low")]
#[case("UP-30", pool("UserPoolAddOns", Value::Null), "fail medium")]
#[case("UP-30", json!({ "DescribeUserPool": "denied" }), "unknown")]
#[case("UP-31", pool("UserPoolAddOns/AdvancedSecurityAdditionalFlows", Value::Null), "fail medium")]
#[case("UP-31", pool("LambdaConfig", json!({})), "n/a")]
#[case("UP-31", json!({ "DescribeUserPool": "denied" }), "unknown")]
#[case("UP-32", risk(RISK, STOLEN, json!("NO_ACTION")), "fail medium")]
#[case("UP-32", risk(RISK, "CompromisedCredentialsRiskConfiguration", Value::Null), "fail medium")]
#[case("UP-32", risk(RISK, "CompromisedCredentialsRiskConfiguration/EventFilter", json!(["SIGN_UP"])), "fail medium")]
#[case("UP-32", risk(RISK, "CompromisedCredentialsRiskConfiguration/EventFilter", Value::Null), "pass")]
#[case("UP-32", risk(OF_CLIENT, STOLEN, json!("NO_ACTION")), "fail medium")]
#[case("UP-32", json!({ OF_CLIENT: "denied" }), "unknown")]
#[case("UP-32", pool("UserPoolAddOns/AdvancedSecurityMode", json!("AUDIT")), "fail medium")]
#[case("UP-33", risk(RISK, HIGH, json!("MFA_REQUIRED")), "fail medium")]
#[case("UP-33", risk(RISK, LOW, json!("MFA_IF_CONFIGURED")), "fail medium")]
#[case("UP-33", risk(OF_CLIENT, HIGH, json!("NO_ACTION")), "fail medium")]
#[case("UP-33", risk(RISK, LOW, json!("BLOCK")), "pass")]
#[case("UP-33", json!({ RISK: "throttled" }), "unknown")]
#[case("UP-34", risk(RISK, SKIPPED, json!(["10.0.0.0/8"])), "fail medium")]
#[case("UP-34", risk(OF_CLIENT, SKIPPED, json!(["192.0.2.1/32"])), "fail medium")]
#[case("UP-34", pool("UserPoolAddOns", Value::Null), "n/a")]
#[case("UP-34", json!({ RISK: "denied" }), "unknown")]
#[case("UP-35", json!({ "GetWebACLForResource": { "/WebACL": null } }), "fail medium")]
#[case("UP-35", json!({ "GetWebACLForResource": "denied" }), "unknown")]
#[case("UP-36", pool("EmailConfiguration/EmailSendingAccount", json!("COGNITO_DEFAULT")), "fail medium")]
#[case("UP-36", pool("EmailConfiguration", Value::Null), "fail medium")]
#[case("UP-36", json!({ "DescribeUserPool": "denied" }), "unknown")]
#[case("UP-37", pool("SmsConfigurationFailure", json!("SNSSandbox")), "fail high")]
#[case("UP-37", json!({ "DescribeUserPool": { "/UserPool/SmsConfigurationFailure": "InvalidSmsRoleTrustPolicyException",
    "/UserPool/MfaConfiguration": "OFF" } }), "fail medium")]
#[case("UP-37", pool("SmsConfiguration", Value::Null), "n/a")]
#[case("UP-37", json!({ "DescribeUserPool": "denied" }), "unknown")]
#[case("UP-38", pool("SmsConfiguration/ExternalId", Value::Null), "fail low")]
#[case("UP-38", pool("SmsConfiguration/ExternalId", json!("another")), "fail low")]
#[case("UP-38", json!({ "GetRole arn:aws:iam::111122223333:role/sms": "denied" }), "unknown")]
#[case("UP-38", sms_trust(json!([])), "fail low")]
#[case("UP-38", sms_trust(json!([{ "Effect": "Allow", "Principal": { "Service": "cognito-idp.amazonaws.com" } }])), "fail low")]
#[case("UP-38", sms_trust(json!([{ "Effect": "Allow", "Principal": { "Service": "cognito-idp.amazonaws.com" },
    "Condition": { "StringLike": { "sts:ExternalId": ["outside-1", "*"] } } }])), "fail low")]
#[case("UP-38", sms_trust(json!("x")), "unknown")]
#[case("UP-39", function_policy(json!({ "Statement": "x" })), "unknown")]
#[case("UP-39", pool("Arn", Value::Null), "unknown")]
#[case("UP-39", function_policy(calls(json!({ "StringEquals": { "aws:PrincipalOrgID": "o-1" } }))), "unknown")]
#[case("UP-40", function_policy(calls(json!({ "StringEquals": { "AWS:SourceAccount": "444455556666" } }))), "fail medium")]
#[case("UP-40", function_policy(calls(json!({ "ArnLike": {
    "AWS:SourceArn": "arn:aws:cognito-idp:us-east-1:*:userpool/*" } }))), "fail medium")]
#[case("UP-40", function_policy(json!({ "Statement": [] })), "n/a")]
#[case("UP-40", function_policy(json!("x")), "unknown")]
#[case("UP-40", json!({ "GetPolicy arn:aws:lambda:eu-west-1:111122223333:function:gate": "ResourceNotFoundException" }),
    "n/a")]
#[case("UP-39", pool("Arn", json!("arn:aws:cognito-idp:eu-west-1:111122223333:userpool/other")), "fail high")]
#[case("UP-39", json!({ "GetPolicy arn:aws:lambda:eu-west-1:111122223333:function:gate": "ResourceNotFoundException" }),
    "fail high")]
#[case("UP-39", pool("LambdaConfig", Value::Null), "n/a")]
#[case("UP-39", json!({ "GetPolicy arn:aws:lambda:eu-west-1:111122223333:function:gate": "denied" }), "unknown")]
#[case("UP-40", json!({ "GetPolicy arn:aws:lambda:eu-west-1:111122223333:function:gate": { "/Policy":
    r#"{"Statement":{"Effect":"Allow","Principal":{"Service":"cognito-idp.amazonaws.com"}}}"# } }), "fail medium")]
#[case("UP-40", pool("LambdaConfig/PostConfirmation", json!("arn:aws:lambda:eu-west-1:111122223333:function:x")), "unknown")]
#[case("UP-41", json!({ "DescribeUserPool": { "/UserPool/LambdaConfig/UserMigration": "arn:aws:lambda:1",
    "/UserPool/CreationDate": 1_700_000_000 } }), "fail medium")]
#[case("UP-41", pool("LambdaConfig/UserMigration", json!("arn:aws:lambda:1")), "pass")]
#[case("UP-41", json!({ "DescribeUserPool": { "/UserPool/LambdaConfig/UserMigration": "arn:aws:lambda:1",
    "/UserPool/CreationDate": null } }), "unknown")]
fn rules_about_protection_and_triggers(#[case] id: &str, #[case] changes: Value, #[case] expected: &str) {
    expect(id, &changes, expected);
}

#[rstest]
#[case("UP-42", json!({ "GetLogDeliveryConfiguration": { "/LogDeliveryConfiguration/LogConfigurations": [] } }), "fail low")]
#[case("UP-42", json!({ "GetLogDeliveryConfiguration": "failed" }), "unknown")]
#[case("UP-43", json!({ "DescribeUserPoolDomain people-good": { "/DomainDescription/Status": "FAILED" } }), "fail medium")]
#[case("UP-43", json!({ "ResolveHost login.good.example": { "/Names": ["elsewhere.example"] } }), "fail high")]
#[case("UP-43", json!({ "ResolveHost login.good.example": "failed" }), "unknown")]
#[case("UP-43", pool("CustomDomain", Value::Null), "pass")]
#[case("UP-43", json!({ "DescribeUserPool": { "/UserPool/Domain": null, "/UserPool/CustomDomain": null } }), "n/a")]
#[case("UP-44", pool("EstimatedNumberOfUsers", json!(32_000_000)), "fail low")]
#[case("UP-44", pool("EstimatedNumberOfUsers", json!(31_999_999)), "pass")]
#[case("UP-44", json!({ "ListResourceServers": { "/ResourceServers": vec![json!({}); 20] } }), "fail low")]
#[case("UP-44", json!({ "ListGroups": "denied" }), "unknown")]
#[case("UP-44", json!({ "ListGroups": { "/Groups": null } }), "unknown")]
#[case("UP-34", json!({ OF_CLIENT: { "/RiskConfiguration": null } }), "unknown")]
#[case("GR-01", json!({ "ListAttachedRolePolicies arn:aws:iam::111122223333:role/admins": {
    "/AttachedPolicies": [{ "PolicyName": "AdministratorAccess" }] } }), "fail high")]
#[case("GR-01", json!({ "GetRolePolicy arn:aws:iam::111122223333:role/admins/inline": {
    "/PolicyDocument": { "Statement": [{ "Effect": "Allow", "Action": "*" }] } } }), "fail high")]
#[case("GR-01", json!({ "ListAttachedRolePolicies arn:aws:iam::111122223333:role/admins": "denied" }), "unknown")]
#[case("GR-01", json!({ "GetRolePolicy arn:aws:iam::111122223333:role/admins/inline": {
    "/PolicyDocument": "no policy" } }), "unknown")]
#[case("GR-01", json!({ "ListGroups": { "/Groups": "x" } }), "unknown")]
#[case("GR-01", json!({ "ListGroups": { "/Groups": [{ "GroupName": "everybody" }] } }), "n/a")]
#[case("GR-02", json!({ "ListGroups": { "/Groups/0/Precedence": 2 } }), "fail medium")]
#[case("GR-02", json!({ "ListGroups": { "/Groups/0/Precedence": null, "/Groups/1/Precedence": null } }), "fail medium")]
#[case("GR-02", json!({ "ListGroups": { "/Groups/0/Precedence": 2,
    "/Groups/0/RoleArn": "arn:aws:iam::111122223333:role/signed-in" } }), "pass")]
#[case("GR-02", json!({ "ListGroups": "throttled" }), "unknown")]
#[case("OP-01", json!({ "GetCallerIdentity": { "/Arn": "arn:aws:iam::111122223333:root" } }), "fail info")]
#[case("OP-01", json!({ "GetCallerIdentity": {
    "/Arn": "arn:aws:sts::1:assumed-role/AWSReservedSSO_AdministratorAccess_1/anna" } }), "fail info")]
#[case("OP-01", json!({ "GetCallerIdentity": { "/Arn": "arn:aws:iam::111122223333:user/anna" } }), "unknown")]
#[case("OP-01", json!({ "SimulatePrincipalPolicy arn:aws:sts::111122223333:assumed-role/poolkeeper/anna": {
    "/EvaluationResults": [{ "EvalActionName": "iam:CreateUser", "EvalDecision": "allowed" }] } }), "fail info")]
fn rules_about_running_the_pool(#[case] id: &str, #[case] changes: Value, #[case] expected: &str) {
    expect(id, &changes, expected);
}

/// The policy of the function behind the triggers.
fn function_policy(document: Value) -> Value {
    json!({ "GetPolicy arn:aws:lambda:eu-west-1:111122223333:function:gate": { "/Policy": document.to_string() } })
}

/// One that lets Cognito call on a condition.
fn calls(condition: Value) -> Value {
    json!({ "Statement": [{ "Effect": "Allow", "Principal": { "Service": "cognito-idp.amazonaws.com" },
        "Action": "lambda:InvokeFunction", "Condition": condition }] })
}

/// The statements of the trust policy of the role for text messages.
fn sms_trust(statements: Value) -> Value {
    json!({ "GetRole arn:aws:iam::111122223333:role/sms": { "/Role/AssumeRolePolicyDocument": { "Statement": statements } } })
}

#[test]
fn open_sign_up_is_worse_with_what_trusts_the_pool() {
    let open = |more: Value| {
        let mut changes = pool(OPEN, json!(false));
        changes.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        only(&changed(good(), &changes), "UP-01").severity.as_str()
    };
    assert_eq!(open(json!({})), "high", "an identity pool trusts it");
    let alone = json!({ "ListIdentityPools": { "/IdentityPools": [] } });
    assert_eq!(open(alone), "medium");
    let mut unseen = pool(OPEN, json!(false));
    unseen[format!("DescribeIdentityPool {}", crate::IDENTITY_POOL)] = json!("denied");
    let told = only(&changed(good(), &unseen), "UP-01").evidence;
    assert!(told.contains("Whether an identity pool trusts this pool is not known"), "{told}");
    let telling = json!({ "ListIdentityPools": { "/IdentityPools": [] },
        "DescribeUserPoolClient web": { "/UserPoolClient/WriteAttributes": ["custom:role"] } });
    assert_eq!(open(telling), "high", "people can give themselves a role");
}

#[test]
fn people_who_were_forgotten_are_counted_from_a_complete_copy_alone() {
    let mut snapshot = good();
    snapshot.people.as_mut().unwrap().unconfirmed = 3;
    let finding = only(&snapshot, "UP-45");
    assert_eq!((finding.outcome, finding.severity.as_str()), (Outcome::Fail, "low"));
    assert!(finding.evidence.starts_with("3 never confirmed"), "{}", finding.evidence);
    snapshot.people = None;
    let unknown = only(&snapshot, "UP-45");
    assert_eq!(unknown.outcome, Outcome::Unknown);
    assert!(unknown.evidence.contains("poolctl sync"));
}

#[test]
fn what_was_never_asked_names_the_permission() {
    let mut snapshot = good();
    snapshot.answers.retain(|operation, _| operation.starts_with("Describe") || operation.starts_with("List"));
    let findings = judge(&snapshot);
    let evidence = |id: &str| findings.iter().find(|finding| finding.rule.id == id).unwrap().evidence.clone();
    for (id, needs) in [
        ("UP-35", "wafv2:GetWebACLForResource"),
        ("UP-39", "lambda:GetPolicy"),
        ("UP-43", "DNS"),
        ("AC-20", "CloudTrail"),
    ] {
        assert!(evidence(id).contains(needs), "{id}: {}", evidence(id));
    }
}
