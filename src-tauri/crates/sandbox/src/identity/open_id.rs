//! The OpenID tokens of identity pools, which STS takes in the basic flow.

use serde_json::{Map, Value, json};

use super::SELF;
use crate::directory::World;
use crate::directory::identities::Identity;
use crate::directory::users::Moment;
use crate::protocol::ApiError;

/// What a token of an identity pool says.
#[derive(Debug, Clone)]
pub(crate) struct Ticket {
    pub(crate) pool_id: String,
    pub(crate) identity_id: String,
    pub(crate) authenticated: bool,
    pub(crate) expired: bool,
    pub(crate) tags: Value,
}

/// A token of `identity` for `seconds`. `providers` are those of its logins, each with the person's name there.
///
/// # Errors
/// `InternalErrorException` when the machine cannot make a key.
pub(crate) fn token(
    world: &mut World,
    identity: &Identity,
    providers: &[(String, String)],
    tags: Option<&Map<String, Value>>,
    seconds: i64,
    moment: Moment,
) -> Result<String, ApiError> {
    let now = moment.now_ms.div_euclid(1000);
    let mut methods = Vec::new();
    for (provider, name) in providers {
        methods.push(provider.clone());
        methods.push(format!("{provider}:{name}"));
    }
    methods.insert(0, if methods.is_empty() { "unauthenticated" } else { "authenticated" }.to_owned());
    let mut claims = Map::new();
    claims.insert("sub".to_owned(), identity.id.clone().into());
    claims.insert("aud".to_owned(), identity.pool_id.clone().into());
    claims.insert("amr".to_owned(), json!(methods));
    claims.insert("iss".to_owned(), format!("https://{SELF}").into());
    claims.insert("iat".to_owned(), now.into());
    claims.insert("exp".to_owned(), (now + seconds).into());
    if let Some(tags) = tags.filter(|tags| !tags.is_empty()) {
        let lists: Map<String, Value> = tags.iter().map(|(name, value)| (name.clone(), json!([value]))).collect();
        claims.insert("https://aws.amazon.com/tags".to_owned(), json!({ "principal_tags": lists }));
    }
    world.keys.identities()?.sign(&claims)
}

/// Reads a token of an identity pool; `None` for any other.
pub(crate) fn read(world: &mut World, token: &str, moment: Moment) -> Option<Ticket> {
    let claims = world.keys.identities().ok()?.read(token)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    let methods = claims.get("amr").and_then(Value::as_array)?;
    Some(Ticket {
        pool_id: text("aud")?,
        identity_id: text("sub")?,
        authenticated: methods.iter().any(|method| method == "authenticated"),
        expired: moment.now_ms >= claims.get("exp").and_then(Value::as_i64)?.saturating_mul(1000),
        tags: claims.get("https://aws.amazon.com/tags").cloned().unwrap_or_default(),
    })
}
