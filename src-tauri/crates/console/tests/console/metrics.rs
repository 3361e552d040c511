//! What CloudWatch counts, asked for by the app itself, and what a look at sign-ins tells of a month.

use console::Code;
use jiff::SignedDuration;
use model::Username;
use model::estimate::{Bound, EvidenceKind};
use model::mau::NO_DELETED_CLIENTS;
use model::month::Month;
use rust_decimal::Decimal;
use sandbox::{Fault, When};
use serde_json::json;

use crate::house::House;
use crate::lab::{person, sign_in, start, today, tokens};
use crate::lab_hosted::parameter;
use crate::months::{Administrator, next_month, synced};

const PERMISSION: &str = "cloudwatch:GetMetricData";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cloudwatch_is_asked_for_its_price_and_each_sum_bounds_who_was_active_in_its_way() {
    let house = House::new(today()).await;
    let server = house.sandbox.serve(0).await.unwrap();
    let pool = house.synced().await;
    let month = Month::of(house.sandbox.weather().now());
    let mut administrator = Administrator::new(server.endpoint(), house.sandbox.pool_id(), 1);
    tokio::task::block_in_place(|| (0..3).for_each(|_| administrator.create()));
    let one = person(&house, "CONFIRMED");
    let begun = start(&house, "USER_SRP_AUTH", &one.username, Some(&one.password)).await;
    let mut signed_in = None;
    for _ in 0..2 {
        signed_in = Some(sign_in(&house, begun.clone()).await.unwrap());
    }
    let refresh = Some(tokens(&signed_in.unwrap()).2);
    let flow = "GetTokensFromRefreshToken".to_owned();
    sign_in(&house, console::lab::Start { flow, username: String::new(), password: refresh, ..begun }).await.unwrap();

    let clients = house.sandbox.description().clients.len() as u64;
    let (billed, ledger) = (house.sandbox.calls().may_bill().clone(), house.console.session_cost(Some(&pool)));
    let price = pool.metrics_price().await.unwrap();
    assert_eq!((price.metrics, price.price), (1 + 3 * clients, Decimal::from(price.metrics) / Decimal::from(100_000)));
    assert_eq!(house.sandbox.calls().of("GetMetricData"), 0, "asking for the price asks CloudWatch nothing");
    let read = pool.read_metrics(month).await.unwrap();
    assert_eq!(
        (read.learnt.clone(), read.cost),
        (format!("{month}: CloudWatch counts 3 sign-ups, 2 sign-ins and 1 refreshes. {NO_DELETED_CLIENTS}"), price)
    );
    assert_eq!(house.sandbox.calls().may_bill(), &billed, "and nobody becomes active by it");
    assert_eq!(house.console.session_cost(Some(&pool)), ledger);

    let activity = pool.activity(month).await.unwrap();
    let of = |bound| {
        let items = activity
            .users
            .evidence
            .iter()
            .filter(move |item| item.kind == EvidenceKind::Metrics && item.bound == bound);
        items.map(|item| item.users).collect::<Vec<_>>()
    };
    assert_eq!((of(Bound::AtLeast), of(Bound::AtMost)), (vec![1], vec![]));
    // Three people were made, one signed in and refreshed: each sum is no less.
    assert_eq!(of(Bound::Hint), [3, 2, 1]);
    let says = |activity: &console::Activity, words: &str| {
        let mut items = activity.users.evidence.iter().filter(|item| item.kind == EvidenceKind::Metrics);
        items.any(|item| item.says.contains(words))
    };
    assert!(says(&activity, "At most 2 users signed in so far"), "{:?}", activity.users.evidence);
    let again =
        |activity: &console::Activity| activity.missing.iter().any(|missing| missing.remedy.starts_with("Ask again"));
    assert!(!again(&activity));
    assert!(
        activity.users.contains(house.sandbox.mau(Some(&house.sandbox.pool_id())).count as u64),
        "{:?}",
        activity.users
    );
    assert_eq!(
        activity.client_events.iter().map(|(_, events)| events).sum::<u64>(),
        3,
        "administrators have no client"
    );
    assert!(activity.missing.iter().all(|missing| missing.iam_action != Some(PERMISSION)));

    // The next month begins with nothing, and this one can be asked for again.
    next_month(&house);
    let old = pool.activity(month).await.unwrap();
    assert!(again(&old) && !says(&old, "At most"), "{:?}", old.users.evidence);
    assert!(says(&old, "CloudWatch had counted 2 sign-ins, as of "), "{:?}", old.users.evidence);
    assert!(pool.read_metrics(month.next()).await.unwrap().learnt.contains("CloudWatch counts nothing."));
    assert_eq!(pool.read_metrics(month).await.unwrap().learnt, read.learnt);
    let whole = pool.activity(month).await.unwrap();
    assert!(!again(&whole) && says(&whole, "At most 2 users signed in, as"), "{:?}", whole.users.evidence);
    pool.forget_log(month).await.unwrap();
    assert!(pool.activity(month).await.unwrap().client_events.is_empty());
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cloudwatch_may_not_tell_stays_unknown_and_the_permission_is_named() {
    let house = House::new(today()).await;
    let pool = house.synced().await;
    let month = Month::of(house.sandbox.weather().now());
    house.sandbox.weather().deny("GetMetricData");
    let before = pool.activity(month).await.unwrap();
    let refused = pool.read_metrics(month).await.unwrap_err();
    assert_eq!((refused.code, refused.iam_action.as_deref()), (Code::AccessDenied, Some(PERMISSION)));
    assert!(refused.message.contains(PERMISSION), "{}", refused.message);
    let after = pool.activity(month).await.unwrap();
    assert_eq!(after, before);
    let told = after.missing.iter().find(|missing| missing.iam_action == Some(PERMISSION)).unwrap();
    let names = ["cognito-idp:ListUserPoolClients", "cognito-idp:ListIdentityProviders"];
    assert_eq!(told.iam_actions(), [PERMISSION, names[0], names[1]], "what is counted has to be named");
    for (month, why) in [(month.next(), "is yet to come"), (Month::parse("2020-01").unwrap(), "455 days")] {
        let wrong = pool.read_metrics(month).await.unwrap_err();
        assert_eq!((wrong.code, wrong.field.as_deref()), (Code::Validation, Some("month")));
        assert!(wrong.message.contains(why), "{}", wrong.message);
    }
    assert_eq!(house.sandbox.calls().of("GetMetricData"), 1, "what cannot be told is not asked for");
    let key = pool.key().clone();
    drop(pool);
    let mut house = house;
    house.reopen().await;
    let offline = house.console.open_cached(&key).await.unwrap();
    assert_eq!(offline.read_metrics(month).await.unwrap_err().code, Code::Precondition);
}

/// Comes back from another identity provider, and says who that is there.
fn come_from(provider: &str, endpoint: &str, pool: &str, client: &str, callback: &str) {
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build();
    let agent = ureq::Agent::from(config);
    let authorize = agent.get(format!("{endpoint}/{pool}/oauth2/authorize"));
    let authorize = authorize.query("response_type", "code").query("client_id", client).query("scope", "openid");
    let away = authorize.query("redirect_uri", callback).query("identity_provider", provider).call().unwrap();
    let state = parameter(away.headers()["location"].to_str().unwrap(), "state");
    let back = format!("{endpoint}/{pool}/oauth2/idpresponse?state={state}");
    let mut page = agent.get(&back).call().unwrap();
    let cookie = page.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let text = page.body_mut().read_to_string().unwrap();
    let csrf =
        text.split_once("name=\"_csrf\"").unwrap().1.split_once("value=\"").unwrap().1.split_once('"').unwrap().0;
    let form = [("_csrf", csrf), ("subject", "grace")];
    let done = agent.post(&back).header("cookie", cookie).send_form(form).unwrap();
    assert!(done.headers()["location"].to_str().unwrap().starts_with(callback));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_from_another_provider_is_in_the_sums_of_that_provider() {
    let house = House::new(today()).await;
    let server = house.sandbox.serve(0).await.unwrap();
    let pool = house.synced().await;
    let month = Month::of(house.sandbox.weather().now());
    let administrator = Administrator::new(server.endpoint(), house.sandbox.pool_id(), 1);
    let (client, callback) = (house.sandbox.description().clients[0].id.clone(), "http://localhost:3000/callback");
    tokio::task::block_in_place(|| {
        let details = json!({
            "client_id": "ours", "client_secret": "s", "oidc_issuer": "https://idp.example", "authorize_scopes": "openid",
            "attributes_request_method": "GET", "authorize_url": "https://idp.example/authorize",
        });
        let provider = json!({ "ProviderName": "Corp", "ProviderType": "OIDC", "ProviderDetails": details });
        assert_eq!(administrator.call("CreateIdentityProvider", provider), 200);
        let settings = json!({
            "ClientId": client, "CallbackURLs": [callback], "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"],
            "AllowedOAuthFlowsUserPoolClient": true, "SupportedIdentityProviders": ["COGNITO", "Corp"],
        });
        assert_eq!(administrator.call("UpdateUserPoolClient", settings), 200);
        for _ in 0..2 {
            come_from("Corp", &server.endpoint(), &house.sandbox.pool_id(), &client, callback);
        }
    });
    let clients = house.sandbox.description().clients.len() as u64;
    assert_eq!(pool.metrics_price().await.unwrap().metrics, 1 + 4 * clients, "one more for each client");
    let read = pool.read_metrics(month).await.unwrap();
    assert!(read.learnt.contains("CloudWatch counts 2 federated sign-ins."), "{}", read.learnt);
    let activity = pool.activity(month).await.unwrap();
    let says: Vec<&str> = activity.users.evidence.iter().map(|item| item.says.as_str()).collect();
    assert!(says.iter().any(|says| says.starts_with("At most 2 users came from another provider so far")), "{says:?}");
    assert_eq!((activity.client_events[0].0.as_str(), activity.client_events[0].1), (client.as_str(), 2));
    assert!(activity.users.contains(house.sandbox.mau(Some(&house.sandbox.pool_id())).count as u64));
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_with_many_app_clients_is_asked_about_in_parts_that_may_be_throttled() {
    let house = House::new(today()).await;
    let server = house.sandbox.serve(0).await.unwrap();
    let pool = house.synced().await;
    let month = Month::of(house.sandbox.weather().now());
    let mut administrator = Administrator::new(server.endpoint(), house.sandbox.pool_id(), 1);
    tokio::task::block_in_place(|| {
        for number in 0..200 {
            let client = json!({ "ClientName": format!("client-{number}") });
            assert_eq!(administrator.call("CreateUserPoolClient", client), 200);
        }
        administrator.create();
    });
    house.sandbox.weather().plan_fault(Some("GetMetricData"), When::Nth(2), Fault::Throttle);
    let read = pool.read_metrics(month).await.unwrap();
    assert!(read.learnt.contains("CloudWatch counts 1 sign-ups."), "{}", read.learnt);
    assert!(read.cost.metrics > 600, "{:?}", read.cost);
    // 500 metrics in three pages and the rest in one, and once more what was throttled.
    assert_eq!(house.sandbox.calls().of("GetMetricData"), 5);
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_at_sign_ins_is_evidence_of_their_month_until_the_person_is_erased() {
    let house = House::new(today()).await;
    let server = house.sandbox.serve(0).await.unwrap();
    let administrator = Administrator::new(server.endpoint(), house.sandbox.pool_id(), 1);
    let call = |operation: &str, input: serde_json::Value| {
        assert_eq!(tokio::task::block_in_place(|| administrator.call(operation, input)), 200);
    };
    let plus = json!({ "UserPoolTier": "PLUS", "UserPoolAddOns": { "AdvancedSecurityMode": "AUDIT" },
        "MfaConfiguration": "OPTIONAL" });
    call("UpdateUserPool", plus);
    let pool = house.synced().await;
    let month = Month::of(house.sandbox.weather().now());
    // Somebody else's app lets two people in; nothing of it is in the ledger.
    let described = house.sandbox.description();
    let client = described.clients.iter().find(|client| client.secret.is_none()).unwrap().id.clone();
    let confirmed: Vec<_> = described.people.iter().filter(|person| person.state == "CONFIRMED").collect();
    let signs_in = |name: &str, password: &str| {
        let parameters = json!({ "USERNAME": name, "PASSWORD": password });
        call(
            "AdminInitiateAuth",
            json!({ "ClientId": client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": parameters }),
        );
    };
    let (one, other) = (confirmed[0], "another");
    call("AdminCreateUser", json!({ "Username": other, "MessageAction": "SUPPRESS" }));
    call("AdminSetUserPassword", json!({ "Username": other, "Password": "Correct-Horse-9!", "Permanent": true }));
    signs_in(&one.username, &one.password);
    next_month(&house);
    signs_in(&one.username, &one.password);
    signs_in(other, "Correct-Horse-9!");
    synced(&pool).await;
    let events = |users: &model::estimate::Estimate<u64>| {
        users.evidence.iter().find(|item| item.kind == EvidenceKind::SignInEvents).map(|item| (item.bound, item.users))
    };
    let before = pool.activity(month.next()).await.unwrap();
    assert_eq!(events(&before.users), None);
    assert!(before.missing.iter().any(|missing| missing.what.starts_with("No sign-in event")));
    for (name, known) in [(one.username.as_str(), 1), (one.username.as_str(), 1), (other, 2)] {
        let looked = pool.sign_in_events(&Username::parse(name).unwrap(), None).await.unwrap();
        assert!(!looked.0.is_empty());
        let told = pool.activity(month.next()).await.unwrap();
        assert_eq!(events(&told.users), Some((Bound::AtLeast, known)));
        assert!(
            told.users.low >= known && told.missing.iter().all(|missing| !missing.what.starts_with("No sign-in event"))
        );
        assert!(told.users.contains(house.sandbox.mau(Some(&house.sandbox.pool_id())).count as u64));
    }
    assert_eq!(events(&pool.activity(month).await.unwrap().users), Some((Bound::AtLeast, 1)), "the month before, too");
    // Somebody who is not in the local copy has no number that is theirs alone.
    call("AdminCreateUser", json!({ "Username": "late", "MessageAction": "SUPPRESS" }));
    call("AdminSetUserPassword", json!({ "Username": "late", "Password": "Correct-Horse-9!", "Permanent": true }));
    signs_in("late", "Correct-Horse-9!");
    assert!(!pool.sign_in_events(&Username::parse("late").unwrap(), None).await.unwrap().0.is_empty());
    assert_eq!(events(&pool.activity(month.next()).await.unwrap().users), Some((Bound::AtLeast, 2)));
    // Whose sign-ins were seen is not dormant, however old the record is.
    let since = month.next().next().begins().to_zoned(jiff::tz::TimeZone::UTC).date();
    assert_eq!(pool.dormant(since).await.unwrap().called, 0);
    let since = month.next().next().begins() - SignedDuration::from_hours(24);
    let dormant = pool.dormant(since.to_zoned(jiff::tz::TimeZone::UTC).date()).await.unwrap();
    assert_eq!(dormant.called, 2);
    pool.erase_person(&one.username).await.unwrap();
    let told = pool.activity(month.next()).await.unwrap();
    assert_eq!(
        (events(&told.users), told.users.low),
        (Some((Bound::AtLeast, 1)), 2),
        "the number stays, the person does not"
    );
    // Without a history nobody is kept.
    pool.set_history(false).await.unwrap();
    let by = SignedDuration::from_hours(24 * 40);
    house.sandbox.weather().advance(by.try_into().unwrap());
    house.clock.push(by);
    signs_in(&one.username, &one.password);
    pool.sign_in_events(&Username::parse(one.username.as_str()).unwrap(), None).await.unwrap();
    let later = Month::of(house.sandbox.weather().now());
    assert_eq!(events(&pool.activity(later).await.unwrap().users), None);
    server.shutdown().await;
}
