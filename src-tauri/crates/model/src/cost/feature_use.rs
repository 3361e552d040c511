//! Which features that depend on the plan a pool uses, as its settings tell.

use serde_json::Value;

use super::features::{Feature, FeatureUse};
use crate::health::Snapshot;

/// Every feature that needs a plan above Lite, and whether the pool uses it, by the answers to `DescribeUserPool`,
/// `GetUserPoolMfaConfig`, `GetLogDeliveryConfiguration`, `DescribeUserPoolDomain` and `ListUserPoolReplicas`. `rotates` tells
/// whether an app client rotates its refresh tokens; `None` where nobody knows.
///
/// What was not answered is [`FeatureUse::Unknown`]; so is tracking of sessions, which AWS's SDK for Rust cannot ask for yet.
#[must_use]
pub fn features_used(settings: &Snapshot, rotates: Option<bool>) -> Vec<(Feature, FeatureUse)> {
    let used = |feature| {
        let used = settings.body("DescribeUserPool", "").and_then(|pool| used(feature, pool, settings, rotates));
        let used = match used {
            Some(true) => FeatureUse::Used,
            Some(false) => FeatureUse::NotUsed,
            None => FeatureUse::Unknown,
        };
        (feature, used)
    };
    Feature::ALL.map(used).to_vec()
}

/// `None` where it is not known.
fn used(feature: Feature, pool: &Value, settings: &Snapshot, rotates: Option<bool>) -> Option<bool> {
    let of_pool = |pointer: &str| pool.pointer(&format!("/UserPool/{pointer}"));
    let tier = of_pool("UserPoolTier").and_then(Value::as_str);
    match feature {
        Feature::ThreatProtection => {
            let mode = of_pool("UserPoolAddOns/AdvancedSecurityMode").and_then(Value::as_str);
            Some(mode.is_some_and(|mode| mode != "OFF"))
        }
        Feature::AccessTokenCustomization => {
            let version = of_pool("LambdaConfig/PreTokenGenerationConfig/LambdaVersion").and_then(Value::as_str);
            Some(version.is_some_and(|version| version != "V1_0"))
        }
        Feature::Passwordless => {
            let factors = of_pool("Policies/SignInPolicy/AllowedFirstAuthFactors").and_then(Value::as_array);
            Some(factors.into_iter().flatten().any(|factor| factor != "PASSWORD"))
        }
        Feature::PasswordHistory => {
            let size = of_pool("Policies/PasswordPolicy/PasswordHistorySize").and_then(Value::as_u64);
            Some(size.unwrap_or_default() > 0)
        }
        Feature::UserActivityLogs => match settings.body("GetLogDeliveryConfiguration", "") {
            Some(logs) => {
                let all = logs.pointer("/LogDeliveryConfiguration/LogConfigurations").and_then(Value::as_array);
                Some(
                    all.into_iter()
                        .flatten()
                        .any(|log| log.get("EventSource").is_some_and(|of| of == "userAuthEvents")),
                )
            }
            // Only Plus has the export at all.
            None => matches!(tier, Some("LITE" | "ESSENTIALS")).then_some(false),
        },
        // Without second factors there is none by e-mail.
        Feature::EmailMfa if of_pool("MfaConfiguration").is_none_or(|mfa| mfa == "OFF") => Some(false),
        Feature::EmailMfa => {
            let mfa = settings.body("GetUserPoolMfaConfig", "")?;
            Some(mfa.get("EmailMfaConfiguration").is_some_and(|email| !email.is_null()))
        }
        Feature::ManagedLoginBranding => managed_login(pool, settings),
        Feature::RefreshTokenRotation => rotates,
        Feature::Replication => {
            let replicas = settings.body("ListUserPoolReplicas", "")?.get("UserPoolReplicas").and_then(Value::as_array);
            // The pool itself may be listed as the primary one.
            let secondary = |replica: &&Value| replica.get("Role").is_none_or(|role| role != "PRIMARY");
            Some(replicas.into_iter().flatten().any(|replica| secondary(&replica)))
        }
        // Lite has none to be on.
        Feature::SessionTracking => (tier == Some("LITE")).then_some(false),
    }
}

/// Whether a domain of the pool shows managed login, which a style of the designer belongs to: version 2.
fn managed_login(pool: &Value, settings: &Snapshot) -> Option<bool> {
    let domain = |field: &str| pool.pointer(&format!("/UserPool/{field}"))?.as_str();
    let versions = ["Domain", "CustomDomain"].into_iter().filter_map(domain).map(|domain| {
        let version =
            settings.body("DescribeUserPoolDomain", domain)?.pointer("/DomainDescription/ManagedLoginVersion");
        Some(version.and_then(Value::as_i64) == Some(2))
    });
    let versions: Vec<Option<bool>> = versions.collect();
    if versions.contains(&Some(true)) {
        return Some(true);
    }
    versions.iter().all(Option::is_some).then_some(false)
}
