//! Who is calling, as STS tells.

use super::{Answered, Call};
use crate::protocol::query;

/// `GetCallerIdentity`.
pub(super) fn identity(call: &mut Call<'_>) -> Answered {
    let arn = call.world.caller_arn();
    let fields = [("Arn", arn.as_str()), ("UserId", "AIDASANDBOXSANDBOX01"), ("Account", &call.world.account)];
    Ok(query::answer("GetCallerIdentity", &fields, call.request_id))
}
