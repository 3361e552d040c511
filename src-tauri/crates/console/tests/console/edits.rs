//! Changing settings: previewed, approved, written whole, verified, taken back, written down.

use console::edits::{EditState, Kind, fix};
use console::jobs::{Approval, AuditFilter, AuditKind};
use console::{Code, OpenPool};
use model::clock::Clock;
use model::connection::Environment;
use model::edit::{Put, Whole};
use model::health::{Answer, Outcome, judge};
use sandbox::{Fault, When};
use serde_json::json;

use crate::house::{House, options, sandbox_connection};

fn pool() -> Whole {
    Whole { kind: Kind::Pool, subject: String::new() }
}

fn length(value: u32) -> Vec<Put> {
    vec![Put { pointer: "/UserPool/Policies/PasswordPolicy/MinimumLength".to_owned(), value: Some(json!(value)) }]
}

async fn made(open: &OpenPool, whole: Whole, patch: Vec<Put>) -> console::edits::EditRow {
    let edit = open.plan_edit(whole, patch, None).await.unwrap();
    let token = open.approve_edit(&edit, Approval::default()).await.unwrap();
    open.apply_edit(&token).await.unwrap()
}

#[tokio::test]
async fn an_edit_is_previewed_made_verified_written_down_and_taken_back() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let edit = open.plan_edit(pool(), length(21), None).await.unwrap();
    assert_eq!(edit.differences.len(), 1);
    assert!(edit.kept > 5, "{}", edit.kept);
    assert_eq!(house.sandbox.calls().of("UpdateUserPool"), 0);
    let approval = Approval { reason: Some("the review of May".to_owned()), ..Approval::default() };
    let token = open.approve_edit(&edit, approval).await.unwrap();
    let row = open.apply_edit(&token).await.unwrap();
    assert_eq!((row.state, row.why.as_deref()), (EditState::Done, None));
    assert_eq!(open.apply_edit(&token).await.unwrap_err().code, Code::Precondition, "an approval holds once");

    let records = house.console.audit(AuditFilter::default(), 10).await.unwrap().records;
    let kinds: Vec<AuditKind> = records.iter().rev().map(|record| record.entry.kind).collect();
    assert_eq!(kinds, [AuditKind::Approved, AuditKind::Intent, AuditKind::Outcome]);
    assert!(records.iter().all(|record| record.entry.operation == "UpdateUserPool"));
    assert!(records.iter().any(|record| record.entry.reason.as_deref() == Some("the review of May")));

    let before = |row: &console::edits::EditRow| -> serde_json::Value { serde_json::from_str(&row.before).unwrap() };
    let back = open.plan_undo_edit(&row.id).await.unwrap();
    let token = open.approve_edit(&back, Approval::default()).await.unwrap();
    let undone = open.apply_edit(&token).await.unwrap();
    assert_eq!((undone.state, undone.undo_of.as_deref()), (EditState::Done, Some(row.id.as_str())));
    let now = open.plan_edit(pool(), length(22), None).await.unwrap();
    let place = "/UserPool/Policies/PasswordPolicy/MinimumLength";
    assert_eq!(now.before.pointer(place), before(&row).pointer(place), "it is as it was before");
    assert_eq!(open.edits(10).await.unwrap().len(), 2);
}

#[tokio::test]
async fn messages_and_periods_are_left_to_aws_and_what_was_not_there_is_taken_back_to_nothing() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let message = "/UserPool/VerificationMessageTemplate/EmailMessage";
    let days = "/UserPool/Policies/PasswordPolicy/TemporaryPasswordValidityDays";
    let put = |pointer: &str, value| Put { pointer: pointer.to_owned(), value };
    let sms = put("/UserPool/VerificationMessageTemplate/SmsMessage", Some(json!("{####} it is")));
    let set = vec![put(message, Some(json!("Take {####}"))), put(days, Some(json!(3))), sms.clone()];
    assert_eq!(made(&open, pool(), set).await.state, EditState::Done);
    let cleared = made(&open, pool(), vec![put(message, None), put(days, None)]).await;
    assert_eq!((cleared.state, cleared.why), (EditState::Done, None));
    let after: serde_json::Value = serde_json::from_str(&cleared.after.unwrap()).unwrap();
    assert_eq!(after.pointer(message), None);
    assert_eq!(after.pointer("/UserPool/EmailVerificationMessage"), None);
    assert_eq!(after.pointer(days), Some(&json!(7)), "AWS's default");
    assert_eq!(after.pointer(&sms.pointer), sms.value.as_ref(), "what was not named stays");

    let again = made(&open, pool(), vec![put(message, Some(json!("Now {####}")))]).await;
    let back = open.plan_undo_edit(&again.id).await.unwrap();
    let token = open.approve_edit(&back, Approval::default()).await.unwrap();
    let undone = open.apply_edit(&token).await.unwrap();
    assert_eq!((undone.state, undone.why), (EditState::Done, None));
    let after: serde_json::Value = serde_json::from_str(&undone.after.unwrap()).unwrap();
    assert_eq!(after.pointer(message), None);
}

#[tokio::test]
async fn nothing_is_written_when_somebody_changed_it_since_the_preview() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let edit = open.plan_edit(pool(), length(21), None).await.unwrap();
    let token = open.approve_edit(&edit, Approval::default()).await.unwrap();
    let other = Put { pointer: "/UserPool/DeletionProtection".to_owned(), value: Some(json!("INACTIVE")) };
    assert_eq!(made(&open, pool(), vec![other]).await.state, EditState::Done);
    let error = open.apply_edit(&token).await.unwrap_err();
    assert_eq!(error.code, Code::Precondition);
    assert!(error.message.contains("DeletionProtection"), "{}", error.message);
    assert_eq!(house.sandbox.calls().of("UpdateUserPool"), 1);
}

#[tokio::test]
async fn what_aws_throttles_is_looked_at_again_before_it_is_sent_again() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    house.sandbox.weather().plan_fault(Some("UpdateUserPool"), When::Nth(1), Fault::Throttle);
    let row = made(&open, pool(), length(21)).await;
    assert_eq!((row.state, row.why.as_deref()), (EditState::Done, None));
    assert_eq!(house.sandbox.calls().of("UpdateUserPool"), 2);
    // Described before it is sent, once more after it was throttled, and to verify it.
    let edit = open.plan_edit(pool(), length(22), None).await.unwrap();
    let token = open.approve_edit(&edit, Approval::default()).await.unwrap();
    let before = house.sandbox.calls().of("DescribeUserPool");
    house.sandbox.weather().plan_fault(Some("UpdateUserPool"), When::Nth(3), Fault::Throttle);
    assert_eq!(open.apply_edit(&token).await.unwrap().state, EditState::Done);
    assert!(house.sandbox.calls().of("DescribeUserPool") - before >= 3);
}

#[tokio::test]
async fn what_changed_besides_goes_back_with_what_was_meant() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let refused = Fault::Error { code: "AccessDeniedException".to_owned(), http_status: 400 };
    // It was made, and could not be looked at; by the time that it can, something else has changed.
    let edit = open.plan_edit(pool(), length(21), None).await.unwrap();
    let token = open.approve_edit(&edit, Approval::default()).await.unwrap();
    house.sandbox.weather().plan_fault(Some("DescribeUserPool"), When::Nth(2), refused);
    let row = open.apply_edit(&token).await.unwrap();
    assert_eq!((row.state, row.after.as_ref()), (EditState::Differs, None), "{:?}", row.why);
    let place = "/UserPool/DeletionProtection";
    let was = edit.before.pointer(place).and_then(|value| value.as_str()).unwrap_or("INACTIVE").to_owned();
    let other = if was == "ACTIVE" { "INACTIVE" } else { "ACTIVE" };
    made(&open, pool(), vec![at(place, json!(other))]).await;
    house.clock.push(jiff::SignedDuration::from_mins(6));
    let rows = open.edits(10).await.unwrap();
    let row = rows.iter().find(|found| found.id == row.id).unwrap();
    assert!(row.why.as_ref().unwrap().contains("Besides what was meant"), "{:?}", row.why);
    let back = open.plan_undo_edit(&row.id).await.unwrap();
    let places: Vec<&str> = back.differences.iter().map(|difference| difference.pointer.as_str()).collect();
    assert_eq!(places, [place, "/UserPool/Policies/PasswordPolicy/MinimumLength"], "and it is in the preview");
    taken_back(&open, row).await;
    let now = open.plan_edit(pool(), length(23), None).await.unwrap();
    assert_eq!(now.before.pointer(place), edit.before.pointer(place));
}

#[tokio::test]
async fn production_has_to_be_unlocked_and_an_unrecorded_edit_is_not_sent() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let edit = open.plan_edit(pool(), length(21), None).await.unwrap();
    let early = open.approve_edit(&edit, Approval::default()).await.unwrap();
    house.console.label(&sandbox_connection(), Environment::Production, None).await.unwrap();
    let refused = open.approve_edit(&edit, Approval::default()).await.unwrap_err();
    assert_eq!(refused.code, Code::Precondition);
    assert_eq!(open.apply_edit(&early).await.unwrap_err().code, Code::Precondition);
    assert_eq!(house.sandbox.calls().of("UpdateUserPool"), 0);
    open.unlock_changes(open.key().pool.as_str()).await.unwrap();
    let edit = open.plan_edit(pool(), length(21), None).await.unwrap();
    let before = open.approve_edit(&edit, Approval::default()).await.unwrap();
    open.lock_changes();
    open.unlock_changes(open.key().pool.as_str()).await.unwrap();
    assert_eq!(open.apply_edit(&before).await.unwrap_err().code, Code::Precondition, "approved before it was locked");
    let edit = open.plan_edit(pool(), length(21), None).await.unwrap();
    let token = open.approve_edit(&edit, Approval::default()).await.unwrap();
    assert_eq!(open.apply_edit(&token).await.unwrap().state, EditState::Done);
}

#[tokio::test]
async fn an_edit_without_an_answer_is_looked_for_and_is_not_told_as_taken_when_it_is_not_there() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let weather = house.sandbox.weather();
    weather.plan_fault(Some("UpdateUserPool"), When::Nth(1), Fault::TimeoutBefore);
    let lost = made(&open, pool(), length(21)).await;
    assert_eq!(lost.state, EditState::Sent);
    assert_eq!(lost.why.as_deref(), Some("No answer came, and it is not there yet; look again."));
    let kept = &open.edits(1).await.unwrap()[0];
    assert_eq!((kept.state, &kept.why, &kept.after), (EditState::Sent, &lost.why, &None));
    weather.plan_fault(Some("UpdateUserPool"), When::Nth(1), Fault::TimeoutAfter);
    let taken = made(&open, pool(), length(22)).await;
    assert_eq!((taken.state, taken.why), (EditState::Done, None));
    // What the lost one left behind was never read: what is there now is another's.
    let error = open.plan_undo_edit(&lost.id).await.unwrap_err();
    assert_eq!(error.code, Code::Precondition);
    assert!(error.message.contains("/UserPool/Policies/PasswordPolicy/MinimumLength"), "{}", error.message);
    open.plan_undo_edit(&taken.id).await.unwrap();
}

#[tokio::test]
async fn what_somebody_changed_after_an_edit_is_not_overwritten_by_taking_it_back() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let first = made(&open, pool(), length(21)).await;
    let other = Put { pointer: "/UserPool/DeletionProtection".to_owned(), value: Some(json!("INACTIVE")) };
    assert_eq!(made(&open, pool(), vec![other]).await.state, EditState::Done);
    open.plan_undo_edit(&first.id).await.expect("another place may have changed");

    made(&open, pool(), length(25)).await;
    let error = open.plan_undo_edit(&first.id).await.unwrap_err();
    assert_eq!(error.code, Code::Precondition);
    assert!(error.message.contains("/UserPool/Policies/PasswordPolicy/MinimumLength"), "{}", error.message);
}

#[tokio::test]
async fn another_plan_says_its_price_and_wants_the_name_of_the_pool() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let plan = |tier: &str| vec![Put { pointer: "/UserPool/UserPoolTier".to_owned(), value: Some(json!(tier)) }];
    let edit = open.plan_edit(pool(), plan("PLUS"), None).await.unwrap();
    assert!(edit.price.unwrap().contains("Plus") && edit.forward.as_ref().unwrap().contains("dearest plan"));
    let unnamed = open.approve_edit(&edit, Approval::default()).await.unwrap_err();
    assert_eq!(unnamed.field.as_deref(), Some("poolName"));
    let named = Approval { pool_name: Some(open.key().pool.as_str().to_owned()), ..Approval::default() };
    open.approve_edit(&edit, named).await.unwrap();
    let sms = json!({ "SnsCallerArn": "arn:aws:iam::123456789012:role/sms", "ExternalId": "outside" });
    let both = Put { pointer: "/UserPool/SmsConfiguration".to_owned(), value: Some(sms) };
    let patch = edit.patch.iter().cloned().chain([both]).collect();
    let edit = open.plan_edit(pool(), patch, None).await.unwrap();
    let forward = edit.forward.as_ref().unwrap();
    assert!(forward.contains("dearest plan") && forward.contains("not taken away"), "{forward}");
    let free = open.plan_edit(pool(), length(21), None).await.unwrap();
    assert_eq!((free.price, free.forward.as_deref()), (None, None));
}

#[tokio::test]
async fn what_aws_refuses_is_said_and_written_down() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let edit = open.plan_edit(pool(), length(21), None).await.unwrap();
    let token = open.approve_edit(&edit, Approval::default()).await.unwrap();
    house.sandbox.weather().deny("UpdateUserPool");
    let error = open.apply_edit(&token).await.unwrap_err();
    assert_eq!((error.code, error.iam_action.as_deref()), (Code::AccessDenied, Some("cognito-idp:UpdateUserPool")));
    let row = &open.edits(1).await.unwrap()[0];
    assert_eq!(row.state, EditState::Failed);
    assert!(open.edit_plan(&edit.id).is_none(), "a preview is used up");
    assert_eq!(open.approve_edit(&edit, Approval::default()).await.unwrap_err().code, Code::Precondition);
    assert_eq!(open.plan_undo_edit(&row.id).await.unwrap_err().code, Code::Precondition);
}

#[tokio::test]
async fn every_prepared_edit_lets_its_rule_pass_and_changes_nothing_that_cannot_be_written() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let health = house.console.health(&sandbox_connection(), &open.key().pool, false).await.unwrap();
    let mut mended = 0;
    for finding in health.findings.iter().filter(|finding| finding.outcome == Outcome::Fail) {
        let Some(prepared) = fix(finding.rule.id, &finding.resource, &health.snapshot) else { continue };
        let (kind, subject) = (prepared.whole.kind, prepared.whole.subject.as_str());
        let body = health.snapshot.body(kind.describes(), subject).unwrap();
        let patched = kind.patched(body, &prepared.patch).unwrap();
        kind.request(&patched).unwrap();
        let mut snapshot = health.snapshot.clone();
        snapshot.put(kind.describes(), subject, Answer::Given(patched));
        let again = judge(&snapshot);
        let same =
            |other: &&model::health::Finding| other.rule.id == finding.rule.id && other.resource == finding.resource;
        let now = again.iter().find(same).unwrap();
        assert_ne!(now.outcome, Outcome::Fail, "{} on {}: {}", finding.rule.id, finding.resource, now.evidence);
        mended += 1;
    }
    assert!(mended >= 8, "only {mended} of the sandbox's failing rules have a prepared edit");
}

#[tokio::test]
async fn a_failing_rule_is_mended_through_the_same_door() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    made(&open, pool(), length(10)).await;
    let (edit, effect) = open.plan_fix("UP-02", open.key().pool.as_str()).await.unwrap();
    assert!(effect.is_some());
    let token = open.approve_edit(&edit, Approval::default()).await.unwrap();
    let row = open.apply_edit(&token).await.unwrap();
    assert_eq!((row.state, row.rule.as_deref()), (EditState::Done, Some("UP-02")));
    let mended = open.plan_fix("UP-02", open.key().pool.as_str()).await.unwrap_err();
    assert!(mended.message.contains("the rule passes"), "{}", mended.message);
    let by_hand = open.plan_fix("UP-15", open.key().pool.as_str()).await.unwrap_err();
    assert_eq!(by_hand.code, Code::Precondition);
}

#[tokio::test]
async fn a_risk_is_accepted_with_a_reason_until_a_day_and_the_score_knows_of_it() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let id = open.key().pool.as_str().to_owned();
    let until = |days: i64| house.clock.now() + jiff::SignedDuration::from_hours(24 * days);
    let field = |error: console::Error| error.field.unwrap_or_default();
    assert_eq!(field(open.waive("UP-99", &id, "why", until(30)).await.unwrap_err()), "rule");
    assert_eq!(field(open.waive("UP-15", &id, " ", until(30)).await.unwrap_err()), "reason");
    assert_eq!(field(open.waive("UP-15", &id, "why", until(800)).await.unwrap_err()), "until");
    let health = house.console.health(&sandbox_connection(), &open.key().pool, false).await.unwrap();
    open.keep_score(&health.findings, false).await.unwrap();
    open.keep_score(&health.findings, false).await.unwrap();
    let failing = health.findings.iter().find(|finding| finding.outcome == Outcome::Fail).unwrap();
    open.waive(failing.rule.id, &failing.resource, "until the new pool is there", until(30)).await.unwrap();
    assert_eq!(open.waivers().await.unwrap().len(), 1);
    house.clock.push(jiff::SignedDuration::from_secs(1));
    open.keep_score(&health.findings, false).await.unwrap();
    let scores = open.scores().await.unwrap();
    assert_eq!(scores.len(), 2, "what is as it was is not kept again");
    assert_eq!(scores[1].counts.get("waived"), Some(&1));
    assert!(scores[1].percent() >= scores[0].percent());
    house.clock.push(jiff::SignedDuration::from_secs(1));
    let beyond = house.console.health(&sandbox_connection(), &open.key().pool, true).await.unwrap();
    open.keep_score(&beyond.findings, true).await.unwrap();
    house.clock.push(jiff::SignedDuration::from_secs(1));
    open.keep_score(&health.findings, false).await.unwrap();
    let kinds: Vec<bool> = open.scores().await.unwrap().iter().map(|score| score.beyond).collect();
    assert_eq!(kinds, [false, false, true], "each is compared with the last one of its kind");
    open.end_waiver(failing.rule.id, &failing.resource).await.unwrap();
    assert!(open.waivers().await.unwrap().is_empty());
    let records = house.console.audit(AuditFilter::default(), 10).await.unwrap().records;
    let told: Vec<&str> = records.iter().rev().map(|record| record.entry.operation.as_str()).collect();
    assert_eq!(told, ["AcceptRisk", "AcceptRiskNoLonger"]);
    let day = until(30).strftime("until %Y-%m-%d").to_string();
    assert_eq!(records[1].entry.outcome.as_deref(), Some(day.as_str()));
}

fn at(pointer: &str, value: serde_json::Value) -> Put {
    Put { pointer: pointer.to_owned(), value: Some(value) }
}

async fn taken_back(open: &OpenPool, row: &console::edits::EditRow) -> console::edits::EditRow {
    let back = open.plan_undo_edit(&row.id).await.unwrap();
    let named = Approval { pool_name: Some(open.key().pool.as_str().to_owned()), ..Approval::default() };
    let token = open.approve_edit(&back, named).await.unwrap();
    let row = open.apply_edit(&token).await.unwrap();
    assert_eq!((row.state, row.why.as_deref()), (EditState::Done, None));
    row
}

#[tokio::test]
async fn second_factors_are_turned_off_and_on_with_what_has_to_go_along_and_each_is_taken_back() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let mfa = || Whole { kind: Kind::Mfa, subject: String::new() };
    let mode = |mode: &str| vec![at("/MfaConfiguration", json!(mode))];
    let sms = json!({ "SnsCallerArn": "arn:aws:iam::123456789012:role/sms", "ExternalId": "outside" });
    for with_sms in [false, true] {
        if with_sms {
            let row = made_named(&open, pool(), vec![at("/UserPool/SmsConfiguration", sms.clone())]).await;
            assert_eq!((row.state, row.why.as_deref()), (EditState::Done, None));
        }
        // Whatever the sandbox began with: on, off, on, and each back again.
        let start = open.plan_edit(mfa(), mode("OFF"), None).await;
        if let Ok(edit) = start {
            let token = open.approve_edit(&edit, Approval::default()).await.unwrap();
            let row = open.apply_edit(&token).await.unwrap();
            assert_eq!((row.state, row.why.as_deref()), (EditState::Done, None), "off, with SMS: {with_sms}");
        }
        let apps = open.plan_edit(mfa(), vec![at("/SoftwareTokenMfaConfiguration/Enabled", json!(true))], None).await;
        assert!(apps.unwrap_err().message.contains("Second factors are off"), "AWS would refuse it");
        let asks = if with_sms { "preferred" } else { "required" };
        let passkeys = made(&open, mfa(), vec![at("/WebAuthnConfiguration/UserVerification", json!(asks))]).await;
        assert_eq!((passkeys.state, passkeys.why.as_deref()), (EditState::Done, None), "with SMS: {with_sms}");
        let on = made(&open, mfa(), mode("OPTIONAL")).await;
        assert_eq!((on.state, on.why.as_deref()), (EditState::Done, None), "on, with SMS: {with_sms}");
        let off = taken_back(&open, &on).await;
        let on = taken_back(&open, &off).await;
        assert_eq!(on.after.unwrap().contains("SoftwareTokenMfaConfiguration"), !with_sms);
        let (fix, _) = {
            let row = made(&open, mfa(), mode("OFF")).await;
            assert_eq!(row.state, EditState::Done);
            open.plan_fix("UP-09", open.key().pool.as_str()).await.unwrap()
        };
        let token = open.approve_edit(&fix, Approval::default()).await.unwrap();
        let mended = open.apply_edit(&token).await.unwrap();
        assert_eq!((mended.state, mended.why.as_deref()), (EditState::Done, None));
        taken_back(&open, &mended).await;
    }
}

async fn made_named(open: &OpenPool, whole: Whole, patch: Vec<Put>) -> console::edits::EditRow {
    let edit = open.plan_edit(whole, patch, None).await.unwrap();
    let named = Approval { pool_name: Some(open.key().pool.as_str().to_owned()), ..Approval::default() };
    let token = open.approve_edit(&edit, named).await.unwrap();
    open.apply_edit(&token).await.unwrap()
}

#[tokio::test]
async fn a_prepared_edit_that_needs_a_higher_plan_brings_it_along_and_says_its_price() {
    for (rule, tier, plan) in
        [("UP-07", "LITE", "ESSENTIALS"), ("UP-30", "LITE", "PLUS"), ("UP-30", "ESSENTIALS", "PLUS")]
    {
        let house = House::new(options(5)).await;
        let open = house.open().await;
        let id = open.key().pool.as_str().to_owned();
        // The sandbox's pool is on ESSENTIALS.
        if tier == "LITE" {
            let history = "/UserPool/Policies/PasswordPolicy/PasswordHistorySize";
            let mut lower = vec![at("/UserPool/UserPoolTier", json!(tier))];
            lower.extend(
                [history, "/UserPool/UserPoolAddOns"].map(|pointer| Put { pointer: pointer.to_owned(), value: None }),
            );
            let row = made_named(&open, pool(), lower).await;
            assert_eq!(row.state, EditState::Done, "{tier}: {:?}", row.why);
        }
        let (edit, _) = open.plan_fix(rule, &id).await.unwrap();
        assert!(edit.price.is_some() && edit.forward.is_some(), "{rule} on {tier}");
        let named = Approval { pool_name: Some(id.clone()), ..Approval::default() };
        let token = open.approve_edit(&edit, named).await.unwrap();
        let row = open.apply_edit(&token).await.unwrap();
        assert_eq!((row.state, row.why.as_deref()), (EditState::Done, None), "{rule} on {tier}");
        let after: serde_json::Value = serde_json::from_str(row.after.as_ref().unwrap()).unwrap();
        assert_eq!(after["UserPool"]["UserPoolTier"], plan);
        taken_back(&open, &row).await;
    }
}
