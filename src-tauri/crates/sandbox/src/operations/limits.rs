//! Rates that an account has bought beyond what comes with it.

use serde_json::{Value, json};

use super::input::Input;
use super::{Answered, Call, output};
use crate::protocol::ApiError;
use crate::weather::Category;

/// An account of the sandbox may buy up to this many times what is free: Service Quotas granted it that much.
const MOST: i64 = 10;

/// The category that a `LimitDefinition` names, which must be one that can be bought.
fn category(input: &Input) -> Result<Category, ApiError> {
    let definition = input.only(&["LimitDefinition"]).remove("LimitDefinition").unwrap_or_default();
    let name = definition.get("Attributes").and_then(|a| a.get("Category")).and_then(Value::as_str);
    let name = name.ok_or_else(|| ApiError::invalid("The attributes of the limit must name a Category."))?;
    let category = Category::named(name);
    let category = category.ok_or_else(|| ApiError::not_found(format!("There is no limit of the category {name}.")))?;
    if category.adjustable() {
        Ok(category)
    } else {
        Err(ApiError::invalid(format!("The limit of the category {name} cannot be adjusted.")))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "rates are whole and small")]
fn whole(rate: f64) -> i64 {
    rate as i64
}

fn shown(call: &Call<'_>, category: Category) -> Answered {
    let definition = json!({ "LimitClass": "API_CATEGORY", "Attributes": { "Category": category.name() } });
    let limit = json!({
        "LimitDefinition": definition,
        "ProvisionedLimitValue": whole(call.weather.provisioned(category)),
        "FreeLimitValue": whole(category.rate()),
    });
    output(&json!({ "Limit": limit }))
}

/// `GetProvisionedLimit`.
pub(super) fn get(call: &mut Call<'_>) -> Answered {
    let category = category(&call.input()?)?;
    shown(call, category)
}

/// `UpdateProvisionedLimit`: in force at once.
pub(super) fn update(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let category = category(&input)?;
    let wanted = input.number("RequestedLimitValue").unwrap_or_default();
    let free = whole(category.rate());
    if wanted < free {
        return Err(ApiError::invalid(format!("The requested limit must be at least the {free} that are free.")));
    }
    if wanted > free * MOST {
        let message = format!("The requested limit is above the {} that Service Quotas grants.", free * MOST);
        return Err(ApiError::new("ServiceQuotaExceededException", message));
    }
    let signs_in = matches!(category, Category::UserAuthentication | Category::UserFederation);
    if signs_in && call.world.pools.values().any(|pool| pool.resources.managed_login()) {
        let message = "With managed login, this limit is only raised by a request to Service Quotas.";
        return Err(ApiError::invalid(message));
    }
    let rate = u32::try_from(wanted).map_or(f64::from(u32::MAX), f64::from);
    call.weather.provision(category, rate);
    shown(call, category)
}
