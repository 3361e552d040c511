//! Prepared edits over bodies as AWS sends them.

use model::edit::{Put, fix};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{changed, good};

const RISK: &str = "DescribeRiskConfiguration";
const TAKEOVER: &str = "/RiskConfiguration/AccountTakeoverRiskConfiguration";
const STOLEN: &str = "/RiskConfiguration/CompromisedCredentialsRiskConfiguration";
const MODE: &str = "/UserPool/UserPoolAddOns/AdvancedSecurityMode";
const FIRST: &str = "/UserPool/UserAttributeUpdateSettings/AttributesRequireVerificationBeforeUpdate";

/// What is put where, of the prepared edit for a rule on a changed pool; `None` when there is none.
fn patch(rule: &str, resource: &str, changes: &Value) -> Option<Value> {
    let prepared = fix(rule, resource, &changed(good(), changes))?;
    Some(prepared.patch.into_iter().map(|Put { pointer, value }| (pointer, value.unwrap_or_default())).collect())
}

#[test]
fn only_the_levels_of_risk_that_are_too_weak_are_changed() {
    let at = |level: &str| format!("{TAKEOVER}/Actions/{level}Action/EventAction");
    let changes = json!({ RISK: { at("Low"): "NO_ACTION", at("Medium"): "BLOCK", at("High"): "MFA_REQUIRED" } });
    let wanted = json!({
        format!("{TAKEOVER}/Actions/LowAction"): { "EventAction": "MFA_REQUIRED", "Notify": false },
        format!("{TAKEOVER}/Actions/HighAction"): { "EventAction": "BLOCK", "Notify": true },
    });
    assert_eq!(patch("UP-33", "", &changes), Some(wanted));
    let bare = patch("UP-33", "", &json!({ RISK: { TAKEOVER: null } })).unwrap();
    assert_eq!(bare.as_object().unwrap().len(), 3);
}

#[test]
fn stolen_passwords_are_blocked_where_they_are_not_and_the_filter_is_only_added_to() {
    let (action, filter) = (format!("{STOLEN}/Actions/EventAction"), format!("{STOLEN}/EventFilter"));
    let weak = json!({ RISK: { action.clone(): "NO_ACTION" } });
    assert_eq!(patch("UP-32", "", &weak), Some(json!({ action: "BLOCK" })));
    let narrow = json!({ RISK: { filter.clone(): ["SIGN_UP"] } });
    assert_eq!(patch("UP-32", "", &narrow), Some(json!({ filter: ["SIGN_UP", "SIGN_IN"] })));
}

#[rstest]
#[case::the_client_is_at_fault("UP-32", json!({ "DescribeRiskConfiguration web": { STOLEN: { "Actions": { "EventAction": "NO_ACTION" } } } }))]
#[case::the_client_is_at_fault("UP-33", json!({ "DescribeRiskConfiguration web": { TAKEOVER: { "Actions": {} } } }))]
#[case::the_client_is_at_fault("UP-34", json!({ "DescribeRiskConfiguration web":
    { "/RiskConfiguration/RiskExceptionConfiguration/SkippedIPRangeList": ["10.0.0.0/8"] } }))]
#[case::nothing_acts("UP-32", json!({ "DescribeUserPool": { MODE: "AUDIT" }, RISK: { STOLEN: null } }))]
#[case::nothing_acts("UP-33", json!({ "DescribeUserPool": { "/UserPool/UserPoolAddOns": null }, RISK: { TAKEOVER: null } }))]
#[case::everything_is_well("AC-03", json!({}))]
#[case::everything_is_well("AC-05", json!({}))]
#[case::everything_is_well("UP-16", json!({}))]
#[case::everything_is_well("UP-17", json!({}))]
fn there_is_no_edit_where_the_place_that_it_would_change_is_not_weak(#[case] rule: &str, #[case] changes: Value) {
    let resource = if rule.starts_with("AC") { "web" } else { "" };
    assert_eq!(patch(rule, resource, &changes), None);
}

#[test]
fn a_token_that_holds_for_less_than_an_hour_is_not_made_to_hold_longer() {
    let client = "DescribeUserPoolClient";
    let at = |name: &str| format!("/UserPoolClient/{name}");
    let changes = json!({ format!("{client} web"): { at("IdTokenValidity"): 5, at("AccessTokenValidity"): 2,
        at("TokenValidityUnits/AccessToken"): "hours" } });
    let wanted = json!({ at("AccessTokenValidity"): 60, at("TokenValidityUnits/AccessToken"): "minutes" });
    assert_eq!(patch("AC-05", "web", &changes), Some(wanted));
    let changes = json!({ format!("{client} web"): { at("RefreshTokenValidity"): 5 } });
    assert_eq!(patch("AC-03", "web", &changes), None);
}

#[test]
fn what_is_verified_first_already_stays_so() {
    let changes = json!({ "DescribeUserPool": { FIRST: ["phone_number"], "/UserPool/UsernameAttributes": ["email"],
        "/UserPool/AliasAttributes": null, "/UserPool/AutoVerifiedAttributes": ["email", "phone_number"] } });
    assert_eq!(patch("UP-16", "", &changes), Some(json!({ FIRST: ["phone_number", "email"] })));
}

#[test]
fn only_what_is_verified_by_a_code_at_all_is_verified_first() {
    let pool = |verified: Value| {
        json!({ "DescribeUserPool": { "/UserPool/UserAttributeUpdateSettings": null,
            "/UserPool/UsernameAttributes": ["email", "phone_number"], "/UserPool/AutoVerifiedAttributes": verified } })
    };
    assert_eq!(patch("UP-16", "", &pool(json!(["email"]))), Some(json!({ FIRST: ["email"] })));
    assert_eq!(patch("UP-16", "", &pool(Value::Null)), None);
}
