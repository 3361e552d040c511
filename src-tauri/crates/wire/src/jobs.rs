//! Plans, jobs and the audit as they are shown and printed. A plan itself is written as it is, so that it can be read back.

use std::collections::BTreeMap;

use console::jobs::{AuditRecord, AuditVerdict, ItemRow, JobRow};
use model::cost::plain;
use model::plan::{Change, Difference, Item, ItemCounts, JobHead, Plan, Preview, Undo};
use serde::Serialize;
use specta::Type;

use crate::{WireError, count};

/// A field before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
#[serde(rename = "FieldChangeView")]
pub struct ChangeView {
    /// An attribute, or `enabled`, `status`, `group`, `description`, `precedence`, `role`, a second factor as AWS names it,
    /// `PreferredMfaSetting`, `invitation`, `password`, `sessions`, `authenticatorApp`, `feedback`, `device`, `identity`,
    /// `members`.
    pub field: String,
    /// Before; `null` when absent. Foreign text.
    pub before: Option<String>,
    /// Afterwards; `null` when absent. Foreign text.
    pub after: Option<String>,
    /// Whether the value before stays until the person enters the code that is sent to the new address.
    pub waits: bool,
    /// Whether nobody looked what it was before: `before` says nothing then.
    pub unseen: bool,
}

impl ChangeView {
    /// What a line says before the arrow: the value, nothing where there was none, or that it is unknown.
    #[must_use]
    pub fn was(&self) -> &str {
        if self.unseen { "(unknown)" } else { self.before.as_deref().unwrap_or_default() }
    }

    /// What a line says after the new value: that it waits for a code, or nothing.
    #[must_use]
    pub fn proviso(&self) -> &'static str {
        if self.waits { " (waits for a code)" } else { "" }
    }
}

impl From<&Change> for ChangeView {
    fn from(change: &Change) -> Self {
        let Change { field, before, after, waits, unseen } = change.clone();
        Self { field, before, after, waits, unseen }
    }
}

/// One user or group of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlannedView {
    /// The user's or group's name. Foreign text.
    pub name: String,
    /// The calls, by AWS's names.
    pub calls: Vec<String>,
    /// What changes.
    pub changes: Vec<ChangeView>,
}

impl From<&Item> for PlannedView {
    fn from(item: &Item) -> Self {
        Self {
            name: item.target.name().to_owned(),
            calls: item.steps.iter().map(|step| step.operation().to_owned()).collect(),
            changes: item.shown().iter().map(ChangeView::from).collect(),
        }
    }
}

/// Calls of one quota category.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CategoryView {
    /// AWS's name of the category.
    pub category: String,
    /// How many calls, by operation.
    pub operations: BTreeMap<String, u32>,
    /// All of them.
    pub calls: u32,
    /// Requests a second that may be sent; `null` for as many as come.
    #[specta(type = Option<u32>)]
    pub per_second: Option<f64>,
    /// Requests a second that AWS takes from the whole account, unless it was raised; `null` where AWS does not say.
    pub quota: Option<u32>,
}

/// What can or cannot be taken back, and of how many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UndoView {
    /// `exact`, `approximate` or `impossible`.
    pub undo: String,
    /// What is not as before; `null` when everything is.
    pub why: Option<String>,
    /// Of how many users or groups.
    pub count: u32,
}

/// What a plan will do, take, cost and send.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
#[serde(rename = "PlanPreviewView")]
pub struct PreviewView {
    /// Names the plan.
    pub plan: String,
    /// What is wanted: `disable users`.
    pub action: String,
    /// Users and groups with something to do.
    pub active: u32,
    /// Why nothing is done about others, with their number.
    pub skipped: BTreeMap<String, u32>,
    /// The first entries.
    pub first: Vec<PlannedView>,
    /// Calls by quota category.
    pub calls: Vec<CategoryView>,
    /// Seconds that it takes at least; `null` when nothing limits it.
    #[specta(type = Option<u32>)]
    pub seconds: Option<f64>,
    /// At least so many messages.
    pub messages_low: u32,
    /// At most so many messages.
    pub messages_high: u32,
    /// So many of the most may be e-mails.
    pub emails: u32,
    /// Users whom no message reaches although their calls send one: they are disabled, or no address of theirs is verified.
    pub unreached: u32,
    /// How many e-mails the whole account may send in a day, where the plan may send some through Cognito's own sender;
    /// `null` where it sends none, or the pool has another sender or one that is not known.
    pub mails_a_day: Option<u32>,
    /// Users with a call that AWS lists as counting.
    pub may_bill: u32,
    /// Users with calls of which AWS says nothing.
    pub undocumented: u32,
    /// Users who were counted this month already.
    pub already_counted: u32,
    /// The least that it adds to the bill, in US dollars.
    pub price_low: String,
    /// Likely, by what is known of the present month, in US dollars; `null` when unknown.
    pub price_likely: Option<String>,
    /// The most, in US dollars; `null` when unknown.
    pub price_high: Option<String>,
    /// What can be taken back.
    pub undo: Vec<UndoView>,
    /// Whether something cannot be taken back, so that the pool's name is asked for.
    pub irreversible: bool,
    /// What a person should know.
    pub notes: Vec<String>,
}

impl PreviewView {
    /// A preview with the plan that it counts.
    #[must_use]
    pub fn new(plan: &Plan, preview: &Preview) -> Self {
        let category = |calls: &model::plan::CategoryCalls| CategoryView {
            category: calls.category.to_string(),
            operations: calls.operations.iter().map(|(name, number)| ((*name).to_owned(), count(*number))).collect(),
            calls: count(calls.calls),
            per_second: calls.per_second,
            quota: calls.quota,
        };
        let undo = |(undo, number): &(Undo, u64)| {
            let (word, why) = match undo {
                Undo::Exact => ("exact", None),
                Undo::Approximate { why } => ("approximate", Some(why.clone())),
                Undo::Impossible { why } => ("impossible", Some(why.clone())),
            };
            UndoView { undo: word.to_owned(), why, count: count(*number) }
        };
        Self {
            plan: plan.id.clone(),
            action: plan.action.name().to_owned(),
            active: count(preview.active),
            skipped: preview.skipped.iter().map(|(why, number)| (why.clone(), count(*number))).collect(),
            first: preview.first.iter().map(PlannedView::from).collect(),
            calls: preview.calls.iter().map(category).collect(),
            seconds: preview.seconds,
            messages_low: count(preview.messages.low),
            messages_high: count(preview.messages.high),
            emails: count(preview.messages.emails),
            unreached: count(preview.unreached),
            mails_a_day: preview.mails_a_day,
            may_bill: count(preview.touched.may_bill),
            undocumented: count(preview.touched.undocumented),
            already_counted: count(preview.touched.already_counted),
            price_low: plain(preview.price.low),
            price_likely: preview.price.likely.map(plain),
            price_high: preview.price.high.map(plain),
            undo: preview.undo.iter().map(undo).collect(),
            irreversible: plan.is_irreversible(),
            notes: plan.notes.clone(),
        }
    }
}

/// Entries of a job by state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CountsView {
    /// Waiting.
    pub queued: u32,
    /// Under way.
    pub sent: u32,
    /// Applied.
    pub done: u32,
    /// Refused.
    pub failed: u32,
    /// Not known.
    pub unknown: u32,
    /// Left alone.
    pub skipped: u32,
}

impl From<&ItemCounts> for CountsView {
    fn from(counts: &ItemCounts) -> Self {
        Self {
            queued: count(counts.queued),
            sent: count(counts.sent),
            done: count(counts.done),
            failed: count(counts.failed),
            unknown: count(counts.unknown),
            skipped: count(counts.skipped),
        }
    }
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct JobView {
    /// Names it.
    pub id: String,
    /// What was wanted.
    pub action: String,
    /// `running`, `interrupted` (nobody carries it out, though it never ended), `paused` or `ended`.
    pub state: String,
    /// Its entries.
    pub counts: CountsView,
    /// The ARN of whoever approved it.
    pub by: String,
    /// Why, in their words.
    pub reason: Option<String>,
    /// The job that it takes back.
    pub undo_of: Option<String>,
    /// Whether nothing of it can be taken back, however it goes.
    pub for_good: bool,
    /// Whether it sets a password, which has to be given again to go on with it.
    pub needs_password: bool,
    /// When it was approved.
    pub created_at: String,
}

impl From<&JobRow> for JobView {
    fn from(row: &JobRow) -> Self {
        let head: Option<JobHead> = serde_json::from_str(&row.job.head).ok();
        Self {
            id: row.job.id.clone(),
            for_good: head.as_ref().is_some_and(|head| head.for_good),
            needs_password: head.as_ref().is_some_and(|head| head.needs_password),
            action: head.map(|head| head.action).unwrap_or_default(),
            state: row.state.as_str().to_owned(),
            counts: CountsView::from(&row.counts),
            by: row.job.arn.clone(),
            reason: row.job.reason.clone(),
            undo_of: row.job.undo_of.clone(),
            created_at: row.job.at.to_string(),
        }
    }
}

/// A field that somebody else changed after the plan was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
#[serde(rename = "ItemDifferenceView")]
pub struct DifferenceView {
    /// The field.
    pub field: String,
    /// When the plan was made. Foreign text.
    pub planned_with: Option<String>,
    /// Now. Foreign text.
    pub now: Option<String>,
    /// What the plan would have made of it. Foreign text.
    pub wanted: Option<String>,
}

/// An entry of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct JobItemView {
    /// Its place, from 0.
    pub seq: u32,
    /// The user's or group's name; `null` when the person was erased. Foreign text.
    pub name: Option<String>,
    /// The `sub`; `null` where there is none.
    pub sub: Option<String>,
    /// `queued`, `sent`, `done`, `failed`, `unknown` or `skipped`.
    pub state: String,
    /// The code of a failure; `changed` when somebody else changed the user meanwhile.
    pub code: Option<String>,
    /// Why, as a sentence.
    pub why: Option<String>,
    /// AWS's id of the last request.
    pub request_id: Option<String>,
    /// What was to change.
    pub changes: Vec<ChangeView>,
    /// What somebody else changed meanwhile.
    pub differences: Vec<DifferenceView>,
}

impl From<&ItemRow> for JobItemView {
    fn from(row: &ItemRow) -> Self {
        let differences: Vec<Difference> =
            row.end.detail.as_ref().and_then(|detail| serde_json::from_str(detail).ok()).unwrap_or_default();
        let difference = |one: Difference| DifferenceView {
            field: one.field,
            planned_with: one.planned_with,
            now: one.now,
            wanted: one.wanted,
        };
        Self {
            seq: count(row.seq),
            name: row.item.as_ref().map(|item| item.target.name().to_owned()),
            sub: row.item.as_ref().and_then(|item| item.target.sub().map(str::to_owned)),
            state: row.end.state.as_str().to_owned(),
            code: row.end.code.clone(),
            why: row.end.told(),
            request_id: row.end.request_id.clone(),
            changes: row.item.iter().flat_map(Item::shown).map(|change| ChangeView::from(&change)).collect(),
            differences: differences.into_iter().map(difference).collect(),
        }
    }
}

/// A record of the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AuditView {
    /// Its place, from 1.
    pub seq: u32,
    /// When.
    pub at: String,
    /// `approved`, `intent`, `outcome` or `job`.
    pub kind: String,
    /// The job.
    pub job: String,
    /// The entry of the job.
    pub item: Option<u32>,
    /// The ARN that AWS says it was.
    pub who: String,
    /// Place, account, Region and pool.
    pub pool: String,
    /// AWS's name of the operation, or what was done to the job.
    pub operation: String,
    /// What came of it.
    pub outcome: Option<String>,
    /// The code of a failure.
    pub code: Option<String>,
    /// AWS's id of the request.
    pub request_id: Option<String>,
    /// Why, in the words of whoever approved it.
    pub reason: Option<String>,
    /// The SHA-256 of the plan that was approved; `null` for all other records.
    pub plan_digest: Option<String>,
    /// How many calls of each operation that plan has.
    pub plan_calls: BTreeMap<String, u32>,
    /// The user or group; `null` for what is about none, and for who was erased. Foreign text.
    pub name: Option<String>,
    /// The `sub`.
    pub sub: Option<String>,
    /// Before and after.
    pub changes: Vec<ChangeView>,
    /// Its hash, which covers the record before.
    pub hash: String,
}

impl From<&AuditRecord> for AuditView {
    fn from(record: &AuditRecord) -> Self {
        use console::jobs::AuditKind;
        let entry = &record.entry;
        let kind = match entry.kind {
            AuditKind::Approved => "approved",
            AuditKind::Intent => "intent",
            AuditKind::Outcome => "outcome",
            AuditKind::Job => "job",
        };
        Self {
            seq: count(record.seq),
            at: entry.at.to_string(),
            kind: kind.to_owned(),
            job: entry.job.clone(),
            item: entry.item.map(count),
            who: entry.who.clone(),
            pool: entry.pool.clone(),
            operation: entry.operation.clone(),
            outcome: entry.outcome.clone(),
            code: entry.code.clone(),
            request_id: entry.request_id.clone(),
            reason: entry.reason.clone(),
            plan_digest: entry.plan.as_ref().map(|plan| plan.digest.clone()),
            plan_calls: entry
                .plan
                .iter()
                .flat_map(|plan| &plan.calls)
                .map(|(name, calls)| (name.clone(), count(*calls)))
                .collect(),
            name: entry.person.as_ref().map(|person| person.name.clone()),
            sub: entry.person.as_ref().and_then(|person| person.sub.clone()),
            changes: entry.person.iter().flat_map(|person| &person.changes).map(ChangeView::from).collect(),
            hash: record.hash.clone(),
        }
    }
}

/// Something that is wrong with the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AuditFaultView {
    /// Where.
    pub seq: u32,
    /// What, as a sentence.
    pub what: String,
}

/// What verifying the audit found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AuditVerdictView {
    /// Whether nothing is wrong.
    pub valid: bool,
    /// How many records there are.
    pub records: u32,
    /// The hash of the last: noted elsewhere it proves later that nothing was cut off.
    pub head: String,
    /// Everything that is wrong.
    pub faults: Vec<AuditFaultView>,
}

impl From<&AuditVerdict> for AuditVerdictView {
    fn from(verdict: &AuditVerdict) -> Self {
        let fault =
            |fault: &console::jobs::AuditFault| AuditFaultView { seq: count(fault.seq), what: fault.what.clone() };
        Self {
            valid: verdict.faults.is_empty(),
            records: count(verdict.records),
            head: verdict.head.clone(),
            faults: verdict.faults.iter().map(fault).collect(),
        }
    }
}

/// Reads a plan from a file.
///
/// # Errors
/// A validation error on `plan` when it is none.
pub fn read_plan(text: &str) -> Result<Plan, WireError> {
    serde_json::from_str(text).map_err(|error| WireError::validation("plan", format!("This is not a plan: {error}.")))
}

/// Writes a plan so that [`read_plan`] reads it back.
///
/// # Errors
/// An internal error when it cannot be written.
pub fn write_plan(plan: &Plan) -> Result<String, WireError> {
    serde_json::to_string(plan).map_err(|error| WireError::new(crate::ErrorCode::Internal, format!("{error}.")))
}

/// The group of a name.
///
/// # Errors
/// A validation error on `group`.
pub fn group_name(text: &str) -> Result<model::GroupName, WireError> {
    model::GroupName::parse(text).map_err(|error| WireError::validation("group", crate::pools::sentence(&error)))
}
