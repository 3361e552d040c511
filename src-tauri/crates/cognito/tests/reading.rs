//! The real SDK against the sandbox: reading users, groups and pools, and every way in which that fails.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cognito::{Error, ErrorKind, Gate, RetryRules, Session, SessionConfig, Share, UserFilter};
use jiff::Timestamp;
use model::call::{CallAttempt, CallOutcome, CallRefused, CallSink, QuotaCategory};
use model::clock::Clock;
use model::{GroupName, PoolId, Region};
use rstest::rstest;
use sandbox::{Fault, Options, PageShape, Quota, Sandbox, When};

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

#[derive(Default)]
struct Book {
    ended: Mutex<Vec<(&'static str, u32, CallOutcome)>>,
    refuse: bool,
}

impl CallSink for Book {
    fn before(&self, _: &CallAttempt) -> Result<(), CallRefused> {
        if self.refuse { Err(CallRefused { reason: "not today".to_owned() }) } else { Ok(()) }
    }

    fn after(&self, attempt: &CallAttempt, outcome: CallOutcome) {
        self.ended.lock().unwrap().push((attempt.operation.name, attempt.attempt, outcome));
    }
}

struct Stage {
    sandbox: Sandbox,
    pool: PoolId,
    session: Session,
    gate: Arc<Gate>,
    book: Arc<Book>,
}

async fn stage(users: u32) -> Stage {
    stage_with(users, Share::Off, Book::default()).await
}

async fn stage_with(users: u32, share: Share, book: Book) -> Stage {
    let sandbox = Sandbox::new(Options { users, quota: Quota::Off, ..Options::default() });
    let book = Arc::new(book);
    let quick = RetryRules { base: Duration::from_millis(1), ..RetryRules::default() };
    let gate = Arc::new(Gate::new(book.clone(), share, Arc::new(Noon)).with_retry(quick));
    let config = SessionConfig {
        region: Some(Region::parse("eu-west-1").unwrap()),
        http_client: Some(sandbox.http_client()),
        ..SessionConfig::default()
    };
    let session = Session::open(config, gate.clone()).await.unwrap();
    let pool = PoolId::parse(sandbox.pool_id()).unwrap();
    Stage { sandbox, pool, session, gate, book }
}

impl Stage {
    async fn first_page(&self) -> Result<usize, Error> {
        self.session.users(&self.pool, UserFilter::None, None, None).await.map(|page| page.users.len())
    }

    fn outcomes(&self) -> Vec<CallOutcome> {
        self.book.ended.lock().unwrap().iter().map(|(_, _, outcome)| *outcome).collect()
    }

    fn fail(&self, when: When, fault: Fault) {
        self.sandbox.weather().plan_fault(Some("ListUsers"), when, fault);
    }
}

#[rstest]
#[case::full(PageShape::Full)]
#[case::short_and_empty(PageShape::Ragged)]
#[tokio::test]
async fn paging_reaches_every_user_as_the_server_has_them(#[case] shape: PageShape) {
    let stage = stage(1_000).await;
    stage.sandbox.weather().set_page_shape(shape);
    let (mut users, mut token) = (Vec::new(), None);
    loop {
        let page = stage.session.users(&stage.pool, UserFilter::None, None, token).await.unwrap();
        assert_eq!(page.unreadable, 0);
        assert!(page.users.len() <= 60);
        // The sandbox's tokens differ by their time alone when a page was empty.
        stage.sandbox.weather().advance(Duration::from_millis(1));
        users.extend(page.users);
        token = page.next;
        if token.is_none() {
            break;
        }
    }
    users.sort_by(|a, b| a.username.cmp(&b.username));
    let truth = stage.sandbox.directory().snapshot(stage.pool.as_str());
    assert_eq!(users.len(), truth.len());
    for (user, truth) in users.iter().zip(&truth) {
        assert_eq!(user.username.as_str(), truth.username);
        assert_eq!(user.attributes, truth.attributes);
        assert_eq!(user.status.as_str(), truth.status);
        assert_eq!(user.enabled, truth.enabled);
        assert_eq!(user.created_at.as_millisecond(), truth.created_at.as_millisecond());
        assert_eq!(user.modified_at.as_millisecond(), truth.modified_at.as_millisecond());
    }
}

#[tokio::test]
async fn the_chains_of_sub_prefixes_together_are_the_pool() {
    let stage = stage(500).await;
    let mut subs = BTreeSet::new();
    for digit in "0123456789abcdef".chars() {
        let mut token = None;
        loop {
            let filter = UserFilter::SubPrefix(digit.to_string());
            let page = stage.session.users(&stage.pool, filter, None, token).await.unwrap();
            assert!(page.users.iter().all(|user| user.sub().unwrap().starts_with(digit)));
            subs.extend(page.users.iter().map(|user| user.sub().unwrap().to_owned()));
            token = page.next;
            if token.is_none() {
                break;
            }
        }
    }
    assert_eq!(subs.len(), stage.sandbox.directory().count(stage.pool.as_str()).unwrap());
}

#[tokio::test]
async fn a_hostile_value_in_a_filter_finds_nobody_instead_of_somebody_else() {
    let stage = stage(100).await;
    for value in ["\"", "\\", "a\" or sub ^= \"", "\\\" = \"", "\u{202e}\u{0}"] {
        let page = stage.session.users(&stage.pool, UserFilter::EmailIs(value.to_owned()), None, None).await.unwrap();
        assert_eq!(page.users, [], "{value:?}");
    }
}

#[tokio::test]
async fn identity_pools_settings_groups_and_members_are_read() {
    let stage = stage(300).await;
    let identity = stage.session.identity().await.unwrap();
    assert_eq!(identity.account.as_str(), "123456789012");
    assert!(identity.arn.starts_with("arn:aws:"), "{}", identity.arn);
    assert_eq!(stage.session.place(), "sandbox");

    let pools = stage.session.all_pools().await.unwrap();
    assert_eq!(pools.len(), stage.sandbox.directory().pools().len());
    let pool = stage.session.describe_pool(&stage.pool).await.unwrap();
    assert!(pools.iter().any(|line| line.id == pool.id && line.name == pool.name));
    assert!(pool.schema.iter().any(|attribute| attribute.name == "email"));
    assert_eq!(pool.estimated_users, stage.sandbox.directory().count(stage.pool.as_str()).map(|n| n as u64));

    let (mut groups, mut token) = (Vec::new(), None);
    loop {
        let (page, next) = stage.session.groups(&stage.pool, token).await.unwrap();
        groups.extend(page);
        token = next;
        if token.is_none() {
            break;
        }
    }
    let truth = stage.sandbox.directory().snapshot(stage.pool.as_str());
    let group = groups.iter().find(|group| truth.iter().any(|user| user.groups.contains(&group.name.to_string())));
    let group = group.unwrap();
    let (mut members, mut token) = (BTreeSet::new(), None);
    loop {
        let (page, next) = stage.session.members(&stage.pool, &group.name, token).await.unwrap();
        members.extend(page.into_iter().map(String::from));
        token = next;
        if token.is_none() {
            break;
        }
    }
    let expected: BTreeSet<String> = truth
        .into_iter()
        .filter(|user| user.groups.contains(&group.name.to_string()))
        .map(|user| user.username)
        .collect();
    assert_eq!(members, expected);
    assert!(stage.sandbox.calls().may_bill().is_empty());
}

#[tokio::test]
async fn throttling_is_waited_out_counted_and_halves_the_share() {
    let stage = stage_with(50, Share::Fraction(1.0), Book::default()).await;
    stage.fail(When::First(2), Fault::Throttle);
    assert_eq!(stage.first_page().await.unwrap(), 50);
    use CallOutcome::{Done, Throttled};
    assert_eq!(stage.outcomes(), [Throttled, Throttled, Done]);
    let used = stage.gate.usage(QuotaCategory::UserList);
    assert_eq!((used.limit_per_second, used.throttled), (Some(30), 2));
    assert!((used.share - 0.5).abs() < 1e-9, "{}", used.share);
}

#[tokio::test(start_paused = true)]
async fn lasting_throttling_surfaces_after_eight_attempts() {
    let stage = stage(10).await;
    stage.fail(When::After(0), Fault::Throttle);
    let error = stage.first_page().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Throttled { retry_after: None });
    assert_eq!(stage.sandbox.calls().of("ListUsers"), 8);
    assert_eq!(stage.book.ended.lock().unwrap().last().unwrap().1, 8);
}

#[rstest]
#[case::a_server_error(Fault::Error { code: "InternalErrorException".to_owned(), http_status: 500 })]
#[case::a_bad_gateway(Fault::Error { code: "SomethingElse".to_owned(), http_status: 502 })]
#[case::no_answer(Fault::TimeoutBefore)]
#[case::a_broken_connection(Fault::ConnectionReset)]
#[case::half_an_answer(Fault::TruncatedBody)]
#[tokio::test]
async fn a_passing_fault_is_repeated_unseen(#[case] fault: Fault) {
    let stage = stage(10).await;
    stage.fail(When::First(2), fault);
    stage.first_page().await.unwrap();
    assert_eq!(stage.outcomes(), [CallOutcome::Failed, CallOutcome::Failed, CallOutcome::Done]);
}

#[tokio::test]
async fn without_a_network_the_message_says_what_to_check() {
    let stage = stage(10).await;
    stage.sandbox.weather().set_offline(true);
    let error = stage.first_page().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(error.message.contains("Check the network"), "{error}");
    assert_eq!(stage.sandbox.calls().of("ListUsers"), 4);
    stage.sandbox.weather().set_offline(false);
    stage.first_page().await.unwrap();
}

#[tokio::test]
async fn a_denied_call_names_the_iam_action_and_is_not_repeated() {
    let stage = stage(10).await;
    stage.sandbox.weather().deny("ListUsers");
    let error = stage.first_page().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AccessDenied { iam_action: "cognito-idp:ListUsers".to_owned() });
    assert_eq!(error.message, "The sandbox may not list users of this pool: it needs cognito-idp:ListUsers.");
    assert_eq!(error.operation, Some("ListUsers"));
    assert!(error.request_id.is_some());
    assert_eq!(stage.sandbox.calls().of("ListUsers"), 1);
}

#[tokio::test]
async fn an_unknown_pool_or_group_is_not_found_with_a_hint_about_the_region() {
    let stage = stage(10).await;
    let nowhere = PoolId::parse("eu-west-1_Nowhere99").unwrap();
    let error = stage.session.describe_pool(&nowhere).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(error.message.contains("no pool eu-west-1_Nowhere99 in eu-west-1"), "{error}");
    let group = GroupName::parse("nobody").unwrap();
    assert_eq!(stage.session.members(&stage.pool, &group, None).await.unwrap_err().kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn another_region_finds_no_pool() {
    let stage = stage(10).await;
    let config = SessionConfig {
        region: Some(Region::parse("us-east-2").unwrap()),
        http_client: Some(stage.sandbox.http_client()),
        ..SessionConfig::default()
    };
    let session = Session::open(config, stage.gate.clone()).await.unwrap();
    let error = session.users(&stage.pool, UserFilter::None, None, None).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(error.message.contains("us-east-2"), "{error}");
}

#[tokio::test]
async fn a_page_token_of_another_filter_or_over_an_hour_old_is_refused() {
    let stage = stage(200).await;
    let page = stage.session.users(&stage.pool, UserFilter::None, None, None).await.unwrap();
    let other = UserFilter::SubPrefix("a".to_owned());
    let error = stage.session.users(&stage.pool, other, None, page.next.clone()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::PageTokenRefused);
    stage.sandbox.weather().advance(Duration::from_secs(3_700));
    let error = stage.session.users(&stage.pool, UserFilter::None, None, page.next).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::PageTokenRefused);
}

#[rstest]
#[case("ExpiredTokenException")]
#[case("UnrecognizedClientException")]
#[tokio::test]
async fn credentials_that_aws_refuses_surface_at_once(#[case] code: &str) {
    let stage = stage(10).await;
    stage.fail(When::After(0), Fault::Error { code: code.to_owned(), http_status: 400 });
    let error = stage.first_page().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::CredentialsExpired { sso_login: None });
    assert_eq!(stage.sandbox.calls().of("ListUsers"), 1);
}

#[rstest]
#[case::behind(7_200)]
#[case::ahead(-7_200)]
#[tokio::test]
async fn a_clock_that_is_wrong_is_no_fault_of_the_credentials(#[case] seconds: i64) {
    let stage = stage(10).await;
    stage.sandbox.weather().plan_fault(None, When::After(0), Fault::ClockSkew { seconds });
    for error in [stage.first_page().await.unwrap_err(), stage.session.identity().await.unwrap_err()] {
        assert_eq!(error.kind, ErrorKind::Refused, "{error}");
        assert!(error.message.contains("clock is wrong") && !error.message.contains("revoked"), "{error}");
    }
}

#[tokio::test]
async fn what_the_sink_refuses_never_reaches_the_server() {
    let stage = stage_with(10, Share::Off, Book { refuse: true, ..Book::default() }).await;
    let error = stage.first_page().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotRecorded);
    assert!(stage.session.identity().await.is_err());
    assert!(stage.session.all_pools().await.is_err());
    assert_eq!(stage.sandbox.calls().total(), 0);
}

#[tokio::test]
async fn a_message_never_repeats_what_was_looked_for() {
    let stage = stage(10).await;
    stage.fail(When::After(0), Fault::Error { code: "InvalidParameterException".to_owned(), http_status: 400 });
    let wanted = UserFilter::EmailIs("ada@secret.example".to_owned());
    let error = stage.session.users(&stage.pool, wanted, None, None).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Validation);
    assert!(!format!("{error:?}").contains("secret.example"));
}
