//! `NEW_PASSWORD_REQUIRED`: a temporary password is replaced before anything else.

use serde_json::{Map, Value};

use super::attempt::Attempt;
use super::{Step, Texts, refused, required};
use crate::authentication::sessions::Challenge;
use crate::directory::user::Status;
use crate::operations::attributes::{self, Attribute, Change};
use crate::operations::passwords;
use crate::protocol::ApiError;

/// How attributes are called in parameters and responses.
const PREFIX: &str = "userAttributes.";

impl Attempt<'_, '_> {
    /// Asks for a new password, and for required attributes that have no value.
    pub(super) fn ask_new_password(&mut self) -> Step {
        let pool = self.pool()?;
        let user = self.user().ok_or_else(ApiError::no_user)?;
        let required = pool.schema.attributes().iter().filter(|attribute| attribute.required);
        let lacks = |name: &str| pool.schema.id(name).is_some_and(|id| user.attribute_bytes(id).is_none());
        let missing: Vec<String> = required.filter(|a| lacks(&a.name)).map(|a| a.name.clone()).collect();
        let shown = user.attributes().map(|(id, value)| (pool.schema.name(id), value));
        let shown = shown.filter(|(name, _)| !matches!(*name, "sub" | "identities") && !name.starts_with("dev:"));
        let shown: Map<String, Value> = shown.map(|(name, value)| (name.to_owned(), value.into())).collect();
        let asked: Vec<Value> = missing.iter().map(|name| format!("{PREFIX}{name}").into()).collect();
        let mut parameters = self.identity();
        parameters.insert("requiredAttributes".to_owned(), Value::Array(asked).to_string().into());
        parameters.insert("userAttributes".to_owned(), Value::Object(shown).to_string().into());
        self.ask(Challenge::NewPassword { missing }, parameters)
    }

    /// The answer: password and attributes are set together or not at all.
    pub(super) fn with_new_password(&mut self, missing: &[String], responses: &Texts) -> Step {
        let password = required(responses, "NEW_PASSWORD")?;
        let user = self.somebody()?;
        passwords::conform(self.pool()?, password)?;
        passwords::unused(self.pool()?, user, password)?;
        let changes = self.new_attributes(missing, responses)?;
        let moment = self.call.moment;
        let pool = self.pool_mut()?;
        attributes::claim_aliases(pool, &changes, Some(user), false, moment)?;
        pool.change(user, moment, |user| {
            user.set_attributes(&changes);
            user.status = Status::Confirmed;
        });
        pool.set_password(user, password, None);
        self.progress.new_password = true;
        self.after_first_factor()
    }

    fn new_attributes(&self, missing: &[String], responses: &Texts) -> Result<Vec<Change>, ApiError> {
        let named = responses.iter().filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?, value)));
        let given: Vec<Attribute> =
            named.map(|(name, value)| Attribute { name: name.to_owned(), value: value.clone() }).collect();
        let pool = self.pool()?;
        let user = self.user().ok_or_else(ApiError::no_user)?;
        attributes::may_write(&self.client, given.iter().map(|attribute| attribute.name.as_str()))?;
        let given_names: Vec<String> = given.iter().map(|attribute| attribute.name.clone()).collect();
        let changes = attributes::read(pool, given)?;
        for (id, _) in &changes {
            let required = pool.schema.get(*id).is_some_and(|attribute| attribute.required);
            if required && user.attribute_bytes(*id).is_some() {
                return Err(refused(&format!("Cannot modify an already provided {}", pool.schema.name(*id))));
            }
        }
        if let Some(name) = missing.iter().find(|name| !given_names.contains(name)) {
            return Err(ApiError::invalid(format!("Invalid attributes given, {name} is missing")));
        }
        Ok(changes)
    }
}
