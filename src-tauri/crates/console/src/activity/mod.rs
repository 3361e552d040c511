//! How many users of a pool were active in a month: every piece of evidence that there is, and what follows from it.
//!
//! Nothing here calls an operation that could make anybody active.

mod billing;
mod dormant;
mod features;
mod files;
mod given;
mod kept;
mod metrics;
mod seen;
mod touching;
mod watched;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::cost::{Forecast, MonthCount, PricePlan, forecast};
use model::estimate::{Bound, Estimate, EvidenceKind};
use model::mau::{
    BillScope, BilledNumber, Facts, LONGEST_UNSEEN, LogMonth, SignInKind, Split, estimate, final_bill, seen_and_given,
};
use model::month::Month;
use model::query::Sort;
use store::ToldBilling;

use crate::error::Error;
use crate::pool::OpenPool;
use seen::Imports;

pub(crate) use billing::{may_be_legacy, others};
pub use dormant::Dormant;
pub use given::ImportedActivity;
pub use metrics::{MetricsPrice, MetricsRead};
pub(crate) use touching::TouchPrices;
pub(crate) use watched::caught_up;

/// How many people are looked up at once.
const AT_ONCE: usize = 500;
/// How many groups are counted apart.
const MOST_GROUPS: usize = 20;
/// How many months a forecast looks beyond the present one.
const AHEAD: u32 = 2;

/// What is known of a pool's month.
#[derive(Debug, Clone, PartialEq)]
pub struct Activity {
    /// The month.
    pub month: Month,
    /// Whether it has ended.
    pub over: bool,
    /// How many users were active.
    pub users: Estimate<u64>,
    /// Everybody in the local copy by price; the active ones are taken to be mixed like that.
    pub split: Split,
    /// Active users by app client, from imported logs. A user may be in several.
    pub clients: Vec<(model::ClientId, u64)>,
    /// Sign-ups, sign-ins, refreshes and federated sign-ins by app client, as CloudWatch counts them: events, not users.
    pub client_events: Vec<(model::ClientId, u64)>,
    /// The largest groups, with everybody in the local copy and whose record changed in the month.
    pub groups: Vec<GroupCount>,
    /// Whether logs, tables or CloudWatch's sums of the month were imported.
    pub imported: bool,
    /// Token requests of machines, from a bill or from imported logs of the whole month; `None` when unknown.
    pub token_requests: Option<u64>,
    /// How the users of the month were billed, as far as a bill tells them apart; `None` where none does.
    pub billed_split: Option<Split>,
    /// The number of the bill that a person gave; `None` when none was.
    pub billed: Option<BilledNumber>,
    /// What could be evidence and is not there.
    pub missing: Vec<Missing>,
    /// What the pool is billed by: its plan as AWS calls it, or the legacy price of a pool on Lite where a person told so;
    /// `None` when not told.
    pub plan: Option<PricePlan>,
    /// What a person told of how it is billed.
    pub billing: ToldBilling,
    /// Whether it pays for advanced security apart: as AWS tells of a pool on Lite, or as a person told.
    pub advanced_security: bool,
    /// When the local copy was last complete; `None` when it never was.
    pub synced_at: Option<Timestamp>,
}

/// A group in a month. Which of its members were active is no better known than for everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupCount {
    /// Its name, which somebody chose.
    pub group: String,
    /// Its members in the local copy.
    pub members: u64,
    /// How many of them have a record that changed last in the month.
    pub changed: u64,
}

/// Evidence that is not there, and what would give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// What is unknown, as a sentence.
    pub what: String,
    /// What to do about it, as a sentence.
    pub remedy: String,
    /// The IAM action that would be needed; `None` when none would help.
    pub iam_action: Option<&'static str>,
}

impl Missing {
    /// Every IAM action that it takes: asking CloudWatch takes the names of what is counted, too.
    #[must_use]
    pub fn iam_actions(&self) -> Vec<&'static str> {
        let names = if self.iam_action == Some(metrics::SUMS) { &metrics::NAMES_IN[..] } else { &[] };
        self.iam_action.into_iter().chain(names.iter().copied()).collect()
    }
}

/// A pool's months, and what may come.
#[derive(Debug, Clone, PartialEq)]
pub struct Months {
    /// Those of which something is known, the oldest first, the present one last.
    pub known: Vec<MonthCount>,
    /// The present month as it may end, and those after it; empty when no growth was seen.
    pub ahead: Vec<Forecast>,
}

/// How many users were active in a month, and what that rests on.
struct Range {
    users: Estimate<u64>,
    /// What a person gave.
    given: Facts,
    missing: Vec<Missing>,
    sign_in_events: Option<u64>,
}

impl OpenPool {
    /// What is known of a month. The local copy, the ledger and what was given are read; no socket is opened but for
    /// `ListUserImportJobs` (free), and that only while the pool is open through AWS. What was worked out is kept.
    ///
    /// # Errors
    /// [`Code::Validation`](crate::error::Code::Validation) for a month that is yet to come;
    /// [`Code::CacheUnavailable`](crate::error::Code::CacheUnavailable) when the local copy cannot be read.
    pub async fn activity(&self, month: Month) -> Result<Activity, Error> {
        if month > Month::of(self.now()) {
            return Err(Error::invalid("month", format!("{month} is yet to come.")));
        }
        let freshness = self.freshness().await?;
        let pool = self.pool().await?;
        let Range { users, given, mut missing, sign_in_events } = self.range(month, &Imports::default()).await?;
        let kept = self.given().await?;
        let metrics = kept.metrics(month);
        missing.extend(lost(month, &kept.unreadable(month)));
        missing.extend(unread(&given));
        missing.extend(not_looked(sign_in_events));
        missing.extend(less_than_seen(&users));
        Ok(Activity {
            month,
            over: given.over,
            users,
            split: self.split().await?,
            clients: given.log.as_ref().map(|log| log.clients.clone()).unwrap_or_default(),
            imported: given.log.is_some() || metrics.is_some(),
            client_events: metrics.map(|metrics| metrics.clients).unwrap_or_default(),
            groups: self.group_counts(month).await?,
            token_requests: given.token_requests(),
            billed_split: given.billed_split(),
            billed: given.billed,
            missing,
            plan: billing::plan(self.told_billing(), pool.as_ref()),
            billing: self.told_billing(),
            advanced_security: billing::known(self.told_billing(), pool.as_ref()).advanced_security,
            synced_at: freshness.synced_at,
        })
    }

    /// How many users were active in a month that has begun.
    async fn range(&self, month: Month, imports: &Imports) -> Result<Range, Error> {
        let over = month < Month::of(self.now());
        let mut missing = Vec::new();
        let mut facts = Facts::none(month, over);
        self.seen(&mut facts, imports, &mut missing).await?;
        let seen = self.settled(month, over, estimate(&facts)).await?;
        let given = self.given().await?.facts(month, over);
        let users = seen_and_given(seen, estimate(&given));
        Ok(Range { users, given, missing, sign_in_events: facts.sign_in_events })
    }

    /// Every month of which something is kept, up to the present one, and the next ones.
    ///
    /// # Errors
    /// As [`OpenPool::activity`].
    pub async fn months(&self) -> Result<Months, Error> {
        let present = Month::of(self.now());
        let (given, synced_at) = (self.given().await?, self.freshness().await?.synced_at);
        let mut named = given.months();
        named.push(present);
        named.retain(|month| *month <= present);
        named.sort_unstable();
        named.dedup();
        // What imports made is asked for once for all months.
        let (mut known, imports) = (Vec::new(), Imports::default());
        // More than ten years are on nobody's chart.
        let skipped = named.len().saturating_sub(120);
        for month in named.into_iter().skip(skipped) {
            // What was kept after the end of a month stands until the next sync may tell more.
            let settled =
                given.closed(month).filter(|(at, _)| month < present && synced_at.is_none_or(|synced| synced <= *at));
            let users = match settled {
                Some((_, seen)) => seen_and_given(seen, estimate(&given.facts(month, true))),
                None => self.range(month, &imports).await?.users,
            };
            known.push(MonthCount { month, users });
        }
        let over: Vec<MonthCount> = known.iter().filter(|count| count.month < present).cloned().collect();
        // From the last month with a likely number, which may be long ago, up to the present one and those after it.
        let last = over.iter().rfind(|count| count.users.likely.is_some()).map_or(present, |count| count.month);
        let up_to_present = u32::try_from(
            std::iter::successors(Some(last), |month| Some(month.next())).take_while(|month| *month < present).count(),
        )
        .unwrap_or_default();
        let mut ahead = forecast(&over, up_to_present + AHEAD);
        // A month that is over is not to come, though nothing is likely of it.
        ahead.retain(|forecast| forecast.month >= present);
        // Who was seen in the present month is active in all of it.
        let seen = known.iter().find(|count| count.month == present).map_or(0, |count| count.users.low);
        for forecast in ahead.iter_mut().filter(|forecast| forecast.month == present) {
            let Estimate { low, likely, high, evidence } = forecast.users.clone();
            forecast.users = Estimate::new(low.max(seen), likely, high).because(evidence);
        }
        Ok(Months { ahead, known })
    }

    /// Everybody in the local copy by price. Only those with an identity elsewhere are looked at one by one.
    async fn split(&self) -> Result<Split, Error> {
        let all = self.count("").await?;
        let (mut split, mut after) = (Split::default(), None);
        loop {
            let page = self.search("has:identities", &Sort::default(), after, 5_000).await?;
            page.users.iter().for_each(|user| split.add(SignInKind::of(user)));
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        split.direct += all.saturating_sub(split.all());
        Ok(split)
    }

    /// The largest groups of the local copy.
    async fn group_counts(&self, month: Month) -> Result<Vec<GroupCount>, Error> {
        let mut groups = self.groups().await?;
        groups.sort_by(|(one, a), (other, b)| b.cmp(a).then_with(|| one.name.cmp(&other.name)));
        let (from, to) = (month.begins(), month.next().begins());
        let mut counts = Vec::new();
        for (group, members) in groups.into_iter().take(MOST_GROUPS) {
            let name = group.name.as_str().replace('\\', "\\\\").replace('"', "\\\"");
            // Exactly this name: another group's may differ by nothing but case.
            let changed = self.count(&format!("group=\"{name}\" modified>={from} modified<{to}")).await?;
            counts.push(GroupCount { group: group.name.to_string(), members, changed });
        }
        Ok(counts)
    }

    /// The users of the local copy whose instant of that field lies in a month.
    async fn count_in(&self, field: &str, month: Month) -> Result<u64, Error> {
        let (from, to) = (month.begins(), month.next().begins());
        self.count(&format!("{field}>={from} {field}<{to}")).await
    }
}

/// What was kept of a month and cannot be read.
fn lost(month: Month, kept: &[&str]) -> Option<Missing> {
    let remedy = "It may be of a newer version of this program. Type or import it again, which takes the place of what is \
                  there.";
    (!kept.is_empty()).then(|| Missing {
        what: format!("What was kept of {month} cannot be read: {}.", kept.join(", ")),
        remedy: remedy.to_owned(),
        iam_action: None,
    })
}

/// What AWS could tell and this app does not ask, or nobody has given.
fn unread(facts: &Facts) -> Vec<Missing> {
    let mut missing = Vec::new();
    if facts.log.is_none() {
        missing.push(Missing {
            what: "Logs of this month were not imported.".to_owned(),
            remedy: "Export the pool's user activity (Plus) or CloudTrail and import the files, or run a prepared query and \
                     import its table."
                .to_owned(),
            iam_action: None,
        });
    }
    if facts.log.as_ref().is_some_and(|log| log.more_clients) {
        missing.push(Missing {
            what: "Imported logs name more app clients than the 500 that are counted apart; the list of them is not whole."
                .to_owned(),
            remedy: "The number of all users is not touched by that. A prepared query by app client lists every one."
                .to_owned(),
            iam_action: None,
        });
    }
    let tokens = facts.log.as_ref().and_then(|log| Some((log, log.token_requests?)));
    if let Some((log, requests)) = tokens.filter(|_| facts.token_requests().is_none()) {
        missing.push(Missing {
            what: format!(
                "Imported logs from {} to {} tell {} token requests of machines; how many the whole month had is unknown.",
                day(log.first),
                day(log.last),
                model::cost::grouped(requests)
            ),
            remedy: "Import logs of the whole month, or the table of a prepared query.".to_owned(),
            iam_action: None,
        });
    }
    if facts.metrics.is_none() {
        missing.push(Missing {
            what: "CloudWatch's sums of sign-ups, sign-ins, refreshes and federated sign-ins are unknown: it was not asked, \
                   or refused to answer. They need cloudwatch:GetMetricData."
                .to_owned(),
            remedy: "Ask CloudWatch, which has a small price of its own, or run the prepared command and import its answer. \
                     They count events and not users, so they bound little."
                .to_owned(),
            iam_action: Some(metrics::SUMS),
        });
    }
    let month = facts.month;
    if facts.metrics.is_some() && facts.over && facts.metrics_read.is_early(month) {
        missing.push(Missing {
            what: match facts.metrics_read.at {
                Some(at) => format!("CloudWatch's sums are of {}, before {month} had ended.", day(at)),
                None => format!("The file with CloudWatch's sums does not tell whether {month} had ended by then."),
            },
            remedy: "Ask again: what came after that is not in them.".to_owned(),
            iam_action: None,
        });
    }
    if facts.billed.is_some_and(|billed| billed.scope == BillScope::PoolBesidesFree) {
        missing.push(Missing {
            what: "The bill that was imported has no line for the users that are free.".to_owned(),
            remedy: "Add them to its number and type the sum. Nothing else is exact.".to_owned(),
            iam_action: None,
        });
    }
    if let Some(at) = facts.billed_at.filter(|at| facts.over && *at < month.next().begins()) {
        missing.push(Missing {
            what: format!("The bill's number is of {}, before {month} had ended.", day(at)),
            remedy: "Give the one of the final bill. Nothing else is exact.".to_owned(),
            iam_action: None,
        });
    }
    if facts.billed.is_none() {
        let remedy = "Type the number of the bill, or import the CSV of a cost report. Nothing else is exact.";
        missing.push(Missing {
            what: "The bill's number was not given.".into(),
            remedy: remedy.into(),
            iam_action: None,
        });
    }
    missing
}

/// That a final bill says fewer than were seen active.
fn less_than_seen(users: &Estimate<u64>) -> Option<Missing> {
    let bill = final_bill(&users.evidence)?;
    let surely = users.evidence.iter().filter(|item| item.bound == Bound::AtLeast && item.kind != EvidenceKind::Billed);
    let seen = surely.map(|item| item.users).max()?;
    let most = bill.high.filter(|most| seen > *most)?;
    let [most, seen] = [most, seen].map(model::cost::grouped);
    Some(Missing {
        what: format!("The bill is of at most {most} users, but {seen} were seen to be active."),
        remedy:
            "Look whether its number is of this pool and month. Free users have a line of their own: add it, or say \
                 that they are not in the number."
                .to_owned(),
        iam_action: None,
    })
}

/// What only a look at each user could tell.
fn not_looked(sign_in_events: Option<u64>) -> Vec<Missing> {
    let missing = |what: &str, remedy: &str| Missing { what: what.into(), remedy: remedy.into(), iam_action: None };
    let mut told = Vec::new();
    if sign_in_events.is_none() {
        told.push(missing(
            "No sign-in event of this month was seen.",
            "With the plan Plus, a look at somebody's sign-ins is kept as evidence. Do not look for this alone: it may make \
             them active.",
        ));
    }
    told.push(missing(
        "Whose sessions were used is unknown.",
        "AWS tells it where sessions are tracked (AdminListUserSessions), but its SDK for Rust does not have the call yet.",
    ));
    told
}

/// The day of an instant in UTC.
pub(crate) fn day(at: Timestamp) -> jiff::civil::Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// A month of logs of which only numbers are known, none of them yet. A table that was written
/// then is of no later time.
fn told_by_table(month: Month, written: Option<Timestamp>) -> LogMonth {
    let ends = month.next().begins();
    let last = written.map_or(ends, |at| at.min(ends));
    let counted = model::mau::Counted::new(0, false);
    LogMonth {
        month,
        surely: counted,
        possibly: counted,
        clients: Vec::new(),
        more_clients: false,
        by_client_only: true,
        token_requests: None,
        tokens_of_all: ends.duration_since(last) <= LONGEST_UNSEEN,
        events: 0,
        first: month.begins(),
        last,
        named: None,
        together: None,
        imports: Vec::new(),
    }
}

/// What cannot be done without the history.
const NO_HISTORY: &str = "The history cannot be read, so nothing can be kept of a month.";
