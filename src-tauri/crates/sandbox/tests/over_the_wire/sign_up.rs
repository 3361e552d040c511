//! Signing up, confirming, and asking for another code.

use std::time::Duration;

use crate::support::{Own, PASSWORD, attribute, attributes, live, other_than};
use base64::Engine;
use hmac::{Hmac, KeyInit, Mac};
use sandbox::{Channel, Occasion};
use serde_json::{Value, json};
use sha2::Sha256;

fn by_email() -> Value {
    json!({ "AutoVerifiedAttributes": ["email"] })
}

fn ada() -> Value {
    json!({ "Username": "ada", "Password": PASSWORD, "UserAttributes": attributes(&[("email", "ada@x.example")]) })
}

#[test]
fn someone_signs_up_gets_a_code_and_is_confirmed_by_it() {
    let live = live(5);
    let own = Own::new(&live, by_email(), json!({}));
    let made = own.ok("SignUp", ada());
    assert_eq!(made["UserConfirmed"], false);
    let details = json!({ "Destination": "a***@x***", "DeliveryMedium": "EMAIL", "AttributeName": "email" });
    assert_eq!(made["CodeDeliveryDetails"], details);
    let user = own.user("ada");
    assert_eq!(attribute(&user, "sub"), made["UserSub"].as_str());
    assert_eq!((&user["UserStatus"], attribute(&user, "email_verified")), (&json!("UNCONFIRMED"), None));
    let message = own.message();
    assert_eq!(
        (message.occasion, message.channel, message.to.as_str()),
        (Occasion::SignUp, Channel::Email, "ada@x.example")
    );
    let code = message.code.unwrap();
    assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()) && message.text.contains(&code));
    let confirm = |code: &str| json!({ "Username": "ada", "ConfirmationCode": code });
    own.fails("ConfirmSignUp", confirm(&other_than(&code)), "CodeMismatchException");
    assert_eq!(own.ok("ConfirmSignUp", confirm(&code)), json!({}));
    let user = own.user("ada");
    assert_eq!((&user["UserStatus"], attribute(&user, "email_verified")), (&json!("CONFIRMED"), Some("true")));
    own.fails("ConfirmSignUp", confirm(&code), "NotAuthorizedException");
    own.fails("SignUp", ada(), "UsernameExistsException");
    own.fails("ResendConfirmationCode", json!({ "Username": "ada" }), "InvalidParameterException");
}

#[test]
fn a_number_is_asked_before_an_address_and_nothing_where_the_pool_verifies_nothing() {
    let live = live(5);
    let both = Own::new(&live, json!({ "AutoVerifiedAttributes": ["email", "phone_number"] }), json!({}));
    let mut person = ada();
    person["UserAttributes"] = attributes(&[("email", "ada@x.example"), ("phone_number", "+15551234567")]);
    let made = both.ok("SignUp", person.clone());
    assert_eq!(made["CodeDeliveryDetails"]["Destination"], "+*******4567");
    both.ok("ConfirmSignUp", json!({ "Username": "ada", "ConfirmationCode": both.code() }));
    let user = both.user("ada");
    assert_eq!((attribute(&user, "phone_number_verified"), attribute(&user, "email_verified")), (Some("true"), None));
    let none = Own::new(&live, json!({}), json!({}));
    assert!(none.ok("SignUp", person).get("CodeDeliveryDetails").is_none());
    assert_eq!(none.sent(), 0);
    none.fails("ResendConfirmationCode", json!({ "Username": "ada" }), "InvalidParameterException");
    none.fails("ConfirmSignUp", json!({ "Username": "ada", "ConfirmationCode": "123456" }), "ExpiredCodeException");
    none.admin("AdminConfirmSignUp", json!({ "Username": "ada" }));
    let user = none.user("ada");
    assert_eq!((&user["UserStatus"], attribute(&user, "email_verified")), (&json!("CONFIRMED"), None));
}

#[test]
fn a_code_lives_a_day_and_a_new_one_voids_it() {
    let live = live(5);
    let own = Own::new(&live, by_email(), json!({}));
    own.ok("SignUp", ada());
    let first = own.code();
    live.sandbox.weather().advance(Duration::from_secs(24 * 3600 + 1));
    own.fails("ConfirmSignUp", json!({ "Username": "ada", "ConfirmationCode": first }), "ExpiredCodeException");
    let again = own.ok("ResendConfirmationCode", json!({ "Username": "ada" }));
    assert_eq!(again["CodeDeliveryDetails"]["DeliveryMedium"], "EMAIL");
    assert_eq!(own.message().occasion, Occasion::ResendCode);
    let second = own.code();
    own.ok("ResendConfirmationCode", json!({ "Username": "ada" }));
    let third = own.code();
    if second != third {
        own.fails("ConfirmSignUp", json!({ "Username": "ada", "ConfirmationCode": second }), "CodeMismatchException");
    }
    live.sandbox.weather().advance(Duration::from_secs(24 * 3600 - 60));
    own.ok("ConfirmSignUp", json!({ "Username": "ada", "ConfirmationCode": third }));
}

#[test]
fn guessing_and_resending_are_limited_by_the_hour() {
    let live = live(5);
    let own = Own::new(&live, by_email(), json!({}));
    own.ok("SignUp", ada());
    for _ in 0..5 {
        own.ok("ResendConfirmationCode", json!({ "Username": "ada" }));
    }
    own.fails("ResendConfirmationCode", json!({ "Username": "ada" }), "LimitExceededException");
    let wrong = json!({ "Username": "ada", "ConfirmationCode": other_than(&own.code()) });
    for _ in 0..15 {
        own.fails("ConfirmSignUp", wrong.clone(), "CodeMismatchException");
    }
    let right = json!({ "Username": "ada", "ConfirmationCode": own.code() });
    own.fails("ConfirmSignUp", right.clone(), "LimitExceededException");
    live.sandbox.weather().advance(Duration::from_secs(3600));
    own.ok("ResendConfirmationCode", json!({ "Username": "ada" }));
    own.ok("ConfirmSignUp", json!({ "Username": "ada", "ConfirmationCode": own.code() }));
}

#[test]
fn sign_up_is_refused_where_policy_schema_or_permission_say_so() {
    let live = live(5);
    let schema = json!([{ "Name": "email", "Required": true, "Mutable": true },
        { "Name": "tenant", "AttributeDataType": "String", "Mutable": true }]);
    let own = Own::new(&live, json!({ "Schema": schema }), json!({ "WriteAttributes": ["email", "name"] }));
    let with = |password: &str, list: &[(&str, &str)]| json!({ "Username": "ada", "Password": password, "UserAttributes": attributes(list) });
    let email = ("email", "ada@x.example");
    for weak in ["Short-1", "no-capitals-1", "NO-SMALLS-1", "No-digits-at-all", "NoSymbols123"] {
        own.fails("SignUp", with(weak, &[email]), "InvalidPasswordException");
    }
    own.fails("SignUp", with(&format!("{PASSWORD}{}", "x".repeat(256)), &[email]), "InvalidParameterException");
    own.fails("SignUp", with(PASSWORD, &[("name", "Ada")]), "InvalidParameterException");
    own.fails("SignUp", with(PASSWORD, &[("email", "nonsense")]), "InvalidParameterException");
    own.fails(
        "SignUp",
        json!({ "Username": "ada", "UserAttributes": attributes(&[email]) }),
        "InvalidParameterException",
    );
    for forbidden in ["custom:tenant", "email_verified", "sub", "nickname"] {
        own.fails("SignUp", with(PASSWORD, &[email, (forbidden, "true")]), "NotAuthorizedException");
    }
    own.ok("SignUp", with(PASSWORD, &[email, ("name", "Ada")]));
    let closed = Own::new(&live, json!({ "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true } }), json!({}));
    closed.fails("SignUp", with(PASSWORD, &[email]), "NotAuthorizedException");
    let unknown = own.unsigned("SignUp", json!({ "ClientId": "nobody", "Username": "ada", "Password": PASSWORD }));
    assert_eq!(unknown.code(), "ResourceNotFoundException");
    own.fails("SignUp", json!({ "Password": PASSWORD }), "InvalidParameterException");
}

#[test]
fn a_client_with_a_secret_demands_its_hash() {
    let live = live(5);
    let own = Own::new(&live, by_email(), json!({ "GenerateSecret": true }));
    let described = own.admin("DescribeUserPoolClient", json!({ "ClientId": own.client }));
    let secret = described["UserPoolClient"]["ClientSecret"].as_str().unwrap();
    let hash = |username: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{username}{}", own.client).as_bytes());
        base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes())
    };
    let with = |input: Value, hash: String| {
        let mut input = input;
        input["SecretHash"] = json!(hash);
        input
    };
    for (operation, input) in [
        ("SignUp", ada()),
        ("ConfirmSignUp", json!({ "Username": "ada", "ConfirmationCode": "123456" })),
        ("ResendConfirmationCode", json!({ "Username": "ada" })),
        ("ForgotPassword", json!({ "Username": "ada" })),
        ("ConfirmForgotPassword", json!({ "Username": "ada", "ConfirmationCode": "123456", "Password": PASSWORD })),
    ] {
        own.fails(operation, input.clone(), "NotAuthorizedException");
        own.fails(operation, with(input, hash("eve")), "NotAuthorizedException");
    }
    own.ok("SignUp", with(ada(), hash("ada")));
    own.ok("ConfirmSignUp", with(json!({ "Username": "ada", "ConfirmationCode": own.code() }), hash("ada")));
}

#[test]
fn an_address_as_username_is_kept_under_the_sub_and_belongs_to_one_person() {
    let live = live(5);
    let settings = json!({ "UsernameAttributes": ["email"], "AutoVerifiedAttributes": ["email"],
        "UsernameConfiguration": { "CaseSensitive": false } });
    let own = Own::new(&live, settings, json!({}));
    let made = own.ok("SignUp", json!({ "Username": "Ada@X.example", "Password": PASSWORD }));
    let user = own.user("ada@x.example");
    assert_eq!((&user["Username"], attribute(&user, "email")), (&made["UserSub"], Some("Ada@X.example")));
    own.fails("SignUp", json!({ "Username": "ada@x.EXAMPLE", "Password": PASSWORD }), "UsernameExistsException");
    own.fails("SignUp", json!({ "Username": "ada", "Password": PASSWORD }), "InvalidParameterException");
    own.ok("ConfirmSignUp", json!({ "Username": "ada@X.example", "ConfirmationCode": own.code() }));
    assert_eq!(own.user("ada@x.example")["UserStatus"], "CONFIRMED");
    let exact = Own::new(&live, json!({ "UsernameAttributes": ["email"] }), json!({}));
    exact.ok("SignUp", json!({ "Username": "ada@x.example", "Password": PASSWORD }));
    exact.ok("SignUp", json!({ "Username": "Ada@x.example", "Password": PASSWORD }));
    assert_ne!(exact.user("ada@x.example")["Username"], exact.user("Ada@x.example")["Username"]);
}

#[test]
fn an_alias_goes_to_who_confirms_it_first_or_by_force() {
    let live = live(5);
    let own = Own::new(&live, json!({ "AliasAttributes": ["email"], "AutoVerifiedAttributes": ["email"] }), json!({}));
    let mut codes = Vec::new();
    for name in ["one", "two"] {
        let mut person = ada();
        person["Username"] = json!(name);
        own.ok("SignUp", person);
        codes.push(own.code());
    }
    let confirm = |name: &str, code: &str, force: bool| json!({ "Username": name, "ConfirmationCode": code, "ForceAliasCreation": force });
    own.ok("ConfirmSignUp", confirm("one", &codes[0], false));
    own.fails("ConfirmSignUp", confirm("two", &codes[1], false), "AliasExistsException");
    assert_eq!(own.user("ada@x.example")["Username"], "one");
    own.ok("ConfirmSignUp", confirm("two", &codes[1], true));
    assert_eq!(own.user("ada@x.example")["Username"], "two");
    assert_eq!(attribute(&own.user("one"), "email_verified"), Some("false"));
    let mut address = ada();
    address["Username"] = json!("new@x.example");
    own.fails("SignUp", address, "InvalidParameterException");
}

#[test]
fn who_does_not_exist_is_hidden_only_where_the_client_wants_it() {
    let live = live(5);
    let open = Own::new(&live, by_email(), json!({}));
    let hidden = Own::new(&live, by_email(), json!({ "PreventUserExistenceErrors": "ENABLED" }));
    let code = json!({ "Username": "nobody@x.example", "ConfirmationCode": "123456" });
    let name = json!({ "Username": "nobody@x.example" });
    for (operation, input) in [("ConfirmSignUp", &code), ("ResendConfirmationCode", &name), ("ForgotPassword", &name)] {
        open.fails(operation, input.clone(), "UserNotFoundException");
    }
    hidden.fails("ConfirmSignUp", code, "ExpiredCodeException");
    for operation in ["ResendConfirmationCode", "ForgotPassword"] {
        let details = json!({ "Destination": "n***@x***", "DeliveryMedium": "EMAIL", "AttributeName": "email" });
        assert_eq!(hidden.ok(operation, name.clone())["CodeDeliveryDetails"], details);
    }
    assert_eq!(hidden.sent(), 0);
}

#[test]
fn where_one_time_passwords_sign_in_nobody_needs_a_password() {
    let live = live(5);
    let factors = json!({ "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } },
        "AutoVerifiedAttributes": ["email"] });
    let own = Own::new(&live, factors, json!({}));
    let mut person = ada();
    person.as_object_mut().unwrap().remove("Password");
    own.ok("SignUp", person);
    own.fails("SignUp", json!({ "Username": "eve" }), "InvalidParameterException");
    let email = attributes(&[("email", "bob@x.example")]);
    let made = own.admin("AdminCreateUser", json!({ "Username": "bob", "UserAttributes": email }));
    assert_eq!(made["User"]["UserStatus"], "CONFIRMED");
}

#[test]
fn without_ses_an_account_sends_fifty_mails_a_day() {
    let live = live(5);
    live.sandbox.weather().set_quota(sandbox::Quota::Factor(1_000.0));
    let own = Own::new(&live, by_email(), json!({}));
    let person = |at: usize| {
        let email = format!("p{at}@x.example");
        json!({ "Username": format!("p{at}"), "Password": PASSWORD, "UserAttributes": attributes(&[("email", &email)]) })
    };
    for at in 0..50 {
        own.ok("SignUp", person(at));
    }
    own.fails("SignUp", person(50), "LimitExceededException");
    assert_eq!(own.user("p50")["UserStatus"], "UNCONFIRMED", "the person is there all the same");
    let invitation = json!({ "Username": "ada", "UserAttributes": attributes(&[("email", "ada@x.example")]),
        "DesiredDeliveryMediums": ["EMAIL"] });
    own.admin_fails("AdminCreateUser", invitation, "CodeDeliveryFailureException");
    live.sandbox.weather().advance(Duration::from_secs(24 * 3600));
    own.ok("SignUp", person(51));
}
