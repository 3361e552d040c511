//! Who would accept a token, and which role it leads to.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use model::identity::{Caller, IdentityPool, PrincipalTags, RoleMapping, RoleRule, UserPoolProvider};
use model::token::{
    Acceptance, Answer, Consumer, Demands, Expectation, SignatureFact, Token, acceptances, decode, judge, pool_of,
    unreadable,
};
use model::{IdentityPoolId, PoolId};
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Map, Value, json};

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI";
const UPDATED: &str = "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI";

fn id() -> Value {
    json!({ "iss": ISSUER, "sub": "a", "aud": "client-1", "token_use": "id", "iat": NOW - 60, "exp": NOW + 3_540,
        "cognito:groups": ["admins", "beta"] })
}

fn access() -> Value {
    json!({ "iss": ISSUER, "sub": "a", "client_id": "client-1", "token_use": "access", "username": "a",
        "scope": "openid orders/read", "iat": NOW - 60, "exp": NOW + 3_540 })
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

fn token(claims: &Value) -> Token {
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    decode(&format!("{}.{}.{}", part(&json!({ "alg": "RS256", "kid": "1" })), part(claims), "c2ln")).unwrap()
}

fn ask_with(claims: &Value, signature: &SignatureFact, demands: &Demands) -> Vec<Acceptance> {
    let (token, now) = (token(claims), Timestamp::from_second(NOW).unwrap());
    let pool = pool_of(&token).or_else(|| PoolId::parse("eu-west-1_AbCdEfGhI").ok());
    let verdict = judge(&token, &Expectation::of(pool), signature, now);
    acceptances(Some(&token), &verdict, demands, now)
}

fn ask(claims: &Value, demands: &Demands, consumer: Consumer) -> Acceptance {
    let all = ask_with(claims, &SignatureFact::Holds, demands);
    all.into_iter().find(|one| one.consumer == consumer).unwrap()
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|&text| text.to_owned()).collect()
}

#[rstest]
#[case::id_without_scopes(id(), &[], Answer::Yes)]
#[case::id_where_scopes_are_demanded(id(), &["orders/read"], Answer::No)]
#[case::access_without_scopes(access(), &[], Answer::No)]
#[case::access_with_a_scope(access(), &["orders/write", "orders/read"], Answer::Yes)]
#[case::access_without_the_scope(access(), &["orders/write"], Answer::No)]
#[case::a_scope_is_no_prefix(access(), &["orders"], Answer::No)]
#[case::updated_issuer(with(id(), "iss", UPDATED.into()), &[], Answer::No)]
fn a_cognito_authorizer_takes_the_token_that_the_method_is_for(
    #[case] claims: Value,
    #[case] scopes: &[&str],
    #[case] answer: Answer,
) {
    let demands = Demands { scopes: texts(scopes), ..Demands::default() };
    let said = ask(&claims, &demands, Consumer::RestApi);
    assert_eq!(said.answer, answer, "{said:?}");
    assert_eq!(said.change.is_some(), answer != Answer::Yes, "what is refused says what would have to change");
}

#[rstest]
#[case::audience_not_told(id(), &[], &[], Answer::Unknown)]
#[case::aud_is_listed(id(), &["client-1"], &[], Answer::Yes)]
#[case::client_id_stands_for_aud(access(), &["client-1"], &["orders/read"], Answer::Yes)]
#[case::aud_goes_before_client_id(with(access(), "aud", "https://api.example".into()), &["client-1"], &[], Answer::No)]
#[case::another_audience(id(), &["client-2"], &[], Answer::No)]
#[case::an_id_token_has_no_scopes(id(), &["client-1"], &["orders/read"], Answer::No)]
#[case::updated_issuer(with(id(), "iss", UPDATED.into()), &["client-1"], &[], Answer::Yes)]
fn a_jwt_authorizer_goes_by_audience_and_scope(
    #[case] claims: Value,
    #[case] audiences: &[&str],
    #[case] scopes: &[&str],
    #[case] answer: Answer,
) {
    let demands = Demands { audiences: texts(audiences), scopes: texts(scopes), ..Demands::default() };
    assert_eq!(ask(&claims, &demands, Consumer::HttpApi).answer, answer);
}

#[rstest]
#[case::not_told(id(), &[], Answer::Unknown)]
#[case::one_of_them(id(), &["nobody", "beta"], Answer::Yes)]
#[case::none_of_them(id(), &["nobody"], Answer::No)]
#[case::no_groups_at_all(access(), &[], Answer::No)]
fn an_app_sync_field_goes_by_group(#[case] claims: Value, #[case] groups: &[&str], #[case] answer: Answer) {
    let demands = Demands { groups: texts(groups), ..Demands::default() };
    assert_eq!(ask(&claims, &demands, Consumer::AppSyncGroup).answer, answer);
    assert_eq!(ask(&claims, &demands, Consumer::AppSync).answer, Answer::Yes, "the API itself takes both");
}

fn pool(check: bool) -> IdentityPool {
    IdentityPool {
        id: IdentityPoolId::parse("eu-west-1:12345678-90ab-cdef-1234-567890abcdef").unwrap(),
        name: "people".to_owned(),
        guests: false,
        basic_flow: false,
        user_pools: vec![UserPoolProvider {
            name: "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI".to_owned(),
            client: "client-1".to_owned(),
            server_side_check: check,
        }],
        other_providers: Vec::new(),
        authenticated_role: Some("in".to_owned()),
        guest_role: None,
        mappings: std::collections::BTreeMap::new(),
    }
}

#[rstest]
#[case::not_read(id(), None, Answer::Unknown)]
#[case::trusted(id(), Some(vec![pool(false)]), Answer::Yes)]
#[case::the_user_pool_is_asked(id(), Some(vec![pool(true)]), Answer::Unknown)]
#[case::another_client(with(id(), "aud", "client-2".into()), Some(vec![pool(false)]), Answer::No)]
#[case::none_there(id(), Some(vec![]), Answer::No)]
#[case::access(access(), Some(vec![pool(false)]), Answer::No)]
fn an_identity_pool_takes_id_tokens_of_whom_it_trusts(
    #[case] claims: Value,
    #[case] identity_pools: Option<Vec<IdentityPool>>,
    #[case] answer: Answer,
) {
    let demands = Demands { identity_pools, ..Demands::default() };
    assert_eq!(ask(&claims, &demands, Consumer::IdentityPool).answer, answer);
}

#[test]
fn what_no_verifier_takes_nobody_takes_and_what_cannot_be_checked_stays_open() {
    let nobody = |all: &[Acceptance], answer: Answer| {
        let others = all.iter().filter(|one| one.consumer != Consumer::LoadBalancerSignIn);
        others.clone().count() == 6 && others.clone().all(|one| one.answer == answer)
    };
    let none = Demands::default();
    let expired = with(id(), "exp", (NOW - 3_600).into());
    assert!(nobody(&ask_with(&expired, &SignatureFact::Holds, &none), Answer::No));
    assert!(nobody(&ask_with(&id(), &SignatureFact::Broken, &none), Answer::No));
    let unknown = SignatureFact::KeysUnknown("no network".to_owned());
    assert!(nobody(&ask_with(&id(), &unknown, &none), Answer::Unknown));
    let on_leeway = with(id(), "exp", (NOW - 10).into());
    assert!(nobody(&ask_with(&on_leeway, &SignatureFact::Holds, &none), Answer::Unknown));
    let error = decode("a.b").unwrap_err();
    let all = acceptances(None, &unreadable(&error), &none, Timestamp::from_second(NOW).unwrap());
    assert!(nobody(&all, Answer::No));
    let sign_in = all.iter().find(|one| one.consumer == Consumer::LoadBalancerSignIn).unwrap();
    assert_eq!(sign_in.answer, Answer::No);
}

fn claims(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn mapped(mapping: RoleMapping) -> IdentityPool {
    let mut pool = pool(false);
    pool.mappings.insert(format!("{}:client-1", pool.user_pools[0].name), mapping);
    pool
}

#[rstest]
#[case::preferred(json!({ "cognito:roles": ["a", "b"], "cognito:preferred_role": "b" }), None, true, Some("b"))]
#[case::the_only_one(json!({ "cognito:roles": ["a"] }), None, true, Some("a"))]
#[case::a_tie_falls_back(json!({ "cognito:roles": ["a", "b"] }), None, true, Some("in"))]
#[case::a_tie_is_denied(json!({ "cognito:roles": ["a", "b"] }), None, false, None)]
#[case::asked_for_and_listed(json!({ "cognito:roles": ["a", "b"] }), Some("b"), false, Some("b"))]
#[case::asked_for_and_not_listed(json!({ "cognito:roles": ["a"] }), Some("c"), true, None)]
#[case::wrong_type(json!({ "cognito:roles": "a", "cognito:preferred_role": 7 }), None, true, Some("in"))]
fn the_token_says_the_role(
    #[case] more: Value,
    #[case] asked: Option<&str>,
    #[case] falls_back: bool,
    #[case] role: Option<&str>,
) {
    let mut all = claims(&id());
    all.extend(claims(&more));
    let choice = mapped(RoleMapping { rules: None, falls_back }).role_of(Caller::SignedIn(&all), asked);
    assert_eq!(choice.role.as_deref(), role, "{}", choice.why);
    assert!(choice.why.ends_with('.'));
}

#[test]
fn tags_come_of_claims_and_of_the_usual_two_by_default() {
    let all = claims(&id());
    let usual = PrincipalTags { use_defaults: true, tags: [("x".to_owned(), "sub".to_owned())].into() };
    assert_eq!(usual.of(&all), [("client".to_owned(), "client-1".to_owned()), ("username".into(), "a".into())].into());
    let own = PrincipalTags { use_defaults: false, tags: [("x".to_owned(), "sub".to_owned())].into() };
    assert_eq!(own.of(&all), [("x".to_owned(), "a".to_owned())].into());
}

proptest! {
    #[test]
    fn no_claims_make_the_judges_panic_and_what_is_broken_is_never_accepted(
        name in "[a-z:_]{1,12}|aud|iss|scope|cognito:groups|cognito:roles|token_use|exp",
        value in prop_oneof![
            Just(Value::Null), any::<bool>().prop_map(Value::from), any::<i64>().prop_map(Value::from),
            ".{0,20}".prop_map(Value::from), proptest::collection::vec(".{0,8}", 0..4).prop_map(|list| json!(list)),
        ],
    ) {
        let changed = with(id(), &name, value);
        let demands = Demands { identity_pools: Some(vec![pool(false)]), ..Demands::default() };
        for one in ask_with(&changed, &SignatureFact::Broken, &demands) {
            prop_assert_eq!(one.answer, Answer::No);
        }
        let _ = ask_with(&changed, &SignatureFact::Holds, &demands);
        let rule = RoleRule { claim: name, match_type: "Contains".into(), value: "a".into(), role: "r".into() };
        let mapping = RoleMapping { rules: Some(vec![rule]), falls_back: false };
        let _ = mapped(mapping).role_of(Caller::SignedIn(&claims(&changed)), None);
    }
}
