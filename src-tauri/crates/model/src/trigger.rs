//! Lambda triggers: what they are for and when they run (Developer Guide, "Customizing user pool workflows").

use serde_json::{Value, json};

use crate::PoolId;

mod permission;

pub use permission::{Permission, Permitted, Unclear};

/// A trigger that a pool can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trigger {
    /// Its name in `LambdaConfig`.
    pub name: &'static str,
    /// What it belongs to.
    pub category: &'static str,
    /// The values of `triggerSource` with which it runs.
    pub sources: &'static [&'static str],
}

/// A trigger that is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetTrigger {
    /// Its name in `LambdaConfig`, also one that we do not know.
    pub name: String,
    /// The function's ARN.
    pub function: String,
    /// The version of its event; `None` where it has only one.
    pub version: Option<String>,
    /// What is known of it; `None` for one that AWS added since.
    pub known: Option<&'static Trigger>,
}

const fn trigger(name: &'static str, category: &'static str, sources: &'static [&'static str]) -> Trigger {
    Trigger { name, category, sources }
}

const TOKENS: &[&str] = &[
    "TokenGeneration_HostedAuth",
    "TokenGeneration_Authentication",
    "TokenGeneration_NewPasswordChallenge",
    "TokenGeneration_AuthenticateDevice",
    "TokenGeneration_RefreshTokens",
    "TokenGeneration_ClientCredentials",
];

/// Every trigger.
pub const TRIGGERS: [Trigger; 14] = [
    trigger("PreSignUp", "sign-up", &["PreSignUp_SignUp", "PreSignUp_AdminCreateUser", "PreSignUp_ExternalProvider"]),
    trigger(
        "PostConfirmation",
        "sign-up",
        &["PostConfirmation_ConfirmSignUp", "PostConfirmation_ConfirmForgotPassword"],
    ),
    trigger("UserMigration", "sign-up", &["UserMigration_Authentication", "UserMigration_ForgotPassword"]),
    trigger("PreAuthentication", "authentication", &["PreAuthentication_Authentication"]),
    trigger("PostAuthentication", "authentication", &["PostAuthentication_Authentication"]),
    trigger("DefineAuthChallenge", "custom authentication", &["DefineAuthChallenge_Authentication"]),
    trigger("CreateAuthChallenge", "custom authentication", &["CreateAuthChallenge_Authentication"]),
    trigger("VerifyAuthChallengeResponse", "custom authentication", &["VerifyAuthChallengeResponse_Authentication"]),
    trigger("PreTokenGeneration", "tokens", TOKENS),
    trigger("PreTokenGenerationConfig", "tokens", TOKENS),
    trigger("InboundFederation", "federation", &["InboundFederation_ExternalProvider"]),
    trigger(
        "CustomMessage",
        "messages",
        &[
            "CustomMessage_SignUp",
            "CustomMessage_AdminCreateUser",
            "CustomMessage_ResendCode",
            "CustomMessage_ForgotPassword",
            "CustomMessage_UpdateUserAttribute",
            "CustomMessage_VerifyUserAttribute",
            "CustomMessage_Authentication",
        ],
    ),
    trigger(
        "CustomEmailSender",
        "senders",
        &[
            "CustomEmailSender_SignUp",
            "CustomEmailSender_AdminCreateUser",
            "CustomEmailSender_ForgotPassword",
            "CustomEmailSender_UpdateUserAttribute",
            "CustomEmailSender_VerifyUserAttribute",
            "CustomEmailSender_Authentication",
            "CustomEmailSender_AccountTakeOverNotification",
        ],
    ),
    trigger(
        "CustomSMSSender",
        "senders",
        &[
            "CustomSMSSender_SignUp",
            "CustomSMSSender_AdminCreateUser",
            "CustomSMSSender_ForgotPassword",
            "CustomSMSSender_UpdateUserAttribute",
            "CustomSMSSender_VerifyUserAttribute",
            "CustomSMSSender_Authentication",
        ],
    ),
];

/// The triggers of a `LambdaConfig`, as `DescribeUserPool` shows it. `KMSKeyID`, which is a key, is none of them.
#[must_use]
pub fn of_config(config: &Value) -> Vec<SetTrigger> {
    let entries = config.as_object().into_iter().flatten();
    let read = |(name, value): (&String, &Value)| {
        let function = value.as_str().or_else(|| value.get("LambdaArn")?.as_str())?.to_owned();
        let version = value.get("LambdaVersion").and_then(Value::as_str).map(str::to_owned);
        let known = TRIGGERS.iter().find(|trigger| trigger.name == name);
        Some(SetTrigger { name: name.clone(), function, version, known })
    };
    entries.filter(|(name, _)| *name != "KMSKeyID").filter_map(read).collect()
}

/// An event as Cognito sends it with that `triggerSource`, to test a function with. The person in it is made up. `version` is
/// that of the trigger, such as `V2_0`; `None` for the first.
#[must_use]
pub fn event(source: &str, version: Option<&str>, pool: &PoolId, client: &str) -> Value {
    let machine = source == "TokenGeneration_ClientCredentials";
    let name = if machine { "ClientCredentials" } else { "0f9c6a51-5a5e-4d0c-9d3e-2f6b7a1c8e40" };
    let version = version.and_then(|version| version.strip_prefix('V')?.split('_').next()).unwrap_or("1");
    let attributes = json!({ "sub": name, "email": "jo@example.com", "email_verified": "true",
        "cognito:user_status": "CONFIRMED" });
    let code = json!({ "userAttributes": attributes, "codeParameter": "{####}", "linkParameter": "{##Click here##}",
        "usernameParameter": null, "clientMetadata": {} });
    let sender =
        if source.starts_with("CustomSMS") { "customSMSSenderRequestV1" } else { "customEmailSenderRequestV1" };
    let (request, response) = match source.split('_').next().unwrap_or_default() {
        "PreSignUp" => (
            json!({ "userAttributes": { "email": "jo@example.com" }, "validationData": {}, "clientMetadata": {} }),
            json!({ "autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false }),
        ),
        "PreAuthentication" => (json!({ "userAttributes": attributes, "validationData": {} }), json!({})),
        "PostAuthentication" => {
            (json!({ "userAttributes": attributes, "newDeviceUsed": true, "clientMetadata": {} }), json!({}))
        }
        "UserMigration" => (
            json!({ "password": "the-password-that-was-typed", "validationData": {}, "clientMetadata": {} }),
            json!({ "userAttributes": null, "finalUserStatus": null, "messageAction": null, "desiredDeliveryMediums": null,
                "forceAliasCreation": null }),
        ),
        "DefineAuthChallenge" => (
            json!({ "userAttributes": attributes, "session": [], "userNotFound": false }),
            json!({ "challengeName": null, "issueTokens": null, "failAuthentication": null }),
        ),
        "CreateAuthChallenge" => (
            json!({ "userAttributes": attributes, "challengeName": "CUSTOM_CHALLENGE", "session": [], "userNotFound": false }),
            json!({ "publicChallengeParameters": null, "privateChallengeParameters": null, "challengeMetadata": null }),
        ),
        "VerifyAuthChallengeResponse" => (
            json!({ "userAttributes": attributes, "privateChallengeParameters": { "answer": "1234" },
                "challengeAnswer": "1234", "userNotFound": false }),
            json!({ "answerCorrect": null }),
        ),
        "TokenGeneration" => {
            let groups = json!({ "groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": null });
            let mut request = if machine {
                json!({ "userAttributes": {}, "groupConfiguration": null, "clientMetadata": {} })
            } else {
                json!({ "userAttributes": attributes, "groupConfiguration": groups, "clientMetadata": {} })
            };
            // The first version knows no scopes, and answers in a place of its own.
            if version == "1" {
                (request, json!({ "claimsOverrideDetails": null }))
            } else {
                request["scopes"] = json!(if machine { ["api/read"].as_slice() } else { &["openid", "email"] });
                (request, json!({ "claimsAndScopeOverrideDetails": null }))
            }
        }
        "InboundFederation" => {
            let claims = json!({ "sub": "jo-at-corp", "email": "jo@example.com" });
            (
                json!({ "providerName": "Corp", "providerType": "OIDC",
                    "attributes": { "tokenResponse": {}, "idToken": claims, "userInfo": claims } }),
                json!({ "userAttributesToMap": {} }),
            )
        }
        "CustomMessage" => (code, json!({ "smsMessage": null, "emailMessage": null, "emailSubject": null })),
        "CustomEmailSender" | "CustomSMSSender" => (
            json!({ "type": sender, "code": "the code, encrypted with the key of the pool",
                "userAttributes": attributes, "clientMetadata": {} }),
            json!({}),
        ),
        _ => (json!({ "userAttributes": attributes, "clientMetadata": {} }), json!({})),
    };
    json!({
        "version": version,
        "triggerSource": source,
        "region": pool.region(),
        "userPoolId": pool.as_str(),
        "userName": name,
        "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client },
        "request": request,
        "response": response,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{PoolId, TRIGGERS, event, of_config};

    #[test]
    fn every_trigger_has_an_event_that_names_its_source_pool_and_client() {
        let pool = PoolId::parse("eu-west-1_Abcdefghi").unwrap();
        for source in TRIGGERS.iter().flat_map(|trigger| trigger.sources) {
            let event = event(source, None, &pool, "a-client");
            assert_eq!(event["triggerSource"], *source);
            assert_eq!(event["region"], "eu-west-1");
            assert_eq!(event["callerContext"]["clientId"], "a-client");
            let asks = event["request"].as_object().unwrap();
            let others = ["UserMigration", "InboundFederation"].iter().any(|other| source.starts_with(other));
            assert!(asks.contains_key("userAttributes") || others, "{source}");
        }
    }

    #[test]
    fn events_before_tokens_are_of_their_version_and_senders_say_what_they_send() {
        let pool = PoolId::parse("eu-west-1_Abcdefghi").unwrap();
        let of = |source: &str, version| event(source, version, &pool, "a-client");
        for version in [None, Some("V1_0")] {
            let first = of("TokenGeneration_HostedAuth", version);
            assert_eq!((&first["version"], first["request"].get("scopes")), (&json!("1"), None));
            assert!(first["response"].get("claimsOverrideDetails").is_some());
        }
        for (version, told) in [("V2_0", "2"), ("V3_0", "3")] {
            let later = of("TokenGeneration_HostedAuth", Some(version));
            assert_eq!((&later["version"], &later["request"]["scopes"][0]), (&json!(told), &json!("openid")));
            assert!(later["response"].get("claimsAndScopeOverrideDetails").is_some());
        }
        let machine = of("TokenGeneration_ClientCredentials", Some("V3_0"));
        assert_eq!(
            (&machine["userName"], &machine["request"]["userAttributes"]),
            (&json!("ClientCredentials"), &json!({}))
        );
        assert!(machine["request"]["groupConfiguration"].is_null());
        assert_eq!(of("CustomSMSSender_SignUp", None)["request"]["type"], "customSMSSenderRequestV1");
        assert_eq!(of("InboundFederation_ExternalProvider", None)["request"]["providerType"], "OIDC");
    }

    #[test]
    fn triggers_are_read_in_both_forms_and_unknown_ones_are_kept() {
        let set =
            of_config(&json!({ "PreSignUp": "arn:1", "KMSKeyID": "arn:key", "Tomorrow": { "LambdaArn": "arn:3" },
            "PreTokenGenerationConfig": { "LambdaArn": "arn:2", "LambdaVersion": "V3_0" } }));
        let told: Vec<_> =
            set.iter().map(|it| (it.name.as_str(), it.function.as_str(), it.version.as_deref())).collect();
        assert_eq!(
            told,
            [
                ("PreSignUp", "arn:1", None),
                ("PreTokenGenerationConfig", "arn:2", Some("V3_0")),
                ("Tomorrow", "arn:3", None)
            ]
        );
        assert!(set[0].known.is_some() && set[2].known.is_none());
        assert!(of_config(&json!(null)).is_empty());
    }
}
