//! Resource servers and the scopes they define.

use serde_json::{Map, Value, json};

use super::input::Input;
use super::listing::page;
use super::{Answered, Call, nothing, output};
use crate::directory::Pool;
use crate::directory::token::Question;
use crate::protocol::{ApiError, check};

/// Most resource servers of one pool.
const MOST: usize = 25;

/// The longest page, shorter than that of other lists.
const PAGE: usize = 50;

fn missing(identifier: &str) -> ApiError {
    ApiError::not_found(format!("Resource server {identifier} does not exist."))
}

fn shown(pool: &Pool, server: &Map<String, Value>) -> Value {
    let mut out = server.clone();
    out.insert("UserPoolId".to_owned(), pool.id.clone().into());
    out.into()
}

fn described(pool: &Pool, identifier: &str) -> Answered {
    let server = pool.resources.resource_servers.get(identifier).ok_or_else(|| missing(identifier))?;
    output(&json!({ "ResourceServer": shown(pool, server) }))
}

fn read(input: &Input) -> Result<Map<String, Value>, ApiError> {
    let mut server = input.only(&["Identifier", "Name", "Scopes"]);
    server.entry("Scopes").or_insert_with(|| json!([]));
    let names: Vec<&Value> = input.list("Scopes").iter().filter_map(|scope| scope.get("ScopeName")).collect();
    match names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
        Some((_, name)) => Err(ApiError::invalid(format!("The scope {name} is named twice."))),
        None => Ok(server),
    }
}

/// `CreateResourceServer`.
pub(super) fn create(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let identifier = input.text("Identifier")?;
    let server = read(&input)?;
    let pool = call.pool(input.maybe("UserPoolId"))?;
    if pool.resources.resource_servers.contains_key(identifier) {
        return Err(ApiError::invalid(format!("{identifier} already exists in user pool {}.", pool.id)));
    }
    if pool.resources.resource_servers.len() >= MOST {
        return Err(ApiError::new("LimitExceededException", "Number of resource servers exceeds the limit."));
    }
    pool.resources.resource_servers.insert(identifier.to_owned(), server);
    described(pool, identifier)
}

/// `UpdateResourceServer`: scopes that are left out are gone.
pub(super) fn update(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let identifier = input.text("Identifier")?;
    let new = read(&input)?;
    let pool = call.pool(input.maybe("UserPoolId"))?;
    *pool.resources.resource_servers.get_mut(identifier).ok_or_else(|| missing(identifier))? = new;
    described(pool, identifier)
}

/// `DescribeResourceServer`.
pub(super) fn describe(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    described(call.pool(input.maybe("UserPoolId"))?, input.text("Identifier")?)
}

/// `DeleteResourceServer`.
pub(super) fn delete(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let identifier = input.text("Identifier")?;
    let pool = call.pool(input.maybe("UserPoolId"))?;
    pool.resources.resource_servers.remove(identifier).ok_or_else(|| missing(identifier))?;
    nothing()
}

/// `ListResourceServers`.
pub(super) fn list(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let limit = check::limit(input.number("MaxResults"), "maxResults", 1)?.min(PAGE);
    let (weather, now_ms) = (call.weather, call.moment.now_ms);
    let pool = &*call.pool(input.maybe("UserPoolId"))?;
    let servers = &pool.resources.resource_servers;
    let items = servers.iter().map(|(identifier, server)| (identifier.as_str(), shown(pool, server)));
    let question = Question::new("ListResourceServers", &pool.id, "");
    let page = page(items, &question, input.maybe("NextToken"), limit, weather, now_ms)?;
    page.answer("ResourceServers", "NextToken")
}
