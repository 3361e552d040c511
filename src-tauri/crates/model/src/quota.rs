//! What Service Quotas says about the limits that an account has in a Region, and how much of them is used.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::call::QuotaCategory;

/// A limit that the account has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedQuota {
    /// AWS's code of it, such as `L-1234ABCD`.
    pub code: String,
    /// AWS's name of it.
    pub name: String,
    /// The limit; `None` when AWS tells none, or no whole number.
    pub value: Option<u64>,
    /// Whether it counts requests a second, and not things.
    pub per_second: bool,
    /// Whether AWS gives more on request.
    pub adjustable: bool,
    /// The category of requests that it is about; `None` for another limit.
    pub category: Option<QuotaCategory>,
    /// What CloudWatch counts against it; `None` when it counts nothing.
    pub metric: Option<UsageMetric>,
}

/// A metric of CloudWatch that counts against a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageMetric {
    /// Where it is, such as `AWS/Usage`.
    pub namespace: String,
    /// What it is called, such as `CallCount`.
    pub name: String,
    /// What tells it from others of that name.
    pub dimensions: BTreeMap<String, String>,
    /// The statistic that AWS recommends; `Sum` when it recommends none.
    pub statistic: String,
}

/// The limits in an answer to `ListServiceQuotas`, by name.
#[must_use]
pub fn applied(body: &Value) -> Vec<AppliedQuota> {
    let list = body.get("Quotas").and_then(Value::as_array);
    let mut all: Vec<AppliedQuota> = list.into_iter().flatten().map(AppliedQuota::read).collect();
    all.sort_by(|left, right| left.name.cmp(&right.name));
    all
}

impl AppliedQuota {
    fn read(told: &Value) -> Self {
        let text = |name: &str| told.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let name = text("QuotaName");
        let named = |category: &QuotaCategory| name.split_whitespace().any(|word| word == category.as_str());
        let period = told.get("Period");
        let unit = period.and_then(|period| period.get("PeriodUnit")?.as_str());
        let length = period.and_then(|period| period.get("PeriodValue")?.as_u64());
        Self {
            code: text("QuotaCode"),
            value: told.get("Value").and_then(Value::as_f64).and_then(whole),
            per_second: unit == Some("SECOND") && length.is_none_or(|length| length == 1),
            adjustable: told.get("Adjustable").and_then(Value::as_bool).unwrap_or_default(),
            category: QuotaCategory::ALL.into_iter().find(named),
            metric: told.get("UsageMetric").and_then(UsageMetric::read),
            name,
        }
    }
}

impl UsageMetric {
    fn read(told: &Value) -> Option<Self> {
        let text = |name: &str| told.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let dimensions = told.get("MetricDimensions").and_then(Value::as_object).into_iter().flatten();
        let dimension = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
        Some(Self {
            namespace: text("MetricNamespace")?.to_owned(),
            name: text("MetricName")?.to_owned(),
            dimensions: dimensions.filter_map(dimension).collect(),
            statistic: text("MetricStatisticRecommendation").unwrap_or("Sum").to_owned(),
        })
    }
}

/// A whole number that is written as a float.
fn whole(value: f64) -> Option<u64> {
    format!("{value}").parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_limit_is_read_with_its_category_and_what_counts_against_it() {
        let metric = json!({ "MetricNamespace": "AWS/Usage", "MetricName": "CallCount",
            "MetricDimensions": { "Service": "Cognito", "Resource": "UserRead" }, "MetricStatisticRecommendation": "Sum" });
        let body = json!({ "Quotas": [
            { "QuotaCode": "L-2", "QuotaName": "Rate of UserRead requests", "Value": 240.0, "Adjustable": true,
              "Period": { "PeriodUnit": "SECOND", "PeriodValue": 1 }, "UsageMetric": metric },
            { "QuotaCode": "L-1", "QuotaName": "Apps per user pool", "Value": 1000.0, "UsageMetric": {} },
            { "QuotaCode": "L-3", "QuotaName": "UserReads", "Value": 0.5, "Period": { "PeriodUnit": "DAY" } },
        ] });
        let [apps, read, strange] = applied(&body).try_into().unwrap();
        assert_eq!((apps.value, apps.per_second, apps.category, apps.metric), (Some(1000), false, None, None));
        assert_eq!((read.value, read.per_second, read.category), (Some(240), true, Some(QuotaCategory::UserRead)));
        assert_eq!(read.metric.unwrap().dimensions["Resource"], "UserRead");
        assert_eq!((strange.value, strange.per_second, strange.category), (None, false, None));
        assert_eq!(applied(&json!({})), []);
    }
}
