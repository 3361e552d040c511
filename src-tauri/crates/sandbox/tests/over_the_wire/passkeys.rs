//! Passkeys: registered, listed, signed in with, deleted; by an authenticator of the test's own.

use std::time::Duration;

use crate::support::authenticator::{Authenticator, FLAGS, PARTY};
use crate::support::sign_in::{answer, asks, claims, person, tokens};
use crate::support::{Live, Own, PASSWORD, live};
use serde_json::{Value, json};

fn open<'a>(live: &'a Live, factors: &[&str]) -> (Own<'a>, Value) {
    let pool = json!({ "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": factors } } });
    let own = Own::new(live, pool, json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH"] }));
    person(&own, "ada", &[]);
    let first = json!({ "USERNAME": "ada", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
    let first = own.ok("InitiateAuth", json!({ "AuthFlow": "USER_AUTH", "AuthParameters": first }));
    (own, first["AuthenticationResult"]["AccessToken"].clone())
}

fn ready<'a>(live: &'a Live) -> (Own<'a>, Value) {
    let (own, token) = open(live, &["PASSWORD", "WEB_AUTHN"]);
    own.admin("SetUserPoolMfaConfig", json!({ "WebAuthnConfiguration": { "RelyingPartyId": PARTY } }));
    (own, token)
}

fn options(own: &Own<'_>, token: &Value) -> Value {
    let reply = own.unsigned("StartWebAuthnRegistration", json!({ "AccessToken": token }));
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()["CredentialCreationOptions"].clone()
}

fn complete(own: &Own<'_>, token: &Value, credential: &Value) -> String {
    let input = json!({ "AccessToken": token, "Credential": credential });
    let reply = own.unsigned("CompleteWebAuthnRegistration", input);
    if reply.status == 200 { String::new() } else { reply.code() }
}

fn begin(own: &Own<'_>) -> Value {
    let parameters = json!({ "USERNAME": "ada", "PREFERRED_CHALLENGE": "WEB_AUTHN" });
    own.ok("InitiateAuth", json!({ "AuthFlow": "USER_AUTH", "AuthParameters": parameters }))
}

fn requested(question: &Value) -> Value {
    let text = asks(question, "WEB_AUTHN")["CREDENTIAL_REQUEST_OPTIONS"].as_str().unwrap();
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_passkey_is_registered_listed_signs_in_and_is_deleted() {
    let live = live(5);
    let (own, token) = ready(&live);
    let asked = options(&own, &token);
    assert_eq!((&asked["rp"]["id"], &asked["user"]["name"]), (&json!(PARTY), &json!("ada")));
    assert_eq!(asked["pubKeyCredParams"][0], json!({ "type": "public-key", "alg": -7 }));
    let key = Authenticator::new("first");
    let made = key.register(&asked, "https://www.app.example", PARTY, -7);
    assert_eq!(complete(&own, &token, &made), "");
    let listed = own.unsigned("ListWebAuthnCredentials", json!({ "AccessToken": token })).json();
    let listed = listed["Credentials"].as_array().unwrap().clone();
    assert_eq!(listed.len(), 1);
    assert_eq!((&listed[0]["CredentialId"], &listed[0]["RelyingPartyId"]), (&json!(key.id()), &json!(PARTY)));
    assert_eq!(options(&own, &token)["excludeCredentials"][0]["id"], key.id());
    let factors = own.admin("AdminGetUserAuthFactors", json!({ "Username": "ada" }));
    assert_eq!(factors["ConfiguredUserAuthFactors"], json!(["PASSWORD", "WEB_AUTHN"]));

    let question = begin(&own);
    let requested = requested(&question);
    assert_eq!((&requested["rpId"], &requested["allowCredentials"][0]["id"]), (&json!(PARTY), &json!(key.id())));
    let credential = key.sign_in(&requested, "https://app.example", FLAGS).to_string();
    let input = answer(&question, "ada", json!({ "CREDENTIAL": credential }));
    tokens(&own.ok("RespondToAuthChallenge", input.clone()));
    own.fails("RespondToAuthChallenge", input, "NotAuthorizedException");

    // A passkey is level 3, and can be chosen from a list.
    let level = json!({ "USERNAME": "ada", "TARGET_ACR_VALUES": "urn:cognito:loa:3" });
    let choice = own.ok("InitiateAuth", json!({ "AuthFlow": "USER_AUTH", "AuthParameters": level }));
    asks(&choice, "SELECT_CHALLENGE");
    assert_eq!(choice["AvailableChallenges"], json!(["WEB_AUTHN"]));
    let question = own.ok("RespondToAuthChallenge", answer(&choice, "ada", json!({ "ANSWER": "WEB_AUTHN" })));
    let credential = key.sign_in(&self::requested(&question), "https://app.example", FLAGS).to_string();
    let result = own.ok("RespondToAuthChallenge", answer(&question, "ada", json!({ "CREDENTIAL": credential })));
    let told = claims(&result["AuthenticationResult"]["IdToken"]);
    assert_eq!((&told["acr"], &told["amr"]), (&json!("urn:cognito:loa:3"), &json!(["swk"])));

    let gone = json!({ "AccessToken": token, "CredentialId": key.id() });
    assert_eq!(own.unsigned("DeleteWebAuthnCredential", gone.clone()).status, 200);
    assert_eq!(own.unsigned("DeleteWebAuthnCredential", gone).code(), "ResourceNotFoundException");
    asks(&begin(&own), "SELECT_CHALLENGE");
}

#[test]
fn a_registration_is_refused_by_the_name_of_what_is_wrong() {
    let live = live(5);
    let (own, token) = open(&live, &["PASSWORD"]);
    let start = |own: &Own<'_>, token: &Value| {
        own.unsigned("StartWebAuthnRegistration", json!({ "AccessToken": token })).code()
    };
    assert_eq!(start(&own, &token), "WebAuthnNotEnabledException");
    let (own, token) = open(&live, &["PASSWORD", "WEB_AUTHN"]);
    assert_eq!(start(&own, &token), "WebAuthnConfigurationMissingException");
    own.admin("CreateUserPoolDomain", json!({ "Domain": "passkeys" }));
    assert_eq!(options(&own, &token)["rp"]["id"], "passkeys.auth.eu-west-1.amazoncognito.com");

    let (own, token) = ready(&live);
    let home = "https://app.example";
    let key = Authenticator::new("one");
    let asked = || options(&own, &token);
    let refused = |credential: Value| complete(&own, &token, &credential);
    assert_eq!(refused(key.register(&json!({}), home, PARTY, -7)), "WebAuthnChallengeNotFoundException");
    assert_eq!(
        refused(key.register(&asked(), "https://notapp.example", PARTY, -7)),
        "WebAuthnOriginNotAllowedException"
    );
    assert_eq!(refused(key.register(&asked(), "http://app.example", PARTY, -7)), "WebAuthnOriginNotAllowedException");
    let elsewhere = key.register(&asked(), home, "other.example", -7);
    assert_eq!(refused(elsewhere), "WebAuthnRelyingPartyMismatchException");
    assert_eq!(refused(key.register(&asked(), home, PARTY, -8)), "WebAuthnCredentialNotSupportedException");
    let late = key.register(&asked(), home, PARTY, -7);
    live.sandbox.weather().advance(Duration::from_secs(181));
    assert_eq!(refused(late), "WebAuthnChallengeNotFoundException");
    let mut broken = key.register(&asked(), home, PARTY, -7);
    broken["response"]["attestationObject"] = json!("AAAA");
    assert_eq!(refused(broken), "InvalidParameterException");
    for at in 0..20 {
        let made = Authenticator::new(&format!("key {at}")).register(&asked(), home, PARTY, -7);
        assert_eq!(refused(made), "");
    }
    assert_eq!(refused(key.register(&asked(), home, PARTY, -7)), "LimitExceededException");
}

#[test]
fn a_sign_in_is_refused_unless_everything_about_it_is_right() {
    let live = live(5);
    let (own, token) = ready(&live);
    let home = "https://app.example";
    let key = Authenticator::new("one");
    assert_eq!(complete(&own, &token, &key.register(&options(&own, &token), home, PARTY, -7)), "");
    let refused = |make: &dyn Fn(&Value) -> Value| {
        let question = begin(&own);
        let credential = make(&requested(&question)).to_string();
        own.public("RespondToAuthChallenge", answer(&question, "ada", json!({ "CREDENTIAL": credential }))).code()
    };
    let wrong = "NotAuthorizedException";
    let forged = Authenticator::new("one");
    forged.uses.set(90);
    assert_eq!(refused(&|asked| forged.sign_in(asked, home, FLAGS)), wrong);
    assert_eq!(refused(&|asked| Authenticator::new("two").sign_in(asked, home, FLAGS)), wrong);
    assert_eq!(refused(&|_| key.sign_in(&json!({ "challenge": "AAAA" }), home, FLAGS)), wrong);
    assert_eq!(refused(&|asked| key.sign_in(asked, "https://evil.example", FLAGS)), wrong);
    assert_eq!(refused(&|asked| key.sign_in(asked, home, 0)), wrong);
    assert_eq!(refused(&|_| json!({ "id": key.id() })), "InvalidParameterException");
    assert_eq!(refused(&|asked| key.sign_in(asked, home, FLAGS)), "");
    // A copy of the authenticator has counted less.
    key.uses.set(1);
    assert_eq!(refused(&|asked| key.sign_in(asked, home, FLAGS)), wrong);
}

#[test]
fn where_everyone_needs_a_second_factor_a_passkey_must_be_worth_two() {
    let live = live(5);
    let (own, token) = ready(&live);
    let home = "https://app.example";
    let key = Authenticator::new("one");
    assert_eq!(complete(&own, &token, &key.register(&options(&own, &token), home, PARTY, -7)), "");
    let mfa = json!({ "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    own.admin("SetUserPoolMfaConfig", mfa);
    asks(&begin(&own), "SELECT_CHALLENGE");
    let twofold = json!({ "RelyingPartyId": PARTY, "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION" });
    own.admin("SetUserPoolMfaConfig", json!({ "WebAuthnConfiguration": twofold }));
    let answered = |flags: u8| {
        let question = begin(&own);
        let credential = key.sign_in(&requested(&question), home, flags).to_string();
        own.public("RespondToAuthChallenge", answer(&question, "ada", json!({ "CREDENTIAL": credential })))
    };
    assert_eq!(answered(1).code(), "NotAuthorizedException", "present and not verified");
    tokens(&answered(FLAGS).json());
}
