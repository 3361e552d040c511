//! User pools.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::listing::page;
use super::{Answered, Call, nothing, output};
use crate::directory::schema::{Attribute, Schema};
use crate::directory::token::Question;
use crate::directory::users::Users;
use crate::directory::{ALPHANUMERIC, Pool};
use crate::protocol::json::{self, Epoch};
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
    let mut out = json!({ "UserPools": page.items });
    if let Some(token) = page.next {
        out["NextToken"] = token.into();
    }
    output(&out)
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

fn described(pool: &Pool, arn: &str) -> Answered {
    let mut out = pool.settings.clone();
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
    output(&json!({ "UserPool": out }))
}

/// What `CreateUserPool` may set and `DescribeUserPool` shows under the same name.
const SETTINGS: [&str; 22] = [
    "Policies",
    "DeletionProtection",
    "LambdaConfig",
    "AutoVerifiedAttributes",
    "AliasAttributes",
    "UsernameAttributes",
    "SmsVerificationMessage",
    "EmailVerificationMessage",
    "EmailVerificationSubject",
    "VerificationMessageTemplate",
    "SmsAuthenticationMessage",
    "MfaConfiguration",
    "UserAttributeUpdateSettings",
    "DeviceConfiguration",
    "EmailConfiguration",
    "SmsConfiguration",
    "UserPoolTags",
    "AdminCreateUserConfig",
    "UserPoolAddOns",
    "UsernameConfiguration",
    "AccountRecoverySetting",
    "UserPoolTier",
];

/// `CreateUserPool`.
pub(super) fn create(call: &mut Call<'_>) -> Answered {
    let mut input: Map<String, Value> = call.input()?;
    let name = check::name(input.get("PoolName").and_then(Value::as_str), "poolName")?.to_owned();
    let schema = input.remove("Schema").unwrap_or_else(|| json!([]));
    let schema: Vec<Attribute> = json::read(schema.to_string().as_bytes())?;
    let settings = SETTINGS.iter().filter_map(|&name| input.remove(name).map(|value| (name.to_owned(), value)));
    let settings: Map<String, Value> = settings.collect();
    let random = call.world.random_text(ALPHANUMERIC, 9);
    let id = format!("{}_{random}", call.world.region);
    let pool = new(&id, &name, settings, schema, Vec::new(), call.moment.now_ms);
    let arn = call.world.pool_arn(&id);
    let answer = described(&pool, &arn);
    call.world.pools.insert(id, pool);
    answer
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
    if let Value::Object(defaults) = defaults() {
        for (setting, value) in defaults {
            settings.entry(setting).or_insert(value);
        }
    }
    let mut schema = Schema::default();
    for attribute in attributes {
        schema.declare(attribute);
    }
    Pool {
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
    }
}

fn defaults() -> Value {
    json!({
        "Policies": {
            "PasswordPolicy": {
                "MinimumLength": 8,
                "RequireUppercase": true,
                "RequireLowercase": true,
                "RequireNumbers": true,
                "RequireSymbols": true,
                "TemporaryPasswordValidityDays": 7,
            },
            "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD"] },
        },
        "DeletionProtection": "INACTIVE",
        "LambdaConfig": {},
        "VerificationMessageTemplate": { "DefaultEmailOption": "CONFIRM_WITH_CODE" },
        "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": [] },
        "MfaConfiguration": "OFF",
        "EmailConfiguration": { "EmailSendingAccount": "COGNITO_DEFAULT" },
        "UserPoolTags": {},
        "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": false, "UnusedAccountValidityDays": 7 },
        "UserPoolTier": "ESSENTIALS",
    })
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
    let id = pool.id.clone();
    call.world.pools.remove(&id);
    nothing()
}
