//! Which identity a set of logins means: one that exists, a new one, or two that become one.

use super::{Login, conflict, refused};
use crate::directory::World;
use crate::directory::identities::Identity;
use crate::directory::users::Moment;
use crate::protocol::ApiError;

/// Most links of one identity.
const MOST: usize = 20;

/// An identity that a caller names.
pub(crate) enum Named<'a> {
    /// None: whichever the logins have, or a new one.
    Nobody,
    /// This one, which one of the logins must already belong to unless nobody has signed in to it.
    Identity(&'a str),
}

/// Finds or makes the identity of `logins`, and links all of them to it. Without logins it is a guest.
///
/// # Errors
/// `NotAuthorizedException` when guests are not allowed, or when none of the logins belongs to the named identity;
/// `ResourceConflictException` when two people of one provider would become one.
pub(crate) fn identify(
    world: &mut World,
    pool_id: &str,
    named: &Named<'_>,
    logins: &[Login],
    moment: Moment,
) -> Result<String, ApiError> {
    let named = match named {
        Named::Nobody => None,
        Named::Identity(id) => Some(known(world, id)?),
    };
    if logins.is_empty() {
        return guest(world, pool_id, named, moment);
    }
    let mut owners: Vec<Identity> = Vec::new();
    for login in logins {
        if let Some(owner) = world.identities.find(pool_id, &login.provider, &login.name)
            && !owners.iter().any(|known| known.id == owner.id)
        {
            owners.push(owner.clone());
        }
    }
    if let Some(named) = named {
        if !named.is_guest() && !owners.iter().any(|owner| owner.id == named.id) {
            let message =
                "Logins don't match. Please include at least one valid login for this identity or identity pool.";
            return Err(refused(message));
        }
        if !owners.iter().any(|owner| owner.id == named.id) {
            owners.push(named);
        }
    }
    // The oldest that somebody has signed in to stays.
    owners.sort_by_key(|owner| (owner.is_guest(), owner.created_ms, owner.id.clone()));
    let mut owners = owners.into_iter();
    let mut winner = owners.next().unwrap_or_else(|| new(world, pool_id, moment));
    for loser in owners {
        absorb(world, &mut winner, loser, moment)?;
    }
    for login in logins {
        match winner.logins.insert(login.provider.clone(), login.name.clone()) {
            Some(before) if before != login.name => {
                return Err(conflict("Login is already linked to another person of the same provider."));
            }
            Some(_) => {}
            None => winner.modified_ms = moment.now_ms,
        }
    }
    let id = winner.id.clone();
    world.identities.put(winner);
    Ok(id)
}

fn known(world: &World, id: &str) -> Result<Identity, ApiError> {
    let identity = world.identities.get(id);
    let identity = identity.ok_or_else(|| ApiError::not_found(format!("Identity '{id}' not found.")))?;
    if identity.disabled {
        return Err(refused(format!("Access to Identity '{id}' is forbidden.")));
    }
    Ok(identity.clone())
}

fn guest(world: &mut World, pool_id: &str, named: Option<Identity>, moment: Moment) -> Result<String, ApiError> {
    let pool = world.identity_pools.iter().find(|pool| pool.id == pool_id);
    if !pool.is_some_and(|pool| pool.settings.get("AllowUnauthenticatedIdentities").is_some_and(|on| on == true)) {
        if let Some(named) = named.filter(|named| !named.is_guest()) {
            return Err(refused(format!("Access to Identity '{}' is forbidden.", named.id)));
        }
        return Err(refused("Unauthenticated access is not supported for this identity pool."));
    }
    match named {
        Some(named) if named.is_guest() => Ok(named.id),
        Some(named) => Err(refused(format!("Access to Identity '{}' is forbidden.", named.id))),
        None => {
            let identity = new(world, pool_id, moment);
            let id = identity.id.clone();
            world.identities.put(identity);
            Ok(id)
        }
    }
}

fn new(world: &mut World, pool_id: &str, moment: Moment) -> Identity {
    let uuid = world.random_uuid();
    Identity {
        id: format!("{}:{uuid}", world.region),
        pool_id: pool_id.to_owned(),
        logins: std::collections::BTreeMap::new(),
        developer: std::collections::BTreeSet::new(),
        disabled: false,
        created_ms: moment.now_ms,
        modified_ms: moment.now_ms,
    }
}

/// Moves every link of `loser` to `winner` and disables it.
fn absorb(world: &mut World, winner: &mut Identity, mut loser: Identity, moment: Moment) -> Result<(), ApiError> {
    for (provider, name) in &loser.logins {
        if winner.logins.get(provider).is_some_and(|known| known != name) {
            return Err(conflict("Both identities are linked to the same provider as two different people."));
        }
    }
    if winner.links() + loser.links() > MOST {
        return Err(conflict("An identity can have no more than 20 linked logins."));
    }
    winner.logins.append(&mut loser.logins);
    winner.developer.append(&mut loser.developer);
    winner.modified_ms = moment.now_ms;
    loser.disabled = true;
    loser.modified_ms = moment.now_ms;
    world.identities.put(loser);
    Ok(())
}

/// Merges one identity into another: what `MergeDeveloperIdentities` does.
///
/// # Errors
/// `ResourceConflictException` as in [`identify`].
pub(crate) fn merge(world: &mut World, from: &str, into: &str, moment: Moment) -> Result<(), ApiError> {
    let (loser, mut winner) = (known(world, from)?, known(world, into)?);
    absorb(world, &mut winner, loser, moment)?;
    world.identities.put(winner);
    Ok(())
}

/// Registers a person of the developer's own provider, as identity `named` or any, and gives the identity.
///
/// # Errors
/// `DeveloperUserAlreadyRegisteredException` when the person has another identity than the named one.
pub(crate) fn register(
    world: &mut World,
    pool_id: &str,
    named: Option<&str>,
    name: &str,
    moment: Moment,
) -> Result<String, ApiError> {
    let owner = world.identities.find_developer(pool_id, name).cloned();
    let mut identity = match (named.map(|id| known(world, id)).transpose()?, owner) {
        (Some(named), Some(owner)) if named.id != owner.id => {
            let message = "The developer user identifier is already registered under a different identity ID.";
            return Err(ApiError::new("DeveloperUserAlreadyRegisteredException", message));
        }
        (Some(identity), _) | (None, Some(identity)) => identity,
        (None, None) => new(world, pool_id, moment),
    };
    if identity.developer.insert(name.to_owned()) {
        identity.modified_ms = moment.now_ms;
    }
    if identity.links() > MOST {
        return Err(conflict("An identity can have no more than 20 linked logins."));
    }
    let id = identity.id.clone();
    world.identities.put(identity);
    Ok(id)
}
