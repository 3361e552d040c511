//! Which IAM role a person gets (developer guide, role-based access control).

use serde_json::{Map, Value};

use super::{Login, refused};
use crate::directory::IdentityPool;
use crate::protocol::ApiError;

/// The role for `logins`, none of which is a guest. `custom` is a role that the caller asks for.
///
/// # Errors
/// `NotAuthorizedException` when the role asked for is not in the token, or nothing decides and the mapping denies;
/// `InvalidIdentityPoolConfigurationException` when the pool has no role for it.
pub(crate) fn choose(pool: &IdentityPool, logins: &[Login], custom: Option<&str>) -> Result<String, ApiError> {
    if logins.is_empty() {
        return match custom {
            Some(_) => Err(refused("A guest cannot choose a role.")),
            None => configured(pool, "unauthenticated"),
        };
    }
    for login in logins {
        if let Some(mapping) = mapping(pool, login) {
            return mapped(pool, mapping, &login.claims, custom);
        }
    }
    match custom {
        // Without a mapping the token's own list of roles is all that can allow another one.
        Some(custom) if logins.iter().any(|login| roles(&login.claims).contains(&custom)) => Ok(custom.to_owned()),
        Some(_) => Err(refused("The role asked for is not one of the token's roles.")),
        None => configured(pool, "authenticated"),
    }
}

fn configured(pool: &IdentityPool, kind: &str) -> Result<String, ApiError> {
    let role = pool.roles.get(kind).and_then(Value::as_str).filter(|role| !role.is_empty());
    role.map(str::to_owned).ok_or_else(|| {
        let message = "Invalid identity pool configuration. Check assigned IAM roles for this pool.";
        ApiError::new("InvalidIdentityPoolConfigurationException", message)
    })
}

/// The mapping of a login: a user pool's names the app client too.
fn mapping<'a>(pool: &'a IdentityPool, login: &Login) -> Option<&'a Value> {
    let client = login.claims.get("aud").and_then(Value::as_str);
    let of_client = client.and_then(|client| pool.role_mappings.get(&format!("{}:{client}", login.provider)));
    of_client.or_else(|| pool.role_mappings.get(&login.provider))
}

fn mapped(
    pool: &IdentityPool,
    mapping: &Value,
    claims: &Map<String, Value>,
    custom: Option<&str>,
) -> Result<String, ApiError> {
    let found = if mapping["Type"] == "Rules" { by_rules(mapping, claims) } else { by_token(claims, custom)? };
    match (found, custom) {
        (Some(found), None) => Ok(found),
        (Some(found), Some(custom)) if found == custom => Ok(found),
        (_, Some(_)) => Err(refused("The role asked for is not one that the mapping gives.")),
        (None, None) if mapping["AmbiguousRoleResolution"] == "AuthenticatedRole" => configured(pool, "authenticated"),
        (None, None) => Err(refused("No role can be resolved, and the role mapping denies such requests.")),
    }
}

fn by_token(claims: &Map<String, Value>, custom: Option<&str>) -> Result<Option<String>, ApiError> {
    let roles = roles(claims);
    if let Some(custom) = custom {
        return match roles.contains(&custom) {
            true => Ok(Some(custom.to_owned())),
            false => Err(refused("The role asked for is not one of the token's roles.")),
        };
    }
    let preferred = claims.get("cognito:preferred_role").and_then(Value::as_str);
    let only = (roles.len() == 1).then(|| roles[0]);
    Ok(preferred.or(only).map(str::to_owned))
}

fn roles(claims: &Map<String, Value>) -> Vec<&str> {
    let roles = claims.get("cognito:roles").and_then(Value::as_array);
    roles.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The role of the first rule that fits.
fn by_rules(mapping: &Value, claims: &Map<String, Value>) -> Option<String> {
    let rules = mapping.pointer("/RulesConfiguration/Rules").and_then(Value::as_array)?;
    let fits = |rule: &&Value| {
        let (Some(claim), Some(wanted)) = (rule["Claim"].as_str(), rule["Value"].as_str()) else { return false };
        // A claim that is absent fits nothing, not even a rule that wants it to be different.
        let Some(value) = claims.get(claim) else { return false };
        let texts: Vec<String> = match value {
            Value::Array(list) => list.iter().map(text).collect(),
            other => vec![text(other)],
        };
        match rule["MatchType"].as_str() {
            Some("Equals") => texts.iter().any(|text| text == wanted),
            Some("Contains") => texts.iter().any(|text| text.contains(wanted)),
            Some("StartsWith") => texts.iter().any(|text| text.starts_with(wanted)),
            Some("NotEqual") => texts.iter().all(|text| text != wanted),
            _ => false,
        }
    };
    rules.iter().find(fits)?.get("RoleARN")?.as_str().map(str::to_owned)
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
