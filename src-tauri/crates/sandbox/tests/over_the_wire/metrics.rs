//! What CloudWatch counts of a pool: sums of successes by app client, and of people from elsewhere by identity provider.

use crate::support::browser::Browser;
use crate::support::elsewhere::{come, open, tokens};
use crate::support::{Live, attribute, live};
use ciborium::value::Value as Cbor;
use serde_json::{Value, json};

const DAY_S: i64 = 86_400;

fn map<const N: usize>(fields: [(&str, Cbor); N]) -> Cbor {
    Cbor::Map(fields.into_iter().map(|(name, value)| (name.into(), value)).collect())
}

/// The sum over three days that CloudWatch tells of a metric with these dimensions.
fn sum(live: &Live, metric: &str, dimensions: &[(&str, &str)]) -> f64 {
    let now = live.sandbox.weather().now().as_second();
    let at = |seconds: i64| Cbor::Tag(1, Box::new(Cbor::Integer(seconds.into())));
    let named = |(name, value): &(&str, &str)| map([("Name", (*name).into()), ("Value", (*value).into())]);
    let dimensions = Cbor::Array(dimensions.iter().map(named).collect());
    let metric = map([("Namespace", "AWS/Cognito".into()), ("MetricName", metric.into()), ("Dimensions", dimensions)]);
    let stat = map([("Metric", metric), ("Period", Cbor::Integer(DAY_S.into())), ("Stat", "Sum".into())]);
    let query = map([("Id", "m0".into()), ("MetricStat", stat)]);
    let input = map([
        ("StartTime", at(now - 2 * DAY_S)),
        ("EndTime", at(now + DAY_S)),
        ("MetricDataQueries", Cbor::Array(vec![query])),
    ]);
    let mut body = Vec::new();
    ciborium::into_writer(&input, &mut body).unwrap();
    let request =
        ureq::post(format!("{}/service/GraniteServiceVersion20100801/operation/GetMetricData", live.endpoint));
    let signature = "AWS4-HMAC-SHA256 Credential=A/1/eu-west-1/monitoring/aws4_request";
    let request = request.header("authorization", signature).header("content-type", "application/cbor");
    let answer = request.header("smithy-protocol", "rpc-v2-cbor").send(body).unwrap().body_mut().read_to_vec().unwrap();
    let answer: Cbor = ciborium::from_reader(answer.as_slice()).unwrap();
    let field = |map: &Cbor, name: &str| {
        let map = map.as_map().unwrap();
        map.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value.clone()).unwrap()
    };
    let results = field(&answer, "MetricDataResults").into_array().unwrap();
    field(&results[0], "Values").into_array().unwrap().iter().map(|value| value.as_float().unwrap()).sum()
}

#[test]
fn people_from_elsewhere_are_let_in_and_counted_by_app_client_and_identity_provider() {
    let live = live(5);
    let own = open(&live);
    let browser = Browser::new(&live.endpoint);
    let first = come(&browser, &own, "Corp", "grace", &[("email", "grace@corp.example")]);
    assert!(tokens(&browser, &own, &first)["id_token"].is_string());
    let user = own.user("Corp_grace");
    assert_eq!(user["UserStatus"], "EXTERNAL_PROVIDER");
    let shown = |user: &Value, name: &str| {
        let of = json!({ "Attributes": user["UserAttributes"] });
        attribute(&of, name).map(str::to_owned)
    };
    assert_eq!(shown(&user, "email").as_deref(), Some("grace@corp.example"));
    let identities: Value = serde_json::from_str(&shown(&user, "identities").unwrap()).unwrap();
    assert_eq!((&identities[0]["userId"], &identities[0]["primary"]), (&json!("grace"), &json!(true)));
    // The second time she is known, and what the provider tells of her is written anew.
    tokens(&browser, &own, &come(&browser, &own, "Corp", "grace", &[("email", "hopper@corp.example")]));
    assert_eq!(shown(&own.user("Corp_grace"), "email").as_deref(), Some("hopper@corp.example"));
    // Somebody who was linked comes as who they are here.
    crate::support::sign_in::person(&own, "ada", &[]);
    let link = json!({
        "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": "ada" },
        "SourceUser": { "ProviderName": "Firm", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "a1" },
    });
    own.admin("AdminLinkProviderForUser", link);
    tokens(&browser, &own, &come(&browser, &own, "Firm", "a1", &[("email", "ada@firm.example")]));
    own.admin_fails("AdminGetUser", json!({ "Username": "Firm_a1" }), "UserNotFoundException");
    own.admin("AdminDisableUser", json!({ "Username": "Corp_grace" }));
    let shut = come(&browser, &own, "Corp", "grace", &[("email", "grace@corp.example")]);
    assert_eq!(shut.parameter("error_description").as_deref(), Some("User is disabled."), "{}", shut.text);

    let by_client = [("UserPool", own.pool.as_str()), ("UserPoolClient", own.client.as_str())];
    let from = |provider| [by_client[0], by_client[1], ("IdentityProvider", provider)];
    let federated = |provider| sum(&live, "FederationSuccesses", &from(provider));
    assert_eq!([federated("Corp"), federated("Firm"), federated("Nobody")], [2.0, 1.0, 0.0]);
    assert_eq!(sum(&live, "FederationSuccesses", &by_client), 0.0, "it is found under all three dimensions alone");
    assert_eq!(sum(&live, "SignInSuccesses", &by_client), 3.0, "each was given tokens");
    assert_eq!(sum(&live, "SignInSuccesses", &from("Corp")), 0.0);
    let mau = live.sandbox.mau(Some(&own.pool));
    let federated: Vec<(&str, bool)> = mau.users.iter().map(|user| (user.username.as_str(), user.federated)).collect();
    assert!(federated.contains(&("Corp_grace", true)), "{federated:?}");
}
