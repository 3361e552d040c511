//! What the rules say about a pool, also as SARIF.

use std::collections::BTreeMap;

use console::edits::Waiver;
use console::{Health, Standpoint};
use model::health::{Finding, Outcome, Rule, Severity, Snapshot, rules};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use specta::Type;

/// What came of holding one rule against one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FindingView {
    /// The rule, such as `UP-09`.
    pub id: String,
    /// The pool's id, the app client's, or the identity pool's.
    pub resource: String,
    /// `critical`, `high`, `medium`, `low`, `info`: how bad a failure is here.
    pub severity: String,
    /// `pass`, `fail`, `unknown`, `n/a`.
    pub result: String,
    /// What was seen, or why nothing was. Names of things in it are foreign text.
    pub evidence: String,
    /// Where the rule comes from.
    pub source: String,
    /// What is wrong when the rule fails.
    pub title: String,
    /// The rule's version.
    pub version: u32,
    /// The operation whose answer decided; empty where none did.
    pub operation: String,
    /// The place in that answer, as a JSON pointer; empty for the whole of it.
    pub pointer: String,
    /// Why it matters.
    pub why: String,
    /// What to do.
    pub remedy: String,
    /// Who accepts that it fails, and until when; `null` when nobody does.
    pub accepted: Option<AcceptedView>,
}

/// That somebody accepts a risk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AcceptedView {
    /// Why, in their words.
    pub reason: String,
    /// Who, as AWS says.
    pub who: String,
    /// Until when.
    pub until: String,
}

impl From<&Waiver> for AcceptedView {
    fn from(waiver: &Waiver) -> Self {
        Self { reason: waiver.reason.clone(), who: waiver.who.clone(), until: waiver.until.to_string() }
    }
}

/// What all rules say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HealthView {
    /// The pool's id.
    pub pool: String,
    /// When AWS was asked.
    pub taken_at: String,
    /// Every rule at least once, in the order of their names.
    pub findings: Vec<FindingView>,
    /// What app clients and identity pools are called, by id. Foreign texts.
    pub names: BTreeMap<String, String>,
    /// Failing rules with a prepared edit, written like `UP-02 eu-west-1_Abcdefghi`.
    pub fixable: Vec<String>,
    /// Why it is not known which risks are accepted, in a sentence; `null` when it is.
    pub accepted_unknown: Option<String>,
    /// From where it was looked.
    pub asked: StandpointView,
}

/// From where a pool was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StandpointView {
    /// The ARN of who asked; `null` when AWS did not tell.
    pub who: Option<String>,
    /// The account; `null` when AWS did not tell.
    pub account: Option<String>,
    /// The Region of the pool.
    pub region: String,
    /// Where it was asked, as words: AWS, an endpoint, the sandbox.
    pub place: String,
    /// Whether services beyond Cognito were asked.
    pub beyond: bool,
    /// When the local copy was made in which people were counted; `null` when there was none.
    pub people_at: Option<String>,
    /// The version of this program.
    pub version: String,
}

impl From<Standpoint> for StandpointView {
    fn from(stood: Standpoint) -> Self {
        let Standpoint { who, account, region, place, beyond, people, version } = stood;
        let (people_at, version) = (people.map(|at| at.to_string()), version.to_owned());
        Self { who, account, region, place, beyond, people_at, version }
    }
}

/// How far to look.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AskHealth {
    /// Whether services beyond Cognito are asked as well, which needs IAM actions of theirs.
    pub beyond: bool,
}

/// In which form what the rules say is written into a file.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SaveHealth {
    /// `html`, `csv`, `sarif`, `json`.
    pub format: String,
    /// As in [`AskHealth`].
    pub beyond: bool,
}

impl HealthView {
    /// Every finding as a line. No cell is a formula.
    #[must_use]
    pub fn csv(&self) -> Vec<u8> {
        let head = [
            "result",
            "severity",
            "id",
            "title",
            "resource",
            "evidence",
            "operation",
            "pointer",
            "remedy",
            "source",
            "acceptedBecause",
            "acceptedBy",
            "acceptedUntil",
        ];
        let row = |it: &FindingView| {
            let accepted =
                |cell: fn(&AcceptedView) -> &String| it.accepted.as_ref().map(cell).cloned().unwrap_or_default();
            let cells = [
                &it.result,
                &it.severity,
                &it.id,
                &it.title,
                &it.resource,
                &it.evidence,
                &it.operation,
                &it.pointer,
                &it.remedy,
                &it.source,
                &accepted(|accepted| &accepted.reason),
                &accepted(|accepted| &accepted.who),
                &accepted(|accepted| &accepted.until),
            ];
            cells.map(String::clone).to_vec()
        };
        let rows: Vec<Vec<String>> = self.findings.iter().map(row).collect();
        console::table_csv(&head.map(str::to_owned), &rows)
    }
}

impl FindingView {
    /// A finding, and who accepts that it fails.
    #[must_use]
    pub fn new(finding: &Finding, accepted: Option<&Waiver>) -> Self {
        Self {
            id: finding.rule.id.to_owned(),
            resource: finding.resource.clone(),
            severity: finding.severity.to_string(),
            result: finding.outcome.to_string(),
            evidence: finding.evidence.clone(),
            source: finding.rule.source.to_owned(),
            title: finding.rule.title.to_owned(),
            version: finding.rule.version,
            operation: finding.operation.clone(),
            pointer: finding.pointer.clone(),
            why: finding.rule.why.to_owned(),
            remedy: finding.remedy.clone(),
            accepted: accepted.map(AcceptedView::from),
        }
    }
}

impl From<&Health> for HealthView {
    fn from(health: &Health) -> Self {
        Self {
            pool: health.snapshot.pool.to_string(),
            taken_at: health.snapshot.taken_at.to_string(),
            findings: health.findings.iter().map(|it| FindingView::new(it, health.accepted(it))).collect(),
            names: names(&health.snapshot),
            fixable: fixable(health),
            accepted_unknown: health.accepted_unknown.clone(),
            asked: Standpoint::of(health).into(),
        }
    }
}

fn fixable(health: &Health) -> Vec<String> {
    let failing = health.findings.iter().filter(|finding| finding.outcome == Outcome::Fail);
    let prepared = failing.filter(|it| model::edit::fix(it.rule.id, &it.resource, &health.snapshot).is_some());
    prepared.map(|finding| format!("{} {}", finding.rule.id, finding.resource)).collect()
}

/// What clients and identity pools are called.
fn names(snapshot: &Snapshot) -> BTreeMap<String, String> {
    let lists = [
        ("ListUserPoolClients", "UserPoolClients", "ClientId", "ClientName"),
        ("ListIdentityPools", "IdentityPools", "IdentityPoolId", "IdentityPoolName"),
    ];
    let told = lists.into_iter().flat_map(|(operation, list, id, name)| {
        let entries = snapshot.body(operation, "").and_then(|body| body.get(list)?.as_array());
        let text = |entry: &Value, field: &str| entry.get(field).and_then(Value::as_str).map(str::to_owned);
        entries.into_iter().flatten().filter_map(move |entry| Some((text(entry, id)?, text(entry, name)?)))
    });
    told.collect()
}

/// The names of severities, the worst first.
pub const SEVERITIES: [&str; 5] = ["critical", "high", "medium", "low", "info"];

/// Whether something fails that is at least as bad as that and nobody accepts; `false` for what is no severity.
#[must_use]
pub fn fails(health: &Health, severity: &str) -> bool {
    let Some(least) = Severity::parse(severity) else { return false };
    let fails = |finding: &&Finding| finding.outcome == Outcome::Fail && finding.severity >= least;
    health.findings.iter().filter(fails).any(|finding| health.accepted(finding).is_none())
}

/// The findings in the form that tools for code analysis exchange (SARIF 2.1.0).
#[must_use]
pub fn sarif(health: &Health, version: &str) -> Value {
    let results: Vec<Value> = health.findings.iter().map(|finding| result(finding, health)).collect();
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "Poolkeeper", "version": version, "rules": rules().iter().map(rule).collect::<Vec<_>>() } },
            "invocations": [{
                "executionSuccessful": true,
                "endTimeUtc": health.snapshot.taken_at.to_string(),
                "toolExecutionNotifications": health.accepted_unknown.iter().map(|why| unread(why)).collect::<Vec<_>>(),
                "properties": StandpointView::from(Standpoint::of(health)),
            }],
            "results": results,
        }],
    })
}

fn rule(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": rule.why },
        "help": { "text": format!("{} Source: {}", rule.remedy, rule.source) },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": { "security-severity": score(rule.severity), "tags": ["security"], "version": rule.version },
    })
}

fn result(finding: &Finding, health: &Health) -> Value {
    let pool = health.snapshot.pool.as_str();
    let (kind, level) = match finding.outcome {
        Outcome::Fail => ("fail", level(finding.severity)),
        Outcome::Pass => ("pass", "none"),
        Outcome::Unknown => ("open", "none"),
        Outcome::NotApplicable => ("notApplicable", "none"),
    };
    let place = if finding.resource == pool { pool.to_owned() } else { format!("{pool}/{}", finding.resource) };
    let mut result = json!({
        "ruleId": finding.rule.id,
        "ruleIndex": rules().iter().position(|rule| rule.id == finding.rule.id),
        "kind": kind,
        "level": level,
        "message": { "text": finding.evidence },
        "locations": [{ "logicalLocations": [{ "name": finding.resource, "fullyQualifiedName": place, "kind": "resource" }] }],
        "partialFingerprints": { "ruleAndResource/v1": format!("{}/{place}", finding.rule.id) },
        "properties": {
            "severity": finding.severity.as_str(),
            "operation": finding.operation,
            "pointer": finding.pointer,
            "remedy": finding.remedy,
        },
    });
    // Either all results have these or none has (SARIF 2.1.0, 3.27.23): an empty list says that nobody accepts it, and none
    // that this is not known.
    if health.accepted_unknown.is_none() {
        result["suppressions"] = json!(health.accepted(finding).map(suppression).as_slice());
    }
    result
}

/// That it could not be read which results somebody accepts.
fn unread(why: &str) -> Value {
    json!({ "level": "warning", "message": { "text": format!("Which risks are accepted is not known: {why}") } })
}

/// That somebody accepts the result, as SARIF says it: outside of what was looked at, and agreed.
fn suppression(waiver: &Waiver) -> Value {
    json!({
        "kind": "external",
        "status": "accepted",
        "justification": waiver.reason,
        "properties": { "acceptedBy": waiver.who, "acceptedAt": waiver.at.to_string(), "until": waiver.until.to_string() },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// A number from 0 to 10, as code scanning sorts by it.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "0.0",
    }
}
