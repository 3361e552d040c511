//! Tags of pools.

use serde_json::{Map, Value, json};

use super::input::Input;
use super::pool_settings::{MOST_TAGS, reserved_tag};
use super::{Answered, Call, nothing, output};
use crate::directory::Pool;
use crate::protocol::ApiError;

/// The pool that an ARN names.
fn pool<'a>(call: &'a mut Call<'_>, input: &Input) -> Result<&'a mut Pool, ApiError> {
    let arn = input.text("ResourceArn")?;
    let id = arn.rsplit_once(":userpool/").map(|(_, id)| id.to_owned());
    let id = id.ok_or_else(|| ApiError::invalid("The ResourceArn is not that of a user pool."))?;
    if call.world.pool_arn(&id) != arn {
        return Err(ApiError::not_found(format!("User pool {id} does not exist.")));
    }
    call.pool(Some(&id))
}

fn tags(pool: &Pool) -> Map<String, Value> {
    pool.settings.get("UserPoolTags").and_then(Value::as_object).cloned().unwrap_or_default()
}

/// `TagResource`.
pub(super) fn tag(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let pool = pool(call, &input)?;
    let mut tags = tags(pool);
    if let Some(Value::Object(new)) = input.only(&["Tags"]).remove("Tags") {
        tags.extend(new);
    }
    if tags.keys().any(|key| reserved_tag(key)) {
        return Err(ApiError::invalid("Tag keys that begin with aws: are reserved."));
    }
    if tags.len() > MOST_TAGS {
        return Err(ApiError::invalid("A user pool can have at most 50 tags."));
    }
    pool.settings.insert("UserPoolTags".to_owned(), tags.into());
    nothing()
}

/// `UntagResource`: a tag that is not there is no error.
pub(super) fn untag(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let pool = pool(call, &input)?;
    let mut tags = tags(pool);
    tags.retain(|key, _| !input.list("TagKeys").iter().any(|gone| gone == key));
    pool.settings.insert("UserPoolTags".to_owned(), tags.into());
    nothing()
}

/// `ListTagsForResource`.
pub(super) fn list(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    output(&json!({ "Tags": tags(pool(call, &input)?) }))
}
