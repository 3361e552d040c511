//! What only a call about one user tells, behind its price, and what is done about it.

use serde_json::{Value, json};

use crate::{Home, Served};

/// Calls an operation of user pools by its name, as another program would.
fn told(served: &Served, operation: &str, body: &Value) {
    let target = format!("AWSCognitoIdentityProviderService.{operation}");
    let signature = "AWS4-HMAC-SHA256 Credential=A/20260101/eu-west-1/cognito-idp/aws4_request, SignedHeaders=host, \
                     Signature=0000";
    let request = ureq::post(served.endpoint()).header("content-type", "application/x-amz-json-1.1");
    request.header("x-amz-target", target).header("authorization", signature).send(body.to_string()).unwrap();
}

/// A confirmed person with a phone number whose password is known.
fn somebody(served: &Served) -> String {
    let people = served.sandbox.directory().snapshot(&served.pool());
    let has = |person: &&sandbox::SnapshotUser| {
        person.status == "CONFIRMED" && person.enabled && person.attributes.contains_key("phone_number")
    };
    people.iter().find(has).unwrap().username.clone()
}

#[test]
fn second_factors_and_devices_are_shown_only_once_their_price_was_agreed_to() {
    let served = Served::new();
    let home = Home::synced(&served);
    let user = somebody(&served);
    home.run_at(&served, &["users", "mfa", &user, "--on", "sms", "--preferred", "sms", "--no-look", "--yes"]).text();
    let unasked = home.run_at(&served, &["users", "factors", &user]);
    assert_eq!((unasked.code, served.sandbox.calls().of("AdminGetUser")), (2, 0), "{}", unasked.err);
    assert!(unasked.err.contains("AdminGetUser: it makes the user a monthly active user; $0.00 to $0.0"));
    let price = home.run_at(&served, &["users", "factors", &user, "--dry-run"]).json(0);
    assert_eq!((&price["effect"], served.sandbox.calls().of("AdminGetUser")), (&"mayBill".into(), 0));
    let seen = home.run_at(&served, &["users", "factors", &user, "--yes", "--json"]).json(0);
    assert!(seen["on"].as_array().unwrap().contains(&"SMS_MFA".into()) && seen["preferred"] == "SMS_MFA", "{seen}");
    let free = home.run_at(&served, &["users", "devices", &user, "--json"]);
    assert_eq!(free.json(0), json!([]), "who is counted already needs no consent");
    assert!(free.err.contains("AdminListDevices is free"), "{}", free.err);
    let ledger = home.run_at(&served, &["ledger", "--json"]).json(0);
    assert!(ledger.as_array().unwrap().iter().any(|call| call["operation"] == "AdminGetUser"), "{ledger}");
    let lacking = home.run_at(&served, &["users", "sign-ins", &user, "--yes", "--json"]).json(1);
    assert_eq!(lacking["error"]["code"], "not_in_plan");
    assert_eq!(served.sandbox.calls().of("AdminListUserAuthEvents"), 0);
}

#[test]
fn somebody_who_went_since_the_copy_was_made_is_told_as_not_there() {
    let served = Served::new();
    let home = Home::synced(&served);
    let user = somebody(&served);
    served.sandbox.directory().delete_user(&served.pool(), &user).unwrap();
    for about in ["factors", "devices"] {
        let error = &home.run_at(&served, &["users", about, &user, "--yes", "--json"]).json(1)["error"];
        assert_eq!(error["code"], "not_found", "{about}: {error}");
        assert!(error["message"].as_str().unwrap().contains("no such user"), "{about}: {error}");
    }
}

#[test]
fn sign_ins_are_listed_and_rated_in_the_plan_plus() {
    let served = Served::today();
    let plus = json!({ "UserPoolId": served.pool(), "UserPoolTier": "PLUS", "MfaConfiguration": "OPTIONAL",
        "UserPoolAddOns": { "AdvancedSecurityMode": "AUDIT" } });
    told(&served, "UpdateUserPool", &plus);
    let home = Home::synced(&served);
    let description = served.sandbox.description();
    let person = description.people.iter().find(|person| person.state == "CONFIRMED").unwrap();
    let client = &description.clients[0].id;
    let words = ["sign-in", "--client", client, "--user", &person.username, "--password-stdin"];
    let (endpoint, pool) = (served.endpoint(), served.pool());
    let there = ["--endpoint", &endpoint, "--region", "eu-west-1", "--pool", &pool];
    assert_eq!(home.run_with_input(&[&words[..], &there[..]].concat(), &person.password).code, 0);
    let list =
        |words: &[&str]| home.run_at(&served, &[&["users", "sign-ins", &person.username, "--yes"], words].concat());
    let seen = list(&["--json"]).json(0);
    assert_eq!((seen.as_array().unwrap().len(), &seen[0]["response"]), (1, &"Pass".into()), "{seen}");
    let event = seen[0]["id"].as_str().unwrap();
    let rate = ["users", "rate-sign-in", &person.username, "--event", event, "--own", "no", "--yes", "--json"];
    assert_eq!(home.run_at(&served, &rate).json(0)["counts"]["done"], 1);
    assert_eq!(list(&["--json"]).json(0)[0]["feedback"], "Invalid");
    let csv = list(&["--format", "csv"]);
    assert!(csv.text().starts_with("id,at,kind,response,risk,") && csv.out.contains(event), "{}", csv.out);
}

#[test]
fn a_preference_is_set_back_by_undo_and_an_app_that_was_lost_is_forgotten() {
    let served = Served::new();
    let home = Home::synced(&served);
    let user = somebody(&served);
    let run = |words: &[&str]| home.run_at(&served, &[words, &["--yes", "--json"]].concat());
    let factors = || run(&["users", "factors", &user]).json(0);
    let before = factors();
    let job = run(&["users", "mfa", &user, "--on", "sms,email", "--preferred", "email"]).json(0);
    assert_eq!(factors()["preferred"], "EMAIL_OTP");
    run(&["undo", job["id"].as_str().unwrap()]).json(0);
    assert_eq!(factors(), before, "as before");
    let audit = home.run(&["audit", "list", "--about", &user, "--json"]).json(0);
    let told = audit.as_array().unwrap().iter().flat_map(|record| record["changes"].as_array().unwrap());
    assert!(told.into_iter().any(|change| change["field"] == "EMAIL_OTP" && change["after"] == "on"), "{audit}");
    let unseen = run(&["users", "mfa", &user, "--on", "sms", "--no-look"]).json(0);
    assert_eq!(run(&["undo", unseen["id"].as_str().unwrap()]).json(1)["error"]["code"], "precondition");
    let reset = run(&["users", "reset-authenticator", &user]).json(0);
    assert_eq!((&reset["counts"]["done"], served.sandbox.calls().of("AdminDeleteSoftwareToken")), (&1.into(), 1));
}

#[test]
fn why_looks_at_second_factors_only_once_that_was_agreed_to() {
    let served = Served::new();
    let on = json!({ "UserPoolId": served.pool(), "MfaConfiguration": "ON",
        "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    told(&served, "SetUserPoolMfaConfig", &on);
    let (directory, pool) = (served.sandbox.directory(), served.pool());
    directory.create_user(&pool, "some.body", &[("email", "some@x.example")]).unwrap();
    let home = Home::synced(&served);
    let ask = |words: &[&str]| home.run_at(&served, &[&["why", "some.body"], words].concat());
    let of = |why: &Value| {
        let rule = |reason: &&Value| reason["rule"] == "mfa-without-factor";
        why["reasons"].as_array().unwrap().iter().find(rule).unwrap()["verdict"].clone()
    };
    assert_eq!(of(&ask(&["--json"]).json(0)), "unknown");
    assert!(ask(&[]).text().contains("poolctl why --look -- some.body"));
    let client = served.sandbox.description().clients[0].id.clone();
    let narrow = ask(&["--client", &client, "--flow", "USER_PASSWORD_AUTH"]);
    let again = format!("poolctl why --look --client {client} --flow USER_PASSWORD_AUTH -- some.body");
    assert!(narrow.text().contains(&again), "the same question with a look: {}", narrow.out);
    assert_eq!((ask(&["--look"]).code, served.sandbox.calls().of("AdminGetUser")), (2, 0), "nobody agreed");
    assert_eq!(of(&ask(&["--look", "--yes", "--json"]).json(0)), "blocks");
    assert_eq!(served.sandbox.calls().of("AdminGetUser"), 1);
    told(&served, "SetUserPoolMfaConfig", &json!({ "UserPoolId": served.pool(), "MfaConfiguration": "OFF" }));
    home.run_at(&served, &["sync", "--share", "off"]).text();
    let refused = ask(&["--look", "--yes"]);
    assert!(refused.code == 1 && refused.err.contains("would tell nothing"), "{}", refused.err);
    assert_eq!(served.sandbox.calls().of("AdminGetUser"), 1, "what nobody uses is not paid for");
}

#[test]
fn many_people_join_and_leave_several_groups_in_one_plan_also_from_a_list() {
    let served = Served::new();
    let home = Home::synced(&served);
    let people = served.sandbox.directory().snapshot(&served.pool());
    let out = people
        .iter()
        .filter(|person| !person.groups.iter().any(|name| ["beta", "newsletter"].contains(&name.as_str())));
    let names: Vec<String> = out.take(15).map(|person| person.username.clone()).collect();
    let run = |words: &[&str]| home.run_at(&served, &[words, &["--yes", "--json"]].concat());
    let list = home.data().join("people.txt");
    std::fs::write(&list, format!("\u{feff}{}\r\n\r\n", names.join("\r\n"))).unwrap();
    let job =
        run(&["groups", "change", "--list", crate::path(&list), "--join", "beta", "--join", "newsletter"]).json(0);
    assert_eq!((&job["counts"]["done"], &job["action"]), (&15.into(), &"change groups".into()));
    assert_eq!(served.sandbox.calls().of("AdminAddUserToGroup"), 30);
    let groups = |name: &str| {
        let people = served.sandbox.directory().snapshot(&served.pool());
        let mut groups = people.iter().find(|person| person.username == name).unwrap().groups.clone();
        groups.retain(|group| ["beta", "newsletter", "admins"].contains(&group.as_str()));
        groups.sort();
        groups
    };
    assert_eq!(groups(&names[0]), ["beta", "newsletter"]);
    let swap = run(&["groups", "change", &names[0], "--leave", "beta", "--join", "newsletter"]).json(0);
    assert_eq!((groups(&names[0]), &swap["counts"]["done"]), (vec!["newsletter".to_owned()], &1.into()));
    run(&["undo", swap["id"].as_str().unwrap()]).json(0);
    assert_eq!(groups(&names[0]), ["beta", "newsletter"]);
    run(&["undo", job["id"].as_str().unwrap()]).json(0);
    assert_eq!(groups(&names[1]), Vec::<String>::new());
    assert_eq!(run(&["groups", "change", &names[0]]).code, 2, "no group is named");
    assert_eq!(run(&["groups", "change", &names[0], "--join", "beta", "--leave", "beta"]).code, 2);
    assert_eq!(run(&["users", "disable", "--list", "/dev/null"]).code, 2, "an empty list means nobody");
}
