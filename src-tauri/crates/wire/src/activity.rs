//! How many users of the open pool were active: months, evidence, what a person gives, who seems dormant.

use console::{Activity, Dormant, GroupCount, ImportedActivity, MetricsPrice, MetricsRead, Missing, Months};
use jiff::Timestamp;
use jiff::civil::Date;
use model::PoolId;
use model::cost::plain;
use model::estimate::Estimate;
use model::mau::{BillScope, BilledNumber, LogGroup, PreparedQuery, Split, metrics_command, prepared_queries};
use model::month::Month;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::cost::MauView;
use crate::plans::BillingView;
use crate::{WireError, count};

/// Names a month.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OneMonth {
    /// Such as `2026-11`; `null` for the present one.
    #[serde(default)]
    pub month: Option<String>,
}

impl OneMonth {
    /// The month that is meant.
    ///
    /// # Errors
    /// A validation error on `month`.
    pub fn parse(&self, now: Timestamp) -> Result<Month, WireError> {
        month(self.month.as_deref(), now)
    }

    /// The month that is meant, if it has begun.
    ///
    /// # Errors
    /// A validation error on `month`.
    pub fn begun(&self, now: Timestamp) -> Result<Month, WireError> {
        let month = self.parse(now)?;
        if month > Month::of(now) {
            return Err(WireError::validation("month", format!("{month} is yet to come.")));
        }
        Ok(month)
    }
}

/// A month as it is written; the present one when there is none.
pub(crate) fn month(text: Option<&str>, now: Timestamp) -> Result<Month, WireError> {
    let read = |text| Month::parse(text).map_err(|error| WireError::validation("month", error.to_string()));
    text.map_or_else(|| Ok(Month::of(now)), read)
}

/// What is known of a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ActivityView {
    /// Whether the month has ended.
    pub over: bool,
    /// The range and what it rests on.
    pub users: MauView,
    /// Everybody in the local copy by price.
    pub split: SplitView,
    /// How the users of the month were billed, by its final bill; `null` where none tells them apart.
    pub billed_split: Option<SplitView>,
    /// Active users by app client, from imported logs.
    pub clients: Vec<ClientUsersView>,
    /// Sign-ups, sign-ins, refreshes and federated sign-ins by app client, as CloudWatch counts them: events, not users.
    pub client_events: Vec<ClientEventsView>,
    /// The largest groups.
    pub groups: Vec<GroupCountView>,
    /// Whether logs, tables or CloudWatch's sums of the month were imported.
    pub imported: bool,
    /// Token requests of machines, from imported logs; `null` when unknown.
    pub token_requests: Option<u32>,
    /// The number of the bill that was given; `null` when none was.
    pub billed: Option<BilledView>,
    /// What could be evidence and is not there.
    pub missing: Vec<MissingView>,
    /// The policy that would give what is missing, as JSON; `null` when none would.
    pub policy: Option<String>,
    /// What the pool is billed by: `lite`, `essentials` or `plus`, or `legacy` where a person told so; `null` when not told.
    pub plan: Option<String>,
    /// What a person told of how it is billed.
    pub billing: BillingView,
    /// Whether it pays for advanced security apart: as AWS tells of a pool on Lite, or as a person told.
    pub advanced_security: bool,
    /// When the local copy was last complete; `null` when it never was.
    pub synced_at: Option<String>,
}

/// Users by the price that they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SplitView {
    /// Sign in with what the pool knows.
    pub direct: u32,
    /// Come from Google, Facebook, Apple or Amazon.
    pub social: u32,
    /// Come from SAML or OIDC.
    pub federated: u32,
    /// Direct or social with a SAML or OIDC identity linked: billed either way.
    pub linked: u32,
}

/// Active users of an app client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClientUsersView {
    /// Its id.
    pub client_id: String,
    /// How many.
    pub users: u32,
}

/// Events of an app client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClientEventsView {
    /// Its id.
    pub client_id: String,
    /// How many.
    pub events: u32,
}

/// A group in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GroupCountView {
    /// Its name, which somebody chose.
    pub group: String,
    /// Its members in the local copy.
    pub members: u32,
    /// How many of them have a record that changed last in the month.
    pub changed: u32,
}

/// A number of a bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BilledView {
    /// How many.
    pub users: u32,
    /// Whether other pools of the account are in it.
    pub whole_account: bool,
    /// Whether the users that are free are not in it, so that it is no more than the least.
    pub besides_free: bool,
    /// How many of them are of SAML and OIDC providers; `null` where that was not told.
    pub federated: Option<u32>,
    /// Token requests of machines; `null` where they were not told.
    pub token_requests: Option<u32>,
}

/// Evidence that is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MissingView {
    /// What is unknown.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
    /// The IAM action that is needed; `null` when none would help.
    pub iam_action: Option<String>,
}

/// Months, and what may come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MonthView {
    /// The month and its range.
    pub users: MauView,
    /// `over`, `present` or `forecast`.
    pub kind: String,
    /// For the first month of a forecast: how often the growth lies between, in percent.
    pub confidence_percent: Option<u32>,
}

/// Says what the bill says of a month.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SetBilled {
    /// Such as `2026-10`.
    pub month: String,
    /// How many; `null` forgets it.
    pub users: Option<u32>,
    /// Whether other pools of the account are in it.
    pub whole_account: bool,
    /// Whether the users that are free are not in it: a bill has them in a line of their own.
    pub besides_free: bool,
}

impl SetBilled {
    /// The month, and the number.
    ///
    /// # Errors
    /// A validation error on `month`, and on `besidesFree` for a number of the whole account without those who are free.
    pub fn parse(&self, now: Timestamp) -> Result<(Month, Option<BilledNumber>), WireError> {
        let scope = match (self.whole_account, self.besides_free) {
            (false, false) => BillScope::Pool,
            (false, true) => BillScope::PoolBesidesFree,
            (true, false) => BillScope::Account,
            (true, true) => {
                let sentence = "A number of the whole account without the users that are free bounds nothing: add the line \
                                of the free users to it.";
                return Err(WireError::validation("besidesFree", sentence));
            }
        };
        let billed = self.users.map(|users| BilledNumber::new(users.into(), scope));
        Ok((month(Some(&self.month), now)?, billed))
    }
}

/// Says of what the files are that a person chooses.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportActivity {
    /// Whether the account has no other pool: a bill, and what names no pool, is then about this one.
    pub only_pool: bool,
    /// Whether a folder is chosen, of which every file is read, and not files.
    pub folder: bool,
}

/// What importing brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportedActivityView {
    /// What was learnt, as sentences.
    pub learnt: Vec<String>,
    /// What could not be used, as sentences.
    pub problems: Vec<String>,
}

/// What asking CloudWatch takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MetricsPriceView {
    /// How many metrics it asks for.
    pub metrics: u32,
    /// What AWS charges for that, in dollars.
    pub price: String,
}

/// What CloudWatch told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MetricsReadView {
    /// What was learnt, as a sentence.
    pub learnt: String,
    /// What it took.
    pub cost: MetricsPriceView,
}

/// Asks who seems dormant.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AskDormant {
    /// The day, such as `2026-08-01`, in UTC.
    pub since: String,
}

impl AskDormant {
    /// The day.
    ///
    /// # Errors
    /// A validation error on `since`.
    pub fn parse(&self) -> Result<Date, WireError> {
        let wrong = || WireError::validation("since", "Write the day as 2026-08-01.");
        let date: Date = self.since.trim().parse().map_err(|_| wrong())?;
        if (1900..2200).contains(&date.year()) { Ok(date) } else { Err(wrong()) }
    }
}

/// Users without evidence of activity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DormantView {
    /// The query that finds them; `null` where too many with evidence would have to be left out of it.
    pub query: Option<String>,
    /// How many.
    pub users: u32,
    /// How many more have a record that did not change and are left out, for this app knows of calls about them or of
    /// sign-ins of them.
    pub called: u32,
    /// What touching all of them may cost, plan by plan.
    pub touching: Vec<TouchingView>,
}

/// What touching people may cost on a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TouchingView {
    /// The plan.
    pub plan: String,
    /// Likely, in dollars, by what is known of the present month; `null` when unknown.
    pub likely: Option<String>,
    /// The most, in dollars; it is nothing when all of them are active anyway.
    pub high: String,
}

/// A query to copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PreparedQueryView {
    /// Where it runs.
    pub runs_on: String,
    /// What it tells.
    pub title: String,
    /// The query.
    pub text: String,
    /// What to know before.
    pub notes: Vec<String>,
}

impl ActivityView {
    /// What is known of a month.
    #[must_use]
    pub fn new(activity: &Activity) -> Self {
        let client =
            |(id, users): &(model::ClientId, u64)| ClientUsersView { client_id: id.to_string(), users: count(*users) };
        let events = |(id, events): &(model::ClientId, u64)| ClientEventsView {
            client_id: id.to_string(),
            events: count(*events),
        };
        Self {
            over: activity.over,
            users: MauView::new(activity.month, &activity.users),
            split: SplitView::from(activity.split),
            billed_split: activity.billed_split.map(SplitView::from),
            clients: activity.clients.iter().map(client).collect(),
            client_events: activity.client_events.iter().map(events).collect(),
            groups: activity.groups.iter().map(GroupCountView::from).collect(),
            imported: activity.imported,
            token_requests: activity.token_requests.map(count),
            billed: activity.billed.map(BilledView::from),
            missing: activity.missing.iter().map(MissingView::from).collect(),
            policy: policy(&activity.missing),
            plan: activity.plan.map(|plan| plan.as_str().to_owned()),
            billing: BillingView::from(activity.billing),
            advanced_security: activity.advanced_security,
            synced_at: activity.synced_at.map(|at| at.to_string()),
        }
    }
}

fn policy(missing: &[Missing]) -> Option<String> {
    let mut actions: Vec<&str> = Vec::new();
    for action in missing.iter().flat_map(Missing::iam_actions) {
        if !actions.contains(&action) {
            actions.push(action);
        }
    }
    crate::nearby::policy(&actions)
}

impl MonthView {
    /// Every month of which something is known, the oldest first, then those to come.
    #[must_use]
    pub fn all(months: &Months, present: Month) -> Vec<Self> {
        let view = |month: Month, users: &Estimate<u64>, kind: &str, confidence_percent| Self {
            users: MauView::new(month, users),
            kind: kind.to_owned(),
            confidence_percent,
        };
        let known = months
            .known
            .iter()
            .map(|known| view(known.month, &known.users, if known.month < present { "over" } else { "present" }, None));
        // The present month is on its way; what was seen of it stands beside what was forecast.
        let ahead = months.ahead.iter().map(|next| view(next.month, &next.users, "forecast", next.confidence_percent));
        known.chain(ahead).collect()
    }
}

impl From<&GroupCount> for GroupCountView {
    fn from(group: &GroupCount) -> Self {
        Self { group: group.group.clone(), members: count(group.members), changed: count(group.changed) }
    }
}

impl From<Split> for SplitView {
    fn from(split: Split) -> Self {
        Self {
            direct: count(split.direct),
            social: count(split.social),
            federated: count(split.federated),
            linked: count(split.linked),
        }
    }
}

impl From<BilledNumber> for BilledView {
    fn from(billed: BilledNumber) -> Self {
        Self {
            users: count(billed.users),
            whole_account: billed.scope == BillScope::Account,
            besides_free: billed.scope == BillScope::PoolBesidesFree,
            federated: billed.federated.map(count),
            token_requests: billed.token_requests.map(count),
        }
    }
}

impl From<&Missing> for MissingView {
    fn from(missing: &Missing) -> Self {
        Self {
            what: missing.what.clone(),
            remedy: missing.remedy.clone(),
            iam_action: missing.iam_action.map(str::to_owned),
        }
    }
}

impl From<ImportedActivity> for ImportedActivityView {
    fn from(imported: ImportedActivity) -> Self {
        Self { learnt: imported.learnt, problems: imported.problems }
    }
}

impl From<MetricsPrice> for MetricsPriceView {
    fn from(cost: MetricsPrice) -> Self {
        Self { metrics: count(cost.metrics), price: plain(cost.price) }
    }
}

impl From<MetricsRead> for MetricsReadView {
    fn from(read: MetricsRead) -> Self {
        Self { learnt: read.learnt, cost: read.cost.into() }
    }
}

impl From<&Dormant> for DormantView {
    fn from(dormant: &Dormant) -> Self {
        let touching = dormant.touching.iter().map(|(plan, cost)| TouchingView {
            plan: plan.as_str().to_owned(),
            likely: cost.likely.map(plain),
            high: plain(cost.high.unwrap_or_default()),
        });
        Self {
            query: dormant.query.clone(),
            users: count(dormant.users),
            called: count(dormant.called),
            touching: touching.collect(),
        }
    }
}

impl PreparedQueryView {
    /// Every prepared query for a pool's month.
    #[must_use]
    pub fn all(pool: &PoolId, month: Month) -> Vec<Self> {
        let metrics = metrics_command(pool, month);
        prepared_queries(pool, month).into_iter().chain([metrics]).map(Self::from).collect()
    }
}

impl From<PreparedQuery> for PreparedQueryView {
    fn from(query: PreparedQuery) -> Self {
        let runs_on = match query.runs_on {
            LogGroup::InsightsActivity => "CloudWatch Logs Insights, exported user activity",
            LogGroup::InsightsTrail => "CloudWatch Logs Insights, CloudTrail",
            LogGroup::AthenaTrail => "Athena, CloudTrail",
            LogGroup::AthenaActivity => "Athena, exported user activity",
            LogGroup::CloudWatchMetrics => "AWS command line, CloudWatch",
        };
        Self { runs_on: runs_on.to_owned(), title: query.title, text: query.text, notes: query.notes }
    }
}
