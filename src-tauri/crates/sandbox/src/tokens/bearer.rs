//! Whose token is it: what is checked before a token is believed.

use serde_json::{Map, Value};

use super::claims::ADMIN;
use crate::directory::account::grants::Grant;
use crate::directory::schema::id;
use crate::directory::users::Moment;
use crate::directory::{Pool, World};
use crate::protocol::ApiError;

/// The person behind an access token.
#[derive(Debug, Clone)]
pub(crate) struct Bearer {
    pub(crate) pool_id: String,
    pub(crate) user: u32,
    pub(crate) username: String,
    pub(crate) client_id: String,
    pub(crate) scopes: Vec<String>,
    /// Id of the sign-in, whether or not the token tells it.
    pub(crate) grant: String,
}

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Not signed by this account, or of another kind.
    Invalid,
    Expired,
    /// Revoked, or its sign-in is forgotten.
    Revoked,
    /// The person was deleted.
    Gone,
    /// The person may not sign in.
    Disabled,
}

impl Refusal {
    /// The words of the operations that take an access token.
    fn of_access_token(self) -> ApiError {
        let message = match self {
            Self::Gone => return ApiError::no_user(),
            Self::Invalid => "Invalid Access Token",
            Self::Expired => "Access Token has expired",
            Self::Revoked => "Access Token has been revoked",
            Self::Disabled => "User is disabled.",
        };
        ApiError::new("NotAuthorizedException", message)
    }
}

/// The person that an operation with `AccessToken` is for, and who counts as active by it.
///
/// # Errors
/// `NotAuthorizedException` for a token that is invalid, has expired or is revoked, or lacks the scope
/// `aws.cognito.signin.user.admin`; `UserNotFoundException` when the person is gone.
pub(crate) fn bearer(world: &mut World, token: &str, moment: Moment) -> Result<Bearer, ApiError> {
    let bearer = verified_access(world, token, moment).map_err(Refusal::of_access_token)?;
    if !bearer.scopes.iter().any(|scope| scope == ADMIN) {
        return Err(ApiError::new("NotAuthorizedException", "Access Token does not have required scopes"));
    }
    world.acts(&bearer.pool_id, bearer.user);
    Ok(bearer)
}

/// The person behind an access token, whatever its scopes are.
pub(crate) fn verified_access(world: &World, token: &str, moment: Moment) -> Result<Bearer, Refusal> {
    let pool = pool_of(world, token).ok_or(Refusal::Invalid)?;
    let keys = world.keys.known(&pool.id).ok_or(Refusal::Invalid)?;
    let claims = keys.access.read(token).ok_or(Refusal::Invalid)?;
    current(&claims, moment)?;
    let username = text(&claims, "username").ok_or(Refusal::Invalid)?;
    let (user, grant) = subject(pool, username, &claims)?;
    Ok(Bearer {
        pool_id: pool.id.clone(),
        user,
        username: username.to_owned(),
        client_id: text(&claims, "client_id").unwrap_or_default().to_owned(),
        scopes: text(&claims, "scope").unwrap_or_default().split(' ').map(str::to_owned).collect(),
        grant: grant.id.clone(),
    })
}

/// An ID token that was believed.
#[derive(Debug, Clone)]
pub(crate) struct Identified {
    pub(crate) pool_id: String,
    pub(crate) claims: Map<String, Value>,
}

/// The claims of an ID token. With `server_side` also those are refused whose sign-in was revoked and whose person is
/// disabled or gone; otherwise signature and date decide alone, as with any verifier outside Cognito.
pub(crate) fn verified_id(
    world: &World,
    token: &str,
    server_side: bool,
    moment: Moment,
) -> Result<Identified, Refusal> {
    let pool = pool_of(world, token).ok_or(Refusal::Invalid)?;
    let keys = world.keys.known(&pool.id).ok_or(Refusal::Invalid)?;
    let claims = keys.id.read(token).ok_or(Refusal::Invalid)?;
    current(&claims, moment)?;
    if server_side {
        subject(pool, text(&claims, "cognito:username").ok_or(Refusal::Invalid)?, &claims)?;
    }
    Ok(Identified { pool_id: pool.id.clone(), claims })
}

/// Somebody whose token was believed, and the sign-in that it comes of.
#[derive(Debug, Clone)]
pub(crate) struct Party {
    pub(crate) pool_id: String,
    pub(crate) user: u32,
    pub(crate) sub: String,
    pub(crate) client_id: String,
    /// Those of an access token; an ID token tells none.
    pub(crate) scopes: Vec<String>,
    pub(crate) grant: Grant,
}

/// The person behind an access or ID token that is still good; `None` for any other token.
pub(crate) fn party(world: &World, token: &str, is_id: bool, moment: Moment) -> Option<Party> {
    let pool = pool_of(world, token)?;
    let keys = world.keys.known(&pool.id)?;
    let key = if is_id { &keys.id } else { &keys.access };
    let claims = key.read(token)?;
    current(&claims, moment).ok()?;
    let username = text(&claims, if is_id { "cognito:username" } else { "username" })?;
    let (user, grant) = subject(pool, username, &claims).ok()?;
    let scopes = text(&claims, "scope").map(|scopes| scopes.split(' ').map(str::to_owned).collect());
    Some(Party {
        pool_id: pool.id.clone(),
        user,
        sub: text(&claims, "sub")?.to_owned(),
        client_id: text(&claims, if is_id { "aud" } else { "client_id" })?.to_owned(),
        scopes: scopes.unwrap_or_default(),
        grant: grant.clone(),
    })
}

/// The pool that a token says it is from.
fn pool_of<'a>(world: &'a World, token: &str) -> Option<&'a Pool> {
    let claims: Map<String, Value> = jsonwebtoken::dangerous::insecure_decode_claims(token).ok()?;
    world.pools.get(text(&claims, "iss")?.rsplit('/').next()?)
}

fn current(claims: &Map<String, Value>, moment: Moment) -> Result<(), Refusal> {
    let expires = claims.get("exp").and_then(Value::as_i64).ok_or(Refusal::Invalid)?;
    if moment.now_ms < expires * 1000 { Ok(()) } else { Err(Refusal::Expired) }
}

/// The person and the sign-in of a token whose signature is right.
fn subject<'a>(pool: &'a Pool, username: &str, claims: &Map<String, Value>) -> Result<(u32, &'a Grant), Refusal> {
    let user_id = pool.users.find(username).ok_or(Refusal::Gone)?;
    let user = pool.users.get(user_id).ok_or(Refusal::Gone)?;
    // A name can be given again; a sub cannot.
    if user.attribute(id::SUB) != text(claims, "sub") {
        return Err(Refusal::Gone);
    }
    let grants = &pool.account(user_id).ok_or(Refusal::Revoked)?.grants;
    let grant = match text(claims, "origin_jti") {
        Some(id) => grants.find(id),
        None => grants.find_event(text(claims, "event_id").ok_or(Refusal::Invalid)?),
    };
    let grant = grant.filter(|grant| !grant.revoked).ok_or(Refusal::Revoked)?;
    if user.enabled { Ok((user_id, grant)) } else { Err(Refusal::Disabled) }
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}
