//! The limits that the account has, and how much of them all its callers use.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, StatusCode};
use aws_smithy_types::DateTime;
use jiff::{SignedDuration, Timestamp};
use model::health::Answer;
use model::quota::UsageMetric;
use serde_json::json;

use crate::error::Error;
use crate::{Session, operations};

/// What Service Quotas calls Cognito's user pools.
const SERVICE: &str = "cognito-idp";

/// Cognito tells CloudWatch every five minutes.
const PERIOD_S: i32 = 300;

/// So far back it is looked for the busiest time.
const BACK: SignedDuration = SignedDuration::from_hours(24);

/// How much of limits is used.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Busiest {
    /// The most in any five minutes of the last day, by the places of the metrics: of a sum the average a second, else as
    /// CloudWatch tells it. What CloudWatch has no data about is not there.
    pub most: BTreeMap<usize, f64>,
    /// What came of asking.
    pub asked: Option<Answer>,
}

impl Session {
    /// The limits that the account has of user pools in this Region (`ListServiceQuotas`; IAM
    /// `servicequotas:ListServiceQuotas`; free; nobody becomes active): every page in one body.
    ///
    /// # Errors
    /// What stands in the way of every call.
    pub async fn applied_quotas(&self) -> Result<Answer, Error> {
        self.pages(&self.context(operations::LIST_SERVICE_QUOTAS), "Quotas", |token, tap| {
            let list = self.quotas().list_service_quotas().service_code(SERVICE).max_results(100);
            list.set_next_token(token).customize().interceptor(tap).send()
        })
        .await
    }

    /// How much of limits all callers of the account used at their busiest in the last day (`GetMetricData`; IAM
    /// `cloudwatch:GetMetricData`, which knows no resources). Makes nobody active; AWS charges for each metric
    /// ([`model::mau::asking_price`]). Nothing is asked about no metric.
    ///
    /// # Errors
    /// What stands in the way of every call.
    pub async fn busiest(&self, metrics: &[&UsageMetric], now: Timestamp) -> Result<Busiest, Error> {
        if metrics.is_empty() {
            return Ok(Busiest::default());
        }
        let queries: Vec<MetricDataQuery> = metrics.iter().enumerate().map(|(at, metric)| query(at, metric)).collect();
        let from = now.saturating_sub(BACK).unwrap_or(Timestamp::UNIX_EPOCH);
        let ask = || {
            let ask = self.cloudwatch().get_metric_data().set_metric_data_queries(Some(queries.clone()));
            ask.start_time(DateTime::from_secs(from.as_second())).end_time(DateTime::from_secs(now.as_second())).send()
        };
        let mut most = BTreeMap::new();
        let mut refused = false;
        let mut partial = false;
        let asked = self
            .written(&self.context(operations::GET_METRIC_DATA), ask, |answer| {
                partial = answer.next_token.is_some_and(|token| !token.is_empty());
                for result in answer.metric_data_results.unwrap_or_default() {
                    refused |= result.status_code == Some(StatusCode::Forbidden);
                    partial |= result.status_code.is_some_and(|status| status != StatusCode::Complete);
                    let at = result.id.as_deref().and_then(|id| id.strip_prefix('m')?.parse::<usize>().ok());
                    let values = result.values.unwrap_or_default().into_iter().filter(|value| value.is_finite());
                    let (Some(at), Some(highest)) = (at, values.reduce(f64::max)) else { continue };
                    let sums = metrics.get(at).is_some_and(|metric| metric.statistic == "Sum");
                    most.insert(at, if sums { highest / f64::from(PERIOD_S) } else { highest });
                }
                json!({})
            })
            .await?;
        let iam_action = operations::GET_METRIC_DATA.iam_action.to_owned();
        let asked = match asked {
            Answer::Given(_) if refused => Answer::Denied { iam_action },
            Answer::Given(_) if partial => {
                Answer::Failed { reason: "CloudWatch's answer is not complete. Ask again.".to_owned() }
            }
            asked => asked,
        };
        let most = if matches!(asked, Answer::Given(_)) { most } else { BTreeMap::new() };
        Ok(Busiest { most, asked: Some(asked) })
    }
}

fn query(at: usize, metric: &UsageMetric) -> MetricDataQuery {
    let mut asked = Metric::builder().namespace(&metric.namespace).metric_name(&metric.name);
    for (name, value) in &metric.dimensions {
        asked = asked.dimensions(Dimension::builder().name(name).value(value).build());
    }
    let stat = MetricStat::builder().metric(asked.build()).period(PERIOD_S).stat(&metric.statistic).build();
    MetricDataQuery::builder().id(format!("m{at}")).metric_stat(stat).build()
}
