//! Remembered devices: from the first sign-in to one that the device vouches for.

use std::time::Duration;

use crate::support::PASSWORD;
use crate::support::sign_in::{answer, asks, by_password, by_srp, claims, person, proof, tokens, verifier};
use crate::support::srp::{Prover, device_verifier};
use crate::support::{Own, live};
use serde_json::{Value, json};

const SECRET: &str = "the secret of this device";

fn tracked(prompt: bool, vouches: bool) -> Value {
    json!({ "DeviceConfiguration": {
        "DeviceOnlyRememberedOnUserPrompt": prompt, "ChallengeRequiredOnNewDevice": vouches,
    } })
}

fn client() -> Value {
    json!({ "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] })
}

struct Device {
    key: String,
    group: String,
    access: Value,
    refresh: Value,
}

/// Signs in for the first time and confirms the device.
fn confirmed(own: &Own<'_>) -> Device {
    let signed_in = own.ok("InitiateAuth", by_password("ada", PASSWORD));
    let result = tokens(&signed_in);
    let text = |name: &str| result["NewDeviceMetadata"][name].as_str().unwrap().to_owned();
    let (key, group) = (text("DeviceKey"), text("DeviceGroupKey"));
    let access = result["AccessToken"].clone();
    assert_eq!(claims(&access)["device_key"], json!(key));
    let input = json!({
        "AccessToken": access, "DeviceKey": key, "DeviceName": "Ada's telephone",
        "DeviceSecretVerifierConfig": device_verifier(&group, &key, SECRET),
    });
    own.ok("ConfirmDevice", input.clone());
    own.fails("ConfirmDevice", input, "DeviceKeyExistsException");
    Device { key, group, access, refresh: result["RefreshToken"].clone() }
}

fn proved(own: &Own<'_>, device: &Device, question: &Value, secret: &str) -> crate::support::Reply {
    asks(question, "DEVICE_SRP_AUTH");
    let prover = Prover::new(17);
    let mut first = answer(question, "ada", json!({ "DEVICE_KEY": device.key, "SRP_A": prover.public() }));
    first["ClientId"] = json!(own.client);
    let question = own.ok("RespondToAuthChallenge", first);
    let asked = asks(&question, "DEVICE_PASSWORD_VERIFIER");
    assert_eq!(asked["DEVICE_KEY"], json!(device.key));
    let mut proof = prover.answer(&device.group, &device.key, secret, asked);
    proof.insert("DEVICE_KEY".to_owned(), json!(device.key));
    own.public("RespondToAuthChallenge", answer(&question, "ada", Value::Object(proof)))
}

/// Signs in by SRP and names the device with the proof, as most clients do.
fn begin(own: &Own<'_>, device: &Device) -> crate::support::Reply {
    let prover = Prover::new(3);
    let question = own.ok("InitiateAuth", by_srp("ada", &prover));
    let mut proof = proof(own, &prover, &question, PASSWORD);
    proof.insert("DEVICE_KEY".to_owned(), json!(device.key));
    own.public("RespondToAuthChallenge", verifier(proof))
}

#[test]
fn a_remembered_device_proves_itself_by_srp() {
    let live = live(5);
    let own = Own::new(&live, tracked(false, true), client());
    person(&own, "ada", &[]);
    let device = confirmed(&own);
    let reply = proved(&own, &device, &begin(&own, &device).json(), "another secret");
    assert_eq!((reply.status, reply.code().as_str()), (400, "NotAuthorizedException"), "{}", reply.text);
    live.sandbox.weather().advance(Duration::from_secs(60));
    let signed_in = proved(&own, &device, &begin(&own, &device).json(), SECRET).json();
    let result = tokens(&signed_in);
    assert!(result.get("NewDeviceMetadata").is_none());
    assert_eq!(claims(&result["AccessToken"])["device_key"], json!(device.key));
    let shown = own.ok("GetDevice", json!({ "AccessToken": device.access, "DeviceKey": device.key }));
    let dates = |name: &str| shown["Device"][name].as_f64().unwrap();
    assert!(dates("DeviceLastAuthenticatedDate") >= dates("DeviceCreateDate") + 60.0, "{shown}");
    let mut by_password = by_password("ada", PASSWORD);
    by_password["AuthParameters"]["DEVICE_KEY"] = json!(device.key);
    asks(&own.ok("InitiateAuth", by_password), "DEVICE_SRP_AUTH");
}

#[test]
fn a_device_is_remembered_only_when_the_person_says_so_where_the_pool_asks() {
    let live = live(5);
    let own = Own::new(&live, tracked(true, true), client());
    person(&own, "ada", &[]);
    let signed_in = own.ok("InitiateAuth", by_password("ada", PASSWORD));
    let metadata = &tokens(&signed_in)["NewDeviceMetadata"];
    let access = &signed_in["AuthenticationResult"]["AccessToken"];
    let (key, group) = (metadata["DeviceKey"].as_str().unwrap(), metadata["DeviceGroupKey"].as_str().unwrap());
    let config = device_verifier(group, key, SECRET);
    let input = json!({ "AccessToken": access, "DeviceKey": key, "DeviceSecretVerifierConfig": config });
    assert_eq!(own.ok("ConfirmDevice", input), json!({ "UserConfirmationNecessary": true }));
    let device = Device { key: key.to_owned(), group: group.to_owned(), access: access.clone(), refresh: Value::Null };
    tokens(&begin(&own, &device).json());
    let status = |value: &str| json!({ "AccessToken": access, "DeviceKey": key, "DeviceRememberedStatus": value });
    own.ok("UpdateDeviceStatus", status("remembered"));
    tokens(&proved(&own, &device, &begin(&own, &device).json(), SECRET).json());
    own.ok("UpdateDeviceStatus", status("not_remembered"));
    tokens(&begin(&own, &device).json());
    own.fails("UpdateDeviceStatus", status("beloved"), "InvalidParameterException");
}

#[test]
fn a_forgotten_device_leaves_the_password_step_open_for_another_try() {
    let live = live(5);
    let own = Own::new(&live, tracked(false, true), client());
    person(&own, "ada", &[]);
    let device = confirmed(&own);
    own.ok("ForgetDevice", json!({ "AccessToken": device.access, "DeviceKey": device.key }));
    own.fails(
        "ForgetDevice",
        json!({ "AccessToken": device.access, "DeviceKey": device.key }),
        "ResourceNotFoundException",
    );
    let prover = Prover::new(3);
    let question = own.ok("InitiateAuth", by_srp("ada", &prover));
    let mut with_device = proof(&own, &prover, &question, PASSWORD);
    let without = with_device.clone();
    with_device.insert("DEVICE_KEY".to_owned(), json!(device.key));
    let refused = own.fails("RespondToAuthChallenge", verifier(with_device.clone()), "ResourceNotFoundException");
    assert_eq!(refused.message(), "Device does not exist.");
    with_device.insert("DEVICE_KEY".to_owned(), json!("no key"));
    own.fails("RespondToAuthChallenge", verifier(with_device), "InvalidParameterException");
    tokens(&own.ok("RespondToAuthChallenge", verifier(without)));
}

#[test]
fn people_and_administrators_see_and_change_the_same_devices() {
    let live = live(5);
    let own = Own::new(&live, tracked(false, false), client());
    person(&own, "ada", &[]);
    person(&own, "bob", &[]);
    let devices: Vec<Device> = (0..3).map(|_| confirmed(&own)).collect();
    let access = &devices[0].access;
    let first = own.ok("ListDevices", json!({ "AccessToken": access, "Limit": 2 }));
    assert_eq!(first["Devices"].as_array().unwrap().len(), 2);
    let token = &first["PaginationToken"];
    let second = own.ok("ListDevices", json!({ "AccessToken": access, "Limit": 2, "PaginationToken": token }));
    assert_eq!((second["Devices"].as_array().unwrap().len(), second.get("PaginationToken")), (1, None));
    let all = own.admin("AdminListDevices", json!({ "Username": "ada" }));
    let both = [first["Devices"].as_array().unwrap().clone(), second["Devices"].as_array().unwrap().clone()].concat();
    assert_eq!(all["Devices"], json!(both));
    assert_eq!(own.admin("AdminListDevices", json!({ "Username": "bob" })), json!({ "Devices": [] }));
    let one = json!({ "Username": "ada", "DeviceKey": devices[1].key });
    let shown = own.admin("AdminGetDevice", one.clone())["Device"].clone();
    assert_eq!(shown, own.ok("GetDevice", json!({ "AccessToken": access, "DeviceKey": devices[1].key }))["Device"]);
    let attribute = |device: &Value, name: &str| {
        let list = device["DeviceAttributes"].as_array().unwrap().clone();
        list.into_iter().find(|a| a["Name"] == name).map(|a| a["Value"].as_str().unwrap().to_owned())
    };
    assert_eq!(attribute(&shown, "device_name").as_deref(), Some("Ada's telephone"));
    assert_eq!(attribute(&shown, "dev:device_remembered_status").as_deref(), Some("remembered"));
    let mut change = one.clone();
    change["DeviceRememberedStatus"] = json!("not_remembered");
    own.admin("AdminUpdateDeviceStatus", change);
    let shown = own.admin("AdminGetDevice", one.clone())["Device"].clone();
    assert_eq!(attribute(&shown, "dev:device_remembered_status").as_deref(), Some("not_remembered"));
    own.admin("AdminForgetDevice", one.clone());
    for operation in ["AdminGetDevice", "AdminForgetDevice", "AdminUpdateDeviceStatus"] {
        own.admin_fails(operation, one.clone(), "ResourceNotFoundException");
    }
    let bad = json!({ "Username": "ada", "DeviceKey": "nokey" });
    own.admin_fails("AdminGetDevice", bad, "InvalidParameterException");
    own.admin_fails("AdminListDevices", json!({ "Username": "nobody" }), "ResourceNotFoundException");
    let nobody = json!({ "Username": "nobody", "DeviceKey": devices[0].key });
    own.admin_fails("AdminForgetDevice", nobody, "UserNotFoundException");
}

#[test]
fn only_keys_that_a_sign_in_gave_out_can_be_confirmed_and_only_where_the_pool_tracks() {
    let live = live(5);
    let own = Own::new(&live, tracked(false, false), client());
    person(&own, "ada", &[]);
    let device = confirmed(&own);
    let unknown = format!("eu-west-1_{}", "0a".repeat(16));
    let config = device_verifier("-group", &unknown, SECRET);
    let mut input = json!({ "AccessToken": device.access, "DeviceKey": unknown, "DeviceSecretVerifierConfig": config });
    own.fails("ConfirmDevice", input.clone(), "ResourceNotFoundException");
    input["DeviceSecretVerifierConfig"]["PasswordVerifier"] = json!("AA==");
    own.fails("ConfirmDevice", input.clone(), "InvalidParameterException");
    input["AccessToken"] = json!("no.token.atall");
    own.fails("ConfirmDevice", input, "InvalidParameterException");
    own.fails("ListDevices", json!({ "AccessToken": "no.token.atall" }), "NotAuthorizedException");
    let own = Own::new(&live, json!({}), client());
    person(&own, "ada", &[]);
    let signed_in = own.ok("InitiateAuth", by_password("ada", PASSWORD));
    assert!(tokens(&signed_in).get("NewDeviceMetadata").is_none());
    let access = &signed_in["AuthenticationResult"]["AccessToken"];
    let config = device_verifier("-group", &unknown, SECRET);
    let input = json!({ "AccessToken": access, "DeviceKey": unknown, "DeviceSecretVerifierConfig": config });
    own.fails("ConfirmDevice", input, "InvalidUserPoolConfigurationException");
}

#[test]
fn refreshing_goes_on_with_the_same_device_until_it_is_forgotten() {
    let live = live(5);
    let own = Own::new(&live, tracked(false, false), client());
    person(&own, "ada", &[]);
    let device = confirmed(&own);
    let other = confirmed(&own);
    let refresh = |device: &Device, key: Value| {
        let parameters = json!({ "REFRESH_TOKEN": device.refresh, "DEVICE_KEY": key });
        let flow = "REFRESH_TOKEN_AUTH";
        own.public("InitiateAuth", json!({ "AuthFlow": flow, "AuthParameters": parameters }))
    };
    assert_eq!(refresh(&device, json!(device.key)).status, 200);
    assert_eq!(refresh(&device, json!(other.key)).code(), "NotAuthorizedException");
    let parameters = json!({ "REFRESH_TOKEN": device.refresh });
    let without = json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": parameters });
    own.fails("InitiateAuth", without, "NotAuthorizedException");
    own.ok("ForgetDevice", json!({ "AccessToken": other.access, "DeviceKey": device.key }));
    assert_eq!(refresh(&device, json!(device.key)).code(), "NotAuthorizedException");
    assert_eq!(refresh(&other, json!(other.key)).status, 200);
}

#[test]
fn a_device_need_not_name_the_session() {
    let live = live(5);
    let own = Own::new(&live, tracked(false, true), client());
    person(&own, "ada", &[]);
    let device = confirmed(&own);
    let prover = Prover::new(19);
    let first = json!({
        "ChallengeName": "DEVICE_SRP_AUTH",
        "ChallengeResponses": { "USERNAME": "ada", "DEVICE_KEY": device.key, "SRP_A": prover.public() },
    });
    let early = own.fails("RespondToAuthChallenge", first.clone(), "NotAuthorizedException");
    assert_eq!(early.message(), "Cannot initiate DEVICE_SRP_AUTH flow without first authenticating");
    asks(&begin(&own, &device).json(), "DEVICE_SRP_AUTH");
    let question = own.ok("RespondToAuthChallenge", first.clone());
    let mut proof = prover.answer(&device.group, &device.key, SECRET, asks(&question, "DEVICE_PASSWORD_VERIFIER"));
    proof.insert("DEVICE_KEY".to_owned(), json!(device.key));
    proof.insert("USERNAME".to_owned(), json!("ada"));
    let last = json!({ "ChallengeName": "DEVICE_PASSWORD_VERIFIER", "ChallengeResponses": proof });
    tokens(&own.ok("RespondToAuthChallenge", last.clone()));
    own.fails("RespondToAuthChallenge", last, "NotAuthorizedException");
    own.fails("RespondToAuthChallenge", first, "NotAuthorizedException");
}
