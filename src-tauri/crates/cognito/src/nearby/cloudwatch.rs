//! What CloudWatch counts of a pool.

use std::collections::{BTreeMap, HashSet};

use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat, StatusCode};
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use model::PoolId;
use model::mau::SuccessSeries;
use model::month::Month;
use tracing::Instrument;

use crate::error::{Context, Error, ErrorKind};
use crate::{Session, convert, operations};

/// The most metrics that one request may ask for.
const AT_ONCE: usize = 500;
const NAMESPACE: &str = "AWS/Cognito";
const DAY_S: i32 = 86_400;

impl Session {
    /// The names of a pool's identity providers (`ListIdentityProviders`; IAM `cognito-idp:ListIdentityProviders`; quota
    /// `UserPoolResourceRead`; free).
    ///
    /// # Errors
    /// As [`Session::users`].
    pub async fn provider_names(&self, pool: &PoolId) -> Result<Vec<String>, Error> {
        let (mut names, mut seen) = (Vec::new(), HashSet::new());
        let mut token: Option<String> = None;
        loop {
            let context = Context {
                pool: Some(pool.clone()),
                paged: token.is_some(),
                ..self.context(operations::LIST_IDENTITY_PROVIDERS)
            };
            let send = || {
                let list = self.cognito().list_identity_providers().user_pool_id(pool.as_str());
                list.max_results(60).set_next_token(token.clone()).send()
            };
            let span = tracing::debug_span!("cognito.list_identity_providers", pool.id = %pool);
            let answer = self.call(&context, send).instrument(span).await?;
            names.extend(answer.providers.into_iter().filter_map(|provider| provider.provider_name));
            match convert::next_token(answer.next_token, token.as_deref(), &context)? {
                Some(next) if seen.insert(next.clone()) => token = Some(next),
                Some(_) => return Err(convert::repeated_token(&context)),
                None => return Ok(names),
            }
        }
    }

    /// The sum of each series over a month in UTC, in their order (`GetMetricData`, 500 metrics in a request; IAM
    /// `cloudwatch:GetMetricData`, which knows no resources). Makes nobody active; AWS charges for each metric
    /// ([`model::mau::asking_price`]). Metrics are named, because a search leaves out those that had no data for two weeks.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] when CloudWatch answers a part of it, whose sums would be too small. Otherwise what [`Error`]
    /// tells.
    pub async fn successes(&self, pool: &PoolId, series: &[SuccessSeries], month: Month) -> Result<Vec<u64>, Error> {
        let mut sums = Vec::with_capacity(series.len());
        for some in series.chunks(AT_ONCE) {
            let queries = some.iter().enumerate().map(|(at, one)| query(at, pool, one)).collect();
            sums.extend(self.sums(pool, queries, month).await?);
        }
        Ok(sums)
    }

    async fn sums(&self, pool: &PoolId, queries: Vec<MetricDataQuery>, month: Month) -> Result<Vec<u64>, Error> {
        let mut answers = vec![Answer::default(); queries.len()];
        let (mut token, mut seen): (Option<String>, HashSet<String>) = (None, HashSet::new());
        loop {
            let context = Context {
                pool: Some(pool.clone()),
                paged: token.is_some(),
                ..self.context(operations::GET_METRIC_DATA)
            };
            let send = || {
                let ask = self.cloudwatch().get_metric_data().set_metric_data_queries(Some(queries.clone()));
                let ask = ask.start_time(instant(month.begins())).end_time(instant(month.next().begins()));
                ask.set_next_token(token.clone()).send()
            };
            let span = tracing::debug_span!("cloudwatch.get_metric_data", pool.id = %pool);
            let page = self.call(&context, send).instrument(span).await?;
            for result in page.metric_data_results.unwrap_or_default() {
                take(&mut answers, result, &context)?;
            }
            match convert::next_token(page.next_token, token.as_deref(), &context)? {
                Some(next) if seen.insert(next.clone()) => token = Some(next),
                Some(_) => return Err(convert::repeated_token(&context)),
                None if answers.iter().all(|answer| answer.complete) => break,
                None => return Err(partial(&context, "not every metric was answered to its end")),
            }
        }
        Ok(answers.iter().map(|answer| answer.days.values().copied().fold(0, u64::saturating_add)).collect())
    }
}

/// What was answered of one series so far: the sum of each day.
#[derive(Clone, Default)]
struct Answer {
    days: BTreeMap<i64, u64>,
    complete: bool,
}

fn query(at: usize, pool: &PoolId, series: &SuccessSeries) -> MetricDataQuery {
    let dimension = |name: &str, value: &str| Dimension::builder().name(name).value(value).build();
    let metric = Metric::builder().namespace(NAMESPACE).metric_name(series.metric);
    let metric = metric.dimensions(dimension("UserPool", pool.as_str()));
    let mut metric = metric.dimensions(dimension("UserPoolClient", &series.client));
    if let Some(provider) = &series.provider {
        metric = metric.dimensions(dimension("IdentityProvider", provider));
    }
    let stat = MetricStat::builder().metric(metric.build()).period(DAY_S).stat("Sum").build();
    MetricDataQuery::builder().id(format!("m{at}")).metric_stat(stat).build()
}

fn take(answers: &mut [Answer], result: MetricDataResult, context: &Context) -> Result<(), Error> {
    let at = result.id.as_deref().and_then(|id| id.strip_prefix('m')?.parse::<usize>().ok());
    let Some(answer) = at.and_then(|at| answers.get_mut(at)) else {
        return Err(partial(context, "it answers a metric that was not asked for"));
    };
    match result.status_code {
        Some(StatusCode::Complete) => answer.complete = true,
        Some(StatusCode::PartialData) => {}
        Some(StatusCode::Forbidden) => {
            let iam_action = context.operation.iam_action.to_owned();
            let message =
                "CloudWatch refuses these metrics to the credentials in use. They need cloudwatch:GetMetricData.";
            return Err(Error::new(ErrorKind::AccessDenied { iam_action }, message).of(context));
        }
        _ => return Err(partial(context, "a metric has failed")),
    }
    let (days, values) = (result.timestamps.unwrap_or_default(), result.values.unwrap_or_default());
    if days.len() != values.len() {
        return Err(partial(context, "days and values are not of the same number"));
    }
    for (day, value) in days.iter().zip(values) {
        let count = events(value).ok_or_else(|| partial(context, "a sum is no number of events"))?;
        answer.days.insert(day.secs(), count);
    }
    Ok(())
}

/// A number of events, as CloudWatch writes it: a float.
fn events(value: f64) -> Option<u64> {
    /// Beyond it a float is no longer exact.
    const MOST: f64 = 9_007_199_254_740_992.0;
    let whole = value.fract() == 0.0 && (0.0..=MOST).contains(&value);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is whole, and neither negative nor too large"
    )]
    whole.then_some(value as u64)
}

fn partial(context: &Context, why: &str) -> Error {
    let message = format!("CloudWatch's answer is not complete ({why}), so its sums would be too small. Ask again.");
    Error::new(ErrorKind::Refused, message).of(context)
}

fn instant(at: Timestamp) -> DateTime {
    DateTime::from_secs(at.as_second())
}
