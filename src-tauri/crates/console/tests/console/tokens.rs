//! Tokens that were tampered with, and tokens that were foretold, against what the sandbox signs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use console::preview::{Foretold, Preview};
use console::token::Wanted;
use console::{Code, OpenPool};
use jsonwebtoken::{EncodingKey, Header};
use model::clock::Clock;
use model::token::{Answer, IssuerForm, Occasion, Outcome, TokenUse, TriggerVersion, VARYING, decode};
use model::{ClientId, PoolId, Username};
use rstest::rstest;
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};

use crate::house::{House, sandbox_connection};
use crate::lab::{person, sign_in, start, today, tokens};
use crate::to_aws::administer;

fn encode(text: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
}

/// The first check of a token that fails, and why.
async fn refusal(house: &House, token: &str, wanted: &Wanted) -> (&'static str, String) {
    let verified = house.console.verify_token(&sandbox_connection(), token, wanted).await.unwrap();
    assert!(!verified.verdict.valid(), "{token}");
    let failed = verified.verdict.checks.iter().find(|check| check.outcome == Outcome::Fail);
    failed.map(|check| (check.name, check.reason.clone())).unwrap_or_else(|| panic!("{:?}", verified.verdict))
}

#[tokio::test]
async fn every_attack_on_a_token_is_refused_with_a_reason_of_its_own() {
    let house = House::new(today()).await;
    let person = person(&house, "CONFIRMED");
    let begun = start(&house, "USER_SRP_AUTH", &person.username, Some(&person.password)).await;
    let (id, ..) = tokens(&sign_in(&house, begun).await.unwrap());
    let id = id.expose_secret().to_owned();
    let here = Wanted { pool: Some(house.pool_id()), token_use: Some(TokenUse::Id), ..Wanted::default() };
    let verified = house.console.verify_token(&sandbox_connection(), &id, &here).await.unwrap();
    assert!(verified.verdict.valid(), "the token that is attacked is good");
    let parts: Vec<&str> = id.split('.').collect();
    let [head, body, sign] = parts.as_slice() else { panic!("{id}") };
    let token = decode(&id).unwrap();
    let header = |name: &str, value: Value| {
        let mut header = token.header.clone();
        header.insert(name.to_owned(), value);
        format!("{}.{body}.{sign}", encode(json!(header).to_string().as_bytes()))
    };
    // HS256 with the pool's public key as the secret: what a careless verifier takes.
    let keys = house.sandbox.serve(0).await.unwrap();
    let at = format!("{}/{}/.well-known/jwks.json", keys.endpoint(), house.pool_id());
    let jwks: Value =
        tokio::task::spawn_blocking(move || ureq::get(at).call().unwrap().body_mut().read_json().unwrap())
            .await
            .unwrap();
    keys.shutdown().await;
    let public = jwks["keys"][0]["n"].as_str().unwrap().as_bytes().to_vec();
    let hmac = jsonwebtoken::encode(
        &Header { kid: token.header["kid"].as_str().map(str::to_owned), ..Header::default() },
        &token.claims,
        &EncodingKey::from_secret(&public),
    )
    .unwrap();
    let none = header("alg", "none".into());
    let unsigned = format!("{}.", none.rsplit_once('.').unwrap().0);
    let twice = format!("{}.{body}.{sign}", encode(br#"{"alg":"none","alg":"RS256","kid":"1"}"#));
    let altered = {
        let mut claims = token.claims.clone();
        claims.insert("cognito:groups".to_owned(), json!(["admins"]));
        format!("{head}.{}.{sign}", encode(json!(claims).to_string().as_bytes()))
    };
    let attacks = [
        (unsigned, "algorithm"),
        (hmac, "algorithm"),
        (header("alg", "ES256".into()), "algorithm"),
        (header("alg", json!(["RS256"])), "algorithm"),
        (header("kid", "../../etc/passwd".into()), "key"),
        (header("kid", json!(7)), "key"),
        (header("jwk", json!({ "kty": "RSA" })), "header"),
        (altered, "signature"),
        (twice, "format"),
        (format!("{head}.{body}.{sign}.a.b"), "format"),
        (format!("{head}.{body}"), "format"),
        ("x".repeat(1 << 20), "format"),
        (format!("{head}.{body}*.{sign}"), "format"),
        (format!("{head}.{body}=.{sign}"), "format"),
        (format!("{head}. {body}.{sign}"), "format"),
        (String::new(), "format"),
    ];
    let mut reasons = BTreeSet::new();
    for (attack, check) in attacks {
        let (name, reason) = refusal(&house, &attack, &here).await;
        assert_eq!(name, check, "{reason}");
        assert!(reasons.insert(reason.clone()), "two attacks share the reason “{reason}”");
    }
    let other = Wanted { pool: Some(PoolId::parse("eu-west-1_Elsewhere").unwrap()), ..here.clone() };
    assert_eq!(refusal(&house, &id, &other).await.0, "issuer");
    let access = Wanted { token_use: Some(TokenUse::Access), ..here.clone() };
    let (name, reason) = refusal(&house, &id, &access).await;
    assert_eq!(name, "token_use");
    assert!(reason.contains("id token where an access token"), "{reason}");
    house.clock.push(jiff::SignedDuration::from_hours(-2));
    assert_eq!(refusal(&house, &id, &here).await.0, "issued_at");
    house.clock.push(jiff::SignedDuration::from_hours(4));
    assert_eq!(refusal(&house, &id, &here).await.0, "expiry");
}

/// A sandbox with one person of known password in groups whose roles and precedences differ, synced.
struct Foreseen {
    house: House,
    pool: Arc<OpenPool>,
    username: String,
    password: String,
}

impl Foreseen {
    async fn new() -> Self {
        Self::with(None).await
    }

    /// One whose pool has a trigger of that version.
    async fn with(version: Option<&str>) -> Self {
        let house = House::new(today()).await;
        if let Some(version) = version {
            let arn = "arn:aws:lambda:eu-west-1:123456789012:function:claims";
            let trigger = json!({ "PreTokenGenerationConfig": { "LambdaVersion": version, "LambdaArn": arn } });
            let input = json!({ "UserPoolId": house.sandbox.pool_id(), "LambdaConfig": trigger });
            administer(&house, "AWSCognitoIdentityProviderService", "UpdateUserPool", input).await;
        }
        let told = person(&house, "CONFIRMED");
        let id = house.sandbox.pool_id();
        let (directory, username) = (house.sandbox.directory(), told.username.clone());
        directory.set_attributes(&id, &username, &[("email_verified", "true"), ("address", "1 Main St")]).unwrap();
        for (name, precedence) in [("zz-first", Some(0)), ("aa-last", None)] {
            directory.create_group(&id, name, precedence).unwrap();
            directory.add_to_group(&id, &username, name).unwrap();
        }
        let pool = house.synced().await;
        Self { house, pool, username, password: told.password }
    }

    async fn foretell(&self, version: Option<TriggerVersion>, response: Option<Value>) -> Foretold {
        self.pool.preview_tokens(&self.asked(version, response)).await.unwrap()
    }

    fn asked(&self, version: Option<TriggerVersion>, response: Option<Value>) -> Preview {
        Preview {
            username: Username::parse(self.username.clone()).unwrap(),
            client: ClientId::parse(self.house.sandbox.description().clients[0].id.clone()).unwrap(),
            scopes: Vec::new(),
            occasion: Occasion::Authentication,
            metadata: BTreeMap::new(),
            version,
            response,
        }
    }

    /// The claims of a real sign-in.
    async fn real(&self) -> (Map<String, Value>, Map<String, Value>) {
        let begun = start(&self.house, "USER_PASSWORD_AUTH", &self.username, Some(&self.password)).await;
        let (id, access, _) = tokens(&sign_in(&self.house, begun).await.unwrap());
        (decode(id.expose_secret()).unwrap().claims, decode(access.expose_secret()).unwrap().claims)
    }
}

/// Claims without what is new each time; times as their distance.
fn lasting(mut claims: Map<String, Value>) -> Map<String, Value> {
    let life = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    for name in VARYING.into_iter().chain(["exp", "iat", "auth_time"]) {
        if claims.remove(name).is_some() {
            claims.insert(format!("has {name}"), true.into());
        }
    }
    claims.insert("life".to_owned(), life.into());
    claims
}

#[tokio::test]
async fn a_prediction_is_what_the_pool_then_signs() {
    let scene = Foreseen::new().await;
    let foretold = scene.foretell(None, None).await;
    let (id, access) = scene.real().await;
    assert_eq!(lasting(foretold.tokens.id.unwrap()), lasting(id.clone()));
    assert_eq!(lasting(foretold.tokens.access), lasting(access));
    let groups = id["cognito:groups"].as_array().unwrap();
    assert_eq!((groups.first().unwrap(), groups.last().unwrap()), (&json!("zz-first"), &json!("aa-last")));
    let event = foretold.tokens.event;
    assert_eq!((&event["version"], &event["triggerSource"]), (&json!("1"), &json!("TokenGeneration_Authentication")));
    assert_eq!(event["request"]["groupConfiguration"]["groupsToOverride"], id["cognito:groups"]);
    assert_eq!(event["request"]["userAttributes"]["cognito:user_status"], "CONFIRMED");
}

#[rstest]
#[case::text_claims(TriggerVersion::V1, json!({ "claimsOverrideDetails": {
    "claimsToAddOrOverride": { "tenant": "blue", "sub": "another", "email": "new@example.com" },
    "claimsToSuppress": ["address", "iss"],
} }), &["sub", "iss"])]
#[case::groups_replaced(TriggerVersion::V1, json!({ "claimsOverrideDetails": {
    "groupOverrideDetails": { "groupsToOverride": ["b", "a"], "iamRolesToOverride": ["arn:x"], "preferredRole": "arn:x" },
} }), &[])]
#[case::groups_taken_away(TriggerVersion::V1, json!({ "claimsOverrideDetails": { "groupOverrideDetails": null } }), &[])]
#[case::both_tokens(TriggerVersion::V2, json!({ "claimsAndScopeOverrideDetails": {
    "idTokenGeneration": { "claimsToAddOrOverride": { "plans": ["a", "b"], "aud": "x" }, "claimsToSuppress": ["email"] },
    "accessTokenGeneration": {
        "claimsToAddOrOverride": { "level": 7, "client_id": "x", "aud": "https://api.example" },
        "claimsToSuppress": ["cognito:groups"],
        "scopesToAdd": ["orders/read", "with space"], "scopesToSuppress": ["aws.cognito.signin.user.admin"],
    },
} }), &["with space", "aud", "client_id", "aud"])]
#[case::suppressing_wins(TriggerVersion::V3, json!({ "claimsAndScopeOverrideDetails": {
    "accessTokenGeneration": { "claimsToAddOrOverride": { "x": true }, "claimsToSuppress": ["x", "username"] },
} }), &["x", "username"])]
#[case::the_member_of_another_version(TriggerVersion::V2, json!({ "claimsOverrideDetails": {
    "claimsToAddOrOverride": { "tenant": "blue" },
} }), &["claimsOverrideDetails"])]
#[tokio::test]
async fn what_a_trigger_answers_does_what_was_foretold(
    #[case] version: TriggerVersion,
    #[case] response: Value,
    #[case] ignored: &[&str],
) {
    let scene = Foreseen::with(Some(&format!("V{}_0", version.of_event()))).await;
    let foretold = scene.foretell(None, Some(response.clone())).await;
    assert_eq!(foretold.version, version, "the version is the pool's own");
    let names: Vec<&str> = foretold.tokens.ignored.iter().map(|ignored| ignored.what.as_str()).collect();
    let mut expected = ignored.to_vec();
    let mut told = names.clone();
    expected.sort_unstable();
    told.sort_unstable();
    assert_eq!(told, expected);
    let pool = scene.house.sandbox.pool_id();
    scene.house.sandbox.set_triggers(&pool, json!({ "PreTokenGeneration": response })).unwrap();
    let (id, access) = scene.real().await;
    assert_eq!(lasting(foretold.tokens.id.unwrap()), lasting(id));
    assert_eq!(lasting(foretold.tokens.access), lasting(access));
}

#[rstest]
#[case::a_number_in_v1(TriggerVersion::V1, json!({ "claimsOverrideDetails": { "claimsToAddOrOverride": { "n": 1 } } }))]
#[case::an_object_for_a_flag(TriggerVersion::V2, json!({ "claimsAndScopeOverrideDetails": {
    "idTokenGeneration": { "claimsToAddOrOverride": { "email_verified": {} } } } }))]
#[case::a_list_for_claims(TriggerVersion::V2, json!({ "claimsAndScopeOverrideDetails": {
    "accessTokenGeneration": { "claimsToAddOrOverride": [] } } }))]
#[tokio::test]
async fn an_answer_that_the_pool_refuses_is_refused_beforehand(
    #[case] version: TriggerVersion,
    #[case] response: Value,
) {
    let scene = Foreseen::with(Some(&format!("V{}_0", version.of_event()))).await;
    let refused = scene.pool.preview_tokens(&scene.asked(Some(version), Some(response.clone()))).await.unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (Code::Validation, Some("response")));
    let pool = scene.house.sandbox.pool_id();
    scene.house.sandbox.set_triggers(&pool, json!({ "PreTokenGeneration": response })).unwrap();
    let begun = start(&scene.house, "USER_PASSWORD_AUTH", &scene.username, Some(&scene.password)).await;
    let real = sign_in(&scene.house, begun).await.unwrap();
    assert!(matches!(real.stage(), console::lab::Stage::Refused { .. }), "the pool refuses it, too");
}

#[tokio::test]
async fn a_user_or_client_that_is_not_there_is_said() {
    let scene = Foreseen::new().await;
    let nobody = Preview { username: Username::parse("nobody-here").unwrap(), ..scene.asked(None, None) };
    assert_eq!(scene.pool.preview_tokens(&nobody).await.unwrap_err().code, Code::NotFound);
    let nothing = Preview { client: ClientId::parse("nosuchclient").unwrap(), ..scene.asked(None, None) };
    assert_eq!(scene.pool.preview_tokens(&nothing).await.unwrap_err().code, Code::NotFound);
    let scopes = Preview { scopes: vec!["openid".into(), "email".into(), "nope".into()], ..scene.asked(None, None) };
    let narrowed = scene.pool.preview_tokens(&scopes).await.unwrap();
    let id = narrowed.tokens.id.unwrap();
    assert!(id.contains_key("email") && !id.contains_key("name"), "the scopes narrow what is shown");
    assert_eq!(narrowed.tokens.access["version"], 2);
    assert!(narrowed.notes.iter().any(|note| note.contains("nope")));
    let without = Preview { scopes: vec!["email".into()], ..scene.asked(None, None) };
    assert!(scene.pool.preview_tokens(&without).await.unwrap().tokens.id.is_none(), "no openid, no ID token");
}

#[tokio::test]
async fn tokens_are_foretold_without_a_network_from_the_client_that_the_sync_has_kept() {
    let mut scene = Foreseen::new().await;
    let online = scene.foretell(None, None).await;
    assert!(!online.notes.iter().any(|note| note.contains("as it was read at")), "{:?}", online.notes);
    scene.house.sandbox.weather().set_offline(true);
    let offline = scene.foretell(None, None).await;
    assert_eq!(lasting(offline.tokens.id.unwrap()), lasting(online.tokens.id.clone().unwrap()));
    assert_eq!(lasting(offline.tokens.access), lasting(online.tokens.access.clone()));
    assert!(offline.notes.iter().any(|note| note.contains("as it was read at")), "{:?}", offline.notes);
    assert_eq!(scene.pool.client_names().await.unwrap().len(), scene.house.sandbox.description().clients.len());

    // From the copy alone no socket is opened, also while there is a network.
    let key = scene.pool.key().clone();
    drop(scene.pool);
    scene.house.reopen().await;
    scene.house.sandbox.weather().set_offline(false);
    scene.pool = scene.house.console.open_cached(&key).await.unwrap();
    let before = scene.house.sandbox.calls().total();
    let cached = scene.foretell(None, None).await;
    assert_eq!(lasting(cached.tokens.id.unwrap()), lasting(online.tokens.id.unwrap()));
    assert_eq!(scene.pool.client_names().await.unwrap().len(), scene.house.sandbox.description().clients.len());
    assert_eq!(scene.house.sandbox.calls().total(), before);
    let unread = Preview { client: ClientId::parse("neverheardof").unwrap(), ..scene.asked(None, None) };
    assert_eq!(scene.pool.preview_tokens(&unread).await.unwrap_err().code, Code::NotFound, "what is not kept is asked");
}

#[tokio::test]
async fn a_sync_goes_on_where_app_clients_may_not_be_read_and_keeps_those_that_it_has() {
    let house = House::new(today()).await;
    let pool = house.synced().await;
    let clients = pool.client_names().await.unwrap().len();
    let denied = || sandbox::Fault::Error { code: "AccessDeniedException".to_owned(), http_status: 400 };
    for operation in ["ListUserPoolClients", "DescribeUserPoolClient"] {
        house.sandbox.weather().plan_fault(Some(operation), sandbox::When::After(0), denied());
        assert!(pool.sync().finished().await.unwrap().complete, "{operation}");
    }
    assert_eq!(pool.client_names().await.unwrap().len(), clients, "the kept ones are named");
}

#[tokio::test]
async fn an_app_client_that_cannot_be_described_is_passed_over_and_what_was_kept_of_it_stays() {
    let house = House::new(today()).await;
    let all = house.sandbox.description().clients.len();
    let (service, id) = ("AWSCognitoIdentityProviderService", house.sandbox.pool_id());
    let broken = |nth| {
        let fault = sandbox::Fault::Error { code: "SomethingNewException".to_owned(), http_status: 400 };
        house.sandbox.weather().clear_faults();
        house.sandbox.weather().plan_fault(Some("DescribeUserPoolClient"), sandbox::When::Nth(nth), fault);
    };
    broken(1);
    let pool = house.open().await;
    let kept = async || {
        pool.sync().finished().await.unwrap();
        // Where AWS does not list them, the kept ones are named.
        house.sandbox.weather().deny("ListUserPoolClients");
        let named = pool.client_names().await.unwrap().len();
        house.sandbox.weather().allow("ListUserPoolClients");
        named
    };
    assert_eq!(kept().await, all - 1, "the others are kept");
    assert_eq!(kept().await, all);
    // Of two syncs that each pass over another one, nothing is lost.
    let newest = json!({ "UserPoolId": id, "ClientName": "newest" });
    let made = administer(&house, service, "CreateUserPoolClient", newest).await;
    broken(1);
    kept().await;
    broken(2);
    assert_eq!(kept().await, all + 1);
    // Who is not listed any more is forgotten all the same.
    let made = &made["UserPoolClient"]["ClientId"];
    administer(&house, service, "DeleteUserPoolClient", json!({ "UserPoolId": id, "ClientId": made })).await;
    broken(2);
    assert_eq!(kept().await, all);
}

#[tokio::test]
async fn an_unknown_key_is_asked_for_once_a_minute_however_often_a_token_names_it() {
    let house = House::new(today()).await;
    let person = person(&house, "CONFIRMED");
    let begun = start(&house, "USER_SRP_AUTH", &person.username, Some(&person.password)).await;
    let (id, ..) = tokens(&sign_in(&house, begun).await.unwrap());
    let parts: Vec<&str> = id.expose_secret().split('.').collect();
    let named = |kid: usize| {
        let header = json!({ "alg": "RS256", "kid": format!("unknown-{kid}") }).to_string();
        format!("{}.{}.{}", encode(header.as_bytes()), parts[1], parts[2])
    };
    let asked =
        || house.console.calls().iter().filter(|call| call.operation == "JWKS").map(|call| call.attempts).sum::<u64>();
    for kid in 0..5 {
        assert_eq!(refusal(&house, &named(kid), &Wanted::default()).await.0, "key");
    }
    assert_eq!(asked(), 1);
}

#[tokio::test]
async fn a_key_that_the_kept_ones_lack_is_not_called_missing_while_the_pool_does_not_tell_its_keys() {
    let house = House::new(today()).await;
    let person = person(&house, "CONFIRMED");
    let begun = start(&house, "USER_SRP_AUTH", &person.username, Some(&person.password)).await;
    let (id, ..) = tokens(&sign_in(&house, begun).await.unwrap());
    let id = id.expose_secret();
    let parts: Vec<&str> = id.split('.').collect();
    let header = json!({ "alg": "RS256", "kid": "rotated" }).to_string();
    let rotated = format!("{}.{}.{}", encode(header.as_bytes()), parts[1], parts[2]);
    let key = async |token: &str| {
        let verified = house.console.verify_token(&sandbox_connection(), token, &Wanted::default()).await.unwrap();
        let told = |name| verified.verdict.checks.iter().find(|check| check.name == name).unwrap().clone();
        (told("key").outcome, told("key").reason, told("signature").outcome)
    };
    assert_eq!(key(&rotated).await.0, Outcome::Fail, "the pool told its keys, and it is not among them");
    let next_minute = || house.clock.push(jiff::SignedDuration::from_secs(61));
    next_minute();
    house.sandbox.weather().set_offline(true);
    let (outcome, reason, _) = key(&rotated).await;
    assert!(outcome == Outcome::Unknown && reason.contains("cannot be read"), "{reason}");
    assert_eq!(key(id).await.2, Outcome::Pass, "the kept keys count without a network");
    // Nobody answered, so the pool is asked as soon as somebody may.
    house.sandbox.weather().set_offline(false);
    assert_eq!(key(&rotated).await.0, Outcome::Fail);
    next_minute();
    let (id, service) = (house.sandbox.pool_id(), "AWSCognitoIdentityProviderService");
    let unprotected = json!({ "UserPoolId": id, "DeletionProtection": "INACTIVE" });
    administer(&house, service, "UpdateUserPool", unprotected).await;
    administer(&house, service, "DeleteUserPool", json!({ "UserPoolId": id })).await;
    for _ in 0..2 {
        let (outcome, reason, _) = key(&rotated).await;
        assert!(outcome == Outcome::Unknown && reason.contains("does not exist"), "{reason}");
    }
}

#[tokio::test]
async fn how_far_this_clock_is_from_the_server_s_is_told_with_the_verdict() {
    let house = House::new(today()).await;
    let person = person(&house, "CONFIRMED");
    let begun = start(&house, "USER_SRP_AUTH", &person.username, Some(&person.password)).await;
    let (id, ..) = tokens(&sign_in(&house, begun).await.unwrap());
    let clock = async || {
        let verified = house.console.verify_token(&sandbox_connection(), id.expose_secret(), &Wanted::default()).await;
        let checks = verified.unwrap().verdict.checks;
        checks.into_iter().find(|check| check.name == "clock").map(|check| (check.outcome, check.reason)).unwrap()
    };
    assert_eq!(clock().await.0, Outcome::Pass);
    for (push, outcome, says) in
        [(40, Outcome::Pass, "ahead of the server's, which is within"), (260, Outcome::Unknown, "Set it right")]
    {
        house.clock.push(jiff::SignedDuration::from_secs(push));
        house.console.clients(&sandbox_connection(), &house.pool_id()).await.unwrap();
        let (told, reason) = clock().await;
        assert_eq!((told, reason.contains(says)), (outcome, true), "{reason}");
    }
}

#[tokio::test]
async fn a_pool_that_writes_its_issuer_in_the_updated_form_is_known_to() {
    let house = House::new(today()).await;
    assert_eq!(house.open().await.issuer_form().await.unwrap().unwrap().form, IssuerForm::Original);
    let input = json!({ "UserPoolId": house.sandbox.pool_id(), "IssuerConfiguration": { "Type": "UPDATED" } });
    administer(&house, "AWSCognitoIdentityProviderService", "UpdateUserPool", input).await;
    let described = house.open().await.issuer_form().await.unwrap().unwrap();
    assert_eq!(described.form, IssuerForm::Updated);
    assert!(house.clock.now().duration_since(described.at).as_secs() < 60, "{described:?}");
    let person = person(&house, "CONFIRMED");
    let begun = start(&house, "USER_SRP_AUTH", &person.username, Some(&person.password)).await;
    let (id, ..) = tokens(&sign_in(&house, begun).await.unwrap());
    let of = |form| Wanted { issuer: Some(form), ..Wanted::default() };
    assert_eq!(refusal(&house, id.expose_secret(), &of(IssuerForm::Original)).await.0, "issuer");
    let verified =
        house.console.verify_token(&sandbox_connection(), id.expose_secret(), &of(IssuerForm::Updated)).await;
    assert!(verified.unwrap().verdict.valid());
}

#[tokio::test]
async fn a_token_is_judged_by_the_servers_clock_when_this_one_is_hours_off_and_so_is_who_takes_it() {
    let house = House::new(today()).await;
    let person = person(&house, "CONFIRMED");
    let begun = start(&house, "USER_PASSWORD_AUTH", &person.username, Some(&person.password)).await;
    let (id, ..) = tokens(&sign_in(&house, begun).await.unwrap());
    let verify = async || {
        let verified = house.console.verify_token(&sandbox_connection(), id.expose_secret(), &Wanted::default()).await;
        let verified = verified.unwrap();
        let all = verified.acceptances(id.expose_secret(), &model::token::Demands::default());
        (verified.verdict.valid(), all.into_iter().next().unwrap().answer)
    };
    assert_eq!(verify().await, (true, Answer::Yes));
    // By this clock it ended hours ago, and nothing has said yet that it is the clock.
    house.clock.push(jiff::SignedDuration::from_hours(5));
    assert_eq!(verify().await, (false, Answer::No));
    house.console.clients(&sandbox_connection(), &house.pool_id()).await.unwrap();
    assert_eq!(verify().await, (true, Answer::Yes));
    // Somebody sets it right, and no call is made before the next token is judged.
    house.clock.push(jiff::SignedDuration::from_hours(-5));
    assert_eq!(verify().await, (true, Answer::Yes));
    house.clock.push(jiff::SignedDuration::from_hours(5));
    assert_eq!(verify().await, (false, Answer::No), "what was heard is that of the clock as it was set right");
}
