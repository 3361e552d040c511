//! Services beside Cognito, on moto, which has them on the same port.

use console::{Console, PoolId};
use model::Region;
use model::connection::ConnectionId;
use model::health::Outcome;
use serde_json::{Value, json};
use wire::nearby::{FunctionsView, RolesView, ServiceQuotasView};

use crate::population::{call, send};
use crate::servers::{self, Server};

/// A program of one file, as a zip archive in base64.
const PROGRAM: &str = "UEsDBBQAAAAAAAAAISiDFtyMAQAAAAEAAAAEAAAAaS5qc3hQSwECFAMUAAAAAAAAACEogxbcjAEAAAABAAAABAAAAAAAAAAAAAAAgAEAAAAAaS5q\
    c1BLBQYAAAAAAQABADIAAAAjAAAAAAA=";

fn connection(server: &Server) -> ConnectionId {
    let region = Some(Region::parse("eu-west-1").unwrap());
    ConnectionId { profile: None, region, endpoint: Some(server.endpoint.clone()), sandbox: false }
}

/// A role, by a call of IAM's.
fn role(endpoint: &str, name: &str, trust: &Value) -> String {
    iam(endpoint, &[("Action", "CreateRole"), ("RoleName", name), ("AssumeRolePolicyDocument", &trust.to_string())]);
    format!("arn:aws:iam::123456789012:role/{name}")
}

fn iam(endpoint: &str, form: &[(&str, &str)]) {
    let form = form.iter().copied().chain([("Version", "2010-05-08")]);
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    send(endpoint, "iam", "application/x-www-form-urlencoded", form);
}

fn lambda(endpoint: &str, path: &str, body: &Value) {
    send(&format!("{endpoint}/2015-03-31/functions{path}"), "lambda", "application/json", body.to_string());
}

fn function(endpoint: &str, role: &str, name: &str) -> String {
    lambda(
        endpoint,
        "",
        &json!({ "FunctionName": name, "Runtime": "nodejs22.x", "Role": role, "Handler": "i.h", "Timeout": 7,
            "Code": { "ZipFile": PROGRAM }, "Environment": { "Variables": { "KEY": "hush" } } }),
    );
    format!("arn:aws:lambda:eu-west-1:123456789012:function:{name}")
}

/// Three functions that a pool calls: one for it alone, one for anybody, and one without a policy. And one that is not there.
fn pool_with_functions(endpoint: &str) -> String {
    let by_lambda = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": { "Service": "lambda.amazonaws.com" } }] });
    let role = role(endpoint, "runs-functions", &by_lambda);
    let [own, wide, closed] = ["own", "wide", "closed"].map(|name| function(endpoint, &role, name));
    let gone = own.replace(":own", ":gone");
    let triggers =
        json!({ "PreSignUp": own, "PostConfirmation": wide, "CustomMessage": closed, "PreAuthentication": gone });
    let pool = call(endpoint, "CreateUserPool", &json!({ "PoolName": "triggers", "LambdaConfig": triggers }));
    let arn = &pool["UserPool"]["Arn"];
    let grant =
        json!({ "StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "cognito-idp.amazonaws.com" });
    lambda(endpoint, "/wide/policy", &grant);
    let mut grant = grant;
    grant["SourceArn"] = arn.clone();
    lambda(endpoint, "/own/policy", &grant);
    pool["UserPool"]["Id"].as_str().unwrap().to_owned()
}

async fn outcome(console: &Console, server: &Server, pool: &PoolId, beyond: bool, rule: &str) -> (Outcome, String) {
    let health = console.health(&connection(server), pool, beyond).await.unwrap();
    let finding = health.findings.into_iter().find(|finding| finding.rule.id == rule).unwrap();
    (finding.outcome, finding.evidence)
}

#[tokio::test(flavor = "multi_thread")]
async fn lambda_says_for_which_pools_cognito_may_call_the_functions_of_triggers() {
    let server = servers::moto().await;
    let endpoint = server.endpoint.clone();
    let pool = tokio::task::spawn_blocking(move || pool_with_functions(&endpoint)).await.unwrap();
    let pool = PoolId::parse(pool).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let console = crate::open(&folder).await;
    let snapshot = console.functions(&connection(&server), &pool).await.unwrap();
    let view = FunctionsView::from(&snapshot);
    let said = view.functions.iter().map(|it| {
        let name = it.function.rsplit(':').next().unwrap_or_default().to_owned();
        (name, it.permission.clone().unwrap_or_default(), it.runtime.clone(), it.timeout_seconds)
    });
    let line = |name: &str, permission: &str, there: bool| {
        let runtime = there.then(|| "nodejs22.x".to_owned());
        (name.to_owned(), permission.to_owned(), runtime, there.then_some(7))
    };
    assert_eq!(
        said.collect::<Vec<_>>(),
        [
            line("closed", "nobody", true),
            line("gone", "nobody", false),
            line("own", "pool", true),
            line("wide", "anyone", true)
        ]
    );
    assert!(view.functions.iter().all(|it| (it.last_modified.is_some()) == (it.runtime.is_some())));
    assert_eq!((view.unanswered.len(), view.policy), (0, None));
    assert!(!serde_json::to_string(&snapshot).unwrap().contains("hush"), "what is in an environment stays there");

    let (before, why) = outcome(&console, &server, &pool, false, "UP-39").await;
    assert!(before == Outcome::Unknown && why.contains("lambda:GetPolicy"), "{why}");
    assert_eq!(outcome(&console, &server, &pool, true, "UP-39").await.0, Outcome::Fail);
    let (wide, why) = outcome(&console, &server, &pool, true, "UP-40").await;
    assert!(wide == Outcome::Fail && why.contains("function:wide") && why.contains("any pool of any account"), "{why}");
}

/// A pool with a group that may do everything, and a role for text messages that asks for the external id.
fn pool_with_roles(endpoint: &str) -> String {
    let to_identity_pools = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity", "Principal": { "Federated": "cognito-identity.amazonaws.com" } }] });
    let admins = role(endpoint, "admins", &to_identity_pools);
    let everything =
        json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }] });
    let everything = everything.to_string();
    let put =
        [("Action", "PutRolePolicy"), ("RoleName", "admins"), ("PolicyName", "all"), ("PolicyDocument", &everything)];
    iam(endpoint, &put);
    let few = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" }] });
    let few = few.to_string();
    iam(endpoint, &[("Action", "CreatePolicy"), ("PolicyName", "files"), ("PolicyDocument", &few)]);
    let files = "arn:aws:iam::123456789012:policy/files";
    iam(endpoint, &[("Action", "AttachRolePolicy"), ("RoleName", "admins"), ("PolicyArn", files)]);
    let by_cognito = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": { "Service": "cognito-idp.amazonaws.com" },
        "Condition": { "StringEquals": { "sts:ExternalId": "ours" } } }] });
    let sms = role(endpoint, "sms", &by_cognito);
    let sms = json!({ "PoolName": "roles", "SmsConfiguration": { "SnsCallerArn": sms, "ExternalId": "ours" } });
    let pool = call(endpoint, "CreateUserPool", &sms);
    let id = pool["UserPool"]["Id"].as_str().unwrap().to_owned();
    for (group, role) in [("admins", &admins), ("lost", &admins.replace("admins", "lost"))] {
        call(endpoint, "CreateGroup", &json!({ "UserPoolId": id, "GroupName": group, "RoleArn": role }));
    }
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn iam_says_who_may_take_roles_and_what_they_may_do() {
    let server = servers::moto().await;
    let endpoint = server.endpoint.clone();
    let pool = tokio::task::spawn_blocking(move || pool_with_roles(&endpoint)).await.unwrap();
    let pool = PoolId::parse(pool).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let console = crate::open(&folder).await;
    let view = RolesView::from(&console.roles(&connection(&server), &pool).await.unwrap());
    let of = |group: &str| view.roles.iter().find(|it| it.given_to == group).unwrap();
    let names: Vec<&str> = of("admins").documents.iter().map(|document| document.name.as_str()).collect();
    assert_eq!(names, ["trust", "files", "all"]);
    assert!(of("admins").documents[0].value.contains("cognito-identity.amazonaws.com"));
    assert_eq!((of("admins").sweeping, of("lost").narrow), (Some(true), Some(false)));
    assert_eq!(of("lost").trust, "There is no such role.");

    let (before, why) = outcome(&console, &server, &pool, false, "GR-01").await;
    assert!(before == Outcome::Unknown && why.contains("iam:ListAttachedRolePolicies"), "{why}");
    let (after, why) = outcome(&console, &server, &pool, true, "GR-01").await;
    assert!(after == Outcome::Fail && why.contains("it may *"), "{why}");
    assert_eq!(outcome(&console, &server, &pool, false, "UP-38").await.0, Outcome::Unknown);
    assert_eq!(outcome(&console, &server, &pool, true, "UP-38").await.0, Outcome::Pass);
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_that_service_quotas_does_not_tell_are_unknown_and_nothing_is_asked_of_cloudwatch() {
    let server = servers::moto().await;
    let folder = tempfile::tempdir().unwrap();
    let console = crate::open(&folder).await;
    let told = ServiceQuotasView::from(&console.service_quotas(&connection(&server), true).await.unwrap());
    // moto knows the service and not this question.
    assert_eq!((told.quotas.len(), told.metrics), (0, 0));
    let [unanswered] = told.unanswered.as_slice() else { panic!("{:?}", told.unanswered) };
    assert_eq!(unanswered.operation, "ListServiceQuotas");
    let asked = console.calls();
    assert!(asked.iter().all(|call| call.operation != "GetMetricData"), "{asked:?}");
}
