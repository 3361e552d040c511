//! `UserMigration`: people who exist elsewhere come over when they first sign in.

use serde_json::{Value, json};

use super::attempt::Attempt;
use super::wrong;
use crate::authentication::existence;
use crate::directory::user::Status;
use crate::operations::attributes::{self, Attribute};
use crate::operations::sign_up::Newcomer;
use crate::protocol::ApiError;
use crate::triggers::{self, Trigger};

impl Attempt<'_, '_> {
    /// Asks the function about somebody whom the pool does not know; `None` when there is no function.
    pub(super) fn migrate(&mut self, password: &str) -> Result<Option<u32>, ApiError> {
        let request = json!({
            "password": password,
            "validationData": self.progress.validation,
            "clientMetadata": self.progress.validation,
        });
        let Ok(answer) = self.trigger(Trigger::UserMigration, "UserMigration_Authentication", request) else {
            return Err(self.failed_migration());
        };
        let Some(response) = answer else { return Ok(None) };
        let Some(given) = response.get("userAttributes").and_then(Value::as_object) else {
            return Err(self.failed_migration());
        };
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let given = given.iter().filter(|(name, _)| *name != "username" && *name != "sub");
        let given = given.map(|(name, value)| Attribute { name: name.clone(), value: text(value) }).collect();
        let status = match response.get("finalUserStatus").and_then(Value::as_str) {
            Some("CONFIRMED") => Status::Confirmed,
            None | Some("RESET_REQUIRED") => Status::ResetRequired,
            Some(_) => return Err(triggers::unrecognizable(Trigger::UserMigration)),
        };
        let force = response.get("forceAliasCreation").and_then(Value::as_bool).unwrap_or_default();
        self.enter(given, status, force, password).map(Some)
    }

    fn enter(&mut self, given: Vec<Attribute>, status: Status, force: bool, password: &str) -> Result<u32, ApiError> {
        let (moment, typed) = (self.call.moment, self.progress.typed.clone());
        let sub = self.call.world.random_uuid();
        let pool = self.pool_mut()?;
        let broken = |_| triggers::unrecognizable(Trigger::UserMigration);
        let mut given = attributes::read(pool, given).map_err(broken)?;
        let username = attributes::canonical(pool, typed, &sub, &mut given).map_err(broken)?;
        attributes::demand_required(pool, &given).map_err(broken)?;
        attributes::claim_aliases(pool, &given, None, force, moment).map_err(broken)?;
        let at = Newcomer { username: &username, sub: &sub, attributes: &given, status }.enter(pool, moment);
        if status == Status::Confirmed {
            pool.set_password(at, password, None);
        }
        Ok(at)
    }

    fn failed_migration(&self) -> ApiError {
        if existence::hidden(&self.client) {
            return wrong();
        }
        let message = format!("Exception migrating user in app client {}", self.client.id);
        ApiError::new("UserNotFoundException", message)
    }
}
