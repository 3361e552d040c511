//! User pools.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::input::Input;
use super::listing::page;
use super::pool_settings::{self, CHANGEABLE, FIXED};
use super::{Answered, Call, custom_attributes, mfa_configuration, nothing, output};
use crate::directory::resources::Resources;
use crate::directory::schema::{Attribute, Schema};
use crate::directory::token::Question;
use crate::directory::users::Users;
use crate::directory::{ALPHANUMERIC, Pool};
use crate::protocol::json::Epoch;
use crate::protocol::{ApiError, check};
use crate::triggers::Triggers;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    max_results: Option<i64>,
    next_token: Option<String>,
}

/// `ListUserPools`.
pub(super) fn list(call: &mut Call<'_>) -> Answered {
    let input: List = call.input()?;
    if input.max_results.is_none() {
        return Err(ApiError::constraint("null", "maxResults", "Member must not be null"));
    }
    let limit = check::limit(input.max_results, "maxResults", 1)?;
    let here = call.here;
    let items = call.world.pools.values().filter(|_| here).map(|pool| {
        let line = json!({
            "Id": pool.id,
            "Name": pool.name,
            "LambdaConfig": pool.settings.get("LambdaConfig").cloned().unwrap_or_else(|| json!({})),
            "CreationDate": Epoch(pool.created_ms),
            "LastModifiedDate": Epoch(pool.modified_ms),
        });
        (pool.id.as_str(), line)
    });
    let question = Question::new("ListUserPools", "", "");
    let page = page(items, &question, input.next_token.as_deref(), limit, call.weather, call.moment.now_ms)?;
    page.answer("UserPools", "NextToken")
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Describe {
    user_pool_id: Option<String>,
}

/// `DescribeUserPool`.
pub(super) fn describe(call: &mut Call<'_>) -> Answered {
    let input: Describe = call.input()?;
    let now_ms = call.moment.now_ms;
    let arn = call.world.pool_arn(input.user_pool_id.as_deref().unwrap_or_default());
    let pool = call.pool(input.user_pool_id.as_deref())?;
    pool.users.settle(now_ms);
    described(pool, &arn)
}

/// What a state file may tell of a pool's replicas; by itself this sandbox is one Region and has none.
const REPLICAS: &str = "UserPoolReplicas";

/// `ListUserPoolReplicas`.
pub(super) fn replicas(call: &mut Call<'_>) -> Answered {
    let input: Describe = call.input()?;
    let pool = call.pool(input.user_pool_id.as_deref())?;
    let replicas = pool.settings.get(REPLICAS).cloned().unwrap_or_else(|| json!([]));
    output(&json!({ REPLICAS: replicas }))
}

fn described(pool: &Pool, arn: &str) -> Answered {
    let mut out = pool.settings.clone();
    out.remove(REPLICAS);
    let fixed = json!({
        "Id": pool.id,
        "Name": pool.name,
        "Arn": arn,
        "CreationDate": Epoch(pool.created_ms),
        "LastModifiedDate": Epoch(pool.modified_ms),
        "SchemaAttributes": pool.schema.attributes(),
        "EstimatedNumberOfUsers": pool.users.shown_count(),
    });
    if let Value::Object(fixed) = fixed {
        out.extend(fixed);
    }
    for (member, custom) in [("Domain", false), ("CustomDomain", true)] {
        if let Some(domain) = pool.resources.domain(custom) {
            out.insert(member.to_owned(), domain.into());
        }
    }
    output(&json!({ "UserPool": out }))
}

/// Most pools of one account in one Region.
const MOST_POOLS: usize = 1_000;

/// `CreateUserPool`.
pub(super) fn create(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let name = input.text("PoolName")?.to_owned();
    let mut given = input.only(&CHANGEABLE);
    given.extend(input.only(&FIXED));
    pool_settings::check_given(&given)?;
    let schema = custom_attributes::schema(input.list("Schema"))?;
    if call.world.pools.len() >= MOST_POOLS {
        return Err(ApiError::new("LimitExceededException", "Number of user pools exceeds the limit."));
    }
    let random = call.world.random_text(ALPHANUMERIC, 9);
    let id = format!("{}_{random}", call.world.region);
    let mut pool = new(&id, &name, given, Vec::new(), Vec::new(), call.moment.now_ms);
    pool_settings::check(&pool.settings)?;
    pool.schema = schema;
    let arn = call.world.pool_arn(&id);
    let answer = described(&pool, &arn);
    call.world.pools.insert(id, pool);
    answer
}

/// `UpdateUserPool`: what is left out returns to its default, except what cannot change or be taken back.
pub(super) fn update(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let now_ms = call.moment.now_ms;
    let pool = call.pool(input.maybe("UserPoolId"))?;
    refuse_while_importing(pool)?;
    let mut settings = input.only(&CHANGEABLE);
    pool_settings::check_given(&settings)?;
    for kept in FIXED.iter().chain(&["SmsConfiguration"]) {
        if let Some(value) = pool.settings.get(*kept).filter(|_| !settings.contains_key(*kept)) {
            settings.insert((*kept).to_owned(), value.clone());
        }
    }
    pool_settings::complete(&mut settings);
    pool_settings::check(&settings)?;
    refuse_lower_tier(pool, pool_settings::tier(&settings))?;
    pool.settings = settings;
    if let Some(name) = input.maybe("PoolName") {
        name.clone_into(&mut pool.name);
    }
    pool.modified_ms = now_ms;
    mfa_configuration::settle(pool);
    nothing()
}

/// While people are imported, a pool cannot change.
pub(super) fn refuse_while_importing(pool: &Pool) -> Result<(), ApiError> {
    if pool.resources.importing() {
        let message = "A user import job is in progress for this user pool.";
        return Err(ApiError::new("UserImportInProgressException", message));
    }
    Ok(())
}

/// A plan can be left only when nothing that needs it is in use.
fn refuse_lower_tier(pool: &Pool, tier: &str) -> Result<(), ApiError> {
    let clients = || pool.clients.values().map(|client| &client.settings);
    let rotates = |settings: &Map<String, Value>| {
        settings.get("RefreshTokenRotation").and_then(|r| r.get("Feature")).is_some_and(|feature| feature == "ENABLED")
    };
    let chooses = |settings: &Map<String, Value>| {
        let flows = settings.get("ExplicitAuthFlows").and_then(Value::as_array);
        flows.is_some_and(|flows| flows.iter().any(|flow| flow == "ALLOW_USER_AUTH"))
    };
    let exports =
        pool.resources.log_deliveries.iter().any(|log| log.get("EventSource") == Some(&"userAuthEvents".into()));
    let used = [
        ("e-mail MFA", pool.resources.mfa.contains_key("EmailMfaConfiguration"), "ESSENTIALS"),
        ("managed login", pool.resources.managed_login(), "ESSENTIALS"),
        ("refresh token rotation", clients().any(rotates), "ESSENTIALS"),
        ("choice-based sign-in", clients().any(chooses), "ESSENTIALS"),
        ("the export of user activity logs", exports, "PLUS"),
    ];
    let needed =
        |(_, used, least): &&(&str, bool, &str)| *used && pool_settings::rank(tier) < pool_settings::rank(least);
    match used.iter().find(needed) {
        Some((feature, ..)) => Err(ApiError::new(
            "TierChangeNotAllowedException",
            format!("The feature plan cannot change to {tier} while {feature} is active."),
        )),
        None => Ok(()),
    }
}

/// A pool with what AWS fills in when a request leaves it out.
pub(crate) fn new(
    id: &str,
    name: &str,
    mut settings: Map<String, Value>,
    attributes: Vec<Attribute>,
    people: Vec<Option<crate::directory::user::User>>,
    now_ms: i64,
) -> Pool {
    pool_settings::complete(&mut settings);
    let mut schema = Schema::default();
    for attribute in attributes {
        schema.declare(attribute);
    }
    let mut pool = Pool {
        id: id.to_owned(),
        name: name.to_owned(),
        created_ms: now_ms,
        modified_ms: now_ms,
        users: Users::new(people, Pool::case_sensitive(&settings)),
        settings,
        schema,
        groups: BTreeMap::new(),
        clients: BTreeMap::new(),
        accounts: BTreeMap::new(),
        triggers: Triggers::default(),
        resources: Resources::default(),
    };
    mfa_configuration::settle(&mut pool);
    pool
}

/// `DeleteUserPool`.
pub(super) fn delete(call: &mut Call<'_>) -> Answered {
    let input: Describe = call.input()?;
    let pool = call.pool(input.user_pool_id.as_deref())?;
    if pool.settings.get("DeletionProtection").is_some_and(|v| v == "ACTIVE") {
        let message = "The user pool cannot be deleted because deletion protection is activated. \
                       Deletion protection must be inactivated first.";
        return Err(ApiError::invalid(message));
    }
    if !pool.resources.domains.is_empty() {
        let message = "User pool cannot be deleted. It has a domain configured that should be deleted first.";
        return Err(ApiError::invalid(message));
    }
    refuse_while_importing(pool)?;
    let id = pool.id.clone();
    call.world.pools.remove(&id);
    nothing()
}
