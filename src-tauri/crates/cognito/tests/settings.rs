//! Reading settings whole: what becomes of answers, refusals and failures.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use cognito::{ErrorKind, Gate, RetryRules, Session, SessionConfig, Share};
use jiff::Timestamp;
use model::health::{Answer, Snapshot};
use model::{PoolId, Region};
use sandbox::{Fault, Options, Quota, Sandbox, When};
use support::Quiet;

struct Stage {
    sandbox: Sandbox,
    session: Session,
    snapshot: Snapshot,
}

async fn stage() -> Stage {
    let sandbox = Sandbox::new(Options { users: 20, quota: Quota::Off, ..Options::default() });
    let quick = RetryRules { base: Duration::from_millis(1), attempts: 2, ..RetryRules::default() };
    let gate = Arc::new(Gate::new(Arc::new(Quiet), Share::Off, Arc::new(Quiet)).with_retry(quick));
    let config = SessionConfig {
        region: Some(Region::parse("eu-west-1").unwrap()),
        http_client: Some(sandbox.http_client()),
        ..SessionConfig::default()
    };
    let session = Session::open(config, gate).await.unwrap();
    let snapshot = Snapshot::new(PoolId::parse(sandbox.pool_id()).unwrap(), Timestamp::UNIX_EPOCH);
    Stage { sandbox, session, snapshot }
}

fn error(code: &str, http_status: u16) -> Fault {
    Fault::Error { code: code.to_owned(), http_status }
}

#[tokio::test]
async fn every_question_has_an_answer_and_every_page_is_in_it() {
    let mut stage = stage().await;
    stage.sandbox.weather().set_page_shape(sandbox::PageShape::Ragged);
    stage.session.read_pool(&mut stage.snapshot).await.unwrap();
    stage.session.read_providers_and_tags(&mut stage.snapshot).await.unwrap();
    stage.session.read_clients(&mut stage.snapshot, None).await.unwrap();
    stage.session.read_identity_pools(&mut stage.snapshot).await.unwrap();
    stage.session.read_caller(&mut stage.snapshot).await.unwrap();
    let description = stage.sandbox.description();
    let clients: Vec<&str> = description.clients.iter().map(|client| client.id.as_str()).collect();
    let mut read = stage.snapshot.clients().unwrap();
    read.sort_unstable();
    let mut expected = clients.clone();
    expected.sort_unstable();
    assert_eq!(read, expected);
    for client in clients {
        assert!(stage.snapshot.body("DescribeUserPoolClient", client).is_some());
    }
    let text = serde_json::to_string(&stage.snapshot).unwrap();
    for secret in description.clients.iter().filter_map(|client| client.secret.as_deref()) {
        assert!(!text.contains(secret), "secrets are masked as they are read");
    }
    assert!(stage.snapshot.body("DescribeIdentityPool", &description.identity_pool_id).is_some());
    assert!(stage.snapshot.body("GetCallerIdentity", "").unwrap()["Arn"].as_str().unwrap().starts_with("arn:"));
}

#[tokio::test]
async fn refusals_and_failures_are_kept_apart() {
    let mut stage = stage().await;
    let weather = stage.sandbox.weather();
    weather.deny("ListGroups");
    weather.plan_fault(Some("GetUserPoolMfaConfig"), When::After(0), Fault::Throttle);
    weather.plan_fault(Some("ListResourceServers"), When::After(0), error("UnknownOperationException", 400));
    weather.plan_fault(Some("GetLogDeliveryConfiguration"), When::After(0), error("InternalFailure", 500));
    weather.plan_fault(Some("ListIdentityProviders"), When::After(0), error("InvalidParameterException", 400));
    stage.session.read_pool(&mut stage.snapshot).await.unwrap();
    let answer = |operation: &str| stage.snapshot.answer(operation, "").unwrap();
    assert_eq!(*answer("ListGroups"), Answer::Denied { iam_action: "cognito-idp:ListGroups".to_owned() });
    assert_eq!(*answer("GetUserPoolMfaConfig"), Answer::Throttled);
    assert!(matches!(answer("ListResourceServers"), Answer::Failed { .. }));
    assert!(matches!(answer("GetLogDeliveryConfiguration"), Answer::Failed { .. }));
    assert_eq!(*answer("ListIdentityProviders"), Answer::Refused { code: "InvalidParameterException".to_owned() });
    let off = Answer::Refused { code: "UserPoolAddOnNotEnabledException".to_owned() };
    assert_eq!(*answer("DescribeRiskConfiguration"), off);
}

#[tokio::test]
async fn what_stands_in_the_way_of_everything_is_an_error() {
    let mut stage = stage().await;
    let mut nowhere = Snapshot::new(PoolId::parse("eu-west-1_Nowhere01").unwrap(), Timestamp::UNIX_EPOCH);
    assert_eq!(stage.session.read_pool(&mut nowhere).await.unwrap_err().kind, ErrorKind::NotFound);
    stage.sandbox.weather().plan_fault(None, When::After(0), error("ExpiredTokenException", 400));
    let expired = stage.session.read_pool(&mut stage.snapshot).await.unwrap_err();
    assert!(matches!(expired.kind, ErrorKind::CredentialsExpired { .. }), "{expired:?}");
}

#[tokio::test]
async fn rates_are_asked_for_by_category() {
    let stage = stage().await;
    for category in cognito::settings::PROVISIONED {
        let limit = stage.session.limit(category).await.unwrap();
        let Answer::Given(body) = limit.answer else { panic!("{category}: {:?}", limit.answer) };
        assert_eq!(body["Limit"]["FreeLimitValue"].as_u64(), category.default_rate().map(u64::from), "{category}");
    }
}
