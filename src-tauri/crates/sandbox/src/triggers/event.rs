//! The event that a function gets.

use serde_json::{Map, Value, json};

use crate::directory::Pool;

/// The version of the events of functions that have one form.
pub(crate) const ONLY: &str = "1";

/// What all events share, and the `request` of this one.
#[derive(Debug, Clone)]
pub(crate) struct Event<'a> {
    /// The form of the event: [`ONLY`] but where a function has versions.
    pub(crate) version: &'static str,
    /// `triggerSource`, such as `PreAuthentication_Authentication`.
    pub(crate) source: &'a str,
    pub(crate) username: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) request: Value,
}

impl Event<'_> {
    pub(super) fn json(&self, pool: &Pool) -> Value {
        json!({
            "version": self.version,
            "triggerSource": self.source,
            "region": pool.id.rsplit_once('_').map_or("", |(region, _)| region),
            "userPoolId": pool.id,
            "userName": self.username,
            "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": self.client_id },
            "request": self.request,
            "response": {},
        })
    }
}

/// `userAttributes` of an event: every attribute, and the status. Empty for nobody.
pub(crate) fn attributes(pool: &Pool, user: Option<u32>) -> Value {
    let Some(user) = user.and_then(|id| pool.users.get(id)) else { return json!({}) };
    let text = |value: &str| Value::String(value.to_owned());
    let mut all: Map<String, Value> =
        user.attributes().map(|(id, value)| (pool.schema.name(id).to_owned(), text(value))).collect();
    all.insert("cognito:user_status".to_owned(), text(user.status.as_str()));
    Value::Object(all)
}
