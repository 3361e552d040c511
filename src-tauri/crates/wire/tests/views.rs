//! What the views look like as JSON, and what requests refuse.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;

use console::{Health, LedgerOf};
use jiff::tz::TimeZone;
use model::group::Group;
use model::health::{Answer, Snapshot, judge};
use model::pool::{Pool, SchemaAttribute};
use model::query::Fields;
use model::sync::{Freshness, SyncReport};
use model::user::{User, UserStatus};
use model::{AccountId, GroupName, PoolId, PoolKey, Region, Username};
use rstest::rstest;
use serde_json::json;
use wire::app::SettingsPatch;
use wire::connections::ConnectionIdView;
use wire::cost::{AskCost, CostView, MauView};
use wire::health::sarif;
use wire::ledger::AskLedger;
use wire::pool_settings::ComparedView;
use wire::pools::{CachedPool, FreshnessView, GroupView, PoolLineView, PoolView};
use wire::query::ParsedView;
use wire::sync::{SyncProgressView, SyncReportView};
use wire::users::{ChangeView, UserRecord, UserRow, UserView};
use wire::{ErrorCode, WireError};

fn instant(text: &str) -> jiff::Timestamp {
    text.parse().unwrap()
}

fn zoe() -> User {
    let attributes = [("sub", "3f-1"), ("email", "zoë@example.com"), ("custom:plan", "<b>gold</b>")];
    User {
        username: Username::parse("zoe").unwrap(),
        enabled: true,
        status: UserStatus::ForceChangePassword,
        created_at: instant("2026-01-02T03:04:05.678+02:00"),
        modified_at: instant("2026-02-01T00:00:00Z"),
        attributes: attributes.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        groups: vec![GroupName::parse("admins").unwrap(), GroupName::parse("beta").unwrap()],
    }
}

fn pool() -> Pool {
    Pool {
        id: PoolId::parse("eu-west-1_AbCdEfGhI").unwrap(),
        name: "customers".to_owned(),
        tier: Some("ESSENTIALS".to_owned()),
        estimated_users: Some(u64::MAX),
        schema: vec![SchemaAttribute {
            name: "custom:plan".to_owned(),
            data_type: "String".to_owned(),
            mutable: true,
            required: false,
        }],
        username_attributes: vec!["email".to_owned()],
        alias_attributes: vec![],
        case_sensitive: Some(false),
        mfa: Some("OPTIONAL".to_owned()),
        deletion_protection: None,
        updated_issuer: false,
        pre_token_trigger: None,
        verifies_before_update: Vec::new(),
        advanced_security: Some(false),
        own_sender: Some(false),
        recovery: None,
        created_at: Some(instant("2020-05-05T05:05:05Z")),
        modified_at: None,
    }
}

#[test]
fn a_user_is_written_as_poolctl_promises() {
    insta::assert_json_snapshot!(UserRecord::from(&zoe()));
}

#[test]
fn the_inspector_s_raw_json_is_the_record_itself() {
    let view = UserView::new(&zoe(), None);
    let raw: serde_json::Value = serde_json::from_str(&view.raw).unwrap();
    assert_eq!(raw, serde_json::to_value(UserRecord::from(&zoe())).unwrap());
}

#[test]
fn a_row_cuts_long_values_between_characters_and_says_so() {
    let mut user = zoe();
    user.attributes = BTreeMap::from([("long".to_owned(), "é".repeat(257)), ("fits".to_owned(), "é".repeat(256))]);
    let row = UserRow::from(&user);
    assert_eq!(row.attributes["long"], format!("{}…", "é".repeat(256)));
    assert_eq!(row.attributes["fits"], "é".repeat(256));
}

#[test]
fn a_pool_is_written_with_what_browsing_needs() {
    insta::assert_json_snapshot!((PoolView::from(&pool()), PoolLineView::from(&pool())));
}

#[test]
fn groups_and_freshness_are_written_in_full() {
    let group = Group {
        name: GroupName::parse("admins").unwrap(),
        description: None,
        precedence: Some(0),
        role_arn: Some("arn:aws:iam::123456789012:role/admins".to_owned()),
        created_at: None,
        modified_at: None,
    };
    let freshness = Freshness {
        users: 12,
        synced_at: Some(instant("2026-02-01T00:00:00Z")),
        complete: true,
        ..Freshness::default()
    };
    insta::assert_json_snapshot!((GroupView::from(&(group, 7)), FreshnessView::from(&freshness)));
}

#[test]
fn a_sync_s_report_and_progress_are_written_in_full() {
    let report =
        SyncReport { users: 3, pages: 2, requests: 5, throttled: 1, seconds: 1.23456, complete: true, swept: false };
    let waiting = console::SyncProgress {
        phase: console::SyncPhase::Waiting("Another Poolkeeper syncs this pool.".to_owned()),
        error: Some(console::Error::new(console::Code::AccessDenied, "No.")),
        ..console::SyncProgress::default()
    };
    insta::assert_json_snapshot!((SyncReportView::from(&report), SyncProgressView::new("key", &waiting)));
}

#[test]
fn changes_say_what_when_and_between_which_syncs() {
    let at = instant("2026-02-01T00:00:00Z");
    let field = console::What::Field { name: "email".to_owned(), before: None, after: Some("a@b.example".to_owned()) };
    let changes = [field, console::What::GroupAdded("admins".to_owned()), console::What::Removed];
    let views: Vec<ChangeView> =
        changes.map(|what| ChangeView::from(&console::Change { at, since: None, here: false, what })).into();
    insta::assert_json_snapshot!(views);
}

#[test]
fn an_error_keeps_everything_that_the_window_switches_on() {
    let mut error = console::Error::new(console::Code::CredentialsExpired, "The session of dev has expired.");
    error.sso_login = Some("aws sso login --profile dev".to_owned());
    error.retry_after_ms = Some(u64::MAX);
    insta::assert_json_snapshot!(WireError::from(error));
}

#[test]
fn every_code_is_written_as_it_names_itself() {
    use console::Code;
    let codes = [
        Code::Validation,
        Code::NotFound,
        Code::AlreadyExists,
        Code::Precondition,
        Code::AccessDenied,
        Code::CredentialsMissing,
        Code::CredentialsExpired,
        Code::Throttled,
        Code::Unreachable,
        Code::Cancelled,
        Code::CacheUnavailable,
        Code::JournalUnavailable,
        Code::NotInPlan,
        Code::Internal,
    ];
    for code in codes {
        let own = ErrorCode::from(code);
        assert_eq!(own.as_str(), code.as_str());
        assert_eq!(serde_json::to_value(own).unwrap(), own.as_str());
    }
}

#[test]
fn a_query_s_chips_and_error_count_in_utf_16_units() {
    let fields = Fields::new(["custom:plan".to_owned()]);
    let parsed = |text| ParsedView::new(text, &fields, instant("2026-02-01T00:00:00Z"), TimeZone::UTC);
    insta::assert_json_snapshot!((parsed("😀 -custom:plan=gold created>30d (a or b)"), parsed("😀 emial:x")));
}

#[rstest]
#[case::aws("aws/123456789012/eu-west-1/eu-west-1_AbCdEfGhI", "aws")]
#[case::an_endpoint_with_slashes(
    "http://127.0.0.1:9/x/123456789012/eu-west-1/eu-west-1_AbCdEfGhI",
    "http://127.0.0.1:9/x"
)]
fn a_pool_key_survives_the_way_there_and_back(#[case] text: &str, #[case] place: &str) {
    let key = CachedPool { pool_key: text.to_owned() }.key().unwrap();
    assert_eq!((key.place.as_str(), key.to_string().as_str()), (place, text));
}

#[rstest]
#[case::nothing("")]
#[case::too_little("eu-west-1/eu-west-1_AbCdEfGhI")]
#[case::a_path("../../../../etc/passwd")]
fn a_text_that_is_no_pool_key_is_refused(#[case] text: &str) {
    let error = CachedPool { pool_key: text.to_owned() }.key().unwrap_err();
    assert_eq!((error.code, error.field.as_deref()), (ErrorCode::Validation, Some("poolKey")));
}

#[rstest]
#[case::an_endpoint_without_scheme("endpoint", None, Some("localhost:4566"))]
#[case::another_scheme("endpoint", None, Some("file:///etc"))]
#[case::a_region("region", Some("Nowhere"), None)]
fn a_connection_that_cannot_be_is_refused_by_field(
    #[case] field: &str,
    #[case] region: Option<&str>,
    #[case] endpoint: Option<&str>,
) {
    let (region, endpoint) = (region.map(str::to_owned), endpoint.map(str::to_owned));
    let error = ConnectionIdView { profile: None, region, endpoint, sandbox: false }.parse().unwrap_err();
    assert_eq!(error.field.as_deref(), Some(field));
}

#[test]
fn empty_texts_of_a_connection_count_as_absent() {
    let empty = || Some(" ".to_owned());
    let id = ConnectionIdView { profile: empty(), region: empty(), endpoint: empty(), sandbox: false }.parse().unwrap();
    assert!(id.profile.is_none() && id.region.is_none() && id.endpoint.is_none());
}

#[rstest]
#[case::no_share(r#"{"share": 0.0}"#)]
#[case::more_than_all(r#"{"share": 1.1}"#)]
#[case::no_days(r#"{"historyDays": 0}"#)]
fn settings_out_of_bounds_are_refused(#[case] patch: &str) {
    let patch: SettingsPatch = serde_json::from_str(patch).unwrap();
    assert!(patch.check().is_err());
}

#[test]
fn a_patch_changes_what_it_names_and_nothing_else() {
    let mut settings = console::Settings::default();
    let before = settings.clone();
    let patch = r#"{"theme": "dark", "columns": {"poolKey": "k", "columns": [{"field": "email", "width": 90, "pinned": true}]}}"#;
    serde_json::from_str::<SettingsPatch>(patch).unwrap().apply(&mut settings);
    assert_eq!(settings.theme, console::Theme::Dark);
    assert_eq!(settings.columns["k"][0].field, "email");
    settings.theme = before.theme;
    settings.columns.clear();
    assert_eq!(settings, before);
}

#[test]
fn a_month_of_which_nothing_is_known_has_no_numbers() {
    let month = model::month::Month::parse("2026-11").unwrap();
    let unknown = MauView::new(month, &model::estimate::Estimate::unknown());
    let expected = serde_json::json!({ "month": "2026-11", "low": null, "likely": null, "high": null, "evidence": [] });
    assert_eq!(serde_json::to_value(&unknown).unwrap(), expected);
    let changed_until = Some("2026-12-01T00:00:00Z".parse().unwrap());
    let facts = model::mau::Facts { changed: Some(80), changed_until, ..model::mau::Facts::none(month, true) };
    let told = serde_json::to_value(MauView::new(month, &model::mau::estimate(&facts))).unwrap();
    assert_eq!((&told["low"], &told["likely"], &told["high"]), (&0.into(), &80.into(), &serde_json::Value::Null));
    assert_eq!((&told["evidence"][0]["kind"], &told["evidence"][0]["bound"]), (&"changed".into(), &"about".into()));
}

#[test]
fn a_bill_is_text_with_money_and_numbers_with_counts() {
    let ask: AskCost = serde_json::from_str(r#"{ "mau": 20000, "plan": "essentials", "month": "2026-11" }"#).unwrap();
    let question = ask.parse(instant("2026-11-22T00:00:00Z")).unwrap();
    let answer = console::cost(&question, None, jiff::civil::date(2026, 11, 22)).unwrap();
    let bill = serde_json::to_value(&CostView::all(&answer)[0]).unwrap();
    assert_eq!((&bill["plan"], &bill["total"]), (&"essentials".into(), &"150.00".into()));
    let expected = serde_json::json!({
        "what": "Essentials users 10,001 to 20,000", "quantity": 10_000, "unitPrice": "0.015", "amount": "150.00",
        "text": "10,000 × $0.015 = $150.00"
    });
    assert_eq!(bill["lines"][1], expected);
    assert_eq!(bill["priceTable"]["ageDays"], 77);
}

#[rstest]
#[case(AskCost { plan: Some("gold".into()), ..AskCost::default() }, "plan")]
#[case(AskCost { month: Some("2026-13".into()), ..AskCost::default() }, "month")]
#[case(AskCost { region: Some(String::new()), ..AskCost::default() }, "region")]
#[case(AskCost { m2m: 1_000_000_000_001, ..AskCost::default() }, "m2m")]
fn a_question_of_cost_that_makes_no_sense_names_its_field(#[case] ask: AskCost, #[case] field: &str) {
    let error = ask.parse(instant("2026-11-22T00:00:00Z")).unwrap_err();
    assert_eq!((error.code, error.field.as_deref()), (ErrorCode::Validation, Some(field)));
}

#[test]
fn what_one_of_two_pools_did_not_answer_is_no_difference_between_them() {
    let pool = PoolId::parse("eu-west-1_AbCdEfGhI").unwrap();
    let with = |length: u32, risk: Answer| {
        let mut snapshot = Snapshot::new(pool.clone(), instant("2026-02-01T00:00:00Z"));
        let body = json!({ "UserPool": { "Policies": { "PasswordPolicy": { "MinimumLength": length } } } });
        snapshot.put("DescribeUserPool", "", Answer::Given(body));
        snapshot.put("DescribeRiskConfiguration", "", risk);
        snapshot
    };
    let actions = json!({ "CompromisedCredentialsRiskConfiguration": { "Actions": { "EventAction": "BLOCK" } } });
    let given = || Answer::Given(json!({ "RiskConfiguration": actions }));
    let denied = Answer::Denied { iam_action: "cognito-idp:DescribeRiskConfiguration".to_owned() };
    let titles = |compared: &ComparedView| compared.settings.iter().map(|it| it.title.clone()).collect::<Vec<_>>();

    let compared = |here: Snapshot, there: Snapshot| {
        let compared = model::compare::pools(&here, &there);
        ComparedView::from(&console::Comparison { here, there, compared })
    };
    let unknown = compared(with(8, given()), with(12, denied));
    assert_eq!(titles(&unknown), ["Shortest password"]);
    assert_eq!(unknown.unanswered.len(), 1);
    let off = Answer::Refused { code: "UserPoolAddOnNotEnabledException".to_owned() };
    let known = compared(with(8, given()), with(12, off));
    assert_eq!(titles(&known), ["Shortest password", "Stolen passwords"]);
    assert!(known.compared > unknown.compared, "{} {}", known.compared, unknown.compared);
}

#[test]
fn the_ledger_of_all_pools_is_that_of_one_place() {
    let open = PoolKey {
        place: "aws".to_owned(),
        account: AccountId::parse("123456789012").unwrap(),
        region: Region::parse("eu-west-1").unwrap(),
        pool: PoolId::parse("eu-west-1_AbCdEfGhI").unwrap(),
    };
    let asked = |request: serde_json::Value| serde_json::from_value::<AskLedger>(request).unwrap().of(&open);
    assert_eq!(asked(json!({})), LedgerOf::from(&open));
    // What was tried in the sandbox or at an emulator has cost AWS's customer nothing.
    let all = LedgerOf { place: Some("aws".to_owned()), ..LedgerOf::default() };
    assert_eq!(asked(json!({ "month": "2026-11", "allPools": true })), all);
}

#[test]
fn a_result_says_whether_somebody_accepts_it_only_where_that_is_known() {
    let snapshot = Snapshot::new(PoolId::parse("eu-west-1_Abcdefghi").unwrap(), instant("2026-11-01T00:00:00Z"));
    let findings = judge(&snapshot);
    let of = |accepted_unknown: Option<&str>| {
        let accepted_unknown = accepted_unknown.map(str::to_owned);
        let health = Health {
            snapshot: snapshot.clone(),
            findings: findings.clone(),
            accepted: Vec::new(),
            accepted_unknown,
            place: "AWS".to_owned(),
            beyond: false,
        };
        sarif(&health, "1.0.0")["runs"][0].clone()
    };
    let notes = |run: &serde_json::Value| run["invocations"][0]["toolExecutionNotifications"].clone();
    let all = |run: &serde_json::Value, holds: fn(&serde_json::Value) -> bool| {
        let results = run["results"].as_array().unwrap();
        !results.is_empty() && results.iter().all(holds)
    };
    let known = of(None);
    assert!(all(&known, |result| result["suppressions"] == json!([])) && notes(&known) == json!([]));
    let asked = &known["invocations"][0]["properties"];
    assert_eq!((&asked["region"], &asked["place"], &asked["who"]), (&json!("eu-west-1"), &json!("AWS"), &json!(null)));
    let unknown = of(Some("The journal is held by another program."));
    assert!(all(&unknown, |result| result.get("suppressions").is_none()));
    assert_eq!(notes(&unknown)[0]["level"], "warning");
    assert!(notes(&unknown)[0]["message"]["text"].as_str().unwrap().contains("held by another program"));
}
