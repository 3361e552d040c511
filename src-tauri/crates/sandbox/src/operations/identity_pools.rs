//! Identity pools themselves.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::input::Input;
use super::listing::page;
use super::{Answered, Call, nothing, output};
use crate::directory::token::Question;
use crate::directory::{IdentityPool, World};
use crate::protocol::{ApiError, check};

/// Most identity pools of an account, and most user pools behind one of them.
const MOST_POOLS: usize = 1_000;
const MOST_USER_POOLS: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    max_results: Option<i64>,
    next_token: Option<String>,
}

/// `ListIdentityPools`.
pub(super) fn list(call: &mut Call<'_>) -> Answered {
    let input: List = call.input()?;
    let limit = check::limit(input.max_results, "maxResults", 1)?;
    let pools: BTreeMap<&str, &IdentityPool> =
        call.world.identity_pools.iter().filter(|_| call.here).map(|pool| (pool.id.as_str(), pool)).collect();
    let items = pools.iter().map(|(id, pool)| (*id, json!({ "IdentityPoolId": id, "IdentityPoolName": pool.name })));
    let question = Question::new("ListIdentityPools", "", "");
    let page = page(items, &question, input.next_token.as_deref(), limit, call.weather, call.moment.now_ms)?;
    let mut out = json!({ "IdentityPools": page.items });
    if let Some(token) = page.next {
        out["NextToken"] = token.into();
    }
    output(&out)
}

/// The identity pool that a request names.
pub(super) fn find<'a>(call: &'a mut Call<'_>, id: &str) -> Result<&'a mut IdentityPool, ApiError> {
    let missing = || ApiError::not_found(format!("IdentityPool '{id}' not found."));
    if !call.here {
        return Err(missing());
    }
    call.world.identity_pools.iter_mut().find(|pool| pool.id == id).ok_or_else(missing)
}

/// `DescribeIdentityPool`.
pub(super) fn describe(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    described(find(call, input.text("IdentityPoolId")?)?)
}

fn described(pool: &IdentityPool) -> Answered {
    let mut out: Map<String, Value> = pool.settings.clone();
    out.insert("IdentityPoolId".to_owned(), pool.id.clone().into());
    out.insert("IdentityPoolName".to_owned(), pool.name.clone().into());
    output(&out)
}

const SETTINGS: [&str; 8] = [
    "AllowUnauthenticatedIdentities",
    "AllowClassicFlow",
    "SupportedLoginProviders",
    "DeveloperProviderName",
    "OpenIdConnectProviderARNs",
    "CognitoIdentityProviders",
    "SamlProviderARNs",
    "IdentityPoolTags",
];

/// The settings of a request, completed with what AWS fills in.
fn settings(world: &World, input: &Input) -> Result<Map<String, Value>, ApiError> {
    let mut settings = input.only(&SETTINGS);
    settings.entry("AllowClassicFlow").or_insert(false.into());
    settings.entry("IdentityPoolTags").or_insert_with(|| json!({}));
    let user_pools = settings.get("CognitoIdentityProviders").and_then(Value::as_array);
    if user_pools.is_some_and(|pools| pools.len() > MOST_USER_POOLS) {
        let message = "An identity pool can have no more than 50 user pools.";
        return Err(ApiError::new("LimitExceededException", message));
    }
    for provider in user_pools.into_iter().flatten() {
        let name = provider["ProviderName"].as_str().unwrap_or_default();
        let (host, pool) = name.split_once('/').unwrap_or_default();
        let region = pool.rsplit_once('_').map_or("", |(region, _)| region);
        if !host.starts_with("cognito-idp.")
            || !host.contains(region)
            || region.is_empty()
            || !provider["ClientId"].is_string()
        {
            return Err(ApiError::invalid("Invalid Cognito Identity Provider"));
        }
        // Pools of other Regions are nobody's business here.
        if region == world.region && !world.pools.contains_key(pool) {
            return Err(ApiError::invalid("Invalid Cognito Identity Provider"));
        }
    }
    Ok(settings)
}

/// `CreateIdentityPool`.
pub(super) fn create(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let settings = settings(call.world, &input)?;
    if call.world.identity_pools.len() >= MOST_POOLS {
        return Err(ApiError::new("LimitExceededException", "The account has as many identity pools as it may have."));
    }
    let uuid = call.world.random_uuid();
    let id = format!("{}:{uuid}", call.world.region);
    let name = input.text("IdentityPoolName")?.to_owned();
    let pool = IdentityPool { id, name, settings, ..IdentityPool::default() };
    let answer = described(&pool);
    call.world.identity_pools.push(pool);
    answer
}

/// `UpdateIdentityPool`: what is left out returns to its default.
pub(super) fn update(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let mut settings = settings(call.world, &input)?;
    let pool = find(call, input.text("IdentityPoolId")?)?;
    if let Some(name) = pool.settings.get("DeveloperProviderName") {
        let given = settings.entry("DeveloperProviderName").or_insert_with(|| name.clone());
        if given != name {
            return Err(ApiError::invalid("The developer provider name cannot be changed once it is set."));
        }
    }
    if !input.has("IdentityPoolTags") {
        // Tags have operations of their own.
        settings
            .extend(pool.settings.get("IdentityPoolTags").map(|tags| ("IdentityPoolTags".to_owned(), tags.clone())));
    }
    pool.name = input.text("IdentityPoolName")?.to_owned();
    pool.settings = settings;
    described(pool)
}

/// `DeleteIdentityPool`, with its identities.
pub(super) fn delete(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let id = find(call, input.text("IdentityPoolId")?)?.id.clone();
    call.world.identity_pools.retain(|pool| pool.id != id);
    call.world.identities.remove_pool(&id);
    nothing()
}

/// The pool that an ARN names.
fn find_by_arn<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut IdentityPool, ApiError> {
    let head = format!(
        "arn:{}:cognito-identity:{}:{}:identitypool/",
        call.world.partition(),
        call.world.region,
        call.world.account
    );
    let id =
        arn.strip_prefix(&head).ok_or_else(|| ApiError::invalid("The ARN is not one of an identity pool here."))?;
    find(call, id)
}

fn tags(pool: &IdentityPool) -> Map<String, Value> {
    pool.settings.get("IdentityPoolTags").and_then(Value::as_object).cloned().unwrap_or_default()
}

fn set_tags(pool: &mut IdentityPool, tags: Map<String, Value>) {
    pool.settings.insert("IdentityPoolTags".to_owned(), tags.into());
}

/// Most tags of one resource.
const MOST_TAGS: usize = 50;

/// `TagResource`.
pub(super) fn tag(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let mut new = input.only(&["Tags"]);
    let pool = find_by_arn(call, input.text("ResourceArn")?)?;
    let mut tags = tags(pool);
    let Some(Value::Object(new)) = new.remove("Tags") else { return nothing() };
    if new.keys().any(|key| key.to_ascii_lowercase().starts_with("aws:")) {
        return Err(ApiError::invalid("Tag keys cannot begin with aws:."));
    }
    if tags.len() + new.keys().filter(|key| !tags.contains_key(*key)).count() > MOST_TAGS {
        return Err(ApiError::invalid("A resource can have no more than 50 tags."));
    }
    tags.extend(new);
    set_tags(pool, tags);
    nothing()
}

/// `UntagResource`.
pub(super) fn untag(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let pool = find_by_arn(call, input.text("ResourceArn")?)?;
    let mut tags = tags(pool);
    for key in input.list("TagKeys").iter().filter_map(Value::as_str) {
        tags.remove(key);
    }
    set_tags(pool, tags);
    nothing()
}

/// `ListTagsForResource`.
pub(super) fn list_tags(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let tags = tags(find_by_arn(call, input.text("ResourceArn")?)?);
    output(&json!({ "Tags": tags }))
}
