//! Changes of what only a call about one user shows: a device is forgotten, a sign-in is rated.

use std::sync::Arc;

use console::jobs::Chosen;
use console::lab::Deed;
use console::{Code, OpenPool};
use model::Username;
use model::plan::{Action, ItemCounts, ItemState};
use sandbox::{Fault, Person, When};
use serde_json::json;

use crate::house::{House, today};
use crate::jobs::carry_out;
use crate::lab::{person, sign_in, start};
use crate::lab_challenges::administer;

/// A pool of the plan Plus that remembers devices, and somebody in it.
async fn watched() -> (House, Arc<OpenPool>, Person) {
    let house = House::new(today(60)).await;
    let plus = json!({
        "UserPoolId": house.pool_id().as_str(), "UserPoolTier": "PLUS", "MfaConfiguration": "OPTIONAL",
        "UserPoolAddOns": { "AdvancedSecurityMode": "AUDIT" },
        "DeviceConfiguration": { "ChallengeRequiredOnNewDevice": false, "DeviceOnlyRememberedOnUserPrompt": true },
    });
    administer(&house, "UpdateUserPool", plus).await;
    let pool = house.synced().await;
    let somebody = person(&house, "CONFIRMED");
    (house, pool, somebody)
}

/// Signs in with a device that is remembered, and makes of it the action that is asked for.
async fn action(house: &House, pool: &OpenPool, person: &Person, call: &str) -> Action {
    let begun = start(house, "USER_SRP_AUTH", &person.username, Some(&person.password)).await;
    let mut done = sign_in(house, begun).await.unwrap();
    assert!(!done.carry_out(&Deed::RememberDevice).await.unwrap().refused);
    let name = Username::parse(person.username.as_str()).unwrap();
    if call == "AdminForgetDevice" {
        let device_key = pool.devices(&name).await.unwrap().last().unwrap().key.clone();
        return Action::ForgetDevice { device_key };
    }
    let (events, _) = pool.sign_in_events(&name, None).await.unwrap();
    Action::RateSignIn { event: events[0].id.clone(), own: false }
}

#[rstest::rstest]
#[case("AdminForgetDevice")]
#[case("AdminUpdateAuthEventFeedback")]
#[tokio::test]
async fn it_is_denied_by_name_waits_for_throttling_is_done_and_may_be_done_twice(#[case] call: &str) {
    let (house, pool, person) = watched().await;
    let action = action(&house, &pool, &person, call).await;
    let whom = || Chosen::Names(vec![person.username.clone()]);
    house.sandbox.weather().deny(call);
    let (plan, counts) = carry_out(&pool, action.clone(), whom()).await.unwrap();
    house.sandbox.weather().allow(call);
    assert_eq!(counts.failed, 1);
    let rows = pool.job_items(&plan.id, Some(ItemState::Failed), 0, 10).await.unwrap();
    assert_eq!(rows[0].end.code.as_deref(), Some("access_denied"));
    assert!(rows[0].end.why.as_ref().unwrap().contains(&format!("cognito-idp:{call}")), "{:?}", rows[0].end);
    house.sandbox.weather().plan_fault(Some(call), When::First(2), Fault::Throttle);
    let all = ItemCounts { done: 1, ..ItemCounts::default() };
    assert_eq!(pool.retry(&plan.id, false, None).await.unwrap().finished().await.unwrap(), all);
    house.sandbox.weather().clear_faults();
    let (again, counts) = carry_out(&pool, action.clone(), whom()).await.unwrap();
    assert_eq!(counts, all, "twice is no failure");
    let rows = pool.job_items(&again.id, None, 0, 10).await.unwrap();
    let why = rows[0].end.why.as_deref();
    assert_eq!(why, (call == "AdminForgetDevice").then_some("the device was forgotten already"));
    let nobody = Chosen::Names(vec!["no-such-user".to_owned()]);
    assert_eq!(pool.plan(action, nobody).await.unwrap_err().code, Code::NotFound);
}

#[rstest::rstest]
#[case("AdminForgetDevice")]
#[case("AdminUpdateAuthEventFeedback")]
#[tokio::test]
async fn without_an_answer_it_is_unknown_and_is_not_sent_again_unasked(#[case] call: &str) {
    let (house, pool, person) = watched().await;
    let action = action(&house, &pool, &person, call).await;
    house.sandbox.forget_calls();
    house.sandbox.weather().plan_fault(Some(call), When::Nth(1), Fault::TimeoutAfter);
    let (plan, counts) = carry_out(&pool, action, Chosen::Names(vec![person.username.clone()])).await.unwrap();
    house.sandbox.weather().clear_faults();
    assert_eq!((counts.unknown, house.sandbox.calls().of(call)), (1, 1), "what nobody may look at for free is unknown");
    let counts = pool.retry(&plan.id, true, None).await.unwrap().finished().await.unwrap();
    assert_eq!(counts.done, 1, "sent again by hand");
    assert_eq!(house.sandbox.calls().of("AdminGetUser"), 0);
}

#[tokio::test]
async fn a_device_of_a_user_who_went_away_meanwhile_is_not_called_forgotten() {
    let (house, pool, person) = watched().await;
    let action = action(&house, &pool, &person, "AdminForgetDevice").await;
    let gone = Fault::Error { code: "UserNotFoundException".to_owned(), http_status: 400 };
    house.sandbox.weather().plan_fault(Some("AdminForgetDevice"), When::Nth(1), gone);
    let (plan, counts) = carry_out(&pool, action, Chosen::Names(vec![person.username.clone()])).await.unwrap();
    assert_eq!(counts.failed, 1);
    let rows = pool.job_items(&plan.id, None, 0, 1).await.unwrap();
    assert_eq!(rows[0].end.why.as_deref(), Some("There is no such user in this pool."));
}
