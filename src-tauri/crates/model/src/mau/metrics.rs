//! What CloudWatch counts of a pool: sums of successes by app client. Asked for by name, or read from what the prepared
//! command answered.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::evidence::MetricSums;
use crate::ClientId;
use crate::month::Month;

/// CloudWatch's sums of a month. Events and not users.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricMonth {
    /// How the sums were read.
    #[serde(default)]
    pub reading: MetricReading,
    /// Over all app clients.
    pub sums: MetricSums,
    /// All four sums together by app client, the most first. Sign-ups by administrators have none.
    pub clients: Vec<(ClientId, u64)>,
}

/// How sums of CloudWatch were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricReading {
    /// When, or at the latest when, while the month was not over; `None` where a file does not tell.
    pub at: Option<Timestamp>,
    /// Whether they were asked for by the names of the app clients and identity providers that there were: deleted ones are
    /// not in them then.
    pub by_name: bool,
}

impl MetricReading {
    /// Whether the month went on after it, or may have: what is of an unknown time is not taken for the whole month.
    #[must_use]
    pub fn is_early(self, month: Month) -> bool {
        self.at.is_none_or(|at| at < month.next().begins())
    }
}

/// What sums that were asked for by name leave out.
pub const NO_DELETED_CLIENTS: &str = "App clients and providers that were deleted since are not in it.";

/// What sums from a file leave out: the prepared command has CloudWatch search for metrics, and a search finds those with data
/// in the last two weeks.
pub const NOTHING_OLD: &str =
    "It was searched for: what had no data for two weeks is not in it. Ask CloudWatch here, by name.";

/// A sum that CloudWatch is asked for by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuccessSeries {
    /// AWS's name of the metric.
    pub metric: &'static str,
    /// The app client's id; `Admin` for sign-ups by administrators.
    pub client: String,
    /// The identity provider that people came from; only federated sign-ins have one.
    pub provider: Option<String>,
}

/// What CloudWatch counts of an app client, besides federated sign-ins.
const OF_CLIENTS: [&str; 3] = ["SignUpSuccesses", "SignInSuccesses", "TokenRefreshSuccesses"];
/// The client under which sign-ups by administrators stand.
const ADMIN: &str = "Admin";
/// The client under which requests stand that name one that there is not.
const INVALID: &str = "Invalid";

/// Every sum of a pool: three for each app client, one more for each client with each identity provider, and the sign-ups by
/// administrators.
#[must_use]
pub fn success_series(clients: &[ClientId], providers: &[String]) -> Vec<SuccessSeries> {
    let of = |metric, client: &str, provider| SuccessSeries { metric, client: client.to_owned(), provider };
    let mut all = vec![of("SignUpSuccesses", ADMIN, None)];
    for client in clients {
        all.extend(OF_CLIENTS.map(|metric| of(metric, client.as_str(), None)));
        let federated = |name: &String| of("FederationSuccesses", client.as_str(), Some(name.clone()));
        all.extend(providers.iter().map(federated));
    }
    all
}

/// What AWS charges for asking for so many metrics, in US dollars: $0.01 for a thousand in every Region that we know of
/// (CloudWatch's price page as others quote it in 2026). A month's free requests do not cover it.
#[must_use]
pub fn asking_price(series: usize) -> Decimal {
    Decimal::from(series as u64) * Decimal::new(1, 5)
}

/// Why a file is no answer of CloudWatch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetricsError {
    /// It is not the JSON that `get-metric-data` prints.
    #[error("This is no answer of aws cloudwatch get-metric-data: {0}.")]
    NotAnAnswer(String),
    /// CloudWatch had more to say, or refused some of it.
    #[error("CloudWatch's answer is not complete: {0}. Its sums would be too small, so they were not used.")]
    Partial(String),
    /// A label names no metric that is known.
    #[error("A row is called {0:?}, and not as the prepared command asks for it.")]
    UnknownRow(String),
    /// A value is no number of events.
    #[error("A value of {0:?} is no number of events.")]
    NotANumber(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    metric_data_results: Vec<Row>,
    #[serde(default)]
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Row {
    label: String,
    #[serde(default)]
    timestamps: Vec<Timestamp>,
    #[serde(default)]
    values: Vec<serde_json::Number>,
    #[serde(default)]
    status_code: Option<String>,
}

/// Whether a text that begins so is meant to be an answer of CloudWatch.
#[must_use]
pub fn is_metrics_answer(head: &[u8]) -> bool {
    head.windows(18).any(|window| window == b"MetricDataResults\"")
}

/// Reads what `aws cloudwatch get-metric-data` printed for [`super::metrics_command`], month by month.
///
/// # Errors
/// [`MetricsError`]; part of an answer is none, since its sums would be too small.
pub fn metrics_answer(text: &str) -> Result<BTreeMap<Month, MetricMonth>, MetricsError> {
    let answer: Answer = serde_json::from_str(text).map_err(|error| MetricsError::NotAnAnswer(error.to_string()))?;
    if answer.next_token.is_some() {
        return Err(MetricsError::Partial("it has a NextToken".to_owned()));
    }
    let mut months: BTreeMap<Month, (MetricSums, BTreeMap<ClientId, u64>)> = BTreeMap::new();
    for row in &answer.metric_data_results {
        if let Some(status) = row.status_code.as_deref().filter(|status| *status != "Complete") {
            return Err(MetricsError::Partial(format!("{} is {status}", row.label)));
        }
        let unknown = || MetricsError::UnknownRow(row.label.clone());
        let (name, client) = row.label.split_once(' ').ok_or_else(unknown)?;
        // Sign-ups by administrators, and requests with a client that there is not, stand under these names.
        let client = own_client(client);
        for (at, value) in row.timestamps.iter().zip(&row.values) {
            let events = events(value).ok_or_else(|| MetricsError::NotANumber(row.label.clone()))?;
            let (sums, clients) = months.entry(Month::of(*at)).or_default();
            let sum = sums.of(name).ok_or_else(unknown)?;
            *sum = sum.saturating_add(events);
            if let Some(client) = &client {
                let all = clients.entry(client.clone()).or_default();
                *all = all.saturating_add(events);
            }
        }
    }
    let whole = |(month, (sums, clients)): (Month, (MetricSums, BTreeMap<ClientId, u64>))| {
        (month, MetricMonth { reading: MetricReading::default(), sums, clients: most_first(clients) })
    };
    Ok(months.into_iter().map(whole).collect())
}

impl MetricMonth {
    /// The month of the sums that [`success_series`] asked for. A series that is none of those counts nothing.
    #[must_use]
    pub fn of(answered: &[(SuccessSeries, u64)]) -> Self {
        let (mut sums, mut clients) = (MetricSums::default(), BTreeMap::<ClientId, u64>::new());
        for (series, events) in answered {
            let Some(sum) = sums.of(series.metric) else { continue };
            *sum = sum.saturating_add(*events);
            if let Some(client) = own_client(&series.client).filter(|_| *events > 0) {
                let all = clients.entry(client).or_default();
                *all = all.saturating_add(*events);
            }
        }
        Self { reading: MetricReading { at: None, by_name: true }, sums, clients: most_first(clients) }
    }
}

/// An app client; `None` for what only stands in the place of one.
fn own_client(client: &str) -> Option<ClientId> {
    ClientId::parse(client).ok().filter(|client| ![ADMIN, INVALID].contains(&client.as_str()))
}

fn most_first(clients: BTreeMap<ClientId, u64>) -> Vec<(ClientId, u64)> {
    let mut clients: Vec<(ClientId, u64)> = clients.into_iter().collect();
    clients.sort_by_key(|(_, events)| std::cmp::Reverse(*events));
    clients
}

impl MetricSums {
    /// The sum that CloudWatch calls so; `None` for a name that is none of the four.
    fn of(&mut self, name: &str) -> Option<&mut u64> {
        match name {
            "SignUpSuccesses" => Some(&mut self.sign_ups),
            "SignInSuccesses" => Some(&mut self.sign_ins),
            "TokenRefreshSuccesses" => Some(&mut self.refreshes),
            "FederationSuccesses" => Some(&mut self.federations),
            _ => None,
        }
    }
}

/// CloudWatch writes whole numbers with a point.
fn events(value: &serde_json::Number) -> Option<u64> {
    let text = value.to_string();
    let number: Decimal = text.parse().ok().or_else(|| Decimal::from_scientific(&text).ok())?;
    number.is_integer().then(|| u64::try_from(number).ok()).flatten()
}
