//! Identity pools, as far as reading goes.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::listing::page;
use super::{Answered, Call, output};
use crate::directory::token::Question;
use crate::protocol::{ApiError, check};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    max_results: Option<i64>,
    next_token: Option<String>,
}

/// `ListIdentityPools`.
pub(super) fn list(call: &mut Call<'_>) -> Answered {
    let input: List = call.input()?;
    if input.max_results.is_none() {
        return Err(ApiError::constraint("null", "maxResults", "Member must not be null"));
    }
    let limit = check::limit(input.max_results, "maxResults", 1)?;
    let pools = call.world.identity_pools.iter().filter(|_| call.here);
    let items =
        pools.map(|pool| (pool.id.as_str(), json!({ "IdentityPoolId": pool.id, "IdentityPoolName": pool.name })));
    let question = Question::new("ListIdentityPools", "", "");
    let page = page(items, &question, input.next_token.as_deref(), limit, call.weather, call.moment.now_ms)?;
    let mut out = json!({ "IdentityPools": page.items });
    if let Some(token) = page.next {
        out["NextToken"] = token.into();
    }
    output(&out)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Describe {
    identity_pool_id: Option<String>,
}

/// `DescribeIdentityPool`.
pub(super) fn describe(call: &mut Call<'_>) -> Answered {
    let input: Describe = call.input()?;
    let id = check::required(input.identity_pool_id.as_deref(), "identityPoolId")?;
    let found = call.world.identity_pools.iter().find(|pool| pool.id == id && call.here);
    let pool = found.ok_or_else(|| ApiError::not_found(format!("IdentityPool '{id}' not found.")))?;
    let mut out: Map<String, Value> = pool.settings.clone();
    out.insert("IdentityPoolId".to_owned(), pool.id.clone().into());
    out.insert("IdentityPoolName".to_owned(), pool.name.clone().into());
    output(&out)
}
