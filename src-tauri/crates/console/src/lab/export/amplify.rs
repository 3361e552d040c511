//! JavaScript for Amplify, version 6.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Recipe, written};
use crate::lab::recorder::Step;

/// One call of the library: its name and its argument; `None` where the library does the step by itself.
type Call = Option<(&'static str, Option<Value>)>;

/// The script.
pub(super) fn script(recipe: &Recipe<'_>) -> String {
    let (mut names, mut body) = (BTreeSet::new(), String::new());
    for step in recipe.steps {
        match call(step) {
            Ok(Some((name, argument))) => {
                names.insert(name);
                let argument = argument.map(|argument| object(&argument)).unwrap_or_default();
                body.push_str(&format!("await {name}({argument});\n"));
            }
            Ok(None) => {}
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

fn call(step: &Step) -> Result<Call, &'static str> {
    let value = |name: &str| step.request.get(name).map(|value| written(name, value)).unwrap_or_default();
    let call = |name, argument| Ok(Some((name, Some(argument))));
    match step.operation {
        "InitiateAuth" => initiated(step, &value),
        "RespondToAuthChallenge" => Ok(answered(step, &value)),
        "AdminInitiateAuth" | "AdminRespondToAuthChallenge" => Err("only a server with AWS credentials calls this."),
        "AssociateSoftwareToken" => call("confirmSignIn", json!({ "challengeResponse": "TOTP" })),
        "VerifySoftwareToken" => call("confirmSignIn", json!({ "challengeResponse": "<USER_CODE>" })),
        "GetTokensFromRefreshToken" => call("fetchAuthSession", json!({ "forceRefresh": true })),
        "oauth2/authorize" => Ok(Some(("signInWithRedirect", None))),
        "oauth2/token" if step.subject == "authorization_code" => Ok(None),
        "oauth2/token" | "GetClientToken" => Err("a machine's credentials do not belong into a browser."),
        "oauth2/userInfo" => Err("fetch it from the pool's domain with the access token."),
        "GetUser" => Ok(Some(("fetchUserAttributes", None))),
        "ChangePassword" => call(
            "updatePassword",
            json!({ "oldPassword": value("PreviousPassword"), "newPassword": value("ProposedPassword") }),
        ),
        "ConfirmDevice" => Ok(Some(("rememberDevice", None))),
        "UpdateDeviceStatus" => Ok(None),
        "ForgetDevice" => Ok(Some(("forgetDevice", None))),
        "RevokeToken" => Ok(Some(("signOut", None))),
        "GlobalSignOut" => call("signOut", json!({ "global": true })),
        "SignUp" => {
            let attributes = attributes(step);
            call(
                "signUp",
                json!({
                    "username": value("Username"), "password": value("Password"),
                    "options": { "userAttributes": attributes },
                }),
            )
        }
        "ConfirmSignUp" => call(
            "confirmSignUp",
            json!({ "username": value("Username"), "confirmationCode": value("ConfirmationCode") }),
        ),
        "ResendConfirmationCode" => call("resendSignUpCode", json!({ "username": value("Username") })),
        "ForgotPassword" => call("resetPassword", json!({ "username": value("Username") })),
        "ConfirmForgotPassword" => call(
            "confirmResetPassword",
            json!({
                "username": value("Username"), "confirmationCode": value("ConfirmationCode"),
                "newPassword": value("Password"),
            }),
        ),
        _ => Err("Amplify has no call for this."),
    }
}

fn initiated(step: &Step, value: &dyn Fn(&str) -> String) -> Result<Call, &'static str> {
    let flow = match step.subject.as_str() {
        "REFRESH_TOKEN_AUTH" => return Ok(Some(("fetchAuthSession", Some(json!({ "forceRefresh": true }))))),
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
    Ok(Some(("signIn", Some(argument))))
}

fn answered(step: &Step, value: &dyn Fn(&str) -> String) -> Call {
    let response = match step.subject.as_str() {
        // The library proves passwords and devices, and ends an enrolment, by itself.
        "PASSWORD_VERIFIER" | "DEVICE_SRP_AUTH" | "DEVICE_PASSWORD_VERIFIER" | "MFA_SETUP" | "PASSWORD_SRP" => {
            return None;
        }
        "NEW_PASSWORD_REQUIRED" => {
            let mut argument = json!({ "challengeResponse": "<NEW_PASSWORD>" });
            let attributes = attributes(step);
            if attributes.as_object().is_some_and(|all| !all.is_empty()) {
                argument["options"] = json!({ "userAttributes": attributes });
            }
            return Some(("confirmSignIn", Some(argument)));
        }
        "SMS_MFA" => value("SMS_MFA_CODE"),
        "SOFTWARE_TOKEN_MFA" => value("SOFTWARE_TOKEN_MFA_CODE"),
        "EMAIL_OTP" => value("EMAIL_OTP_CODE"),
        "SMS_OTP" => value("SMS_OTP_CODE"),
        "PASSWORD" => "<PASSWORD>".to_owned(),
        _ => value("ANSWER"),
    };
    Some(("confirmSignIn", Some(json!({ "challengeResponse": response }))))
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
