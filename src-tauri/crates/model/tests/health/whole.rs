//! What holds for all rules.

use std::collections::BTreeSet;

use model::health::{Answer, Outcome, Severity, Snapshot, judge, rules};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{changed, failure, good};

/// The names of the published list.
fn published() -> BTreeSet<String> {
    let numbered = |prefix: &str, from: u8, to: u8| (from..=to).map(|n| format!("{prefix}-{n:02}")).collect::<Vec<_>>();
    let lists = [
        numbered("UP", 1, 20),
        numbered("UP", 30, 45),
        numbered("AC", 1, 21),
        numbered("GR", 1, 2),
        numbered("IP", 1, 10),
    ];
    lists.concat().into_iter().chain(["OP-01".to_owned()]).collect()
}

#[test]
fn there_are_seventy_rules_each_with_all_that_a_reader_needs() {
    let names: BTreeSet<String> = rules().iter().map(|rule| rule.id.to_owned()).collect();
    assert_eq!((names.len(), rules().len()), (70, 70));
    assert_eq!(names, published());
    for rule in rules() {
        let sentences = rule.why.matches(". ").count() + 1;
        assert_eq!(sentences, 2, "{} says why in two sentences: {}", rule.id, rule.why);
        assert!(rule.version > 0 && !rule.title.is_empty() && rule.source.len() > 10 && rule.remedy.len() > 10);
        assert!(rule.why.ends_with('.') && rule.remedy.ends_with('.'), "{}", rule.id);
    }
}

#[test]
fn of_a_good_pool_every_rule_passes_and_says_what_decided() {
    let findings = judge(&good());
    assert_eq!(findings.len(), 70);
    for finding in findings {
        let id = finding.rule.id;
        assert_eq!(finding.outcome, Outcome::Pass, "{id}: {}", finding.evidence);
        assert!(!finding.operation.is_empty() && !finding.evidence.is_empty(), "{id}");
    }
}

/// Every answer in place of those of the good pool.
fn all(with: impl Fn(&str) -> Answer) -> Snapshot {
    let mut snapshot = good();
    snapshot.people = None;
    for (operation, subjects) in &mut snapshot.answers {
        for answer in subjects.values_mut() {
            *answer = with(operation);
        }
    }
    snapshot
}

#[rstest]
#[case::denied("denied")]
#[case::throttled("throttled")]
#[case::failed("failed")]
#[case::refused("InternalErrorException")]
fn without_answers_nothing_is_said_to_be_well_or_ill(#[case] how: &str) {
    for finding in judge(&all(|_| failure(how))) {
        assert_eq!(finding.outcome, Outcome::Unknown, "{}: {}", finding.rule.id, finding.evidence);
    }
}

#[test]
fn empty_answers_are_no_good_ones() {
    let lists = ["ListUserPoolClients", "ListIdentityPools"];
    // The lists stay, so that clients and identity pools are looked at.
    let snapshot = all(|operation| match good().body(operation, "") {
        Some(body) if lists.contains(&operation) => Answer::Given(body.clone()),
        _ => Answer::Given(json!({})),
    });
    for finding in judge(&snapshot) {
        // That there is no web ACL, and no export of logs, is what empty answers say.
        let says_nothing = !["UP-35", "UP-42"].contains(&finding.rule.id);
        let expected = if says_nothing { Outcome::Unknown } else { Outcome::Fail };
        assert_eq!(finding.outcome, expected, "{}: {}", finding.rule.id, finding.evidence);
    }
}

#[test]
fn of_what_reads_an_answer_that_came_empty_nothing_passes() {
    let outcomes = |snapshot: &Snapshot| -> Vec<_> {
        judge(snapshot).into_iter().map(|it| (it.rule.id, it.resource, it.outcome)).collect()
    };
    let mut passing = Vec::new();
    for (operation, subjects) in &good().answers {
        for subject in subjects.keys() {
            let with = |answer: Answer| {
                let mut snapshot = good();
                snapshot.put(operation, subject, answer);
                outcomes(&snapshot)
            };
            let readers: Vec<&str> = with(failure("denied"))
                .into_iter()
                .filter(|(_, _, outcome)| *outcome == Outcome::Unknown)
                .map(|(id, _, _)| id)
                .collect();
            for (id, _, outcome) in with(Answer::Given(json!({}))) {
                if readers.contains(&id) && outcome == Outcome::Pass {
                    passing.push(format!("{id} without {operation} {subject}"));
                }
            }
        }
    }
    assert_eq!(passing, [""; 0]);
}

#[test]
fn denying_what_decided_takes_the_verdict_away() {
    for finding in judge(&good()) {
        let mut snapshot = good();
        if finding.operation == "ListUsers" {
            snapshot.people = None;
        } else {
            for answer in snapshot.answers.get_mut(&finding.operation).unwrap().values_mut() {
                *answer = failure("denied");
            }
        }
        let again = judge(&snapshot).into_iter().find(|other| other.rule.id == finding.rule.id).unwrap();
        assert_eq!(again.outcome, Outcome::Unknown, "{}: {}", again.rule.id, again.evidence);
    }
}

#[test]
fn nulls_and_wrong_types_everywhere_bring_nobody_down() {
    for nonsense in [Value::Null, json!([]), json!("x"), json!(-1), json!({ "UserPool": [1], "UserPoolClient": "x" })] {
        let findings = judge(&all(|_| Answer::Given(nonsense.clone())));
        let names: BTreeSet<&str> = findings.iter().map(|finding| finding.rule.id).collect();
        assert_eq!(names.len(), 70, "every rule is there");
        assert!(findings.iter().all(|finding| finding.outcome != Outcome::Pass), "{nonsense}");
    }
}

#[test]
fn without_clients_and_identity_pools_their_rules_do_not_apply() {
    let none =
        json!({ "ListUserPoolClients": { "/UserPoolClients": [] }, "ListIdentityPools": { "/IdentityPools": [] } });
    for finding in judge(&changed(good(), &none)) {
        if ["AC", "IP"].contains(&&finding.rule.id[..2]) {
            assert_eq!(finding.outcome, Outcome::NotApplicable, "{}", finding.rule.id);
            assert_eq!(finding.resource, "eu-west-1_Good00001");
        }
    }
}

#[test]
fn every_client_is_judged_by_itself() {
    let second = json!({
        "ListUserPoolClients": { "/UserPoolClients/-": { "ClientId": "app", "ClientName": "app" } },
        "DescribeUserPoolClient app": { "/UserPoolClient": { "ClientId": "app", "PreventUserExistenceErrors": "LEGACY" } },
    });
    let findings = judge(&changed(good(), &second));
    let told: Vec<(&str, Outcome)> = findings
        .iter()
        .filter(|finding| finding.rule.id == "AC-01")
        .map(|finding| (finding.resource.as_str(), finding.outcome))
        .collect();
    assert_eq!(told, [("web", Outcome::Pass), ("app", Outcome::Fail)]);
}

#[test]
fn a_pool_of_federated_people_alone_needs_no_rules_about_passwords() {
    let federated = json!({ "DescribeUserPoolClient web": {
        "/UserPoolClient/ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"],
        "/UserPoolClient/SupportedIdentityProviders": ["Okta"],
    } });
    let findings = judge(&changed(good(), &federated));
    let applies = |id: &str| findings.iter().any(|it| it.rule.id == id && it.outcome != Outcome::NotApplicable);
    for id in ["UP-02", "UP-03", "UP-04", "UP-05", "UP-06", "UP-07", "UP-08", "UP-10", "UP-14", "UP-32"] {
        assert!(!applies(id), "{id}");
    }
    let passwordless = json!({ "DescribeUserPool": {
        "/UserPool/Policies/SignInPolicy/AllowedFirstAuthFactors": ["WEB_AUTHN"] },
        "GetUserPoolMfaConfig": { "/MfaConfiguration": "OFF" } });
    crate::expect("UP-09", &passwordless, "n/a");
    crate::expect("UP-02", &passwordless, "n/a");
}

#[test]
fn a_remedy_of_a_dearer_plan_says_so() {
    let lower = json!({ "DescribeUserPool": {
        "/UserPool/UserPoolTier": "ESSENTIALS", "/UserPool/UserPoolAddOns": { "AdvancedSecurityMode": "OFF" } } });
    let finding = crate::only(&changed(good(), &lower), "UP-30");
    assert_eq!(finding.severity, Severity::Low);
    assert!(
        finding.remedy.contains("needs the plan PLUS") && finding.remedy.contains("ESSENTIALS"),
        "{}",
        finding.remedy
    );
}

#[test]
fn a_snapshot_is_kept_and_read_again_as_it_was() {
    let snapshot = good();
    let text = serde_json::to_string(&snapshot).unwrap();
    assert_eq!(serde_json::from_str::<Snapshot>(&text).unwrap(), snapshot);
}

#[test]
fn the_guide_lists_every_rule_as_it_is() {
    let guide = include_str!("../../../../../docs/guide/health.md");
    for rule in rules() {
        let line = format!("| {} | {} | {} |", rule.id, rule.severity, rule.title);
        assert!(guide.lines().any(|other| other == line), "{line}");
    }
}
