//! What is made in the window: a second secret of a client, which is shown when somebody asks and goes when it is locked; a
//! custom attribute; a logo that somebody chose.

use serde_json::{Value, json};
use tauri::Listener;

use crate::Shell;

fn put(value: Value) -> Value {
    json!([{ "pointer": "", "value": value.to_string() }])
}

fn planned(shell: &Shell, operation: &str, subject: &Value, value: Value) -> Result<Value, Value> {
    shell.call("plan_edit", json!({ "operation": operation, "subject": subject, "puts": put(value) }))
}

#[test]
fn a_new_secret_is_revealed_when_asked_for_and_goes_when_the_window_is_locked() {
    let shell = Shell::of(20);
    let (tell, told) = std::sync::mpsc::channel();
    shell.app.listen_any("secret-forgotten", move |event| tell.send(event.payload().to_owned()).unwrap());
    shell.ask("open_sandbox").unwrap();
    let client = shell.ask("list_clients").unwrap()[1]["id"].clone();
    let preview = planned(&shell, "ListUserPoolClientSecrets", &client, json!({ "ClientSecret": {} })).unwrap();
    assert_eq!(preview["operation"], "AddUserPoolClientSecret");
    let made = shell.call("make_edit", json!({ "id": preview["id"], "reason": null, "poolName": null })).unwrap();
    assert_eq!(made["state"], "done", "{made}");
    let named = json!({ "id": made["id"] });
    let secret = shell.call("reveal_made_secret", named.clone()).unwrap()["value"].as_str().unwrap().to_owned();
    assert!(secret.len() > 40 && !made.to_string().contains(&secret));
    let listed = shell.call("get_client_secrets", json!({ "clientId": client })).unwrap();
    assert_eq!(listed["secrets"].as_array().unwrap().len(), 2, "{listed}");
    assert!(!listed.to_string().contains(&secret) && !shell.ask("list_edits").unwrap().to_string().contains(&secret));
    assert!(told.try_recv().is_err(), "it is kept still");
    shell.ask("forget_secrets").unwrap();
    let gone = told.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
    assert_eq!(gone, made["id"].to_string(), "the window is told that it goes");
    assert_eq!(shell.call("reveal_made_secret", named).unwrap_err()["code"], "not_found");
}

#[test]
fn a_custom_attribute_wants_the_pools_name_and_a_logo_is_a_picture() {
    let shell = Shell::of(20);
    let open = shell.ask("open_sandbox").unwrap();
    let attribute = json!({ "SchemaAttribute": { "AttributeDataType": "String", "Mutable": true } });
    let preview = planned(&shell, "AddCustomAttributes", &json!("custom:shelf"), attribute.clone()).unwrap();
    assert!(preview["forward"].as_str().unwrap().contains("stays for good"), "{preview}");
    let unnamed =
        shell.call("make_edit", json!({ "id": preview["id"], "reason": null, "poolName": null })).unwrap_err();
    assert_eq!(unnamed["field"], "poolName");
    let name = &open["pool"]["name"];
    let made = shell.call("make_edit", json!({ "id": preview["id"], "reason": null, "poolName": name })).unwrap();
    assert_eq!((&made["state"], &made["undoable"]), (&json!("done"), &json!(false)));
    let long = planned(&shell, "AddCustomAttributes", &json!("custom:a-name-that-is-too-long"), attribute).unwrap_err();
    assert_eq!(long["field"], "subject");

    let picture = shell.folder.path().join("logo.png");
    std::fs::write(&picture, b"\x89PNG\r\n\x1a\n").unwrap();
    let chosen = shell.choosing(picture.to_str().unwrap(), "choose_logo").unwrap();
    assert_eq!((&chosen["name"], &chosen["letters"]), (&json!("logo.png"), &json!("iVBORw0KGgo=")));
    std::fs::write(&picture, "no picture").unwrap();
    assert_eq!(shell.choosing(picture.to_str().unwrap(), "choose_logo").unwrap_err()["field"], "logo");
}
