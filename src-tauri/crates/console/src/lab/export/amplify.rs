//! JavaScript for Amplify, version 6.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Recipe, metadata, written};
use crate::lab::recorder::{Shown, Step};

/// A call of the library: its name and its argument.
type Call = (&'static str, Option<Value>);

/// The script.
pub(super) fn script(recipe: &Recipe<'_>) -> String {
    let (mut names, mut body) = (BTreeSet::new(), String::new());
    for (at, step) in recipe.steps.iter().enumerate() {
        match calls(step, &recipe.steps[..at]) {
            Ok(calls) => {
                for (name, mut argument) in calls {
                    let metadata = metadata(step);
                    if let (Some(argument), false) = (&mut argument, metadata.is_null()) {
                        argument["options"]["clientMetadata"] = metadata;
                    }
                    names.insert(name);
                    let argument = argument.map(|argument| object(&argument)).unwrap_or_default();
                    body.push_str(&format!("await {name}({argument});\n"));
                }
            }
            Err(why) => body.push_str(&format!("// {}: {why}\n", step.operation)),
        }
    }
    let mut text = String::from("import { Amplify } from \"aws-amplify\";\n");
    if !names.is_empty() {
        let names: Vec<&str> = names.into_iter().collect();
        text.push_str(&format!("import {{ {} }} from \"aws-amplify/auth\";\n", names.join(", ")));
    }
    if recipe.has_secret {
        text.push_str("// Amplify cannot use an app client with a secret; make one without for it.\n");
    }
    let cognito = configuration(recipe);
    text.push_str(&format!("\nAmplify.configure({});\n\n{body}", object(&json!({ "Auth": { "Cognito": cognito } }))));
    text
}

fn configuration(recipe: &Recipe<'_>) -> Value {
    let mut cognito = json!({ "userPoolId": recipe.pool, "userPoolClientId": recipe.client });
    if let Some(endpoint) = &recipe.endpoint {
        cognito["userPoolEndpoint"] = endpoint.as_str().into();
    }
    let hosted = recipe.steps.iter().find(|step| step.operation == "oauth2/authorize");
    if let Some(step) = hosted {
        let value = |name: &str| step.request.get(name).map(|value| written(name, value)).unwrap_or_default();
        let domain = recipe.domain().trim_start_matches("https://");
        let scopes: Vec<String> = value("scope").split(' ').filter(|s| !s.is_empty()).map(str::to_owned).collect();
        cognito["loginWith"] = json!({ "oauth": {
            "domain": domain, "scopes": scopes, "redirectSignIn": [value("redirect_uri")],
            "redirectSignOut": ["<LOGOUT_URL>"], "responseType": "code",
        }});
    }
    cognito
}

/// The calls that do a step after those before it; none where the library does it by itself.
fn calls(step: &Step, before: &[Step]) -> Result<Vec<Call>, &'static str> {
    let value = |name: &str| step.request.get(name).map(|value| written(name, value)).unwrap_or_default();
    let one = |name, argument| Ok(vec![(name, Some(argument))]);
    let bare = |name| Ok(vec![(name, None)]);
    match step.operation {
        "InitiateAuth" => Ok(vec![initiated(step, &value)]),
        "RespondToAuthChallenge" => Ok(answered(step, before, &value)),
        "AdminInitiateAuth" | "AdminRespondToAuthChallenge" => Err("only a server with AWS credentials calls this."),
        // Where there is but one factor to set up, the library asks for it by itself.
        "AssociateSoftwareToken" if !chooses_setup(before) => Ok(Vec::new()),
        "AssociateSoftwareToken" => Ok(vec![confirm("TOTP")]),
        "VerifySoftwareToken" => Ok(vec![confirm("<USER_CODE>")]),
        "GetTokensFromRefreshToken" => one("fetchAuthSession", json!({ "forceRefresh": true })),
        "oauth2/authorize" => bare("signInWithRedirect"),
        "oauth2/token" if step.subject == "authorization_code" => Ok(Vec::new()),
        "oauth2/token" | "GetClientToken" => Err("a machine's credentials do not belong into a browser."),
        "oauth2/userInfo" => Err("fetch it from the pool's domain with the access token."),
        "GetUser" => bare("fetchUserAttributes"),
        "ChangePassword" => one(
            "updatePassword",
            json!({ "oldPassword": value("PreviousPassword"), "newPassword": value("ProposedPassword") }),
        ),
        "ConfirmDevice" => bare("rememberDevice"),
        "UpdateDeviceStatus" => Ok(Vec::new()),
        "ForgetDevice" => bare("forgetDevice"),
        "RevokeToken" => bare("signOut"),
        "GlobalSignOut" => one("signOut", json!({ "global": true })),
        "SignUp" => one(
            "signUp",
            json!({
                "username": value("Username"), "password": value("Password"),
                "options": { "userAttributes": attributes(step) },
            }),
        ),
        "ConfirmSignUp" => one(
            "confirmSignUp",
            json!({ "username": value("Username"), "confirmationCode": value("ConfirmationCode") }),
        ),
        "ResendConfirmationCode" => one("resendSignUpCode", json!({ "username": value("Username") })),
        "ForgotPassword" => one("resetPassword", json!({ "username": value("Username") })),
        "ConfirmForgotPassword" => one(
            "confirmResetPassword",
            json!({
                "username": value("Username"), "confirmationCode": value("ConfirmationCode"),
                "newPassword": value("Password"),
            }),
        ),
        _ => Err("Amplify has no call for this."),
    }
}

fn initiated(step: &Step, value: &dyn Fn(&str) -> String) -> Call {
    let flow = match step.subject.as_str() {
        "REFRESH_TOKEN_AUTH" => return ("fetchAuthSession", Some(json!({ "forceRefresh": true }))),
        "CUSTOM_AUTH" if step.request.contains_key("SRP_A") => "CUSTOM_WITH_SRP",
        "CUSTOM_AUTH" => "CUSTOM_WITHOUT_SRP",
        flow => flow,
    };
    let mut argument = json!({ "username": value("USERNAME"), "options": { "authFlowType": flow } });
    if matches!(flow, "USER_SRP_AUTH" | "USER_PASSWORD_AUTH" | "CUSTOM_WITH_SRP") {
        argument["password"] = "<PASSWORD>".into();
    }
    if step.request.contains_key("PREFERRED_CHALLENGE") {
        argument["password"] = "<PASSWORD>".into();
        argument["options"]["preferredChallenge"] = value("PREFERRED_CHALLENGE").into();
    }
    ("signIn", Some(argument))
}

fn answered(step: &Step, before: &[Step], value: &dyn Fn(&str) -> String) -> Vec<Call> {
    let chosen = value("ANSWER");
    let response = match step.subject.as_str() {
        // The library proves passwords, devices and passkeys, and ends an enrolment, by itself.
        "PASSWORD_VERIFIER" | "DEVICE_SRP_AUTH" | "DEVICE_PASSWORD_VERIFIER" | "MFA_SETUP" | "WEB_AUTHN" => {
            return Vec::new();
        }
        // Who chose the password before has given it then.
        "PASSWORD" | "PASSWORD_SRP" if chose_password(before) => return Vec::new(),
        "PASSWORD" | "PASSWORD_SRP" => "<PASSWORD>".to_owned(),
        "NEW_PASSWORD_REQUIRED" => {
            let mut argument = json!({ "challengeResponse": "<NEW_PASSWORD>" });
            let attributes = attributes(step);
            if attributes.as_object().is_some_and(|all| !all.is_empty()) {
                argument["options"] = json!({ "userAttributes": attributes });
            }
            return vec![("confirmSignIn", Some(argument))];
        }
        "SELECT_CHALLENGE" if chosen.starts_with("PASSWORD") => return vec![confirm(&chosen), confirm("<PASSWORD>")],
        // The library has its own names for second factors.
        "SELECT_MFA_TYPE" => match chosen.as_str() {
            "SOFTWARE_TOKEN_MFA" => "TOTP".to_owned(),
            "SMS_MFA" => "SMS".to_owned(),
            _ => "EMAIL".to_owned(),
        },
        "SMS_MFA" => value("SMS_MFA_CODE"),
        "SOFTWARE_TOKEN_MFA" => value("SOFTWARE_TOKEN_MFA_CODE"),
        "EMAIL_OTP" => value("EMAIL_OTP_CODE"),
        "SMS_OTP" => value("SMS_OTP_CODE"),
        _ => chosen,
    };
    vec![confirm(&response)]
}

fn confirm(response: &str) -> Call {
    ("confirmSignIn", Some(json!({ "challengeResponse": response })))
}

fn chose_password(before: &[Step]) -> bool {
    before.last().is_some_and(|step| step.subject == "SELECT_CHALLENGE")
}

/// Whether the library asks which second factor is to be set up: it knows authenticator apps and e-mail.
fn chooses_setup(before: &[Step]) -> bool {
    let offered = before.iter().rev().find_map(|step| step.answer.get("MFAS_CAN_SETUP"));
    matches!(offered, Some(Shown::Plain(all)) if all.contains("EMAIL_OTP") && all.contains("SOFTWARE_TOKEN_MFA"))
}

fn attributes(step: &Step) -> Value {
    let named = step.request.iter().filter_map(|(name, value)| {
        let attribute = name.strip_prefix("userAttributes.")?;
        Some((attribute.to_owned(), Value::String(written(name, value))))
    });
    Value::Object(named.collect())
}

/// An object literal: JSON is one.
fn object(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
