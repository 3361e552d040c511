//! Identities of other providers that belong to a person of the pool.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answered, Call, nothing};
use crate::directory::Pool;
use crate::directory::account::links::Link;
use crate::directory::schema::id;
use crate::directory::user::Status;
use crate::directory::users::Moment;
use crate::protocol::ApiError;

/// The provider that is the pool itself.
const NATIVE: &str = "Cognito";
/// The attribute that names a person at a social provider.
pub(super) const SUBJECT: &str = "Cognito_Subject";
/// Most identities that can be linked to one person.
const MOST: usize = 5;

/// `ProviderUserIdentifierType`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Identifier {
    provider_name: Option<String>,
    provider_attribute_name: Option<String>,
    provider_attribute_value: Option<String>,
}

impl Identifier {
    fn provider(&self) -> Result<&str, ApiError> {
        let missing = || ApiError::invalid("ProviderName is required.");
        self.provider_name.as_deref().filter(|name| !name.is_empty()).ok_or_else(missing)
    }

    fn value(&self) -> Result<&str, ApiError> {
        let missing = || ApiError::invalid("ProviderAttributeValue is required.");
        self.provider_attribute_value.as_deref().filter(|value| !value.is_empty()).ok_or_else(missing)
    }

    /// The person of the pool that this is, native or federated.
    fn find(&self, pool: &mut Pool) -> Result<Option<u32>, ApiError> {
        let (provider, value) = (self.provider()?, self.value()?);
        Ok(if provider == NATIVE { pool.resolve(value) } else { pool.users.find(&format!("{provider}_{value}")) })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LinkInput {
    user_pool_id: Option<String>,
    destination_user: Option<Identifier>,
    source_user: Option<Identifier>,
}

/// `AdminLinkProviderForUser`: a person who has not signed in with the provider yet becomes this person when they do.
pub(super) fn link(call: &mut Call<'_>) -> Answered {
    let input: LinkInput = call.input()?;
    let missing = |field: &str| ApiError::constraint("null", field, "Member must not be null");
    let destination = input.destination_user.ok_or_else(|| missing("destinationUser"))?;
    let source = input.source_user.ok_or_else(|| missing("sourceUser"))?;
    let moment = call.moment;
    let pool = call.pool(input.user_pool_id.as_deref())?;
    let at = destination.find(pool)?.ok_or_else(ApiError::no_user)?;
    let (provider, value) = (source.provider()?.to_owned(), source.value()?.to_owned());
    if provider == NATIVE {
        return Err(ApiError::invalid("SourceUser must be a user of an external identity provider."));
    }
    let kind = pool.provider_type(&provider);
    let kind = kind.ok_or_else(|| ApiError::not_found(format!("Identity provider {provider} does not exist.")))?;
    let attribute = source.provider_attribute_name.clone().unwrap_or_default();
    if attribute.is_empty() || (social(&kind) && attribute != SUBJECT) {
        let message = format!("ProviderAttributeName of {provider} must be {SUBJECT}.");
        return Err(ApiError::invalid(message));
    }
    if source.find(pool)?.is_some() {
        let message = "Merging is not currently supported, provide a SourceUser that has not been signed up in order \
                       to link";
        return Err(ApiError::invalid(message));
    }
    let new = Link { provider, kind, attribute, value, linked_ms: moment.now_ms };
    if pool.accounts.values().any(|account| account.links.iter().any(|link| link.same_identity(&new))) {
        return Err(ApiError::invalid("SourceUser is already linked to DestinationUser"));
    }
    let links = &mut pool.account_mut(at).links;
    if links.len() >= MOST {
        let message = format!("No more than {MOST} identities can be linked to a user.");
        return Err(ApiError::new("LimitExceededException", message));
    }
    links.push(new);
    show_links(pool, at, moment);
    nothing()
}

/// Whether a provider's own tokens name the person.
fn social(kind: &str) -> bool {
    matches!(kind, "Google" | "Facebook" | "LoginWithAmazon" | "SignInWithApple")
}

/// Writes the `identities` that listings and tokens show: the person's own, and all that are linked.
fn show_links(pool: &mut Pool, at: u32, moment: Moment) {
    let shown = pool.users.get(at).and_then(|user| user.attribute(id::IDENTITIES)).unwrap_or("[]");
    let shown: Vec<Value> = serde_json::from_str(shown).unwrap_or_default();
    let own = shown.into_iter().filter(|identity| identity["primary"] == true);
    let linked = pool.account(at).into_iter().flat_map(|account| &account.links).map(|link| {
        json!({
            "userId": link.value,
            "providerName": link.provider,
            "providerType": link.kind,
            "issuer": null,
            "primary": false,
            "dateCreated": link.linked_ms,
        })
    });
    let all: Vec<Value> = own.chain(linked).collect();
    let text = if all.is_empty() { String::new() } else { Value::Array(all).to_string() };
    pool.change(at, moment, |user| user.set_attributes(&[(id::IDENTITIES, text)]));
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Unlink {
    user_pool_id: Option<String>,
    user: Option<Identifier>,
}

/// `AdminDisableProviderForUser`: takes a linked identity away, or from a native person the password.
pub(super) fn unlink(call: &mut Call<'_>) -> Answered {
    let input: Unlink = call.input()?;
    let user = input.user.ok_or_else(|| ApiError::constraint("null", "user", "Member must not be null"))?;
    let moment = call.moment;
    let pool = call.pool(input.user_pool_id.as_deref())?;
    let (provider, value) = (user.provider()?.to_owned(), user.value()?.to_owned());
    if provider == NATIVE {
        if user.provider_attribute_name.as_deref().is_some_and(|name| name != SUBJECT) {
            return Err(ApiError::invalid(format!("ProviderAttributeName of a native user must be {SUBJECT}.")));
        }
        let at = pool.resolve(&value).ok_or_else(ApiError::no_user)?;
        pool.account_mut(at).credentials.remove();
        pool.change(at, moment, |user| user.status = Status::ExternalProvider);
        return nothing();
    }
    if pool.provider_type(&provider).is_none() {
        return Err(ApiError::not_found(format!("Identity provider {provider} does not exist.")));
    }
    let attribute = user.provider_attribute_name.clone().unwrap_or_else(|| SUBJECT.to_owned());
    let is_it = |link: &Link| link.provider == provider && link.attribute == attribute && link.value == value;
    let holder = pool.accounts.iter_mut().find(|(_, account)| account.links.iter().any(is_it));
    if let Some((&at, account)) = holder {
        account.links.retain(|link| !is_it(link));
        show_links(pool, at, moment);
        return nothing();
    }
    let at = user.find(pool)?.ok_or_else(ApiError::no_user)?;
    pool.change(at, moment, |user| user.enabled = false);
    nothing()
}
