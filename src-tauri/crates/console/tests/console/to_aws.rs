//! From a token to AWS credentials, against the sandbox's identity pools and its STS.

use console::Code;
use console::lab::{Outcome, Shown};
use console::to_aws::{Ask, Bearer, Exchange, Way, environment, profile};
use model::IdentityPoolId;
use model::connection::Environment;
use rstest::rstest;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::house::{House, sandbox_connection};
use crate::lab::{person, sign_in, start, today, tokens};

const ROLES: &str = "arn:aws:iam::123456789012:role/";

/// Changes an identity pool as an administrator would, over the sandbox's port.
pub(crate) async fn administer(house: &House, service: &str, operation: &str, input: Value) -> Value {
    let server = house.sandbox.serve(0).await.unwrap();
    let (endpoint, target) = (server.endpoint(), format!("{service}.{operation}"));
    let signature = "AWS4-HMAC-SHA256 Credential=A/1/eu-west-1/cognito-identity/aws4_request";
    let answer = tokio::task::spawn_blocking(move || {
        let request = ureq::post(endpoint).header("x-amz-target", target).header("authorization", signature);
        let text = request.send_json(input).unwrap().body_mut().read_to_string().unwrap();
        serde_json::from_str(&text).unwrap_or_default()
    });
    let answer = answer.await.unwrap();
    server.shutdown().await;
    answer
}

struct Scene {
    house: House,
    pool: IdentityPoolId,
    provider: String,
    client: String,
    id: SecretString,
    access: SecretString,
}

impl Scene {
    async fn new() -> Self {
        let house = House::new(today()).await;
        let person = person(&house, "CONFIRMED");
        let begun = start(&house, "USER_SRP_AUTH", &person.username, Some(&person.password)).await;
        let (id, access, _) = tokens(&sign_in(&house, begun).await.unwrap());
        let told = house.sandbox.description();
        Self {
            pool: IdentityPoolId::parse(told.identity_pool_id).unwrap(),
            provider: format!("cognito-idp.eu-west-1.amazonaws.com/{}", house.pool_id()),
            client: told.clients[0].id.clone(),
            house,
            id,
            access,
        }
    }

    async fn set(&self, operation: &str, changes: Value) {
        let mut input = json!({ "IdentityPoolId": self.pool.as_str() });
        input.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        administer(&self.house, "AWSCognitoIdentityService", operation, input).await;
    }

    async fn update(&self, guests: bool, basic: bool) {
        let providers =
            json!([{ "ProviderName": self.provider, "ClientId": self.client, "ServerSideTokenCheck": true }]);
        let changes = json!({
            "IdentityPoolName": "people", "AllowUnauthenticatedIdentities": guests, "AllowClassicFlow": basic,
            "CognitoIdentityProviders": providers,
        });
        self.set("UpdateIdentityPool", changes).await;
    }

    async fn roles(&self, mapping: Option<Value>) {
        let roles = json!({ "authenticated": format!("{ROLES}in"), "unauthenticated": format!("{ROLES}guest") });
        let mut changes = json!({ "Roles": roles });
        if let Some(mapping) = mapping {
            changes["RoleMappings"] = json!({ format!("{}:{}", self.provider, self.client): mapping });
        }
        self.set("SetIdentityPoolRoles", changes).await;
    }

    async fn exchange(&self, bearer: Bearer, way: Way, role: Option<&str>) -> Exchange {
        let ask = Ask { identity_pool: self.pool.clone(), bearer, way, role: role.map(str::to_owned) };
        self.house.console.exchange(&sandbox_connection(), ask).await.unwrap()
    }

    async fn signed_in(&self, way: Way) -> Exchange {
        self.exchange(Bearer::IdToken(self.id.clone()), way, None).await
    }
}

/// The role that AWS says the credentials have.
fn assumed(exchange: &Exchange) -> String {
    let arn = &exchange.identity.as_ref().unwrap().arn;
    arn.split('/').nth(1).unwrap().to_owned()
}

fn operations(exchange: &Exchange) -> Vec<&str> {
    exchange.steps.iter().map(|step| step.operation).collect()
}

#[tokio::test]
async fn the_enhanced_flow_gives_the_role_that_was_foretold() {
    let scene = Scene::new().await;
    let pools = scene.house.console.identity_pools(&sandbox_connection()).await.unwrap();
    assert_eq!(pools, [(scene.pool.clone(), "customers-identities".to_owned())]);
    let exchange = scene.signed_in(Way::Enhanced).await;
    assert_eq!(operations(&exchange), ["GetId", "GetCredentialsForIdentity", "GetCallerIdentity"]);
    assert!(exchange.identity_id.as_ref().unwrap().starts_with("eu-west-1:"));
    let role = exchange.choice.role.clone().unwrap();
    assert_eq!(role.rsplit('/').next().unwrap(), assumed(&exchange));
    assert!(exchange.trust[0].contains(scene.pool.as_str()));
    assert_eq!(exchange.trust_policy["Statement"][0]["Action"], json!(["sts:AssumeRoleWithWebIdentity"]));
    let credentials = exchange.credentials.as_ref().unwrap();
    let shell = environment(credentials, "eu-west-1");
    assert!(shell.expose_secret().contains(&format!("export AWS_ACCESS_KEY_ID={}\n", credentials.access_key_id)));
    let written = profile(credentials, "somebody", "eu-west-1");
    assert!(written.expose_secret().starts_with("[somebody]\naws_access_key_id = ASIA"));
}

#[tokio::test]
async fn a_recording_of_an_exchange_shows_no_secret() {
    let scene = Scene::new().await;
    scene.update(false, true).await;
    scene.roles(None).await;
    for way in [Way::Enhanced, Way::Basic] {
        let exchange = scene.signed_in(way).await;
        let credentials = exchange.credentials.clone().unwrap();
        let told = format!("{exchange:?} {:?}", exchange.steps);
        for secret in [&scene.id, &credentials.secret_key, &credentials.session_token] {
            assert!(!told.contains(secret.expose_secret()), "{way:?}");
        }
        assert!(!told.contains(&credentials.access_key_id));
        assert!(exchange.steps.iter().any(|step| step.answer.values().any(|value| matches!(value, Shown::Hidden(_)))));
    }
}

#[tokio::test]
async fn the_basic_flow_asks_sts_and_only_where_it_is_allowed() {
    let scene = Scene::new().await;
    scene.roles(None).await;
    let closed = scene.signed_in(Way::Basic).await;
    let (code, why) = closed.refusal.clone().unwrap();
    assert_eq!(code, "InvalidParameterException");
    assert!(why.contains("classic"), "{why}");
    assert!(closed.credentials.is_none());
    scene.update(false, true).await;
    let open = scene.signed_in(Way::Basic).await;
    let calls = ["GetId", "GetOpenIdToken", "AssumeRoleWithWebIdentity", "GetCallerIdentity"];
    assert_eq!(operations(&open), calls);
    assert_eq!(assumed(&open), "in");
    let other = scene.exchange(Bearer::IdToken(scene.id.clone()), Way::Basic, Some(&format!("{ROLES}other"))).await;
    let (code, why) = other.refusal.clone().unwrap();
    assert_eq!(code, "AccessDenied");
    assert!(why.contains("trust policy"), "{why}");
}

#[tokio::test]
async fn guests_get_the_role_of_guests_where_they_are_let_in() {
    let scene = Scene::new().await;
    scene.roles(None).await;
    let closed = scene.exchange(Bearer::Guest, Way::Enhanced, None).await;
    assert_eq!(closed.choice.role, None);
    assert!(closed.refusal.unwrap().1.contains("no guests"));
    scene.update(true, false).await;
    let open = scene.exchange(Bearer::Guest, Way::Enhanced, None).await;
    assert_eq!((assumed(&open).as_str(), open.guest), ("guest", true));
    assert_eq!(open.trust_policy["Statement"][0]["Condition"]["ForAnyValue:StringLike"], {
        json!({ "cognito-identity.amazonaws.com:amr": "unauthenticated" })
    });
}

#[rstest]
#[case::first_rule_that_fits("email", "Contains", "@", true, Some("ruled"))]
#[case::nothing_fits_and_falls_back("email", "Equals", "nobody", true, Some("in"))]
#[case::nothing_fits_and_denies("email", "Equals", "nobody", false, None)]
#[case::an_absent_claim_is_not_different("custom:nothing", "NotEqual", "x", false, None)]
#[tokio::test]
async fn rules_decide_as_foretold(
    #[case] claim: &str,
    #[case] match_type: &str,
    #[case] value: &str,
    #[case] falls_back: bool,
    #[case] role: Option<&str>,
) {
    let scene = Scene::new().await;
    let rule = json!({ "Claim": claim, "MatchType": match_type, "Value": value, "RoleARN": format!("{ROLES}ruled") });
    let mapping = json!({
        "Type": "Rules", "RulesConfiguration": { "Rules": [rule] },
        "AmbiguousRoleResolution": if falls_back { "AuthenticatedRole" } else { "Deny" },
    });
    scene.roles(Some(mapping)).await;
    let exchange = scene.signed_in(Way::Enhanced).await;
    assert_eq!(exchange.choice.role.as_deref().and_then(|role| role.rsplit('/').next()), role, "{:?}", exchange.choice);
    match role {
        Some(role) => assert_eq!(assumed(&exchange), role),
        None => assert_eq!(exchange.refusal.unwrap().0, "NotAuthorizedException"),
    }
}

#[tokio::test]
async fn the_token_decides_where_the_mapping_says_so_and_another_role_may_be_asked_for_only_if_it_lists_it() {
    let scene = Scene::new().await;
    scene.roles(Some(json!({ "Type": "Token", "AmbiguousRoleResolution": "AuthenticatedRole" }))).await;
    let exchange = scene.signed_in(Way::Enhanced).await;
    assert_eq!(exchange.choice.role.as_ref().unwrap().rsplit('/').next().unwrap(), assumed(&exchange));
    let foreign = format!("{ROLES}foreign");
    let refused = scene.exchange(Bearer::IdToken(scene.id.clone()), Way::Enhanced, Some(&foreign)).await;
    assert_eq!(refused.choice.role, None);
    assert!(refused.refusal.is_some() && refused.credentials.is_none());
}

#[tokio::test]
async fn claims_become_session_tags_and_the_trust_policy_must_allow_it() {
    let scene = Scene::new().await;
    let tags = json!({
        "IdentityProviderName": scene.provider, "UseDefaults": false,
        "PrincipalTags": { "who": "cognito:username", "none": "custom:nothing" },
    });
    scene.set("SetPrincipalTagAttributeMap", tags).await;
    let exchange = scene.signed_in(Way::Enhanced).await;
    let tags = exchange.tags.clone().unwrap();
    assert_eq!(tags.into_iter().collect::<Vec<_>>(), [("who".to_owned(), person(&scene.house, "CONFIRMED").username)]);
    assert!(exchange.trust.iter().any(|sentence| sentence.contains("sts:TagSession")));
}

#[tokio::test]
async fn what_is_no_id_token_of_the_pool_is_refused_with_the_reason() {
    let scene = Scene::new().await;
    let access = scene.exchange(Bearer::IdToken(scene.access.clone()), Way::Enhanced, None).await;
    assert!(access.refusal.unwrap().1.contains("access token"));
    assert!(matches!(&access.steps[0].outcome, Outcome::Refused { code, .. } if code == "NotAuthorizedException"));
    let nonsense = Ask {
        identity_pool: scene.pool.clone(),
        bearer: Bearer::IdToken("no.token.here".to_owned().into()),
        way: Way::Enhanced,
        role: None,
    };
    let error = scene.house.console.exchange(&sandbox_connection(), nonsense.clone()).await.unwrap_err();
    assert_eq!((error.code, error.field.as_deref()), (Code::Validation, Some("token")));
    let gone = IdentityPoolId::parse("eu-west-1:00000000-0000-0000-0000-000000000000").unwrap();
    let ask = Ask { identity_pool: gone, bearer: Bearer::Guest, ..nonsense };
    assert_eq!(scene.house.console.exchange(&sandbox_connection(), ask).await.unwrap_err().code, Code::NotFound);
}

#[tokio::test]
async fn a_person_who_was_signed_out_is_refused_where_the_user_pool_is_asked() {
    let scene = Scene::new().await;
    let input =
        json!({ "UserPoolId": scene.house.pool_id().as_str(), "Username": person(&scene.house, "CONFIRMED").username });
    administer(&scene.house, "AWSCognitoIdentityProviderService", "AdminUserGlobalSignOut", input).await;
    let refused = scene.signed_in(Way::Enhanced).await;
    assert!(refused.refusal.unwrap().1.contains("ServerSideTokenCheck"));
}

#[tokio::test]
async fn production_is_read_only_and_the_sandbox_opens_no_console() {
    let scene = Scene::new().await;
    let exchange = scene.signed_in(Way::Enhanced).await;
    let credentials = exchange.credentials.unwrap();
    let refused = scene.house.console.console_url(&sandbox_connection(), &credentials).await.unwrap_err();
    assert_eq!(refused.code, Code::Precondition);
    scene.house.console.label(&sandbox_connection(), Environment::Production, None).await.unwrap();
    let ask = Ask { identity_pool: scene.pool.clone(), bearer: Bearer::Guest, way: Way::Enhanced, role: None };
    let refused = scene.house.console.exchange(&sandbox_connection(), ask).await.unwrap_err();
    assert_eq!(refused.code, Code::Precondition);
}
