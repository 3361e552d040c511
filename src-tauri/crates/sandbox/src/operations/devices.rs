//! Devices that people sign in with: confirmed, listed, remembered and forgotten, by themselves or an administrator.

use serde::Deserialize;
use serde_json::{Value, json};

use super::listing::page;
use super::sign_in::device::{is_key, missing, tracking, tracks};
use super::users::OnePerson;
use super::{Answered, Call, nothing, output};
use crate::authentication::srp::Verifier;
use crate::directory::Pool;
use crate::directory::account::devices::{Confirmed, Device};
use crate::directory::token::Question;
use crate::protocol::json::Epoch;
use crate::protocol::{ApiError, check};
use crate::tokens;

/// Longest `DeviceName`, in characters.
const LONGEST_NAME: usize = 1024;

/// Whose devices a request is about.
struct Owner {
    pool: String,
    user: u32,
}

impl Owner {
    /// The person behind an access token.
    fn bearer(call: &mut Call<'_>, token: Option<&str>) -> Result<Self, ApiError> {
        let token = check::required(token, "accessToken")?;
        let bearer = tokens::bearer(call.world, token, call.moment)?;
        Ok(Self { pool: bearer.pool_id, user: bearer.user })
    }

    /// The person an administrator names.
    fn named(call: &mut Call<'_>, person: &OnePerson) -> Result<Self, ApiError> {
        let (pool, user) = person.find(call)?;
        Ok(Self { pool: pool.id.clone(), user })
    }

    /// The same for reading: its operations name no error for a person who does not exist.
    fn read(call: &mut Call<'_>, person: &OnePerson) -> Result<Self, ApiError> {
        Self::named(call, person).map_err(|error| {
            if error.code == "UserNotFoundException" { ApiError::not_found(error.message) } else { error }
        })
    }

    fn pool<'a>(&self, call: &'a mut Call<'_>) -> Result<&'a mut Pool, ApiError> {
        call.world.pools.get_mut(&self.pool).ok_or_else(ApiError::no_user)
    }

    fn device<'a>(&self, call: &'a mut Call<'_>, key: &str) -> Result<&'a mut Device, ApiError> {
        let pool = self.pool(call)?;
        let account = pool.accounts.get_mut(&self.user);
        account.and_then(|account| account.devices.get_mut(key)).ok_or_else(missing)
    }
}

fn key(value: Option<&str>) -> Result<&str, ApiError> {
    let key = check::required(value, "deviceKey")?;
    if is_key(key) {
        return Ok(key);
    }
    Err(ApiError::constraint(key, "deviceKey", "Member must satisfy regular expression pattern: [\\w-]+_[0-9a-f-]+"))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Confirm {
    access_token: Option<String>,
    device_key: Option<String>,
    device_name: Option<String>,
    device_secret_verifier_config: Option<VerifierConfig>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VerifierConfig {
    password_verifier: Option<String>,
    salt: Option<String>,
}

/// `ConfirmDevice`: takes the verifier of a device whose key a sign-in gave out.
pub(super) fn confirm(call: &mut Call<'_>) -> Answered {
    let input: Confirm = call.input()?;
    let key = key(input.device_key.as_deref())?;
    let name = input.device_name;
    if name.as_ref().is_some_and(|name| name.is_empty() || name.chars().count() > LONGEST_NAME) {
        let rule = format!("Member must have length between 1 and {LONGEST_NAME}");
        return Err(ApiError::constraint(&name.unwrap_or_default(), "deviceName", &rule));
    }
    let verifier = input.device_secret_verifier_config.map(verifier).transpose()?;
    let owner = Owner::bearer(call, input.access_token.as_deref())?;
    let now_ms = call.moment.now_ms;
    let pool = owner.pool(call)?;
    if tracking(pool).is_none() {
        let message = "The user pool does not track devices.";
        return Err(ApiError::new("InvalidUserPoolConfigurationException", message));
    }
    let prompts = tracks(pool, "DeviceOnlyRememberedOnUserPrompt");
    let device = pool.account_mut(owner.user).devices.any_mut(key).ok_or_else(missing)?;
    if device.confirmed.is_some() {
        return Err(ApiError::new("DeviceKeyExistsException", "Device already exists."));
    }
    device.confirmed = Some(Confirmed { name, verifier });
    device.remembered = !prompts;
    device.modified_ms = now_ms;
    output(&json!({ "UserConfirmationNecessary": prompts }))
}

fn verifier(config: VerifierConfig) -> Result<(String, String), ApiError> {
    let (Some(value), Some(salt)) = (config.password_verifier, config.salt) else {
        return Err(ApiError::invalid("DeviceSecretVerifierConfig needs PasswordVerifier and Salt."));
    };
    match Verifier::from_wire(&value, &salt) {
        Some(_) => Ok((value, salt)),
        None => {
            Err(ApiError::invalid("Invalid device secret verifier: Base64 of a number of the SRP group is needed."))
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OneDevice {
    #[serde(flatten)]
    person: OnePerson,
    access_token: Option<String>,
    device_key: Option<String>,
    device_remembered_status: Option<String>,
    limit: Option<i64>,
    pagination_token: Option<String>,
}

/// `GetDevice`.
pub(super) fn get(call: &mut Call<'_>) -> Answered {
    let input: OneDevice = call.input()?;
    let key = key(input.device_key.as_deref())?;
    let owner = Owner::bearer(call, input.access_token.as_deref())?;
    output(&json!({ "Device": shown(owner.device(call, key)?) }))
}

/// `AdminGetDevice`.
pub(super) fn admin_get(call: &mut Call<'_>) -> Answered {
    let input: OneDevice = call.input()?;
    let key = key(input.device_key.as_deref())?;
    let owner = Owner::read(call, &input.person)?;
    output(&json!({ "Device": shown(owner.device(call, key)?) }))
}

/// `ListDevices`.
pub(super) fn list(call: &mut Call<'_>) -> Answered {
    let input: OneDevice = call.input()?;
    let owner = Owner::bearer(call, input.access_token.as_deref())?;
    listed(call, &owner, &input, "ListDevices")
}

/// `AdminListDevices`.
pub(super) fn admin_list(call: &mut Call<'_>) -> Answered {
    let input: OneDevice = call.input()?;
    let owner = Owner::read(call, &input.person)?;
    listed(call, &owner, &input, "AdminListDevices")
}

fn listed(call: &mut Call<'_>, owner: &Owner, input: &OneDevice, operation: &str) -> Answered {
    let limit = check::limit(input.limit, "limit", 0)?;
    let (weather, now_ms) = (call.weather, call.moment.now_ms);
    let pool = &*owner.pool(call)?;
    let devices = pool.account(owner.user).into_iter().flat_map(|account| account.devices.confirmed());
    let items = devices.map(|device| (device.key.as_str(), shown(device)));
    let question = Question::new(operation, &format!("{}/{}", pool.id, owner.user), "");
    let page = page(items, &question, input.pagination_token.as_deref(), limit, weather, now_ms)?;
    let mut out = json!({ "Devices": page.items });
    if let Some(token) = page.next {
        out["PaginationToken"] = token.into();
    }
    output(&out)
}

/// `ForgetDevice`.
pub(super) fn forget(call: &mut Call<'_>) -> Answered {
    let input: OneDevice = call.input()?;
    let key = key(input.device_key.as_deref())?;
    let owner = Owner::bearer(call, input.access_token.as_deref())?;
    forgotten(call, &owner, key)
}

/// `AdminForgetDevice`.
pub(super) fn admin_forget(call: &mut Call<'_>) -> Answered {
    let input: OneDevice = call.input()?;
    let key = key(input.device_key.as_deref())?;
    let owner = Owner::named(call, &input.person)?;
    forgotten(call, &owner, key)
}

/// The refresh tokens of a forgotten device end with it.
fn forgotten(call: &mut Call<'_>, owner: &Owner, key: &str) -> Answered {
    let now_ms = call.moment.now_ms;
    let account = owner.pool(call)?.accounts.get_mut(&owner.user).ok_or_else(missing)?;
    if !account.devices.forget(key) {
        return Err(missing());
    }
    account.grants.forget_device(key, now_ms);
    nothing()
}

/// `UpdateDeviceStatus`.
pub(super) fn update(call: &mut Call<'_>) -> Answered {
    let input: OneDevice = call.input()?;
    let key = key(input.device_key.as_deref())?;
    let remembered = remembered(input.device_remembered_status.as_deref())?;
    let owner = Owner::bearer(call, input.access_token.as_deref())?;
    updated(call, &owner, key, remembered)
}

/// `AdminUpdateDeviceStatus`.
pub(super) fn admin_update(call: &mut Call<'_>) -> Answered {
    let input: OneDevice = call.input()?;
    let key = key(input.device_key.as_deref())?;
    let remembered = remembered(input.device_remembered_status.as_deref())?;
    let owner = Owner::named(call, &input.person)?;
    updated(call, &owner, key, remembered)
}

fn remembered(status: Option<&str>) -> Result<Option<bool>, ApiError> {
    match status {
        None => Ok(None),
        Some("remembered") => Ok(Some(true)),
        Some("not_remembered") => Ok(Some(false)),
        Some(other) => {
            let rule = "Member must satisfy enum value set: [not_remembered, remembered]";
            Err(ApiError::constraint(other, "deviceRememberedStatus", rule))
        }
    }
}

fn updated(call: &mut Call<'_>, owner: &Owner, key: &str, remembered: Option<bool>) -> Answered {
    let now_ms = call.moment.now_ms;
    let device = owner.device(call, key)?;
    if let Some(remembered) = remembered {
        device.remembered = remembered;
        device.modified_ms = now_ms;
    }
    nothing()
}

/// `DeviceType`.
fn shown(device: &Device) -> Value {
    let name = device.confirmed.as_ref().and_then(|confirmed| confirmed.name.as_deref());
    let remembered = if device.remembered { "remembered" } else { "not_remembered" };
    let attributes = [
        ("device_status", Some("valid")),
        ("device_name", name),
        ("last_ip_used", device.ip.as_deref()),
        ("dev:device_remembered_status", Some(remembered)),
    ];
    let attributes = attributes.into_iter().filter_map(|(name, value)| Some(json!({ "Name": name, "Value": value? })));
    json!({
        "DeviceKey": device.key,
        "DeviceAttributes": attributes.collect::<Value>(),
        "DeviceCreateDate": Epoch(device.created_ms),
        "DeviceLastModifiedDate": Epoch(device.modified_ms),
        "DeviceLastAuthenticatedDate": Epoch(device.authenticated_ms),
    })
}
