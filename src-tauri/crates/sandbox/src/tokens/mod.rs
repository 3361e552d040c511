//! Tokens: keys, claims, what a trigger changes, refresh, revocation and verification.
//!
//! `issue` begins a sign-in, `refresh` continues one, `bearer` tells whose access token a call carries.

mod bearer;
mod claims;
pub(crate) mod discovery;
mod keys;
mod pre_token;
mod refresh;
mod sealed;

use rand::Rng as _;
use serde_json::{Map, Value, json};

pub(crate) use bearer::{Bearer, Party, Refusal, bearer, party, verified_access, verified_id};
pub(crate) use claims::{attributes, revocable};
pub(crate) use keys::Keys;
pub(crate) use refresh::{Refresh, continued, is_anyones, owner, refresh, revoke};

use crate::authentication::levels;
use crate::directory::account::grants::Grant;
use crate::directory::metrics::Success;
use crate::directory::users::Moment;
use crate::directory::{Client, Pool, World};
use crate::protocol::ApiError;

/// How a person comes to tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// Sign-in through the API.
    Authentication,
    /// Sign-in on the login page.
    HostedAuth,
    /// The answer to a forced change of the password.
    NewPasswordChallenge,
    /// Sign-in with a remembered device.
    AuthenticateDevice,
    /// A refresh token.
    RefreshTokens,
}

/// A sign-in that succeeded.
#[derive(Debug, Clone)]
pub(crate) struct Issue {
    pub(crate) pool_id: String,
    pub(crate) client_id: String,
    pub(crate) user: u32,
    pub(crate) source: Source,
    /// Scopes that were granted; empty for a sign-in through the API.
    pub(crate) scopes: Vec<String>,
    /// `nonce` of the authorization request.
    pub(crate) nonce: Option<String>,
    /// Key of a remembered device.
    pub(crate) device_key: Option<String>,
    pub(crate) auth_time_ms: i64,
    /// Authentication methods (RFC 8176), empty when nobody asked.
    pub(crate) amr: Vec<String>,
    /// The auth event of the sign-in; a new id when there is none.
    pub(crate) event_id: Option<String>,
    /// Address of the API that the access token is for (RFC 8707).
    pub(crate) resource: Option<String>,
    /// The login of a browser that it comes of.
    pub(crate) login: Option<String>,
    /// `ClientMetadata`, for the trigger.
    pub(crate) client_metadata: Map<String, Value>,
    /// Who acts for the person (`act`; RFC 8693, 4.1).
    pub(crate) act: Option<Value>,
}

impl Issue {
    /// A sign-in through the API with nothing special about it.
    pub(crate) fn new(pool_id: &str, client_id: &str, user: u32, source: Source, moment: Moment) -> Self {
        Self {
            pool_id: pool_id.to_owned(),
            client_id: client_id.to_owned(),
            user,
            source,
            scopes: Vec::new(),
            nonce: None,
            device_key: None,
            auth_time_ms: moment.now_ms,
            amr: Vec::new(),
            event_id: None,
            resource: None,
            login: None,
            client_metadata: Map::new(),
            act: None,
        }
    }
}

/// Begins a sign-in and gives its `AuthenticationResult`.
///
/// # Errors
/// An unknown pool, client or user; what a trigger answers wrongly.
pub(crate) fn issue(world: &mut World, issue: &Issue, moment: Moment) -> Result<Value, ApiError> {
    let id = world.random_uuid();
    let event_id = issue.event_id.clone().unwrap_or_else(|| world.random_uuid());
    let pool = world.pools.get_mut(&issue.pool_id).ok_or_else(no_pool)?;
    let client = pool.clients.get(&issue.client_id).ok_or_else(no_client)?;
    let grant = Grant {
        id,
        client_id: issue.client_id.clone(),
        event_id,
        auth_time_ms: issue.auth_time_ms,
        expires_ms: moment.now_ms + lifetimes(client, moment).refresh_s * 1000,
        scopes: issue.scopes.clone(),
        device_key: issue.device_key.clone(),
        amr: issue.amr.clone(),
        acr: levels::acr(&pool.settings, &issue.amr),
        resource: issue.resource.clone(),
        revoked: false,
        generation: 0,
        rotated_ms: 0,
        active_ms: moment.now_ms,
        login: issue.login.clone(),
    };
    let most = Some(pool.resources.sessions.most).filter(|_| pool.resources.sessions.tracked);
    let grants = &mut pool.account_mut(issue.user).grants;
    if let Some(most) = most {
        grants.make_room(most, moment.now_ms);
    }
    grants.add(grant.clone(), moment.now_ms);
    let exchange = Exchange { issue, grant: &grant, moment };
    let mut result = exchange.tokens(world)?;
    result.insert("RefreshToken".to_owned(), refresh_token(world, issue, &grant)?.into());
    world.metrics.count(Success::SignIn, &issue.pool_id, &issue.client_id, moment.now_ms);
    Ok(result.into())
}

/// One exchange of a proof for tokens.
struct Exchange<'a> {
    issue: &'a Issue,
    grant: &'a Grant,
    moment: Moment,
}

impl Exchange<'_> {
    /// The tokens, without a refresh token.
    fn tokens(&self, world: &mut World) -> Result<Map<String, Value>, ApiError> {
        let (id_jti, access_jti) = (world.random_uuid(), world.random_uuid());
        let pool = world.pools.get(&self.issue.pool_id).ok_or_else(no_pool)?;
        let client = pool.clients.get(&self.issue.client_id).ok_or_else(no_client)?;
        let user = pool.users.get(self.issue.user).ok_or_else(ApiError::no_user)?;
        let issuer = issuer(&world.region, pool);
        let lifetimes = lifetimes(client, self.moment);
        let claimant =
            claims::Claimant { pool, client, user, grant: self.grant, issuer: &issuer, now_ms: self.moment.now_ms };
        let draft = self.draft(pool, user.username())?;
        let mut access = claimant.access(&draft.groups, &draft.scopes, &access_jti, lifetimes.access_s);
        draft.finish_access(&mut access, &client.id);
        access.extend(self.issue.act.clone().map(|act| ("act".to_owned(), act)));
        let hosted = !self.grant.scopes.is_empty();
        let with_id = !hosted || self.grant.scopes.iter().any(|scope| scope == "openid");
        let mut id = claimant.id(&draft.groups, &id_jti, lifetimes.id_s);
        draft.finish_id(&mut id);
        id.extend(self.issue.act.clone().map(|act| ("act".to_owned(), act)));
        pre_token::demand_few(access.len() + id.len() + draft.scopes.len())?;
        let keys = world.keys.pool(&pool.id)?;
        let access = keys.access.sign(&access)?;
        let mut result = Map::new();
        if with_id {
            if hosted {
                id.insert("at_hash".to_owned(), half_hash(&access).into());
            }
            if let Some(nonce) = &self.issue.nonce {
                id.insert("nonce".to_owned(), nonce.clone().into());
            }
            result.insert("IdToken".to_owned(), keys.id.sign(&id)?.into());
        }
        result.insert("AccessToken".to_owned(), access.into());
        result.insert("ExpiresIn".to_owned(), lifetimes.access_s.into());
        result.insert("TokenType".to_owned(), "Bearer".into());
        Ok(result)
    }

    fn draft(&self, pool: &Pool, username: &str) -> Result<pre_token::Draft, ApiError> {
        let groups = claims::Groups::of(pool, self.issue.user);
        let mut draft = pre_token::Draft::new(groups, claims::scopes(self.grant));
        let version = pre_token::Version::of(pool);
        if let Some(response) = pre_token::response(pool, version, &draft, self.issue, username)? {
            draft.apply(version, &response)?;
        }
        Ok(draft)
    }
}

/// Tokens of a sign-in for another client or service, with what `grant` says of it: no refresh token.
///
/// # Errors
/// An unknown pool, client or user; what a trigger answers wrongly.
pub(crate) fn derived(
    world: &mut World,
    issue: &Issue,
    grant: &Grant,
    moment: Moment,
) -> Result<Map<String, Value>, ApiError> {
    Exchange { issue, grant, moment }.tokens(world)
}

fn refresh_token(world: &mut World, issue: &Issue, grant: &Grant) -> Result<String, ApiError> {
    let mut nonce = [0; 12];
    world.random.fill_bytes(&mut nonce);
    let content = sealed::Content { user: issue.user, grant: grant.id.clone(), generation: grant.generation };
    sealed::seal(&world.keys.pool(&issue.pool_id)?.refresh_key()?, nonce, &content)
}

/// The access token of a client that signs in for itself: `AccessToken`, `ExpiresIn`, `TokenType`. `metadata` is for the
/// trigger.
///
/// # Errors
/// An unknown pool or client; what a trigger answers wrongly.
pub(crate) fn machine(
    world: &mut World,
    pool_id: &str,
    client_id: &str,
    scopes: &[String],
    metadata: &Map<String, Value>,
    moment: Moment,
) -> Result<Value, ApiError> {
    let jti = world.random_uuid();
    let pool = world.pools.get(pool_id).ok_or_else(no_pool)?;
    let client = pool.clients.get(client_id).ok_or_else(no_client)?;
    let mut draft = pre_token::Draft::new(claims::Groups::default(), scopes.to_vec());
    let version = pre_token::Version::of(pool);
    if version == pre_token::Version::V3
        && let Some(response) = pre_token::response_for_client(pool, &draft, client_id, metadata)?
    {
        draft.apply(version, &response)?;
    }
    let issuer = issuer(&world.region, pool);
    let mut claims = claims::machine(client, &draft.scopes, &issuer, &jti, moment);
    draft.finish_access(&mut claims, client_id);
    pre_token::demand_few(claims.len() + draft.scopes.len())?;
    let expires_in = lifetimes(client, moment).access_s;
    let token = world.keys.pool(pool_id)?.access.sign(&claims)?;
    Ok(json!({ "AccessToken": token, "ExpiresIn": expires_in, "TokenType": "Bearer" }))
}

/// Lifetimes of the tokens of a client, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lifetimes {
    pub(crate) access_s: i64,
    pub(crate) id_s: i64,
    pub(crate) refresh_s: i64,
}

/// `AccessTokenValidity`, `IdTokenValidity` and `RefreshTokenValidity` with their units. Zero and absent are AWS's
/// defaults: an hour, an hour, 30 days. The weather may shorten the life of ID and access tokens.
pub(crate) fn lifetimes(client: &Client, moment: Moment) -> Lifetimes {
    let units = client.settings.get("TokenValidityUnits");
    let seconds = |setting: &str, token: &str, usual: &str, default_s: i64| {
        let unit = units.and_then(|units| units.get(token)).and_then(Value::as_str).unwrap_or(usual);
        let scale = match unit {
            "seconds" => 1,
            "minutes" => 60,
            "hours" => 3600,
            _ => 86_400,
        };
        match client.settings.get(setting).and_then(Value::as_i64) {
            Some(0) | None => default_s,
            Some(count) => count.saturating_mul(scale),
        }
    };
    let most_s = moment.token_lifetime_ms.map_or(i64::MAX, |ms| ms / 1000);
    Lifetimes {
        access_s: seconds("AccessTokenValidity", "AccessToken", "hours", 3600).min(most_s),
        id_s: seconds("IdTokenValidity", "IdToken", "hours", 3600).min(most_s),
        refresh_s: seconds("RefreshTokenValidity", "RefreshToken", "days", 30 * 86_400),
    }
}

/// `RetryGracePeriodSeconds` when `RefreshTokenRotation` is on, `None` when it is off.
pub(crate) fn rotation(client: &Client) -> Option<i64> {
    let rotation = client.settings.get("RefreshTokenRotation")?;
    let on = rotation.get("Feature").is_some_and(|feature| feature == "ENABLED");
    on.then(|| rotation.get("RetryGracePeriodSeconds").and_then(Value::as_i64).unwrap_or_default())
}

/// `iss` of the tokens of a pool, in the form that `IssuerConfiguration` asks for.
pub(crate) fn issuer(region: &str, pool: &Pool) -> String {
    let kind = pool.settings.get("IssuerConfiguration").and_then(|c| c.get("Type"));
    let host = if kind.is_some_and(|kind| kind == "UPDATED") { "issuer-cognito-idp" } else { "cognito-idp" };
    let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
    format!("https://{host}.{region}.amazonaws.com{suffix}/{}", pool.id)
}

/// `at_hash`: the left half of the digest of a token (OpenID Connect Core, 3.1.3.6).
fn half_hash(token: &str) -> String {
    use base64::Engine as _;
    use sha2::Digest as _;
    base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(&sha2::Sha256::digest(token.as_bytes())[..16])
}

fn no_pool() -> ApiError {
    ApiError::not_found("User pool does not exist.")
}

fn no_client() -> ApiError {
    ApiError::not_found("User pool client does not exist.")
}
