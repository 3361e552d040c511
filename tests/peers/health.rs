//! Health and settings of a pool on each server: what a server lacks is unknown, and nothing is taken for safe.

use std::collections::BTreeSet;

use console::PoolId;
use model::Region;
use model::connection::ConnectionId;
use model::health::{Answer, Outcome};
use serde_json::json;

use crate::population::call;
use crate::servers::{self, Server};

/// What neither ministack nor moto has.
const LACKING: [&str; 2] = ["DescribeRiskConfiguration", "GetLogDeliveryConfiguration"];

/// A careless pool with one client is judged, and `lacks` are the operations that the server does not have.
async fn is_told(server: Server, lacks: &[&str]) {
    let endpoint = server.endpoint.clone();
    let made = tokio::task::spawn_blocking(move || {
        let pool = call(&endpoint, "CreateUserPool", &json!({ "PoolName": "health", "MfaConfiguration": "OFF" }));
        let id = pool["UserPool"]["Id"].as_str().unwrap().to_owned();
        let client = json!({ "UserPoolId": id, "ClientName": "web", "GenerateSecret": true,
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"] });
        let client = call(&endpoint, "CreateUserPoolClient", &client);
        (id, client["UserPoolClient"]["ClientSecret"].as_str().unwrap().to_owned())
    });
    let (id, secret) = made.await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let console = crate::open(&folder).await;
    let region = Some(Region::parse("eu-west-1").unwrap());
    let connection = ConnectionId { profile: None, region, endpoint: Some(server.endpoint.clone()), sandbox: false };
    let health = console.health(&connection, &PoolId::parse(id).unwrap(), false).await.unwrap();

    let rules: BTreeSet<&str> = health.findings.iter().map(|finding| finding.rule.id).collect();
    assert_eq!(rules.len(), 70, "every rule is there");
    let outcome = |id: &str| health.findings.iter().find(|finding| finding.rule.id == id).unwrap().outcome;
    for id in ["UP-01", "UP-02", "UP-09", "AC-01", "AC-07"] {
        assert_eq!(outcome(id), Outcome::Fail, "{id}");
    }
    for id in ["UP-35", "UP-45", "AC-20"] {
        assert_eq!(outcome(id), Outcome::Unknown, "{id}");
    }
    let failed: Vec<&str> = health
        .snapshot
        .answers
        .iter()
        .filter(|(_, subjects)| subjects.values().any(|answer| matches!(answer, Answer::Failed { .. })))
        .map(|(operation, _)| operation.as_str())
        .collect();
    assert_eq!(failed, lacks, "what the server does not have");
    for finding in health.findings.iter().filter(|finding| failed.contains(&finding.operation.as_str())) {
        assert_eq!(finding.outcome, Outcome::Unknown, "{}: {}", finding.rule.id, finding.evidence);
    }
    let text = serde_json::to_string(&health.snapshot).unwrap();
    assert!(text.contains("********") && !text.contains(&secret), "the client's secret is masked");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_has_every_operation() {
    is_told(servers::sandbox().await, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ministack_lacks_threat_protection_and_the_export_of_logs() {
    is_told(servers::ministack().await, &LACKING).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn moto_lacks_threat_protection_and_the_export_of_logs() {
    is_told(servers::moto().await, &LACKING).await;
}
