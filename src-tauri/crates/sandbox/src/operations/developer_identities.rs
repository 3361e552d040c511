//! People whom the developer's own sign-in vouches for.

use serde_json::{Map, Value, json};

use super::identity_pools::find;
use super::input::Input;
use super::listing::page;
use super::{Answered, Call, nothing, output};
use crate::directory::IdentityPool;
use crate::directory::identities::Identity;
use crate::directory::token::Question;
use crate::identity::{self, Named};
use crate::protocol::{ApiError, check};

/// Life of a token when the request names none, in seconds.
const USUAL_S: i64 = 900;

/// The name of the developer's provider.
fn provider(pool: &IdentityPool) -> Result<&str, ApiError> {
    let name = pool.text("DeveloperProviderName");
    name.ok_or_else(|| ApiError::invalid("The identity pool has no developer provider name."))
}

/// `GetOpenIdTokenForDeveloperIdentity`.
pub(super) fn open_id_token(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let pool = find(call, input.text("IdentityPoolId")?)?.clone();
    let developer = provider(&pool)?.to_owned();
    let Some(Value::Object(mut given)) = input.only(&["Logins"]).remove("Logins") else {
        return Err(ApiError::invalid("Logins is missing."));
    };
    let name = given.remove(&developer).and_then(|name| name.as_str().map(str::to_owned));
    let name =
        name.ok_or_else(|| ApiError::invalid("You must specify the developer provider of the identity pool."))?;
    let moment = call.moment;
    let others = given.into_iter().filter_map(|(key, value)| Some((key, value.as_str()?.to_owned()))).collect();
    let logins = identity::verify(call.world, &pool, &others, moment)?;
    let mut id = identity::register(call.world, &pool.id, input.maybe("IdentityId"), &name, moment)?;
    if !logins.is_empty() {
        // The developer's word is what makes the identity known: it counts as one of its logins.
        let fresh = known(call, &id)?;
        id = match fresh.logins.is_empty() && logins.iter().all(|login| owner(call, &pool.id, login).is_none()) {
            true => add(call, fresh, &logins),
            false => identity::identify(call.world, &pool.id, &Named::Identity(&id), &logins, moment)?,
        };
    }
    let identity = known(call, &id)?;
    let mut providers = vec![(developer, name)];
    providers.extend(logins.into_iter().map(|login| (login.provider, login.name)));
    let tags = match input.only(&["PrincipalTags"]).remove("PrincipalTags") {
        Some(Value::Object(tags)) => tags,
        _ => Map::new(),
    };
    let seconds = input.number("TokenDuration").unwrap_or(USUAL_S);
    let token = identity::token(call.world, &identity, &providers, Some(&tags), seconds, moment)?;
    output(&json!({ "IdentityId": id, "Token": token }))
}

fn owner<'a>(call: &'a Call<'_>, pool_id: &str, login: &identity::Login) -> Option<&'a Identity> {
    call.world.identities.find(pool_id, &login.provider, &login.name)
}

fn add(call: &mut Call<'_>, mut identity: Identity, logins: &[identity::Login]) -> String {
    identity.logins.extend(logins.iter().map(|login| (login.provider.clone(), login.name.clone())));
    identity.modified_ms = call.moment.now_ms;
    let id = identity.id.clone();
    call.world.identities.put(identity);
    id
}

fn known(call: &Call<'_>, id: &str) -> Result<Identity, ApiError> {
    let identity = call.world.identities.get(id).cloned();
    identity.ok_or_else(|| ApiError::not_found(format!("Identity '{id}' not found.")))
}

/// `LookupDeveloperIdentity`.
pub(super) fn lookup(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let pool = find(call, input.text("IdentityPoolId")?)?.clone();
    provider(&pool)?;
    let name = input.maybe("DeveloperUserIdentifier");
    let by_name = name.and_then(|name| call.world.identities.find_developer(&pool.id, name));
    let missing = || ApiError::not_found("No such developer user or identity in the identity pool.");
    let identity = match (input.maybe("IdentityId"), name) {
        (None, None) => {
            return Err(ApiError::invalid("Either IdentityId or DeveloperUserIdentifier must be given."));
        }
        (None, Some(_)) => by_name.ok_or_else(missing)?,
        (Some(id), name) => {
            let identity = call.world.identities.get(id).filter(|identity| identity.pool_id == pool.id);
            let identity = identity.ok_or_else(missing)?;
            if name.is_some_and(|name| !identity.developer.contains(name)) {
                let message = "The developer user identifier does not belong to the identity.";
                return Err(ApiError::new("ResourceConflictException", message));
            }
            identity
        }
    };
    let limit = check::limit(input.number("MaxResults"), "maxResults", 1)?;
    let wanted = |found: &&String| input.maybe("IdentityId").is_none() || name.is_none_or(|name| *found == name);
    let items = identity.developer.iter().filter(wanted).map(|name| (name.as_str(), name.clone()));
    let question = Question::new("LookupDeveloperIdentity", &identity.id, name.unwrap_or_default());
    let page = page(items, &question, input.maybe("NextToken"), limit, call.weather, call.moment.now_ms)?;
    let mut out = json!({ "IdentityId": identity.id, "DeveloperUserIdentifierList": page.items });
    if let Some(token) = page.next {
        out["NextToken"] = token.into();
    }
    output(&out)
}

fn check_provider(pool: &IdentityPool, given: &str) -> Result<(), ApiError> {
    if provider(pool)? == given {
        return Ok(());
    }
    Err(ApiError::invalid("The developer provider name is not that of the identity pool."))
}

/// `MergeDeveloperIdentities`: the source becomes one with the destination.
pub(super) fn merge(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let pool = find(call, input.text("IdentityPoolId")?)?.clone();
    check_provider(&pool, input.text("DeveloperProviderName")?)?;
    let of = |name: &str| {
        let found = call.world.identities.find_developer(&pool.id, name);
        found.map(|identity| identity.id.clone()).ok_or_else(|| ApiError::not_found("No such developer user."))
    };
    let (from, into) = (of(input.text("SourceUserIdentifier")?)?, of(input.text("DestinationUserIdentifier")?)?);
    if from != into {
        identity::merge(call.world, &from, &into, call.moment)?;
    }
    output(&json!({ "IdentityId": into }))
}

/// `UnlinkDeveloperIdentity`.
pub(super) fn unlink(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let pool = find(call, input.text("IdentityPoolId")?)?.clone();
    check_provider(&pool, input.text("DeveloperProviderName")?)?;
    let id = input.text("IdentityId")?;
    let mut identity = known(call, id)?;
    if identity.pool_id != pool.id || !identity.developer.remove(input.text("DeveloperUserIdentifier")?) {
        return Err(ApiError::not_found("No such developer user or identity in the identity pool."));
    }
    identity.modified_ms = call.moment.now_ms;
    call.world.identities.put(identity);
    nothing()
}
