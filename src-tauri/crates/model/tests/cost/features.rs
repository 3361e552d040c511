//! Which features a pool uses, by what its settings say.

use jiff::Timestamp;
use model::PoolId;
use model::cost::{Feature, FeatureUse, features_used};
use model::health::{Answer, Snapshot};
use serde_json::{Value, json};

use Feature::{EmailMfa, ManagedLoginBranding, RefreshTokenRotation, Replication, SessionTracking, UserActivityLogs};
use FeatureUse::{NotUsed, Unknown, Used};

fn settings(pool: &Value, answers: &[(&str, &str, Value)]) -> Snapshot {
    let mut settings = Snapshot::new(PoolId::parse("eu-west-1_Abcdefghi").unwrap(), Timestamp::UNIX_EPOCH);
    settings.put("DescribeUserPool", "", Answer::Given(json!({ "UserPool": pool })));
    for (operation, subject, body) in answers {
        settings.put(operation, subject, Answer::Given(body.clone()));
    }
    settings
}

fn used(settings: &Snapshot, rotates: Option<bool>, feature: Feature) -> FeatureUse {
    let all = features_used(settings, rotates);
    assert_eq!(all.len(), Feature::ALL.len());
    all.into_iter().find(|(named, _)| *named == feature).unwrap().1
}

#[test]
fn a_plain_pool_uses_none_and_what_was_not_read_is_unknown() {
    let plain = settings(&json!({ "UserPoolTier": "ESSENTIALS" }), &[("ListUserPoolReplicas", "", json!({}))]);
    let told = features_used(&plain, Some(false));
    let unknown: Vec<Feature> = told.into_iter().filter(|(_, used)| *used != NotUsed).map(|(named, _)| named).collect();
    assert_eq!(unknown, [SessionTracking], "the SDK cannot ask for it");
    let nothing = Snapshot::new(PoolId::parse("eu-west-1_Abcdefghi").unwrap(), Timestamp::UNIX_EPOCH);
    assert!(features_used(&nothing, Some(true)).iter().all(|(_, used)| *used == Unknown));
}

#[test]
fn each_setting_tells_of_its_feature() {
    let pool = json!({
        "UserPoolTier": "PLUS",
        "UserPoolAddOns": { "AdvancedSecurityMode": "AUDIT" },
        "LambdaConfig": { "PreTokenGenerationConfig": { "LambdaVersion": "V2_0" } },
        "MfaConfiguration": "OPTIONAL",
        "Policies": {
            "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] },
            "PasswordPolicy": { "PasswordHistorySize": 4 },
        },
        "Domain": "people",
        "CustomDomain": "login.example.com",
    });
    let unread = settings(&pool, &[]);
    for feature in [EmailMfa, UserActivityLogs, ManagedLoginBranding, RefreshTokenRotation, Replication] {
        assert_eq!(used(&unread, None, feature), Unknown, "{feature:?}");
    }
    let domain = |version: u8| json!({ "DomainDescription": { "ManagedLoginVersion": version } });
    let logs =
        |source: &str| json!({ "LogDeliveryConfiguration": { "LogConfigurations": [{ "EventSource": source }] } });
    let replicas = |roles: &[&str]| {
        let all: Vec<Value> = roles.iter().map(|role| json!({ "Role": role })).collect();
        json!({ "UserPoolReplicas": all })
    };
    let full = settings(
        &pool,
        &[
            ("GetUserPoolMfaConfig", "", json!({ "EmailMfaConfiguration": { "Subject": "s" } })),
            ("GetLogDeliveryConfiguration", "", logs("userAuthEvents")),
            ("DescribeUserPoolDomain", "login.example.com", domain(2)),
            ("ListUserPoolReplicas", "", replicas(&["PRIMARY", "SECONDARY"])),
        ],
    );
    let all = features_used(&full, Some(true));
    assert!(all.iter().all(|(feature, used)| *used == Used || *feature == SessionTracking), "{all:?}");
    let classic = settings(
        &pool,
        &[
            ("GetUserPoolMfaConfig", "", json!({ "SoftwareTokenMfaConfiguration": { "Enabled": true } })),
            ("GetLogDeliveryConfiguration", "", logs("userNotification")),
            ("DescribeUserPoolDomain", "login.example.com", domain(1)),
            ("ListUserPoolReplicas", "", replicas(&["PRIMARY"])),
        ],
    );
    for feature in [EmailMfa, UserActivityLogs, Replication] {
        assert_eq!(used(&classic, Some(false), feature), NotUsed, "{feature:?}");
    }
    assert_eq!(used(&classic, None, ManagedLoginBranding), Unknown, "one of its domains was not read");
    let mut classic = classic;
    classic.put("DescribeUserPoolDomain", "people", Answer::Given(domain(1)));
    assert_eq!(used(&classic, None, ManagedLoginBranding), NotUsed);
    let without_mfa = settings(&json!({ "UserPoolTier": "LITE", "MfaConfiguration": "OFF" }), &[]);
    for feature in [EmailMfa, UserActivityLogs, ManagedLoginBranding, SessionTracking] {
        assert_eq!(used(&without_mfa, None, feature), NotUsed, "{feature:?}");
    }
}
