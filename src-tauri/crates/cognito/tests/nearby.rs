//! Services beside Cognito: what becomes of their answers and refusals.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use cognito::{Gate, RetryRules, Session, SessionConfig, Share};
use jiff::Timestamp;
use model::health::{Answer, Snapshot};
use model::{PoolId, Region};
use serde_json::{Value, json};
use support::Quiet;

const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:gate:live";

/// A service that answers what it is told to, and remembers what was asked.
#[derive(Debug, Clone)]
struct Answering {
    answer: fn(&str) -> (u16, &'static str, String),
    asked: Arc<Mutex<Vec<String>>>,
}

impl HttpClient for Answering {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Answering {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let form = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let asked = format!("{} {form}", request.uri());
        let (status, error, body) = (self.answer)(&asked);
        self.asked.lock().unwrap().push(asked);
        let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
        if !error.is_empty() {
            response.headers_mut().insert("x-amzn-errortype", error);
        }
        HttpConnectorFuture::ready(Ok(response))
    }
}

async fn session(answer: fn(&str) -> (u16, &'static str, String)) -> (Session, Arc<Mutex<Vec<String>>>) {
    let service = Answering { answer, asked: Arc::default() };
    let quick = RetryRules { base: Duration::from_millis(1), attempts: 2, ..RetryRules::default() };
    let gate = Arc::new(Gate::new(Arc::new(Quiet), Share::Off, Arc::new(Quiet)).with_retry(quick));
    let config = SessionConfig {
        region: Some(Region::parse("eu-west-1").unwrap()),
        http_client: Some(cognito::HttpClient::new(service.clone())),
        ..SessionConfig::default()
    };
    (Session::open(config, gate).await.unwrap(), service.asked)
}

fn snapshot(settings: &Value) -> Snapshot {
    let mut snapshot = Snapshot::new(PoolId::parse("eu-west-1_Abcdefghi").unwrap(), Timestamp::UNIX_EPOCH);
    snapshot.put("DescribeUserPool", "", Answer::Given(json!({ "UserPool": settings })));
    snapshot
}

fn with_triggers() -> Snapshot {
    snapshot(&json!({ "LambdaConfig": { "PreSignUp": FUNCTION, "PostConfirmation": FUNCTION } }))
}

#[tokio::test]
async fn a_function_is_asked_about_once_and_its_environment_is_let_go() {
    let (session, asked) = session(|asked| {
        let body = if asked.contains("/policy") {
            json!({ "Policy": "{}" })
        } else {
            json!({ "Runtime": "nodejs22.x", "Timeout": 3, "Environment": { "Variables": { "KEY": "hush" } } })
        };
        (200, "", body.to_string())
    })
    .await;
    let mut snapshot = with_triggers();
    session.read_functions(&mut snapshot).await.unwrap();
    assert_eq!(snapshot.body("GetPolicy", FUNCTION), Some(&json!({ "Policy": "{}" })));
    let configuration = snapshot.body("GetFunctionConfiguration", FUNCTION);
    assert_eq!(configuration, Some(&json!({ "Runtime": "nodejs22.x", "Timeout": 3 })));
    let asked = asked.lock().unwrap();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(asked.iter().all(|url| url.contains("lambda.eu-west-1") && url.contains("gate%3Alive")), "{asked:?}");
}

#[tokio::test]
async fn what_lambda_refuses_is_an_answer_with_its_permission() {
    let denied: fn(&str) -> _ = |_| (403, "AccessDeniedException", json!({ "Message": "no" }).to_string());
    let throttled: fn(&str) -> _ = |_| (429, "TooManyRequestsException", json!({ "Reason": "x" }).to_string());
    let gone: fn(&str) -> _ = |_| (404, "ResourceNotFoundException", json!({ "Type": "User" }).to_string());
    let nonsense: fn(&str) -> _ = |_| (200, "", "<html>".to_owned());
    for (answer, expected) in [
        (denied, Some(Answer::Denied { iam_action: "lambda:GetPolicy".to_owned() })),
        (throttled, Some(Answer::Throttled)),
        (gone, Some(Answer::Refused { code: "ResourceNotFoundException".to_owned() })),
        (nonsense, None),
    ] {
        let (session, _) = session(answer).await;
        let mut snapshot = with_triggers();
        session.read_functions(&mut snapshot).await.unwrap();
        let said = snapshot.answer("GetPolicy", FUNCTION).unwrap();
        match expected {
            Some(expected) => assert_eq!(*said, expected),
            None => assert!(matches!(said, Answer::Failed { .. }), "{said:?}"),
        }
        assert!(snapshot.body("GetFunctionConfiguration", FUNCTION).is_none());
    }
}

#[tokio::test]
async fn a_pool_without_triggers_asks_lambda_nothing() {
    let (session, asked) = session(|_| (500, "", String::new())).await;
    for mut none in [
        snapshot(&json!({ "LambdaConfig": {} })),
        Snapshot::new(PoolId::parse("eu-west-1_A").unwrap(), Timestamp::UNIX_EPOCH),
    ] {
        session.read_functions(&mut none).await.unwrap();
    }
    assert_eq!(asked.lock().unwrap().len(), 0);
}

const ROLE: &str = "arn:aws:iam::111122223333:role/deep/signed-in";

fn with_roles() -> Snapshot {
    let mut snapshot = snapshot(&json!({}));
    let elsewhere = "arn:aws:iam::444455556666:role/signed-in";
    let groups =
        json!({ "Groups": [{ "GroupName": "a", "RoleArn": ROLE }, { "GroupName": "b", "RoleArn": elsewhere }] });
    snapshot.put("ListGroups", "", Answer::Given(groups));
    snapshot
}

/// An answer of IAM or STS.
fn xml(operation: &str, result: &str) -> (u16, &'static str, String) {
    let body = format!("<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>");
    (200, "", body)
}

fn whoever(asked: &str) -> Option<(u16, &'static str, String)> {
    let who = "<Account>111122223333</Account><Arn>arn:aws:iam::111122223333:user/a</Arn>";
    asked.contains("Action=GetCallerIdentity").then(|| xml("GetCallerIdentity", who))
}

#[tokio::test]
async fn a_role_is_read_with_all_its_policies_and_pages() {
    let (session, asked) = session(|asked| {
        let is = |action: &str| asked.contains(&format!("Action={action}&"));
        if let Some(who) = whoever(asked) {
            who
        } else if is("GetRole") {
            let role = "<Arn>x</Arn><RoleName>signed-in</RoleName><Path>/</Path><RoleId>A</RoleId>\
                        <CreateDate>2026-01-01T00:00:00Z</CreateDate>";
            xml("GetRole", &format!("<Role>{role}<AssumeRolePolicyDocument>%7B%7D</AssumeRolePolicyDocument></Role>"))
        } else if is("ListAttachedRolePolicies") {
            let member =
                "<member><PolicyName>files</PolicyName><PolicyArn>arn:aws:iam::aws:policy/files</PolicyArn></member>";
            let policies = format!("<AttachedPolicies>{member}</AttachedPolicies><IsTruncated>false</IsTruncated>");
            xml("ListAttachedRolePolicies", &policies)
        } else if is("GetPolicyVersion") {
            assert!(asked.contains("VersionId=v7"), "{asked}");
            let version =
                "<PolicyVersion><VersionId>v7</VersionId><Document>%7B%22a%22%3A1%7D</Document></PolicyVersion>";
            xml("GetPolicyVersion", version)
        } else if is("GetPolicy") {
            xml("GetPolicy", "<Policy><DefaultVersionId>v7</DefaultVersionId></Policy>")
        } else if is("ListRolePolicies") {
            let (name, more) = if asked.contains("Marker=") { ("two", "false") } else { ("one", "true") };
            let names = format!("<PolicyNames><member>{name}</member></PolicyNames><IsTruncated>{more}</IsTruncated>");
            xml("ListRolePolicies", &format!("{names}<Marker>next</Marker>"))
        } else {
            let own = "<RoleName>signed-in</RoleName><PolicyName>x</PolicyName><PolicyDocument>%7B%7D</PolicyDocument>";
            xml("GetRolePolicy", own)
        }
    })
    .await;
    let mut snapshot = with_roles();
    session.read_iam(&mut snapshot).await.unwrap();
    let body = |operation: &str, subject: &str| snapshot.body(operation, subject).cloned().unwrap_or_default();
    assert_eq!(body("GetRole", ROLE)["Role"]["AssumeRolePolicyDocument"], "%7B%7D");
    assert_eq!(body("ListAttachedRolePolicies", ROLE)["AttachedPolicies"][0]["PolicyName"], "files");
    let version = body("GetPolicyVersion", "arn:aws:iam::aws:policy/files");
    assert_eq!(version["PolicyVersion"]["Document"], "%7B%22a%22%3A1%7D");
    assert_eq!(body("ListRolePolicies", ROLE), json!({ "PolicyNames": ["one", "two"] }));
    assert_eq!(body("GetRolePolicy", &format!("{ROLE}/two"))["PolicyDocument"], "%7B%7D");
    let elsewhere = snapshot.answer("GetRole", "arn:aws:iam::444455556666:role/signed-in");
    assert!(matches!(elsewhere, Some(Answer::Failed { reason }) if reason.contains("111122223333")), "{elsewhere:?}");
    let asked = asked.lock().unwrap();
    let roles = asked.iter().filter(|form| form.contains("Action=GetRole&"));
    assert_eq!(roles.count(), 1, "a role of another account is not asked for: {asked:?}");
}

#[tokio::test]
async fn what_iam_refuses_is_an_answer_with_its_permission() {
    let denied: fn(&str) -> _ = |asked| whoever(asked).unwrap_or_else(|| error("AccessDenied"));
    let throttled: fn(&str) -> _ = |asked| whoever(asked).unwrap_or_else(|| error("Throttling"));
    let gone: fn(&str) -> _ = |asked| whoever(asked).unwrap_or_else(|| error("NoSuchEntity"));
    for (answer, expected) in [
        (denied, Answer::Denied { iam_action: "iam:GetRole".to_owned() }),
        (throttled, Answer::Throttled),
        (gone, Answer::Refused { code: "NoSuchEntity".to_owned() }),
    ] {
        let (session, _) = session(answer).await;
        let mut snapshot = with_roles();
        session.read_iam(&mut snapshot).await.unwrap();
        assert_eq!(snapshot.answer("GetRole", ROLE), Some(&expected));
        assert!(snapshot.body("ListRolePolicies", ROLE).is_none());
    }
}

#[tokio::test]
async fn roles_are_unknown_where_nobody_says_whose_account_it_is_and_lists_that_end_early_are_none() {
    let (no_sts, asked) = session(|_| (503, "", String::new())).await;
    let mut snapshot = with_roles();
    no_sts.read_iam(&mut snapshot).await.unwrap();
    assert!(asked.lock().unwrap().iter().all(|form| form.contains("Action=GetCallerIdentity")), "IAM is not asked");
    for question in ["GetRole", "ListAttachedRolePolicies", "ListRolePolicies"] {
        assert!(matches!(snapshot.answer(question, ROLE), Some(Answer::Failed { .. })), "{question}");
    }
    let (short, _) = session(|asked| {
        let cut = "<PolicyNames><member>one</member></PolicyNames><IsTruncated>true</IsTruncated>";
        whoever(asked).unwrap_or_else(|| xml("ListRolePolicies", cut))
    })
    .await;
    let mut snapshot = with_roles();
    short.read_iam(&mut snapshot).await.unwrap();
    let names = snapshot.answer("ListRolePolicies", ROLE);
    assert!(matches!(names, Some(Answer::Failed { reason }) if reason.contains("more")), "{names:?}");
}

fn error(code: &str) -> (u16, &'static str, String) {
    let error = format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error>");
    (403, "", format!("<ErrorResponse>{error}</ErrorResponse>"))
}

/// One limit a page; of CloudWatch the sums of five minutes, in the protocol that its SDK speaks.
fn limits(asked: &str) -> (u16, &'static str, String) {
    let quota = |code: &str, name: &str| {
        json!({ "QuotaCode": code, "QuotaName": name, "Value": 240.0, "Adjustable": true,
            "UsageMetric": { "MetricNamespace": "AWS/Usage", "MetricName": "CallCount",
                "MetricDimensions": { "Resource": name }, "MetricStatisticRecommendation": "Sum" } })
    };
    let body = if asked.contains("NextToken") {
        json!({ "Quotas": [quota("L-2", "Rate of UserRead requests")] })
    } else {
        json!({ "Quotas": [quota("L-1", "Rate of UserToken requests")], "NextToken": "more" })
    };
    (200, "", body.to_string())
}

#[tokio::test]
async fn the_limits_of_the_account_are_asked_for_page_by_page_and_no_metric_without_one() {
    let (session, asked) = session(limits).await;
    let Answer::Given(body) = session.applied_quotas().await.unwrap() else { panic!("not answered") };
    let quotas = model::quota::applied(&body);
    assert_eq!(quotas.iter().map(|quota| quota.code.as_str()).collect::<Vec<_>>(), ["L-2", "L-1"]);
    assert_eq!(session.busiest(&[], Timestamp::UNIX_EPOCH).await.unwrap(), cognito::Busiest::default());
    let asked = asked.lock().unwrap();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(asked.iter().all(|it| it.contains("servicequotas") && it.contains("cognito-idp")), "{asked:?}");
}

#[tokio::test]
async fn what_service_quotas_refuses_is_an_answer_with_its_permission_and_without_cloudwatch_no_use_is_known() {
    let denied: fn(&str) -> _ = |_| (403, "AccessDeniedException", json!({ "Message": "no" }).to_string());
    let (session, _) = session(denied).await;
    let needed = Answer::Denied { iam_action: "servicequotas:ListServiceQuotas".to_owned() };
    assert_eq!(session.applied_quotas().await.unwrap(), needed);
    let metric = model::quota::UsageMetric {
        namespace: "AWS/Usage".to_owned(),
        name: "CallCount".to_owned(),
        dimensions: std::collections::BTreeMap::new(),
        statistic: "Sum".to_owned(),
    };
    let used = session.busiest(&[&metric], Timestamp::UNIX_EPOCH).await.unwrap();
    // CloudWatch speaks another protocol, so this is no answer of its own.
    assert!(matches!(used.asked, Some(Answer::Failed { .. })), "{:?}", used.asked);
    assert_eq!(used.most.len(), 0);
}
