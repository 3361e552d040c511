//! Identity providers that a pool trusts.

use serde_json::{Map, Value, json};

use super::input::Input;
use super::listing::page;
use super::{Answered, Call, nothing, output};
use crate::directory::Pool;
use crate::directory::record::Record;
use crate::directory::token::Question;
use crate::protocol::{ApiError, check};

/// Most identity providers of one pool.
const MOST: usize = 300;

const CHANGEABLE: [&str; 4] = ["ProviderDetails", "AttributeMapping", "IdpIdentifiers", "AcrMapping"];

/// What each kind of provider must be told. Social providers also have to bear the name of their kind.
const KINDS: [(&str, bool, &[&str]); 6] = [
    ("SAML", false, &[]),
    ("OIDC", false, &["client_id", "oidc_issuer", "authorize_scopes"]),
    ("Facebook", true, &["client_id", "client_secret", "authorize_scopes"]),
    ("Google", true, &["client_id", "client_secret", "authorize_scopes"]),
    ("LoginWithAmazon", true, &["client_id", "client_secret", "authorize_scopes"]),
    ("SignInWithApple", true, &["client_id", "team_id", "key_id", "private_key", "authorize_scopes"]),
];

/// What AWS tells of a SAML provider, and does not take.
const CERTIFICATE: &str = "ActiveEncryptionCertificate";

/// What AWS adds to the details of a provider.
fn known_details(kind: &str) -> Value {
    match kind {
        "OIDC" => json!({ "attributes_request_method": "GET", "attributes_url_add_attributes": "false" }),
        "Facebook" => json!({
            "attributes_url": "https://graph.facebook.com/v17.0/me?fields=",
            "attributes_url_add_attributes": "true",
            "authorize_url": "https://www.facebook.com/v17.0/dialog/oauth",
            "token_request_method": "GET",
            "token_url": "https://graph.facebook.com/v17.0/oauth/access_token",
        }),
        "Google" => json!({
            "attributes_url": "https://people.googleapis.com/v1/people/me?personFields=",
            "attributes_url_add_attributes": "true",
            "authorize_url": "https://accounts.google.com/o/oauth2/v2/auth",
            "oidc_issuer": "https://accounts.google.com",
            "token_request_method": "POST",
            "token_url": "https://www.googleapis.com/oauth2/v4/token",
        }),
        "LoginWithAmazon" => json!({
            "attributes_url": "https://api.amazon.com/user/profile",
            "attributes_url_add_attributes": "false",
            "authorize_url": "https://www.amazon.com/ap/oa",
            "token_request_method": "POST",
            "token_url": "https://api.amazon.com/auth/o2/token",
        }),
        "SignInWithApple" => json!({
            "attributes_url_add_attributes": "false",
            "authorize_url": "https://appleid.apple.com/auth/authorize",
            "oidc_issuer": "https://appleid.apple.com",
            "token_request_method": "POST",
            "token_url": "https://appleid.apple.com/auth/token",
        }),
        _ => json!({}),
    }
}

/// The claim that becomes the username, unless the mapping names another.
fn usual_mapping(kind: &str) -> Value {
    match kind {
        "SAML" => json!({}),
        "Facebook" => json!({ "username": "id" }),
        "LoginWithAmazon" => json!({ "username": "user_id" }),
        _ => json!({ "username": "sub" }),
    }
}

/// What a provider's mapping fills in the pool, each with the provider's name for it; the username is not among them.
pub(super) fn mapping(provider: &Record) -> Vec<(String, String)> {
    let mapping = provider.settings.get("AttributeMapping").and_then(Value::as_object).into_iter().flatten();
    let others = mapping.filter(|(name, _)| *name != "username");
    others.filter_map(|(name, claim)| Some((name.clone(), claim.as_str()?.to_owned()))).collect()
}

/// The claim that becomes the username; `None` for a SAML provider's `NameID`.
pub(super) fn username_claim(provider: &Record) -> Option<String> {
    let named = |mapping: &Value| mapping.get("username").and_then(Value::as_str).map(str::to_owned);
    let usual = || named(&usual_mapping(provider.text("ProviderType").unwrap_or_default()));
    provider.settings.get("AttributeMapping").and_then(named).or_else(usual)
}

pub(super) fn missing(name: &str) -> ApiError {
    ApiError::not_found(format!("Identity provider {name} does not exist."))
}

fn check_settings(pool: &Pool, name: &str, settings: &Map<String, Value>) -> Result<(), ApiError> {
    let kind = settings.get("ProviderType").and_then(Value::as_str).unwrap_or_default();
    let (_, social, required) = KINDS.iter().find(|(known, ..)| *known == kind).unwrap_or(&KINDS[0]);
    if *social && name != kind {
        return Err(ApiError::invalid(format!("The name of a {kind} provider must be {kind}.")));
    }
    let details = settings.get("ProviderDetails");
    let has =
        |key: &str| details.and_then(|details| details.get(key)).and_then(Value::as_str).is_some_and(|v| !v.is_empty());
    if let Some(key) = required.iter().find(|key| !has(key)) {
        return Err(ApiError::invalid(format!("The details of a {kind} provider must have {key}.")));
    }
    if kind == "SAML" && !has("MetadataURL") && !has("MetadataFile") {
        return Err(ApiError::invalid("The details of a SAML provider must have MetadataURL or MetadataFile."));
    }
    if let Some(Value::Object(mapping)) = settings.get("AttributeMapping")
        && let Some(unknown) = mapping.keys().find(|key| *key != "username" && pool.schema.id(key).is_none())
    {
        return Err(ApiError::invalid(format!(
            "The attribute mapping names {unknown}, which the schema does not have."
        )));
    }
    if kind == "SAML" && has(CERTIFICATE) {
        let message = format!("{CERTIFICATE} is not a valid key for SAML identity provider details.");
        return Err(ApiError::invalid(message));
    }
    for identifier in identifiers(settings) {
        let taken = |(other, record): (&String, &Record)| {
            other != name && identifiers(&record.settings).any(|i| i == identifier)
        };
        if pool.resources.providers.iter().any(taken) {
            return Err(ApiError::invalid(format!("The identifier {identifier} belongs to another provider.")));
        }
    }
    Ok(())
}

fn identifiers(settings: &Map<String, Value>) -> impl Iterator<Item = &str> {
    settings.get("IdpIdentifiers").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// Fills in what AWS adds.
fn complete(settings: &mut Map<String, Value>) {
    let kind = settings.get("ProviderType").and_then(Value::as_str).unwrap_or_default().to_owned();
    settings.entry("AttributeMapping").or_insert_with(|| usual_mapping(&kind));
    settings.entry("IdpIdentifiers").or_insert_with(|| json!([]));
    let (Some(Value::Object(details)), Value::Object(known)) =
        (settings.get_mut("ProviderDetails"), known_details(&kind))
    else {
        return;
    };
    for (name, value) in known {
        details.entry(name).or_insert(value);
    }
}

/// Everything but the private key, which AWS never shows again.
fn described(pool: &Pool, name: &str) -> Answered {
    let provider = pool.resources.providers.get(name).ok_or_else(|| missing(name))?;
    let mut out = provider.shown();
    let saml = out.get("ProviderType").is_some_and(|kind| kind == "SAML");
    if let Some(Value::Object(details)) = out.get_mut("ProviderDetails") {
        details.remove("private_key");
        if saml {
            // One that is made again gets another.
            let certificate = format!("MIICvDCCAaSgAwIBAgIISandbox{:012x}", provider.created_ms);
            details.insert(CERTIFICATE.to_owned(), certificate.into());
        }
    }
    out.insert("UserPoolId".to_owned(), pool.id.clone().into());
    output(&json!({ "IdentityProvider": out }))
}

/// `CreateIdentityProvider`.
pub(super) fn create(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let name = input.text("ProviderName")?;
    let now_ms = call.moment.now_ms;
    let pool = call.pool(input.maybe("UserPoolId"))?;
    let mut settings = input.only(&["ProviderName", "ProviderType"]);
    settings.extend(input.only(&CHANGEABLE));
    if name == "COGNITO" {
        return Err(ApiError::invalid("COGNITO is the name of the user pool itself."));
    }
    check_settings(pool, name, &settings)?;
    if pool.resources.providers.contains_key(name) {
        let message = format!("A provider already exists with the name {name}.");
        return Err(ApiError::new("DuplicateProviderException", message));
    }
    if pool.resources.providers.len() >= MOST {
        return Err(ApiError::new("LimitExceededException", "Number of identity providers exceeds the limit."));
    }
    complete(&mut settings);
    pool.resources.providers.insert(name.to_owned(), Record::new(settings, now_ms));
    described(pool, name)
}

fn refuse_own(name: &str) -> Result<(), ApiError> {
    match name {
        "COGNITO" => {
            Err(ApiError::new("UnsupportedIdentityProviderException", "The user pool itself cannot be changed so."))
        }
        _ => Ok(()),
    }
}

/// `UpdateIdentityProvider`: what is left out stays.
pub(super) fn update(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let name = input.text("ProviderName")?;
    refuse_own(name)?;
    let now_ms = call.moment.now_ms;
    let pool = call.pool(input.maybe("UserPoolId"))?;
    let mut settings = pool.resources.providers.get(name).ok_or_else(|| missing(name))?.settings.clone();
    settings.extend(input.only(&CHANGEABLE));
    check_settings(pool, name, &settings)?;
    complete(&mut settings);
    if let Some(provider) = pool.resources.providers.get_mut(name) {
        provider.change(settings, now_ms);
    }
    described(pool, name)
}

/// `DescribeIdentityProvider`.
pub(super) fn describe(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    described(call.pool(input.maybe("UserPoolId"))?, input.text("ProviderName")?)
}

/// `GetIdentityProviderByIdentifier`.
pub(super) fn by_identifier(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let wanted = input.text("IdpIdentifier")?;
    let pool = call.pool(input.maybe("UserPoolId"))?;
    let mut providers = pool.resources.providers.iter();
    let found = providers.find(|(_, provider)| identifiers(&provider.settings).any(|identifier| identifier == wanted));
    match found.map(|(name, _)| name.clone()) {
        Some(name) => described(pool, &name),
        None => Err(missing(wanted)),
    }
}

/// `DeleteIdentityProvider`: app clients no longer offer it.
pub(super) fn delete(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let name = input.text("ProviderName")?;
    refuse_own(name)?;
    let pool = call.pool(input.maybe("UserPoolId"))?;
    pool.resources.providers.remove(name).ok_or_else(|| missing(name))?;
    for client in pool.clients.values_mut() {
        if let Some(Value::Array(offered)) = client.settings.get_mut("SupportedIdentityProviders") {
            offered.retain(|offered| offered != name);
        }
    }
    nothing()
}

/// `ListIdentityProviders`.
pub(super) fn list(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let limit = check::limit(input.number("MaxResults"), "maxResults", 0)?;
    let (weather, now_ms) = (call.weather, call.moment.now_ms);
    let pool = &*call.pool(input.maybe("UserPoolId"))?;
    let line = |provider: &Record| {
        let mut out = provider.shown();
        out.retain(|name, _| !CHANGEABLE.contains(&name.as_str()));
        Value::from(out)
    };
    let items = pool.resources.providers.iter().map(|(name, provider)| (name.as_str(), line(provider)));
    let question = Question::new("ListIdentityProviders", &pool.id, "");
    let page = page(items, &question, input.maybe("NextToken"), limit, weather, now_ms)?;
    page.answer("Providers", "NextToken")
}
