//! The looks of sign-in pages: styles of managed login, and of the classic hosted pages.

use serde_json::{Map, Value, json};

use super::clients;
use super::input::Input;
use super::{Answered, Call, nothing, output};
use crate::directory::Pool;
use crate::directory::record::Record;
use crate::protocol::ApiError;

/// Most styles of one pool.
const MOST: usize = 20;

const STYLE: [&str; 3] = ["UseCognitoProvidedValues", "Settings", "Assets"];

/// The version of the classic style sheet.
const CSS_VERSION: &str = "20190128172214";

fn known_client(pool: &Pool, client: &str) -> Result<(), ApiError> {
    if pool.clients.contains_key(client) { Ok(()) } else { Err(clients::missing(client)) }
}

fn missing() -> ApiError {
    ApiError::not_found("Managed login branding does not exist.")
}

/// A style of Cognito's own has no other settings.
fn check(input: &Input) -> Result<(), ApiError> {
    if input.yes("UseCognitoProvidedValues") && (input.has("Settings") || input.has("Assets")) {
        return Err(ApiError::invalid("UseCognitoProvidedValues leaves no room for Settings and Assets."));
    }
    Ok(())
}

fn described(pool: &Pool, id: &str) -> Answered {
    let style = pool.resources.brandings.get(id).ok_or_else(missing)?;
    let mut out = style.shown();
    out.remove("ClientId");
    out.insert("ManagedLoginBrandingId".to_owned(), id.into());
    out.insert("UserPoolId".to_owned(), pool.id.clone().into());
    output(&json!({ "ManagedLoginBranding": out }))
}

/// `CreateManagedLoginBranding`: one style for an app client.
pub(super) fn create(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    check(&input)?;
    let client = input.text("ClientId")?;
    let now_ms = call.moment.now_ms;
    let id = call.world.random_uuid();
    let pool = call.pool(input.maybe("UserPoolId"))?;
    known_client(pool, client)?;
    if pool.resources.brandings.values().any(|style| style.text("ClientId") == Some(client)) {
        let message = "The app client already has a managed login branding style.";
        return Err(ApiError::new("ManagedLoginBrandingExistsException", message));
    }
    if pool.resources.brandings.len() >= MOST {
        return Err(ApiError::new(
            "LimitExceededException",
            "Number of managed login branding styles exceeds the limit.",
        ));
    }
    let mut settings = input.only(&STYLE);
    settings.entry("UseCognitoProvidedValues").or_insert(false.into());
    settings.insert("ClientId".to_owned(), client.into());
    pool.resources.brandings.insert(id.clone(), Record::new(settings, now_ms));
    described(pool, &id)
}

/// `UpdateManagedLoginBranding`: settings and images that are left out stay.
pub(super) fn update(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    check(&input)?;
    let id = input.text("ManagedLoginBrandingId")?;
    let now_ms = call.moment.now_ms;
    let pool = call.pool(input.maybe("UserPoolId"))?;
    let style = pool.resources.brandings.get_mut(id).ok_or_else(missing)?;
    let mut settings = std::mem::take(&mut style.settings);
    if input.yes("UseCognitoProvidedValues") {
        settings.remove("Settings");
        settings.remove("Assets");
    }
    settings.insert("UseCognitoProvidedValues".to_owned(), input.yes("UseCognitoProvidedValues").into());
    for (name, value) in input.only(&["Settings", "Assets"]) {
        merge(settings.entry(name).or_insert(Value::Null), value);
    }
    style.change(settings, now_ms);
    described(pool, id)
}

/// Writes `new` over `old`: objects member by member, images by what they are for.
fn merge(old: &mut Value, new: Value) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            for (name, value) in new {
                merge(old.entry(name).or_insert(Value::Null), value);
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            let purpose = |asset: &Value| (asset.get("Category").cloned(), asset.get("ColorMode").cloned());
            let replaced: Vec<_> = new.iter().map(purpose).collect();
            old.retain(|asset| !replaced.contains(&purpose(asset)));
            old.extend(new);
        }
        (old, new) => *old = new,
    }
}

/// `DescribeManagedLoginBranding`.
pub(super) fn describe(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    described(call.pool(input.maybe("UserPoolId"))?, input.text("ManagedLoginBrandingId")?)
}

/// `DescribeManagedLoginBrandingByClient`.
pub(super) fn describe_by_client(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let client = input.text("ClientId")?;
    let pool = call.pool(input.maybe("UserPoolId"))?;
    known_client(pool, client)?;
    let mut styles = pool.resources.brandings.iter();
    let found = styles.find(|(_, style)| style.text("ClientId") == Some(client)).map(|(id, _)| id.clone());
    described(pool, &found.ok_or_else(missing)?)
}

/// `DeleteManagedLoginBranding`.
pub(super) fn delete(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let id = input.text("ManagedLoginBrandingId")?;
    let pool = call.pool(input.maybe("UserPoolId"))?;
    pool.resources.brandings.remove(id).ok_or_else(missing)?;
    nothing()
}

/// For every client without a style of its own.
const ALL: &str = "ALL";

fn customization(pool: &Pool, client: &str) -> Answered {
    let found = [client, ALL].into_iter().find_map(|key| Some((key, pool.resources.customizations.get(key)?)));
    let Some((key, style)) = found else { return output(&json!({ "UICustomization": {} })) };
    let mut out: Map<String, Value> = style.shown();
    out.insert("UserPoolId".to_owned(), pool.id.clone().into());
    out.insert("ClientId".to_owned(), key.into());
    out.insert("CSSVersion".to_owned(), CSS_VERSION.into());
    if out.remove("ImageFile").is_some() {
        let address =
            format!("https://sandbox.example/{}/{key}/{}/assets/images/image.jpg", pool.id, style.modified_ms);
        out.insert("ImageUrl".to_owned(), address.into());
    }
    output(&json!({ "UICustomization": out }))
}

/// `SetUICustomization`: the classic pages need a domain to be shown on.
pub(super) fn set_customization(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let client = input.maybe("ClientId").unwrap_or(ALL);
    let now_ms = call.moment.now_ms;
    let pool = call.pool(input.maybe("UserPoolId"))?;
    if client != ALL {
        known_client(pool, client)?;
    }
    if pool.resources.domains.is_empty() {
        return Err(ApiError::invalid("There has to be an existing domain associated with this user pool"));
    }
    let style = input.only(&["CSS", "ImageFile"]);
    let styles = &mut pool.resources.customizations;
    styles.entry(client.to_owned()).or_insert_with(|| Record::new(Map::new(), now_ms)).change(style, now_ms);
    customization(pool, client)
}

/// `GetUICustomization`.
pub(super) fn get_customization(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let client = input.maybe("ClientId").unwrap_or(ALL);
    let pool = call.pool(input.maybe("UserPoolId"))?;
    if client != ALL {
        known_client(pool, client)?;
    }
    customization(pool, client)
}
