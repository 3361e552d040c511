//! Making pools, clients and identity pools from blueprints; providers, resource servers and domains, made, changed and deleted.

use serde_json::{Value, json};

use crate::{Home, Served};

#[test]
fn a_pool_is_looked_at_made_with_its_second_factor_and_taken_back_while_it_is_empty() {
    let served = Served::new();
    let home = Home::new();
    let endpoint = served.endpoint();
    let at = |words: &[&str]| home.run(&[words, &["--endpoint", &endpoint, "--region", "eu-west-1"]].concat());
    let silent = at(&["pool", "new", "staff", "--yes"]);
    assert!(silent.code == 2 && silent.err.contains("Name is missing: say Name="), "{}", silent.err);
    let strange = at(&["pool", "new", "castle", "Name=a"]);
    assert!(strange.code == 2 && strange.err.contains("web, mobile, machine, staff"), "{}", strange.err);
    let dry = at(&["pool", "new", "staff", "Name=the staff", "--dry-run"]);
    assert!(
        dry.text().contains("One call to CreateUserPool") && dry.out.contains("SetUserPoolMfaConfig"),
        "{}",
        dry.out
    );
    assert!(dry.err.contains("capital letters (for good): "), "each choice has its reason: {}", dry.err);
    assert_eq!(served.sandbox.calls().of("CreateUserPool"), 0);
    let refused = at(&["pool", "new", "staff", "Name=the staff"]);
    assert_eq!(refused.code, 2, "nobody is there to ask: {}", refused.err);

    let made = at(&["pool", "new", "staff", "Name=the staff", "--yes", "--json", "--reason", "ticket 9"]).json(0);
    let operations: Vec<&Value> = made["edits"].as_array().unwrap().iter().map(|edit| &edit["operation"]).collect();
    assert_eq!(operations, ["CreateUserPool", "SetUserPoolMfaConfig"]);
    assert_eq!(made["why"], Value::Null);
    let (pool, edit) = (made["poolId"].as_str().unwrap(), made["edits"][0]["id"].as_str().unwrap());
    assert_eq!(made["edits"][0]["subject"], pool);
    let there = |words: &[&str]| at(&[words, &["--pool", pool]].concat());
    let guarded = there(&["undo", edit, "--yes", "--json"]).json(1);
    assert!(guarded["error"]["message"].as_str().unwrap().contains("DeletionProtection=INACTIVE"), "{guarded}");
    there(&["pool", "set", "DeletionProtection=INACTIVE", "--yes"]).text();
    let undone = there(&["undo", edit, "--yes", "--json"]).json(0);
    assert_eq!((&undone["operation"], &undone["state"]), (&json!("DeleteUserPool"), &json!("done")));
    assert_eq!(there(&["pool", "show"]).code, 1, "it is gone");
}

#[test]
fn a_client_and_an_identity_pool_are_made_from_blueprints_and_a_client_deleted() {
    let served = Served::new();
    let home = Home::new();
    let missing = home.run_at(&served, &["clients", "new", "web", "ClientName=till", "--yes"]);
    assert!(missing.err.contains("say CallbackURLs="), "{}", missing.err);
    let words =
        ["clients", "new", "mobile", "ClientName=till", "CallbackURLs=https://a.example/in,https://b.example/in"];
    let made = home.run_at(&served, &[&words[..], &["--yes", "--json"]].concat()).json(0);
    let client = made["subject"].as_str().unwrap();
    let shown = home.run_at(&served, &["clients", "show", client, "--json"]).json(0);
    assert_eq!(shown["answers"][0]["body"]["UserPoolClient"]["CallbackURLs"].as_array().unwrap().len(), 2);
    let trusting = format!("Clients={client}");
    let identity = ["identity-pools", "new", "staff", "IdentityPoolName=staff", &trusting, "--yes", "--json"];
    let identity = home.run_at(&served, &identity).json(0);
    assert_eq!((&identity["operation"], &identity["state"]), (&json!("CreateIdentityPool"), &json!("done")));
    let listed = home.run_at(&served, &["identity-pools", "--json"]).json(0);
    let ours = listed.as_array().unwrap().iter().find(|pool| pool["id"] == identity["subject"]).unwrap().clone();
    assert_eq!((&ours["trusts"], &ours["guests"]), (&json!(true), &json!(false)));
    let id = identity["subject"].as_str().unwrap();
    let set =
        |words: &[&str]| home.run_at(&served, &[&["identity-pools", "set", id], words, &["--yes", "--json"]].concat());
    let role = "authenticated=arn:aws:iam::123456789012:role/staff";
    assert!(set(&["--guests", "on", "--role", role]).out.contains("one after the other"));
    assert_eq!(set(&["--guests", "on"]).json(0)["operation"], "UpdateIdentityPool");
    assert_eq!(set(&["--role", role]).json(0)["operation"], "SetIdentityPoolRoles");
    let undo = home.run_at(&served, &["undo", identity["id"].as_str().unwrap(), "--yes"]);
    assert!(undo.err.contains("It has roles by now"), "{}", undo.err);
    set(&["--role", "authenticated="]).json(0);
    home.run_at(&served, &["undo", identity["id"].as_str().unwrap(), "--yes"]).text();
    let gone = home.run_at(&served, &["clients", "delete", client, "--yes", "--json"]).json(0);
    assert_eq!((&gone["operation"], &gone["state"]), (&json!("DeleteUserPoolClient"), &json!("done")));
}

#[test]
fn resource_servers_providers_and_domains_are_made_listed_changed_and_deleted() {
    let served = Served::new();
    let home = Home::new();
    let run = |words: &[&str]| home.run_at(&served, &[words, &["--yes", "--json"]].concat()).json(0);
    let list = |what: &str| home.run_at(&served, &[what, "list", "--json"]).json(0);
    let api = "https://api.example";
    run(&["resource-servers", "new", api, "--name", "api", "--scope", "read=Look at it"]);
    run(&["resource-servers", "set", api, "--scope", "read=Look", "--scope", "write="]);
    let servers = list("resource-servers");
    let ours = servers.as_array().unwrap().iter().find(|server| server["identifier"] == api).unwrap().clone();
    assert_eq!(ours["scopes"].as_array().unwrap().len(), 2, "{ours}");
    run(&["resource-servers", "delete", api]);
    assert!(!list("resource-servers").to_string().contains(api));

    let oidc = [
        "providers",
        "new",
        "Corp",
        "--type",
        "OIDC",
        "--detail",
        "client_id=a",
        "--detail",
        "oidc_issuer=https://corp.example",
        "--detail",
        "authorize_scopes=openid",
        "--detail",
        "attributes_request_method=GET",
        "--map",
        "email=mail",
        "--secret-stdin",
    ];
    let (endpoint, pool) = (served.endpoint(), served.pool());
    let there = ["--endpoint", &endpoint, "--region", "eu-west-1", "--pool", &pool, "--yes", "--json"];
    let nothing = home.run_with_input(&[&oidc[..], &there].concat(), "");
    assert_eq!(nothing.json(2)["error"]["message"], "Give the secret on standard input.");
    let made = home.run_with_input(&[&oidc[..], &there].concat(), "hush-hush\n");
    assert_eq!(made.json(0)["state"], "done");
    assert!(!made.out.contains("hush-hush") && !made.err.contains("hush-hush"));
    run(&["providers", "set", "Corp", "--map", "name=display", "--detail", "authorize_scopes=openid email"]);
    let again =
        home.run_with_input(&[&["providers", "set", "Corp", "--secret-stdin"][..], &there].concat(), "other-hush\n");
    assert_eq!(again.json(0)["operation"], "UpdateIdentityProvider");
    let corp = list("providers")[0].clone();
    assert_eq!((&corp["name"], corp["mapping"].as_array().unwrap().len()), (&json!("Corp"), 2), "{corp}");
    assert!(!corp.to_string().contains("hush"));
    let open = home.run_at(&served, &["providers", "set", "Corp", "--detail", "client_secret=quiet", "--yes"]);
    assert!(open.code == 2 && open.err.contains("--secret-stdin") && !open.err.contains("quiet"), "{}", open.err);
    run(&["providers", "delete", "Corp"]);
    assert_eq!(list("providers"), json!([]));

    let config = "arn:aws:acm:us-east-1:123456789012:certificate/a";
    run(&["domains", "new", "login.example.com", "--certificate", config]);
    run(&["domains", "set", "login.example.com", "--pages", "classic"]);
    let domains = list("domains");
    let own = domains.as_array().unwrap().iter().find(|domain| domain["custom"] == true).unwrap().clone();
    assert_eq!((&own["name"], &own["version"]), (&json!("login.example.com"), &json!(1)));
    let nothing = home.run_at(&served, &["domains", "set", "login.example.com", "--yes"]);
    assert!(nothing.code == 2 && nothing.err.contains("Say what to change."), "{}", nothing.err);
    run(&["domains", "delete", "login.example.com"]);
}

#[test]
fn limits_that_service_quotas_does_not_tell_are_unknown() {
    // The sandbox has no Service Quotas.
    let served = Served::new();
    let looked = Home::new().run_at(&served, &["quotas", "--look", "--json"]);
    assert_eq!(looked.json(0), json!([]));
    assert!(looked.err.contains("unknown: "), "{}", looked.err);
    let alone = Home::new().run_at(&served, &["quotas", "--used"]);
    assert_eq!(alone.code, 2, "{}", alone.err);
}

#[test]
fn a_custom_attribute_is_added_after_it_was_said_that_it_stays() {
    let served = Served::new();
    let home = Home::new();
    let words = ["pool", "add-attribute", "shelf", "--most", "20"];
    let dry = home.run_at(&served, &[&words[..], &["--dry-run"]].concat());
    assert!(dry.text().contains("AddCustomAttributes") && dry.out.contains("stays for good"), "{}", dry.out);
    let made = home.run_at(&served, &[&words[..], &["--yes", "--json"]].concat()).json(0);
    assert_eq!((&made["state"], &made["subject"]), (&json!("done"), &json!("custom:shelf")));
    assert_eq!(made["undoable"], false);
    let long = home.run_at(&served, &["pool", "add-attribute", &"a".repeat(21), "--yes"]);
    assert!(long.code != 0 && long.err.contains("1 to 20 characters"), "{}", long.err);
    let bounds =
        home.run_at(&served, &["pool", "add-attribute", "born", "--type", "DateTime", "--least", "-1", "--yes"]);
    assert!(bounds.code != 0 && bounds.err.contains("Only a text has lengths"), "{}", bounds.err);
}

#[test]
fn the_secret_of_a_client_is_exchanged_and_only_whoever_asks_sees_it() {
    let served = Served::new();
    let home = Home::new();
    let described = served.sandbox.description();
    let client = described.clients.iter().find(|client| client.secret.is_some()).unwrap().id.clone();
    let list = || home.run_at(&served, &["clients", "secrets", &client, "--json"]).json(0).as_array().unwrap().clone();
    let before = list();
    assert_eq!(before.len(), 1, "{before:?}");
    let silent = home.run_at(&served, &["clients", "add-secret", &client, "--yes"]);
    assert!(silent.code == 2 && silent.err.contains("--show"), "{}", silent.err);
    let made = home.run_at(&served, &["clients", "add-secret", &client, "--show", "--yes", "--json"]);
    let secret = made.json(0)["secret"].as_str().unwrap().to_owned();
    assert!(secret.len() > 40 && !made.err.contains(&secret));
    assert_eq!(list().len(), 2);
    let kept = home.run_at(&served, &["pool", "edits", "--json"]);
    assert!(!kept.out.contains(&secret), "it is written down nowhere");
    let older = before[0]["id"].as_str().unwrap();
    let gone = home.run_at(&served, &["clients", "delete-secret", older, "--yes", "--json"]).json(0);
    assert_eq!((&gone["operation"], &gone["state"]), (&json!("DeleteUserPoolClientSecret"), &json!("done")));
    assert_eq!(list().len(), 1);
}

#[test]
fn logs_session_tags_identities_and_looks_are_seen_and_changed() {
    let served = Served::new();
    let home = Home::new();
    let run = |words: &[&str]| home.run_at(&served, &[words, &["--yes", "--json"]].concat()).json(0);
    let group = "arn:aws:logs:eu-west-1:123456789012:log-group:a";
    let logs = format!(
        r#"LogConfigurations=[{{"EventSource":"userNotification","LogLevel":"ERROR","CloudWatchLogsConfiguration":{{"LogGroupArn":"{group}"}}}}]"#
    );
    assert_eq!(run(&["pool", "set", &logs])["operation"], "SetLogDeliveryConfiguration");

    let described = served.sandbox.description();
    let id = described.identity_pool_id.as_str();
    let provider = format!("cognito-idp.eu-west-1.amazonaws.com/{}", served.pool());
    let tags = ["identity-pools", "tags", id, "--provider", &provider];
    let set = run(&[&tags[..], &["--tag", "team=custom:team"]].concat());
    assert_eq!((&set["operation"], &set["state"]), (&json!("SetPrincipalTagAttributeMap"), &json!("done")));
    assert_eq!(run(&[&tags[..], &["--defaults", "on"]].concat())["state"], "done");
    let saml = "arn:aws:iam::123456789012:saml-provider/corp";
    assert_eq!(run(&["identity-pools", "set", id, "--saml", saml])["operation"], "UpdateIdentityPool");
    assert_eq!(home.run_at(&served, &["identity-pools", "identities", id, "--json"]).json(0), json!([]));
    let nobody = format!("{}:00000000-0000-0000-0000-000000000000", described.region);
    assert_eq!(home.run_at(&served, &["identity-pools", "identity", &nobody]).code, 1);

    let client = described.clients[0].id.as_str();
    run(&["clients", "set-style", client, "--new"]);
    let settings = home.folder.path().join("style.json");
    std::fs::write(&settings, r#"{"components":{"form":{"borderRadius":8}}}"#).unwrap();
    run(&["clients", "set-style", client, "--settings", crate::path(&settings)]);
    let look = home.run_at(&served, &["clients", "style", client, "--json"]).json(0);
    assert!(look["managed"]["settings"].as_str().unwrap().contains("borderRadius"), "{look}");
    run(&["domains", "new", "a-shop-of-ours", "--pages", "classic"]);
    let css = home.folder.path().join("style.css");
    std::fs::write(&css, ".banner-customizable{}").unwrap();
    run(&["clients", "set-style", client, "--css", crate::path(&css)]);
    let picture = home.folder.path().join("logo.png");
    std::fs::write(&picture, b"\x89PNG\r\n\x1a\nrest").unwrap();
    run(&["clients", "set-style", "ALL", "--logo", crate::path(&picture)]);
    let wrong = home.run_at(&served, &["clients", "set-style", client, "--logo", crate::path(&css), "--yes"]);
    assert!(wrong.code == 2 && wrong.err.contains("neither PNG nor JPEG"), "{}", wrong.err);
    let table = home.run_at(&served, &["clients", "style", client]);
    assert!(table.text().contains(".banner-customizable{}") && table.out.contains("of its own"), "{}", table.out);
    run(&["clients", "set-style", client, "--delete"]);
}
