//! The settings of an app client: what AWS fills in, and what it refuses.

use serde_json::{Map, Value, json};

use super::pool_settings;
use crate::directory::Pool;
use crate::directory::schema::id;
use crate::protocol::ApiError;

/// What `CreateUserPoolClient` and `UpdateUserPoolClient` both take and answers show under the same name.
pub(super) const SETTINGS: [&str; 20] = [
    "RefreshTokenValidity",
    "AccessTokenValidity",
    "IdTokenValidity",
    "TokenValidityUnits",
    "ReadAttributes",
    "WriteAttributes",
    "ExplicitAuthFlows",
    "SupportedIdentityProviders",
    "CallbackURLs",
    "LogoutURLs",
    "DefaultRedirectURI",
    "AllowedOAuthFlows",
    "AllowedOAuthScopes",
    "AllowedOAuthFlowsUserPoolClient",
    "AnalyticsConfiguration",
    "PreventUserExistenceErrors",
    "EnableTokenRevocation",
    "EnablePropagateAdditionalUserContextData",
    "AuthSessionValidity",
    "RefreshTokenRotation",
];

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// What AWS fills in when a request leaves it out.
pub(crate) fn defaults() -> Map<String, Value> {
    let Value::Object(map) = json!({
        "RefreshTokenValidity": 30,
        "TokenValidityUnits": {},
        "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
        "AllowedOAuthFlowsUserPoolClient": false,
        "EnableTokenRevocation": true,
        "EnablePropagateAdditionalUserContextData": false,
        "AuthSessionValidity": 3,
        "PreventUserExistenceErrors": "LEGACY",
    }) else {
        return Map::new();
    };
    map
}

/// Fills in what a request left out. No refresh token lives for no time: 0 is thirty days.
pub(super) fn complete(settings: &mut Map<String, Value>) {
    for (setting, value) in defaults() {
        settings.entry(setting).or_insert(value);
    }
    if settings.get("RefreshTokenValidity") == Some(&json!(0)) {
        settings.insert("RefreshTokenValidity".to_owned(), json!(30));
        if let Some(Value::Object(units)) = settings.get_mut("TokenValidityUnits") {
            units.remove("RefreshToken");
        }
    }
    if let Some(Value::Object(rotation)) = settings.get_mut("RefreshTokenRotation") {
        rotation.entry("RetryGracePeriodSeconds").or_insert(json!(0));
    }
}

/// Refuses what AWS refuses. The settings must be complete.
pub(super) fn check(pool: &Pool, settings: &Map<String, Value>, has_secret: bool) -> Result<(), ApiError> {
    check_flows(pool, settings)?;
    check_lifetimes(settings)?;
    check_grants(pool, settings, has_secret)?;
    check_addresses(settings)?;
    check_providers(pool, settings)?;
    check_attributes(pool, settings)?;
    let tier = pool_settings::tier(&pool.settings);
    let rotation = settings.get("RefreshTokenRotation").and_then(|r| r.get("Feature"));
    if tier == "LITE" && rotation.is_some_and(|feature| feature == "ENABLED") {
        return Err(pool_settings::unavailable("Refresh token rotation", tier));
    }
    Ok(())
}

fn texts<'a>(settings: &'a Map<String, Value>, name: &str) -> impl Iterator<Item = &'a str> {
    settings.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn check_flows(pool: &Pool, settings: &Map<String, Value>) -> Result<(), ApiError> {
    let flows: Vec<&str> = texts(settings, "ExplicitAuthFlows").collect();
    let new = flows.iter().filter(|flow| flow.starts_with("ALLOW_")).count();
    if new != 0 && new != flows.len() {
        return Err(ApiError::invalid(
            "The legacy values of ExplicitAuthFlows cannot be used together with those that begin with ALLOW_.",
        ));
    }
    if flows.len() > 1 && flows.contains(&"ALLOW_CLIENT_TOKEN_AUTH") {
        return Err(ApiError::invalid("ALLOW_CLIENT_TOKEN_AUTH must be the only one of ExplicitAuthFlows."));
    }
    let tier = pool_settings::tier(&pool.settings);
    if tier == "LITE" && flows.contains(&"ALLOW_USER_AUTH") {
        return Err(pool_settings::unavailable("ALLOW_USER_AUTH", tier));
    }
    Ok(())
}

fn check_lifetimes(settings: &Map<String, Value>) -> Result<(), ApiError> {
    let tokens = [
        ("AccessToken", "hours", 5 * MINUTE, DAY),
        ("IdToken", "hours", 5 * MINUTE, DAY),
        ("RefreshToken", "days", HOUR, 3650 * DAY),
    ];
    for (token, usual, least, most) in tokens {
        let Some(validity) = settings.get(&format!("{token}Validity")).and_then(Value::as_i64) else { continue };
        let unit = settings.get("TokenValidityUnits").and_then(|units| units.get(token)).and_then(Value::as_str);
        let unit = match unit.unwrap_or(usual) {
            "seconds" => 1,
            "minutes" => MINUTE,
            "hours" => HOUR,
            _ => DAY,
        };
        if !(least..=most).contains(&validity.saturating_mul(unit)) {
            return Err(ApiError::invalid(format!(
                "Invalid range for token validity: {token} must be valid for {least} to {most} seconds."
            )));
        }
    }
    Ok(())
}

fn check_grants(pool: &Pool, settings: &Map<String, Value>, has_secret: bool) -> Result<(), ApiError> {
    let grants: Vec<&str> = texts(settings, "AllowedOAuthFlows").collect();
    let refused = |message: &str| Err(ApiError::new("InvalidOAuthFlowException", message));
    if grants.contains(&"client_credentials") {
        if grants.len() > 1 {
            return refused("client_credentials flow can not be selected along with code flow or implicit flow.");
        }
        if !has_secret {
            return refused("client_credentials flow can not be selected if client does not have a client secret.");
        }
    }
    let allowed = settings.get("AllowedOAuthFlowsUserPoolClient") == Some(&Value::Bool(true));
    if allowed && (grants.is_empty() || texts(settings, "AllowedOAuthScopes").next().is_none()) {
        return Err(ApiError::invalid(
            "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.",
        ));
    }
    match texts(settings, "AllowedOAuthScopes").find(|scope| !pool.resources.knows_scope(scope)) {
        Some(scope) => Err(ApiError::new("ScopeDoesNotExistException", format!("Invalid scope requested: {scope}"))),
        None => Ok(()),
    }
}

fn check_addresses(settings: &Map<String, Value>) -> Result<(), ApiError> {
    for address in texts(settings, "CallbackURLs").chain(texts(settings, "LogoutURLs")) {
        check_address(address)?;
    }
    let Some(usual) = settings.get("DefaultRedirectURI").and_then(Value::as_str) else { return Ok(()) };
    if texts(settings, "CallbackURLs").any(|address| address == usual) {
        return Ok(());
    }
    Err(ApiError::invalid("The DefaultRedirectURI must be one of the CallbackURLs."))
}

/// Absolute, without a fragment, and over HTTPS except to this computer; other schemes are those of apps.
fn check_address(address: &str) -> Result<(), ApiError> {
    let refused = |why: &str| Err(ApiError::invalid(format!("{address} {why}")));
    let Ok(url) = url::Url::parse(address) else { return refused("is not an absolute URL.") };
    if url.fragment().is_some() {
        return refused("cannot have a fragment.");
    }
    let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() == "http" && !here {
        return refused("cannot use the HTTP protocol.");
    }
    Ok(())
}

fn check_providers(pool: &Pool, settings: &Map<String, Value>) -> Result<(), ApiError> {
    let unknown = |name: &&str| *name != "COGNITO" && !pool.resources.providers.contains_key(*name);
    match texts(settings, "SupportedIdentityProviders").find(unknown) {
        Some(name) => Err(ApiError::invalid(format!("The provider {name} does not exist for User Pool {}.", pool.id))),
        None => Ok(()),
    }
}

fn check_attributes(pool: &Pool, settings: &Map<String, Value>) -> Result<(), ApiError> {
    let unknown = |name: &&str| pool.schema.id(name).is_none();
    let given = [id::SUB, id::EMAIL_VERIFIED, id::PHONE_VERIFIED, id::IDENTITIES];
    let unwritable = |name: &&str| {
        unknown(name) || name.starts_with("dev:") || pool.schema.id(name).is_some_and(|at| given.contains(&at))
    };
    if let Some(name) = texts(settings, "ReadAttributes").find(unknown) {
        return Err(ApiError::invalid(format!("Invalid read attributes specified while creating a client: {name}")));
    }
    if let Some(name) = texts(settings, "WriteAttributes").find(unwritable) {
        return Err(ApiError::invalid(format!("Invalid write attributes specified while creating a client: {name}")));
    }
    Ok(())
}
