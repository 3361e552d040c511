//! What Service Quotas says about the limits of an account.

use console::ServiceQuotas;
use model::health::Answer;
use model::mau::asking_price;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::needed;
use crate::pool_settings::UnansweredView;
use crate::settings::why;

/// What is asked of Service Quotas.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AskServiceQuotas {
    /// Whether CloudWatch is asked as well how much is used, for which AWS charges.
    pub used: bool,
}

/// The limits that the account has in this Region.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServiceQuotasView {
    /// When AWS was asked.
    pub taken_at: String,
    /// Each, by name.
    pub quotas: Vec<AppliedQuotaView>,
    /// How many metrics of CloudWatch tell how much is used.
    pub metrics: u32,
    /// What AWS charges for asking for them once, in US dollars.
    pub price: String,
    /// What was not answered.
    pub unanswered: Vec<UnansweredView>,
    /// The policy that would permit what was denied, as JSON; `null` when nothing was.
    pub policy: Option<String>,
}

/// A limit.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AppliedQuotaView {
    /// AWS's code of it, such as `L-1234ABCD`. Foreign text.
    pub code: String,
    /// AWS's name of it. Foreign text.
    pub name: String,
    /// The category of requests that it is about; `null` for another limit.
    pub category: Option<String>,
    /// The limit; `null` when AWS does not tell it.
    pub value: Option<u32>,
    /// Whether it counts requests a second, and not things.
    pub per_second: bool,
    /// What everybody has who did not ask for more; `null` where we know none.
    pub default_per_second: Option<u32>,
    /// Whether AWS gives more on request.
    pub adjustable: bool,
    /// The most that was used in any five minutes of the last day, by everybody in the account: requests a second, or a number
    /// of things. `null` when that was not asked or is not known.
    pub busiest: Option<f64>,
    /// Whether that is more than four fifths of the limit; `null` when it is not known.
    pub near: Option<bool>,
}

impl From<&ServiceQuotas> for ServiceQuotasView {
    fn from(told: &ServiceQuotas) -> Self {
        let view = |(quota, busiest): &(model::quota::AppliedQuota, Option<f64>)| {
            let value = quota.value.map(crate::count);
            let near = busiest.zip(value).map(|(busiest, most)| busiest > 0.8 * f64::from(most));
            AppliedQuotaView {
                code: quota.code.clone(),
                name: quota.name.clone(),
                category: quota.category.map(|category| category.to_string()),
                value,
                per_second: quota.per_second,
                default_per_second: quota.category.and_then(model::call::QuotaCategory::default_rate),
                adjustable: quota.adjustable,
                busiest: *busiest,
                near,
            }
        };
        let asked = [("ListServiceQuotas", Some(&told.listed)), ("GetMetricData", told.used.as_ref())];
        let unanswered = asked.into_iter().filter_map(|(operation, answer)| {
            let iam_action = match answer? {
                Answer::Denied { iam_action } => Some(iam_action.clone()),
                _ => None,
            };
            Some(UnansweredView { operation: operation.to_owned(), subject: None, why: why(answer?)?, iam_action })
        });
        let unanswered: Vec<UnansweredView> = unanswered.collect();
        Self {
            taken_at: told.taken_at.to_string(),
            quotas: told.quotas.iter().map(view).collect(),
            metrics: crate::count(told.metrics() as u64),
            price: asking_price(told.metrics()).normalize().to_string(),
            policy: needed(&unanswered),
            unanswered,
        }
    }
}
