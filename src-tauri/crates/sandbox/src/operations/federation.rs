//! Somebody who comes from another identity provider: known, linked or new.

use serde_json::{Map, Value, json};

use super::Call;
use super::attributes::{self, Attribute, Change};
use super::sign_up::Newcomer;
use super::{linking, providers, triggered};
use crate::directory::Pool;
use crate::directory::account::links::Link;
use crate::directory::metrics::{Of, Success};
use crate::directory::schema::id;
use crate::directory::user::Status;
use crate::messages::Origin;
use crate::protocol::{ApiError, check};
use crate::triggers::{self, Trigger};

/// Who came back, as the provider would tell.
pub(crate) struct Arrival<'a> {
    pub(crate) pool: &'a str,
    pub(crate) client: &'a str,
    pub(crate) provider: &'a str,
    /// What the provider calls the person.
    pub(crate) subject: &'a str,
    /// What would be told of them, by the names of attributes in the pool.
    pub(crate) mapped: Vec<(String, String)>,
}

/// Lets the person in, whom the pool gets to know if need be. Attributes that the provider's mapping fills are written at each
/// sign-in, also where they are as they were, and an address that is written so is verified only where the mapping says that;
/// one that the provider says nothing of stays as it is.
///
/// # Errors
/// A provider that is not there, a username that a native person has, attributes that the schema does not take, misses or lets
/// nobody change, or that the client may not write, a person who is disabled, and what a trigger refuses.
pub(crate) fn admit(call: &mut Call<'_>, mut arrival: Arrival<'_>) -> Result<u32, ApiError> {
    let Arrival { provider, subject, client, .. } = arrival;
    let (sub, moment, origin) = (call.world.random_uuid(), call.moment, Origin::client(client, None));
    let pool = call.pool(Some(arrival.pool))?;
    let kind = pool.provider_type(provider).ok_or_else(|| providers::missing(provider))?;
    let username = format!("{provider}_{subject}");
    check::name(Some(&username), "username")?;
    arrival.mapped = transformed(pool, &arrival, (&username, &kind), &origin)?;
    let mut attributes = told(pool, &arrival)?;
    may_be_written(pool, client, &attributes)?;
    let at = match linked(pool, &arrival).map_or_else(|| own(pool, provider, &username), |at| Ok(Some(at)))? {
        Some(at) => {
            triggered::pre_authentication(pool, at, &origin)?;
            if !pool.users.get(at).is_some_and(|user| user.enabled) {
                return Err(ApiError::new("NotAuthorizedException", "User is disabled."));
            }
            attributes::changeable(pool, &attributes)?;
            attributes.extend(verified_no_longer(pool, at, &attributes));
            if !attributes.is_empty() {
                pool.change(at, moment, |user| user.set_attributes(&attributes));
            }
            triggered::post_authentication(pool, at, &origin)?;
            at
        }
        None => {
            attributes::demand_required(pool, &attributes)?;
            let told = (attributes.as_slice(), [].as_slice());
            let decision = triggered::pre_sign_up(pool, "PreSignUp_ExternalProvider", &username, told, &origin)?;
            decision.verify(&mut attributes);
            let identity = json!([{
                "userId": subject, "providerName": provider, "providerType": kind, "issuer": null, "primary": true,
                "dateCreated": moment.now_ms,
            }]);
            attributes.push((id::IDENTITIES, identity.to_string()));
            let status = Status::ExternalProvider;
            let at = Newcomer { username: &username, sub: &sub, attributes: &attributes, status }.enter(pool, moment);
            triggered::post_confirmation(pool, at, "PostConfirmation_ConfirmSignUp", &origin)?;
            at
        }
    };
    let of = Of { provider: Some(provider.to_owned()), ..Of::client(arrival.pool, client) };
    call.world.metrics.count_of(Success::Federation, of, moment.now_ms);
    call.world.acts(arrival.pool, at);
    Ok(at)
}

/// What is told of the person after the trigger `InboundFederation`, which gets it under the provider's names. What the
/// function leaves out is not told; an empty answer changes nothing. What the provider calls the person stays.
fn transformed(
    pool: &Pool,
    arrival: &Arrival<'_>,
    (username, kind): (&str, &str),
    origin: &Origin,
) -> Result<Vec<(String, String)>, ApiError> {
    let Some(provider) = pool.resources.providers.get(arrival.provider) else { return Ok(Vec::new()) };
    let mapping = providers::mapping(provider);
    let told = arrival.mapped.iter().filter(|(_, value)| !value.is_empty()).flat_map(|(name, value)| {
        let claims = mapping.iter().filter(move |(mapped, _)| mapped == name);
        claims.map(move |(_, claim)| (claim.clone(), Value::from(value.as_str())))
    });
    let subject = providers::username_claim(provider).map(|claim| (claim, Value::from(arrival.subject)));
    let claims: Map<String, Value> = told.chain(subject).collect();
    let attributes = match kind {
        "SAML" => json!({ "samlResponse": claims }),
        _ => json!({ "tokenResponse": {}, "idToken": claims, "userInfo": claims }),
    };
    let request = json!({ "providerName": arrival.provider, "providerType": kind, "attributes": attributes });
    let event = origin.event("InboundFederation_ExternalProvider", username, request);
    let response = triggers::call(pool, Trigger::InboundFederation, &event)?;
    let wanted = response.as_ref().and_then(|response| response.get("userAttributesToMap")).and_then(Value::as_object);
    let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else { return Ok(arrival.mapped.clone()) };
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Ok(mapping.into_iter().filter_map(|(name, claim)| Some((name, text(wanted.get(&claim)?)))).collect())
}

/// The attributes to write: what the provider's mapping names and has a value.
fn told(pool: &Pool, arrival: &Arrival<'_>) -> Result<Vec<Change>, ApiError> {
    let mapping = pool.resources.providers.get(arrival.provider).map(providers::mapping).unwrap_or_default();
    let is_mapped = |given: &str| mapping.iter().any(|(name, _)| name == given);
    let told = arrival.mapped.iter().filter(|(name, value)| is_mapped(name) && !value.is_empty());
    let given = told.map(|(name, value)| Attribute { name: name.clone(), value: value.clone() });
    attributes::read(pool, given.collect())
}

/// The client may write what the mapping fills; whether an address is verified is the provider's to say.
fn may_be_written(pool: &Pool, client: &str, attributes: &[Change]) -> Result<(), ApiError> {
    let flags = attributes::VERIFIABLE.map(|(_, flag)| flag);
    let names = attributes.iter().filter(|(at, _)| !flags.contains(at)).map(|(at, _)| pool.schema.name(*at));
    pool.clients.get(client).map_or(Ok(()), |client| attributes::may_write(client, names))
}

/// Addresses that are written, and of which nobody says that they are verified.
fn verified_no_longer(pool: &Pool, at: u32, attributes: &[Change]) -> Vec<Change> {
    let was = |flag| pool.users.get(at).is_some_and(|user| user.attribute(flag) == Some("true"));
    let written = |attribute| attributes::value(attributes, attribute).is_some();
    let flags = attributes::VERIFIABLE.into_iter().filter(|(address, flag)| written(*address) && !written(*flag));
    flags.filter(|(_, flag)| was(*flag)).map(|(_, flag)| (flag, "false".to_owned())).collect()
}

/// The person to whom an identity was linked, by what the provider calls them or by another of its attributes that the
/// pool takes over.
fn linked(pool: &Pool, arrival: &Arrival<'_>) -> Option<u32> {
    let provider = pool.resources.providers.get(arrival.provider)?;
    let (mapping, username) = (providers::mapping(provider), providers::username_claim(provider));
    let told = |claim: &str, value: &str| {
        let is_given = |name: &String| arrival.mapped.iter().any(|(given, told)| given == name && told == value);
        mapping.iter().any(|(name, from)| from == claim && is_given(name))
    };
    let is_it = |link: &Link| {
        let of_subject = link.attribute == linking::SUBJECT || Some(&link.attribute) == username.as_ref();
        link.provider == arrival.provider
            && if of_subject { link.value == arrival.subject } else { told(&link.attribute, &link.value) }
    };
    pool.accounts.iter().find(|(_, account)| account.links.iter().any(is_it)).map(|(at, _)| *at)
}

/// The person whom an earlier sign-in with the provider made.
///
/// # Errors
/// `UsernameExistsException` when the username is somebody's who did not come from there.
fn own(pool: &Pool, provider: &str, username: &str) -> Result<Option<u32>, ApiError> {
    let Some(at) = pool.users.find(username) else { return Ok(None) };
    let shown = pool.users.get(at).and_then(|user| user.attribute(id::IDENTITIES)).unwrap_or("[]");
    let identities: Vec<Value> = serde_json::from_str(shown).unwrap_or_default();
    // Whether two names are the same is for the pool to say, which may not look at case.
    let is_it = |identity: &Value| {
        let user = identity["userId"].as_str().and_then(|user| pool.users.find(&format!("{provider}_{user}")));
        identity["primary"] == true && identity["providerName"] == provider && user == Some(at)
    };
    if identities.iter().any(is_it) { Ok(Some(at)) } else { Err(attributes::username_exists()) }
}
