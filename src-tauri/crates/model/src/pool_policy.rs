//! What a pool demands of names, values and passwords, and how people come back in: read from `DescribeUserPool`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::plan::Factor;

/// Days that a temporary password holds where the pool says nothing.
const TEMPORARY_DAYS: u32 = 7;

/// What a person can prove to be themself with when the password is forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovery {
    /// By a code to this attribute (`email`, `phone_number`), which must be verified.
    Code(String),
    /// Not at all: an administrator must act.
    AdminOnly,
}

/// The bounds of an attribute's values. What is `None` is unbounded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bounds {
    /// The shortest text, in characters.
    pub shortest: Option<u64>,
    /// The longest text, in characters.
    pub longest: Option<u64>,
    /// The least number.
    pub least: Option<i64>,
    /// The greatest number.
    pub greatest: Option<i64>,
}

/// The parts of a pool's settings that decide who can sign in and what may be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolPolicy {
    /// Days that a temporary password holds.
    pub temporary_days: u32,
    /// The ways back after a forgotten password, the first one first.
    pub recovery: Vec<Recovery>,
    /// Attributes that the pool verifies by itself.
    pub verifies: Vec<String>,
    /// Attributes that keep their old value until the new one is verified.
    pub verifies_before_update: Vec<String>,
    /// First factors that are offered besides the password; empty where the pool says nothing.
    pub first_factors: Vec<String>,
    /// The bounds of attributes, by AWS's names.
    pub bounds: BTreeMap<String, Bounds>,
}

impl PoolPolicy {
    /// Reads the body of `DescribeUserPool`; `None` when it holds no pool.
    #[must_use]
    pub fn read(body: &Value) -> Option<Self> {
        let pool = body.get("UserPool")?;
        let number = |path: &str| pool.pointer(path).and_then(Value::as_u64).and_then(|days| u32::try_from(days).ok());
        let temporary_days = number("/Policies/PasswordPolicy/TemporaryPasswordValidityDays")
            .or_else(|| number("/AdminCreateUserConfig/UnusedAccountValidityDays"))
            .unwrap_or(TEMPORARY_DAYS);
        let before = pool.pointer("/UserAttributeUpdateSettings/AttributesRequireVerificationBeforeUpdate");
        Some(Self {
            temporary_days,
            recovery: recovery(pool),
            verifies: texts(pool.get("AutoVerifiedAttributes")),
            verifies_before_update: texts(before),
            first_factors: texts(pool.pointer("/Policies/SignInPolicy/AllowedFirstAuthFactors")),
            bounds: bounds(pool),
        })
    }
}

/// The second factors that a pool takes: read from the body of `GetUserPoolMfaConfig`.
#[must_use]
pub fn second_factors(body: &Value) -> Vec<Factor> {
    let is_on = |factor: &Factor| match factor {
        Factor::Sms => body.get("SmsMfaConfiguration").is_some_and(Value::is_object),
        Factor::Totp => body.pointer("/SoftwareTokenMfaConfiguration/Enabled") == Some(&Value::Bool(true)),
        Factor::Email => body.get("EmailMfaConfiguration").is_some_and(Value::is_object),
    };
    Factor::ALL.into_iter().filter(is_on).collect()
}

fn texts(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

/// Without a setting a verified phone number comes first, then a verified e-mail address.
fn recovery(pool: &Value) -> Vec<Recovery> {
    let told = pool.pointer("/AccountRecoverySetting/RecoveryMechanisms").and_then(Value::as_array);
    let Some(told) = told.filter(|told| !told.is_empty()) else {
        return vec![Recovery::Code("phone_number".to_owned()), Recovery::Code("email".to_owned())];
    };
    let mut ways: Vec<(u64, Recovery)> = told
        .iter()
        .filter_map(|way| {
            let priority = way.get("Priority").and_then(Value::as_u64).unwrap_or(u64::MAX);
            match way.get("Name")?.as_str()? {
                "admin_only" => Some((priority, Recovery::AdminOnly)),
                name => Some((priority, Recovery::Code(name.strip_prefix("verified_")?.to_owned()))),
            }
        })
        .collect();
    ways.sort_by_key(|(priority, _)| *priority);
    ways.into_iter().map(|(_, way)| way).collect()
}

fn bounds(pool: &Value) -> BTreeMap<String, Bounds> {
    // AWS writes the bounds as texts.
    let of = |attribute: &Value, path: &str| attribute.pointer(path)?.as_str()?.parse().ok();
    let schema = pool.get("SchemaAttributes").and_then(Value::as_array).into_iter().flatten();
    schema
        .filter_map(|attribute| {
            let bounds = Bounds {
                shortest: of(attribute, "/StringAttributeConstraints/MinLength")
                    .and_then(|n: i64| u64::try_from(n).ok()),
                longest: of(attribute, "/StringAttributeConstraints/MaxLength")
                    .and_then(|n: i64| u64::try_from(n).ok()),
                least: of(attribute, "/NumberAttributeConstraints/MinValue"),
                greatest: of(attribute, "/NumberAttributeConstraints/MaxValue"),
            };
            Some((attribute.get("Name")?.as_str()?.to_owned(), bounds))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_set_is_what_aws_does_by_itself() {
        let policy = PoolPolicy::read(&json!({ "UserPool": {} })).unwrap();
        let code = |name: &str| Recovery::Code(name.to_owned());
        assert_eq!((policy.temporary_days, policy.recovery), (7, vec![code("phone_number"), code("email")]));
        assert!(PoolPolicy::read(&json!({})).is_none());
    }

    #[test]
    fn ways_back_are_in_their_order_and_bounds_are_numbers() {
        let mechanisms = json!([
            { "Name": "admin_only", "Priority": 2 }, { "Name": "verified_email", "Priority": 1 }
        ]);
        let schema = json!([
            { "Name": "email", "StringAttributeConstraints": { "MinLength": "0", "MaxLength": "2048" } },
            { "Name": "custom:age", "NumberAttributeConstraints": { "MinValue": "-1" } },
        ]);
        let body = json!({ "UserPool": {
            "AccountRecoverySetting": { "RecoveryMechanisms": mechanisms },
            "Policies": { "PasswordPolicy": { "TemporaryPasswordValidityDays": 3 } },
            "SchemaAttributes": schema,
        }});
        let policy = PoolPolicy::read(&body).unwrap();
        assert_eq!(policy.recovery, [Recovery::Code("email".to_owned()), Recovery::AdminOnly]);
        assert_eq!(policy.temporary_days, 3);
        let email = Bounds { shortest: Some(0), longest: Some(2048), ..Bounds::default() };
        assert_eq!(policy.bounds["email"], email);
        assert_eq!(policy.bounds["custom:age"], Bounds { least: Some(-1), ..Bounds::default() });
    }
}
