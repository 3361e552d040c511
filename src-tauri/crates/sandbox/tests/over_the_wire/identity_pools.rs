//! Identity pools: identities for logins, roles for identities, and credentials that open nothing.

use crate::support::{AUTHORIZATION, Live, live};
use rstest::rstest;
use serde_json::{Map, Value, json};
use std::time::Duration;

const ROLES: &str = "arn:aws:iam::123456789012:role/";

/// An account with an identity pool, and Maria signed in to the user pool behind it.
struct Scene {
    live: Live,
    pool: String,
    provider: String,
    client: String,
}

impl Scene {
    fn new(changes: Value) -> Self {
        let live = live(20);
        let client = live.sandbox.description().clients.into_iter().find(|client| client.name == "web").unwrap().id;
        let provider = format!("cognito-idp.eu-west-1.amazonaws.com/{}", live.pool);
        let mut input = json!({
            "IdentityPoolName": "people", "AllowUnauthenticatedIdentities": false,
            "CognitoIdentityProviders": [
                { "ProviderName": provider, "ClientId": client, "ServerSideTokenCheck": true },
            ],
            "SupportedLoginProviders": { "accounts.google.com": "sandbox-app", "graph.facebook.com": "1" },
        });
        if let Value::Object(changes) = changes {
            input.as_object_mut().unwrap().extend(changes);
        }
        let scene = Self { live, pool: String::new(), provider, client };
        let pool = scene.ok("CreateIdentityPool", input)["IdentityPoolId"].as_str().unwrap().to_owned();
        let scene = Self { pool, ..scene };
        scene.ok(
            "SetIdentityPoolRoles",
            json!({
                "IdentityPoolId": scene.pool,
                "Roles": { "authenticated": format!("{ROLES}in"), "unauthenticated": format!("{ROLES}guest") },
            }),
        );
        scene
    }

    fn ok(&self, operation: &str, input: Value) -> Value {
        let reply = self.live.call(operation, input);
        assert_eq!(reply.status, 200, "{operation}: {}", reply.text);
        if reply.text.is_empty() { Value::Null } else { reply.json() }
    }

    fn fails(&self, operation: &str, input: Value, code: &str) -> String {
        let reply = self.live.call(operation, input);
        assert_eq!((reply.status, reply.code().as_str()), (400, code), "{operation}: {}", reply.text);
        reply.message()
    }

    /// The tokens of someone whose password is known.
    fn tokens(&self, username: &str, password: &str) -> Value {
        let ask = json!({
            "ClientId": self.client, "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": username, "PASSWORD": password },
        });
        self.ok("InitiateAuth", ask)["AuthenticationResult"].clone()
    }

    fn logins(&self) -> Value {
        json!({ self.provider.clone(): self.tokens("maria.keller", "Sandbox-1-keller")["IdToken"] })
    }

    fn id(&self, logins: &Value) -> String {
        let answer = self.ok("GetId", json!({ "IdentityPoolId": self.pool, "Logins": logins }));
        answer["IdentityId"].as_str().unwrap().to_owned()
    }

    fn role(&self, logins: &Value) -> String {
        let id = self.id(logins);
        let answer = self.ok("GetCredentialsForIdentity", json!({ "IdentityId": id, "Logins": logins }));
        self.caller(answer["Credentials"]["AccessKeyId"].as_str().unwrap())
    }

    /// `Arn` of whoever signs with this key.
    fn caller(&self, access_key_id: &str) -> String {
        let authorization = AUTHORIZATION.replace("AKIDSANDBOX", access_key_id);
        let form = "Action=GetCallerIdentity&Version=2011-06-15";
        let reply = self.live.send(&[("authorization", &authorization)], form).unwrap();
        reply.text.split_once("<Arn>").unwrap().1.split_once("</Arn>").unwrap().0.to_owned()
    }
}

#[test]
fn a_person_keeps_one_identity_and_gets_credentials_for_an_hour() {
    let scene = Scene::new(json!({}));
    let logins = scene.logins();
    let id = scene.id(&logins);
    assert!(id.starts_with("eu-west-1:"));
    assert_eq!(scene.id(&scene.logins()), id);
    let answer = scene.ok("GetCredentialsForIdentity", json!({ "IdentityId": id, "Logins": logins }));
    let credentials = &answer["Credentials"];
    let key = credentials["AccessKeyId"].as_str().unwrap();
    assert!(key.starts_with("ASIASANDBOX") && key.len() == 20, "{key}");
    assert!(credentials["SecretKey"].is_string() && credentials.get("SecretAccessKey").is_none());
    let left = credentials["Expiration"].as_f64().unwrap() - scene.live.sandbox.weather().now().as_second() as f64;
    assert!((3590.0..=3601.0).contains(&left), "{left}");
    let arn = scene.caller(key);
    assert_eq!(arn, "arn:aws:sts::123456789012:assumed-role/in/CognitoIdentityCredentials");
    let shown = scene.ok("DescribeIdentity", json!({ "IdentityId": id }));
    assert_eq!(shown["Logins"], json!([scene.provider]));
}

#[test]
fn guests_are_let_in_only_where_the_pool_allows_it() {
    let closed = Scene::new(json!({}));
    let message = closed.fails("GetId", json!({ "IdentityPoolId": closed.pool }), "NotAuthorizedException");
    assert_eq!(message, "Unauthenticated access is not supported for this identity pool.");
    let open = Scene::new(json!({ "AllowUnauthenticatedIdentities": true }));
    let guest = open.id(&json!({}));
    assert_ne!(open.id(&json!({})), guest, "every guest is another one");
    let answer = open.ok("GetCredentialsForIdentity", json!({ "IdentityId": guest }));
    assert!(open.caller(answer["Credentials"]["AccessKeyId"].as_str().unwrap()).contains(":assumed-role/guest/"));
    let logins = open.logins();
    open.ok("GetCredentialsForIdentity", json!({ "IdentityId": guest, "Logins": logins }));
    assert_eq!(open.id(&logins), guest, "who signs in keeps the identity of the guest");
    let message = open.fails("GetCredentialsForIdentity", json!({ "IdentityId": guest }), "NotAuthorizedException");
    assert_eq!(message, format!("Access to Identity '{guest}' is forbidden."));
}

#[test]
fn a_token_must_be_of_the_pool_of_an_app_client_of_it_and_still_good() {
    let scene = Scene::new(json!({}));
    let tokens = scene.tokens("maria.keller", "Sandbox-1-keller");
    let refused = |provider: &str, token: &Value| {
        let ask = json!({ "IdentityPoolId": scene.pool, "Logins": { provider: token } });
        scene.fails("GetId", ask, "NotAuthorizedException")
    };
    assert!(refused(&scene.provider, &tokens["AccessToken"]).contains("Couldn't verify"));
    assert!(refused(&scene.provider, &json!("nonsense")).contains("Couldn't verify"));
    assert!(
        refused("cognito-idp.eu-west-1.amazonaws.com/eu-west-1_other", &tokens["IdToken"])
            .contains("supported provider")
    );
    assert!(refused("www.amazon.com", &json!("x")).contains("supported provider"));
    scene.live.sandbox.weather().advance(Duration::from_secs(3601));
    assert!(refused(&scene.provider, &tokens["IdToken"]).contains("expired"));
    let tokens = scene.tokens("maria.keller", "Sandbox-1-keller");
    scene.ok("GlobalSignOut", json!({ "AccessToken": tokens["AccessToken"] }));
    assert!(refused(&scene.provider, &tokens["IdToken"]).contains("revoked"), "the pool checks with the user pool");
    let ask = json!({ "IdentityPoolId": "eu-west-1:00000000-0000-4000-8000-000000000000" });
    scene.fails("GetId", ask, "ResourceNotFoundException");
    scene.fails("GetId", json!({ "IdentityPoolId": "<b>" }), "ValidationException");
}

fn mapping(scene: &Scene, mapping: Value) {
    let key = format!("{}:{}", scene.provider, scene.client);
    let mut input = json!({ "IdentityPoolId": scene.pool, "Roles": { "authenticated": format!("{ROLES}in") } });
    input["RoleMappings"] = Map::from_iter([(key, mapping)]).into();
    scene.ok("SetIdentityPoolRoles", input);
}

fn rule(claim: &str, match_type: &str, value: &str, role: &str) -> Value {
    json!({ "Claim": claim, "MatchType": match_type, "Value": value, "RoleARN": format!("{ROLES}{role}") })
}

#[rstest]
#[case::equals(vec![rule("cognito:username", "Equals", "maria.keller", "a")], Some("a"))]
#[case::order(vec![rule("cognito:username", "StartsWith", "maria", "a"), rule("cognito:username", "Equals", "maria.keller", "b")], Some("a"))]
#[case::contains(vec![rule("cognito:username", "Contains", "kell", "c")], Some("c"))]
#[case::not_equal(vec![rule("cognito:username", "NotEqual", "jose", "d")], Some("d"))]
#[case::not_equal_of_nothing(vec![rule("custom:nothing", "NotEqual", "x", "d")], None)]
#[case::nothing_fits(vec![rule("cognito:username", "Equals", "jose", "e")], None)]
fn rules_choose_the_role_in_order(#[case] rules: Vec<Value>, #[case] role: Option<&str>) {
    let scene = Scene::new(json!({}));
    for ambiguous in ["AuthenticatedRole", "Deny"] {
        mapping(
            &scene,
            json!({
                "Type": "Rules", "AmbiguousRoleResolution": ambiguous, "RulesConfiguration": { "Rules": rules },
            }),
        );
        let logins = scene.logins();
        match (role, ambiguous) {
            (Some(role), _) => assert!(scene.role(&logins).contains(&format!(":assumed-role/{role}/"))),
            (None, "AuthenticatedRole") => assert!(scene.role(&logins).contains(":assumed-role/in/")),
            (None, _) => {
                let ask = json!({ "IdentityId": scene.id(&logins), "Logins": logins });
                scene.fails("GetCredentialsForIdentity", ask, "NotAuthorizedException");
            }
        }
    }
}

#[test]
fn the_token_chooses_the_role_by_its_groups() {
    let scene = Scene::new(json!({}));
    mapping(&scene, json!({ "Type": "Token", "AmbiguousRoleResolution": "Deny" }));
    let group = |name: &str, precedence: u32| {
        let input = json!({ "GroupName": name, "RoleArn": format!("{ROLES}{name}"), "Precedence": precedence });
        scene.live.ok("CreateGroup", input);
        scene.live.ok("AdminAddUserToGroup", json!({ "Username": "maria.keller", "GroupName": name }));
    };
    let groups = scene.live.ok("AdminListGroupsForUser", json!({ "Username": "maria.keller" }));
    for name in groups["Groups"].as_array().unwrap() {
        scene
            .live
            .ok("AdminRemoveUserFromGroup", json!({ "Username": "maria.keller", "GroupName": name["GroupName"] }));
    }
    let denied = json!({ "IdentityId": scene.id(&scene.logins()), "Logins": scene.logins() });
    scene.fails("GetCredentialsForIdentity", denied, "NotAuthorizedException");
    group("first", 1);
    assert!(scene.role(&scene.logins()).contains(":assumed-role/first/"));
    group("second", 0);
    assert!(scene.role(&scene.logins()).contains(":assumed-role/second/"), "the least precedence is the best");
    group("third", 0);
    let logins = scene.logins();
    let ask = |role: Option<&str>| {
        let mut ask = json!({ "IdentityId": scene.id(&logins), "Logins": logins });
        if let Some(role) = role {
            ask["CustomRoleArn"] = json!(format!("{ROLES}{role}"));
        }
        ask
    };
    scene.fails("GetCredentialsForIdentity", ask(None), "NotAuthorizedException");
    let answer = scene.ok("GetCredentialsForIdentity", ask(Some("third")));
    assert!(scene.caller(answer["Credentials"]["AccessKeyId"].as_str().unwrap()).contains(":assumed-role/third/"));
    scene.fails("GetCredentialsForIdentity", ask(Some("other")), "NotAuthorizedException");
}

#[test]
fn several_logins_become_one_identity_and_the_loser_is_disabled() {
    let scene = Scene::new(json!({}));
    let (google, maria) = (json!({ "accounts.google.com": "token-of-maria" }), scene.logins());
    let (first, second) = (scene.id(&google), scene.id(&maria));
    assert_ne!(first, second);
    let mut both = maria.clone();
    both["accounts.google.com"] = json!("token-of-maria");
    let one = scene.id(&both);
    assert!([&first, &second].contains(&&one));
    assert_eq!((scene.id(&google), scene.id(&maria)), (one.clone(), one.clone()));
    let loser = if one == first { second } else { first };
    let list = |hide: bool| {
        let input = json!({ "IdentityPoolId": scene.pool, "MaxResults": 60, "HideDisabled": hide });
        scene.ok("ListIdentities", input)["Identities"].as_array().unwrap().len()
    };
    assert_eq!((list(false), list(true)), (2, 1));
    scene.fails(
        "GetCredentialsForIdentity",
        json!({ "IdentityId": loser, "Logins": google }),
        "NotAuthorizedException",
    );
    let mut other = scene.logins();
    other["accounts.google.com"] = json!("token-of-jose");
    scene.fails("GetId", json!({ "IdentityPoolId": scene.pool, "Logins": other }), "ResourceConflictException");
    let unlink = json!({ "IdentityId": one, "Logins": maria, "LoginsToRemove": ["accounts.google.com"] });
    scene.ok("UnlinkIdentity", unlink);
    assert_ne!(scene.id(&google), one, "an unlinked login is somebody new");
}

#[test]
fn the_basic_flow_needs_its_switch_and_ends_at_sts() {
    let scene = Scene::new(json!({}));
    let logins = scene.logins();
    let ask = json!({ "IdentityId": scene.id(&logins), "Logins": logins });
    let message = scene.fails("GetOpenIdToken", ask, "InvalidParameterException");
    assert_eq!(message, "Basic (classic) flow is not enabled, please use enhanced flow.");
    let scene = Scene::new(json!({ "AllowClassicFlow": true }));
    let logins = scene.logins();
    let ask = json!({ "IdentityId": scene.id(&logins), "Logins": logins });
    let token = scene.ok("GetOpenIdToken", ask.clone())["Token"].as_str().unwrap().to_owned();
    let assume = |role: &str, token: &str| {
        let form = [
            ("Action", "AssumeRoleWithWebIdentity"),
            ("Version", "2011-06-15"),
            ("RoleArn", role),
            ("RoleSessionName", "web"),
            ("WebIdentityToken", token),
        ];
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        scene.live.send(&[("content-type", "application/x-www-form-urlencoded")], &form).unwrap()
    };
    let answer = assume(&format!("{ROLES}in"), &token);
    assert_eq!(answer.status, 200, "{}", answer.text);
    let key = answer.text.split_once("<AccessKeyId>").unwrap().1.split_once("</").unwrap().0.to_owned();
    assert_eq!(scene.caller(&key), "arn:aws:sts::123456789012:assumed-role/in/web");
    let denied = assume(&format!("{ROLES}guest"), &token);
    assert!(denied.status == 403 && denied.text.contains("<Code>AccessDenied</Code>"), "{}", denied.text);
    assert!(assume(&format!("{ROLES}in"), "x.y.z").text.contains("<Code>InvalidIdentityToken</Code>"));
    scene.live.sandbox.weather().advance(Duration::from_secs(601));
    assert!(assume(&format!("{ROLES}in"), &token).text.contains("<Code>ExpiredTokenException</Code>"));
    mapping(&scene, json!({ "Type": "Token", "AmbiguousRoleResolution": "Deny" }));
    let message = scene.fails("GetOpenIdToken", ask, "InvalidParameterException");
    assert_eq!(message, "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.");
}

#[test]
fn the_developers_own_people_have_identities_that_can_be_looked_up_and_merged() {
    let scene = Scene::new(json!({ "DeveloperProviderName": "login.my" }));
    let register = |name: &str| {
        let input = json!({ "IdentityPoolId": scene.pool, "Logins": { "login.my": name } });
        scene.ok("GetOpenIdTokenForDeveloperIdentity", input)
    };
    let (anna, ben) = (register("anna"), register("ben"));
    assert_eq!(register("anna")["IdentityId"], anna["IdentityId"]);
    let by_token = json!({
        "IdentityId": anna["IdentityId"], "Logins": { "cognito-identity.amazonaws.com": anna["Token"] },
    });
    let answer = scene.ok("GetCredentialsForIdentity", by_token);
    assert!(scene.caller(answer["Credentials"]["AccessKeyId"].as_str().unwrap()).contains(":assumed-role/in/"));
    let stolen = json!({
        "IdentityId": ben["IdentityId"], "Logins": { "cognito-identity.amazonaws.com": anna["Token"] },
    });
    scene.fails("GetCredentialsForIdentity", stolen, "NotAuthorizedException");
    let taken = json!({
        "IdentityPoolId": scene.pool, "IdentityId": ben["IdentityId"], "Logins": { "login.my": "anna" },
    });
    scene.fails("GetOpenIdTokenForDeveloperIdentity", taken, "DeveloperUserAlreadyRegisteredException");
    let none = json!({ "IdentityPoolId": scene.pool, "Logins": { "accounts.google.com": "x" } });
    scene.fails("GetOpenIdTokenForDeveloperIdentity", none, "InvalidParameterException");
    let lookup = |input: Value| {
        let mut input = input;
        input["IdentityPoolId"] = json!(scene.pool);
        scene.live.call("LookupDeveloperIdentity", input)
    };
    assert_eq!(lookup(json!({ "DeveloperUserIdentifier": "ben" })).json()["IdentityId"], ben["IdentityId"]);
    let wrong = lookup(json!({ "DeveloperUserIdentifier": "ben", "IdentityId": anna["IdentityId"] }));
    assert_eq!(wrong.code(), "ResourceConflictException");
    assert_eq!(lookup(json!({})).code(), "InvalidParameterException");
    let merged = scene.ok(
        "MergeDeveloperIdentities",
        json!({
            "IdentityPoolId": scene.pool, "DeveloperProviderName": "login.my", "SourceUserIdentifier": "ben",
            "DestinationUserIdentifier": "anna",
        }),
    );
    assert_eq!(merged["IdentityId"], anna["IdentityId"]);
    let found = lookup(json!({ "IdentityId": anna["IdentityId"] })).json();
    assert_eq!(found["DeveloperUserIdentifierList"], json!(["anna", "ben"]));
    let unlink = json!({
        "IdentityPoolId": scene.pool, "DeveloperProviderName": "login.my", "IdentityId": anna["IdentityId"],
        "DeveloperUserIdentifier": "ben",
    });
    scene.ok("UnlinkDeveloperIdentity", unlink);
    assert_eq!(lookup(json!({ "DeveloperUserIdentifier": "ben" })).code(), "ResourceNotFoundException");
}

#[test]
fn identities_are_listed_in_pages_and_deleted() {
    let scene = Scene::new(json!({ "AllowUnauthenticatedIdentities": true }));
    let mut made: Vec<String> = (0..7).map(|_| scene.id(&json!({}))).collect();
    made.sort_unstable();
    let mut found = Vec::new();
    let mut input = json!({ "IdentityPoolId": scene.pool, "MaxResults": 3 });
    loop {
        let page = scene.ok("ListIdentities", input.clone());
        found.extend(
            page["Identities"].as_array().unwrap().iter().map(|i| i["IdentityId"].as_str().unwrap().to_owned()),
        );
        match page.get("NextToken") {
            Some(token) => input["NextToken"] = token.clone(),
            None => break,
        }
    }
    assert_eq!(found, made);
    scene.fails("ListIdentities", json!({ "IdentityPoolId": scene.pool }), "ValidationException");
    let elsewhere = "us-east-1:00000000-0000-4000-8000-000000000000";
    let gone = scene.ok("DeleteIdentities", json!({ "IdentityIdsToDelete": [made[0], elsewhere] }));
    assert_eq!(gone["UnprocessedIdentityIds"], json!([{ "IdentityId": elsewhere, "ErrorCode": "AccessDenied" }]));
    scene.fails("DescribeIdentity", json!({ "IdentityId": made[0] }), "ResourceNotFoundException");
    scene.ok("DeleteIdentityPool", json!({ "IdentityPoolId": scene.pool }));
    scene.fails("DescribeIdentity", json!({ "IdentityId": made[1] }), "ResourceNotFoundException");
    scene.fails("DescribeIdentityPool", json!({ "IdentityPoolId": scene.pool }), "ResourceNotFoundException");
}

#[test]
fn an_update_resets_what_it_leaves_out_and_tags_have_operations_of_their_own() {
    let scene = Scene::new(json!({ "AllowClassicFlow": true, "DeveloperProviderName": "login.my" }));
    let target = "AWSCognitoIdentityService";
    let tagged = |operation: &str, mut input: Value| {
        input["ResourceArn"] =
            json!(format!("arn:aws:cognito-identity:eu-west-1:123456789012:identitypool/{}", scene.pool));
        let target = format!("{target}.{operation}");
        let headers = [("x-amz-target", target.as_str()), ("authorization", AUTHORIZATION)];
        scene.live.send(&headers, &input.to_string()).unwrap()
    };
    assert_eq!(tagged("TagResource", json!({ "Tags": { "stage": "test", "team": "a" } })).status, 200);
    assert_eq!(tagged("UntagResource", json!({ "TagKeys": ["team"] })).status, 200);
    assert_eq!(tagged("ListTagsForResource", json!({})).json()["Tags"], json!({ "stage": "test" }));
    let update = json!({
        "IdentityPoolId": scene.pool, "IdentityPoolName": "renamed", "AllowUnauthenticatedIdentities": true,
    });
    let updated = scene.ok("UpdateIdentityPool", update.clone());
    assert_eq!((&updated["IdentityPoolName"], &updated["AllowClassicFlow"]), (&json!("renamed"), &json!(false)));
    assert_eq!(
        (updated.get("CognitoIdentityProviders"), &updated["IdentityPoolTags"]),
        (None, &json!({ "stage": "test" }))
    );
    assert_eq!(scene.ok("DescribeIdentityPool", json!({ "IdentityPoolId": scene.pool })), updated);
    let mut other = update;
    other["DeveloperProviderName"] = json!("login.other");
    scene.fails("UpdateIdentityPool", other, "InvalidParameterException");
    scene.fails("CreateIdentityPool", json!({ "IdentityPoolName": "x" }), "ValidationException");
}

#[test]
fn roles_and_tag_maps_are_kept_as_they_were_set_and_checked() {
    let scene = Scene::new(json!({}));
    let provider = scene.provider.clone();
    let set = |mapping: Value| json!({ "IdentityPoolId": scene.pool, "Roles": {}, "RoleMappings": { provider.clone(): mapping } });
    for wrong in [
        json!({ "Type": "Token" }),
        json!({ "Type": "Rules", "AmbiguousRoleResolution": "Deny" }),
        json!({ "Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": { "Rules": vec![rule("a", "Equals", "b", "c"); 26] } }),
    ] {
        scene.fails("SetIdentityPoolRoles", set(wrong), "InvalidParameterException");
    }
    let guess = set(json!({ "Type": "Guess", "AmbiguousRoleResolution": "Deny" }));
    scene.fails("SetIdentityPoolRoles", guess, "ValidationException");
    scene.ok("SetIdentityPoolRoles", set(json!({ "Type": "Token", "AmbiguousRoleResolution": "Deny" })));
    let roles = scene.ok("GetIdentityPoolRoles", json!({ "IdentityPoolId": scene.pool }));
    assert_eq!(roles["Roles"], json!({}), "what is left out is gone");
    assert_eq!(roles["RoleMappings"][&scene.provider]["Type"], "Token");
    let of = json!({ "IdentityPoolId": scene.pool, "IdentityProviderName": scene.provider });
    let mut set = of.clone();
    set["UseDefaults"] = json!(true);
    scene.ok("SetPrincipalTagAttributeMap", set);
    let map = scene.ok("GetPrincipalTagAttributeMap", of);
    assert_eq!(
        (&map["UseDefaults"], &map["PrincipalTags"]),
        (&json!(true), &json!({ "client": "aud", "username": "sub" }))
    );
}

#[test]
fn list_identities_has_a_rate_of_its_own() {
    let scene = Scene::new(json!({}));
    scene.live.sandbox.weather().set_quota(sandbox::Quota::Default);
    let input = json!({ "IdentityPoolId": scene.pool, "MaxResults": 1 });
    let codes: Vec<u16> = (0..8).map(|_| scene.live.call("ListIdentities", input.clone()).status).collect();
    assert!(codes[..5].iter().all(|status| *status == 200) && codes.contains(&400), "{codes:?}");
}
