//! `poolctl health` and the commands that read settings.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::{Home, Ran, Served};

/// Calls an operation of the sandbox over the plain protocol.
fn call(served: &Served, operation: &str, body: &Value) -> Value {
    let of_identity_pools = operation.contains("Identity");
    let (api, service) = match of_identity_pools && !operation.contains("IdentityProvider") {
        true => ("AWSCognitoIdentityService", "cognito-identity"),
        false => ("AWSCognitoIdentityProviderService", "cognito-idp"),
    };
    let signed = format!(
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/eu-west-1/{service}/aws4_request, \
         SignedHeaders=host, Signature=0000"
    );
    let answer = ureq::post(served.endpoint())
        .config()
        .http_status_as_error(false)
        .build()
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", format!("{api}.{operation}"))
        .header("authorization", signed)
        .send(body.to_string())
        .unwrap();
    let status = answer.status();
    let text = answer.into_body().read_to_string().unwrap();
    assert!(status.is_success(), "{operation}: {status} {text}");
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

impl Home {
    /// Runs on another pool than the sandbox's own.
    fn ask(&self, served: &Served, pool: &str, words: &[&str]) -> Ran {
        let endpoint = served.endpoint();
        let there = ["--endpoint", &endpoint, "--region", "eu-west-1", "--pool", pool, "--share", "off"];
        self.run(&[words, &there[..]].concat())
    }
}

/// The result and severity of each rule for each resource.
fn told(health: &Value) -> BTreeMap<(String, String), (String, String)> {
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let findings = health["findings"].as_array().unwrap().iter();
    findings.map(|it| ((text(it, "id"), text(it, "resource")), (text(it, "result"), text(it, "severity")))).collect()
}

fn result(health: &Value, id: &str, resource: &str) -> String {
    let (result, severity) = &told(health)[&(id.to_owned(), resource.to_owned())];
    if result == "fail" { format!("fail {severity}") } else { result.clone() }
}

/// A pool of the sandbox with settings, and its id.
fn pool(served: &Served, settings: Value) -> String {
    let mut settings = settings;
    settings["PoolName"] = json!("people");
    call(served, "CreateUserPool", &settings)["UserPool"]["Id"].as_str().unwrap().to_owned()
}

/// A client of a pool, as `CreateUserPoolClient` shows it.
fn client(served: &Served, pool: &str, settings: Value) -> Value {
    let mut settings = settings;
    settings["UserPoolId"] = json!(pool);
    settings["ClientName"] = json!("=client");
    call(served, "CreateUserPoolClient", &settings)["UserPoolClient"].clone()
}

#[test]
fn every_rule_is_told_with_evidence_and_nothing_is_billed() {
    let (served, home) = (Served::new(), Home::new());
    let health = home.run_at(&served, &["health", "--share", "off", "--json"]).json(0);
    let findings = health["findings"].as_array().unwrap();
    let ids: BTreeSet<&str> = findings.iter().map(|finding| finding["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 70);
    for finding in findings {
        for key in ["id", "resource", "severity", "result", "evidence", "source"] {
            assert!(!finding[key].as_str().unwrap().is_empty(), "{key} of {finding}");
        }
        assert!(["pass", "fail", "unknown", "n/a"].contains(&finding["result"].as_str().unwrap()));
        assert!(["critical", "high", "medium", "low", "info"].contains(&finding["severity"].as_str().unwrap()));
    }
    let clients: BTreeSet<String> = served.sandbox.description().clients.into_iter().map(|client| client.id).collect();
    let of_clients = findings.iter().filter(|finding| finding["id"] == "AC-01");
    let named: BTreeSet<String> = of_clients.map(|it| it["resource"].as_str().unwrap().to_owned()).collect();
    assert_eq!(named, clients);
    for id in ["UP-35", "AC-20"] {
        let finding = findings.iter().find(|finding| finding["id"] == id).unwrap();
        assert_eq!(finding["result"], "unknown", "{finding}");
    }
    let ledger = home.run(&["ledger", "--json"]).json(0);
    assert_eq!(ledger, json!([]), "no call that may bill");
}

#[test]
fn what_is_set_is_what_is_judged() {
    let (served, home) = (Served::new(), Home::new());
    let careless = pool(
        &served,
        json!({ "Policies": { "PasswordPolicy": { "MinimumLength": 6, "TemporaryPasswordValidityDays": 30 } },
            "MfaConfiguration": "OFF", "DcrConfiguration": { "OpenDcrEnabled": true },
            "Schema": [{ "Name": "role", "AttributeDataType": "String", "Mutable": true }] }),
    );
    let id = client(
        &served,
        &careless,
        json!({ "WriteAttributes": ["custom:role", "email"], "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
            "RefreshTokenValidity": 400, "CallbackURLs": ["https://app.example/", "http://localhost:3000/"],
            "AllowedOAuthFlows": ["implicit"], "AllowedOAuthScopes": ["openid", "aws.cognito.signin.user.admin"],
            "AllowedOAuthFlowsUserPoolClient": true }),
    );
    let id = id["ClientId"].as_str().unwrap();
    let health = home.ask(&served, &careless, &["health", "--json"]).json(0);
    let expected = [
        ("UP-01", &*careless, "fail high"),
        ("UP-02", &careless, "fail medium"),
        ("UP-08", &careless, "fail medium"),
        ("UP-09", &careless, "fail high"),
        ("UP-18", &careless, "fail medium"),
        ("UP-19", &careless, "fail high"),
        ("UP-30", &careless, "fail low"),
        ("UP-42", &careless, "fail low"),
        ("AC-01", id, "fail medium"),
        ("AC-02", id, "pass"),
        ("AC-03", id, "fail high"),
        ("AC-06", id, "fail medium"),
        ("AC-07", id, "fail high"),
        ("AC-11", id, "fail low"),
        ("AC-15", id, "fail medium"),
        ("AC-16", id, "fail high"),
        ("AC-17", id, "n/a"),
        ("IP-01", &careless, "n/a"),
    ];
    for (rule, resource, wanted) in expected {
        assert_eq!(result(&health, rule, resource), wanted, "{rule}");
    }
    let mended = json!({ "UserPoolId": careless, "DeletionProtection": "ACTIVE",
        "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true },
        "Policies": { "PasswordPolicy": { "MinimumLength": 14, "TemporaryPasswordValidityDays": 2 } } });
    call(&served, "UpdateUserPool", &mended);
    let health = home.ask(&served, &careless, &["health", "--json"]).json(0);
    for rule in ["UP-01", "UP-02", "UP-08", "UP-18"] {
        assert_eq!(result(&health, rule, &careless), "pass", "{rule}");
    }
}

#[test]
fn an_identity_pool_that_gives_roles_by_what_people_write_is_critical() {
    let (served, home) = (Served::new(), Home::new());
    let users =
        pool(&served, json!({ "Schema": [{ "Name": "team", "AttributeDataType": "String", "Mutable": true }] }));
    let app = client(&served, &users, json!({ "WriteAttributes": ["custom:team"] }));
    let app = app["ClientId"].as_str().unwrap();
    let provider = format!("cognito-idp.eu-west-1.amazonaws.com/{users}");
    let made = json!({ "IdentityPoolName": "people", "AllowUnauthenticatedIdentities": true, "AllowClassicFlow": true,
        "CognitoIdentityProviders": [{ "ProviderName": provider, "ClientId": app }] });
    let identity = call(&served, "CreateIdentityPool", &made);
    let identity = identity["IdentityPoolId"].as_str().unwrap();
    let role = "arn:aws:iam::111122223333:role/staff";
    let rules = json!([{ "Claim": "custom:team", "MatchType": "Contains", "Value": "ops", "RoleARN": role }]);
    let roles = json!({ "IdentityPoolId": identity, "Roles": { "authenticated": role, "unauthenticated": role },
        "RoleMappings": { format!("{provider}:{app}"): { "Type": "Rules", "AmbiguousRoleResolution": "AuthenticatedRole",
            "RulesConfiguration": { "Rules": rules } } } });
    call(&served, "SetIdentityPoolRoles", &roles);
    let health = home.ask(&served, &users, &["health", "--json"]).json(0);
    let expected = [
        ("AC-17", app, "fail critical"),
        ("AC-16", app, "fail high"),
        ("IP-01", identity, "fail high"),
        ("IP-02", identity, "fail high"),
        ("IP-03", identity, "unknown"),
        ("IP-05", identity, "fail medium"),
        ("IP-06", identity, "fail medium"),
        ("IP-07", identity, "fail medium"),
        ("IP-08", identity, "pass"),
    ];
    for (rule, resource, wanted) in expected {
        assert_eq!(result(&health, rule, resource), wanted, "{rule}");
    }
    call(&served, "DeleteUserPoolClient", &json!({ "UserPoolId": users, "ClientId": app }));
    let health = home.ask(&served, &users, &["health", "--json"]).json(0);
    assert_eq!(result(&health, "IP-08", identity), "fail high", "the client is gone");
    let listed = home.ask(&served, &users, &["identity-pools", "--json"]).json(0);
    let own = listed.as_array().unwrap().iter().find(|line| line["id"] == identity).unwrap();
    assert_eq!((&own["trusts"], &own["guests"]), (&json!(true), &json!(true)));
    assert_eq!(own["roles"]["authenticated"], role);
}

#[test]
fn only_a_severity_that_was_named_makes_it_end_with_one() {
    let (served, home) = (Served::new(), Home::new());
    let users = pool(&served, json!({ "MfaConfiguration": "OFF" }));
    let exit = |words: &[&str]| home.ask(&served, &users, &[&["health", "--quiet"], words].concat()).code;
    assert_eq!(exit(&[]), 0);
    assert_eq!(exit(&["--fail-on", "high"]), 1);
    assert_eq!(exit(&["--fail-on", "info"]), 1);
    assert_eq!(exit(&["--fail-on", "critical"]), 0);
    assert_eq!(exit(&["--fail-on", "terrible"]), 2);
}

#[test]
fn what_is_denied_or_not_known_to_a_server_is_unknown() {
    let (served, home) = (Served::new(), Home::new());
    let weather = served.sandbox.weather();
    weather.deny("GetUserPoolMfaConfig");
    weather.deny("ListIdentityPools");
    weather.deny("DescribeUserPoolClient");
    let nobody = sandbox::Fault::Error { code: "UnknownOperationException".to_owned(), http_status: 400 };
    weather.plan_fault(Some("GetLogDeliveryConfiguration"), sandbox::When::After(0), nobody);
    let health = home.run_at(&served, &["health", "--share", "off", "--json"]).json(0);
    let findings = health["findings"].as_array().unwrap();
    let of = |id: &str| findings.iter().find(|finding| finding["id"] == id).unwrap();
    for id in ["UP-09", "UP-42", "AC-01", "AC-16", "IP-01"] {
        assert_eq!(of(id)["result"], "unknown", "{}", of(id));
    }
    assert!(of("UP-09")["evidence"].as_str().unwrap().contains("cognito-idp:GetUserPoolMfaConfig"));
    assert_eq!(of("UP-18")["operation"], "DescribeUserPool", "the rest is judged as ever");
    weather.deny("DescribeUserPool");
    let health = home.run_at(&served, &["health", "--share", "off", "--json"]).json(0);
    let findings = health["findings"].as_array().unwrap();
    assert!(findings.iter().filter(|finding| finding["id"] == "UP-18").all(|finding| finding["result"] == "unknown"));
}

#[test]
fn a_pool_that_is_not_there_is_an_error() {
    let (served, home) = (Served::new(), Home::new());
    let ran = home.ask(&served, "eu-west-1_Nowhere01", &["health", "--json"]);
    assert_eq!(ran.json(1)["error"]["code"], "not_found");
}

#[test]
fn a_local_copy_tells_who_was_forgotten() {
    let served = Served::new();
    let home = Home::synced(&served);
    let health = home.run_at(&served, &["health", "--share", "off", "--json"]).json(0);
    assert_eq!(result(&health, "UP-45", &served.pool()), "fail low");
    let health = Home::new().run_at(&served, &["health", "--share", "off", "--json"]).json(0);
    assert_eq!(result(&health, "UP-45", &served.pool()), "unknown");
}

#[test]
fn sarif_and_html_say_the_same_and_are_safe_to_open() {
    let (served, home) = (Served::new(), Home::new());
    let users = pool(&served, json!({ "MfaConfiguration": "OFF" }));
    for (name, role) in [("<b>one", "one"), ("<script>two", "two")] {
        let role = format!("arn:aws:iam::111122223333:role/{role}");
        call(&served, "CreateGroup", &json!({ "UserPoolId": users, "GroupName": name, "RoleArn": role }));
    }
    let sarif = home.ask(&served, &users, &["health", "--format", "sarif"]).json(0);
    let run = &sarif["runs"][0];
    assert_eq!((&sarif["version"], &run["tool"]["driver"]["name"]), (&json!("2.1.0"), &json!("Poolkeeper")));
    assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), 70);
    let results = run["results"].as_array().unwrap();
    let mfa = results.iter().find(|result| result["ruleId"] == "UP-09").unwrap();
    assert_eq!((&mfa["kind"], &mfa["level"]), (&json!("fail"), &json!("error")));
    assert!(results.iter().all(|it| it["kind"] == "fail" || it["level"] == "none"));
    let index = usize::try_from(mfa["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(run["tool"]["driver"]["rules"][index]["id"], "UP-09");
    let html = home.ask(&served, &users, &["health", "--format", "html"]);
    assert!(html.text().starts_with("<!doctype html>"));
    assert!(
        html.out.contains("&lt;b&gt;one and &lt;script&gt;two")
            && !html.out.contains("<b>")
            && !html.out.contains("<script")
    );
    assert!(html.out.contains("UP-09") && html.out.contains("GetUserPoolMfaConfig /MfaConfiguration"));
    let csv = home.ask(&served, &users, &["health", "--format", "csv"]);
    assert!(csv.text().starts_with("result,severity,id,resource,evidence,source\n"));
    let table = home.ask(&served, &users, &["health"]);
    assert!(table.text().lines().nth(1).unwrap().starts_with("fail"), "{}", table.out);
    assert!(table.err.contains("not applicable"), "{}", table.err);
    for format in ["html", "sarif"] {
        let ran = home.ask(&served, &users, &["pools", "--format", format]);
        assert_eq!(ran.code, 2, "{}", ran.err);
    }
}

#[test]
fn settings_are_shown_whole_also_those_that_the_sdk_does_not_know() {
    let (served, home) = (Served::new(), Home::new());
    let users = pool(
        &served,
        json!({ "DcrConfiguration": { "OpenDcrEnabled": false }, "UserPoolTags": { "team": "a" },
        "LambdaConfig": { "PreSignUp": "arn:aws:lambda:eu-west-1:111122223333:function:gate" } }),
    );
    let shown = home.ask(&served, &users, &["pool", "show", "--json"]).json(0);
    let answers = shown["answers"].as_array().unwrap();
    let of = |operation: &str| answers.iter().find(|answer| answer["operation"] == operation).unwrap();
    let described = &of("DescribeUserPool")["body"]["UserPool"];
    assert_eq!(described["DcrConfiguration"]["OpenDcrEnabled"], false);
    assert_eq!(of("ListTagsForResource")["body"]["Tags"]["team"], "a");
    assert_eq!(of("DescribeRiskConfiguration")["body"], Value::Null);
    assert!(of("DescribeRiskConfiguration")["unknown"].as_str().unwrap().contains("UserPoolAddOnNotEnabledException"));
    let table = home.ask(&served, &users, &["pool", "show"]);
    assert!(table.text().contains("\n  UserPool.DcrConfiguration.OpenDcrEnabled = false\n"), "{}", table.out);
    let triggers = home.ask(&served, &users, &["triggers", "--json"]).json(0);
    assert_eq!(triggers[0]["trigger"], "PreSignUp");
    assert_eq!(triggers[0]["sources"].as_array().unwrap().len(), 3);
    // The sandbox has no Lambda, so whether Cognito may call the function stays unknown.
    let looked = home.ask(&served, &users, &["triggers", "--look", "--json"]).json(0);
    let (lambda, says) = (&looked[0]["lambda"], looked[0]["lambda"]["says"].as_str().unwrap_or_default());
    assert_eq!((&looked[0]["trigger"], &lambda["permission"]), (&json!("PreSignUp"), &Value::Null));
    assert!(says.starts_with("unknown: "), "{says}");
}

#[test]
fn a_list_of_roles_that_was_denied_is_not_an_empty_one() {
    let (served, home) = (Served::new(), Home::new());
    let users = pool(&served, json!({}));
    let look = || home.ask(&served, &users, &["identity-pools", "--look", "--json"]);
    assert_eq!(look().json(0), json!([]), "there is none");
    for (operation, action) in
        [("ListIdentityPools", "cognito-identity:ListIdentityPools"), ("ListGroups", "cognito-idp:ListGroups")]
    {
        served.sandbox.weather().deny(operation);
        let denied = look();
        assert_eq!(denied.json(1)["error"]["iamAction"], action, "{}", denied.out);
        assert!(denied.err.contains("This policy permits what was refused"), "{}", denied.err);
        served.sandbox.weather().allow(operation);
    }
    let role = "arn:aws:iam::111122223333:role/admins";
    call(&served, "CreateGroup", &json!({ "UserPoolId": users, "GroupName": "admins", "RoleArn": role }));
    served.sandbox.weather().deny("ListIdentityPools");
    let some = look();
    assert_eq!(some.json(1)[0]["role"], role, "what is known is told");
    assert!(some.err.contains("there may be more"), "{}", some.err);
}

#[test]
fn health_goes_on_where_nobody_says_whose_account_it_is() {
    let (served, home) = (Served::new(), Home::new());
    let users = pool(&served, json!({}));
    let role = "arn:aws:iam::111122223333:role/admins";
    call(&served, "CreateGroup", &json!({ "UserPoolId": users, "GroupName": "admins", "RoleArn": role }));
    served.sandbox.weather().deny("GetCallerIdentity");
    let told = home.ask(&served, &users, &["health", "--beyond", "--json"]).json(0);
    let of = |id: &str| told["findings"].as_array().unwrap().iter().find(|it| it["id"] == id).unwrap().clone();
    assert_eq!((&of("GR-01")["result"], &of("OP-01")["result"]), (&json!("unknown"), &json!("unknown")));
    assert_ne!(of("UP-02")["result"], "unknown");
}

#[test]
fn clients_are_shown_without_their_secrets() {
    let (served, home) = (Served::new(), Home::new());
    let users = pool(&served, json!({}));
    let made = client(&served, &users, json!({ "GenerateSecret": true }));
    let (id, secret) = (made["ClientId"].as_str().unwrap(), made["ClientSecret"].as_str().unwrap());
    let list = home.ask(&served, &users, &["clients", "list", "--json"]).json(0);
    assert_eq!((&list[0]["id"], &list[0]["hasSecret"]), (&json!(id), &json!(true)));
    let csv = home.ask(&served, &users, &["clients", "list", "--format", "csv"]);
    assert!(csv.text().contains(",'=client,"), "no formula: {}", csv.out);
    let shown = home.ask(&served, &users, &["clients", "show", id, "--json"]);
    let answers = shown.json(0)["answers"].clone();
    let of = |operation: &str| {
        let answers = answers.as_array().unwrap();
        answers.iter().find(|answer| answer["operation"] == operation).unwrap()["body"].clone()
    };
    assert_eq!(of("DescribeUserPoolClient")["UserPoolClient"]["ClientSecret"], "********");
    assert_eq!(of("ListUserPoolClientSecrets")["ClientSecrets"].as_array().unwrap().len(), 1);
    let health = home.ask(&served, &users, &["health", "--json"]);
    for ran in [&shown, &csv, &health] {
        assert!(!ran.out.contains(secret) && !ran.err.contains(secret));
    }
    assert_eq!(
        home.ask(&served, &users, &["clients", "show", "nobody", "--json"]).json(1)["error"]["code"],
        "not_found"
    );
}

#[test]
fn rates_are_told_beside_their_defaults() {
    let (served, home) = (Served::new(), Home::new());
    let limits = home.run_at(&served, &["quotas", "--share", "off", "--json"]).json(0);
    let limits = limits.as_array().unwrap();
    let of = |category: &str| limits.iter().find(|limit| limit["category"] == category).unwrap();
    assert_eq!(of("UserAuthentication")["provisionedPerSecond"], 120);
    assert_eq!((&of("UserList")["adjustable"], &of("UserList")["defaultPerSecond"]), (&json!(false), &json!(30)));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "poolctl reads the system's clock, so its days must, too")]
fn an_accepted_risk_is_in_every_export_and_does_not_fail_a_pipeline_until_it_is_withdrawn() {
    let (served, home) = (Served::new(), Home::new());
    let users = pool(&served, json!({ "MfaConfiguration": "OFF" }));
    let asks = |words: &[&str]| home.ask(&served, &users, words);
    let day = "2999-01-01";
    assert_eq!(asks(&["health", "accept", "UP-09", "--reason", "x", "--until", day]).code, 2, "longer than a year");
    assert_eq!(asks(&["health", "accept", "UP-09", "--reason", "x", "--until", "soon"]).code, 2);
    // Every other failure of that severity is accepted as well, so that the pipeline passes.
    let health = asks(&["health", "--json"]).json(0);
    let grave = |health: &Value| {
        let findings = health["findings"].as_array().unwrap().clone().into_iter();
        let grave =
            |it: &Value| it["result"] == "fail" && ["high", "critical"].contains(&it["severity"].as_str().unwrap());
        findings.filter(grave).collect::<Vec<_>>()
    };
    assert_eq!(asks(&["health", "--fail-on", "high"]).code, 1);
    let until = jiff::Timestamp::now().checked_add(jiff::SignedDuration::from_hours(24 * 30)).unwrap();
    let until = until.strftime("%Y-%m-%d").to_string();
    for finding in grave(&health) {
        let (rule, resource) = (finding["id"].as_str().unwrap(), finding["resource"].as_str().unwrap());
        asks(&["health", "accept", rule, resource, "--reason", "<b>the new pool</b>", "--until", &until]).text();
    }
    let health = asks(&["health", "--fail-on", "high", "--json"]).json(0);
    let mfa = grave(&health).into_iter().find(|finding| finding["id"] == "UP-09").unwrap();
    assert_eq!((&mfa["result"], &mfa["accepted"]["reason"]), (&json!("fail"), &json!("<b>the new pool</b>")));
    let sarif = asks(&["health", "--format", "sarif"]).json(0);
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let of = |id: &str| results.iter().find(|result| result["ruleId"] == id).unwrap();
    assert_eq!(of("UP-09")["suppressions"][0]["justification"], "<b>the new pool</b>");
    assert!(results.iter().all(|result| result["suppressions"].is_array()), "all of them, once one has any");
    assert!(results.iter().any(|result| result["suppressions"] == json!([])));
    let html = asks(&["health", "--format", "html"]);
    assert!(html.text().contains("What fails and is accepted"));
    assert!(html.out.contains("&lt;b&gt;the new pool") && !html.out.contains("<b>"));
    assert!(asks(&["health"]).text().contains("Accepted until "));

    let left = asks(&["health", "withdraw", "UP-09", "--json"]).json(0);
    assert!(left.as_array().unwrap().iter().all(|waiver| waiver["rule"] != "UP-09"));
    assert_eq!(asks(&["health", "accepted", "--json"]).json(0), left);
    assert_eq!(asks(&["health", "--fail-on", "high"]).code, 1);
    let audit = || home.run(&["audit", "list", "--json"]).json(0);
    let before = audit();
    assert!(before.to_string().contains("AcceptRiskNoLonger") && before.to_string().contains("AcceptRisk"), "{before}");
    let mistyped = asks(&["health", "withdraw", "UP-99", "typo", "--json"]).json(1);
    assert_eq!((&mistyped["error"]["code"], audit()), (&json!("not_found"), before), "nothing was withdrawn");
    let table = home.run(&["audit", "list"]);
    let line = table.text().lines().find(|line| line.contains("AcceptRiskNoLonger")).unwrap();
    assert!(line.contains("UP-09"), "a record about nobody says which rule it is about: {line}");
}

#[test]
fn pools_clients_and_days_are_compared_setting_by_setting() {
    let (served, home) = (Served::new(), Home::new());
    let length = |least: u32| json!({ "Policies": { "PasswordPolicy": { "MinimumLength": least } } });
    let (one, other) = (pool(&served, length(8)), pool(&served, length(14)));
    let compared = home.ask(&served, &one, &["pool", "diff", &other, "--json"]).json(0);
    let settings = compared["settings"].as_array().unwrap();
    assert_eq!(settings.len(), 1, "{compared}");
    assert_eq!((&settings[0]["here"], &settings[0]["there"]), (&json!("8"), &json!("14")));
    let csv = home.ask(&served, &one, &["pool", "diff", &other, "--format", "csv"]);
    assert!(csv.text().starts_with("setting,place,here,there\n"), "{}", csv.out);

    let (short, long) = (json!({ "RefreshTokenValidity": 3 }), json!({ "RefreshTokenValidity": 9 }));
    let (short, long) = (client(&served, &one, short), client(&served, &other, long));
    let (short, long) = (short["ClientId"].as_str().unwrap(), long["ClientId"].as_str().unwrap());
    let clients = ["pool", "diff", &other, "--client", short, "--other-client", long, "--json"];
    let compared = home.ask(&served, &one, &clients).json(0);
    assert_eq!(compared["settings"][0]["pointer"], "/UserPoolClient/RefreshTokenValidity", "{compared}");
    assert_eq!(home.ask(&served, &one, &["pool", "diff"]).code, 2, "with what?");

    home.ask(&served, &one, &["sync"]).text();
    let kept = home.ask(&served, &one, &["pool", "diff", "--kept", "--json"]).json(0);
    let at = kept[0]["at"].as_str().unwrap();
    let update = json!({ "UserPoolId": one, "Policies": { "PasswordPolicy": { "MinimumLength": 20 } } });
    call(&served, "UpdateUserPool", &update);
    let days = home.ask(&served, &one, &["pool", "diff", "--since", at, "--json"]).json(0);
    let lengths = days["settings"].as_array().unwrap().iter().find(|it| it["here"] == "8").unwrap();
    assert_eq!(lengths["there"], "20");
    let early = home.ask(&served, &one, &["pool", "diff", "--since", "2020-01-01", "--json"]);
    assert_eq!(early.json(1)["error"]["code"], "not_found");
    assert_eq!(home.ask(&served, &one, &["pool", "diff", "--since", "lately"]).code, 2);
}
