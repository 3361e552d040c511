//! Changes of settings that change the bill.

use serde_json::Value;

use super::Kind;

/// What a change of settings does to the bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// What is billed from then on, in sentences. The figures are in [`crate::cost`].
    pub what: &'static str,
    /// What of it can never be taken back, in a sentence; `None` when everything can.
    pub forward: Option<&'static str>,
}

const PLAN: Price = Price {
    what: "The plan is the price of every active user of the pool. Plus has none that are free; Lite and Essentials share \
           theirs with the whole account. The page Cost compares the plans.",
    forward: Some(
        "Whoever is active meanwhile is billed for the month at the dearest plan that the pool was on, and a pool from \
         before 22 November 2024 that leaves Lite may lose its 50,000 free users for good.",
    ),
};

const PROTECTION: Price = Price {
    what: "Threat protection is part of the plan Plus, which has no free users. A pool from before 22 November 2024 that is \
           still on Lite pays for it on top, for every active user from the first.",
    forward: None,
};

/// What a change of the described body to the wanted one does to the bill; `None` when it does nothing.
///
/// Source: AWS's page of prices for Cognito and its developer guide, "Quotas in Amazon Cognito" (monthly active users).
#[must_use]
pub fn price(kind: Kind, before: &Value, wanted: &Value) -> Option<Price> {
    if kind != Kind::Pool {
        return None;
    }
    let plan = "/UserPool/UserPoolTier";
    let protects = |body: &Value| {
        let mode = body.pointer("/UserPool/UserPoolAddOns/AdvancedSecurityMode").and_then(Value::as_str);
        mode.is_some_and(|mode| mode != "OFF")
    };
    if before.is_null() {
        // Nobody was active in a pool that is not there yet.
        (!wanted.is_null()).then_some(Price { forward: None, ..PLAN })
    } else if wanted.is_null() {
        None
    } else if before.pointer(plan) != wanted.pointer(plan) {
        Some(PLAN)
    } else {
        // Whoever is on Plus pays for it already.
        let pays = before.pointer(plan).is_some_and(|plan| plan == "PLUS");
        (protects(wanted) && !protects(before) && !pays).then_some(PROTECTION)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn another_plan_and_threat_protection_that_begins_have_a_price_and_nothing_else_has() {
        let pool = |tier: &str, mode: Option<&str>| {
            let adds = mode.map(|mode| json!({ "AdvancedSecurityMode": mode }));
            json!({ "UserPool": { "UserPoolTier": tier, "UserPoolAddOns": adds } })
        };
        let of = |before: &Value, wanted: &Value| price(Kind::Pool, before, wanted);
        let (lite, watched, acting) = (pool("LITE", None), pool("LITE", Some("AUDIT")), pool("LITE", Some("ENFORCED")));
        assert_eq!(of(&lite, &pool("PLUS", None)), Some(PLAN));
        assert_eq!(of(&lite, &watched), Some(PROTECTION));
        assert_eq!(of(&pool("LITE", Some("OFF")), &acting), Some(PROTECTION));
        let (plus, guarded) = (pool("PLUS", Some("OFF")), pool("PLUS", Some("ENFORCED")));
        for (before, wanted) in [(&watched, &acting), (&acting, &lite), (&lite, &lite), (&plus, &guarded)] {
            assert_eq!(of(before, wanted), None, "{before} {wanted}");
        }
        assert_eq!(price(Kind::Mfa, &lite, &watched), None);
        assert_eq!(of(&Value::Null, &plus), Some(Price { forward: None, ..PLAN }), "a new pool");
        assert_eq!(of(&plus, &Value::Null), None);
    }
}
