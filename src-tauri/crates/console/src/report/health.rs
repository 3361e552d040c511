//! The report on a pool's health: what a reviewer wants to see, every rule with its evidence.

use std::collections::BTreeMap;

use model::health::{Finding, Outcome, Severity};

use super::{Report, Section, Spare};
use crate::health::{Health, Standpoint};

/// In the order in which they are read.
const OUTCOMES: [(Outcome, &str); 4] = [
    (Outcome::Fail, "What fails"),
    (Outcome::Unknown, "What is not known"),
    (Outcome::Pass, "What passes"),
    (Outcome::NotApplicable, "What does not apply"),
];

impl Report {
    /// A report on every rule.
    #[must_use]
    pub fn of_health(health: &Health) -> Self {
        let snapshot = &health.snapshot;
        let name = snapshot.body("DescribeUserPool", "").and_then(|body| body.pointer("/UserPool/Name")?.as_str());
        let count = |outcome: Outcome| health.findings.iter().filter(|finding| finding.outcome == outcome).count();
        let grave = |finding: &&Finding| finding.outcome == Outcome::Fail && finding.severity >= Severity::High;
        let accepted = health.findings.iter().filter(|finding| health.accepted(finding).is_some()).count();
        let headline = [
            ("Failed", count(Outcome::Fail)),
            ("of these high or critical", health.findings.iter().filter(grave).count()),
            ("of these accepted", accepted),
            ("Not known", count(Outcome::Unknown)),
            ("Passed", count(Outcome::Pass)),
        ];
        let mut sections: Vec<Section> =
            OUTCOMES.into_iter().map(|(outcome, heading)| section(health, outcome, heading)).collect();
        sections.insert(1, waived(health));
        sections.push(how(health));
        let at = snapshot.taken_at.strftime("%Y-%m-%d %H:%M UTC");
        Self {
            title: "Health of a user pool".to_owned(),
            subtitle: format!("{} ({}), as AWS described it on {at}", name.unwrap_or("without a name"), snapshot.pool),
            headline: headline.map(|(what, number)| (what.to_owned(), number.to_string())).into(),
            bars: Vec::new(),
            sections,
            numbers: Vec::new(),
        }
    }
}

fn section(health: &Health, outcome: Outcome, heading: &str) -> Section {
    let here = |finding: &&Finding| finding.outcome == outcome && health.accepted(finding).is_none();
    let mut findings: Vec<&Finding> = health.findings.iter().filter(here).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let failed = outcome == Outcome::Fail;
    let head: &[&str] = if failed {
        &["Rule", "Severity", "Resource", "Evidence", "Decided by", "Why it matters", "What to do", "Source"]
    } else {
        &["Rule", "Resource", "Evidence", "Decided by", "Source"]
    };
    let row = |finding: &&Finding| {
        let rule = format!("{} v{} {}", finding.rule.id, finding.rule.version, finding.rule.title);
        let (resource, evidence) = (finding.resource.clone(), finding.evidence.clone());
        let (decided, source) = (decided(finding), finding.rule.source.to_owned());
        if failed {
            let (why, remedy) = (finding.rule.why.to_owned(), finding.remedy.clone());
            vec![rule, finding.severity.to_string(), resource, evidence, decided, why, remedy, source]
        } else {
            vec![rule, resource, evidence, decided, source]
        }
    };
    Section {
        heading: heading.to_owned(),
        spare: Spare::Lines,
        paragraphs: if findings.is_empty() { vec!["Nothing.".to_owned()] } else { Vec::new() },
        head: head.iter().map(|head| (*head).to_owned()).collect(),
        numbers: Vec::new(),
        rows: findings.iter().map(row).collect(),
    }
}

/// What fails and somebody accepts, with their words.
fn waived(health: &Health) -> Section {
    let row = |finding: &Finding| {
        let waiver = health.accepted(finding)?;
        Some(vec![
            format!("{} v{} {}", finding.rule.id, finding.rule.version, finding.rule.title),
            finding.severity.to_string(),
            finding.resource.clone(),
            finding.evidence.clone(),
            waiver.reason.clone(),
            waiver.who.clone(),
            waiver.until.strftime("%Y-%m-%d").to_string(),
        ])
    };
    let rows: Vec<Vec<String>> = health.findings.iter().filter_map(row).collect();
    let nothing = || health.accepted_unknown.clone().unwrap_or_else(|| "Nothing.".to_owned());
    Section {
        heading: "What fails and is accepted".to_owned(),
        spare: Spare::Lines,
        paragraphs: if rows.is_empty() { vec![nothing()] } else { Vec::new() },
        head: ["Rule", "Severity", "Resource", "Evidence", "Why it is accepted", "By", "Until"]
            .map(str::to_owned)
            .into(),
        numbers: Vec::new(),
        rows,
    }
}

/// The call and the place in its answer.
fn decided(finding: &Finding) -> String {
    format!("{} {}", finding.operation, finding.pointer).trim().to_owned()
}

/// How the report came about.
fn how(health: &Health) -> Section {
    let asked: usize = health.snapshot.answers.values().map(BTreeMap::len).sum();
    let Standpoint { who, account, region, place, beyond, people, version } = Standpoint::of(health);
    let unknown = || "unknown".to_owned();
    Section {
        heading: "How this was found".to_owned(),
        paragraphs: vec![
            format!("{asked} questions to AWS, none of which changes anything or makes anybody billable."),
            format!("Asked as: {}", who.unwrap_or_else(unknown)),
            format!("Account {}, Region {region}, {place}", account.unwrap_or_else(unknown)),
            if beyond {
                "Cognito was asked, and Lambda and IAM as well.".to_owned()
            } else {
                "Cognito alone was asked: rules that need Lambda or IAM are not known.".to_owned()
            },
            match people {
                Some(at) => format!("People were counted in the local copy of {}.", at.strftime("%Y-%m-%d %H:%M UTC")),
                None => "There was no complete local copy in which people could be counted.".to_owned(),
            },
            format!("Judged by Poolkeeper {version}; each rule has a version of its own beside it."),
            "What was denied, throttled or left out of an answer is not known. It is never taken for safe.".to_owned(),
        ],
        ..Section::default()
    }
}
