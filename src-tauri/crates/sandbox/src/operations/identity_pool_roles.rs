//! Which roles and session tags the people of an identity pool get.

use serde_json::{Map, Value, json};

use super::identity_pools::find;
use super::input::Input;
use super::{Answered, Call, nothing, output};
use crate::directory::identity_pool::PrincipalTags;
use crate::protocol::ApiError;

/// Most rules of one provider.
const MOST_RULES: usize = 25;

/// `GetIdentityPoolRoles`.
pub(super) fn get(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let pool = find(call, input.text("IdentityPoolId")?)?;
    let mut out = json!({ "IdentityPoolId": pool.id, "Roles": pool.roles });
    if !pool.role_mappings.is_empty() {
        out["RoleMappings"] = Value::Object(pool.role_mappings.clone());
    }
    output(&out)
}

/// `SetIdentityPoolRoles`: replaces roles and mappings.
pub(super) fn set(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let mut given = input.only(&["Roles", "RoleMappings"]);
    let mut object = |name: &str| match given.remove(name) {
        Some(Value::Object(map)) => map,
        _ => Map::new(),
    };
    let (roles, mappings) = (object("Roles"), object("RoleMappings"));
    for mapping in mappings.values() {
        check(mapping)?;
    }
    let arns = roles.values().filter_map(Value::as_str);
    if arns.into_iter().any(|arn| !is_role(arn)) {
        return Err(ApiError::invalid("A role is not the ARN of an IAM role."));
    }
    let pool = find(call, input.text("IdentityPoolId")?)?;
    pool.roles = roles;
    pool.role_mappings = mappings;
    nothing()
}

fn is_role(arn: &str) -> bool {
    arn.starts_with("arn:") && arn.contains(":iam::") && arn.contains(":role/")
}

fn check(mapping: &Value) -> Result<(), ApiError> {
    if mapping["AmbiguousRoleResolution"].is_null() {
        return Err(ApiError::invalid("AmbiguousRoleResolution is required for a role mapping."));
    }
    let rules = mapping.pointer("/RulesConfiguration/Rules").and_then(Value::as_array);
    match (mapping["Type"].as_str(), rules) {
        (Some("Rules"), None) => Err(ApiError::invalid("RulesConfiguration is required for the type Rules.")),
        (Some("Token"), Some(_)) => Err(ApiError::invalid("RulesConfiguration is for the type Rules only.")),
        (_, Some(rules)) if rules.len() > MOST_RULES => {
            Err(ApiError::invalid("A provider can have no more than 25 rules."))
        }
        (_, Some(rules)) if rules.iter().any(|rule| !rule["RoleARN"].as_str().is_some_and(is_role)) => {
            Err(ApiError::invalid("The role of a rule is not the ARN of an IAM role."))
        }
        _ => Ok(()),
    }
}

/// `GetPrincipalTagAttributeMap`.
pub(super) fn tags(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let provider = input.text("IdentityProviderName")?;
    let pool = find(call, input.text("IdentityPoolId")?)?;
    let tags = pool.principal_tags.get(provider).cloned().unwrap_or_default();
    shown(&pool.id, provider, &tags)
}

/// `SetPrincipalTagAttributeMap`.
pub(super) fn set_tags(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let provider = input.text("IdentityProviderName")?;
    let use_defaults = input.yes("UseDefaults");
    let given = match input.only(&["PrincipalTags"]).remove("PrincipalTags") {
        Some(Value::Object(tags)) => tags,
        _ => Map::new(),
    };
    let pool = find(call, input.text("IdentityPoolId")?)?;
    let principal_tags = if use_defaults { defaults() } else { given };
    let tags = PrincipalTags { use_defaults, principal_tags };
    pool.principal_tags.insert(provider.to_owned(), tags.clone());
    shown(&pool.id, provider, &tags)
}

/// What `UseDefaults` stands for: the username and the client.
fn defaults() -> Map<String, Value> {
    [("client", "aud"), ("username", "sub")]
        .map(|(tag, claim)| (tag.to_owned(), Value::from(claim)))
        .into_iter()
        .collect()
}

fn shown(pool_id: &str, provider: &str, tags: &PrincipalTags) -> Answered {
    output(&json!({
        "IdentityPoolId": pool_id,
        "IdentityProviderName": provider,
        "UseDefaults": tags.use_defaults,
        "PrincipalTags": tags.principal_tags,
    }))
}
