//! What people see and change of themselves, authorised by their own access token.

use super::Call;
use super::attributes::{self, Change, VERIFIABLE};
use crate::directory::account::codes::Purpose;
use crate::messages::{self, Destination};
use crate::outbox::Occasion;
use crate::protocol::ApiError;

/// Writes changes to a person and sends the codes that they call for.
///
/// A new address or number is unverified unless the changes say otherwise. Where the pool wants it verified first, the
/// old one stays until the code is given back.
pub(super) fn apply(
    call: &mut Call<'_>,
    (pool_id, at): (&str, u32),
    mut changes: Vec<Change>,
) -> Result<Vec<Destination>, ApiError> {
    let moment = call.moment;
    let mut sent = Vec::new();
    let codes = [call.world.random_code(), call.world.random_code()];
    let pool = call.pool(Some(pool_id))?;
    attributes::changeable(pool, &changes)?;
    let user = pool.users.get(at).ok_or_else(ApiError::no_user)?.clone();
    for ((value_id, flag), code) in VERIFIABLE.into_iter().zip(codes) {
        let new = attributes::value(&changes, value_id).map(str::to_owned);
        let Some(new) = new.filter(|new| user.attribute(value_id).unwrap_or_default() != new) else { continue };
        let name = pool.schema.name(value_id).to_owned();
        let settled = attributes::value(&changes, flag) == Some("true");
        if new.is_empty() {
            changes.push((flag, String::new()));
        } else if !settled {
            if pool.verifies_before_update(&name) {
                changes.retain(|(id, _)| *id != value_id && *id != flag);
                attributes::claim_alias(pool, (value_id, &new), Some(at), true, false, moment)?;
                sent.push((Destination::of(value_id, &new), code));
            } else {
                changes.retain(|(id, _)| *id != flag);
                changes.push((flag, "false".to_owned()));
                if pool.lists("AutoVerifiedAttributes", &name) {
                    sent.push((Destination::of(value_id, &new), code));
                }
            }
        }
    }
    attributes::claim_aliases(pool, &changes, Some(at), false, moment)?;
    pool.change(at, moment, |user| user.set_attributes(&changes));
    for (destination, code) in &sent {
        let target = (destination.attribute, destination.to.as_str());
        let purpose = Purpose::Attribute(destination.attribute);
        let account = call.pool(Some(pool_id))?.account_mut(at);
        account.codes.issue(purpose, code, target, moment.now_ms);
        messages::send(call.world, (pool_id, at), Occasion::UpdateUserAttribute, destination, Some(code), moment);
    }
    Ok(sent.into_iter().map(|(destination, _)| destination).collect())
}
