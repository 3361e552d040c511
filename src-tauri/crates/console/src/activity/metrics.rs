//! What CloudWatch counts, asked for because a person wants it: it makes nobody active, and AWS charges for it.

use jiff::SignedDuration;
use model::mau::{MetricMonth, MetricReading, NO_DELETED_CLIENTS, SuccessSeries, asking_price, success_series};
use model::month::Month;
use rust_decimal::Decimal;
use store::MonthlyKind;

use crate::error::{Code, Error};
use crate::pool::{Live, OpenPool};

/// For how long CloudWatch keeps sums of hours and more.
const KEPT: SignedDuration = SignedDuration::from_hours(455 * 24);

/// What asking CloudWatch needs besides the sums: which app clients and identity providers there are.
pub(super) const NAMES_IN: [&str; 2] = ["cognito-idp:ListUserPoolClients", "cognito-idp:ListIdentityProviders"];
/// What its sums need.
pub(super) const SUMS: &str = "cloudwatch:GetMetricData";

/// What asking CloudWatch takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetricsPrice {
    /// How many metrics it asks for.
    pub metrics: u64,
    /// What AWS charges for that, in US dollars.
    pub price: Decimal,
}

/// What CloudWatch told of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricsRead {
    /// What was learnt, as a sentence.
    pub learnt: String,
    /// What it took.
    pub cost: MetricsPrice,
}

impl MetricsPrice {
    fn of(series: &[SuccessSeries]) -> Self {
        Self { metrics: series.len() as u64, price: asking_price(series.len()) }
    }
}

impl OpenPool {
    /// What it costs to ask CloudWatch for a month's sums (`ListUserPoolClients`, `ListIdentityProviders`; free).
    ///
    /// # Errors
    /// [`Code::Precondition`] without AWS; what stands in the way of every call.
    pub async fn metrics_price(&self) -> Result<MetricsPrice, Error> {
        Ok(MetricsPrice::of(&self.series(self.to_ask()?).await?))
    }

    /// Asks CloudWatch for a month's sums of successes by app client, and keeps them as evidence in the place of those that
    /// were kept before (`ListUserPoolClients`, `ListIdentityProviders`, `GetMetricData`; IAM `cloudwatch:GetMetricData`).
    /// Makes nobody active; AWS charges for each metric.
    ///
    /// # Errors
    /// [`Code::AccessDenied`] without the permission: the sums stay unknown. [`Code::Validation`] on `month` for one that
    /// is yet to come, or longer ago than CloudWatch keeps. [`Code::Precondition`] without AWS;
    /// [`Code::JournalUnavailable`] when nothing can be kept.
    pub async fn read_metrics(&self, month: Month) -> Result<MetricsRead, Error> {
        let (live, now) = (self.to_ask()?, self.now());
        if month > Month::of(now) {
            return Err(Error::invalid("month", format!("{month} is yet to come.")));
        }
        if now.duration_since(month.begins()) > KEPT {
            let message = format!("CloudWatch keeps its sums for 455 days, and {month} began before that.");
            return Err(Error::invalid("month", message));
        }
        self.console.vault().history(super::NO_HISTORY)?;
        let series = self.series(live).await?;
        let cost = MetricsPrice::of(&series);
        let sums = live.session.successes(&self.key.pool, &series, month).await?;
        let answered: Vec<(SuccessSeries, u64)> = series.into_iter().zip(sums).collect();
        let reading = MetricReading { at: Some(now), by_name: true };
        let metrics = MetricMonth { reading, ..MetricMonth::of(&answered) };
        self.keep(month, MonthlyKind::Metrics, &metrics).await?;
        let learnt = format!("{month}: CloudWatch counts {}. {NO_DELETED_CLIENTS}", metrics.sums.told());
        Ok(MetricsRead { learnt, cost })
    }

    fn to_ask(&self) -> Result<&Live, Error> {
        self.live.get().ok_or_else(|| Error::new(Code::Precondition, "Connect to AWS to ask CloudWatch."))
    }

    async fn series(&self, live: &Live) -> Result<Vec<SuccessSeries>, Error> {
        let pool = &self.key.pool;
        let clients: Vec<_> = live.session.clients(pool).await?.into_iter().map(|(id, _)| id).collect();
        Ok(success_series(&clients, &live.session.provider_names(pool).await?))
    }
}
