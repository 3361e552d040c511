//! Custom attributes, client secrets, export of logs, session tags and looks: through the door of edits, as all settings.

use std::sync::Arc;

use console::edits::{Edit, EditRow, EditState, Kind};
use console::jobs::{Approval, AuditFilter};
use console::to_aws::{Ask, Bearer, Way};
use console::{Code, OpenPool};
use jiff::SignedDuration;
use model::edit::{MASK, Put, Whole};
use sandbox::{Fault, When};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::edits_things::{self, all, at, done, taken_back, whole};
use crate::house::{House, options, sandbox_connection};
use crate::to_aws::administer;

async fn make(open: &OpenPool, edit: &Arc<Edit>) -> EditRow {
    edits_things::make(open, edit).await.unwrap()
}

fn text(kind: &str) -> Value {
    json!({ "SchemaAttribute": { "AttributeDataType": kind, "Mutable": true } })
}

fn client_with_secret(house: &House) -> String {
    let description = house.sandbox.description();
    description.clients.iter().find(|client| client.secret.is_some()).unwrap().id.clone()
}

#[tokio::test]
async fn a_custom_attribute_is_added_for_good_and_that_is_said_before() {
    let house = House::new(options(5)).await;
    let open = house.synced().await;
    let plan = whole(Kind::Attribute, "custom:shelf");
    let bounds = json!({ "SchemaAttribute": { "AttributeDataType": "String", "Mutable": true,
        "StringAttributeConstraints": { "MinLength": "1", "MaxLength": "20" } } });
    let edit = open.plan_edit(plan.clone(), all(Some(bounds.clone())), None).await.unwrap();
    assert!(edit.forward.as_ref().unwrap().contains("stays for good"), "{:?}", edit.forward);
    assert_eq!(edit.operation(), "AddCustomAttributes");
    let unnamed = open.approve_edit(&edit, Approval::default()).await.unwrap_err();
    assert_eq!(unnamed.field.as_deref(), Some("poolName"));
    assert_eq!(house.sandbox.calls().of("AddCustomAttributes"), 0);
    let row = make(&open, &edit).await;
    assert_eq!((row.state, row.why.as_deref()), (EditState::Done, None));
    let fields = open.fields().await.unwrap();
    assert!(fields.names().iter().any(|name| name == "custom:shelf"), "it can be searched at once");
    let back = open.plan_undo_edit(&row.id).await.unwrap_err();
    assert!(back.message.contains("never taken away"), "{}", back.message);
    let again = open.plan_edit(plan.clone(), all(Some(bounds)), None).await.unwrap_err();
    assert_eq!(again.message, "There is one of that name already.");
    for patch in [all(None), at("/SchemaAttribute/Mutable", json!(false))] {
        let stays = open.plan_edit(plan.clone(), patch, None).await.unwrap_err();
        assert!(stays.message.contains("for good"), "{}", stays.message);
    }
    for (name, why) in [("shelf", "begins with custom:"), ("custom:a-name-that-is-too-long", "1 to 20 characters")] {
        let wrong = open.plan_edit(whole(Kind::Attribute, name), all(Some(text("String"))), None).await.unwrap_err();
        assert!(wrong.message.contains(why) && wrong.field.as_deref() == Some("subject"), "{}", wrong.message);
    }
    let records = house.console.audit(AuditFilter::default(), 20).await.unwrap().records;
    assert_eq!(records.iter().filter(|record| record.entry.operation == "AddCustomAttributes").count(), 3);
}

#[tokio::test]
async fn the_fifty_first_custom_attribute_is_refused_in_the_words_of_aws() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let add = async |name: &str| {
        let edit = open.plan_edit(whole(Kind::Attribute, name), all(Some(text("Number"))), None).await.unwrap();
        let named = Approval { pool_name: Some(open.key().pool.as_str().to_owned()), ..Approval::default() };
        let token = open.approve_edit(&edit, named).await.unwrap();
        open.apply_edit(&token).await
    };
    let mut refused = None;
    for number in 0..51 {
        if let Err(error) = add(&format!("custom:n{number}")).await {
            refused = Some((number, error));
            break;
        }
    }
    let (number, error) = refused.unwrap();
    assert!(number > 40 && error.message.contains("50"), "{number}: {}", error.message);
}

#[tokio::test]
async fn a_second_secret_is_made_shown_when_asked_for_and_written_down_nowhere() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let client = client_with_secret(&house);
    let row = done(&open, whole(Kind::ClientSecret, &client), all(Some(json!({ "ClientSecret": {} })))).await;
    let secret = open.made_secret(&row.id).unwrap().expose_secret().to_owned();
    assert!(secret.len() > 40, "{}", secret.len());
    for text in [Some(&row.target), Some(&row.patch), Some(&row.before), row.after.as_ref(), row.found.as_ref()] {
        assert!(!text.unwrap().contains(&secret));
    }
    assert!(row.patch.contains(MASK));
    let third = open.plan_edit(whole(Kind::ClientSecret, &client), all(Some(json!({}))), None).await.unwrap_err();
    assert!(third.message.contains("two secrets already"), "{}", third.message);
    // The older one goes once apps have the newer one.
    let made: Whole = serde_json::from_str(&row.target).unwrap();
    let (connection, id) = (sandbox_connection(), model::ClientId::parse(&client).unwrap());
    let listed = house.console.client_secrets(&connection, &open.key().pool, &id).await.unwrap();
    let secrets = listed.body("ListUserPoolClientSecrets", &client).unwrap()["ClientSecrets"].clone();
    let older = secrets.as_array().unwrap().iter().map(|it| it["ClientSecretId"].as_str().unwrap());
    let older = older.filter(|id| *id != made.subject).collect::<Vec<_>>();
    assert_eq!(older.len(), 1, "{secrets}");
    let gone = done(&open, whole(Kind::ClientSecret, older[0]), all(None)).await;
    assert!(open.plan_undo_edit(&gone.id).await.unwrap_err().message.contains("kept nowhere"));
    let last = open.plan_edit(whole(Kind::ClientSecret, &made.subject), all(None), None).await.unwrap();
    let token = open.approve_edit(&last, Approval { pool_name: Some(open.key().pool.to_string()), reason: None });
    let refused = open.apply_edit(&token.await.unwrap()).await.unwrap_err();
    assert!(refused.message.contains("last secret"), "{}", refused.message);

    open.forget_confirmation();
    assert_eq!(open.made_secret(&row.id).unwrap_err().code, Code::NotFound, "it goes when secrets are forgotten");
}

#[tokio::test]
async fn a_new_secret_is_kept_for_ten_minutes_and_one_without_an_answer_is_told_of() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let client = whole(Kind::ClientSecret, &client_with_secret(&house));
    let made = done(&open, client.clone(), all(Some(json!({})))).await;
    let gone = || tokio::time::timeout(std::time::Duration::from_secs(20), open.secret_gone(&made.id));
    let at_once = tokio::time::timeout(std::time::Duration::from_millis(50), open.secret_gone(&made.id)).await;
    assert!(at_once.is_err(), "it is kept");
    house.clock.push(SignedDuration::from_mins(11));
    gone().await.expect("it goes by itself, and whoever waits for that is told");
    assert_eq!(open.made_secret(&made.id).unwrap_err().code, Code::NotFound);
    taken_back(&open, &made).await;
    house.sandbox.weather().plan_fault(Some("AddUserPoolClientSecret"), When::Nth(1), Fault::TimeoutAfter);
    let edit = open.plan_edit(client, all(Some(json!({}))), None).await.unwrap();
    let lost = make(&open, &edit).await;
    assert_eq!(lost.state, EditState::Sent);
    assert!(lost.why.as_ref().unwrap().contains("delete the newer one"), "{:?}", lost.why);
    assert!(open.plan_undo_edit(&lost.id).await.unwrap_err().message.contains("has two by now"));
    assert_eq!(open.made_secret(&lost.id).unwrap_err().code, Code::NotFound);
}

#[tokio::test]
async fn where_logs_go_is_set_as_a_whole_and_taken_back() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let logs = whole(Kind::Logs, "");
    let entry = |name: &str| {
        json!([{ "EventSource": "userNotification", "LogLevel": "ERROR", "CloudWatchLogsConfiguration": {
            "LogGroupArn": format!("arn:aws:logs:eu-west-1:123456789012:log-group:{name}") } }])
    };
    let place = "/LogDeliveryConfiguration/LogConfigurations";
    let first = done(&open, logs.clone(), at(place, entry("a"))).await;
    let second = done(&open, logs.clone(), at(place, entry("b"))).await;
    taken_back(&open, &second).await;
    taken_back(&open, &first).await;
    let none = open.plan_edit(logs.clone(), at(place, json!([])), None).await.unwrap_err();
    assert_eq!(none.message, "It is so already.");
    let mut strange = entry("a");
    strange[0]["Tomorrow"] = json!(1);
    let refused = open.plan_edit(logs, at(place, strange), None).await.unwrap_err();
    assert!(refused.message.contains("LogConfigurations.Tomorrow"), "{}", refused.message);
}

#[tokio::test]
async fn a_client_has_rules_of_its_own_against_risks_which_show_change_are_judged_and_go() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let (connection, client) = (sandbox_connection(), house.sandbox.description().clients[0].id.clone());
    let id = model::ClientId::parse(&client).unwrap();
    let own = async || {
        let told = house.console.client_settings(&connection, &open.key().pool, Some(&id)).await.unwrap();
        let held = model::setting::held_by_client(&told, &client);
        let risk = held.iter().filter(|held| held.setting.operation == "DescribeRiskConfiguration").count();
        (model::setting::has_own_risk(&told, &client), risk > 0)
    };
    let mut on = at("/UserPool/UserPoolTier", json!("PLUS"));
    on.extend(at("/UserPool/UserPoolAddOns/AdvancedSecurityMode", json!("OFF")));
    done(&open, whole(Kind::Pool, ""), on).await;
    assert_eq!(own().await, (None, false), "threat protection is off");
    done(&open, whole(Kind::Pool, ""), at("/UserPool/UserPoolAddOns/AdvancedSecurityMode", json!("ENFORCED"))).await;
    let action = "/RiskConfiguration/CompromisedCredentialsRiskConfiguration/Actions/EventAction";
    done(&open, whole(Kind::Risk, ""), at(action, json!("BLOCK"))).await;
    assert_eq!(own().await, (Some(false), false));
    let risk = whole(Kind::ClientRisk, &client);
    let follows = open.plan_edit(risk.clone(), at(action, json!("NO_ACTION")), None).await.unwrap_err();
    assert!(follows.message.contains("follows the pool"), "{}", follows.message);
    let weak = json!({ "RiskConfiguration": { "CompromisedCredentialsRiskConfiguration": {
        "Actions": { "EventAction": "BLOCK" }, "EventFilter": ["SIGN_IN", "PASSWORD_CHANGE", "SIGN_UP"] } } });
    let made = done(&open, risk.clone(), all(Some(weak))).await;
    let weaker = done(&open, risk.clone(), at(action, json!("NO_ACTION"))).await;
    assert_eq!(own().await, (Some(true), true));
    let (fix, _) = open.plan_fix("AC-19", &client).await.unwrap();
    assert_eq!((fix.operation(), fix.whole.kind), ("SetRiskConfiguration", Kind::ClientRisk));
    let mended = make(&open, &fix).await;
    assert_eq!((mended.state, mended.why.as_deref()), (EditState::Done, None));
    assert_eq!(own().await, (Some(false), false));
    let pools = open.plan_edit(whole(Kind::Risk, ""), at(action, json!("BLOCK")), None).await.unwrap_err();
    assert_eq!(pools.message, "It is so already.", "the pool's are as they were");
    taken_back(&open, &mended).await;
    taken_back(&open, &weaker).await;
    taken_back(&open, &made).await;
    assert_eq!(own().await, (Some(false), false));
}

#[tokio::test]
async fn session_tags_and_providers_of_an_identity_pool_change_and_nothing_else_of_it() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let id = house.sandbox.description().identity_pool_id;
    let provider = format!("cognito-idp.eu-west-1.amazonaws.com/{}", open.key().pool);
    let tags = whole(Kind::PrincipalTags, &format!("{id} {provider}"));
    let mut patch = at("/UseDefaults", json!(false));
    patch.extend(at("/PrincipalTags/team", json!("custom:team")));
    let set = done(&open, tags.clone(), patch).await;
    let mut patch = at("/UseDefaults", json!(true));
    patch.push(Put { pointer: "/PrincipalTags".to_owned(), value: None });
    let defaults = done(&open, tags, patch).await;
    let overwritten = open.plan_undo_edit(&set.id).await.unwrap_err();
    assert_eq!(overwritten.code, Code::Precondition, "AWS's own tags took the place of ours");
    taken_back(&open, &defaults).await;
    taken_back(&open, &set).await;

    let pool = whole(Kind::IdentityPool, &id);
    let arns = json!(["arn:aws:iam::123456789012:saml-provider/corp"]);
    let row = done(&open, pool, at("/SamlProviderARNs", arns)).await;
    let before: Value = serde_json::from_str(&row.before).unwrap();
    taken_back(&open, &row).await;
    let pool = open.plan_edit(whole(Kind::IdentityPool, &id), at("/AllowClassicFlow", json!(true)), None).await;
    assert_eq!(pool.unwrap().before, before, "all of it is as it was");
}

#[tokio::test]
async fn a_client_gets_a_style_of_its_own_which_changes_and_goes() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let client = house.sandbox.description().clients[0].id.clone();
    let style = whole(Kind::Style, &client);
    let new = json!({ "ManagedLoginBranding": { "UseCognitoProvidedValues": true } });
    let made = done(&open, style.clone(), all(Some(new))).await;
    let mut patch = at("/ManagedLoginBranding/UseCognitoProvidedValues", json!(false));
    patch.extend(at("/ManagedLoginBranding/Settings", json!({ "components": { "form": { "borderRadius": 8 } } })));
    let changed = done(&open, style.clone(), patch).await;
    taken_back(&open, &changed).await;
    let gone = done(&open, style.clone(), all(None)).await;
    taken_back(&open, &gone).await;
    // What was deleted and put back is as it was made, but for its id: that is AWS's.
    taken_back(&open, &made).await;

    let domain = json!({ "DomainDescription": { "ManagedLoginVersion": 1 } });
    done(&open, whole(Kind::Domain, "a-shop-of-ours"), all(Some(domain))).await;
    let classic = whole(Kind::ClassicStyle, &client);
    let css = done(&open, classic.clone(), at("/UICustomization/CSS", json!(".banner-customizable{}"))).await;
    let logo = done(&open, classic.clone(), at("/UICustomization/ImageFile", json!("iVBORw0KGgo="))).await;
    assert!(open.plan_undo_edit(&logo.id).await.unwrap_err().message.contains("choose its file anew"));
    house.sandbox.weather().advance(std::time::Duration::from_secs(1));
    let other = done(&open, classic, at("/UICustomization/CSS", json!(".other{}"))).await;
    taken_back(&open, &other).await;
    assert!(open.plan_undo_edit(&css.id).await.is_ok());
}

#[tokio::test]
async fn a_delete_without_an_answer_is_told_in_the_words_of_a_delete() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let server = whole(Kind::ResourceServer, "https://api.example");
    done(&open, server.clone(), all(Some(json!({ "ResourceServer": { "Name": "api", "Scopes": [] } })))).await;
    house.sandbox.weather().plan_fault(Some("DeleteResourceServer"), When::Nth(1), Fault::TimeoutBefore);
    let edit = open.plan_edit(server, all(None), None).await.unwrap();
    let lost = make(&open, &edit).await;
    assert_eq!(lost.why.as_deref(), Some("No answer came, and it is there still; look again."));
    house.clock.push(SignedDuration::from_mins(6));
    let late = &open.edits(1).await.unwrap()[0];
    assert_eq!(late.state, EditState::Failed);
    assert_eq!(late.why.as_deref(), Some("No answer came, and it was there later still: AWS did not delete it."));
}

#[tokio::test]
async fn identities_are_listed_page_by_page_and_one_is_described() {
    let house = House::new(options(5)).await;
    let id = model::IdentityPoolId::parse(house.sandbox.description().identity_pool_id).unwrap();
    let connection = sandbox_connection();
    let none = house.console.identities(&connection, &id, None).await.unwrap();
    assert_eq!((none.identities.len(), none.next), (0, None));
    let ask = Ask { identity_pool: id.clone(), bearer: Bearer::Guest, way: Way::Enhanced, role: None };
    let guests =
        json!({ "IdentityPoolId": id.as_str(), "IdentityPoolName": "shop", "AllowUnauthenticatedIdentities": true });
    administer(&house, "AWSCognitoIdentityService", "UpdateIdentityPool", guests).await;
    let mut known = Vec::new();
    for _ in 0..61 {
        known.extend(house.console.exchange(&connection, ask.clone()).await.unwrap().identity_id);
    }
    let first = house.console.identities(&connection, &id, None).await.unwrap();
    assert_eq!(first.identities.len(), 60);
    let second = house.console.identities(&connection, &id, first.next.clone()).await.unwrap();
    assert_eq!((second.identities.len(), &second.next), (1, &None));
    let mut listed: Vec<String> = first.identities.iter().chain(&second.identities).map(|it| it.id.clone()).collect();
    listed.sort();
    known.sort();
    assert_eq!(listed, known);
    let one = house.console.identity(&connection, &known[0]).await.unwrap();
    assert!(one.logins.is_empty() && one.created_at.is_some(), "{one:?}");
    let missing = house.console.identity(&connection, "eu-west-1:00000000-0000-0000-0000-000000000000").await;
    assert_eq!(missing.unwrap_err().code, Code::NotFound);
    let strange = house.console.identity(&connection, "somebody").await.unwrap_err();
    assert_eq!(strange.field.as_deref(), Some("identityId"));
}
