//! Pools: what AWS fills in, what an update resets, what it refuses.

use crate::support::{Live, live};
use serde_json::{Value, json};

fn make(live: &Live, input: Value) -> String {
    let mut input = input;
    input["PoolName"] = json!("made");
    live.ok("CreateUserPool", input)["UserPool"]["Id"].as_str().unwrap().to_owned()
}

fn described(live: &Live, id: &str) -> Value {
    live.ok("DescribeUserPool", json!({ "UserPoolId": id }))["UserPool"].clone()
}

#[test]
fn a_new_pool_has_the_defaults_of_aws() {
    let live = live(1);
    let pool = described(&live, &make(&live, json!({})));
    let policy = &pool["Policies"]["PasswordPolicy"];
    for (rule, value) in [
        ("MinimumLength", json!(8)),
        ("RequireUppercase", json!(true)),
        ("RequireSymbols", json!(true)),
        ("TemporaryPasswordValidityDays", json!(7)),
    ] {
        assert_eq!(policy[rule], value, "{rule}");
    }
    for (setting, value) in
        [("UserPoolTier", "ESSENTIALS"), ("MfaConfiguration", "OFF"), ("DeletionProtection", "INACTIVE")]
    {
        assert_eq!(pool[setting], value, "{setting}");
    }
    assert_eq!(pool["Policies"]["SignInPolicy"]["AllowedFirstAuthFactors"], json!(["PASSWORD"]));
    assert_eq!(pool["EmailConfiguration"]["EmailSendingAccount"], "COGNITO_DEFAULT");
    assert_eq!(pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"], false);
    assert!(pool.get("Domain").is_none());
}

#[test]
fn an_update_resets_what_it_leaves_out_and_keeps_what_can_never_change() {
    let live = live(1);
    let arn = "arn:aws:lambda:eu-west-1:123456789012:function:trigger";
    let id = make(
        &live,
        json!({
            "UsernameAttributes": ["email"],
            "UsernameConfiguration": { "CaseSensitive": false },
            "AutoVerifiedAttributes": ["email"],
            "LambdaConfig": { "PreSignUp": arn, "PreTokenGeneration": arn },
            "Policies": { "PasswordPolicy": { "MinimumLength": 12, "PasswordHistorySize": 3 } },
            "UserPoolTags": { "a": "b" },
            "MfaConfiguration": "OPTIONAL",
            "UserPoolTier": "PLUS",
            "EmailVerificationMessage": "Your code is {####}.",
            "Schema": [{ "Name": "team", "AttributeDataType": "String", "Mutable": true }],
        }),
    );
    let before = described(&live, &id);
    assert_eq!(
        before["LambdaConfig"]["PreTokenGenerationConfig"],
        json!({ "LambdaVersion": "V1_0", "LambdaArn": arn })
    );
    assert_eq!(before["VerificationMessageTemplate"]["EmailMessage"], "Your code is {####}.");
    assert_eq!(before["Policies"]["PasswordPolicy"]["RequireSymbols"], false, "what a policy leaves out is off");
    live.ok("UpdateUserPool", json!({ "UserPoolId": id, "PoolName": "renamed", "AutoVerifiedAttributes": ["email"] }));
    let after = described(&live, &id);
    assert_eq!(after["Name"], "renamed");
    for kept in ["UsernameAttributes", "UsernameConfiguration", "SchemaAttributes", "AutoVerifiedAttributes", "Arn"] {
        assert_eq!(after[kept], before[kept], "{kept}");
    }
    assert_eq!(after["LambdaConfig"], json!({}));
    assert_eq!(after["Policies"]["PasswordPolicy"]["MinimumLength"], 8);
    assert!(after["Policies"]["PasswordPolicy"].get("PasswordHistorySize").is_none());
    assert_eq!(after["UserPoolTags"], json!({}));
    assert_eq!(after["MfaConfiguration"], "OFF");
    assert_eq!(after["UserPoolTier"], "ESSENTIALS");
    assert!(after.get("EmailVerificationMessage").is_none());
    live.ok("UpdateUserPool", json!({ "UserPoolId": id }));
    assert_eq!(described(&live, &id)["Name"], "renamed", "a name is never reset");
}

#[test]
fn what_the_service_model_forbids_is_refused_by_name() {
    let live = live(1);
    let cases = [
        (json!({ "PoolName": "x", "MfaConfiguration": "MAYBE" }), "mfaConfiguration"),
        (json!({ "PoolName": "x/y" }), "poolName"),
        (json!({ "PoolName": "x".repeat(129) }), "poolName"),
        (json!({}), "poolName"),
        (
            json!({ "PoolName": "x", "Policies": { "PasswordPolicy": { "MinimumLength": 5 } } }),
            "policies.passwordPolicy.minimumLength",
        ),
        (json!({ "PoolName": "x", "AutoVerifiedAttributes": ["name"] }), "autoVerifiedAttributes.1.member"),
        (json!({ "PoolName": "x", "LambdaConfig": { "PreSignUp": "function" } }), "lambdaConfig.preSignUp"),
        (json!({ "PoolName": "x", "Schema": [{ "Name": "x".repeat(21) }] }), "schema.1.member.name"),
    ];
    for (input, place) in cases {
        let reply = live.call("CreateUserPool", input);
        assert_eq!(reply.code(), "InvalidParameterException", "{place}");
        assert!(reply.message().contains(&format!("at '{place}'")), "{place}: {}", reply.message());
    }
    let reply = live.call("CreateUserPool", json!({ "PoolName": 7 }));
    assert_eq!(reply.code(), "SerializationException");
}

#[test]
fn settings_that_do_not_go_together_are_refused() {
    let live = live(1);
    let version = "arn:aws:lambda:eu-west-1:123456789012:function:trigger:3";
    let alias = "arn:aws:lambda:eu-west-1:123456789012:function:trigger:live";
    let otp = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } });
    let recovery = |names: [&str; 2]| {
        let mechanism = |at: usize| json!({ "Name": names[at], "Priority": at + 1 });
        json!({ "AccountRecoverySetting": { "RecoveryMechanisms": [mechanism(0), mechanism(1)] } })
    };
    for bad in [
        json!({ "AliasAttributes": ["email"], "UsernameAttributes": ["email"] }),
        json!({ "LambdaConfig": { "PreSignUp": version } }),
        json!({ "LambdaConfig": { "CustomEmailSender": { "LambdaVersion": "V1_0", "LambdaArn": alias } } }),
        json!({ "Policies": otp, "MfaConfiguration": "ON" }),
        json!({ "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] } }),
        json!({ "EmailConfiguration": { "EmailSendingAccount": "DEVELOPER" } }),
        json!({ "AdminCreateUserConfig": { "UnusedAccountValidityDays": 3 },
                "Policies": { "PasswordPolicy": { "TemporaryPasswordValidityDays": 4 } } }),
        recovery(["admin_only", "verified_email"]),
        recovery(["verified_email", "verified_email"]),
        json!({ "Schema": [{ "Name": "email", "AttributeDataType": "Number" }] }),
        json!({ "Schema": [{ "Name": "team", "AttributeDataType": "String", "Required": true }] }),
        json!({ "Schema": [{ "Name": "team" }, { "Name": "team" }] }),
    ] {
        let mut input = bad.clone();
        input["PoolName"] = json!("refused");
        let reply = live.call("CreateUserPool", input);
        assert_eq!((reply.status, reply.code().as_str()), (400, "InvalidParameterException"), "{bad}");
    }
    make(&live, json!({ "LambdaConfig": { "PreSignUp": alias } }));
    make(&live, recovery(["verified_email", "verified_phone_number"]));
}

#[test]
fn features_need_their_plan_and_a_plan_cannot_be_left_while_they_are_used() {
    let live = live(1);
    let arn = "arn:aws:lambda:eu-west-1:123456789012:function:trigger";
    let features = [
        (json!({ "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"] } } }), "LITE"),
        (json!({ "Policies": { "PasswordPolicy": { "PasswordHistorySize": 1 } } }), "LITE"),
        (
            json!({ "LambdaConfig": { "PreTokenGenerationConfig": { "LambdaVersion": "V2_0", "LambdaArn": arn } } }),
            "LITE",
        ),
        (json!({ "UserPoolAddOns": { "AdvancedSecurityMode": "AUDIT" } }), "ESSENTIALS"),
    ];
    for (feature, plan) in features {
        let mut input = feature.clone();
        input["PoolName"] = json!("p");
        input["UserPoolTier"] = json!(plan);
        let reply = live.call("CreateUserPool", input.clone());
        assert_eq!(reply.code(), "FeatureUnavailableInTierException", "{feature}");
        input["UserPoolTier"] = json!("PLUS");
        assert_eq!(live.call("CreateUserPool", input).status, 200, "{feature}");
    }
    let id = make(&live, json!({}));
    let client = json!({ "UserPoolId": id, "ClientName": "c", "RefreshTokenRotation": { "Feature": "ENABLED" } });
    live.ok("CreateUserPoolClient", client);
    let lower = json!({ "UserPoolId": id, "UserPoolTier": "LITE" });
    live.fails("UpdateUserPool", lower, "TierChangeNotAllowedException");
}

#[test]
fn custom_attributes_are_added_whole_or_not_at_all() {
    let live = live(1);
    let id = make(&live, json!({}));
    let add = |list: Value| json!({ "UserPoolId": id, "CustomAttributes": list });
    let number =
        json!({ "Name": "age", "AttributeDataType": "Number", "NumberAttributeConstraints": { "MinValue": "0" } });
    live.ok("AddCustomAttributes", add(json!([number, { "Name": "email", "AttributeDataType": "String" }])));
    let schema = described(&live, &id)["SchemaAttributes"].clone();
    let find = |name: &str| schema.as_array().unwrap().iter().find(|a| a["Name"] == name).cloned();
    assert_eq!(find("custom:age").unwrap()["NumberAttributeConstraints"]["MinValue"], "0");
    assert!(find("custom:email").is_some() && find("email").is_some());
    for bad in [
        json!([{ "Name": "new", "AttributeDataType": "String" }, { "Name": "age", "AttributeDataType": "String" }]),
        json!([{ "Name": "new", "AttributeDataType": "String", "Required": true }]),
        json!([{ "Name": "new", "AttributeDataType": "String", "StringAttributeConstraints": { "MaxLength": "4096" } }]),
        json!([{ "Name": "new", "AttributeDataType": "String", "NumberAttributeConstraints": {} }]),
        json!([]),
    ] {
        live.fails("AddCustomAttributes", add(bad), "InvalidParameterException");
    }
    assert_eq!(described(&live, &id)["SchemaAttributes"], schema);
    for batch in 0..2 {
        let many: Vec<Value> = (0..24).map(|n| json!({ "Name": format!("a{batch}-{n}") })).collect();
        live.ok("AddCustomAttributes", add(json!(many)));
    }
    live.fails("AddCustomAttributes", add(json!([{ "Name": "one-more" }])), "InvalidParameterException");
}

#[test]
fn mfa_is_read_and_set_and_cannot_be_on_without_a_factor() {
    let live = live(1);
    let id = make(&live, json!({}));
    let get = || live.ok("GetUserPoolMfaConfig", json!({ "UserPoolId": id }));
    assert_eq!(get(), json!({ "MfaConfiguration": "OFF" }));
    let set = |input: Value| {
        let mut input = input;
        input["UserPoolId"] = json!(id);
        live.call("SetUserPoolMfaConfig", input)
    };
    let totp = json!({ "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    assert_eq!(set(totp.clone()).code(), "InvalidParameterException", "a factor without MFA");
    assert_eq!(set(json!({ "MfaConfiguration": "ON" })).code(), "InvalidParameterException", "MFA without a factor");
    let mut on = totp;
    on["MfaConfiguration"] = json!("ON");
    assert_eq!(set(on).status, 200);
    assert_eq!(get(), json!({ "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": { "Enabled": true } }));
    assert_eq!(described(&live, &id)["MfaConfiguration"], "ON");
    let sms =
        json!({ "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::123456789012:role/sms", "ExternalId": "x" } });
    assert_eq!(set(json!({ "SmsMfaConfiguration": sms })).json()["SmsMfaConfiguration"], sms);
    live.ok("UpdateUserPool", json!({ "UserPoolId": id }));
    assert_eq!(described(&live, &id)["SmsConfiguration"], sms["SmsConfiguration"], "never taken back");
    let email = json!({ "MfaConfiguration": "OPTIONAL", "EmailMfaConfiguration": { "Message": "Code {####}" } });
    assert_eq!(set(email).code(), "InvalidParameterException", "needs a sender of its own");
}
