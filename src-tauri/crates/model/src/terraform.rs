//! Settings as Terraform writes them (provider `hashicorp/aws`), and what of them is left out.
//!
//! A snippet to begin with, not a claim to be complete: at its end it names every setting that it covers and every one that
//! it does not.

use std::collections::BTreeMap;

use serde_json::Value;

/// A pool as `aws_cognito_user_pool`, by place: where Terraform has it, with a dot for each block.
const POOL: &[(&str, &str)] = &[
    ("/UserPool/Name", "name"),
    ("/UserPool/UserPoolTier", "user_pool_tier"),
    ("/UserPool/DeletionProtection", "deletion_protection"),
    ("/UserPool/MfaConfiguration", "mfa_configuration"),
    ("/UserPool/UsernameAttributes", "username_attributes"),
    ("/UserPool/AliasAttributes", "alias_attributes"),
    ("/UserPool/AutoVerifiedAttributes", "auto_verified_attributes"),
    ("/UserPool/SmsAuthenticationMessage", "sms_authentication_message"),
    ("/UserPool/UsernameConfiguration/CaseSensitive", "username_configuration.case_sensitive"),
    ("/UserPool/Policies/PasswordPolicy/MinimumLength", "password_policy.minimum_length"),
    ("/UserPool/Policies/PasswordPolicy/RequireLowercase", "password_policy.require_lowercase"),
    ("/UserPool/Policies/PasswordPolicy/RequireUppercase", "password_policy.require_uppercase"),
    ("/UserPool/Policies/PasswordPolicy/RequireNumbers", "password_policy.require_numbers"),
    ("/UserPool/Policies/PasswordPolicy/RequireSymbols", "password_policy.require_symbols"),
    ("/UserPool/Policies/PasswordPolicy/PasswordHistorySize", "password_policy.password_history_size"),
    (
        "/UserPool/Policies/PasswordPolicy/TemporaryPasswordValidityDays",
        "password_policy.temporary_password_validity_days",
    ),
    ("/UserPool/Policies/SignInPolicy/AllowedFirstAuthFactors", "sign_in_policy.allowed_first_auth_factors"),
    (
        "/UserPool/AdminCreateUserConfig/AllowAdminCreateUserOnly",
        "admin_create_user_config.allow_admin_create_user_only",
    ),
    (
        "/UserPool/AdminCreateUserConfig/InviteMessageTemplate/EmailSubject",
        "admin_create_user_config.invite_message_template.email_subject",
    ),
    (
        "/UserPool/AdminCreateUserConfig/InviteMessageTemplate/EmailMessage",
        "admin_create_user_config.invite_message_template.email_message",
    ),
    (
        "/UserPool/AdminCreateUserConfig/InviteMessageTemplate/SMSMessage",
        "admin_create_user_config.invite_message_template.sms_message",
    ),
    (
        "/UserPool/DeviceConfiguration/ChallengeRequiredOnNewDevice",
        "device_configuration.challenge_required_on_new_device",
    ),
    (
        "/UserPool/DeviceConfiguration/DeviceOnlyRememberedOnUserPrompt",
        "device_configuration.device_only_remembered_on_user_prompt",
    ),
    ("/UserPool/EmailConfiguration/EmailSendingAccount", "email_configuration.email_sending_account"),
    ("/UserPool/EmailConfiguration/SourceArn", "email_configuration.source_arn"),
    ("/UserPool/EmailConfiguration/From", "email_configuration.from_email_address"),
    ("/UserPool/EmailConfiguration/ReplyToEmailAddress", "email_configuration.reply_to_email_address"),
    ("/UserPool/EmailConfiguration/ConfigurationSet", "email_configuration.configuration_set"),
    ("/UserPool/SmsConfiguration/SnsCallerArn", "sms_configuration.sns_caller_arn"),
    ("/UserPool/SmsConfiguration/ExternalId", "sms_configuration.external_id"),
    ("/UserPool/SmsConfiguration/SnsRegion", "sms_configuration.sns_region"),
    (
        "/UserPool/UserAttributeUpdateSettings/AttributesRequireVerificationBeforeUpdate",
        "user_attribute_update_settings.attributes_require_verification_before_update",
    ),
    ("/UserPool/UserPoolAddOns/AdvancedSecurityMode", "user_pool_add_ons.advanced_security_mode"),
    (
        "/UserPool/UserPoolAddOns/AdvancedSecurityAdditionalFlows/CustomAuthMode",
        "user_pool_add_ons.advanced_security_additional_flows.custom_auth_mode",
    ),
    ("/UserPool/VerificationMessageTemplate/DefaultEmailOption", "verification_message_template.default_email_option"),
    ("/UserPool/VerificationMessageTemplate/EmailMessage", "verification_message_template.email_message"),
    ("/UserPool/VerificationMessageTemplate/EmailSubject", "verification_message_template.email_subject"),
    ("/UserPool/VerificationMessageTemplate/EmailMessageByLink", "verification_message_template.email_message_by_link"),
    ("/UserPool/VerificationMessageTemplate/EmailSubjectByLink", "verification_message_template.email_subject_by_link"),
    ("/UserPool/VerificationMessageTemplate/SmsMessage", "verification_message_template.sms_message"),
    ("/UserPool/LambdaConfig/PreSignUp", "lambda_config.pre_sign_up"),
    ("/UserPool/LambdaConfig/PostConfirmation", "lambda_config.post_confirmation"),
    ("/UserPool/LambdaConfig/PreAuthentication", "lambda_config.pre_authentication"),
    ("/UserPool/LambdaConfig/PostAuthentication", "lambda_config.post_authentication"),
    ("/UserPool/LambdaConfig/DefineAuthChallenge", "lambda_config.define_auth_challenge"),
    ("/UserPool/LambdaConfig/CreateAuthChallenge", "lambda_config.create_auth_challenge"),
    ("/UserPool/LambdaConfig/VerifyAuthChallengeResponse", "lambda_config.verify_auth_challenge_response"),
    ("/UserPool/LambdaConfig/UserMigration", "lambda_config.user_migration"),
    ("/UserPool/LambdaConfig/CustomMessage", "lambda_config.custom_message"),
    ("/UserPool/LambdaConfig/KMSKeyID", "lambda_config.kms_key_id"),
    (
        "/UserPool/LambdaConfig/PreTokenGenerationConfig/LambdaArn",
        "lambda_config.pre_token_generation_config.lambda_arn",
    ),
    (
        "/UserPool/LambdaConfig/PreTokenGenerationConfig/LambdaVersion",
        "lambda_config.pre_token_generation_config.lambda_version",
    ),
    ("/UserPool/LambdaConfig/CustomEmailSender/LambdaArn", "lambda_config.custom_email_sender.lambda_arn"),
    ("/UserPool/LambdaConfig/CustomEmailSender/LambdaVersion", "lambda_config.custom_email_sender.lambda_version"),
    ("/UserPool/LambdaConfig/CustomSMSSender/LambdaArn", "lambda_config.custom_sms_sender.lambda_arn"),
    ("/UserPool/LambdaConfig/CustomSMSSender/LambdaVersion", "lambda_config.custom_sms_sender.lambda_version"),
];

/// A client as `aws_cognito_user_pool_client`.
const CLIENT: &[(&str, &str)] = &[
    ("/UserPoolClient/ClientName", "name"),
    ("/UserPoolClient/UserPoolId", "user_pool_id"),
    ("/UserPoolClient/ExplicitAuthFlows", "explicit_auth_flows"),
    ("/UserPoolClient/AllowedOAuthFlowsUserPoolClient", "allowed_oauth_flows_user_pool_client"),
    ("/UserPoolClient/AllowedOAuthFlows", "allowed_oauth_flows"),
    ("/UserPoolClient/AllowedOAuthScopes", "allowed_oauth_scopes"),
    ("/UserPoolClient/CallbackURLs", "callback_urls"),
    ("/UserPoolClient/LogoutURLs", "logout_urls"),
    ("/UserPoolClient/DefaultRedirectURI", "default_redirect_uri"),
    ("/UserPoolClient/SupportedIdentityProviders", "supported_identity_providers"),
    ("/UserPoolClient/ReadAttributes", "read_attributes"),
    ("/UserPoolClient/WriteAttributes", "write_attributes"),
    ("/UserPoolClient/AccessTokenValidity", "access_token_validity"),
    ("/UserPoolClient/IdTokenValidity", "id_token_validity"),
    ("/UserPoolClient/RefreshTokenValidity", "refresh_token_validity"),
    ("/UserPoolClient/TokenValidityUnits/AccessToken", "token_validity_units.access_token"),
    ("/UserPoolClient/TokenValidityUnits/IdToken", "token_validity_units.id_token"),
    ("/UserPoolClient/TokenValidityUnits/RefreshToken", "token_validity_units.refresh_token"),
    ("/UserPoolClient/EnableTokenRevocation", "enable_token_revocation"),
    ("/UserPoolClient/EnablePropagateAdditionalUserContextData", "enable_propagate_additional_user_context_data"),
    ("/UserPoolClient/PreventUserExistenceErrors", "prevent_user_existence_errors"),
    ("/UserPoolClient/AuthSessionValidity", "auth_session_validity"),
    ("/UserPoolClient/RefreshTokenRotation/Feature", "refresh_token_rotation.feature"),
    (
        "/UserPoolClient/RefreshTokenRotation/RetryGracePeriodSeconds",
        "refresh_token_rotation.retry_grace_period_seconds",
    ),
];

/// Facts that nobody writes down in Terraform.
const FACTS: [&str; 10] = [
    "/UserPool/Id",
    "/UserPool/Arn",
    "/UserPool/CreationDate",
    "/UserPool/LastModifiedDate",
    "/UserPool/EstimatedNumberOfUsers",
    "/UserPool/Status",
    "/UserPoolClient/ClientId",
    "/UserPoolClient/CreationDate",
    "/UserPoolClient/LastModifiedDate",
    "/UserPoolClient/ClientSecret",
];

/// A pool (the body of `DescribeUserPool`) as Terraform.
#[must_use]
pub fn pool(body: &Value) -> String {
    resource("aws_cognito_user_pool", body, "/UserPool", "/UserPool/Name", POOL)
}

/// A client (the body of `DescribeUserPoolClient`) as Terraform. Its secret is not in it.
#[must_use]
pub fn client(body: &Value) -> String {
    resource("aws_cognito_user_pool_client", body, "/UserPoolClient", "/UserPoolClient/ClientName", CLIENT)
}

/// Values and blocks inside of a block.
#[derive(Default)]
struct Block {
    values: Vec<(&'static str, String)>,
    blocks: BTreeMap<&'static str, Block>,
}

impl Block {
    fn put(&mut self, path: &'static str, value: String) {
        match path.split_once('.') {
            Some((block, rest)) => self.blocks.entry(block).or_default().put(rest, value),
            None => self.values.push((path, value)),
        }
    }

    fn write(&self, out: &mut String, depth: usize) {
        let space = "  ".repeat(depth);
        for (name, value) in &self.values {
            out.push_str(&format!("{space}{name} = {value}\n"));
        }
        for (name, block) in &self.blocks {
            out.push_str(&format!("\n{space}{name} {{\n"));
            block.write(out, depth + 1);
            out.push_str(&format!("{space}}}\n"));
        }
    }
}

fn resource(kind: &str, body: &Value, root: &str, name: &str, table: &[(&'static str, &'static str)]) -> String {
    let mut block = Block::default();
    let (mut covered, mut missing) = (Vec::new(), Vec::new());
    for (pointer, path) in table {
        let value = body.pointer(pointer).filter(|value| !value.is_null());
        if let Some(value) = value.and_then(written) {
            block.put(path, value);
            covered.push(*pointer);
        }
    }
    leaves(body.pointer(root).unwrap_or(&Value::Null), root.to_owned(), &mut missing);
    missing.retain(|place| {
        let within = |known: &&str| place.as_str() == *known || place.starts_with(&format!("{known}/"));
        !covered.iter().any(&within) && !FACTS.iter().any(within)
    });
    let label = label(body.pointer(name).and_then(Value::as_str).unwrap_or_default());
    let mut out = format!("resource \"{kind}\" \"{label}\" {{\n");
    block.write(&mut out, 1);
    out.push_str("}\n\n# Covered:\n");
    covered.iter().for_each(|place| out.push_str(&format!("#   {place}\n")));
    out.push_str("# Not covered, so to be written by hand:\n");
    missing.iter().for_each(|place| out.push_str(&format!("#   {}\n", flat(place))));
    if missing.is_empty() {
        out.push_str("#   nothing\n");
    }
    out
}

/// Places of values, lists as one.
fn leaves(value: &Value, place: String, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(name, inner)| leaves(inner, format!("{place}/{name}"), found));
        }
        Value::Null => {}
        _ => found.push(place),
    }
}

/// A value as HCL; `None` for what no attribute can hold.
fn written(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(quoted(text)),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Array(list) => {
            let texts: Option<Vec<String>> = list.iter().map(|entry| entry.as_str().map(quoted)).collect();
            texts.map(|texts| format!("[{}]", texts.join(", ")))
        }
        Value::Null | Value::Object(_) => None,
    }
}

/// A text in quotes, in which nothing is a template.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.replace("${", "$${").replace("%{", "%%{").chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A name for the resource that Terraform takes.
fn label(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    if plain.starts_with(|c: char| c.is_ascii_lowercase()) { plain } else { format!("pool_{plain}") }
}

/// A text on one line: comments end with it.
fn flat(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_snippet_has_blocks_and_names_what_it_leaves_out() {
        let text = pool(&json!({ "UserPool": { "Id": "x", "Name": "9 shops", "AutoVerifiedAttributes": ["email"],
            "Policies": { "PasswordPolicy": { "MinimumLength": 12, "RequireSymbols": true } },
            "SchemaAttributes": [{ "Name": "sub" }], "Tomorrow": { "On": true } } }));
        let wanted = "resource \"aws_cognito_user_pool\" \"pool_9_shops\" {\n  name = \"9 shops\"\n  \
                      auto_verified_attributes = [\"email\"]\n\n  password_policy {\n    minimum_length = 12\n    \
                      require_symbols = true\n  }\n}\n";
        assert!(text.starts_with(wanted), "{text}");
        let missing = text.split("by hand:\n").nth(1).unwrap();
        assert_eq!(missing, "#   /UserPool/SchemaAttributes\n#   /UserPool/Tomorrow/On\n");
    }

    #[test]
    fn hostile_texts_stay_texts() {
        let text = client(&json!({ "UserPoolClient": { "ClientName": "a\"\n}\n${file(\"x\")}", "ClientSecret": "hush",
            "New\nresource": 1 } }));
        assert!(text.contains("name = \"a\\\"\\n}\\n$${file(\\\"x\\\")}\""), "{text}");
        assert!(!text.contains("hush") && text.contains("#   /UserPoolClient/New resource\n"), "{text}");
    }
}
