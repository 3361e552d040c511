//! The part of STS that a sandbox needs: who is calling, and roles for the tokens of identity pools.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Answered, Call};
use crate::identity;
use crate::protocol::{ApiError, query};

/// `GetCallerIdentity`: the role behind credentials of an identity pool, the one caller of the sandbox otherwise.
pub(super) fn identity(call: &mut Call<'_>) -> Answered {
    let session = call.access_key_id.and_then(|id| call.world.role_sessions.get(id));
    let (arn, user_id) = match session {
        Some(session) if session.expires_ms <= call.moment.now_ms => {
            let message = "The security token included in the request is expired";
            return Err(ApiError { status: 403, ..ApiError::new("ExpiredToken", message) });
        }
        Some(session) => (session.arn.clone(), session.user_id.clone()),
        None => (call.world.caller_arn(), "AIDASANDBOXSANDBOX01".to_owned()),
    };
    let fields = [("Arn", arn.as_str()), ("UserId", user_id.as_str()), ("Account", &call.world.account)];
    Ok(query::answer("GetCallerIdentity", &query::fields(&fields), call.request_id))
}

/// `AssumeRoleWithWebIdentity` with a token of an identity pool: the second half of the basic flow. A role trusts the
/// identity pools that name it, for guests or for others.
pub(super) fn assume_role(call: &mut Call<'_>) -> Answered {
    let form: BTreeMap<String, String> = form_urlencoded::parse(call.body).into_owned().collect();
    let needed = |name: &str| {
        let missing = || ApiError::new("ValidationError", format!("{name} is missing."));
        form.get(name).filter(|value| !value.is_empty()).cloned().ok_or_else(missing)
    };
    let (role, name, token) = (needed("RoleArn")?, needed("RoleSessionName")?, needed("WebIdentityToken")?);
    let seconds = match form.get("DurationSeconds") {
        None => 3600,
        Some(text) => text
            .parse()
            .ok()
            .filter(|seconds| (900..=43_200).contains(seconds))
            .ok_or_else(|| ApiError::new("ValidationError", "DurationSeconds must be between 900 and 43200."))?,
    };
    let invalid = || ApiError::new("InvalidIdentityToken", "The token is not one of an identity pool of the sandbox.");
    let ticket = identity::read(call.world, &token, call.moment).ok_or_else(invalid)?;
    if ticket.expired {
        return Err(ApiError::new("ExpiredTokenException", "Token expired."));
    }
    let pool = call.world.identity_pools.iter().find(|pool| pool.id == ticket.pool_id).ok_or_else(invalid)?;
    let kind = if ticket.authenticated { "authenticated" } else { "unauthenticated" };
    if pool.roles.get(kind).and_then(serde_json::Value::as_str) != Some(role.as_str()) {
        let message = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
        return Err(ApiError { status: 403, ..ApiError::new("AccessDenied", message) });
    }
    let made = identity::issue(call.world, &role, &name, &ticket.identity_id, &ticket.tags, seconds, call.moment);
    let expiration = Timestamp::from_millisecond(made.expires_ms).unwrap_or_default();
    let credentials = query::fields(&[
        ("AccessKeyId", &made.access_key_id),
        ("SecretAccessKey", &made.secret_key),
        ("SessionToken", &made.session_token),
        ("Expiration", &expiration.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
    ]);
    let user = query::fields(&[("AssumedRoleId", &made.session.user_id), ("Arn", &made.session.arn)]);
    let rest = query::fields(&[
        ("SubjectFromWebIdentityToken", &ticket.identity_id),
        ("Audience", &ticket.pool_id),
        ("Provider", identity::SELF),
    ]);
    let inside = format!("<Credentials>{credentials}</Credentials><AssumedRoleUser>{user}</AssumedRoleUser>{rest}");
    Ok(query::answer("AssumeRoleWithWebIdentity", &inside, call.request_id))
}
